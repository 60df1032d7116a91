"""A synthetic home as an Excel workbook; the same home gives the same bytes."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import TYPE_CHECKING, Final

import xlsxwriter

from sample_data.home import SYNTHETIC, SampleHome
from sample_data.sheets import INTERVENTIONEN

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import pandas as pd
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

LONGEST_SHEET: Final = 1_048_576
"""Rows of an Excel sheet, headings included."""

_ROWS_IN_MEMORY: Final = 100_000
"""Rows up to which the quicker way to write is taken, which holds the sheets in memory."""

_CREATED: Final = datetime(2026, 1, 1, tzinfo=UTC)  # fixed: the clock must not show in the bytes
_EPOCH: Final = date(1899, 12, 30)
_WIDE: Final = {"Intervention": 44, "Kriterium": 44, "Beginn": 17, "Ende": 17, "Rolle": 34, "Harnkontinenz": 24}


def write(path: Path, home: SampleHome) -> None:
    """Write ``home`` to ``path``."""
    long = len(home.sheets[INTERVENTIONEN]) > _ROWS_IN_MEMORY
    with xlsxwriter.Workbook(path, {"constant_memory": long}) as book:
        book.set_properties(
            {
                "title": f"{home.name} (synthetisch)",
                "subject": "Synthetische Beispieldaten",
                "author": "PeBeM-Analyse",
                "keywords": "synthetisch, Beispieldaten",
                "comments": SYNTHETIC,
                "created": _CREATED,
            }
        )
        formats = {
            "heading": book.add_format({"bold": True}),
            "text": book.add_format({"num_format": "@"}),
            "day": book.add_format({"num_format": "dd.mm.yyyy"}),
            "time": book.add_format({"num_format": "hh:mm"}),
            "moment": book.add_format({"num_format": "dd.mm.yyyy hh:mm"}),
        }
        for name, frame in home.sheets.items():
            _sheet(book.add_worksheet(name), frame, formats)
        notes = book.add_worksheet("Hinweise")
        notes.set_column(0, 0, 100)
        for row, line in enumerate(about(home)):
            notes.write_string(row, 0, line)


def about(home: SampleHome) -> list[str]:
    """Return what a reader should know about the file, line by line."""
    return [
        SYNTHETIC,
        f"Haus: {home.name}",
        f"Zeitraum: {home.first:%d.%m.%Y} bis {home.last:%d.%m.%Y}",
        f"Interventionen: {len(home.sheets[INTERVENTIONEN])} Zeilen",
        "Einige Fehler sind Absicht, damit der Import etwas zu melden hat."
        if home.planted
        else "Ohne eingebaute Fehler.",
    ]


def _sheet(sheet: Worksheet, frame: pd.DataFrame, formats: dict[str, Format]) -> None:
    sheet.freeze_panes(1, 0)
    # Numbers with leading zeros are meant as text: no green corners.
    sheet.ignore_errors({"number_stored_as_text": f"A1:XFD{LONGEST_SHEET}"})
    for column, heading in enumerate(frame.columns):
        sheet.set_column(column, column, _WIDE.get(heading, max(11, len(heading) + 2)))
        sheet.write_string(0, column, heading, formats["heading"])
    write_one = _writers(sheet, formats)
    for row, cells in enumerate(zip(*(frame[heading].tolist() for heading in frame.columns), strict=True), start=1):
        for column, cell in enumerate(cells):
            if cell is not None:
                write_one[type(cell)](row, column, cell)


def _writers(sheet: Worksheet, formats: dict[str, Format]) -> dict[type, Callable[..., object]]:
    """Return how to write a cell of each type. Days and times go in as numbers: that is what Excel keeps."""
    text, day, clock, moment = (formats[name] for name in ("text", "day", "time", "moment"))

    def serial(value: date) -> int:
        return value.toordinal() - _EPOCH.toordinal()

    def fraction(value: time | datetime) -> float:
        return (value.hour * 60 + value.minute) / (24 * 60)

    return {
        str: lambda row, column, value: sheet.write_string(row, column, value, text),
        int: sheet.write_number,
        float: sheet.write_number,
        date: lambda row, column, value: sheet.write_number(row, column, serial(value), day),
        time: lambda row, column, value: sheet.write_number(row, column, fraction(value), clock),
        datetime: lambda row, column, value: sheet.write_number(row, column, serial(value) + fraction(value), moment),
    }
