"""Builds workbooks and text files of a small home."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, TypeAlias

import xlsxwriter
from msoffcrypto.method.ecma376_agile import ECMA376Agile

import importers
from importers.sheets.sheet_guesses import SheetGuess

Sheets: TypeAlias = dict[str, list[list[Any]]]
ReadHome: TypeAlias = Callable[[Sheets], importers.ReadFiles]

DAY = date(2026, 3, 2)


def moment_of(day: int, hour: int, minute: int = 0) -> datetime:
    """Return a moment of March 2026, without time zone as in every spreadsheet."""
    return datetime(2026, 3, day, hour, minute)  # noqa: DTZ001


@dataclass(frozen=True)
class Formula:
    """A formula with its cached value."""

    text: str
    value: Any


def home() -> Sheets:
    """Return the sheets of a home without any fault: headings first."""
    return {
        "Bewohner": [
            ["Bewohner-Nr", "Name", "Vorname", "Wohnbereich", "Einzug", "Auszug"],
            ["0042", "Müller-Lüdenscheidt", "Änne", "WB 1", date(2025, 1, 15), ""],
            ["B2", "Groß", "Jörg", "WB 2", date(2025, 2, 1), date(2026, 3, 31)],
        ],
        "Begutachtungen": [
            ["Bewohner-Nr", "Datum", "1.1", "4.10", "4.11", "5.1 täglich", "Harnkontinenz", "Stuhlkontinenz"],
            ["0042", date(2025, 1, 20), 2, 4, 0, 3, "kontinent", "kontinent"],
            ["B2", "", 0, 0, 0, 0, "", ""],
        ],
        "Instabilität": [
            ["Bewohner-Nr", "Kriterium", "Von", "Bis", "Beurteilt von"],
            ["0042", "sturz", date(2026, 3, 1), date(2026, 3, 4), "PDL"],
        ],
        "Mitarbeitende": [
            ["Personal-Nr", "Name", "Vorname", "QN", "Rolle", "Zertifikate", "Gültig ab", "Gültig bis"],
            ["P1", "Yılmaz", "Ayşe", 4, "Pflegefachperson", "", date(2020, 1, 1), ""],
            ["007", "Bond", "Jo", 2, "", "LG2", date(2026, 1, 1), date(2026, 3, 31)],
        ],
        "Interventionen": [
            [
                "Bewohner-Nr",
                "Personal-Nr",
                "Intervention",
                "Datum",
                "Uhrzeit",
                "Minuten",
                "Minuten-Quelle",
                "Schicht",
                "Wohnbereich",
                "Status",
            ],
            ["0042", "P1", "4.10", DAY, time(8, 5), 12.5, "gemessen", "Früh", "", ""],
            ["B2", "007", "Körperpflege: Duschen", DAY, "", 20, "geplant", "Spät", "WB 2", "abgelehnt"],
            ["", "P1", "7.E16", DAY, "", "", "", "", "WB 1", "durchgeführt"],
        ],
    }


def intervention(**cells: Any) -> list[Any]:
    """Return one row of ``Interventionen`` with some cells changed."""
    row = dict(zip(home()["Interventionen"][0], home()["Interventionen"][1], strict=True))
    return list((row | {name.replace("_", "-"): cell for name, cell in cells.items()}).values())


def with_interventions(*rows: list[Any]) -> Sheets:
    """Return the home with these interventions instead of its own."""
    sheets = home()
    sheets["Interventionen"] = [sheets["Interventionen"][0], *rows]
    return sheets


def xlsx(sheets: Sheets, *, hidden: tuple[str, ...] = ()) -> bytes:
    """Return the sheets as a workbook; text stays text, days and times get their formats."""
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer) as book:
        formats = {
            datetime: book.add_format({"num_format": "dd.mm.yyyy hh:mm"}),
            date: book.add_format({"num_format": "dd.mm.yyyy"}),
            time: book.add_format({"num_format": "hh:mm"}),
            timedelta: book.add_format({"num_format": "[h]:mm"}),
        }
        for name, rows in sheets.items():
            page = book.add_worksheet(name)
            if name in hidden:
                page.hide()
            for r, row in enumerate(rows):
                for c, cell in enumerate(row):
                    if isinstance(cell, Formula):
                        page.write_formula(r, c, cell.text, None, cell.value)
                    elif isinstance(cell, bool):
                        page.write_boolean(r, c, cell)
                    elif isinstance(cell, str):
                        page.write_string(r, c, cell) if cell else None
                    elif type(cell) in formats:
                        page.write_datetime(r, c, cell, formats[type(cell)])
                    else:
                        page.write_number(r, c, cell)
    return buffer.getvalue()


def written(cell: Any) -> str:
    """Return a cell as a German export writes it."""
    match cell:
        case datetime():
            return f"{cell:%d.%m.%Y %H:%M}"
        case date():
            return f"{cell:%d.%m.%Y}"
        case time():
            return f"{cell:%H:%M}"
        case float():
            return str(cell).replace(".", ",")
        case _:
            return str(cell)


def text_of(rows: list[list[Any]], delimiter: str = ";") -> str:
    """Return one sheet as delimited text."""
    buffer = io.StringIO()
    csv.writer(buffer, delimiter=delimiter, lineterminator="\r\n").writerows(
        [[written(c) for c in row] for row in rows]
    )
    return buffer.getvalue()


def csv_files(sheets: Sheets, *, encoding: str = "utf-8", delimiter: str = ";") -> list[tuple[str, bytes]]:
    """Return one text file per sheet; letters the encoding lacks become "?"."""
    return [(f"{name}.csv", text_of(rows, delimiter).encode(encoding, "replace")) for name, rows in sheets.items()]


def with_part(data: bytes, path: str, change: Callable[[bytes], bytes]) -> bytes:
    """Return a workbook with one of its parts changed."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.infolist():
            raw = old.read(part)
            new.writestr(part.filename, change(raw) if part.filename == path else raw)
    return buffer.getvalue()


def recognised(files: Sequence[tuple[str, bytes]], **options: Any) -> tuple[SheetGuess, ...]:
    """Return what each sheet seems to be."""
    return importers.look(files, **options).guesses


def locked(data: bytes, password: str, rounds: int = 1000) -> bytes:
    return ECMA376Agile.encrypt(password, io.BytesIO(data), spin_count=rounds)
