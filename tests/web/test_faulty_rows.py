"""Faulty rows, unchanged: which ones, with which related rows, and read again from the downloaded workbook."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from io import BytesIO
from typing import TYPE_CHECKING, Any

import openpyxl
import pytest

import importers
import rules
from importers.findings import Severity
from importers.sheets.repair_file import REASON, as_it_stood
from tests.support.web import workbooks
from web.reports import faulty_rows_xlsx

if TYPE_CHECKING:
    from pathlib import Path

BOOK = rules.load(datetime(2026, 1, 1).date(), "rekonstruktion")  # noqa: DTZ001
HEAD = workbooks.WORK[0]


def read(*files: tuple[str, bytes]) -> importers.ReadFiles:
    return importers.read(files, BOOK, sheets_needed=())


def written(tmp_path: Path, read_files: importers.ReadFiles) -> bytes:
    path = tmp_path / "faulty.xlsx"
    faulty_rows_xlsx.write(path, read_files.faulty_rows)
    return path.read_bytes()


def errors(read_files: importers.ReadFiles) -> list[tuple[str, str, str, str]]:
    return sorted(
        (finding.sheet, finding.code, finding.column, finding.value)
        for finding in read_files.findings
        if finding.severity is Severity.ERROR
    )


def workbook(rows: list[list[Any]], sheet: str = "Interventionen") -> bytes:
    book = openpyxl.Workbook()
    book.active.title = sheet
    for row in rows:
        book.active.append(row)
        for cell in book.active[book.active.max_row]:
            if isinstance(cell.value, str):
                cell.data_type = "s"  # "=1+1" is a text here
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def test_only_rows_with_an_error_are_returned_unchanged() -> None:
    (sheet,) = read(("haus.xlsx", workbooks.workbook())).faulty_rows
    assert (sheet.sheet, sheet.headings) == ("Interventionen", HEAD)
    (row,) = sheet.rows
    assert (row.file, row.number, row.cells) == ("haus.xlsx", 9, workbooks.WORK[8])
    assert row.wrong == (2,)
    assert "Zauberei" not in row.reasons[0]
    assert row.reasons[0].startswith("„Intervention“: Diese Intervention steht nicht im Katalog.")


def test_faulty_rows_exclude_faultless_files_and_unread_columns() -> None:
    assert read(("a.xlsx", workbooks.workbook(Bewohner=workbooks.RESIDENTS))).faulty_rows == ()
    more = [(*HEAD, "Diagnose"), *((*row, "F00.1") for row in workbooks.WORK[1:])]
    (sheet,) = read(("a.xlsx", workbooks.workbook(Interventionen=more))).faulty_rows
    assert sheet.headings == HEAD
    assert "F00.1" not in repr(sheet)


def test_headings_and_order_are_those_of_the_file() -> None:
    """Another program's words, another order, a title above."""
    rows = [
        ["Durchführungen März"],
        ["Leistung", "Durchgeführt am", "Dauer (h)", "Bew.-Nr."],
        ["Zauberei", "05.02.2026", "0,5", "0042"],
    ]
    (sheet,) = read(("a.xlsx", workbook(rows, "Interventionen"))).faulty_rows
    assert sheet.headings == ("Leistung", "Durchgeführt am", "Dauer (h)", "Bew.-Nr.")
    assert (sheet.rows[0].number, sheet.rows[0].cells) == (3, ("Zauberei", "05.02.2026", "0,5", "0042"))


def test_unrepaired_rows_have_the_same_errors_again_and_no_other(tmp_path: Path) -> None:
    """Every kind of cell keeps its kind and value, formulas stay text, and the column of reasons is not noticed."""
    rows = [
        list(HEAD),
        ["0042", "P1", 4.1, datetime(2026, 2, 5), time(7, 10), 12.5, "Früh", "WB 1", ""],  # noqa: DTZ001
        ["0042", "P1", "=1+1", "31.02.2026", "07:10", timedelta(minutes=75), "Früh", "-WB 1", "durchgeführt"],
        ["@77", "P1", "+Zauberei", datetime(2026, 2, 5, 8, 30), "", "zwölf", "", "=HYPERLINK(1)", "morgen"],  # noqa: DTZ001
        ["0042", "P1", "1.1", True, "", "", "", "", ""],
        ["0042", "P1", "1.1", "05.02.2026", "", "5", "", "", ""],
    ]
    first = read(("a.xlsx", workbook(rows)))
    content = written(tmp_path, first)
    again = read(("b.xlsx", content))
    assert errors(again) == errors(first)
    assert len(errors(first)) >= 6
    assert (again.rows, again.tables.faulty) == (4, 4)
    assert not [one for one in again.findings if one.code in {"spalten-unbekannt", "blaetter-unbekannt"}]
    assert again.faulty_rows[0].headings == first.faulty_rows[0].headings
    assert [row.cells for row in again.faulty_rows[0].rows] == [row.cells for row in first.faulty_rows[0].rows]
    cells = [cell for row in openpyxl.load_workbook(BytesIO(content))["Interventionen"] for cell in row]
    assert not [cell.coordinate for cell in cells if cell.data_type == "f"]
    assert not [cell.value for cell in cells if isinstance(cell.value, str) and cell.value[0] in "=+-@"]


