"""The findings about one sheet: of the same problem with the same value there is one, with all its rows counted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from importers.files.grid import letter_of
from importers.findings import Finding, Problem, Severity, error
from importers.values.spelling import fold

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from numpy.typing import NDArray

    from importers.files.cell import Odd
    from importers.sheets.heading_rows import HeadingPlace

NAMED: Final = 5
"""Rows that a finding names; the others are only counted."""

MOST: Final = 5_000
"""Different values of a column with a finding of their own; all others share one."""

_ROWS: Final = 2**32
"""More than a sheet has rows: so file and row make one number."""


class ProblemRows(NamedTuple):
    """One problem, the value that has it, and its records: their positions in order, all of one file."""

    problem: Problem
    value: str
    file: int
    records: NDArray[np.intp]


def grouped(
    problems: Mapping[int, Problem], shown_cells: Callable[[int], str], codes: np.ndarray, file_of: np.ndarray
) -> list[ProblemRows]:
    """Return the records of each problem, value and file together, in the order of their first record.

    Parameters
    ----------
    problems
        Code -> what is the matter with its cell. Beyond :data:`MOST` values, those of a kind are taken together.
    shown_cells
        Gives the text of a code.
    codes
        Code of each record, -1 = not meant.
    """
    groups: dict[tuple[str, ...], int] = {}
    members: list[tuple[Problem, str]] = []
    of_code = np.full(int(codes.max(initial=-1)) + 2, -1, dtype=np.int64)  # the last one is that of -1
    for code, problem in problems.items():
        if code + 1 >= len(of_code):
            continue
        text = shown_cells(code)
        key: tuple[str, ...] = (problem.code, problem.message, problem.repair, fold(text))
        if len(groups) >= MOST and key not in groups:
            key, problem, text = (problem.code,), _of_many(problem), "weitere"  # noqa: PLW2901
        number = groups.setdefault(key, len(groups))
        if number == len(members):
            members.append((problem, text))
        of_code[code] = number
    of_record = of_code[codes]
    wrong = np.flatnonzero(of_record >= 0)
    keys = of_record[wrong] * (int(file_of.max(initial=0)) + 1) + file_of[wrong]
    order = np.argsort(keys, kind="stable")
    cuts = np.flatnonzero(np.diff(keys[order])) + 1
    parts = [wrong[part] for part in np.split(order, cuts) if len(part)]
    parts.sort(key=lambda part: int(part[0]))
    named = [members[of_record[part[0]]] for part in parts]
    return [
        ProblemRows(problem, text, int(file_of[part[0]]), part)
        for (problem, text), part in zip(named, parts, strict=True)
    ]


def _of_many(problem: Problem) -> Problem:
    return Problem(
        problem.severity,
        problem.code,
        f"Mehr als {MOST} verschiedene Werte dieser Spalte haben einen Befund; dieser steht für alle weiteren. "
        f"{problem.message}",
        problem.repair,
    )


class Mistakes(NamedTuple):
    """The errors of some records.

    Attributes
    ----------
    record, finding : int, one per error of a record
        Positions of both, in the order of the records.
    """

    record: NDArray[np.intp]
    finding: NDArray[np.int64]


class SheetFindings:
    """Findings about one sheet.

    Attributes
    ----------
    findings
        All so far, in order.

    Parameters
    ----------
    sheet
        Its name in findings.
    files
        Names of the files it is from.
    places
        Where the table stands in each of them.
    """

    def __init__(self, sheet: str, files: list[str], places: Sequence[HeadingPlace]) -> None:
        self.findings: list[Finding] = []
        self._errors: list[tuple[int, NDArray[np.int64]]] = []  # position of an error, and file and row of its records
        self._sheet, self._files, self._places = sheet, files, places

    def amend(self, code: str, change: Callable[[Finding], Finding]) -> None:
        """Replace the findings of a kind."""
        changed = {id(one): change(one) for one in self.findings if one.code == code}
        self.findings = [changed.get(id(one), one) for one in self.findings]

    def mistakes(self, files: NDArray[np.integer], rows: NDArray[np.integer]) -> Mistakes:
        """Return the errors among the findings that belong to some records.

        Parameters
        ----------
        files, rows
            File and row of each record, as the spreadsheet counts them; both in order.
        """
        records = files.astype(np.int64) * _ROWS + rows
        keys = np.concatenate([keys for _, keys in self._errors] or [np.zeros(0, np.int64)])
        number = np.repeat([number for number, _ in self._errors], [len(keys) for _, keys in self._errors])
        record = np.searchsorted(records, keys)
        there = np.flatnonzero(record < len(records))
        there = there[records[record[there]] == keys[there]]
        order = there[np.argsort(record[there], kind="stable")]
        return Mistakes(record[order], number[order].astype(np.int64))

    def note(self, problem: Problem, file: str, value: str, count: int, column: str = "") -> None:
        """Add one finding about the sheet as a whole."""
        self.findings.append(problem.at(file=file, sheet=self._sheet, column=column, value=value, count=count))

    def add(self, group: ProblemRows, rows: NDArray[np.int64], count: int, column: str, heading: str) -> None:
        """Add one finding for some rows of a file.

        Parameters
        ----------
        rows
            Of the group, as the spreadsheet counts them.
        count
            How many it covers, if they are more than those of the group.
        column, heading
            Our column, and what it is called in the file; "" = the row as a whole.
        """
        position = self._places[group.file].columns.get(column)
        finding = group.problem.at(
            file=self._files[group.file],
            sheet=self._sheet,
            row=int(rows[0]),
            column=heading,
            value=group.value,
            count=max(count, len(rows)),
            letter="" if position is None else letter_of(position),
            rows=tuple(rows[:NAMED].tolist()) if len(rows) > 1 else (),
        )
        self.findings.append(finding)
        if finding.severity is Severity.ERROR:
            self._errors.append((len(self.findings) - 1, group.file * _ROWS + rows))


def unreadable_cell(cell: Odd) -> Problem:
    """Return what is the matter with a cell that has no value to read."""
    formula = cell.shown.startswith("Formel")
    return error(
        "zelle-ohne-wert",
        "Die Formel in dieser Zelle wurde nie berechnet." if formula else "Diese Zelle enthält einen Excel-Fehler.",
        "Öffnen und speichern Sie die Datei in Excel oder ersetzen Sie die Formel durch ihren Wert.",
    )
