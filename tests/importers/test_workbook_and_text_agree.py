"""A home without faults: every way to write it down gives the same frames."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import numpy as np
import openpyxl
import pandas as pd
import pytest

import importers
from importers import template
from importers.findings import Severity
from importers.sheets.template_columns import SHEETS
from pebem.contracts import SECONDS_MISSING, check
from tests.support.importers.files import csv_files, home, text_of, xlsx

if TYPE_CHECKING:
    from pathlib import Path

    from rules.model import RuleBook
    from tests.support.importers.files import ReadHome

FRAMES = ("residents", "assessments", "instability", "staff", "interventions", "duties")


def assert_same(left: importers.ReadFiles, right: importers.ReadFiles) -> None:
    for name in FRAMES:
        pd.testing.assert_frame_equal(getattr(left.tables, name), getattr(right.tables, name))
    assert left.rows == right.rows
    assert left.tables.faulty == right.tables.faulty


def test_values_of_a_home(read_home: ReadHome) -> None:
    result = read_home(home())
    tables = check(result.tables)
    assert [f for f in result.findings if f.severity is not Severity.NOTICE] == []
    assert tables.residents["resident"].tolist() == ["0042", "B2"]
    assert tables.residents["moved_out"].isna().tolist() == [True, False]
    assert tables.assessments["4.10"].tolist() == [4, 0]
    assert tables.assessments["4.1"].tolist() == [-1, -1]
    assert tables.assessments["5.1 täglich"].tolist() == [3, 0]
    assert tables.assessments["date"].isna().tolist() == [False, True]
    assert tables.assessments["continence_urine"].tolist() == [0, -1]
    assert tables.instability["criterion"].tolist() == ["sturz"]
    assert tables.staff["staff"].tolist() == ["P1", "007"]
    assert tables.staff["certificates"].tolist() == ["", "LG2"]
    rows = tables.interventions
    assert rows["intervention"].astype(object).tolist() == ["4.10", "4.12", "7.E16"]
    assert rows["seconds"].tolist() == [750, 1200, SECONDS_MISSING]
    assert rows["minute_of_day"].tolist() == [485, -1, -1]
    assert rows["resident"].isna().tolist() == [False, False, True]
    assert rows["ward"].isna().tolist() == [True, False, False]
    assert rows["status"].isna().tolist() == [True, False, False]
    assert rows["date"].eq(pd.Timestamp(2026, 3, 2)).all()
    assert rows["date"].dtype == np.dtype("datetime64[s]")
    assert result.rows == 3


def test_names_stay_outside_the_tables(read_home: ReadHome) -> None:
    result = read_home(home())
    assert result.people_residents.to_dict("list") == {
        "resident": ["0042", "B2"],
        "name": ["Müller-Lüdenscheidt", "Groß"],
        "given": ["Änne", "Jörg"],
    }
    assert result.people_staff["name"].tolist() == ["Yılmaz", "Bond"]
    text = " ".join(f"{f.message} {f.value}" for f in result.findings)
    for name in FRAMES:
        text += getattr(result.tables, name).to_csv()
    for secret in ("Müller", "Groß", "Änne", "Yılmaz", "Bond"):
        assert secret not in text


@pytest.mark.parametrize("delimiter", [";", *(pytest.param(one, marks=pytest.mark.slow) for one in (",", "\t", "|"))])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_text_files_equal_the_workbook(read_home: ReadHome, book: RuleBook, encoding: str, delimiter: str) -> None:
    assert_same(importers.read(csv_files(home(), encoding=encoding, delimiter=delimiter), book), read_home(home()))


def test_big_endian_utf_16(read_home: ReadHome, book: RuleBook) -> None:
    files = [
        (name, b"\xfe\xff" + text_of(rows).encode("utf-16-be"))
        for name, rows in ((f"{sheet}.csv", rows) for sheet, rows in home().items())
    ]
    assert_same(importers.read(files, book), read_home(home()))


def test_paths_and_text_mixed_with_a_workbook(tmp_path: Path, read_home: ReadHome, book: RuleBook) -> None:
    sheets = home()
    late = {"Interventionen": sheets.pop("Interventionen")}
    (tmp_path / "stamm.xlsx").write_bytes(xlsx(sheets))
    (tmp_path / "egal.txt").write_bytes(csv_files(late)[0][1])
    result = importers.read([tmp_path / "stamm.xlsx", tmp_path / "egal.txt"], book)
    assert_same(result, read_home(home()))


@pytest.mark.parametrize("name", ["INSTABILITAET", "instabilitat", "05_Instabilität 2026", "haus-a.Instabilitaet"])
def test_sheet_of_a_text_file_is_found_by_its_name(name: str, book: RuleBook) -> None:
    files = [(n if "Inst" not in n else f"{name}.csv", data) for n, data in csv_files(home())]
    assert len(importers.read(files, book).tables.instability) == 1


def test_sheet_of_a_text_file_is_found_by_its_headings(book: RuleBook, read_home: ReadHome) -> None:
    files = [(f"export{i}.csv", data) for i, (_, data) in enumerate(csv_files(home()))]
    assert_same(importers.read(files, book), read_home(home()))


def test_columns_in_any_order_case_and_with_blanks(read_home: ReadHome) -> None:
    sheets = home()
    for rows in sheets.values():
        for row in rows:
            row.reverse()
        rows[0] = [f"  {heading.upper()}\u00a0 " for heading in rows[0]]
    result, expected = read_home(sheets), read_home(home())
    for name in FRAMES:
        left, right = getattr(result.tables, name), getattr(expected.tables, name)
        pd.testing.assert_frame_equal(left, right[left.columns])


def test_sheet_names_in_other_spellings(read_home: ReadHome) -> None:
    sheets = {f" {name.upper()} ".replace("Ä", "AE"): rows for name, rows in home().items()}
    assert_same(read_home(sheets), read_home(home()))


def test_title_rows_and_blank_rows_keep_the_row_numbers_of_the_sheet(read_home: ReadHome) -> None:
    sheets = home()
    rows = sheets["Interventionen"]
    rows[2][2] = "gibt es nicht"
    sheets["Interventionen"] = [["Musterhaus"], [], rows[0], rows[1], ["", " ", "\u00a0"], rows[2], [], rows[3]]
    result = read_home(sheets)
    assert (result.rows, result.tables.faulty) == (3, 1)
    errors = {f.code: f for f in result.findings if f.sheet == "Interventionen"}
    assert errors["intervention-unbekannt"].row == 6
    assert errors["zeilen-ueber-ueberschrift"].severity is Severity.NOTICE


def test_row_numbers_with_line_breaks_in_quotes_and_an_sep_line(book: RuleBook) -> None:
    files = dict(csv_files(home()))
    files["Interventionen.csv"] = (
        "sep=;\r\nBewohner-Nr;Intervention;Datum;Schicht\r\n"
        '0042;4.10;02.03.2026;"Früh;\r\nmit Pause"\r\n\r\n0042;4.99;02.03.2026;Früh\r\n'
    ).encode()
    result = importers.read(list(files.items()), book)
    assert result.tables.interventions["shift"].astype(object).tolist() == ["Früh; mit Pause"]
    assert [f.row for f in result.findings if f.code == "intervention-unbekannt"] == [4]


def test_umlaut_only_in_the_last_of_3000_rows(book: RuleBook) -> None:
    files = dict(csv_files(home()))
    lines = [
        "Bewohner-Nr;Intervention;Datum;Schicht",
        *["0042;4.10;02.03.2026;Tag"] * 2999,
        "0042;4.10;02.03.2026;Früh",
    ]
    files["Interventionen.csv"] = "\r\n".join(lines).encode("cp1252")
    result = importers.read(list(files.items()), book)
    assert result.tables.interventions["shift"].iloc[-1] == "Früh"


def test_same_file_twice_says_the_same_twice_and_adds_nothing(book: RuleBook, read_home: ReadHome) -> None:
    data = xlsx(home())
    result = importers.read([("a.xlsx", data), ("b.xlsx", data)], book)
    once = read_home(home())
    for name in FRAMES:
        for file in (0, 1) if name != "interventions" else (0,):
            of_file = getattr(result.tables, name)[result.parts[name] == file].reset_index(drop=True)
            pd.testing.assert_frame_equal(of_file, getattr(once.tables, name))
    assert result.rows == once.rows
    assert result.first_days == {0: once.first_days[0], 1: once.first_days[0]}
    assert "zeilen-schon-in-anderer-datei" in {f.code for f in result.findings if f.file == "b.xlsx"}


def test_two_files_of_one_sheet_are_joined(book: RuleBook) -> None:
    first, second = home(), home()
    second["Interventionen"][1][0] = "B2"
    files = [*csv_files(first), ("Interventionen-April.csv", dict(csv_files(second))["Interventionen.csv"])]
    assert importers.read(files, book).rows == 4


def test_template_is_complete_and_reads_without_findings(book: RuleBook) -> None:
    buffer = io.BytesIO()
    template.write(buffer, book)
    result = importers.read([("vorlage.xlsx", buffer.getvalue())], book)
    assert (result.rows, result.findings) == (0, [])


def test_template_offers_what_the_importer_accepts(tmp_path: Path) -> None:
    template.write(tmp_path / "vorlage.xlsx")
    workbook = openpyxl.load_workbook(tmp_path / "vorlage.xlsx")
    assert workbook.sheetnames == ["Anleitung", *SHEETS]
    for sheet, layout in SHEETS.items():
        page = workbook[sheet]
        assert {cell.value for cell in page[1]} == set(layout.columns)
        assert {type(cell.value) for cell in page[1]} == {str}
    page = workbook["Interventionen"]
    lists = {str(v.sqref).split(":")[0]: v.formula1 for v in page.data_validations.dataValidation}
    assert lists["J2"] == '"durchgeführt,abgelehnt,nicht durchgeführt,abwesend"'
    assert page.column_dimensions["A"].number_format == "@"


def test_read_assessments_keeps_order_and_strangers() -> None:
    sheet = {"Begutachtungen": [["Bewohner-Nr", "1.1"], ["X9", 3], ["", ""], ["A1", 9], ["X9", 0]]}
    result = importers.read_assessments([("b.xlsx", xlsx(sheet))])
    assert result.table["resident"].tolist() == ["X9", "A1", "X9"]
    assert result.table["1.1"].tolist() == [3, -1, 0]
    assert [[one.column for one in errors] for errors in result.errors] == [[], ["1.1"], []]
    assert [(f.row, f.column) for f in result.findings if f.code == "punktwert-ungueltig"] == [(4, "1.1")]
    assert importers.read_assessments(csv_files(sheet)).table.equals(result.table)
