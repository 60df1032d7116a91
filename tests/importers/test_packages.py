"""A workbook is found by the relationships of its parts, and what its cells show counts."""

from __future__ import annotations

import io
import re
import struct
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import openpyxl
import pytest

import importers
from importers.files.kind import kind
from importers.files.sandbox import binary_workbook, workbooks
from importers.files.xlsx import rows
from tests.support.importers.files import home, with_part, xlsx
from tests.support.importers.packages import Cell, formatted_xlsx, renamed
from tests.support.importers.xlsb_files import Padded, cell, record, xlsb

if TYPE_CHECKING:
    from collections.abc import Callable

    from importers import ReadFiles
    from rules.model import RuleBook

BOOK = "xl/workbook.xml"
ODS = (Path(__file__).parent / "data" / "heim.ods").read_bytes()


def in_root(name: str) -> str:
    """Put the workbook into the root of the package, its sheets elsewhere."""
    moved = {BOOK: "mappe.xml", "xl/_rels/workbook.xml.rels": "_rels/mappe.xml.rels"}
    return moved.get(name, name.replace("xl/worksheets/", "daten/"))


def links_in_root(name: str, raw: bytes) -> bytes:
    if name == "_rels/.rels":
        return raw.replace(b"xl/workbook.xml", b"/mappe.xml")
    if name == "xl/_rels/workbook.xml.rels":
        raw = re.sub(rb'Target="worksheets/', b'Target="./daten/../daten/', raw)
        return re.sub(rb'Target="(sharedStrings|styles)', rb'Target="xl/\1', raw)
    return raw


def other_texts(name: str, raw: bytes) -> bytes:
    if name == "xl/_rels/workbook.xml.rels":
        return raw.replace(b"sharedStrings.xml", b"texte/t.xml").replace(b"styles.xml", b"/xl/f.xml")
    return raw


PACKAGES: dict[str, Callable[[bytes], bytes]] = {
    "backslashes": lambda data: renamed(data, lambda name: name.replace("/", "\\")),
    "another case": lambda data: renamed(data, lambda name: name.upper() if name.startswith("xl") else name),
    "the workbook in the root": lambda data: renamed(data, in_root, links_in_root),
    "texts and styles elsewhere": lambda data: renamed(
        data,
        lambda name: {"xl/sharedStrings.xml": "xl/texte/t.xml", "xl/styles.xml": "xl/f.xml"}.get(name, name),
        other_texts,
    ),
    "relations in single quotes": lambda data: renamed(
        data, lambda name: name, lambda name, raw: raw.replace(b'"', b"'") if name.endswith(".rels") else raw
    ),
    "a leading slash": lambda data: renamed(data, lambda name: f"/{name}"),
    "folders as entries": lambda data: renamed(data, lambda name: name, lambda _, raw: raw) + b"",
    "strict": lambda data: renamed(
        data,
        lambda name: name,
        lambda _, raw: raw.replace(
            b"http://schemas.openxmlformats.org/officeDocument/2006/relationships",
            b"http://purl.oclc.org/ooxml/officeDocument/relationships",
        ).replace(b"http://schemas.openxmlformats.org/spreadsheetml/2006/main", b"http://purl.oclc.org/ooxml/spreadsheetml/main"),
    ),
}  # fmt: skip


@pytest.mark.parametrize("way", PACKAGES.values(), ids=PACKAGES.keys())
def test_a_package_written_in_another_way_is_the_same_workbook(way: Callable[[bytes], bytes], book: RuleBook) -> None:
    data = way(xlsx(home()))
    assert kind("heim.xlsx", data) == "xlsx"
    assert same(importers.read([("heim.xlsx", data)], book), importers.read([("heim.xlsx", xlsx(home()))], book))


def test_backslashes_in_a_binary_workbook(book: RuleBook) -> None:
    data = renamed(xlsb(home()), lambda name: name.replace("/", "\\"))
    assert kind("heim.xlsb", data) == "xlsb"
    assert same(importers.read([("heim.xlsb", data)], book), importers.read([("heim.xlsb", xlsb(home()))], book))


