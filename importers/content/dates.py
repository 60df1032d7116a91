"""A column of days or moments: its cells together show in which order day and month are written."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from importers.content.day_times import note_times
from importers.files.cell import shown
from importers.files.coded_column import CodedColumn
from importers.findings import error, notice, warning
from importers.values import cell_values, days_and_times

if TYPE_CHECKING:
    from collections.abc import Callable

    from importers.content.table import Table

_FEWEST: Final = 2
"""Different days it takes before a notice says how their column was read."""


def read_dates(table: Table, column: str, parse: Callable[[Any], Any], *, costs_row: bool = True) -> CodedColumn:
    """Turn a column into moments, the day first; numbers of Excel's calendar are read as days, with a notice.

    Parameters
    ----------
    parse
        Gives the moment of a cell, or raises :class:`importers.findings.Problem`.

    Returns
    -------
    The moments, None where there is none.
    """
    cells = table.raw(column)[1]
    american = _month_first(cells)
    serials: list[Any] = []

    def read(value: Any) -> Any:
        if (moment := days_and_times.serial(value)) is not None:
            serials.append(value)
            return parse(moment)
        if american and (parts := days_and_times.parts_of_day(value)) and parts[0] in american:
            raise error(
                "datum-monat-zuerst",
                f"In dieser Spalte steht der Monat vor dem Tag, wie bei „{american[parts[0]]}“; "
                "so ist kein Datum sicher lesbar.",
                "Exportieren Sie die Daten als Tag.Monat.Jahr oder Jahr-Monat-Tag.",
            )
        return parse(value)

    codes, values = table.read(column, read, None, costs_row=costs_row)
    if serials:
        _note_serials(table, column, serials)
    _note_order(table, column, cells, american)
    note_times(table, column, codes, values)
    return CodedColumn(codes, values)


def _month_first(cells: list[Any]) -> dict[str, str]:
    """Return the separators whose days stand behind the month for sure, each with such a cell."""
    proof: dict[str, str] = {}
    against: set[str] = set()
    for cell in cells:
        if parts := days_and_times.parts_of_day(cell):
            mark, first, second = parts
            if first > 12:
                against.add(mark)
            elif second > 12:
                proof.setdefault(mark, cell_values.text(cell))
    return {mark: cell for mark, cell in proof.items() if mark not in against}


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


def _note_order(table: Table, column: str, cells: list[Any], american: dict[str, str]) -> None:
    """Say how days were read that could be read month first as well."""
    parts = [(fields, cell) for cell in cells if (fields := days_and_times.parts_of_day(cell))]
    clear = {mark for (mark, first, _), _ in parts if first > 12} | set(american)
    open_ones = [(fields, cell) for fields, cell in parts if fields[0] not in clear and fields[1] != fields[2]]
    if len(open_ones) >= _FEWEST:
        (_, day, month), example = open_ones[0]
        table.report_sheet(
            notice(
                "datum-tag-zuerst",
                f"Alle Tage dieser Spalte liegen zwischen 1 und 12; gelesen wird der Tag zuerst: "
                f"„{cell_values.text(example)}“ ist der {day}. Tag des Monats {month}.",
                "Nichts zu tun, wenn das stimmt. Steht der Monat vorn, exportieren Sie die Datei mit deutschem Datum.",
            ),
            column=column,
            count=len(open_ones),
        )
    mixed = Counter(mark for (mark, first, second), _ in parts if second > 12 >= first and mark != ".")
    if slashes := set(mixed) - set(american):
        table.report_sheet(
            warning(
                "datum-gemischt",
                "In dieser Spalte steht manchmal der Tag und manchmal der Monat vorn; gelesen wird der Tag zuerst.",
                "Prüfen Sie die Spalte und exportieren Sie die Datei mit deutschem Datum.",
            ),
            column=column,
            count=sum(mixed[mark] for mark in slashes),
        )
