"""No workbook we write has a cell that a spreadsheet program could take for a formula."""

from __future__ import annotations

from datetime import date
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import openpyxl
import pytest

import importers.template
import rules
from importers.content.faulty_rows import FaultyRow, FaultySheet
from importers.files.escaped_text import FORMULA_STARTS, as_it_stood, safe
from importers.findings import Finding, Severity
from importers.rulebooks import workbook as rulebook_workbook
from rules.edition import documents
from web.reports import faulty_rows_xlsx, findings_xlsx, rulebook_xlsx, table_file

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).parents[3]
HOSTILE = '=HYPERLINK("https://boese.example.org","Hier")'


def _findings(file: BytesIO) -> None:
    names = ("file", "sheet", "column", "value", "letter")
    findings_xlsx.write(
        file, [Finding(Severity.ERROR, HOSTILE, HOSTILE, HOSTILE, **dict.fromkeys(names, HOSTILE), row=2)]
    )


def _faulty(file: BytesIO) -> None:
    row = FaultyRow(file=HOSTILE, number=2, cells=(HOSTILE, HOSTILE), wrong=(0,), reasons=(HOSTILE,))
    faulty_rows_xlsx.write(file, [FaultySheet("Bewohner", (HOSTILE, "Name"), (row,), 0)], HOSTILE)


def _rulebook(file: BytesIO) -> None:
    rulebook_xlsx.write(file, hostile_documents())


def _template(file: BytesIO) -> None:
    importers.template.write(file, rules.load(date(2026, 1, 1)))


def _table(file: BytesIO) -> None:
    file.write(table_file.file_content("xlsx", "Tabelle", [[HOSTILE, "Zahl"], [HOSTILE, -1]]))


def hostile_documents() -> dict[str, Any]:
    """Return a rulebook with a hostile text wherever one may stand freely."""
    contents = documents(ROOT / "rules" / "book" / "rekonstruktion-2026.2")
    contents["rulebook.yaml"]["titel"] = HOSTILE
    contents["interventions.yaml"]["interventionen"][0]["titel"] = HOSTILE
    return contents


@pytest.mark.parametrize("write", [_findings, _faulty, _rulebook, _template, _table])
def test_no_cell_begins_a_formula(write: Callable[[BytesIO], None], monkeypatch: pytest.MonkeyPatch) -> None:
    """F6: neither as a formula, nor as a text that becomes one when the sheet is saved as CSV."""
    monkeypatch.setattr(importers.template, "_GUIDE", ((HOSTILE, HOSTILE),))
    file = BytesIO()
    write(file)
    cells = [cell for sheet in openpyxl.load_workbook(file) for row in sheet.iter_rows() for cell in row]
    assert [cell.value for cell in cells if cell.data_type == "f"] == []
    texts = [cell.value for cell in cells if isinstance(cell.value, str)]
    assert [text for text in texts if text[:1] in FORMULA_STARTS] == []
    assert safe(HOSTILE) in texts


def test_a_rulebook_is_read_back_without_the_mark() -> None:
    contents, file = hostile_documents(), BytesIO()
    rulebook_xlsx.write(file, contents)
    read = rulebook_workbook.read(("regelwerk.xlsx", file.getvalue())).documents
    assert read
    assert read["rulebook.yaml"]["titel"] == HOSTILE
    assert read["interventions.yaml"]["interventionen"][0]["titel"] == HOSTILE


@pytest.mark.parametrize("text", ["=1", "+1", "-1", "@a", "\tx", "\rx", "'=1", "'", "a", ""])
def test_what_is_made_safe_is_read_back(text: str) -> None:
    """F6: and a text that is safe already stays as it is."""
    assert as_it_stood(safe(text)) == (text if text != "'=1" else "=1")
    assert safe(safe(text)) == safe(text)


def test_workbooks_are_written_by_the_safe_writer_alone() -> None:
    """F6: a new report cannot forget it."""
    writers = {
        path.relative_to(ROOT).as_posix()
        for package in ("rules", "pebem", "importers", "web", "cli", "bench")
        for path in (ROOT / package).rglob("*.py")
        if "xlsxwriter.Workbook(" in (text := path.read_text("utf-8")) or "from xlsxwriter import" in text
    }
    assert writers == {"importers/files/safe_workbook.py"}
