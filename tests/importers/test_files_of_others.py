"""What other programs and attackers write: each of these was once read wrongly, lost, or took all memory."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import importers
from importers.files import delimited, delimited_fast, limits
from importers.files.sandbox import html_tables
from importers.findings import Severity, UnreadableError
from importers.values.spelling import clean, fold
from tests.support.importers import rosters
from tests.support.importers.files import csv_files, home, intervention, text_of, with_interventions, with_part, xlsx

if TYPE_CHECKING:
    from rules.model import RuleBook

SHEET = "xl/worksheets/sheet5.xml"
HEADS = ["Datum", "Bewohner", "Maßnahme", "Hdz.", "Dauer"]
ROW = ["02.03.2026", "0042", "4.10", "P1", "10"]


def read_text(book: RuleBook, data: bytes) -> importers.ReadFiles:
    """Return what the home is with this text for its interventions."""
    return importers.read([*csv_files(home())[:-1], ("Interventionen.csv", data)], book)


@pytest.mark.parametrize("codec", ["utf-16-le", "utf-16-be"])
def test_utf_16_is_known_without_its_mark(book: RuleBook, codec: str) -> None:
    files = [(name, data.decode().encode(codec)) for name, data in csv_files(home())]
    tables, expected = (importers.read(some, book).tables for some in (files, csv_files(home())))
    assert tables.interventions.equals(expected.interventions)
    assert tables.residents.equals(expected.residents)


def test_utf_32_is_refused(book: RuleBook) -> None:
    with pytest.raises(UnreadableError, match="weder"):
        read_text(book, text_of(home()["Interventionen"]).encode("utf-32"))


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ('="0042"', "0042"),
        ("'0042", "0042"),
        ("\u200b'4.10", "4.10"),
        ('="WB ""Süd"""', 'WB "Süd"'),
        ('="a"&"b"', '="a"&"b"'),
        ("=1+1", "=1+1"),
        ("'s-Heerenberg", "'s-Heerenberg"),
        ("'", "'"),
        ("=", "="),
    ],
)
def test_marks_that_keep_text_from_becoming_a_number(written: str, message: str) -> None:
    assert clean(written) == message


def test_marked_numbers_in_a_file(book: RuleBook) -> None:
    rows = [["Bewohner-Nr", "Intervention", "Datum", "Minuten"], ['="0042"', "'4.10", '="02.03.2026"', "'12,5"]]
    frame = read_text(book, "\r\n".join(";".join(row) for row in rows).encode()).tables.interventions
    assert frame[["resident", "intervention", "seconds"]].astype(str).to_numpy().tolist() == [["0042", "4.10", "750"]]


def test_dashes_of_every_kind_are_hyphens() -> None:
    assert len({fold(f"Müller{dash}Lüdenscheidt") for dash in "-‐‑‒–—−"}) == 1


@pytest.mark.slow
@pytest.mark.parametrize("number", [b"NaN", b"1e999", b"-inf"])
@pytest.mark.parametrize("column", ["A", "D", "E", "F"])
def test_invalid_numbers_reject_their_row(book: RuleBook, column: str, number: bytes) -> None:
    cell = re.compile(rb'<c r="%s2"[^>]*>.*?</c>' % column.encode())
    data = with_part(
        xlsx(home()), SHEET, lambda raw: cell.sub(b'<c r="%s2"><v>%s</v></c>' % (column.encode(), number), raw)
    )
    result = importers.read([("heim.xlsx", data)], book)
    assert (result.rows, result.tables.faulty) == (3, 1)
    assert [(one.code, one.row) for one in result.findings if one.severity is Severity.ERROR] == [
        ("zelle-ohne-wert", 2)
    ]


@pytest.mark.parametrize("cell", [b"<c r='F2' t='e'><v>#DIV/0!</v></c>", b"<c r='F2'><f>1+1</f></c>"])
def test_odd_cells_are_found_in_single_quotes_too(book: RuleBook, cell: bytes) -> None:
    data = with_part(xlsx(home()), SHEET, lambda raw: re.sub(rb'<c r="F2"[^>]*>.*?</c>', cell, raw))
    result = importers.read([("heim.xlsx", data)], book)
    assert [(one.code, one.row) for one in result.findings if one.severity is Severity.ERROR] == [
        ("zelle-ohne-wert", 2)
    ]


def test_files_with_very_many_sheets_are_refused(book: RuleBook) -> None:
    ods = (Path(__file__).parent / "data" / "heim.ods").read_bytes()
    more = b"".join(b'<sheet name="S%d" sheetId="%d" r:id="rId1"/>' % (i, i + 9) for i in range(limits.MAX_SHEETS))
    tables = b"".join(b'<table:table table:name="t%d">' % i for i in range(limits.MAX_SHEETS))
    for data in (
        with_part(xlsx(home()), "xl/workbook.xml", lambda raw: raw.replace(b"<sheets>", b"<sheets>" + more)),
        with_part(ods, "content.xml", lambda raw: raw.replace(b"</office:spreadsheet>", tables)),
    ):
        with pytest.raises(UnreadableError, match="mehr als 1000 Blätter"):
            importers.read([("heim", data)], book)


