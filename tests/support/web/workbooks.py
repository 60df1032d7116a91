"""A small home as a workbook: two residents, three employees, a handful of interventions."""

from __future__ import annotations

import re
from io import BytesIO
from typing import Any

import xlsxwriter

from rules.vocabulary import ASSESSMENT_CELLS, allowed_points

RESIDENTS = [
    ("Bewohner-Nr", "Name", "Vorname", "Wohnbereich", "Einzug"),
    ("0042", "Müller-Özdemir", "Ayşe", "WB 1", "01.03.2024"),
    ("77", "Żeromska", "Halina", "WB 2", ""),
]
STAFF = [
    ("Personal-Nr", "Name", "Vorname", "QN", "Rolle", "Zertifikate", "Gültig ab", "Gültig bis"),
    ("P1", "Quast", "Ute", "4", "", "", "", ""),
    ("P2", "Ngũgĩ", "Jörg", "2", "", "", "01.01.2026", "31.01.2026"),
    ("P2", "Ngũgĩ", "Jörg", "3", "", "", "01.02.2026", ""),
    ("P3", "Blaschke", "Tom", "1", "", "", "", ""),
]
WORK = [
    ("Bewohner-Nr", "Personal-Nr", "Intervention", "Datum", "Uhrzeit", "Minuten", "Schicht", "Wohnbereich", "Status"),
    ("0042", "P1", "1.1", "05.01.2026", "07:10", "20", "Früh", "", ""),
    ("0042", "P2", "1.1", "05.02.2026", "07:10", "20", "Früh", "", ""),
    ("0042", "P2", "1.1", "05.02.2026", "07:10", "20", "Früh", "", ""),
    ("77", "P3", "1.1", "06.02.2026", "19:00", "12,5", "Spät", "", "durchgeführt"),
    ("77", "P3", "1.1", "07.02.2026", "19:00", "", "Spät", "", ""),
    ("77", "P1", "1.1", "07.02.2026", "19:05", "9", "Spät", "WB 1", "abgelehnt"),
    ("0815", "P9", "1.1", "08.02.2026", "", "5", "", "", ""),
    ("77", "P1", "Zauberei", "08.02.2026", "", "5", "", "", ""),
]
"""Six count, two of them equal, one of unknown people; one was refused by the resident, one is not in the catalogue."""

ROWS, COUNTED, NOT_DONE, FAULTY = 8, 6, 1, 1
MARKERS = ("0042", "Müller", "Ayşe", "Żeromska", "Halina", "Quast", "Ngũgĩ", "Blaschke", "0815")
"""What must be found nowhere but in the vault, and there sealed."""


def told(text: str) -> list[str]:
    """Return which markers a text tells; a number only where it stands alone: random digits of a digest are none."""
    return [mark for mark in MARKERS if re.search(rf"(?<![\w-]){mark}(?![\w-])" if mark.isdigit() else mark, text)]


def assessments(points: int = 1) -> list[tuple[Any, ...]]:
    """Return the sheet with one complete assessment for each resident."""
    cells = ["0" if " " in cell or points not in allowed_points(cell) else str(points) for cell in ASSESSMENT_CELLS]
    return [
        ("Bewohner-Nr", "Datum", *ASSESSMENT_CELLS, "Harnkontinenz", "Stuhlkontinenz"),
        ("0042", "", *cells, "kontinent", "kontinent"),
        ("77", "01.02.2026", *cells, "kontinent", "kontinent"),
    ]


def home() -> dict[str, list[tuple[Any, ...]]]:
    """Return the sheets of the whole small home."""
    return {
        "Bewohner": RESIDENTS,
        "Begutachtungen": assessments(),
        "Instabilität": [("Bewohner-Nr", "Kriterium", "Von", "Bis")],
        "Mitarbeitende": STAFF,
        "Interventionen": WORK,
    }


def text(rows: list[tuple[Any, ...]]) -> bytes:
    """Return a sheet as a text file: its cells stand in the bytes as they are, which those of a workbook do not."""
    return "\r\n".join(";".join(row) for row in rows).encode()


def workbook(**sheets: list[tuple[Any, ...]]) -> bytes:
    """Return an xlsx file; without arguments the whole small home."""
    chosen = sheets or home()
    out = BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_numbers": False})
    for name, rows in chosen.items():
        sheet = book.add_worksheet(name)
        for number, row in enumerate(rows):
            for column, cell in enumerate(row):
                sheet.write_string(number, column, cell)
    book.close()
    return out.getvalue()
