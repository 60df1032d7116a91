"""The table of an upload's rows in words: the same words before and after it is stored."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from web.services.uploads.records import STORED

if TYPE_CHECKING:
    from web.services.uploads.records import UploadRow
    from web.services.uploads.row_counts import StoredRows

_Split: TypeAlias = "tuple[int | None, int | None, int | None]"

_NOT_STORED: _Split = (None, None, None)


class RowLine(NamedTuple):
    """A line of the table.

    Attributes
    ----------
    word
        The outcome of these rows.
    split
        How many are new, changed, unchanged; None = they are not stored, or it is not known.
    said, said_of_several
        The same in a sentence that begins with their number.
    sum, last
        Whether the line is a sum of those above; whether it is the sum of all.
    """

    word: str
    split: _Split
    total: int
    said: str = ""
    said_of_several: str = ""
    sum: bool = False
    last: bool = False


def row_lines(upload: UploadRow) -> list[RowLine]:
    """Return the lines of the table; none where the files have no such rows."""
    if not upload.rows:
        return []
    rows = upload.row_counts
    if rows is None:
        counted, not_done, stored = _NOT_STORED, _NOT_STORED, _NOT_STORED
        totals = (upload.counted, upload.not_done, upload.counted + upload.not_done)
        again, ignored, faulty, total = 0, upload.ignored, upload.faulty, upload.rows
    else:
        counted, not_done, stored = (_split(one) for one in (rows.counted, rows.not_done, rows.stored))
        totals = (rows.counted.total, rows.not_done.total, rows.stored.total)
        again, ignored, faulty, total = rows.again, rows.ignored, rows.faulty, rows.total
    return [
        RowLine("zählen", counted, totals[0]),
        RowLine("nicht durchgeführt", not_done, totals[1], "wurde nicht durchgeführt", "wurden nicht durchgeführt"),
        RowLine("sind gespeichert" if upload.state == STORED else "werden gespeichert", stored, totals[2], sum=True),
        *(
            RowLine(word, _NOT_STORED, count, f"{singular} {word}", f"{plural} {word}")
            for word, count, singular, plural in (
                ("in einer anderen Datei noch einmal", again, "steht", "stehen"),
                ("zu ignorieren", ignored, "ist", "sind"),
                ("fehlerhaft", faulty, "ist", "sind"),
            )
            if count or word == "fehlerhaft"
        ),
        RowLine("Zeilen der Dateien", _NOT_STORED, total, last=True),
    ]


def _split(rows: StoredRows) -> _Split:
    return rows.new, rows.changed, rows.unchanged
