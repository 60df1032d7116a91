"""The dates above the columns of a month grid: taken together from headings, title, sheet and file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from importers.findings import Problem, error
from importers.values.roster_times import made_date, month_and_year, period_start, weekday

if TYPE_CHECKING:
    from datetime import date

    from importers.files.grid import Grid
    from importers.sheets.roster_headings import MonthBlock

WRONG_WEEKDAY: Final = "Die Wochentage passen nicht zu den Tagen dieses Dienstplans."
_SAY_MONTH: Final = (
    "Schreiben Sie Monat und Jahr in den Titel, zum Beispiel „März 2026“, oder das volle Datum über jede Spalte."
)


def month_dates(grid: Grid, block: MonthBlock, titles: list[Any]) -> dict[int, date | None] | Problem:
    """Return the date of each column, None where the calendar has none, or the problem if they are unknown."""
    days = block.days
    if all(day.year for day in days.values()):
        return {position: day.dated() for position, day in days.items()}
    start = next((start_of_title for title in titles if (start_of_title := period_start(title))), None)
    if start is None:
        month_year = _month(grid, titles, needs_month=not next(iter(days.values())).month)
        if not isinstance(month_year, tuple):
            return month_year
        if not month_year[0] and sum(day.day == 1 for day in days.values()) > (next(iter(days.values())).day == 1):
            month_year = (0, month_year[1])
        month, year = month_year
    else:
        month, year = start.month, start.year
    dates: dict[int, date | None] = {}
    before = 0
    for position, day in days.items():
        if day.month:
            year += day.month < month and bool(dates)
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
        dates[position] = made_date(year, month, day.day)
    if contradicts_weekdays(grid, block, dates):
        return error("wochentag-passt-nicht", f"{WRONG_WEEKDAY} Er ist nicht gelesen.", _SAY_MONTH)
    return dates


def _month(grid: Grid, titles: list[Any], *, needs_month: bool) -> tuple[int, int] | Problem:
    """Return month and year from title, sheet and file together, or the problem if they leave them open."""
    named = [month_and_year(text) for text in (*titles, grid.name)]
    months = {month for month, _ in named if month}
    years = {year for _, year in named if year} or {month_and_year(grid.file.rpartition(".")[0])[1]} - {0}
    if not months and needs_month:
        months = {month_and_year(grid.file.rpartition(".")[0])[0]} - {0}
    # The content of adjoining cells ("Monat:" | "März" | "Jahr:" | 2026) is combined here.
    if len(years) != 1 or (needs_month and len(months) != 1):
        missing = "der Monat" if needs_month and not months else "das Jahr"
        contrary = len(years) > 1 or len(months) > 1
        return error(
            "monat-unklar",
            (
                "Titel und Name dieses Dienstplans nennen verschiedene Monate oder Jahre"
                if contrary
                else f"Zu diesem Dienstplan ist {missing} nicht bekannt"
            )
            + "; er ist nicht gelesen.",
            _SAY_MONTH,
        )
    return (months.pop() if len(months) == 1 else 1), years.pop()


def contradicts_weekdays(grid: Grid, block: MonthBlock, dates: dict[int, date | None]) -> bool:
    """Return whether a weekday in, above or below a heading is not that of its date."""
    rows = [row for row in (block.row - 1, block.row + 1) if 0 <= row < len(grid.cells)]
    for position, day in dates.items():
        weekdays = {block.days[position].weekday, *(weekday(grid.cells[row, position]) for row in rows)} - {-1}
        if day and any(one != day.weekday() for one in weekdays):
            return True
    return False