def test_cells_without_their_column_in_a_binary_workbook_are_read(book: RuleBook) -> None:
    data = xlsb(home(), short=True)
    assert same(importers.read([("heim.xlsb", data)], book), importers.read([("heim.xlsb", xlsb(home()))], book))


def test_numbers_as_shown_and_hidden_rows_of_a_binary_workbook(book: RuleBook) -> None:
    sheets = home()
    rows = sheets["Interventionen"]
    rows[1] = [Padded(42), *rows[1][1:]]
    rows.append([42, *rows[1][1:]])
    result = importers.read([("heim.xlsb", xlsb(sheets, hidden_row=2))], book)
    assert result.tables.interventions["resident"].dropna().tolist() == ["0042", "B2", "42"]
    hidden = [(one.sheet, one.value) for one in result.findings if one.code == "zeilen-ausgeblendet"]
    assert hidden == [(sheet, "3") for sheet in sheets if len(sheets[sheet]) > 2]


def test_days_of_a_workbook_counted_from_1904(book: RuleBook) -> None:
    old_mac = with_part(xlsx(home()), BOOK, lambda raw: raw.replace(b"<workbookPr", b'<workbookPr date1904="1"'))
    days = importers.read([("heim.xlsx", old_mac)], book).tables.interventions["date"]
    assert days.dt.strftime("%d.%m.%Y").unique().tolist() == ["03.03.2030"]


def test_a_reader_that_loses_cells_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(workbooks._USUAL, "xlsb", lambda _, data: data)
    data = xlsb(home(), short=True)
    monkeypatch.setattr(binary_workbook, "_CELLS", frozenset(range(1, 12)))
    with pytest.raises(importers.UnreadableError, match="verloren"):
        workbooks.read("heim.xlsb", with_more_cells(data), "xlsb", hidden=False, password=None)


def with_more_cells(data: bytes) -> bytes:
    """Return a workbook of which the reader gives the last of two cells at one place."""
    row = record(0, struct.pack("<I", 7) + bytes(21)) + cell(0, "a") + cell(0, "b")

    def add(raw: bytes) -> bytes:
        end = raw.rindex(record(146) + record(130))
        return raw[:end] + row + raw[end:]

    return with_part(data, "xl/worksheets/sheet1.bin", add)


BLANKS: dict[str, Callable[[bytes], bytes]] = {
    "blanks between the cells": lambda raw: raw.replace(b"<table:table-cell", b"  <table:table-cell"),
    "a line for each tag": lambda raw: re.sub(rb">(?=<(?:/?table:|text:p))", b">\r\n\t", raw),
    "blanks before the text": lambda raw: raw.replace(b"<text:p", b" <text:p").replace(b"</text:p>", b"</text:p> "),
}


@pytest.mark.parametrize("change", BLANKS.values(), ids=BLANKS.keys())
def test_blanks_between_the_tags_of_an_ods_file_say_nothing(change: Callable[[bytes], bytes], book: RuleBook) -> None:
    data = with_part(ODS, "content.xml", change)
    assert data != ODS
    assert same(importers.read([("heim.ods", data)], book), importers.read([("heim.ods", ODS)], book))


def test_hidden_rows_and_shown_numbers_of_an_ods_file(book: RuleBook) -> None:
    cell_of = b'<table:table-cell office:value-type="float" office:value="42"><text:p>%s</text:p></table:table-cell>'

    def change(raw: bytes) -> bytes:
        begin = raw.index(b'table:name="Interventionen"')
        row = raw.index(b"<table:table-row", raw.index(b"</table:table-row>", begin))
        raw = raw[:row] + b'<table:table-row table:visibility="filter"' + raw[row + len(b"<table:table-row") :]
        first = re.compile(rb"<table:table-cell[^>]*><text:p>0042</text:p></table:table-cell>").search(raw, row)
        assert first
        return raw[: first.start()] + cell_of % b"0042" + raw[first.end() :]

    result = importers.read([("heim.ods", with_part(ODS, "content.xml", change))], book)
    assert result.tables.interventions["resident"].tolist()[0] == "0042"
    assert next(one.value for one in result.findings if one.code == "zeilen-ausgeblendet") == "2"


