"""Rosters with one row a duty: our own sheet ``Dienste`` and lists of foreign programs.

A row says who, when, and often a shift code. The day may stand in the row, in a line above it, or in the title; so may
the ward.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from importers.content.persons.person_names import names_in
from importers.content.shared_columns import as_days, numbers, parse_moment
from importers.content.table import Table
from importers.files.cell import shown
from importers.findings import error
from importers.rosters.list_times import read_times
from importers.rosters.reading_context import SHEET, RosterEntries, sheet_name
from importers.rosters.shift_codes import Shift, Unread, parse_pause
from importers.sheets.lines.report_lines import NOTE, ReportLine
from importers.sheets.roster_headings import CODE, DAY, GIVEN, NAME, NUMBER, PAUSE, START, WARD
from importers.values import cell_values
from importers.values.roster_times import only_day, without_month
from importers.values.spelling import clean

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from importers.files.grid import Grid
    from importers.rosters.list_times import DutyTimes
    from importers.rosters.reading_context import RosterContext
    from importers.sheets.heading_rows import HeadingPlace

_LIKE_NUMBER: Final = re.compile(r"\S*\d\S*")


@dataclass
class RosterLines:
    """The lines between the duties: for each row of the sheet, the ward and the day that apply."""

    ward: np.ndarray
    day: np.ndarray
    rows: set[int] = field(default_factory=set)


def filled(cells: np.ndarray) -> np.ndarray:
    """Return which cells of a rectangle hold more than blanks."""
    codes, values = pd.factorize(cells.ravel(order="F"))
    has_content = np.array([not isinstance(value, str) or bool(clean(value)) for value in values], dtype=bool)
    rectangle: np.ndarray = has_content[codes].reshape(cells.shape, order="F")
    return rectangle


def _lines(grid: Grid, place: HeadingPlace, context: RosterContext) -> RosterLines:
    above = [cell for cells in grid.cells[: place.row] for cell in cells if isinstance(cell, str) and cell]
    titles = [*above, grid.name]
    day = next((own_day for text in titles if (own_day := only_day(text))), None)
    ward = next((named for text in titles if (named := context.wards.named(without_month(text)))), None)
    lines = RosterLines(
        np.full(len(grid.cells), ward, dtype=object), np.full(len(grid.cells), day, dtype="datetime64[D]")
    )
    number = place.columns.get(NUMBER, -1)
    below = grid.cells[place.row + 1 :]
    alike = ((below != "").sum(axis=1) == 1) | (below == below[:, :1]).all(axis=1)
    for row in (np.flatnonzero(alike) + place.row + 1).tolist():
        if (cell := _only(grid.cells[row])) is None:
            continue
        text = cell_values.text(cell)
        own_day = cell if isinstance(cell, date) else only_day(text)
        incomplete = context.names.knows(text) or bool(context.names.find(text)[0])
        if number >= 0 and grid.cells[row][number] != "":
            incomplete = incomplete or bool(_LIKE_NUMBER.fullmatch(text))
        if own_day or context.wards.named(text) or not incomplete:
            lines.rows.add(row)
            if own_day:
                lines.day[row:] = np.datetime64(own_day, "D")
            elif named := context.line_of_ward(text, grid, row + 1):
                lines.ward[row:] = named
    return lines


def _only(cells: Any) -> Any:
    """Return the first value of a row, None if it is blank."""
    return next((cell for cell in cells if not isinstance(cell, str) or clean(cell)), None)


class DutyRows(Table):
    """The rows of one sheet below headings found here, without the lines between them."""

    def __init__(self, grid: Grid, place: HeadingPlace, lines: RosterLines) -> None:
        self._lines = lines
        super().__init__(SHEET, [grid], [place], title=sheet_name(grid))

    def _leave_out_lines(self, _grids: Sequence[Grid]) -> tuple[NDArray[np.bool_], dict[int, list[ReportLine]]]:
        lines = [ReportLine(row, NOTE) for row in sorted(self._lines.rows)]
        return ~np.isin(self.rows - 1, list(self._lines.rows)), {0: lines}


def read_list(grid: Grid, place: HeadingPlace, context: RosterContext) -> RosterEntries:
    """Return the duties of a sheet whose headings are known.

    Times without a day belong to the day of their row; an end not after its beginning is on the day after.
    """
    lines = _lines(grid, place, context)
    table = DutyRows(grid, place, lines)
    entries = read_table(table, grid, context, lines)
    context.findings.extend(table.findings)
    # A row that takes its day or ward from a line above would not have them on its own.
    if np.isnat(lines.day.astype("datetime64[s]")).all() and not any(lines.ward):
        context.tables.append(table)
    return entries


def read_table(table: Table, grid: Grid, context: RosterContext, lines: RosterLines | None = None) -> RosterEntries:
    """Return the duties of a table of which every row is one; errors of its cells are findings of the table."""
    context.people |= names_in([table])
    shifts = _shifts(table, grid, context)
    people = _people(table)
    codes, values = table.read(DAY, parse_moment, None, costs_row=True)
    day = as_days(values)[codes]
    ward = np.empty(len(table.rows), dtype=object)
    codes, texts = table.read(WARD, cell_values.text, "")
    ward[:] = [texts[code] or None for code in codes]
    if lines:
        row = table.rows - 1
        day = np.where(np.isnat(day), lines.day[row].astype("datetime64[s]"), day)
        ward = np.where(ward.astype(bool), ward, lines.ward[row])
    times = read_times(table, day, shifts)
    _leave_unread(table, grid, context, shifts, ~np.isin(np.arange(len(table.rows)), times.record))
    kept = ~table.faulty[times.record]
    context.leave_out(_days_left_out(table, day, times))
    record, start, end, column = (of_duty[kept] for of_duty in times)
    staff = _staff(table, grid, context, people, record)
    _note_pauses(table, grid, context, record[_first_of_row(record)], shifts)
    codes, cells = table.raw(START)
    value = np.empty(len(record), dtype=object)
    value[:] = [cells[code] for code in codes[record]]
    return RosterEntries(grid, staff, ward[record], start, end, table.rows[record], column, value)


def _days_left_out(table: Table, day: np.ndarray, times: DutyTimes) -> np.ndarray:
    """Return the day of each row with an error: the one it says, else that of its beginning, else NaT."""
    of_row = day.copy()
    begun = np.flatnonzero(np.isnat(day[times.record]) & ~np.isnat(times.start))
    of_row[times.record[begun]] = times.start[begun]
    left_out: np.ndarray = of_row[table.faulty]
    return left_out


def _shifts(table: Table, grid: Grid, context: RosterContext) -> list[Shift | Unread | None]:
    """Return the meaning of the code of each row, and leave out the rows that are no duty."""
    codes, cells = table.raw(CODE)
    meanings: list[Shift | Unread | None] = [
        None if isinstance(cell, str) and not clean(cell) else context.codes.resolve(cell) for cell in cells
    ]
    absent = np.array([isinstance(one, Shift) and bool(one.absence) for one in meanings], dtype=bool)
    if not table.has(START):
        absent |= np.array([one is None for one in meanings], dtype=bool)
    for code in np.flatnonzero(absent).tolist():
        if count := int((codes == code).sum()):
            context.note_absent(grid, shown(cells[code]) or "leer", count)
    if absent.any():
        table.drop(absent[codes])
        codes, _ = table.raw(CODE)
    return [meanings[code] for code in codes.tolist()]


def _people(table: Table) -> list[tuple[str, str]]:
    """Return number and name of each row; a row without both is reported."""
    number = numbers(table, NUMBER, required=not table.has(NAME))
    if not table.has(NAME):
        return [(code, "") for code in number]
    name_codes, names = table.read(NAME, cell_values.text, "")
    given_codes, givens = table.read(GIVEN, cell_values.text, "")
    people = [
        (code, ", ".join(filter(None, (names[name], givens[given_name]))))
        for code, name, given_name in zip(number, name_codes.tolist(), given_codes.tolist(), strict=True)
    ]
    table.report(
        error("nummer-fehlt", "Personal-Nr und Name fehlen.", "Tragen Sie eines davon ein oder löschen Sie die Zeile."),
        [row for row, who in enumerate(people) if not any(who)],
        NAME,
        costs_row=True,
    )
    return people


def _staff(
    table: Table, grid: Grid, context: RosterContext, people: list[tuple[str, str]], record: np.ndarray
) -> np.ndarray:
    """Return whose duty each is; findings about a person are repeated for every row."""
    silent: dict[tuple[str, str], str | None] = {}
    of_row: dict[int, str | None] = {}
    for row in record[_first_of_row(record)].tolist():
        who = people[row]
        if who not in silent:
            before = len(context.findings)
            place = int(table.rows[row]), table.heading(NUMBER if who[0] else NAME)
            of_row[row] = context.person(who, grid, place, 1)
            if len(context.findings) > before:
                continue
            silent[who] = of_row[row]
        of_row[row] = silent[who]
    staff = np.empty(len(record), dtype=object)
    staff[:] = [of_row[row] for row in record.tolist()]
    return staff


def _first_of_row(record: np.ndarray) -> np.ndarray:
    """Return which duties are the first of their row."""
    first: np.ndarray = np.diff(record, prepend=-1) > 0
    return first


def _leave_unread(
    table: Table, grid: Grid, context: RosterContext, shifts: list[Shift | Unread | None], wanted: np.ndarray
) -> None:
    """Leave out the rows that give their times by an unknown code alone."""
    for row in np.flatnonzero(wanted & ~table.faulty).tolist():
        if isinstance(entry := shifts[row], Unread):
            context.note_unread(entry, (grid, int(table.rows[row]), table.heading(CODE)))
            table.faulty[row] = True


def _note_pauses(
    table: Table, grid: Grid, context: RosterContext, records: np.ndarray, shifts: list[Shift | Unread | None]
) -> None:
    if not table.has(PAUSE) and not table.has(CODE):
        return
    codes, values = table.read(PAUSE, parse_pause, 0)
    for row in records.tolist():
        shift = shifts[row]
        own = values[codes[row]]
        context.note_pauses(grid, own or (shift.pause if isinstance(shift, Shift) else 0))
