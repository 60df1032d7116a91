"""A sheet whose columns are known: its distinct values, its row numbers, and findings about both.

Every cell is looked at once per distinct value of its column, never once per row.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from importers.content.joined_columns import join_columns, under_sections
from importers.content.repeats import repeats_of_other_files, row_keys
from importers.files.cell import Odd, shown
from importers.files.coded_column import CodedColumn
from importers.files.grid import letter_of
from importers.findings import Finding, Problem, Severity, UnreadableError, error, notice
from importers.sheets.heading_rows import locate
from importers.sheets.layout import is_blank
from importers.sheets.layout_findings import layout_notes, line_notes
from importers.sheets.lines.report_lines import looks_like_none, read_lines, sections_of
from importers.sheets.template_columns import SHEETS, fold

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from numpy.typing import NDArray

    from importers.files.grid import Grid
    from importers.sheets.heading_rows import HeadingPlace
    from importers.sheets.synonyms import Vocabulary

_BEHIND_ALL: Final = 2**62
"""Position of a column that no heading names."""


class Table:
    """The rows of one sheet, from one file or several, without blank rows.

    Attributes
    ----------
    sheet
        Name of the sheet as the contract has it.
    rows
        Row of each record as the spreadsheet counts it, from 1.
    faulty
        True for each record with an error that costs the record.
    findings
        All findings so far, in order.
    mistakes
        The errors among them by file and row.
    places
        Where the headings are in each file.

    Parameters
    ----------
    grids
        The sheets, from one file or several.
    places
        Where the table of each of them stands; None: where its headings are found.
    title
        The name of the sheet in findings, "" = as in the contract.

    Raises
    ------
    UnreadableError
        If required columns are missing.
    """

    def __init__(
        self,
        sheet: str,
        grids: Sequence[Grid],
        places: Sequence[HeadingPlace] | None = None,
        vocabulary: Vocabulary | None = None,
        title: str = "",
    ) -> None:
        self.places = places if places is not None else [locate(grid, sheet, vocabulary) for grid in grids]
        if trouble := next((place.trouble for place in self.places if place.trouble), ""):
            raise UnreadableError(trouble)
        self.sheet = title or sheet
        self.findings: list[Finding] = []
        self.mistakes: dict[tuple[int, int], list[Finding]] = {}
        self._required = SHEETS[sheet].required
        self._files = [grid.file for grid in grids]
        self._sources: NDArray[np.int32] = np.array([grid.position for grid in grids], dtype=np.int32)
        self._repaired: NDArray[np.bool_] = np.array([grid.repairs for grid in grids], dtype=bool)
        self._headings: dict[str, str] = {}
        self._positions: dict[str, int] = {}
        for grid, place in zip(grids, self.places, strict=True):
            self._headings = place.headings | self._headings
            self._positions = {**place.columns} | self._positions
            for problem, value, count in layout_notes(grid, place, sheet, vocabulary):
                self._note(problem, grid.file, value, count)
        joined = join_columns(grids, self.places)
        self.rows, self._file, self._columns = joined.rows, joined.files, joined.columns
        filled = self._filled_rows()  # before lines fill columns of blank rows
        self._keep(self._records(grids) & filled)
        if len(grids) > 1 and sheet != "Interventionen":  # there, values are compared, not cells
            self._drop_repeats(within_files=sheet != "Dienstzeiten")
        self.faulty = np.zeros(len(self.rows), dtype=bool)

    @property
    def file(self) -> str:
        """Name of the first file."""
        return self._files[0]

    @property
    def files(self) -> list[str]:
        """Names of all files."""
        return self._files

    @property
    def file_of(self) -> np.ndarray:
        """Position of each record's file among those of the table: a sheet of a workbook counts as a file."""
        return self._file

    @property
    def source_of(self) -> NDArray[np.int32]:
        """Position of each record's file among all files that are read: two sheets of a workbook are one file."""
        return np.take(self._sources, self._file)

    @property
    def sources_of_good_rows(self) -> NDArray[np.int32]:
        """The same of the records without an error that costs the record."""
        return self.source_of[~self.faulty]

    @property
    def repaired(self) -> NDArray[np.bool_]:
        """Which records are repaired rows: further ones, though the same may stand elsewhere."""
        return np.take(self._repaired, self._file)

    @property
    def columns(self) -> list[str]:
        """The columns that are there, in the order of the first file."""
        return sorted(self._columns, key=lambda column: self._positions.get(column, _BEHIND_ALL))

    def has(self, column: str) -> bool:
        """Return whether the file has the column."""
        return column in self._columns

    def heading(self, column: str) -> str:
        """Return the heading of a column as it is in the file."""
        return self._headings.get(column, column)

    def raw(self, column: str) -> CodedColumn:
        """Return the cells of a column; one blank cell for a column that is absent."""
        return self._columns.get(column) or CodedColumn(np.zeros(len(self.rows), dtype=np.int64), [""])

    def read(
        self,
        column: str,
        parse: Callable[[Any], Any],
        default: Any,
        *,
        costs_row: bool = False,
        only: np.ndarray | None = None,
    ) -> CodedColumn:
        """Turn a column into values, one call per distinct cell.

        Parameters
        ----------
        parse
            Gives the value of a cell or raises :class:`Problem`, which is reported for every row.
        default
            Value of cells that raise a problem without a value of its own, and of cells without a value to read.
        costs_row
            Whether an error leaves the row out.
        only
            True for each record meant; None = all.
        """
        codes, cells = self.raw(column)
        meant = codes if only is None else np.where(only, codes, -1)
        values: list[Any] = []
        problems: dict[int, Problem] = {}
        for code, cell in enumerate(cells):
            try:
                if isinstance(cell, Odd):
                    raise _unreadable_cell(cell)
                values.append(parse(cell))
            except Problem as problem:
                values.append(default if problem.taken is None else problem.taken)
                if problem.taken is None:
                    problems[code] = problem
                elif len(rows := np.flatnonzero(meant == code)):  # one finding for all rows with this value
                    self.report(problem, [int(rows[0])], column, count=len(rows))
        if problems:
            wrong = np.flatnonzero(np.isin(meant, list(problems)))
            for index, code in zip(wrong.tolist(), codes[wrong].tolist(), strict=True):
                self.report(problems[code], [index], column, costs_row=costs_row)
        return CodedColumn(codes, values)

    def report(
        self, problem: Problem, indices: Iterable[int], column: str = "", *, costs_row: bool = False, count: int = 1
    ) -> None:
        """Add a finding for each of the given records."""
        codes, cells = self.raw(column)
        heading = self._headings.get(column, column)
        for index in indices:
            if costs_row and problem.severity is Severity.ERROR:
                self.faulty[index] = True
            finding = problem.at(
                file=self._files[self._file[index]],
                sheet=self.sheet,
                row=int(self.rows[index]),
                column=heading,
                value=shown(cells[codes[index]]) if column else "",
                count=count,
                letter=self._letter(column, index),
            )
            self.findings.append(finding)
            if problem.severity is Severity.ERROR:
                self.mistakes.setdefault((int(self._file[index]), int(self.rows[index])), []).append(finding)

    def _letter(self, column: str, index: int) -> str:
        position = self.places[self._file[index]].columns.get(column)
        return "" if position is None else letter_of(position)

    def report_sheet(self, problem: Problem, *, value: str = "", count: int = 1, column: str = "") -> None:
        """Add one finding for the sheet as a whole."""
        self._note(problem, self._files[0], value, count, self._headings.get(column, column))

    def _note(self, problem: Problem, file: str, value: str, count: int = 1, column: str = "") -> None:
        self.findings.append(problem.at(file=file, sheet=self.sheet, column=column, value=value, count=count))

    def _records(self, grids: Sequence[Grid]) -> NDArray[np.bool_]:
        """Return which rows are no sums, footers and the like, and apply sections to the rows below them."""
        doubtful = self._doubtful_rows()
        kept = np.ones(len(self.rows), dtype=bool)
        for number, (grid, place) in enumerate(zip(grids, self.places, strict=True)):
            own = np.flatnonzero(self._file == number)
            plain = own[~doubtful[own]]
            last = int(self.rows[plain[-1]]) - 1 if len(plain) else -1
            candidates = (self.rows[own[doubtful[own]]] - 1).tolist()
            lines = read_lines(grid, place, candidates, self._required, last)
            if not lines or not len(own):
                continue
            first = int(own[0]) - place.row - 1
            kept[[first + line.row for line in lines if line.row > place.row]] = False
            for column, sections in sections_of(lines).items():
                records = [(max(first + line.row, int(own[0])), line.value) for line in sections]
                self._columns[column] = under_sections(self.raw(column), own, records)
                self._headings.setdefault(column, column)
            for problem, value, count in line_notes(lines):
                self._note(problem, grid.file, value, count)
        return kept

    def _doubtful_rows(self) -> np.ndarray:
        """Return which rows may be a line of a report: a required cell looks like none of its column."""
        words = frozenset(fold(name) for place in self.places for name in (*place.headings.values(), *self._required))
        doubtful = np.zeros(len(self.rows), dtype=bool)
        for column in self._required:
            codes, cells = self._columns[column]
            doubtful |= np.array([looks_like_none(cell, words) for cell in cells], dtype=bool)[codes]
        return doubtful

    def _keep(self, kept: np.ndarray) -> None:
        if not kept.all():
            self.rows, self._file = self.rows[kept], self._file[kept]
            self._columns = {name: CodedColumn(codes[kept], cells) for name, (codes, cells) in self._columns.items()}

    def drop(self, dropped: np.ndarray) -> None:
        """Remove the records where ``dropped`` is true, as if they were not in the file."""
        self._keep(~dropped)
        self.faulty = self.faulty[~dropped]

    def _filled_rows(self) -> NDArray[np.bool_]:
        filled = np.zeros(len(self.rows), dtype=bool)
        for codes, cells in self._columns.values():
            blank = np.array([is_blank(cell) for cell in cells], dtype=bool)
            if not blank.any():
                return np.ones(len(self.rows), dtype=bool)
            filled |= ~blank[codes]
        return filled

    def _drop_repeats(self, *, within_files: bool) -> None:
        """Drop rows that an earlier sheet has; ``within_files``: of two files both stay, each may hold from a day."""
        keys = self.cell_keys()
        repeated = self.repeats_of_other_files(keys, np.arange(len(self.rows)))
        if within_files:
            repeated &= repeats_of_other_files(row_keys([keys, self.source_of]), self._file)
        self._keep(~repeated)

    def cell_keys(self) -> np.ndarray:
        """Return one integer per row, equal exactly where all cells stand the same."""
        return row_keys([codes for codes, _ in self._columns.values()])

    def repeats_of_other_files(self, keys: np.ndarray, records: np.ndarray) -> np.ndarray:
        """Return which records an earlier file has already, with a notice; equal ones within one file are none.

        Repaired rows neither repeat others nor are repeated.

        Parameters
        ----------
        keys
            One integer per record, equal exactly where the records are.
        records
            Positions of the records among the rows.
        """
        repeated = self.stand_in_other_files(keys, records)
        for number, count in zip(*np.unique(self._file[records[repeated]], return_counts=True), strict=True):
            text = f"{count} Zeilen stehen schon in einer anderen Datei und zählen nicht noch einmal."
            problem = notice("zeilen-schon-in-anderer-datei", text, "Nichts zu tun.")
            self._note(problem, self._files[number], "", int(count))
        return repeated

    def stand_in_other_files(self, keys: np.ndarray, records: np.ndarray) -> np.ndarray:
        """Return the same without a notice."""
        return repeats_of_other_files(keys, self._file[records], self.repaired[records])


def _unreadable_cell(cell: Odd) -> Problem:
    formula = cell.shown.startswith("Formel")
    return error(
        "zelle-ohne-wert",
        "Die Formel in dieser Zelle wurde nie berechnet." if formula else "Diese Zelle enthält einen Excel-Fehler.",
        "Öffnen und speichern Sie die Datei in Excel oder ersetzen Sie die Formel durch ihren Wert.",
    )
