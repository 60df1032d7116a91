"""Where a sheet shows that it is a roster: the headings of a list of duties, or a row of days.

A list has one row a duty, a month grid one row a person and one column a day.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

from importers.sheets.heading_additions import is_actual, is_planned, without_actual, without_additions
from importers.sheets.heading_rows import HeadingPlace, heading_text
from importers.sheets.template_columns import HEADING_ROWS, column_of
from importers.values.roster_times import DayHeading, heading, made_date, month_and_year
from importers.values.spelling import fold

if TYPE_CHECKING:
    from importers.files.grid import Grid

NUMBER, NAME, GIVEN, WARD, DAY, CODE, START, END, PAUSE = (
    "Personal-Nr",
    "Name",
    "Vorname",
    "Wohnbereich",
    "Datum",
    "Dienst",
    "Beginn",
    "Ende",
    "Pause",
)
_WORDS: Final = {
    fold(word): column
    for column, words in {
        NUMBER: "Personal-Nr, Personalnr, Personalnummer, Pers.-Nr., Pers-Nr, PersNr, PNr, P-Nr, P.-Nr., "
        "Mitarbeiter-Nr, Mitarbeiternr, Mitarbeiternummer, MA-Nr, MA-Nr.",
        NAME: "Name, Nachname, Mitarbeiter, Mitarbeiterin, Mitarbeitende, Mitarbeiter/in, Mitarbeiter:in, MA, Person, "
        "Name Vorname, Name; Vorname, Vorname Name, Vor- und Nachname",
        GIVEN: "Vorname",
        WARD: "Wohnbereich, WB, Station, Bereich, Wohngruppe, Etage, Einsatzort",
        DAY: "Datum, Tag, Dienstdatum, Dienst am, Diensttag",
        CODE: "Dienst, Schicht, Dienstart, Dienstkürzel, Schichtkürzel, Kürzel, Dienstcode, Schichtcode",
        START: "Beginn, Von, Start, Anfang, Dienstbeginn, Kommt, Uhrzeit von, Beginn 2, Von 2, Start 2",
        END: "Ende, Bis, Dienstende, Geht, Uhrzeit bis, Ende 2, Bis 2",
        PAUSE: "Pause, Pause (min), Pause Min, Pausen, Pause in Minuten",
    }.items()
    for word in words.replace("; ", "\0").split(", ")
    for word in (word.replace("\0", ", "),)
}

LEAST_DAYS, LEAST_NUMBERS = 3, 5
"""So many dates, or mere numbers of days, one after the other make a row the headings of a roster."""

_LONGEST_GAP: Final = timedelta(days=7)

_ROSTER: Final = ("dienstplan", "dienstplaene", "schichtplan", "einsatzplan", "roster")
_WARD: Final = re.compile(
    r"(?:wohnbereich|wohngruppe|wb|wg|station|bereich|etage)(?:[\s:.]|(?=\d)).+|\d+\.?\s*(?:etage|og|stock)|eg|erdgeschoss"
)


def is_ward(text: str) -> bool:
    """Return whether a folded text reads like the name of a ward: "wb 1", "2. og"."""
    return _WARD.fullmatch(text) is not None


def is_called_roster(name: str) -> bool:
    """Return whether the name of a sheet says that it is a roster."""
    return any(word in fold(name) for word in _ROSTER)


def is_roster_name(name: str) -> bool:
    """Return whether a sheet may hold a roster: it is called so, or like a month or a ward."""
    return is_called_roster(name) or bool(month_and_year(name)[0]) or is_ward(fold(name))


def find_roster(grid: Grid) -> HeadingPlace | None:
    """Return where the headings of a list of duties or the days of a roster stand, None if it is neither."""
    if (place := find_headings(grid)) is not None:
        return place
    blocks = find_month_blocks(grid)
    return HeadingPlace(blocks[0].row, {}) if blocks else None


def roster_column(cell: Any) -> str | None:
    """Return the column a heading of a roster stands for, None if none."""
    if not isinstance(cell, str) or not (key := fold(cell)):
        return None
    if column := _WORDS.get(key) or _WORDS.get(key.replace(",", "")) or column_of("Dienste", cell):
        return column
    added = [shorter for shorter, _ in without_additions("Dienste", cell)] + [without_actual(cell)]
    return next((_WORDS[fold(shorter)] for shorter in added if fold(shorter) in _WORDS), None)


def find_headings(grid: Grid) -> HeadingPlace | None:
    """Return where the headings of a list of duties stand, None if there are none.

    Several columns for beginning and end are the parts of a divided shift; the later ones are called "Beginn 2" ...
    """
    for row, cells in enumerate(grid.cells[:HEADING_ROWS]):
        names = _without_planned(grid, row, [roster_column(cell) for cell in cells])
        known = set(names)
        if {NUMBER, NAME} & known and ({START, END} <= known or {DAY, CODE} <= known):
            return _located(grid, row, names)
    return None


def _without_planned(grid: Grid, row: int, names: list[str | None]) -> list[str | None]:
    """Leave out beginnings and ends that a group above calls planned, if another group is called actual."""
    if row == 0 or max(names.count(START), names.count(END)) < 2:
        return names
    group, groups = "", []
    for cell in grid.cells[row - 1]:
        group = cell if isinstance(cell, str) and fold(cell) else group
        groups.append(group)
    times = [position for position, name in enumerate(names) if name in {START, END}]
    if not any(is_actual(groups[position]) for position in times):
        return names
    return [None if at in times and is_planned(groups[at]) else name for at, name in enumerate(names)]


def _located(grid: Grid, row: int, names: list[str | None]) -> HeadingPlace:
    columns: dict[str, int] = {}
    undecided: dict[int, tuple[str, ...]] = {}
    where, trouble = f"Im Dienstplan „{grid.name}“ der Datei „{grid.file}“", ""
    for position, name in enumerate(names):
        if not name:
            continue
        count = sum(other == name for other in names[:position])
        if count and name not in {START, END}:
            undecided[position] = (name,)
            trouble = (
                f"{where} steht die Überschrift „{name}“ mehrfach. "
                "Bitte löschen Sie die überzählige Spalte oder benennen Sie sie um."
            )
        else:
            columns[f"{name} {count + 1}" if count else name] = position
    starts, ends = (sum(name.startswith(kind) for name in columns) for kind in (START, END))
    if starts != ends:
        trouble = f"{where} gibt es nicht zu jedem Beginn ein Ende. Bitte ergänzen Sie die fehlende Spalte."
    return HeadingPlace(row, columns, tuple(map(heading_text, grid.cells[row])), undecided=undecided, trouble=trouble)


@dataclass(frozen=True)
class MonthBlock:
    """A row of days and the rows below it, up to the next such row.

    Attributes
    ----------
    row, end
        Row of the days and the first row that no longer belongs to it, counted from 0.
    days
        Position -> the day above it, as written.
    """

    row: int
    end: int
    days: dict[int, DayHeading]


def find_month_blocks(grid: Grid) -> list[MonthBlock]:
    """Return the blocks of a roster, none if the sheet is none."""
    first = next((row for row in range(min(HEADING_ROWS, len(grid.cells))) if row_of_days(grid.cells[row])), None)
    if first is None:
        return []
    rows_of_days = {first: row_of_days(grid.cells[first])}
    positions = list(rows_of_days[first])[:LEAST_DAYS]
    for row in range(first + 1, len(grid.cells)):
        if all(heading(grid.cells[row, position]) for position in positions) and (days := row_of_days(grid.cells[row])):
            rows_of_days[row] = days
    rows = [*rows_of_days, len(grid.cells)]
    return [MonthBlock(row, end, rows_of_days[row]) for row, end in pairwise(rows)]


def row_of_days(cells: Any) -> dict[int, DayHeading]:
    """Return the days in a row of headings by position, none if it is no such row."""
    run: dict[int, DayHeading] = {}
    best: dict[int, DayHeading] = {}
    for position, cell in enumerate(cells):
        day = heading(cell)
        if day is None:
            continue
        if run and not _follows(list(run.values())[-1], day):
            run = {}
        run[position] = day
        best = run if len(run) > len(best) else best
    least = LEAST_NUMBERS if any(not day.month for day in best.values()) else LEAST_DAYS
    return best if len(best) >= least else {}


def _follows(before: DayHeading, day: DayHeading) -> bool:
    if bool(before.month) != bool(day.month):
        return False
    if not day.month:
        return day.day == before.day + 1 or (day.day == 1 and before.day >= 28)
    earlier = made_date(before.year or 2024, before.month, before.day)
    later = made_date(day.year or 2024, day.month, day.day)
    assert earlier
    assert later
    return earlier < later <= earlier + _LONGEST_GAP or (not day.year and before.month == 12 and day.month == 1)
