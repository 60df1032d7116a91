"""Rows of text files whose cells do not stand below their headings: too many of them, torn apart, or swallowed.

Nothing here reads a cell. A row is compared with its headings and its neighbours, and what does not fit is an error:
a value below the wrong heading would be wrong without a word.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import numpy as np

from importers.findings import Problem, UnreadableError, error, warning
from importers.sheets.layout import filled_rows, is_blank, row_numbers
from importers.sheets.lines.report_lines import ALONE
from importers.values.spelling import clean, fold
from importers.values.word_meanings import is_qualification, is_status

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from importers.files.grid import Grid
    from importers.files.row_borders import RowBorders
    from importers.sheets.heading_rows import HeadingPlace
    from importers.sheets.lines.report_lines import ReportLine

_MOST_PIECES: Final = 6
"""Lines that a torn row is put together from."""
_SAMPLE: Final = 300
_DAY: Final = re.compile(r"\d[./-]\d")
_AMOUNT: Final = re.compile(r"\d[\d.,: ]*(?:min\w*|std\.?|h)?\.?", re.IGNORECASE)
_SOURCES: Final = frozenset({"gemessen", "geplant", "norm", "null"})
_IN_QUOTES: Final = (
    "Exportieren Sie die Datei als Excel-Arbeitsmappe (.xlsx) oder mit Anführungszeichen um jede Zelle, in der das "
    "Trennzeichen vorkommt"
)


@dataclass(slots=True)
class RowFaults:
    """What is wrong with the rows of one text file.

    Attributes
    ----------
    errors
        Row of the grid, counted from 0 -> what is wrong with it.
    short
        Rows with fewer cells than headings; they may be right.
    expected
        Cells a row should have.
    """

    errors: dict[int, Problem] = field(default_factory=dict)
    short: list[int] = field(default_factory=list)
    expected: int = 0

    def short_rows(self) -> Problem | None:
        """Return a warning of the rows with fewer cells, None if there are none."""
        if not self.short:
            return None
        return warning(
            "zeile-zu-kurz",
            f"{len(self.short)} Zeilen haben weniger Zellen als die anderen ({self.expected}): Zeile "
            f"{row_numbers([row + 1 for row in self.short])}. Fehlt mitten darin ein Trennzeichen, stehen Werte unter "
            "der falschen Überschrift.",
            "Prüfen Sie diese Zeilen. Fehlen nur leere Zellen am Ende, ist nichts zu tun.",
        )


def row_faults(grid: Grid, place: HeadingPlace, required: Sequence[str], lines: Sequence[ReportLine] = ()) -> RowFaults:
    """Compare the rows below the headings with them.

    Parameters
    ----------
    required
        Columns without which a row is no record.
    lines
        Rows that were recognised as sums, page footers and the like. A word that stands alone may be the end of a row.

    Raises
    ------
    UnreadableError
        If most rows do not fit their headings.
    """
    faults = RowFaults()
    borders, first = grid.borders, place.row + 1
    if borders is None or first >= len(grid.cells):
        return faults
    head = int(borders.widths[first - place.depth : first].max())
    faults.expected = head
    odd = borders.widths[first:] != head
    swallowing = {
        row: cell for row, cell in borders.long_cells.items() if row >= first and cell.separators >= max(2, head - 1)
    }
    if not odd.any() and not swallowing:
        return faults
    filled = filled_rows(grid, first)
    widths = borders.widths[first:]
    filled[[line.row - first for line in lines if line.kind != ALONE or borders.widths[line.row] == 1]] = False
    faults.expected = expected = _expected(grid, place, borders, filled)
    wide = np.flatnonzero(filled & (widths > expected))
    for row in wide.tolist():
        faults.errors[first + row] = _too_wide(int(widths[row]), expected, borders.delimiter)
    for row, cell in swallowing.items():
        faults.errors[row] = _swallowed(cell.lines)
    _note_torn(faults, grid, place, required, widths, filled)
    short = filled & (widths < expected)
    short[[row - first for row in faults.errors]] = False
    if 0 < short.sum() <= filled.sum() / 2 and _pads(grid, first, filled & (widths == expected), expected):
        faults.short = (first + np.flatnonzero(short)).tolist()
    _refuse_most(grid, faults, int(filled.sum()), borders)
    return faults


def _filled(grid: Grid, first: int, position: int) -> NDArray[np.bool_]:
    codes, cells = grid.cells.coded(position)
    filled: NDArray[np.bool_] = ~np.array([is_blank(cell) for cell in cells], dtype=bool)[codes[first:]]
    return filled


def _expected(grid: Grid, place: HeadingPlace, borders: RowBorders, filled: NDArray[np.bool_]) -> int:
    """Return how many cells a row should have: as many as there are headings, or one habit of all rows.

    Some programs end every row with a separator, but not the headings: a blank cell too many in all of them. So does
    a decimal comma in every row of a file with commas, where the last columns are blank: there the cells must look
    like their headings.
    """
    first = place.row + 1
    head = int(borders.widths[first - place.depth : first].max())
    widths = borders.widths[first:][filled]
    if not len(widths):
        return head
    usual = int(np.bincount(widths).argmax())
    if usual <= head or ((widths >= head) & (widths != usual)).any():
        return head
    beyond = filled_rows(grid, first, head)
    return head if (beyond & filled).any() or _looks_shifted(grid, place, borders.delimiter) else usual


def _looks_shifted(grid: Grid, place: HeadingPlace, delimiter: str) -> bool:
    """Return whether cells do not look like their headings; commas, which stand in numbers and names, must prove it."""
    rightmost, proven = -1, False
    for column, position in place.columns.items():
        codes, cells = grid.cells.coded(position)
        sample = [cells[code] for code in dict.fromkeys(codes[place.row + 1 :].tolist())][:_SAMPLE]
        texts = [clean(str(cell)) for cell in sample if not is_blank(cell)]
        looks = _LOOKS.get(column)
        fits = looks is not None and 2 * sum(map(looks, texts)) >= len(texts)
        if texts and looks and not fits:
            return True
        if texts and position > rightmost:
            rightmost, proven = position, fits
    return delimiter == "," and not proven


def _is_day(text: str) -> bool:
    return bool(_DAY.search(text))


def _is_amount(text: str) -> bool:
    return bool(_AMOUNT.fullmatch(text))


_LOOKS: Final[dict[str, Callable[[str], bool]]] = {
    **dict.fromkeys(("Datum", "Von", "Einzug", "Auszug", "Gültig ab", "Beginn", "Seit"), _is_day),
    **dict.fromkeys(("Minuten", "Wochenstunden"), _is_amount),
    "Minuten-Quelle": lambda text: fold(text) in _SOURCES,
    "Status": is_status,
    "QN": lambda text: text[-1:] in set("12345678") or is_qualification(text),
}
"""What the cells of some columns look like, so that others below their headings are noticed."""


def _note_torn(
    faults: RowFaults,
    grid: Grid,
    place: HeadingPlace,
    required: Sequence[str],
    widths: NDArray[np.int32],
    filled: NDArray[np.bool_],
) -> None:
    """Note rows that a line break has torn: consecutive ones that together have as many cells as a row.

    Programs may leave out blank cells at the end, so that two whole rows may add up by chance. They are torn where one
    of them is no record, or where they alone are short in a file whose rows all end with blank cells.
    """
    first, expected = place.row + 1, faults.expected
    short = widths < expected
    pads = _pads(grid, first, filled & (widths == expected), expected)
    last = _filled(grid, first, expected - 1) if expected <= grid.cells.shape[1] else ~filled
    torn_last = np.append(filled & (widths == expected) & last, False)[:-1]
    torn_last[:-1] &= (widths[1:] == 1) & filled[1:]
    torn_last[-1:] = False
    pieces = np.flatnonzero(filled & (short | torn_last))
    is_record = _records(grid, place, required)
    for run in np.split(pieces, np.flatnonzero(np.diff(pieces) != 1) + 1):
        at = 0
        while at < len(run) - 1:
            for end in range(at + 2, min(at + _MOST_PIECES, len(run)) + 1):
                rows = run[at:end]
                alone = pads and len(rows) == len(run)
                if int(widths[rows].sum()) - len(rows) + 1 == expected and (alone or not is_record[rows].all()):
                    numbers = [first + row + 1 for row in rows.tolist()]
                    faults.errors.update(dict.fromkeys([number - 1 for number in numbers], _torn(numbers)))
                    at = end - 1
                    break
            at += 1


def _records(grid: Grid, place: HeadingPlace, required: Sequence[str]) -> NDArray[np.bool_]:
    """Return which rows have what a record needs, as far as that can be told from the looks of a cell."""
    records: NDArray[np.bool_] = np.ones(len(grid.cells) - place.row - 1, dtype=bool)
    for column in required:
        if column in place.columns:
            codes, cells = grid.cells.coded(place.columns[column])
            looks = _LOOKS.get(column, bool)
            fits = [not is_blank(cell) and looks(clean(str(cell))) for cell in cells]
            records &= np.array(fits, dtype=bool)[codes[place.row + 1 :]]
    return records


def _pads(grid: Grid, first: int, full: NDArray[np.bool_], expected: int) -> bool:
    """Return whether the program writes blank cells at the end of a row, so that none is missing by habit."""
    return bool((full & ~_filled(grid, first, expected - 1)).any()) if expected <= grid.cells.shape[1] else False


def _too_wide(cells: int, expected: int, delimiter: str) -> Problem:
    named = {"\t": "einen Tabulator", ",": "ein Komma"}.get(delimiter, f"„{delimiter}“")
    return error(
        "zeile-zu-breit",
        f"Diese Zeile hat {cells} Zellen, vorgesehen sind {expected}: Vermutlich enthält eine Zelle {named} ohne "
        "Anführungszeichen, und alles rechts davon steht unter der falschen Überschrift.",
        f"{_IN_QUOTES}, oder berichtigen Sie die Zeile.",
    )


def _swallowed(lines: int) -> Problem:
    return error(
        "zeilen-verschluckt",
        f"In einer Zelle dieser Zeile stecken {lines} Zeilen der Datei: Vermutlich steht vor oder hinter einem Wort "
        "ein einzelnes Anführungszeichen.",
        "Löschen Sie das überzählige Anführungszeichen oder exportieren Sie die Datei als Excel-Arbeitsmappe (.xlsx).",
    )


def _torn(rows: list[int]) -> Problem:
    return error(
        "zeile-zerrissen",
        f"Die Zeilen {row_numbers(rows)} sind zusammen eine: Ein Zeilenumbruch in einer Zelle hat sie zerrissen.",
        "Fügen Sie sie wieder zusammen oder exportieren Sie die Datei als Excel-Arbeitsmappe (.xlsx).",
    )


def _refuse_most(grid: Grid, faults: RowFaults, rows: int, borders: RowBorders) -> None:
    if 2 * len(faults.errors) <= rows:
        return
    row, problem = min(faults.errors.items())
    comma = (
        " Steht in Zahlen ein Komma, wählen Sie beim Export das Semikolon als Trennzeichen."
        if borders.delimiter == ","
        else ""
    )
    raise UnreadableError(
        f"In der Datei „{grid.file}“ passen die meisten Zeilen nicht zu ihren Überschriften "
        f"({len(faults.errors)} von {rows}). Zum Beispiel Zeile {row + 1}: {problem.message} "
        f"Bitte exportieren Sie sie noch einmal.{comma}"
    )


__all__ = ["RowFaults", "row_faults"]
