"""The columns of one sheet, joined from all files that have it."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING

import numpy as np

from importers.files.coded_column import CodedColumn
from importers.files.escaped_text import as_it_stood
from importers.files.sheet_cells import Coding
from importers.sheets.layout import coded_down, is_blank

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from importers.files.grid import Grid
    from importers.sheets.heading_rows import HeadingPlace


@dataclass(frozen=True, slots=True)
class JoinedColumns:
    """The cells below the headings, file after file.

    Attributes
    ----------
    rows
        Row of each record as the spreadsheet counts it, from 1.
    files
        Position of each record's file among the files.
    columns
        Column -> its cells; blank for the records of files without it.
    """

    rows: np.ndarray
    files: np.ndarray
    columns: dict[str, CodedColumn]


def join_columns(grids: Sequence[Grid], places: Sequence[HeadingPlace]) -> JoinedColumns:
    """Return the columns of all files together."""
    lengths = [len(grid.cells) - place.row - 1 for grid, place in zip(grids, places, strict=True)]
    rows = np.concatenate([place.row + 2 + np.arange(n) for place, n in zip(places, lengths, strict=True)])
    parts = [_columns(grid, place) for grid, place in zip(grids, places, strict=True)]
    columns: dict[str, CodedColumn] = {}
    for column in dict.fromkeys(chain(*parts)):
        whole = Coding()
        for part, length in zip(parts, lengths, strict=True):
            whole.add(*part.get(column, CodedColumn(np.zeros(length, dtype=np.int32), [""])))
        columns[column] = CodedColumn(*whole.done())
    return JoinedColumns(rows.astype(np.int64), np.repeat(np.arange(len(grids)), lengths), columns)


def _columns(grid: Grid, place: HeadingPlace) -> dict[str, CodedColumn]:
    columns = {column: coded_down(grid, place.row + 1, position) for column, position in place.columns.items()}
    if grid.repairs:
        return {column: CodedColumn(codes, [*map(as_it_stood, cells)]) for column, (codes, cells) in columns.items()}
    return columns


def filled_rows(columns: Mapping[str, CodedColumn], rows: int) -> np.ndarray:
    """Return which rows hold more than blanks."""
    filled = np.zeros(rows, dtype=bool)
    for codes, cells in columns.values():
        blank = np.array([is_blank(cell) for cell in cells], dtype=bool)
        if not blank.any():
            return np.ones(rows, dtype=bool)
        filled |= ~blank[codes]
    return filled


def filled_cells(column: CodedColumn) -> np.ndarray:
    """Return which rows of a column hold more than blanks."""
    filled: np.ndarray = ~np.array([is_blank(cell) for cell in column.values], dtype=bool)[column.codes]
    return filled


def under_sections(column: CodedColumn, own: np.ndarray, sections: Sequence[tuple[int, str]]) -> CodedColumn:
    """Return a column filled, where it is blank, with the section each record stands under.

    Parameters
    ----------
    own
        Records of the file the sections are from.
    sections
        Record and value of each, in their order; it holds from there on.
    """
    codes, cells = column
    blank = np.array([is_blank(cell) for cell in cells], dtype=bool)[codes]
    under = np.searchsorted([record for record, _ in sections], own, side="right") - 1
    filled = (under >= 0) & blank[own]
    codes = codes.copy()
    codes[own[filled]] = under[filled] + len(cells)
    return CodedColumn(codes, [*cells, *(value for _, value in sections)])
