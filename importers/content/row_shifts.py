"""The shift of each intervention: as it is written, else from its time of day."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from importers.files.coded_column import CodedColumn
from importers.findings import notice
from importers.values import cell_values, shift_starts
from importers.values.spelling import fold

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from importers.content.table import Table


def read_shifts(
    table: Table, own: Mapping[str, str], minutes: NDArray[np.int32], starts: Mapping[str, str]
) -> CodedColumn:
    """Return the shift of each row, "" = not known.

    Parameters
    ----------
    own
        The home's own words for shifts.
    minutes
        Minute of the day of each row, -1 = not given.
    starts
        What the home says of when its shifts begin; where it leaves one open, nothing is derived.
    """
    begins = shift_starts.starts(starts)
    words = {fold(word): meant for word, meant in own.items()}
    written = table.read(
        "Schicht", lambda cell: words.get(fold(word := cell_values.text(cell)), word), "", costs_row=True
    )
    derived = np.flatnonzero(_blank(written) & (minutes >= 0)) if begins else np.zeros(0, dtype=np.intp)
    if not len(derived):
        return written
    found = shift_starts.at(minutes[derived], begins)
    codes = written.codes.copy()
    codes[derived] = len(written.values) + found
    counts = np.bincount(found, minlength=len(begins)).tolist()
    told = ", ".join(
        f"{shift} ab {shift_starts.as_time(at)}: {count}"
        for (shift, at), count in zip(begins.items(), counts, strict=True)
    )
    table.report_sheet(
        notice(
            "schicht-abgeleitet",
            f"Schicht aus der Uhrzeit abgeleitet: {len(derived)} Zeilen ({told}).",
            "Nichts zu tun, wenn die Schichten so beginnen.",
        ),
        column="Schicht",
        count=len(derived),
    )
    return CodedColumn(codes, [*written.values, *map(shift_starts.DERIVED.format, begins)])


def without_shift(shift: CodedColumn, minutes: NDArray[np.int32], seconds: NDArray[np.int32]) -> tuple[int, int]:
    """Return rows and seconds with a time of day, of a sheet in which no row has a shift; else nothing."""
    blank, timed = _blank(shift), minutes >= 0
    if not blank.all():
        return 0, 0
    return int(timed.sum()), int(np.maximum(seconds[timed], 0).sum(dtype=np.int64))


def _blank(shift: CodedColumn) -> NDArray[np.bool_]:
    blank: NDArray[np.bool_] = np.array([not word for word in shift.values], dtype=bool)[shift.codes]
    return blank
