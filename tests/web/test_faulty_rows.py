"""Faulty rows, unchanged: which ones, with which related rows, and read again from the downloaded workbook."""

from __future__ import annotations

import csv
import io
from datetime import datetime, time, timedelta
from io import BytesIO
from typing import TYPE_CHECKING, Any

import openpyxl
import pytest

import importers
import rules
from importers.content.faulty_rows import FaultyRow, FaultySheet
from importers.files.escaped_text import as_it_stood
from importers.findings import Severity
from importers.sheets.repair_file import REASON, UPLOAD
from tests.support.web import workbooks
from web.reports import faulty_rows_xlsx

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from openpyxl import Workbook

BOOK = rules.load(datetime(2026, 1, 1).date(), "rekonstruktion")  # noqa: DTZ001
HEAD = workbooks.WORK[0]


def read(*files: tuple[str, bytes]) -> importers.ReadFiles:
    return importers.read(files, BOOK, sheets_needed=())


def written(tmp_path: Path, read_files: importers.ReadFiles) -> bytes:
    path = tmp_path / "faulty.xlsx"
    faulty_rows_xlsx.write(path, read_files.faulty_rows, "17-4f3a")
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
def test_only_the_faulty_row_of_a_person_is_downloaded(number: str) -> None:
    staff = [
        workbooks.STAFF[0],
        ("P1", "Quast", "Ute", "4", "", "", "", ""),
        (number, "Ngũgĩ", "Jörg", "2", "", "", "01.01.2026", "31.01.2026"),
        (number, "Ngũgĩ", "Jörg", "9", "", "", "01.02.2026", ""),
    ]
    (sheet,) = read(("a.xlsx", workbooks.workbook(Mitarbeitende=staff))).faulty_rows
    assert [(row.number, row.cells[0], row.cells[3]) for row in sheet.rows] == [(4, number, "9")]


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


# ---------------------------------------------------------------- the upload they are from


def saved(content: bytes, form: str) -> tuple[str, bytes]:
    """Return a workbook of faulty rows as somebody saves it: as it is, again, or its first sheet as text."""
    made = openpyxl.load_workbook(BytesIO(content))
    out = BytesIO()
    match form:
        case "xlsx":
            return "Fehlerhafte-Zeilen.xlsx", content
        case "saved":
            made.save(out)
            return "Fehlerhafte-Zeilen.xlsx", out.getvalue()
        case "without instructions":
            del made["Anleitung"]
            made.save(out)
            return "Mappe1.xlsx", out.getvalue()
    text = io.StringIO()
    csv.writer(text, delimiter=";", lineterminator="\r\n").writerows(made.worksheets[0].iter_rows(values_only=True))
    return "Fehlerhafte-Zeilen.csv", text.getvalue().encode("cp1252" if form == "csv, old" else "utf-8-sig")


FORMS = ("xlsx", "saved", "without instructions", "csv", "csv, old")


def changed(content: bytes, change: Callable[[Workbook], object]) -> bytes:
    made = openpyxl.load_workbook(BytesIO(content))
    change(made)
    out = BytesIO()
    made.save(out)
    return out.getvalue()


@pytest.mark.parametrize("form", FORMS)
def test_the_workbook_names_its_upload_however_it_is_saved(tmp_path: Path, form: str) -> None:
    content = written(tmp_path, read(("a.xlsx", workbooks.workbook())))
    result = read(("andere.xlsx", workbooks.workbook()), saved(content, form))
    assert result.repairs == {1: "17-4f3a"}
    assert not [one for one in result.findings if one.code in {"spalten-unbekannt", "datenlieferung-fehlt"}]
    assert result.faulty_rows[0].headings == HEAD


