"""Several files, odd files: what the contracts say about files and not about rows."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from openpyxl import load_workbook

from . import cases, product
from .home import Home
from .oracle import Oracle
from .product import comparable
from .random_home import random_home

if TYPE_CHECKING:
    from pathlib import Path


def test_the_same_file_twice_counts_once(tmp_path: Path) -> None:
    home = cases.identical_rows_all_count().home
    first, second = (home.workbook(tmp_path / name) for name in ("januar.xlsx", "januar-kopie.xlsx"))
    _, document = product.analyse(first, second, out=tmp_path / "out")
    assert comparable(document) == comparable(Oracle(first).document())


def test_an_overlapping_second_file_adds_what_is_new(tmp_path: Path) -> None:
    """Two equal rows in the first file; in the second one of them again, and one more day."""
    first, second, both = cases.staffed(), Home(), cases.staffed()
    for home in (first, both):
        home.did(cases.WASH, cases.day(1), "B1", "P1", Uhrzeit="08:00").did(
            cases.WASH, cases.day(1), "B1", "P1", Uhrzeit="08:00"
        )
    second.did(cases.WASH, cases.day(1), "B1", "P1", Uhrzeit="08:00")
    for home in (second, both):
        home.did(cases.WASH, cases.day(2), "B1", "P1", Uhrzeit="08:00")
    files = first.workbook(tmp_path / "a.xlsx"), second.workbook(tmp_path / "b.xlsx")
    _, document = product.analyse(*files, out=tmp_path / "out")
    assert comparable(document) == comparable(Oracle(both.workbook(tmp_path / "c.xlsx")).document())


def test_master_data_may_come_in_a_file_of_its_own(tmp_path: Path) -> None:
    whole, masters, work = random_home(5), random_home(5), random_home(5)
    masters.sheets["Interventionen"] = []
    work.sheets = {name: rows if name == "Interventionen" else [] for name, rows in work.sheets.items()}
    folders = masters.csvs(tmp_path / "stamm"), work.csvs(tmp_path / "arbeit")
    _, document = product.analyse(*folders[0], *folders[1], out=tmp_path / "out")
    whole.csvs(tmp_path / "ganz")
    assert comparable(document) == comparable(Oracle(tmp_path / "ganz").document())


@pytest.mark.parametrize("form", ["workbook", "csvs"])
def test_of_two_rows_from_one_day_the_earlier_goes_on_when_the_later_ends(form: str, tmp_path: Path) -> None:
    home = cases.staffed().employee("X", 3, cases.FIRST).employee("X", 1, cases.FIRST, cases.day(10))
    home.employee("X", 2, cases.day(8), cases.day(12))
    for number in (7, 9, 11, 13):
        home.did(cases.WOUND, cases.day(number), "B1", "X")
    path = tmp_path / ("heim.xlsx" if form == "workbook" else "heim")
    files = [home.workbook(path)] if form == "workbook" else home.csvs(path)
    _, document = product.analyse(*files, out=tmp_path / "out")
    assert comparable(document) == comparable(Oracle(path).document())
    assert [cell["qn_ist"] for cell in document["matrix"]] == [1, 2, 3]


@pytest.mark.parametrize("number_format", ["0.00", "0.0", "General", "@"])
def test_a_number_is_never_read_as_another_id(number_format: str, tmp_path: Path) -> None:
    """4.10 typed as a number is 4.1 to Excel. Left out, or read as shown: "0.00" shows 4.10, which is not 4.1."""
    path = (
        cases.staffed()
        .did(4.1, cases.FIRST, "B1", "P2")
        .did(cases.TIDY, cases.FIRST, None, "P1")
        .workbook(tmp_path / "h.xlsx")
    )
    book = load_workbook(path)
    column = next(c.column for c in book["Interventionen"][1] if c.value == "Intervention")
    book["Interventionen"].cell(2, column).number_format = number_format
    book.save(path)
    _, document = product.analyse(path, out=tmp_path / "out")
    shown = {"0.00": {"4.10"}, "0.0": {"4.1"}}.get(number_format, set())
    read = {entry["intervention"] for entry in document["by_intervention"]} - {cases.TIDY}
    assert read <= shown
    assert document["input"]["excluded"]["fehlerhaft"] == (0 if read else 1)


def test_formatted_serial_days_are_days(tmp_path: Path) -> None:
    """1 February 2026 is day 46054 of Excel; with a date format it is that day."""
    path = cases.staffed().did(cases.WASH, 46054, "B1", "P1").workbook(tmp_path / "h.xlsx")
    book = load_workbook(path)
    column = next(c.column for c in book["Interventionen"][1] if c.value == "Datum")
    book["Interventionen"].cell(2, column).number_format = "dd.mm.yyyy"
    book.save(path)
    _, document = product.analyse(path, out=tmp_path / "out")
    assert [entry["tag"] for entry in document["by_day"]] == ["2026-02-01"]


@pytest.mark.parametrize("content", [b"", b"kein Excel", b"PK\x03\x04 kaputt", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"])
def test_unusable_input_writes_nothing(content: bytes, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "heim.xlsx"
    path.write_bytes(content)
    assert product.run("analyse", path, "--out", tmp_path / "out") == product.UNUSABLE
    assert not (tmp_path / "out" / "fit.json").exists()
    said = capsys.readouterr()
    assert len(said.err.strip().splitlines()) == 1
    assert "Traceback" not in said.err


def test_a_file_that_is_not_there(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert product.run("analyse", tmp_path / "fehlt.xlsx", "--out", tmp_path / "out") == product.UNUSABLE
    assert "fehlt.xlsx" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_the_same_row_as_csv_and_as_excel_counts_once(tmp_path: Path) -> None:
    """A row is the same row however a file writes its day: 01.02.2026 as text is the day in the Excel cell."""
    home = cases.decimal_comma_and_half_seconds().home
    book = home.workbook(tmp_path / "heim.xlsx")
    work = next(f for f in home.csvs(tmp_path / "csv") if f.stem == "Interventionen")
    _, document = product.analyse(book, work, out=tmp_path / "out")
    assert comparable(document) == comparable(Oracle(book).document())


@pytest.mark.parametrize("rows", ["none", "faulty", "refused"])
def test_nothing_to_count_is_reported_without_a_crash(
    rows: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    home = cases.staffed()
    if rows == "faulty":
        home.did("9.99", cases.FIRST, "B1", "P1")
    if rows == "refused":
        home.did(cases.WASH, cases.FIRST, "B1", "P1", Status="abwesend")
    home.sheets["Interventionen"] = home.sheets["Interventionen"] or [{}]
    path = home.workbook(tmp_path / "heim.xlsx")
    code = product.run("analyse", path, "--out", tmp_path / "out", "--from", "2026-02-01", "--to", "2026-02-28")
    assert code in {product.DONE, product.DONE_WITH_ERRORS, product.UNUSABLE}
    if code == product.UNUSABLE:
        assert len(capsys.readouterr().err.strip().splitlines()) == 1
    else:
        document = json.loads((tmp_path / "out" / "fit.json").read_text(encoding="utf-8"))
        assert document["input"]["counted"] == 0
        assert document["coverage"]["bewohner"] == 0.0
        assert document["matrix"] == document["by_ward"] == []