def test_cells_of_a_page_that_reach_far_down_take_no_memory_and_keep_their_columns() -> None:
    row = b"<td rowspan=1000000 colspan=4>x" * 100
    (page,) = html_tables.read("a.xls", b"<table><tr>" + row + b"<tr><td>y</table>")
    assert (page.height, len(page.columns)) == (2, 401)
    assert page.columns[400][1] == ["", "y"]


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"<table><tr>" + b"<td colspan=400>x" * 200_000, "Spalten"),
        (b"<table><tr><td>" * 2000, "Blätter oder Tabellen"),
    ],
)
def test_pages_beyond_the_limits_are_refused_at_once(data: bytes, says: str) -> None:
    with pytest.raises(UnreadableError, match=says):
        html_tables.read("a.xls", data)


def test_cells_of_large_texts_stay_text_where_a_whole_column_looks_like_numbers() -> None:
    """A later piece of a file has no headings."""
    data = b"0042;1.50;True;2026-01-01;\n" * 30
    rows = [line.split(";") for line in data.decode().splitlines()]
    result = delimited_fast.read(data, (0, len(data)), ";", rows)
    assert result is not None
    assert result[0][:].tolist() == rows


@pytest.mark.parametrize("large", [1, 2**20])
def test_line_ends_without_end(book: RuleBook, monkeypatch: pytest.MonkeyPatch, large: int) -> None:
    monkeypatch.setattr(delimited, "LARGE", large)
    text = text_of(home()["Interventionen"]).encode()
    assert read_text(book, text + b"\n" * 100_000).rows == 3
    monkeypatch.setattr(delimited, "MAX_ROWS", 5_000)
    monkeypatch.setattr(limits, "MAX_ROWS", 5_000)
    with pytest.raises(UnreadableError, match="Zeilen"):
        read_text(book, text + b"\n" * 100_000 + text)


@pytest.mark.parametrize("word", ["Minuten gesamt", "Leistungen gesamt:", "Subtotal", "Grand Total", "Zeit insgesamt"])
@pytest.mark.parametrize("column", [0, 2])
def test_sums_by_other_words(book: RuleBook, word: str, column: int) -> None:
    line = ["", "", "", "", "30"]
    line[column] = word
    result = read_text(book, text_of([HEADS, ROW, line]).encode())
    assert (result.rows, result.tables.faulty) == (1, 0)


def test_rules_and_parts_of_the_headings_are_no_rows(book: RuleBook) -> None:
    rows = [HEADS, ["---"] * 5, ROW, ["Datum", "", "Maßnahme", "", ""], ROW, ["=====", "", "", "", ""]]
    result = read_text(book, text_of(rows).encode())
    assert (result.rows, result.tables.faulty) == (2, 0)
    assert sorted(one.value for one in result.findings if one.code == "zeilen-uebersprungen") == ["2, 6", "4"]


def test_an_intervention_called_like_a_sum_stays_a_row(book: RuleBook) -> None:
    result = read_text(book, text_of([HEADS, ["02.03.2026", "0042", "Leistungen gesamt", "P1", "10"]]).encode())
    assert (result.rows, result.tables.faulty) == (1, 1)


def test_times_of_a_roster_that_lost_their_zero(book: RuleBook) -> None:
    del book
    sheets = rosters.with_roster(Dienstplan=[["Personal-Nr", "Datum", "Beginn", "Ende"], ["P1", DAY, "600", "1400"]])
    assert rosters.duties(rosters.read(sheets)) == [("P1", None, "02.03. 06:00", "02.03. 14:00")]


DAY = date(2026, 3, 2)


@pytest.mark.parametrize(
    "days",
    [
        [46082.0 + i for i in range(7)],
        [f"2026-03-0{i + 1} 00:00:00" for i in range(7)],
        [f"{46082 + i}" for i in range(7)],
    ],
    ids=["numbers", "moments", "texts"],
)
def test_days_above_the_columns_as_programs_write_them(days: list[Any]) -> None:
    result = rosters.read(
        rosters.with_roster(Dienstplan=[["Pers.-Nr.", "Name", *days], ["P1", "", "", "F1", *[""] * 5]])
    )
    assert rosters.duties(result) == [("P1", None, "02.03. 06:00", "02.03. 14:00")]


def test_shift_without_staff_is_reported() -> None:
    rows = rosters.month(["P1", "Yılmaz", "F1"], ["", "", "S2"])
    result = rosters.read(rosters.with_roster(März_2026=rows))
    assert rosters.duties(result) == [("P1", None, "01.03. 06:00", "01.03. 14:00")]
    assert rosters.reported(result) == [("nummer-fehlt", 3, "", 1)]


def test_text_that_looks_like_a_formula_stays_text(book: RuleBook) -> None:
    for text in ('=HYPERLINK("http://example.org";"x")', "+49 170", "@SUM(1)"):
        result = importers.read(csv_files(with_interventions(intervention(Wohnbereich=text))), book)
        assert result.tables.interventions["ward"].astype(object).tolist() == [text]