@pytest.mark.parametrize("sheet", ["Bewohner", "Begutachtungen", "Instabilität", "Mitarbeitende", "Interventionen"])
@pytest.mark.parametrize("form", ["xlsx", "csv"])
def test_repaired_rows_of_every_sheet_are_read(tmp_path: Path, sheet: str, form: str) -> None:
    """As text the headings alone say which sheet it is; our two columns are none of its own."""
    whole = workbooks.home()
    whole["Instabilität"] = [*whole["Instabilität"], ("0042", "?", "1.1.2026", "")]
    whole["Bewohner"] = [*workbooks.RESIDENTS, workbooks.RESIDENTS[1]]
    whole["Begutachtungen"] = [*(rows := workbooks.assessments()), ("77", "03.02.2026", "9", *rows[2][3:])]
    whole["Mitarbeitende"] = [*workbooks.STAFF, ("P9", "", "", "9", "", "", "", "")]
    (faulty,) = (one for one in read(("a.xlsx", workbooks.workbook(**whole))).faulty_rows if one.sheet == sheet)
    path = tmp_path / "faulty.xlsx"
    faulty_rows_xlsx.write(path, [faulty], "17-4f3a")
    result = read(saved(path.read_bytes(), form))
    assert result.repairs == {0: "17-4f3a"}
    assert not [one for one in result.findings if one.code in {"spalten-unbekannt", "datenlieferung-fehlt"}]
    if sheet != "Bewohner":  # alone, its row is right
        assert [(one.sheet, one.headings) for one in result.faulty_rows] == [(sheet, faulty.headings)]
    else:
        assert result.tables.residents["resident"].tolist() == ["0042"]


def test_workbook_without_the_upload_is_read_with_a_warning(tmp_path: Path) -> None:
    """The column of reasons alone marks it, and so does that of the upload alone."""
    content = written(tmp_path, read(("a.xlsx", workbooks.workbook())))
    reasons, upload = HEAD, len(HEAD) + 2
    for change, reference in (
        (lambda made: made["Interventionen"].delete_cols(upload), ""),
        (lambda made: setattr(made["Interventionen"]["K2"], "value", " "), ""),
        (lambda made: made["Interventionen"].delete_cols(len(reasons) + 1), "17-4f3a"),
    ):
        result = read(("b.xlsx", changed(content, change)))
        assert result.repairs == {0: reference}
        warned = [one for one in result.findings if one.code == "datenlieferung-fehlt"]
        assert [one.severity for one in warned] == ([] if reference else [Severity.WARNING])
        assert all("gewöhnliche Datei" in one.message and one.file == "b.xlsx" for one in warned)
        assert not [one for one in result.findings if one.code == "spalten-unbekannt"]
    plain = changed(content, lambda made: made["Interventionen"].delete_cols(upload - 1, 2))
    assert read(("b.xlsx", plain)).repairs == {}


@pytest.mark.parametrize(
    ("cell", "reference"),
    [
        ("17-4F3A", "17-4f3a"),
        ("Datenlieferung 170-4f3a", "170-4f3a"),
        ("'Datenlieferung 17-4f3a", "17-4f3a"),
        ("irgendwas", "irgendwas"),
        (5, "5"),
    ],
)
def test_the_value_of_a_cell_is_quoted_unchanged(tmp_path: Path, cell: Any, reference: str) -> None:
    """A typing error is for whoever knows the uploads."""
    content = written(tmp_path, read(("a.xlsx", workbooks.workbook())))
    told = changed(content, lambda made: setattr(made["Interventionen"]["K2"], "value", cell))
    assert read(("b.xlsx", told)).repairs == {0: reference}


@pytest.mark.parametrize("apart", [False, True])
def test_rows_of_two_uploads_in_one_file_are_refused(tmp_path: Path, *, apart: bool) -> None:
    """In one sheet or in two; in two files they are two repairs."""
    content = written(tmp_path, read(("a.xlsx", workbooks.workbook())))

    def mix(made: Workbook) -> None:
        if apart:
            made.create_sheet("Bewohner").append(["Bewohner-Nr", UPLOAD])
            made["Bewohner"].append(["77", "Datenlieferung 18-4f3b"])
        else:
            made["Interventionen"].append(["77", *[None] * 9, "Datenlieferung 18-4f3b"])

    with pytest.raises(importers.UnreadableError, match=r"mehreren Datenlieferungen: 17-4f3a, 18-4f3b\. Bitte"):
        read(("b.xlsx", changed(content, mix)))
    other = changed(content, lambda made: setattr(made["Interventionen"]["K2"], "value", "18-4f3b"))
    assert read(("b.xlsx", content), ("b.xlsx", other)).repairs == {0: "17-4f3a", 1: "18-4f3b"}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("first", [False, True])
