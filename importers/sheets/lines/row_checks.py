"""Rows looked at as a whole: misplaced below their headings, hidden, struck out, or no records at all."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from importers.files.grid import Unseen
from importers.findings import notice, warning
from importers.sheets.layout import row_numbers
from importers.sheets.lines.report_lines import looks_like_none
from importers.sheets.lines.row_widths import row_faults
from importers.values.spelling import fold

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from importers.files.coded_column import CodedColumn
    from importers.files.grid import Grid
    from importers.findings import Finding, Problem
    from importers.sheets.heading_rows import HeadingPlace
    from importers.sheets.lines.report_lines import ReportLine


@dataclass(frozen=True, slots=True)
class RowChecks:
    """What is said of rows as a whole.

    Attributes
    ----------
    misplaced
        Records whose cells do not stand below their headings -> what is wrong with them.
    findings
        About rows that are no records, as a torn piece may look like a line of a report, and about files.
    """

    misplaced: dict[int, Problem] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)


def check_rows(
    sheet: str,
    grids: Sequence[tuple[Grid, HeadingPlace, Sequence[ReportLine]]],
    required: Sequence[str],
    rows: np.ndarray,
    files: np.ndarray,
) -> RowChecks:
    """Compare the rows of each file with their headings, and look for rows that a person does not see.

    Parameters
    ----------
    sheet
        Its name in findings.
    grids
        The sheets of the files, with the place of their headings and their lines that are no records.
    required
        Columns without which a row is no record.
    rows, files
        Row, counted from 1, and file of each record.

    Raises
    ------
    UnreadableError
        If most rows of a file do not fit.
    """
    checks = RowChecks()
    for number, (grid, place, lines) in enumerate(grids):
        faults = row_faults(grid, place, required, lines)
        at = np.flatnonzero((files == number) & np.isin(rows - 1, list(faults.errors))).tolist()
        records = {int(rows[index]) - 1: index for index in at}
        for row, problem in sorted(faults.errors.items()):
            if row in records:
                checks.misplaced[records[row]] = problem
            else:
                checks.findings.append(problem.at(file=grid.file, sheet=sheet, row=row + 1))
        if short := faults.short_rows():
            checks.findings.append(short.at(file=grid.file, sheet=sheet, count=len(faults.short)))
        if grid.unseen == Unseen():
            continue
        for problem, value, count in unseen_notes(grid.unseen, place, (rows[files == number] - 1).tolist()):
            checks.findings.append(problem.at(file=grid.file, sheet=sheet, value=value, count=count))
    return checks


def unseen_notes(unseen: Unseen, place: HeadingPlace, rows: Sequence[int]) -> Iterator[tuple[Problem, str, int]]:
    """Yield problem, value and number of rows or columns for what is read though a person does not see it.

    Parameters
    ----------
    rows
        Rows of the grid that are records.
    """
    if hidden := [row + 1 for row in rows if row in unseen.rows]:
        numbers = row_numbers(hidden)
        yield (
            notice(
                "zeilen-ausgeblendet",
                f"{len(hidden)} Zeilen sind ausgeblendet oder ausgefiltert und werden gelesen: Zeile {numbers}.",
                "Nichts zu tun, wenn sie zählen sollen. Sonst löschen Sie diese Zeilen.",
            ),
            numbers,
            len(hidden),
        )
    if struck := [row + 1 for row in rows if row in unseen.struck_rows]:
        numbers = row_numbers(struck)
        yield (
            warning(
                "zeilen-durchgestrichen",
                f"In {len(struck)} Zeilen ist Text durchgestrichen; sie werden gelesen: Zeile {numbers}.",
                "Sind die Zeilen ungültig, löschen Sie sie oder tragen Sie den Status ein.",
            ),
            numbers,
            len(struck),
        )
    if columns := [column for column, position in place.columns.items() if position in unseen.columns]:
        named = ", ".join(f"„{place.texts[place.columns[column]]}“" for column in columns)
        yield (
            notice(
                "spalten-ausgeblendet",
                f"Diese Spalten sind ausgeblendet und werden trotzdem gelesen: {named}.",
                "Nichts zu tun, wenn sie zählen sollen. Sonst löschen Sie die Spalten.",
            ),
            named,
            len(columns),
        )


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
