"""Whether a sheet of assessments leaves open what blank counts of module 5 mean, seen before its rows are read."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from importers.sheets.layout import coded_down, is_blank
from rules.vocabulary import COUNTED_ITEMS, FREQUENCIES

if TYPE_CHECKING:
    from importers.files.grid import Grid
    from importers.sheets.heading_rows import HeadingPlace


def rows_with_blank_counts(grid: Grid, place: HeadingPlace) -> int:
    """Return in how many rows all counts of a criterion are blank, though another cell of module 5 is not."""
    below = max(len(grid.cells) - place.row - 1, 0)
    filled = {
        column: _filled(grid, place.row + 1, position)
        for column, position in place.columns.items()
        if column.startswith("5.")
    }
    if not filled or not below:
        return 0
    worked_on = np.logical_or.reduce(list(filled.values()))
    empty = np.zeros(below, dtype=bool)
    for item in COUNTED_ITEMS:
        own = [filled[cell] for frequency in FREQUENCIES if (cell := f"{item} {frequency}") in filled]
        if own:
            empty |= ~np.logical_or.reduce(own)
    return int((worked_on & empty).sum())


def _filled(grid: Grid, first: int, position: int) -> np.ndarray:
    codes, cells = coded_down(grid, first, position)
    filled: np.ndarray = np.array([not is_blank(cell) for cell in cells], dtype=bool)[codes]
    return filled