def test_repaired_row_counts_in_addition_to_an_equal_one(tmp_path: Path, form: str, *, first: bool) -> None:
    """Two carers at one bath, of whom one was mistyped: both count, whatever the order of the files."""
    bath = ("0042", "", "1.1", "05.02.2026", "07:10", "20", "Früh", "", "")
    original = workbooks.workbook(Interventionen=[HEAD, bath, ("0042", "", "Zauberei", *bath[3:])])
    content = written(tmp_path, read(("a.xlsx", original)))
    repaired = saved(changed(content, lambda made: setattr(made["Interventionen"]["C2"], "value", "1.1")), form)
    files = [repaired, ("a.xlsx", original)] if first else [("a.xlsx", original), repaired]
    result = read(*files)
    assert result.tables.interventions["intervention"].tolist() == ["1.1", "1.1"]
    assert result.parts["interventions"].tolist() == [0, 1]
    assert {"zeilen-schon-in-anderer-datei", "zeile-mehrfach"} & {one.code for one in result.findings} == set()
    assert (result.rows, result.tables.faulty) == (3, 1)
    assert [f"{day:%d.%m.%Y}" for day in result.left_out_days] == [bath[3]]
    assert result.repairs == {files.index(repaired): "17-4f3a"}


def test_unrepaired_row_stays_faulty_and_makes_no_other_row_a_repetition(tmp_path: Path) -> None:
    original = workbooks.workbook()
    content = written(tmp_path, read(("a.xlsx", original)))
    result = read(("a.xlsx", original), ("b.xlsx", content), ("c.xlsx", original))
    assert result.tables.faulty == 2
    assert [one.file for one in result.faulty_rows[0].rows] == ["a.xlsx", "b.xlsx"]
    of_copy = [one for one in result.findings if one.code == "zeilen-schon-in-anderer-datei"]
    assert {one.file for one in of_copy} == {"c.xlsx"}
    assert result.parts["interventions"].tolist() == [0] * 7


def test_repaired_statement_is_added_to_those_of_the_original(tmp_path: Path) -> None:
    staff = [*workbooks.STAFF, ("P4", "Neu", "Nina", "9", "", "", "", "")]
    original = workbooks.workbook(Mitarbeitende=staff)
    content = written(tmp_path, read(("a.xlsx", original)))
    repaired = changed(content, lambda made: setattr(made["Mitarbeitende"]["D2"], "value", "4"))
    result = read(("a.xlsx", original), ("b.xlsx", repaired))
    assert result.tables.staff["staff"].tolist() == ["P1", "P2", "P2", "P3", "P4"]
    assert result.parts["staff"].tolist() == [0, 0, 0, 0, 1]
    assert result.repairs == {1: "17-4f3a"}


def test_the_instructions_say_how_many_rows_do_not_fit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Those beyond the limit of a sheet here and those that reading left out, of all sheets together."""
    path, row = tmp_path / "faulty.xlsx", FaultyRow("a.xlsx", 2, ("x",), (0,), ("Falsch.",))
    sheets = [FaultySheet("Bewohner", ("Einzug",), (row,) * 3, 40), FaultySheet("Mitarbeitende", ("QN",), (row,))]
    for limit, last in (
        (2, "41 weitere Zeilen passen nicht in diese Datei."),
        (3, "40 weitere Zeilen passen nicht in diese Datei."),
    ):
        monkeypatch.setattr(faulty_rows_xlsx, "SHEET_LIMIT", limit)
        faulty_rows_xlsx.write(path, sheets, "17-4f3a")
        made = openpyxl.load_workbook(path)
        assert (made["Bewohner"].max_row - 1, made["Anleitung"]["A7"].value) == (limit, last)
    faulty_rows_xlsx.write(path, sheets[1:], "17-4f3a")
    assert openpyxl.load_workbook(path)["Anleitung"]["A7"].value is None
