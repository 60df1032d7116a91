"""The rows with errors as they stood, so that they can be repaired and read again on their own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from importers.files.cell import Formatted, Odd

if TYPE_CHECKING:
    from collections.abc import Iterable

    from importers.content.table import Table
    from importers.findings import Finding

MOST: Final = 100_000
"""Rows of a sheet that are kept to be repaired: who has more exports the file again."""


@dataclass(frozen=True, slots=True)
class FaultyRow:
    """One row.

    Attributes
    ----------
    file, number
        Where it stood; the row as the spreadsheet counts it.
    cells
        Its cells in the order of the headings: text, number, day, time or logical value; "" = blank.
    wrong
        Positions of the cells with an error.
    reasons
        What is wrong and what to do, German.
    """

    file: str
    number: int
    cells: tuple[Any, ...]
    wrong: tuple[int, ...]
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FaultySheet:
    """The faulty rows of a sheet, from one file or several.

    Attributes
    ----------
    sheet
        Name as the contract has it.
    headings
        As they are in the (first) file, in its order; columns that are not read are left out.
    rows
        In the order of the files; no more than :data:`MOST`.
    left_out
        How many more there are.
    """

    sheet: str
    headings: tuple[str, ...]
    rows: tuple[FaultyRow, ...]
    left_out: int = 0


def faulty_rows(tables: Iterable[Table]) -> tuple[FaultySheet, ...]:
    """Return the rows with an error finding, after all sheets were read."""
    return tuple(sheet for table in tables if (sheet := _of_sheet(table)))


def _of_sheet(table: Table) -> FaultySheet | None:
    mistakes = table.mistakes()
    chosen = np.unique(mistakes.record)
    if not len(chosen):
        return None
    chosen = chosen[~table.stand_in_other_files(table.cell_keys()[chosen], chosen)]
    left_out, chosen = max(0, len(chosen) - MOST), chosen[:MOST]
    columns = table.columns
    headings = tuple(table.heading(column) for column in columns)
    cells = zip(*(_cells(*table.as_it_stood(column), chosen) for column in columns), strict=True)
    of_row = (np.searchsorted(mistakes.record, chosen, side).tolist() for side in ("left", "right"))
    numbers = mistakes.finding.tolist()
    said: dict[tuple[int, ...], tuple[tuple[int, ...], tuple[str, ...]]] = {}
    rows = []
    for record, row, first, end in zip(chosen.tolist(), cells, *of_row, strict=True):
        errors = tuple(numbers[first:end])
        if errors not in said:
            found = [table.findings[number] for number in errors]
            wrong = sorted({headings.index(one.column) for one in found if one.column in headings})
            said[errors] = tuple(wrong), tuple(dict.fromkeys(map(_reason, found)))
        rows.append(FaultyRow(table.files[table.file_of[record]], int(table.rows[record]), row, *said[errors]))
    return FaultySheet(table.sheet, headings, tuple(rows), left_out)


def _cells(codes: np.ndarray, cells: list[Any], chosen: np.ndarray) -> list[Any]:
    found = (cells[code] for code in codes[chosen].tolist())
    return [cell.shown if isinstance(cell, (Odd, Formatted)) else cell for cell in found]


def _reason(finding: Finding) -> str:
    where = f"„{finding.column}“: " if finding.column else ""
    return f"{where}{finding.message} {finding.repair}"
