"""Rows looked at as a whole: which may be no records, and of which the cells do not stand below their headings."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from importers.sheets.report_lines import looks_like_none
from importers.sheets.row_widths import row_faults
from importers.values.spelling import fold

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from importers.content.sheet_findings import SheetFindings
    from importers.content.table import Table
    from importers.files.coded_column import CodedColumn
    from importers.files.grid import Grid
    from importers.sheets.heading_rows import HeadingPlace
    from importers.sheets.report_lines import ReportLine


def check_widths(
    table: Table,
    reports: SheetFindings,
    grids: Sequence[Grid],
    required: Sequence[str],
    lines: Mapping[int, Sequence[ReportLine]],
) -> NDArray[np.bool_]:
    """Report rows of text files whose cells do not stand below their headings; return which records these are.

    Parameters
    ----------
    required
        Columns without which a row is no record.
    lines
        Position of a file -> lines of its grid that are no records.
    """
    misplaced = np.zeros(len(table.rows), dtype=bool)
    for number, (grid, place) in enumerate(zip(grids, table.places, strict=True)):
        faults = row_faults(grid, place, required, lines.get(number, ()))
        records = dict.fromkeys(faults.errors, -1)
        for index in np.flatnonzero((table.file_of == number) & np.isin(table.rows - 1, list(records))).tolist():
            records[int(table.rows[index]) - 1] = index
        for row, index in sorted(records.items()):
            if index >= 0:
                misplaced[index] = True
                table.report(faults.errors[row], [index], costs_row=True)
            else:  # a torn piece may look like a line of a report
                reports.findings.append(faults.errors[row].at(file=grid.file, sheet=table.sheet, row=row + 1))
        if short := faults.short_rows():
            reports.note(short, grid.file, "", len(faults.short))
    return misplaced


def doubtful_rows(
    columns: Mapping[str, CodedColumn], places: Sequence[HeadingPlace], required: Sequence[str]
) -> NDArray[np.bool_]:
    """Return which rows may be a line of a report: a required cell looks like none of its column."""
    words = frozenset(fold(name) for place in places for name in (*place.headings.values(), *required))
    doubtful: NDArray[np.bool_] = np.zeros(1, dtype=bool)
    for column in required:
        codes, cells = columns[column]
        doubtful = doubtful | np.array([looks_like_none(cell, words) for cell in cells], dtype=bool)[codes]
    return doubtful
