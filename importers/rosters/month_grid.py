"""Rosters with one row a person and one column a day: shift codes or times in the cells."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from importers.files.cell import shown
from importers.files.sheet_cells import distinct
from importers.findings import error, warning
from importers.rosters.list_layout import filled
from importers.rosters.reading_context import RosterEntries
from importers.rosters.shift_codes import Shift
from importers.sheets.layout import filled_down
from importers.sheets.roster_headings import GIVEN, NAME, NUMBER, WARD, roster_column
from importers.values import cell_values
from importers.values.roster_times import (
    made_date,
    month_and_year,
    period_start,
    weekday,
    without_month,
)
from importers.values.spelling import clean, fold

if TYPE_CHECKING:
    from datetime import date

    from importers.files.grid import Grid
    from importers.findings import Problem
    from importers.rosters.reading_context import RosterContext
    from importers.sheets.roster_headings import MonthBlock

_NO_PERSON: Final = re.compile(r"(?:summe|gesamt|anzahl|besetzung|soll|ist|legende|stunden|tag|datum|wochentag|kw)\b")
_PERSON_ERROR: Final = error(
    "nummer-fehlt",
    "Zu dieser Zeile gibt es weder Personal-Nr noch Name; ihre Einträge sind ausgelassen.",
    "Tragen Sie Personal-Nr oder Name ein.",
)


def read_wide(grid: Grid, blocks: list[MonthBlock], ledger: RosterContext) -> list[RosterEntries]:
    """Return the duties of a roster, block by block."""
    made = []
    ward = ledger.wards.named(without_month(grid.name))
    above = 0
    for block in blocks:
        titles = [cell for cells in grid.cells[above : block.row] for cell in cells]
        titles += list(grid.cells[block.row, : min(block.days)])
        for title in titles:
            if isinstance(title, str) and (named := ledger.wards.named(without_month(title))):
                ward = named
        above = block.end - 1  # a title of the next block may stand below this one's rows
        while above > block.row and not filled(grid.cells[above : above + 1, list(block.days)]).any():
            above -= 1
        dates = _dates(grid, block, titles)
        if not isinstance(dates, dict):
            count = int(filled(grid.cells[block.row + 1 : block.end, list(block.days)]).sum())
            ledger.report(dates, grid, block.row + 1, "", "", count)
            continue
        if any(day.year for day in block.days.values()) and _contradicts(grid, block, dates):
            ledger.report(
                warning("wochentag-passt-nicht", _WRONG_WEEKDAY, "Prüfen Sie die Daten in der Kopfzeile."),
                grid, block.row + 1,
            )  # fmt: skip
        found, ward = _rows(grid, block, dates, ward, ledger)
        made.append(found)
    return made


_WRONG_WEEKDAY: Final = "Die Wochentage passen nicht zu den Tagen dieses Dienstplans."
_SAY_MONTH: Final = (
    "Schreiben Sie Monat und Jahr in den Titel, zum Beispiel „März 2026“, oder das volle Datum über jede Spalte."
)


def _dates(grid: Grid, block: MonthBlock, titles: list[Any]) -> dict[int, date | None] | Problem:
    """Return the date of each column, None where the calendar has none, or why they are not known."""
    days = block.days
    if all(day.year for day in days.values()):
        return {position: day.dated() for position, day in days.items()}
    start = next((found for title in titles if (found := period_start(title))), None)
    if start is None:
        said = _month(grid, titles, needs_month=not next(iter(days.values())).month)
        if not isinstance(said, tuple):
            return said
        if not said[0] and sum(day.day == 1 for day in days.values()) > (next(iter(days.values())).day == 1):
            said = (0, said[1])
        month, year = said
    else:
        month, year = start.month, start.year
    made: dict[int, date | None] = {}
    before = 0
    for position, day in days.items():
        if day.month:
            year += day.month < month and bool(made)
            month = day.month
        elif day.day < before:
            if start is None:
                return error(
                    "monat-unklar",
                    "Die Tage dieses Dienstplans reichen über einen Monat hinaus; welcher Tag zu welchem Monat gehört, "
                    "ist nicht sicher. Er ist nicht gelesen.",
                    _SAY_MONTH,
                )
            year, month = year + month // 12, month % 12 + 1
        before = day.day
        made[position] = made_date(year, month, day.day)
    if _contradicts(grid, block, made):
        return error("wochentag-passt-nicht", f"{_WRONG_WEEKDAY} Er ist nicht gelesen.", _SAY_MONTH)
    return made


def _month(grid: Grid, titles: list[Any], *, needs_month: bool) -> tuple[int, int] | Problem:
    """Return month and year that title, sheet and file say together, or what is the matter."""
    said = [month_and_year(text) for text in (*titles, grid.name)]
    months = {month for month, _ in said if month}
    years = {year for _, year in said if year} or {month_and_year(grid.file.rpartition(".")[0])[1]} - {0}
    if not months and needs_month:
        months = {month_and_year(grid.file.rpartition(".")[0])[0]} - {0}
    # What adjoining cells say ("Monat:" | "März" | "Jahr:" | 2026) comes together here.
    if len(years) != 1 or (needs_month and len(months) != 1):
        missing = "der Monat" if needs_month and not months else "das Jahr"
        contrary = len(years) > 1 or len(months) > 1
        return error(
            "monat-unklar",
            ("Titel und Name dieses Dienstplans nennen verschiedene Monate oder Jahre" if contrary else
             f"Zu diesem Dienstplan ist {missing} nicht bekannt") + "; er ist nicht gelesen.",
            _SAY_MONTH,
        )  # fmt: skip
    return (months.pop() if len(months) == 1 else 1), years.pop()


def _contradicts(grid: Grid, block: MonthBlock, dates: dict[int, date | None]) -> bool:
    """Return whether a weekday in, above or below a heading is not that of its date."""
    rows = [row for row in (block.row - 1, block.row + 1) if 0 <= row < len(grid.cells)]
    for position, day in dates.items():
        told = {block.days[position].weekday, *(weekday(grid.cells[row, position]) for row in rows)} - {-1}
        if day and any(one != day.weekday() for one in told):
            return True
    return False


def _who(grid: Grid, block: MonthBlock, ledger: RosterContext) -> dict[str, int]:
    """Return the columns of number, name, given name and ward: by their headings, else by what is in them."""
    found: dict[str, int] = {}
    left = min(block.days)
    for position in range(grid.cells.shape[1]):
        if position in block.days:
            continue
        for row in range(max(0, block.row - 1), min(block.row + 2, block.end)):
            column = roster_column(grid.cells[row, position])
            if column in {NUMBER, NAME, GIVEN, WARD} and (position < left or column == WARD):
                found.setdefault(column, position)
    if NUMBER in found or NAME in found:
        return found
    best = (0, 0)
    for position in set(range(left)) - set(found.values()):
        cells = [cell_values.text(cell) for cell in grid.cells[block.row + 1 : block.end, position]]
        named = sum(bool(ledger.names.find(cell)[0]) for cell in cells)
        known = sum(ledger.names.knows(cell) for cell in cells)
        best = max(best, (named + known, -position))
    if best[0]:
        return found | {NAME: -best[1]}
    texts = [
        p for p in range(left) if p not in found.values() and filled(grid.cells[block.row + 1 : block.end, [p]]).any()
    ]
    return found | ({NAME: texts[0]} if texts else {})


def _number(value: Any) -> str:
    try:
        return cell_values.identifier(value)
    except ValueError:
        return cell_values.text(value)


def _rows(
    grid: Grid, block: MonthBlock, dates: dict[int, date | None], ward: str | None, ledger: RosterContext
) -> tuple[RosterEntries, str | None]:
    """Return the duties of a block, and the ward that holds at its end."""
    first = block.row + 1
    who = _who(grid, block, ledger)
    columns = {name: filled_down(grid, first, at)[: block.end - first] for name, at in who.items()}
    positions = np.array(sorted(dates))
    cells = grid.cells[first : block.end][:, positions]
    some = filled(cells)
    counts = some.sum(axis=1)
    _report_between(grid, block, ledger)
    staff = np.full(len(cells), None, dtype=object)
    wards = np.full(len(cells), None, dtype=object)
    taken = np.zeros(len(cells), dtype=bool)
    for row in range(len(cells)):
        texts = {name: column[row] for name, column in columns.items()}
        number, name = _number(texts.get(NUMBER, "")), cell_values.text(texts.get(NAME, ""))
        all_of_row = [
            cell for cell in grid.cells[first + row] if cell != "" and (not isinstance(cell, str) or clean(cell))
        ]
        lone = all_of_row[0] if all_of_row and all(cell == all_of_row[0] for cell in all_of_row) else None
        # A shift alone in the column of a day is one that nobody has, not a line between duties.
        duty = len(all_of_row) == counts[row] == 1 and isinstance(ledger.codes.resolve(lone), Shift)
        if (
            isinstance(lone, str)
            and not duty
            and not _is_person(lone, ledger)
            and (len(all_of_row) == 1 or ledger.wards.named(lone))
        ):
            if not _is_note(grid, block, row, counts) and not month_and_year(lone)[0]:
                ward = ledger.line_of_ward(without_month(lone) or lone, grid, first + row + 1) or ward
            continue
        if not counts[row] or (row == 0 and _weekdays(cells[row][some[row]])) or _NO_PERSON.match(fold(name or number)):
            continue
        place = first + row + 1, clean(str(grid.cells[block.row, who[NUMBER if number else NAME]])) if who else ""
        if not number and not name:
            ledger.report(_PERSON_ERROR, grid, place[0], "", "", int(counts[row]))
            continue
        given = cell_values.text(texts.get(GIVEN, ""))
        staff[row] = ledger.person((number, ", ".join(filter(None, (name, given)))), grid, place, int(counts[row]))
        wards[row] = cell_values.text(texts.get(WARD, "")) or ward
        taken[row] = True
    return _entries(grid, block, dates, (cells, some & taken[:, None], staff, wards), ledger), ward


def _is_person(text: str, ledger: RosterContext) -> bool:
    return ledger.names.knows(text) or bool(ledger.names.find(text)[0])


def _is_note(grid: Grid, block: MonthBlock, row: int, counts: np.ndarray) -> bool:
    """Return whether a line stands below all duties of the last block: a legend or a date of printing."""
    return block.end == len(grid.cells) and not counts[row + 1 :].any()


def _weekdays(cells: np.ndarray) -> bool:
    return all(weekday(cell) >= 0 for cell in cells)


def _report_between(grid: Grid, block: MonthBlock, ledger: RosterContext) -> None:
    """Report entries in columns without a day between those that have one."""
    between = [p for p in range(min(block.days), max(block.days)) if p not in block.days]
    if between and (count := int(filled(grid.cells[block.row + 1 : block.end][:, between]).sum())):
        ledger.report(
            error(
                "spalte-ohne-datum",
                f"{count} Einträge stehen in Spalten ohne Tag zwischen den Tagen; sie sind ausgelassen.",
                "Schreiben Sie über jede Spalte ihren Tag, bei zwei Diensten am Tag zweimal denselben, oder löschen "
                "Sie die Spalte.",
            ),
            grid, block.row + 1, "", "", count,
        )  # fmt: skip


def _entries(
    grid: Grid,
    block: MonthBlock,
    dates: dict[int, date | None],
    rows: tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray],
    ledger: RosterContext,
) -> RosterEntries:
    """Turn cells into duties, one look at each distinct cell.

    Parameters
    ----------
    rows
        Cells, which of them count, and person and ward of each row.
    """
    cells, some, staff, wards = rows
    row, column = np.nonzero(some)
    codes, values = distinct(cells[row, column])
    heads = [clean(shown(grid.cells[block.row, position])) for position in sorted(dates)]
    day = np.array([dates[position] for position in sorted(dates)], dtype="datetime64[D]").astype("datetime64[s]")[
        column
    ]
    for at in np.flatnonzero(np.isnat(day)).tolist():
        ledger.report(
            error(
                "tag-gibt-es-nicht",
                "Diesen Tag hat der Monat nicht.",
                "Löschen Sie den Eintrag oder berichtigen Sie den Monat.",
            ),
            grid, block.row + 2 + int(row[at]), heads[column[at]], values[codes[at]],
        )  # fmt: skip
    picked: list[np.ndarray] = []
    times: list[np.ndarray] = []
    for code, cell in enumerate(values):
        found = ledger.codes.resolve(cell)
        where = np.flatnonzero((codes == code) & ~np.isnat(day))
        if not len(where):
            continue
        if not isinstance(found, Shift):
            ledger.note_unread(found, (grid, block.row + 2 + int(row[where[0]]), heads[column[where[0]]]), len(where))
        elif found.absence:
            ledger.note_absent(grid, shown(cell), len(where))
        else:
            ledger.note_pauses(grid, found.pause, len(where))
            picked += [where] * len(found.spans)
            times += [np.tile(span, (len(where), 1)) for span in found.spans]
    duty = np.concatenate(picked) if picked else np.zeros(0, dtype=np.int64)
    minutes = np.concatenate(times) if times else np.zeros((0, 2), dtype=np.int64)
    order = np.argsort(duty, kind="stable")
    duty, seconds = duty[order], minutes[order].astype("timedelta64[m]").astype("timedelta64[s]")
    head = np.empty(len(heads), dtype=object)
    head[:] = heads
    value = np.empty(len(values), dtype=object)
    value[:] = values
    return RosterEntries(
        grid,
        staff[row[duty]],
        wards[row[duty]],
        day[duty] + seconds[:, 0],
        day[duty] + seconds[:, 1],
        block.row + 2 + row[duty],
        head[column[duty]],
        value[codes[duty]],
    )
