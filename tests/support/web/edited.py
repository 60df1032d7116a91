"""Workbooks as a home would edit them in a spreadsheet program."""

from __future__ import annotations

from io import BytesIO

from openpyxl import Workbook, load_workbook


def edited(content: bytes, *, edition: str = "2026-1", level: str = "4", intervention: str = "4.12") -> bytes:
    """Return an exported workbook with a name of its own and another base level for one intervention."""
    book = load_workbook(BytesIO(content))
    head = {"id": "haus-am-wald", "Ausgabe": edition, "Status": "hausregel", "Titel": "Hausregel Am Wald"}
    _write(book["Regelwerk"], 2, head)
    sheet = book["Interventionen"]
    ids = [str(row[0].value) for row in sheet.iter_rows(min_row=1, max_col=1)]
    _write(sheet, ids.index(intervention) + 1, {"QN": level, "Grund": "Beschluss der Pflegekonferenz."})
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def _write(sheet: object, row: int, values: dict[str, str]) -> None:
    headings = {str(cell.value): cell.column for cell in sheet[1]}
    for heading, value in values.items():
        sheet.cell(row, headings[heading]).value = value


def with_unknown_name(name: str, *others: str) -> bytes:
    """Return a workbook with one intervention under a name of the home's own, and further ones."""
    book = Workbook()
    sheet = book.active
    sheet.title = "Interventionen"
    sheet.append(["Bewohner-Nr", "Personal-Nr", "Intervention", "Datum", "Minuten", "Quelle", "Schicht"])
    for one in (name, *others):
        sheet.append(["", "", one, "15.01.2026", "25", "", "Früh"])
    out = BytesIO()
    book.save(out)
    return out.getvalue()