def same(one: ReadFiles, other: ReadFiles) -> bool:
    frames = ("residents", "staff", "interventions", "assessments", "instability")
    return one.findings == other.findings and all(
        getattr(one.tables, name).equals(getattr(other.tables, name)) for name in frames
    )


def test_a_document_of_a_word_processor_is_no_archive_of_tables(book: RuleBook) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(
            "_rels/.rels",
            '<Relationships><Relationship Id="a" Type="x/officeDocument" Target="brief.xml"/></Relationships>',
        )
        archive.writestr("brief.xml", "<w:document/>")
    with pytest.raises(importers.UnreadableError, match="Textdokument"):
        importers.read([("brief.docx", buffer.getvalue())], book)


@pytest.mark.parametrize("size", [300, 3000])
def test_a_sheet_in_many_blocks_is_one_sheet(size: int, book: RuleBook, monkeypatch: pytest.MonkeyPatch) -> None:
    sheets = home()
    sheets["Interventionen"] += sheets["Interventionen"][1:] * 40
    whole = importers.read([("heim.xlsx", xlsx(sheets))], book)
    monkeypatch.setattr(rows, "_CHUNK", size)
    assert same(importers.read([("heim.xlsx", xlsx(sheets))], book), whole)


def test_rows_without_numbers_are_counted_across_blocks(book: RuleBook, monkeypatch: pytest.MonkeyPatch) -> None:
    data = xlsx(home())
    for sheet in range(1, 6):
        data = with_part(
            data,
            f"xl/worksheets/sheet{sheet}.xml",
            lambda raw: re.sub(rb'<row r="\d+"', b"<row", re.sub(rb'<c r="[A-Z]+\d+"', b"<c", raw)),
        )
    plain = importers.read([("heim.xlsx", data)], book)
    monkeypatch.setattr(rows, "_CHUNK", 400)
    assert same(importers.read([("heim.xlsx", data)], book), plain)
    assert len(plain.tables.residents) == 2


def test_rows_far_apart_are_read_apart_and_keep_their_numbers(book: RuleBook) -> None:
    sheets = home()
    sheets["Interventionen"] += [[]] * 60_000 + [["0042", "P1", "9.99", sheets["Interventionen"][1][3]]]
    found = importers.read([("heim.xlsx", xlsx(sheets))], book).findings
    assert [one.row for one in found if one.code == "intervention-unbekannt"] == [60_005]


@pytest.mark.parametrize(
    ("number", "form", "shown"),
    [
        (42, "0000", "0042"),
        (7, '"B"000', "B007"),
        (42, "000-00", "000-42"),
        (42, "\\B0", "B42"),
        (42, "0.00", "42"),
        (123, "General", "123"),
    ],
)
def test_a_number_of_a_person_is_what_its_cell_shows(number: int, form: str, shown: str, book: RuleBook) -> None:
    sheets = home()
    for sheet in ("Bewohner", "Begutachtungen", "Instabilität"):
        sheets[sheet] = [[shown if cell == "0042" else cell for cell in row] for row in sheets[sheet]]
    sheets["Interventionen"] = [
        [Cell(number, form) if cell == "0042" else cell for cell in row] for row in sheets["Interventionen"]
    ]
    result = importers.read([("heim.xlsx", formatted_xlsx(sheets))], book)
    assert result.tables.interventions["resident"].dropna().tolist() == [shown, "B2"]
    assert not [one for one in result.findings if one.code == "bewohner-unbekannt"]


def test_the_same_number_in_two_formats_is_two_numbers(book: RuleBook) -> None:
    sheets = home()
    sheets["Bewohner"] += [["42", "Alt", "Udo", "WB 1"]]
    row = sheets["Interventionen"][1]
    sheets["Interventionen"] = [
        sheets["Interventionen"][0],
        [Cell(42, "0000"), *row[1:]],
        [42, *row[1:]],
        [Cell(42, "0000"), *row[1:]],
    ]
    result = importers.read([("heim.xlsx", formatted_xlsx(sheets))], book)
    assert result.tables.interventions["resident"].tolist() == ["0042", "42", "0042"]


