"""The rows with errors as they stood, so that they can be repaired and read again on their own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from importers.files.cell import Odd

if TYPE_CHECKING:
    from collections.abc import Iterable

    from importers.content.table import Table
    from importers.findings import Finding


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
        In the order of the files.
    """

    sheet: str
    headings: tuple[str, ...]
    rows: tuple[FaultyRow, ...]


def faulty_rows(tables: Iterable[Table]) -> tuple[FaultySheet, ...]:
    """Return the rows with an error finding, after all sheets were read."""
    return tuple(sheet for table in tables if (sheet := _of_sheet(table)))


def _of_sheet(table: Table) -> FaultySheet | None:
    places = list(zip(table.file_of.tolist(), table.rows.tolist(), strict=True)) if table.mistakes else []
    chosen = np.flatnonzero([place in table.mistakes for place in places])
    if not len(chosen):
        return None
    chosen = chosen[~table.stand_in_other_files(table.cell_keys()[chosen], chosen)]
    columns = table.columns
    headings = tuple(table.heading(column) for column in columns)
    cells = zip(*(_cells(*table.as_it_stood(column), chosen) for column in columns), strict=True)
    rows = []
    for index, row in zip(chosen.tolist(), cells, strict=True):
        file, number = places[index]
        mistakes = table.mistakes.get((file, number), [])
        wrong = sorted({headings.index(one.column) for one in mistakes if one.column in headings})
        reasons = tuple(dict.fromkeys(map(_reason, mistakes)))
        rows.append(FaultyRow(table.files[file], number, row, tuple(wrong), reasons))
    return FaultySheet(table.sheet, headings, tuple(rows))


def _cells(codes: np.ndarray, cells: list[Any], chosen: np.ndarray) -> list[Any]:
    return [cell.shown if isinstance(cell := cells[code], Odd) else cell for code in codes[chosen].tolist()]


def _reason(finding: Finding) -> str:
    where = f"„{finding.column}“: " if finding.column else ""
    return f"{where}{finding.message} {finding.repair}"
