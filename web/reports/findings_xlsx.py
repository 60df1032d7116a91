"""``findings.xlsx``: what an importer found, as a list to work through."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from importers.findings import Finding, Severity
from web.reports.sheets import Styles, landscape, table, workbook

if TYPE_CHECKING:
    from collections.abc import Sequence
    from io import BytesIO
    from pathlib import Path

    from xlsxwriter.worksheet import Worksheet

_HEADINGS = (
    "Schwere",
    "Datei",
    "Blatt",
    "Zeile",
    "Spalte",
    "Wert",
    "Was ist los?",
    "Was ist zu tun?",
    "Code",
    "Zeilen",
    "Spaltenbuchstabe",
    "Betrifft",
)
_WIDTHS = (10, 26, 16, 8, 18, 24, 60, 60, 26, 8, 16, 30)
_COLOURS = {Severity.ERROR: "#9d174d", Severity.WARNING: "#c2410c", Severity.NOTICE: "#4b5563"}
_ORDER = list(_COLOURS)

SHEET_LIMIT = 1_000_000
"""Most findings one sheet takes; a spreadsheet ends at 1,048,576 rows."""


def write(path: Path | BytesIO, findings: Sequence[Finding]) -> None:
    """Write all findings, the gravest first, and a summary by kind."""
    ordered = sorted(findings, key=lambda f: (_ORDER.index(f.severity), f.file, f.sheet, f.row))
    with workbook(path, "Befunde des Einlesens") as book:
        styles = Styles(book)
        summary = book.add_worksheet("Überblick")
        summary.set_column(0, 1, 28)
        summary.set_column(2, 2, 10)
        summary.set_column(3, 3, 80)
        summary.write_string(0, 0, "Was beim Einlesen auffiel", styles.title)
        row = 2
        if not ordered:
            summary.write_string(row, 0, "Keine Befunde: Alle Zeilen wurden ohne Auffälligkeit eingelesen.", styles())
        kinds = Counter[tuple[Severity, str]]()
        for finding in ordered:
            kinds[finding.severity, finding.code] += finding.count
        repairs = {(f.severity, f.code): f.repair for f in reversed(ordered)}
        body = [(severity.value, code, count, repairs[severity, code]) for (severity, code), count in kinds.items()]
        if body:
            formats = [styles(bold=True), styles(), styles(num_format="#,##0"), styles(text_wrap=True)]
            table(summary, row, ["Schwere", "Code", "Zeilen", "Was ist zu tun? (Beispiel)"], body, formats, styles)
        landscape(summary)
        for start in range(0, len(ordered), SHEET_LIMIT):
            name = "Befunde" if not start else f"Befunde {start // SHEET_LIMIT + 1}"
            _list(book.add_worksheet(name), styles, ordered[start : start + SHEET_LIMIT])


def _list(sheet: Worksheet, styles: Styles, findings: Sequence[Finding]) -> None:
    """Write one sheet of findings. Long lists: plain writes, no wrapping, so that the file stays quick to open."""
    for column, (heading, width) in enumerate(zip(_HEADINGS, _WIDTHS, strict=True)):
        sheet.set_column(column, column, width)
        sheet.write_string(0, column, heading, styles.head)
    marks = {severity: styles(bold=True, font_color=colour) for severity, colour in _COLOURS.items()}
    for row, finding in enumerate(findings, start=1):
        sheet.write_string(row, 0, finding.severity.value, marks[finding.severity])
        sheet.write_string(row, 1, finding.file)
        sheet.write_string(row, 2, finding.sheet)
        if finding.row:
            sheet.write_number(row, 3, finding.row)
        for column, text in enumerate(
            (finding.column, finding.value, finding.message, finding.repair, finding.code), start=4
        ):
            sheet.write_string(row, column, text)
        sheet.write_number(row, 9, finding.count)
        sheet.write_string(row, 10, finding.letter)
        sheet.write_string(row, 11, finding.where)
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, len(findings), len(_HEADINGS) - 1)
    landscape(sheet)
