"""A sheet whose columns are known: its distinct values, its row numbers, and findings about both.

Every cell is looked at once per distinct value of its column, never once per row.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from importers.content.joined_columns import filled_rows, join_columns, under_sections
from importers.content.placeholder_cells import placeholder_notes, without_placeholders
from importers.content.repeats import repeats_of_other_files, row_keys
from importers.content.sheet_findings import SheetFindings, grouped, unreadable_cell
from importers.files.cell import Odd, shown
from importers.files.coded_column import CodedColumn
from importers.findings import Problem, Severity, UnreadableError, notice
from importers.sheets.heading_rows import locate
from importers.sheets.layout import without_runs_of_blanks
from importers.sheets.layout_findings import layout_notes, line_notes
from importers.sheets.lines.report_lines import ReportLine, read_lines, sections_of
from importers.sheets.lines.row_checks import check_rows, doubtful_rows
from importers.sheets.template_columns import SHEETS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from numpy.typing import NDArray

    from importers.content.sheet_findings import Mistakes
    from importers.files.grid import Grid
    from importers.findings import Finding
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
    misplaced
        True for those whose cells do not stand below their headings: nothing is said about these cells.
    places
        Where the headings are in each file.
    reports
        The findings, to be changed as a whole.

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
        self._required = SHEETS[sheet].required
        self._files = [grid.file for grid in grids]
        self.reports = SheetFindings(self.sheet, self._files, self.places)
        self._sources: NDArray[np.int32] = np.array([grid.position for grid in grids], dtype=np.int32)
        self._repaired: NDArray[np.bool_] = np.array([grid.repairs for grid in grids], dtype=bool)
        self._headings: dict[str, str] = {}
        self._positions: dict[str, int] = {}
        for grid, place in zip(grids, self.places, strict=True):
            self._headings = place.headings | self._headings
            self._positions = {**place.columns} | self._positions
            for problem, value, count in layout_notes(grid, place, sheet, vocabulary):
                self.reports.note(problem, grid.file, value, count)
        joined = join_columns(grids, self.places)
        self.rows, self._file = joined.rows, joined.files
        self._columns, self._stood = without_placeholders(joined.columns)
        self.faulty, self.misplaced = (np.zeros(len(self.rows), dtype=bool) for _ in range(2))
        filled = filled_rows(self._columns, len(self.rows))  # before lines fill columns of blank rows
        kept, lines_of = self._leave_out_lines(grids)
        self._keep(kept & filled)
        self._check_rows([(grid, self.places[at], lines_of.get(at, ())) for at, grid in enumerate(grids)])
        if len(grids) > 1 and sheet != "Interventionen":  # there, values are compared, not cells
            self._drop_repeats(within_files=sheet != "Dienstzeiten")
        for problem, column, count in placeholder_notes(self._columns, self._stood):
            self.report_sheet(problem, column=column, count=count)

    @property
    def findings(self) -> list[Finding]:
        """All findings so far, in order."""
        return self.reports.findings

    def mistakes(self) -> Mistakes:
        """Return the errors among them of each record."""
        return self.reports.mistakes(self._file, self.rows)

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

    def has_in_file(self, column: str, source: int) -> bool:
        """Return whether a file has the column; ``source``: its position among all files that are read."""
        return any(column in self.places[at].columns for at in np.flatnonzero(self._sources == source).tolist())

    def heading(self, column: str) -> str:
        """Return the heading of a column as it is in the file."""
        return self._headings.get(column, column)

    def raw(self, column: str) -> CodedColumn:
        """Return the cells of a column; one blank cell for a column that is absent."""
        return self._columns.get(column) or CodedColumn(np.zeros(len(self.rows), dtype=np.int64), [""])

    def put(self, column: str, cells: CodedColumn) -> None:
        """Replace the cells of a column by what follows from others."""
        self._columns[column] = cells

    def as_it_stood(self, column: str) -> CodedColumn:
        """Return the cells of a column with the words for "blank" that :meth:`raw` leaves out."""
        codes, cells = self.raw(column)
        stood = self._stood.get(column, [])
        return CodedColumn(codes, [*stood, *cells[len(stood) :]])

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
            Gives the value of a cell or raises :class:`Problem`, which is reported.
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
        alike: dict[tuple[str, str, str], Problem] = {}
        for code, cell in enumerate(cells):
            try:
                if isinstance(cell, Odd):
                    raise unreadable_cell(cell)
                values.append(parse(cell))
            except Problem as problem:
                values.append(default if problem.taken is None else problem.taken)
                same = problem.code, problem.message, problem.repair
                problems[code] = alike.setdefault(same, problem.with_traceback(None))
        if problems:
            self._report(problems, np.where(self.misplaced, -1, meant), column, costs_row=costs_row)
        return CodedColumn(codes, values)

    def report(
        self, problem: Problem, indices: Iterable[int], column: str = "", *, costs_row: bool = False, count: int = 1
    ) -> None:
        """Add a finding for the given records: one for all that have the same value in the column.

        Parameters
        ----------
        column
            Where the problem is, "" = the row as a whole.
        count
            How many rows it is about, if not only those given.
        """
        records = np.fromiter(indices, dtype=np.int64)
        if not len(records):
            return
        meant = np.full(len(self.rows), -1, dtype=np.int64)
        meant[records] = self.raw(column).codes[records] if column else 0
        codes = dict.fromkeys(np.unique(meant[records]).tolist(), problem)
        self._report(codes, meant, column, costs_row=costs_row, count=count)

    def _report(
        self, problems: Mapping[int, Problem], meant: np.ndarray, column: str, *, costs_row: bool, count: int = 1
    ) -> None:
        """Add the findings of a column; ``meant`` has the code of each record, -1 = not meant."""
        cells = self.as_it_stood(column).values if column else [""]
        for group in grouped(problems, lambda code: shown(cells[code]), meant, self._file):
            if costs_row and group.problem.severity is Severity.ERROR:
                self.faulty[group.records] = True
            self.reports.add(group, self.rows[group.records], count, column, self.heading(column))

    def report_sheet(self, problem: Problem, *, value: str = "", count: int = 1, column: str = "") -> None:
        """Add one finding for the sheet as a whole."""
        self.reports.note(problem, self._files[0], value, count, self._headings.get(column, column))

    def _check_rows(self, grids: Sequence[tuple[Grid, HeadingPlace, Sequence[ReportLine]]]) -> None:
        """Report what is said of rows as a whole; of those whose cells are misplaced nothing else will be said."""
        found = check_rows(self.sheet, grids, self._required, self.rows, self._file)
        for record, problem in found.misplaced.items():
            self.report(problem, [record], costs_row=True)
        self.findings.extend(found.findings)
        self.misplaced[list(found.misplaced)] = True

    def _leave_out_lines(self, grids: Sequence[Grid]) -> tuple[NDArray[np.bool_], dict[int, list[ReportLine]]]:
        """Return which rows are no sums, footers and the like, and these by file; apply sections to the rows below."""
        doubtful = np.broadcast_to(doubtful_rows(self._columns, self.places, self._required), len(self.rows))
        lines_of: dict[int, list[ReportLine]] = {}
        kept = np.ones(len(self.rows), dtype=bool)
        for number, (grid, place) in enumerate(zip(grids, self.places, strict=True)):
            own = np.flatnonzero(self._file == number)
            plain = own[~doubtful[own]]
            last = int(self.rows[plain[-1]]) - 1 if len(plain) else -1
            candidates = without_runs_of_blanks(grid, self.rows[own[doubtful[own]]] - 1)
            lines = read_lines(grid, place, candidates, self._required, last)
            if not lines or not len(own):
                continue
            lines_of[number] = lines
            first = int(own[0]) - place.row - 1
            kept[[first + line.row for line in lines if line.row > place.row]] = False
            for column, sections in sections_of(lines).items():
                records = [(max(first + line.row, int(own[0])), line.value) for line in sections]
                self._columns[column] = under_sections(self.raw(column), own, records)
                self._headings.setdefault(column, column)
            for problem, value, count in line_notes(lines):
                self.reports.note(problem, grid.file, value, count)
        return kept, lines_of

    def _keep(self, kept: np.ndarray) -> None:
        if not kept.all():
            self.faulty, self.misplaced = self.faulty[kept], self.misplaced[kept]
            self.rows, self._file = self.rows[kept], self._file[kept]
            self._columns = {name: CodedColumn(codes[kept], cells) for name, (codes, cells) in self._columns.items()}

    def drop(self, dropped: np.ndarray) -> None:
        """Remove the records where ``dropped`` is true, as if they were not in the file."""
        self._keep(~dropped)

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

        Repaired rows neither repeat others nor are repeated. ``keys`` are equal exactly where the records are.
        """
        repeated = self.stand_in_other_files(keys, records)
        for number, count in zip(*np.unique(self._file[records[repeated]], return_counts=True), strict=True):
            text = f"{count} Zeilen stehen schon in einer anderen Datei und zählen nicht noch einmal."
            problem = notice("zeilen-schon-in-anderer-datei", text, "Nichts zu tun.")
            self.reports.note(problem, self._files[number], "", int(count))
        return repeated

    def stand_in_other_files(self, keys: np.ndarray, records: np.ndarray) -> np.ndarray:
        """Return the same without a notice."""
        return repeats_of_other_files(keys, self._file[records], self.repaired[records])