def test_minutes_are_the_number_and_not_what_is_left_of_it_in_its_cell(book: RuleBook) -> None:
    sheets = home()
    sheets["Interventionen"][1][5] = Cell(12.345, "0.0")
    result = importers.read([("heim.xlsx", formatted_xlsx(sheets))], book)
    assert result.tables.interventions["seconds"].tolist()[0] == 741


def test_an_id_is_read_as_its_cell_shows_it_where_all_show_ids(book: RuleBook) -> None:
    sheets = home()
    row = sheets["Interventionen"][1]
    ids = [Cell(4.1, "0.00"), Cell(4.11, "0.00"), "4.1"]
    sheets["Interventionen"] = [sheets["Interventionen"][0], *([*row[:2], one, *row[3:]] for one in ids)]
    result = importers.read([("heim.xlsx", formatted_xlsx(sheets))], book)
    assert result.tables.interventions["intervention"].tolist() == ["4.10", "4.11", "4.1"]
    assert "„4,10“ = 4.10" in next(one.message for one in result.findings if one.code == "intervention-wie-angezeigt")


@pytest.mark.parametrize("ids", [[Cell(4.1, "0.00"), Cell(4.9, "0.00")], [4.1], [Cell(4.1, "0.0")]])
def test_an_id_whose_zero_says_nothing_is_refused(ids: list[object], book: RuleBook) -> None:
    sheets = home()
    row = sheets["Interventionen"][1]
    sheets["Interventionen"] = [sheets["Interventionen"][0], *([*row[:2], one, *row[3:]] for one in ids)]
    result = importers.read([("heim.xlsx", formatted_xlsx(sheets))], book)
    if ids == [Cell(4.1, "0.0")]:
        assert result.tables.interventions["intervention"].tolist() == ["4.1"]
    else:
        assert result.tables.faulty == len(ids)
        assert {one.code for one in result.findings if one.severity is importers.Severity.ERROR} == {
            "intervention-mehrdeutig"
        }


def test_headings_that_show_4_10_are_4_10(book: RuleBook) -> None:
    sheets = home()
    heads = ["Bewohner-Nr", Cell(4.1, "0.0"), Cell(4.1, "0.00"), "4.11"]
    sheets["Begutachtungen"] = [heads, ["0042", 1, 2, 0]]
    frame = importers.read([("heim.xlsx", formatted_xlsx(sheets))], book).tables.assessments
    assert frame[["4.1", "4.10"]].to_numpy().tolist() == [[1, 2]]


@pytest.mark.parametrize("writer", ["xlsxwriter", "openpyxl"])
def test_hidden_and_struck_out_rows_and_hidden_columns_are_told_and_read(writer: str, book: RuleBook) -> None:
    sheets = home()
    sheets["Interventionen"][3] = [
        Cell(cell, struck=True) if isinstance(cell, str) else cell for cell in sheets["Interventionen"][3]
    ]
    data = formatted_xlsx(sheets, hidden_rows={"Interventionen": [1, 2]}, hidden_columns={"Mitarbeitende": [3]})
    if writer == "openpyxl":
        buffer = io.BytesIO()
        openpyxl.load_workbook(io.BytesIO(data)).save(buffer)
        data = buffer.getvalue()
    result = importers.read([("heim.xlsx", data)], book)
    assert len(result.tables.interventions) == 3
    told = {one.code: one for one in result.findings if one.code.startswith(("zeilen-", "spalten-"))}
    assert {code: (str(one.severity), one.count, one.value) for code, one in told.items()} == {
        "zeilen-ausgeblendet": ("Hinweis", 2, "2–3"),
        "zeilen-durchgestrichen": ("Warnung", 1, "4"),
        "spalten-ausgeblendet": ("Hinweis", 1, "„QN“"),
    }


def test_nothing_is_told_of_hidden_rows_without_records(book: RuleBook) -> None:
    result = importers.read([("heim.xlsx", formatted_xlsx(home(), hidden_rows={"Bewohner": [10, 11]}))], book)
    assert not [one for one in result.findings if one.code == "zeilen-ausgeblendet"]
