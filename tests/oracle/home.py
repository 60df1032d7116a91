"""Writes the sheets of the template: an Excel workbook, or one CSV file per sheet."""

from __future__ import annotations

import csv
import datetime as dt
import io
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from openpyxl import Workbook

from . import statute

if TYPE_CHECKING:
    from pathlib import Path

SHEETS = ("Bewohner", "Begutachtungen", "Instabilität", "Mitarbeitende", "Interventionen", "Pflegegrade")
COUNTED = tuple(f"5.{i} {f}" for i in range(1, 16) for f in ("täglich", "wöchentlich", "monatlich"))
POINTS = (*tuple(f"{m}.{i}" for m, last in statute.LAST_ITEM.items() for i in range(1, last + 1)), "5.16")
CELLS = POINTS + COUNTED
REQUIRED = {
    "Bewohner": ("Bewohner-Nr",),
    "Begutachtungen": ("Bewohner-Nr",),
    "Instabilität": ("Bewohner-Nr", "Kriterium", "Von"),
    "Mitarbeitende": ("Personal-Nr", "QN"),
    "Interventionen": ("Intervention", "Datum"),
    "Pflegegrade": ("Bewohner-Nr", "Pflegegrad"),
}


@dataclass
class Home:
    """The sheets of one home, row by row, headings as keys; a missing key is a blank cell."""

    sheets: dict[str, list[dict[str, object]]] = field(default_factory=lambda: {name: [] for name in SHEETS})

    def resident(self, number: object, ward: str | None = None, **more: object) -> Home:
        """Add a resident."""
        return self._add("Bewohner", {"Bewohner-Nr": number, "Wohnbereich": ward} | more)

    def assessed(self, number: object, date: object = None, cells: dict | None = None, **more: object) -> Home:
        """Add an assessment: all points and counts 0, but for ``cells`` (``None`` = blank)."""
        start = {"Bewohner-Nr": number, "Datum": date, "Harnkontinenz": "kontinent", "Stuhlkontinenz": "kontinent"}
        return self._add("Begutachtungen", start | dict.fromkeys(CELLS, 0) | more | (cells or {}))

    def granted(self, number: object, grade: object, since: object = None) -> Home:
        """Add a granted Pflegegrad to the history."""
        return self._add("Pflegegrade", {"Bewohner-Nr": number, "Pflegegrad": grade, "Seit": since})

    def unstable(self, number: object, start: object, end: object = None, criterion: str = "sturz") -> Home:
        """Add a criterion of instability."""
        row = {"Bewohner-Nr": number, "Kriterium": criterion, "Von": start, "Bis": end, "Beurteilt von": "P1"}
        return self._add("Instabilität", row)

    def employee(self, number: object, qn: object, start: object = None, end: object = None, **more: object) -> Home:
        """Add a row of the sheet ``Mitarbeitende``."""
        row = {"Personal-Nr": number, "QN": qn, "Gültig ab": start, "Gültig bis": end}
        return self._add("Mitarbeitende", row | more)

    def did(self, intervention: object, date: object, resident: object, staff: object, **more: object) -> Home:
        """Add an intervention of five minutes."""
        row = {"Bewohner-Nr": resident, "Personal-Nr": staff, "Intervention": intervention, "Datum": date}
        return self._add("Interventionen", row | {"Minuten": 5} | more)

    def _add(self, sheet: str, row: dict[str, object]) -> Home:
        self.sheets[sheet].append(row)
        return self

    def headings(self, sheet: str) -> list[str]:
        """Return the headings of a sheet: the required ones and those in use."""
        seen = dict.fromkeys(REQUIRED[sheet])
        for row in self.sheets[sheet]:
            seen |= dict.fromkeys(row)
        return list(seen)

    def workbook(self, path: Path, headings: dict[str, list[str]] | None = None) -> Path:
        """Write an Excel workbook; ``headings`` writes a heading otherwise, or leaves the column out."""
        book = Workbook()
        book.remove(book.active)
        for name, rows in self.sheets.items():
            sheet = book.create_sheet(name)
            keys = (headings or {}).get(name) or self.headings(name)
            sheet.append([k if headings is None else _other_writing(k) for k in keys])
            for row in rows:
                sheet.append([row.get(k) for k in keys])
        book.save(path)
        return path

    def csvs(self, folder: Path, encoding: str = "utf-8") -> list[Path]:
        """Write one CSV file per sheet as German Excel does: semicolons, decimal commas, German dates."""
        folder.mkdir(parents=True, exist_ok=True)
        paths = []
        for name, rows in self.sheets.items():
            if not rows:
                continue
            text = io.StringIO(newline="")
            writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
            keys = self.headings(name)
            writer.writerow(keys)
            writer.writerows([[_german(row.get(k)) for k in keys] for row in rows])
            paths.append(folder / f"{name}.csv")
            paths[-1].write_bytes(text.getvalue().encode(encoding))
        return paths


def _other_writing(heading: str) -> str:
    return f"  {heading.upper()} "


def _german(value: object) -> str:
    if isinstance(value, (dt.datetime, dt.date)):
        return f"{value:%d.%m.%Y}"
    if isinstance(value, float):
        return str(value).replace(".", ",")
    return "" if value is None else str(value)
