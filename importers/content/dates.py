"""A column of days or moments: its cells together show in which order day and month are written."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from importers.content.day_times import note_times
from importers.files.cell import shown
from importers.files.coded_column import CodedColumn
from importers.findings import Problem, error, notice, warning
from importers.values import cell_values, days_and_times
from importers.values.day_order import MONTHS, DayWriting, Order, day_orders
from importers.values.short_years import YearPlace, YearWriting, year_writings

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from importers.content.table import Table

_FEWEST: Final = 2
"""Different days with dots it takes before a notice says how their column was read."""

_WEEKDAYS: Final = ("Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag", "Sonntag")
_AS_GERMAN: Final = "Exportieren Sie die Daten als Tag.Monat.Jahr oder Jahr-Monat-Tag."


def read_dates(table: Table, column: str, parse: Callable[[Any], Any], *, costs_row: bool = True) -> CodedColumn:
    """Turn a column into moments; numbers of Excel's calendar are read as days, with a notice.

    The day stands first, unless several days of the column show that the month does; a day that could be either is
    refused where the column has both. The same holds for the place of a year of two digits.

    Parameters
    ----------
    parse
        Gives the moment of a cell, or raises :class:`importers.findings.Problem`.

    Returns
    -------
    The moments, None where there is none.
    """
    cells = table.raw(column)[1]
    years = year_writings(cells)
    orders = day_orders(cell for cell in cells if _year_place(cell, years) is YearPlace.LAST)
    serials: list[Any] = []

    def read(value: Any) -> Any:
        if (moment := days_and_times.serial(value)) is not None:
            serials.append(value)
            return parse(moment)
        if (place := _year_place(value, years)) is YearPlace.OPEN:
            raise error(
                "datum-jahr-unklar",
                "Das Jahr hat zwei Ziffern; ob es vorn oder hinten steht, ist in dieser Spalte nicht zu erkennen.",
                "Exportieren Sie die Daten mit vierstelligem Jahr.",
            )
        if place is YearPlace.FIRST:
            return _of_weekday(value, parse(days_and_times.year_first(value)))
        if parts := days_and_times.parts_of_day(value):
            mark, first, second = parts
            if problem := _refused(orders[mark], first, second):
                raise problem
            if orders[mark].order is Order.MONTH_FIRST and first <= MONTHS:
                return _of_weekday(value, parse(days_and_times.month_first(value)))
        return _of_weekday(value, parse(value))

    codes, values = table.read(column, read, None, costs_row=costs_row)
    if serials:
        _note_serials(table, column, serials)
    _note_orders(table, column, orders, years)
    _note_years(table, column, years)
    note_times(table, column, codes, values)
    return CodedColumn(codes, values)


def _year_place(cell: Any, years: Mapping[str, YearWriting]) -> YearPlace:
    """Return where the year of a cell stands; LAST for all that is no day with a year of two digits."""
    day = days_and_times.short_day(cell)
    return years[day.mark].of(day) if day else YearPlace.LAST


def _note_years(table: Table, column: str, years: Mapping[str, YearWriting]) -> None:
    """Say how the days were read whose year of two digits stands first."""
    codes, cells = table.raw(column)
    first = np.array([_year_place(cell, years) is YearPlace.FIRST for cell in cells], dtype=bool)
    if rows := int(first[codes].sum()):
        example = cell_values.text(cells[int(codes[first[codes]][0])])
        table.report_sheet(
            notice(
                "datum-jahr-zuerst-gelesen",
                f"In {rows} Zeilen dieser Spalte hat das Jahr zwei Ziffern und steht vorn; gelesen wird: „{example}“ "
                f"ist der {days_and_times.moment(days_and_times.year_first(example)):%d.%m.%Y}.",
                "Nichts zu tun, wenn das stimmt. Sonst exportieren Sie die Daten mit vierstelligem Jahr.",
            ),
            column=column,
            count=rows,
        )


def _of_weekday(value: Any, moment: datetime | None) -> datetime | None:
    """Return the moment of a cell; warn where the cell names another day of the week."""
    named = days_and_times.weekday(value)
    if moment is None or named is None or moment.weekday() == named:
        return moment
    raise warning(
        "wochentag-widerspruch",
        f"Dieser Tag ist ein {_WEEKDAYS[moment.weekday()]}, nicht der genannte Wochentag; es gilt das Datum.",
        "Vergleichen Sie den Tag mit der Quelle.",
        taken=moment,
    )


def _refused(day_order: DayWriting, first: int, second: int) -> Problem | None:
    """Return why a day is not read: nobody knows which of its numbers is the month."""
    if day_order.order is Order.MONTH_FIRST_PERHAPS:
        return error(
            "datum-monat-zuerst",
            f"In dieser Spalte steht der Monat vor dem Tag, wie bei „{day_order.month_first}“; "
            "so ist kein Datum sicher lesbar.",
            _AS_GERMAN,
        )
    if day_order.order is Order.MIXED and first <= MONTHS and first != second:
        return error(
            "datum-gemischt",
            "In dieser Spalte steht manchmal der Tag vorn und manchmal der Monat, wie bei "
            f"„{day_order.month_first}“; welcher Tag hier gemeint ist, ist nicht zu erkennen.",
            _AS_GERMAN,
        )
    return None


def _note_serials(table: Table, column: str, serials: list[Any]) -> None:
    codes, cells = table.raw(column)
    of_cell = np.array([days_and_times.serial(cell) is not None for cell in cells], dtype=bool)
    rows = np.flatnonzero(of_cell[codes])
    if not len(rows):
        return
    day = days_and_times.serial(serials[0])
    table.report(
        warning(
            "datum-seriennummer",
            f"{len(rows)} Zellen dieser Spalte enthalten eine Zahl statt eines Datums; sie wird als Excel-Datum "
            f"gelesen: {shown(serials[0])} ist der {day:%d.%m.%Y}.",
            "Prüfen Sie das Datum und formatieren Sie die Spalte als Datum.",
        ),
        [int(rows[0])],
        column,
        count=len(rows),
    )


def _note_orders(table: Table, column: str, orders: Mapping[str, DayWriting], years: Mapping[str, YearWriting]) -> None:
    """Say how the days were read that could be read the other way round as well."""
    codes, cells = table.raw(column)
    last = [cell if _year_place(cell, years) is YearPlace.LAST else "" for cell in cells]
    for mark, day_order in orders.items():
        either = {code: cell for code, cell in enumerate(last) if _either(mark, cell)}
        of_either = codes[np.isin(codes, list(either))]
        texts = [cell_values.text(either[code]) for code in np.unique(of_either).tolist()]
        if not texts:
            continue
        if day_order.order is Order.MONTH_FIRST:
            problem = _read_month_first(day_order, len(of_either), texts[0])
            table.report_sheet(problem, column=column, count=len(of_either))
        elif day_order.order is Order.OPEN and (mark != "." or len(texts) >= _FEWEST):
            table.report_sheet(_read_day_first(mark, texts, len(of_either)), column=column, count=len(of_either))


def _either(mark: str, cell: Any) -> bool:
    """Return whether a cell is a day with this separator that is another one with the month first."""
    parts = days_and_times.parts_of_day(cell)
    if parts is None or parts[0] != mark or parts[1] == parts[2] or max(parts[1:]) > MONTHS:
        return False
    try:
        return days_and_times.moment(cell) is not None
    except ValueError:
        return False


def _read_month_first(day_order: DayWriting, rows: int, example: str) -> Problem:
    day = days_and_times.moment(days_and_times.month_first(example))
    return notice(
        "datum-monat-zuerst-gelesen",
        f"In dieser Spalte steht der Monat vor dem Tag, wie bei „{day_order.month_first}“. So gelesen wurden auch "
        f"{rows} Zeilen, bei denen beides möglich ist: „{example}“ ist der {day:%d.%m.%Y}.",
        "Nichts zu tun, wenn das stimmt. Sonst exportieren Sie die Daten als Tag.Monat.Jahr.",
    )


def _read_day_first(mark: str, cells: list[str], rows: int) -> Problem:
    """Return what is said of a column whose days show no order: with dots they are German, else it is a doubt."""
    if mark == ".":
        _, day, month = days_and_times.parts_of_day(cells[0]) or ("", 0, 0)
        return notice(
            "datum-tag-zuerst",
            f"Alle Tage dieser Spalte liegen zwischen 1 und 12; gelesen wird der Tag zuerst: "
            f"„{cells[0]}“ ist der {day}. Tag des Monats {month}.",
            "Nichts zu tun, wenn das stimmt. Steht der Monat vorn, exportieren Sie die Datei mit deutschem Datum.",
        )
    return warning(
        "datum-zweideutig",
        f"In {rows} Zeilen dieser Spalte kann der Tag oder der Monat vorn stehen, und keine andere zeigt, was gilt; "
        f"gelesen wird der Tag zuerst: {_span(cells)}. Stünde der Monat vorn, wäre es "
        f"{_span([days_and_times.month_first(cell) for cell in cells])}.",
        "Vergleichen Sie die Tage mit der Quelle. Steht der Monat vorn, exportieren Sie die Datei mit deutschem Datum.",
    )


def _span(cells: list[str]) -> str:
    days = [moment for cell in cells if (moment := days_and_times.moment(cell))]
    first, last = min(days), max(days)
    return f"{first:%d.%m.%Y}" if first.date() == last.date() else f"{first:%d.%m.%Y} bis {last:%d.%m.%Y}"