def test_repaired_rows_complete_the_upload(tmp_path: Path) -> None:
    """Good rows of the first file and repaired ones of the second are the rows of a file without errors."""
    right = [*workbooks.WORK[:8], ("77", "P1", "1.1", "08.02.2026", "", "5", "", "", "")]
    first = read(("a.xlsx", workbooks.workbook()))
    book = openpyxl.load_workbook(BytesIO(written(tmp_path, first)))
    assert book["Interventionen"]["C2"].value == "Zauberei"
    assert book["Interventionen"]["C2"].number_format == "@"  # 4.10 typed here stays 4.10
    assert book["Interventionen"]["J1"].value == REASON
    book["Interventionen"]["C2"].value = "1.1"
    out = BytesIO()
    book.save(out)
    second = read(("b.xlsx", out.getvalue()))
    assert errors(second) == []
    assert second.faulty_rows == ()
    whole = read(("c.xlsx", workbooks.workbook(Interventionen=right))).tables.interventions
    rows = [
        set(frame.astype(object).fillna("").itertuples(index=False, name=None))
        for frame in (first.tables.interventions, second.tables.interventions, whole)
    ]
    assert rows[0] | rows[1] == rows[2]
    assert not rows[0] & rows[1]


@pytest.mark.parametrize("number", ["P2", "p-9"])
def test_rows_of_a_person_stay_together_where_they_replace_earlier_ones(tmp_path: Path, number: str) -> None:
    """One row of a history alone would make the store forget the others."""
    staff = [
        workbooks.STAFF[0],
        ("P1", "Quast", "Ute", "4", "", "", "", ""),
        (number, "Ngũgĩ", "Jörg", "2", "", "", "01.01.2026", "31.01.2026"),
        (number, "Ngũgĩ", "Jörg", "9", "", "", "01.02.2026", ""),
    ]
    result = read(("a.xlsx", workbooks.workbook(Mitarbeitende=staff)))
    (sheet,) = result.faulty_rows
    assert [row.cells[0] for row in sheet.rows] == [number, number]
    assert [bool(row.reasons) for row in sheet.rows] == [False, True]
    assert sheet.faulty == 1
    page = openpyxl.load_workbook(BytesIO(written(tmp_path, result)))["Mitarbeitende"]
    assert page["I2"].value.endswith(faulty_rows_xlsx.OF_THE_SAME_PERSON)
    assert len(read(("b.xlsx", written(tmp_path, result))).tables.staff) == 1


def test_a_faulty_row_in_two_files_is_to_repair_once_and_two_in_one_file_twice() -> None:
    bad = workbooks.WORK[8]
    first, second = (workbooks.workbook(Interventionen=[HEAD, *rows]) for rows in ([bad, bad], [bad]))
    (sheet,) = read(("a.xlsx", first), ("b.xlsx", second)).faulty_rows
    assert [(row.file, row.number) for row in sheet.rows] == [("a.xlsx", 2), ("a.xlsx", 3)]


def test_files_of_one_name_are_not_mixed_up() -> None:
    good = workbooks.workbook(Interventionen=workbooks.WORK[:3])
    bad = workbooks.workbook(Interventionen=[HEAD, workbooks.WORK[8]])
    (sheet,) = read(("a.xlsx", good), ("a.xlsx", bad)).faulty_rows
    assert [row.cells for row in sheet.rows] == [workbooks.WORK[8]]


@pytest.mark.parametrize(
    ("cell", "stood"), [("'=1", "=1"), ("'-", "-"), ("'Hof", "'Hof"), ("'", "'"), (5.0, 5.0), ("", "")]
)
def test_only_our_own_apostrophe_is_removed(cell: Any, stood: Any) -> None:
    assert as_it_stood(cell) == stood
