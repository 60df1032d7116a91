"""Rosters with one row a person and one column a day: shift codes or times in the cells."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from importers.files.cell import shown
from importers.files.coded_column import CodedColumn
from importers.files.sheet_cells import distinct, objects
from importers.findings import error, warning
from importers.rosters.list_layout import filled
from importers.rosters.month_dates import WRONG_WEEKDAY, contradicts_weekdays, month_dates
from importers.rosters.month_widths import rows_too_wide
from importers.rosters.planned_rows import planned_rows
from importers.rosters.reading_context import RosterEntries
from importers.rosters.shift_codes import Shift
from importers.sheets.layout import filled_down, is_blank
from importers.sheets.roster_headings import GIVEN, NAME, NUMBER, WARD, roster_column
from importers.values import cell_values
from importers.values.roster_times import month_and_year, weekday, without_month
from importers.values.spelling import clean, fold

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from importers.files.grid import Grid
    from importers.rosters.reading_context import RosterContext
    from importers.sheets.roster_headings import MonthBlock

_NO_PERSON: Final = re.compile(r"(?:summe|gesamt|anzahl|besetzung|soll|ist|legende|stunden|tag|datum|wochentag|kw)\b")
_NO_SUCH_DAY: Final = error(
    "tag-gibt-es-nicht",
    "Diesen Tag hat der Monat nicht.",
    "Löschen Sie den Eintrag oder berichtigen Sie den Monat.",
)
_PERSON_ERROR: Final = error(
    "nummer-fehlt",
    "Zu dieser Zeile gibt es weder Personal-Nr noch Name; ihre Einträge sind ausgelassen.",
    "Tragen Sie Personal-Nr oder Name ein.",
)


def read_month_grid(grid: Grid, blocks: list[MonthBlock], context: RosterContext) -> list[RosterEntries]:
    """Return the duties of a roster, block by block."""
    entries = []
    ward = context.wards.named(without_month(grid.name))
    above = 0
    for block in blocks:
        titles = [cell for cells in grid.cells[above : block.row] for cell in cells]
        titles += list(grid.cells[block.row, : min(block.days)])
        for title in titles:
            if isinstance(title, str) and (named := context.wards.named(without_month(title))):
                ward = named
        above = block.end - 1  # a title of the next block may stand below this one's rows
        while above > block.row and not filled(grid.cells[above : above + 1, list(block.days)]).any():
            above -= 1
        dates = month_dates(grid, block, titles)
        if not isinstance(dates, dict):
            count = int(filled(grid.cells[block.row + 1 : block.end, list(block.days)]).sum())
            context.report(dates, grid, block.row + 1, "", "", count)
            context.leave_out_undated(count)
            continue
        if any(day.year for day in block.days.values()) and contradicts_weekdays(grid, block, dates):
            context.report(
                warning("wochentag-passt-nicht", WRONG_WEEKDAY, "Prüfen Sie die Daten in der Kopfzeile."),
                grid,
                block.row + 1,
            )
        rows, ward = _rows(grid, block, dates, ward, context)
        entries.append(_entries(grid, block, dates, rows, context))
    return entries


def _who(grid: Grid, block: MonthBlock, context: RosterContext) -> dict[str, int]:
    """Return the columns of number, name, given name and ward: by their headings, else by their cells."""
    columns: dict[str, int] = {}
    left = min(block.days)
    for position in range(grid.cells.shape[1]):
        if position in block.days:
            continue
        for row in range(max(0, block.row - 1), min(block.row + 2, block.end)):
            column = roster_column(grid.cells[row, position])
            if column in {NUMBER, NAME, GIVEN, WARD} and (position < left or column == WARD):
                columns.setdefault(column, position)
    if NUMBER in columns or NAME in columns:
        return columns
    best = (0, 0)
    for position in set(range(left)) - set(columns.values()):
        cells = [cell_values.text(cell) for cell in grid.cells[block.row + 1 : block.end, position]]
        named = sum(bool(context.names.find(cell)[0]) for cell in cells)
        known = sum(context.names.knows(cell) for cell in cells)
        best = max(best, (named + known, -position))
    if best[0]:
        return columns | {NAME: -best[1]}
    texts = [
        p for p in range(left) if p not in columns.values() and filled(grid.cells[block.row + 1 : block.end, [p]]).any()
    ]
    return columns | ({NAME: texts[0]} if texts else {})


def _number(value: Any) -> str:
    try:
        return cell_values.identifier(value)
    except ValueError:
        return cell_values.text(value)


@dataclass(frozen=True, slots=True)
class PersonRows:
    """The rows of a block.

    Attributes
    ----------
    cells : rows x days
        What stands below the days.
    counts : bool, rows x days
        Which of the cells are entries of a person.
    staff, ward : one per row
        As :class:`RosterEntries` has them.
    """

    cells: np.ndarray
    counts: np.ndarray
    staff: np.ndarray
    ward: np.ndarray


def _rows(
    grid: Grid, block: MonthBlock, dates: dict[int, date | None], ward: str | None, context: RosterContext
) -> tuple[PersonRows, str | None]:
    """Return the rows of a block, and the ward that applies at its end."""
    first = block.row + 1
    who = _who(grid, block, context)
    columns = {name: filled_down(grid, first, at)[: block.end - first] for name, at in who.items()}
    cells = grid.cells[first : block.end][:, np.array(sorted(dates))]
    entries = filled(cells)
    counts = entries.sum(axis=1)
    _report_between(grid, block, context)
    rows = PersonRows(cells, np.zeros_like(entries), *(np.full(len(cells), None, dtype=object) for _ in range(2)))
    wide = rows_too_wide(grid, block, context)
    planned = planned_rows(grid, block, set(who.values()), context)
    before: dict[str, Any] = {}
    for row in range(len(cells)):
        texts = {name: column[row] for name, column in columns.items()}
        if row - 1 in planned and row not in planned and all(map(is_blank, texts.values())):
            texts = before
        before = texts
        if row in planned:
            continue
        number, name = _number(texts.get(NUMBER, "")), cell_values.text(texts.get(NAME, ""))
        if line := _line(grid.cells[first + row], counts[row], context):
            if not _is_note(grid, block, row, counts) and not month_and_year(line)[0]:
                ward = context.line_of_ward(without_month(line) or line, grid, first + row + 1) or ward
            continue
        weekdays = row == 0 and _weekdays(cells[row][entries[row]])
        if not counts[row] or weekdays or _NO_PERSON.match(fold(name or number)):
            continue
        if first + row in wide:
            context.leave_out(_days(dates)[entries[row]])
            continue
        if not number and not name:
            context.report(_PERSON_ERROR, grid, first + row + 1, count=int(counts[row]))
            context.leave_out(_days(dates)[entries[row]])
            continue
        given_name = cell_values.text(texts.get(GIVEN, ""))
        heading = clean(str(grid.cells[block.row, who[NUMBER if number else NAME]]))
        person = number, ", ".join(filter(None, (name, given_name)))
        rows.staff[row] = context.person(person, grid, (first + row + 1, heading), int(counts[row]))
        rows.ward[row] = cell_values.text(texts.get(WARD, "")) or ward
        rows.counts[row] = entries[row]
    return rows, ward


def _line(cells: np.ndarray, count: int, context: RosterContext) -> str | None:
    """Return the text of a line between the duties, None if the row is one of a person or blank.

    Parameters
    ----------
    count
        How many of the cells stand below a day.
    """
    values = [cell for cell in cells if cell != "" and (not isinstance(cell, str) or clean(cell))]
    if not values or any(cell != values[0] for cell in values):
        return None
    lone = values[0]
    # A shift alone in the column of a day is an unassigned duty, not a line between duties.
    duty = len(values) == count == 1 and isinstance(context.codes.resolve(lone), Shift)
    if not isinstance(lone, str) or duty or _is_person(lone, context):
        return None
    return lone if len(values) == 1 or context.wards.named(lone) else None


def _is_person(text: str, context: RosterContext) -> bool:
    return context.names.knows(text) or bool(context.names.find(text)[0])


def _is_note(grid: Grid, block: MonthBlock, row: int, counts: np.ndarray) -> bool:
    """Return whether a line stands below all duties of the last block: a legend or a date of printing."""
    return block.end == len(grid.cells) and not counts[row + 1 :].any()


def _weekdays(cells: np.ndarray) -> bool:
    return all(weekday(cell) >= 0 for cell in cells)


def _report_between(grid: Grid, block: MonthBlock, context: RosterContext) -> None:
    """Report entries in columns without a day between those that have one."""
    between = [p for p in range(min(block.days), max(block.days)) if p not in block.days]
    if between and (count := int(filled(grid.cells[block.row + 1 : block.end][:, between]).sum())):
        context.report(
            error(
                "spalte-ohne-datum",
                f"{count} Einträge stehen in Spalten ohne Tag zwischen den Tagen; sie sind ausgelassen.",
                "Schreiben Sie über jede Spalte ihren Tag, bei zwei Diensten am Tag zweimal denselben, oder löschen "
                "Sie die Spalte.",
            ),
            grid,
            block.row + 1,
            "",
            "",
            count,
        )
        context.leave_out_undated(count)


def _days(dates: dict[int, date | None]) -> np.ndarray:
    """Return the days of the columns (datetime64[s]), NaT where the month has no such day."""
    return np.array([dates[position] for position in sorted(dates)], dtype="datetime64[D]").astype("datetime64[s]")


def _entries(
    grid: Grid, block: MonthBlock, dates: dict[int, date | None], rows: PersonRows, context: RosterContext
) -> RosterEntries:
    """Turn cells into duties, one look at each distinct cell."""
    row, column = np.nonzero(rows.counts)
    entries = CodedColumn(*distinct(rows.cells[row, column]))
    headings = objects([clean(shown(grid.cells[block.row, position])) for position in sorted(dates)])[column]
    day, number, value = _days(dates)[column], block.row + 2 + row, objects(entries.values)[entries.codes]
    for index in np.flatnonzero(np.isnat(day)).tolist():
        context.report(_NO_SUCH_DAY, grid, int(number[index]), headings[index], value[index])

    def place(index: int) -> tuple[Grid, int, str]:
        return grid, int(number[index]), headings[index]

    context.leave_out_undated(int(np.isnat(day).sum()))
    duty, seconds = _shifts(entries, day, place, context)
    return RosterEntries(
        grid,
        rows.staff[row[duty]],
        rows.ward[row[duty]],
        day[duty] + seconds[:, 0],
        day[duty] + seconds[:, 1],
        number[duty],
        headings[duty],
        value[duty],
    )


def _shifts(
    entries: CodedColumn, day: np.ndarray, place: Callable[[int], tuple[Grid, int, str]], context: RosterContext
) -> tuple[np.ndarray, np.ndarray]:
    """Return the entry of each duty, in the order of the entries, and its begin and end (timedelta64[s], duty x 2).

    Parameters
    ----------
    day
        Of each entry (datetime64[s]), NaT = none.
    place
        Position of an entry -> where it stands.
    """
    picked, times = [np.zeros(0, dtype=np.int64)], [np.zeros((0, 2), dtype=np.int64)]
    for code, cell in enumerate(entries.values):
        meant = context.codes.resolve(cell)
        where = np.flatnonzero((entries.codes == code) & ~np.isnat(day))
        if not len(where):
            continue
        first = place(int(where[0]))
        if not isinstance(meant, Shift):
            context.note_unread(meant, first, len(where))
            context.leave_out(day[where])
        elif meant.absence:
            context.note_absent(first[0], shown(cell), len(where))
        else:
            context.note_pauses(first[0], meant.pause, len(where))
            picked += [where] * len(meant.spans)
            times += [np.tile(span, (len(where), 1)) for span in meant.spans]
    duty, minutes = np.concatenate(picked), np.concatenate(times)
    order = np.argsort(duty, kind="stable")
    return duty[order], minutes[order].astype("timedelta64[m]").astype("timedelta64[s]")
