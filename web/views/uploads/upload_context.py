"""What the page of an upload shows once no job works on it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from importers.home_words.kinds import DUTY, INTERVENTION, QUALIFICATION
from web import current
from web.services.uploads import kept_files, read_job, records, undo_job
from web.services.uploads.row_lines import row_lines
from web.services.uploads.summary import finding_filter
from web.services.uploads.summary.unrated import unrated
from web.services.words import unanswered_words
from web.views.uploads import preview
from web.views.uploads.next_step import next_step, stores_something
from web.views.words import terms

if TYPE_CHECKING:
    from web.services.uploads.records import UploadRow, UploadTexts
    from web.services.uploads.summary.finding_filter import FindingFilter

_WITH_WORDS: Final = frozenset({records.READ, records.STORED})

_ABOUT_WORDS: Final = {
    "intervention-unbekannt": INTERVENTION,
    "qualifikation-unbekannt": QUALIFICATION,
    "qualifikation-mehrdeutig": QUALIFICATION,
    "dienstkuerzel-unbekannt": DUTY,
}
"""Code of a finding that an answer about a word settles -> kind of the word."""


def upload_context(upload: UploadRow, texts: UploadTexts | None, wanted: FindingFilter) -> dict[str, Any]:
    """Return what the page says about rows, words, effects and findings, and which step comes next."""
    services, findings = current.services(), texts.findings if texts else ()
    asked = (
        kept_files.conversation(current.access(), services.settings, upload.id)
        if texts and upload.state in records.READ_ONCE  # without the vault it does not open
        else None
    )
    words = _open_words(upload) if upload.state in _WITH_WORDS else []
    kinds = {one["kind"]: one["url"] for one in words}
    costly = [one for one in words if one["undecided"] and one["kind"] in _kinds_with_errors(texts)]
    faulty_rows, rows = kept_files.has_faulty(services.settings, upload.id), upload.row_counts
    return {
        "rows": rows,
        "row_lines": row_lines(upload),
        "effects": preview.effects(upload),
        "unrated": unrated(upload.weighed),
        "step": next_step(rows, upload.weighed, costly_words=bool(costly), faulty_rows=faulty_rows),
        "stores": stores_something(rows, upload.weighed),
        "words": words,
        "costly": costly,
        "open_kinds": kinds,
        "word_pages": {code: kinds[kind] for code, kind in _ABOUT_WORDS.items() if kind in kinds},
        "has_faulty_rows": faulty_rows,
        "undoable": upload.state == records.STORED and undo_job.is_undoable(current.access(), upload.id),
        "upload_days": services.settings.upload_days,
        "askable": asked is not None and bool(asked.guesses),
        "profiles": asked.profiles if asked else (),
        "files_gone": read_job.FILES_GONE,
        "strangers": sum(one.count for one in findings if one.code in read_job.UNKNOWN_PERSON_FINDINGS),
        "wanted": wanted,
        "chosen": finding_filter.filter_findings(findings, wanted),
    }


def _kinds_with_errors(texts: UploadTexts | None) -> set[str]:
    """Return the kinds of words that cost rows or levels; while the findings cannot be read, those that may."""
    if texts is None:
        return {INTERVENTION, QUALIFICATION}
    error = finding_filter.SEVERITIES["fehler"]
    return {_ABOUT_WORDS[one.code] for one in texts.findings if one.code in _ABOUT_WORDS and one.severity is error}


def _open_words(upload: UploadRow) -> list[dict[str, Any]]:
    """Return the kinds of words that are still open in an upload, with the address where they are answered."""
    counts = unanswered_words.count_pending(current.access(), upload.home_id, upload.id)
    return [one for one in terms.tabs("", counts, "upload_words.index", upload_id=upload.id) if one["open"]]
