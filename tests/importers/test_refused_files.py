"""Files that are refused as a whole: always UnreadableError, never anything else, with a sentence that helps."""

from __future__ import annotations

import io
import re
import struct
import zipfile
from datetime import date
from typing import TYPE_CHECKING

import openpyxl
import pandas as pd
import pytest

import importers
from importers.files import limits
from importers.findings import UnreadableError
from tests.support.importers.files import csv_files, home, with_part, xlsx

if TYPE_CHECKING:
    from pathlib import Path

    from rules.model import RuleBook
    from tests.support.importers.files import ReadHome

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def refusal(book: RuleBook, *files: tuple[str, bytes]) -> str:
    with pytest.raises(UnreadableError) as caught:
        importers.read(list(files), book)
    sentence = str(caught.value)
    assert "Bitte" in sentence
    return sentence


def zipped(**parts: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name.replace("__", "/").replace("_xml", ".xml"), data)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "leer"),
        (b"\r\n \n", "leer"),
        (b"\x89PNG\r\n\x1a\n" + bytes(50), "Bild"),
        (b"\xff\xd8\xff\xe0" + bytes(50), "Bild"),
        (b"%PDF-1.7", "PDF"),
        (OLE + bytes(600), ".xlsx"),
        (OLE + bytes(600) + "EncryptedPackage".encode("utf-16-le"), "Kennwort"),
        (b"<html><table><tr><td>Zimmer", "keinem Blatt"),
        (b"\xef\xbb\xbf  <!DOCTYPE html><html>", "HTML"),
        (b"<?xml version='1.0'?><Workbook><Table/></Workbook>", "XML"),
        (b"a;b\0c;d", "weder"),
        (b"a;b\x81\x8d\n\xff;", "nicht lesbar"),
        (b"PK\x03\x04" + bytes(100), "beschädigt"),
        (b"foo;bar\n1;2", "keinem Blatt"),
    ],
)
def test_no_table(book: RuleBook, data: bytes, says: str) -> None:
    assert says in refusal(book, ("datei.xls", data))


def test_no_file_and_missing_file(book: RuleBook, tmp_path: Path) -> None:
    for files in ([], [tmp_path / "fehlt.xlsx"]):
        with pytest.raises(UnreadableError, match="Bitte"):
            importers.read(files, book)


@pytest.mark.parametrize("share", [0.3, 0.7, 0.95, 0.999])
def test_truncated_workbook(book: RuleBook, share: float) -> None:
    data = xlsx(home())
    assert "beschädigt" in refusal(book, ("heim.xlsx", data[: int(len(data) * share)]))


def test_every_flipped_byte_is_refused_or_read(book: RuleBook) -> None:
    """What is read in spite of it, a day or a flag of the archive was hit, is the whole home."""
    data = bytearray(xlsx(home()))
    whole = importers.read([("heim.xlsx", bytes(data))], book)
    read = []
    for position in range(0, len(data), 331):
        broken = data.copy()
        broken[position] ^= 0xFF
        try:
            read.append(importers.read([("heim.xlsx", bytes(broken))], book))
        except UnreadableError as error:
            assert "Bitte" in str(error)  # noqa: PT017  # a flipped byte may do no harm
    assert 0 < len(read) < len(data) // 331
    for result in read:
        assert (result.rows, result.findings) == (whole.rows, whole.findings)
        for name in ("residents", "assessments", "instability", "staff", "interventions"):
            pd.testing.assert_frame_equal(getattr(result.tables, name), getattr(whole.tables, name))


def test_zip_that_is_a_document(book: RuleBook) -> None:
    assert "keine Tabelle" in refusal(book, ("brief.xlsx", zipped(word__document_xml=b"<w:document/>")))


