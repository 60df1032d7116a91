"""Builds homes with rosters in every shape."""

from __future__ import annotations

from datetime import date, time, timedelta
from typing import Any

import importers
import rules
from importers.findings import Severity
from tests.support.importers.files import DAY, home, xlsx

BOOK = rules.load(DAY)
CODES: list[list[Any]] = [
    ["Kürzel", "Beginn", "Ende", "Pause", "Bedeutung"],
    ["F1", time(6), time(14), 30, ""],
    ["S2", "13:30", "21:30", "", "Dienst"],
    ["N", "21:00", "06:30", 45, "Nachtdienst"],
    ["G", "07:00", "11:00", "", ""],
    ["G", "16:00", "20:00", "", ""],
    ["W", "", "", "", "frei"],
]
STAFF: list[list[Any]] = [
    ["Personal-Nr", "Name", "Vorname", "QN"],
    ["P1", "Yılmaz", "Ayşe", 4],
    ["007", "Müller-Lüdenscheidt", "Jo", 2],
    ["12", "Müller", "Änne", 3],
    ["13", "Groß", "Jörg", 3],
    ["14", "Groß", "Jörg", 1],
]


def with_roster(**sheets: Any) -> dict[str, list[list[Any]]]:
    """Return a home with codes and these sheets; "_" of a name stands for a blank."""
    named = {name.replace("_", " "): rows for name, rows in sheets.items()}
    return {"Bewohner": home()["Bewohner"], "Mitarbeitende": STAFF, "Dienstzeiten": CODES} | named


def read(sheets: dict[str, list[list[Any]]], **options: Any) -> importers.ReadFiles:
    """Read the sheets through a workbook."""
    return importers.read([("heim.xlsx", xlsx(sheets))], BOOK, sheets_needed=(), **options)


def duties(result: importers.ReadFiles) -> list[tuple[str | None, str | None, str, str]]:
    """Return staff, ward, start and end of each duty."""
    frame = result.tables.duties
    spans = [[f"{moment:%d.%m. %H:%M}" for moment in frame[name]] for name in ("start", "end")]
    return list(zip(frame["staff"], frame["ward"], *spans, strict=True))


def reported(result: importers.ReadFiles, *, notices: bool = False) -> list[tuple[str, int, str, int]]:
    """Return code, row, value and count of what is wrong with rosters and codes."""
    others = set(home())
    return [
        (finding.code, finding.row, finding.value, finding.count)
        for finding in result.findings
        if finding.sheet not in others and (notices or finding.severity is not Severity.NOTICE)
    ]


def month(*rows: list[Any], first: date = date(2026, 3, 1), days: int = 31, who: Any = ("Personal-Nr", "Name")) -> Any:
    """Return a roster of days with these rows, padded."""
    head = [*who, *(first + timedelta(days=i) for i in range(days))]
    return [head, *([*row, *[""] * (len(head) - len(row))] for row in rows)]
