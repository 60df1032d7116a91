"""A sheet as it is in a file, before its columns are known."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterable

    from importers.files.row_borders import RowBorders
    from importers.files.sheet_cells import SheetCells

UNCALCULATED: Final = "Formel ohne Ergebnis"
ERROR_CODES: Final = {
    0x00: "#NULL!",
    0x07: "#DIV/0!",
    0x0F: "#VALUE!",
    0x17: "#REF!",
    0x1D: "#NAME?",
    0x24: "#NUM!",
    0x2A: "#N/A",
}
"""Errors of cells by their number in Excel's binary formats."""
ERRORS: Final = frozenset(ERROR_CODES.values()) | {
    "#NV",
    "#WERT!",
    "#BEZUG!",
    "#ZAHL!",
    "#ÜBERLAUF!",
    "#SPILL!",
    "#CALC!",
}
"""What the cells show, in English and German."""


Area: TypeAlias = tuple[int, int, int, int]
"""First row, first column, last row, last column of merged cells, counted from 0."""


@dataclass(frozen=True, slots=True)
class Unseen:
    """What a person does not see, or sees as cancelled, and what is read like all else.

    Attributes
    ----------
    rows, columns
        Hidden ones, also by a filter; counted from 0.
    struck_rows
        Rows with a filled cell whose text is struck out.
    """

    rows: frozenset[int] = frozenset()
    columns: frozenset[int] = frozenset()
    struck_rows: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Grid:
    """One sheet of one file.

    Attributes
    ----------
    file
        Name of the file, without folder.
    name
        Name of the sheet as it stands; for text files the name of the file without ending.
    cells
        From row 1 and column A on.
    from_text
        True if a file name, not a sheet name, has to identify the sheet.
    merged
        Areas of merged cells; the value stands in the first cell, all others are blank.
    hidden
        Whether the sheet is hidden when the workbook is opened.
    encoding
        Codec a text file was read with; "" for everything else.
    position
        Of the file among all files, from 0; those of an archive count one by one.
    repairs
        Whether the file holds rows that were faulty and have been repaired: further rows, whatever stands elsewhere.
    borders
        Of a text file how its rows are divided into cells, None for everything else.
    unseen
        Rows and columns of a workbook that a person does not see.
    """

    file: str
    name: str
    cells: SheetCells
    from_text: bool = False
    merged: tuple[Area, ...] = ()
    hidden: bool = False
    encoding: str = ""
    position: int = 0
    repairs: bool = False
    borders: RowBorders | None = None
    unseen: Unseen = Unseen()


def within(merged: Iterable[Area], height: int, width: int) -> tuple[Area, ...]:
    """Return the areas of merged cells within a sheet, cut at its end."""
    return tuple(
        (top, left, min(bottom, height - 1), min(right, width - 1))
        for top, left, bottom, right in merged
        if top < height and left < width and top <= bottom and left <= right
    )


def letter_of(position: int) -> str:
    """Return what a spreadsheet calls a column counted from 0: A, B ... Z, AA."""
    letters = ""
    while position >= 0:
        position, letter = divmod(position, 26)
        letters = chr(ord("A") + letter) + letters
        position -= 1
    return letters
