"""A day and a resident that stand once for a group of rows, as reports print them: the rows below them are blank."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from importers.content.joined_columns import filled_cells
from importers.files.coded_column import CodedColumn
from importers.findings import warning

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from importers.content.table import Table

DAY, RESIDENT = "Datum", "Bewohner-Nr"
_FEWEST: Final = 2
"""Blank days that it takes: a single one was forgotten."""

_SHARE: Final = 4
"""One of so many rows at least has no day of its own."""


def fill_groups(table: Table) -> None:
    """Give the rows of groups the day above them, and the resident where that is blank too; with a warning.

    Only where nothing else can be meant: many days are blank, and none stands twice running, as it does in a list that
    repeats it. A line left out between two rows ends a group.
    """
    filled = filled_cells(table.raw(DAY))
    codes = table.raw(DAY).codes
    blank = np.flatnonzero(~filled)
    if len(blank) < max(_FEWEST, len(codes) / _SHARE) or _repeats(table, filled):
        return
    above = _above(table, filled)
    taken = blank[above[blank] >= 0]
    if not len(taken):
        return
    _fill(table, DAY, taken, above)
    resident = filled_cells(table.raw(RESIDENT))
    _fill(table, RESIDENT, taken[~resident[taken]], above)
    table.report(
        warning(
            "zeilen-gruppiert",
            f"In {len(taken)} Zeilen fehlt das Datum, und kein Tag steht zweimal nacheinander: Gelesen wird der Tag "
            "der Zeile darüber, und die Bewohner-Nr, wo auch sie fehlt.",
            "Prüfen Sie das an einigen Zeilen, oder füllen Sie beim Export jede Zeile aus.",
        ),
        [int(taken[0])],
        DAY,
        count=len(taken),
    )


def _repeats(table: Table, filled: NDArray[np.bool_]) -> bool:
    """Return whether a day stands twice running."""
    day = table.raw(DAY).codes
    return bool((filled[1:] & filled[:-1] & (day[1:] == day[:-1])).any())


def _above(table: Table, filled: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Return the record at the head of the group of each one, -1 = none without a gap between."""
    heads: NDArray[np.int64] = np.maximum.accumulate(np.where(filled, np.arange(len(filled)), -1))
    breaks = np.diff(table.rows, prepend=0) != 1
    breaks |= np.diff(table.file_of, prepend=-1) != 0
    starts = np.maximum.accumulate(np.where(breaks, np.arange(len(filled)), 0))
    return np.where(heads >= starts, heads, -1)


def _fill(table: Table, column: str, records: NDArray[np.intp], above: NDArray[np.int64]) -> None:
    if not table.has(column) or not len(records):
        return
    codes, cells = table.raw(column)
    codes = codes.copy()
    codes[records] = codes[above[records]]
    table.put(column, CodedColumn(codes, cells))