def test_damaged_inner_xml(book: RuleBook) -> None:
    data = with_part(xlsx(home()), "xl/worksheets/sheet5.xml", lambda raw: raw[: len(raw) // 2])
    refusal(book, ("heim.xlsx", data))


def test_zip_bomb_by_ratio(book: RuleBook) -> None:
    data = with_part(xlsx(home()), "xl/worksheets/sheet5.xml", lambda raw: raw + b" " * (20 * 2**20))
    assert "groß" in refusal(book, ("heim.xlsx", data))


def test_zip_bomb_with_a_false_size(book: RuleBook) -> None:
    data = with_part(xlsx(home()), "xl/worksheets/sheet5.xml", lambda raw: raw + b" " * (5 * 2**20))
    size = struct.pack("<L", zipfile.ZipFile(io.BytesIO(data)).getinfo("xl/worksheets/sheet5.xml").file_size)
    assert data.count(size) == 2
    assert "beschädigt" in refusal(book, ("heim.xlsx", data.replace(size, struct.pack("<L", 5000))))


@pytest.mark.parametrize(
    "reference", [b'r="XFD1048576"', b"r='XFD1048576'", b'r = "xfd1048576"', b's="1" r="XFD1048576"']
)
def test_two_far_cells_do_not_reserve_memory_for_all_between(book: RuleBook, reference: bytes) -> None:
    """The Excel reader would ask for half a terabyte here and end the process."""

    def move(raw: bytes) -> bytes:
        return re.sub(rb'r="A3"', reference, raw, count=1)

    refusal(book, ("heim.xlsx", with_part(xlsx(home()), "xl/worksheets/sheet1.xml", move)))


def test_far_cell_without_content_is_harmless(book: RuleBook) -> None:
    workbook = openpyxl.load_workbook(io.BytesIO(xlsx(home())))
    workbook["Bewohner"]["XFD1048576"].number_format = "0.00"
    buffer = io.BytesIO()
    workbook.save(buffer)
    assert importers.read([("heim.xlsx", buffer.getvalue())], book).rows == 3


def test_hidden_reference_by_entity(book: RuleBook) -> None:
    data = with_part(
        xlsx(home()), "xl/worksheets/sheet1.xml", lambda raw: raw.replace(b'r="A3"', b'r="&#88;FD1048576"')
    )
    refusal(book, ("heim.xlsx", data))


def test_too_large(book: RuleBook, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MAX_BYTES", 1000)
    assert "größer" in refusal(book, ("heim.xlsx", xlsx(home())))


def test_too_many_columns(book: RuleBook) -> None:
    files = dict(csv_files(home()))
    files["Bewohner.csv"] = ("Bewohner-Nr" + ";x" * 500).encode()
    assert "Spalten" in refusal(book, *files.items())
    sheets = home()
    sheets["Bewohner"][0] += [f"x{i}" for i in range(500)]
    assert "Spalten" in refusal(book, ("heim.xlsx", xlsx(sheets)))


def test_too_many_rows(book: RuleBook, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MAX_ROWS", 3)
    for files in (csv_files(home()), [("heim.xlsx", xlsx(home()))]):
        assert "Zeilen" in refusal(book, *files)


def test_quote_that_never_closes(book: RuleBook) -> None:
    files = dict(csv_files(home()))
    files["Interventionen.csv"] = b'Intervention;Datum;Schicht\n4.10;01.03.2026;"Frueh\n4.10;02.03.2026;Spaet\n'
    assert "Anführungszeichen" in refusal(book, *files.items())


@pytest.mark.parametrize("sheet", ["Bewohner", "Begutachtungen", "Mitarbeitende", "Interventionen"])
def test_missing_sheet_is_named(book: RuleBook, sheet: str) -> None:
    sheets = home()
    del sheets[sheet]
    assert f"„{sheet}“" in refusal(book, ("heim.xlsx", xlsx(sheets)))
    assert f"„{sheet}“" in refusal(book, *csv_files(sheets))


def test_sheets_needed_can_be_fewer(book: RuleBook) -> None:
    sheets = {name: rows for name, rows in home().items() if name in {"Bewohner", "Begutachtungen"}}
    result = importers.read([("heim.xlsx", xlsx(sheets))], book, sheets_needed=("Bewohner", "Begutachtungen"))
    assert (len(result.tables.assessments), result.rows) == (2, 0)


def test_hidden_sheet_is_not_read_and_named(book: RuleBook) -> None:
    sentence = refusal(book, ("heim.xlsx", xlsx(home(), hidden=("Interventionen",))))
    assert "Interventionen (ausgeblendet)" in sentence


@pytest.mark.parametrize(
    ("sheet", "column"),
    [
        ("Bewohner", "Bewohner-Nr"),
        ("Begutachtungen", "Bewohner-Nr"),
        ("Instabilität", "Von"),
        ("Mitarbeitende", "QN"),
        ("Interventionen", "Datum"),
    ],
)
def test_missing_column_is_named_with_its_sheet(book: RuleBook, sheet: str, column: str) -> None:
    sheets = home()
    sheets[sheet][0][sheets[sheet][0].index(column)] = "Bemerkung"
    for files in ([("heim.xlsx", xlsx(sheets))], csv_files(sheets)):
        sentence = refusal(book, *files)
        assert f"„{column}“" in sentence
        assert f"„{sheet}“" in sentence


def test_same_heading_twice(book: RuleBook) -> None:
    sheets = home()
    sheets["Interventionen"][0][7] = " datum"
    assert "„Datum“ mehrfach" in refusal(book, ("heim.xlsx", xlsx(sheets)))


def test_headings_turned_into_numbers_by_excel(book: RuleBook) -> None:
    sheets = home()
    rows = sheets["Begutachtungen"]
    rows[0] = ["Bewohner-Nr", 4.1, 4.2, 4.1]
    assert "„4.10“" in refusal(book, ("heim.xlsx", xlsx(sheets)))
    rows[0] = ["Bewohner-Nr", 4.2, 4.3, 4.1]
    assert "„4.10“" in refusal(book, ("heim.xlsx", xlsx(sheets)))
    rows[0] = ["Bewohner-Nr", date(2026, 10, 4), "1.1"]
    assert "Datum" in refusal(book, ("heim.xlsx", xlsx(sheets)))


def test_headings_as_numbers_that_are_clear(read_home: ReadHome) -> None:
    sheets = home()
    sheets["Begutachtungen"] = [["Bewohner-Nr", 4.1, 4.2, "4.10"], ["0042", 1, 2, 6]]
    frame = read_home(sheets).tables.assessments
    assert frame[["4.1", "4.2", "4.10"]].to_numpy().tolist() == [[1, 2, 6]]
