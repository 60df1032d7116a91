"""Everything about an upload, from the files to the new figures.

``steps`` is where to start: it names them, and each module is one of them or what several share.

1. ``steps.start`` seals the files (``kept_files``) and queues the reading.
2. ``read_job`` looks at the sheets. What is unclear becomes a ``conversation``, answered question by question
   (``questions``, ``encodings``); then it reads the rows, stores findings and counts (``records``, ``upload_figures``)
   and the ``preview``: storing is tried in a transaction that is rolled back.
3. A click on „Übernehmen“ is ``steps.commit``: the upload is released, if the figures are still those on the page.
4. ``store_job`` replaces names by pseudonyms and calls ``apply.apply_upload`` in one transaction: the upload is stored
   as it came and becomes the newest of the ``active_uploads``; ``fold_home.settle`` folds them all and writes what
   differs in master data and rows (``pebem.history``); the days that changed are scored again
   (``analysis.rescore``). The new figures become visible with the commit.
5. ``undo_job`` takes an upload back: the others are folded by the same ``fold_home.settle``. So does
   ``person_answers`` when two persons are merged or separated, and ``refold`` for homes folded by an older rule.

What the preview says beside the rows: ``statement_changes`` about people, ``moved_shares`` and ``share_lines`` about
figures, ``previous_choices`` about earlier uploads of the same source. Beside the way: ``progress`` of a job,
``recovery`` after a crash, ``retention`` and ``unknown_people``.
"""
