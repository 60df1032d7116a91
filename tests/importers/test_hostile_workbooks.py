"""Workbooks made to harm: each is refused in a sentence, none ends or stalls the process that reads it."""

from __future__ import annotations

import io
import re
import struct
import zipfile
from pathlib import Path
from typing import Any

import olefile
import pytest

from importers.files import limits, opening, sandbox
from importers.files.sheet_filter import SheetFilter
from importers.findings import UnreadableError
from importers.sheets.template_columns import count_known
from tests.support.importers.files import home, with_part, xlsx
from tests.support.importers.xlsb_files import record, xlsb

DATA = Path(__file__).parent / "data"
ODS = (DATA / "heim.ods").read_bytes()
XLS = (DATA / "heim.xls").read_bytes()
FREE, END = 0xFFFFFFFF, 0xFFFFFFFE


def read(data: bytes) -> dict[str, list[list[Any]]]:
    """Return the cells of each sheet, row by row."""
    return {
        grid.name: grid.cells[:].tolist()
        for opened in opening.contents([("heim.xlsx", data)])
        for grid in opening.sheets(opened, SheetFilter(), count_known).grids
    }


def refusal(data: bytes) -> str:
    with pytest.raises(UnreadableError, match="Bitte") as caught:
        read(data)
    return str(caught.value)


def content(change: bytes, to: bytes) -> bytes:
    def changed(raw: bytes) -> bytes:
        assert change in raw
        return raw.replace(change, to, 1)

    return with_part(ODS, "content.xml", changed)


@pytest.mark.slow
@pytest.mark.parametrize("data", [ODS, XLS, xlsb(home())], ids=["ods", "xls", "xlsb"])
def test_truncated_and_flipped_bytes(data: bytes) -> None:
    for share in (0.05, 0.5, 0.97):
        refusal(data[: int(len(data) * share)])
    for position in range(600, len(data), len(data) // 5):
        broken = bytearray(data)
        broken[position] ^= 0xFF
        try:
            read(bytes(broken))
        except UnreadableError as error:
            assert "Bitte" in str(error)  # noqa: PT017 - a flipped byte of a text does no harm


def test_an_xls_file_that_claims_four_thousand_million_sectors() -> None:
    """The reader reserves memory for all of them and would end its process."""
    refusal(XLS[:72] + struct.pack("<I", 0xFFFFFFF0) + XLS[76:])


@pytest.mark.slow
def test_xls_file_with_circular_sectors(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sandbox, "_SECONDS", 2.0)  # its reader never ends
    first = struct.unpack_from("<I", XLS, 76)[0]
    fat = 512 * (first + 1)
    directory = struct.unpack_from("<I", XLS, 48)[0]
    with olefile.OleFileIO(io.BytesIO(XLS)) as ole:
        start = ole.direntries[ole._find("Workbook")].isectStart
    for sector in (directory, start):
        refusal(XLS[: fat + 4 * sector] + struct.pack("<I", sector) + XLS[fat + 4 * sector + 4 :])


def test_an_xls_file_with_a_cell_in_column_60000() -> None:
    number = re.search(rb"\x7e\x02\x0a\x00", XLS)
    assert number
    offset = number.end() + 2
    assert "Spalten" in refusal(XLS[:offset] + struct.pack("<H", 60_000) + XLS[offset + 2 :])


def test_an_xls_file_whose_sheet_starts_behind_its_end() -> None:
    sheet = re.search(rb"\x85\x00..(?=....\x00\x00.[\x00\x01]Bewohner)", XLS, re.DOTALL)
    assert sheet
    assert "beschädigt" in refusal(XLS[: sheet.end()] + struct.pack("<I", 2**31) + XLS[sheet.end() + 4 :])


@pytest.mark.slow
def test_an_ods_file_that_unfolds_to_the_largest_sheet() -> None:
    cell = b'<table:table-cell office:value-type="float" office:value="1" table:number-columns-repeated="%d"/>'
    row = b'<table:table-row table:number-rows-repeated="%d">%s</table:table-row>'
    head = b"<table:table-row"
    assert "Spalten" in refusal(content(head, row % (1_000_000, cell % 16_384) + head))
    assert "groß" in refusal(content(head, row % (1_000_000, cell % 400) + head))
    assert "Zeilen" in refusal(content(head, row % (999_999_999, cell % 2) + head))


@pytest.mark.slow
def test_blank_rows_and_columns_to_the_end_of_an_ods_sheet_are_harmless() -> None:
    cells = b'<table:table-cell table:number-columns-repeated="16384"/>'
    blank = b'<table:table-row table:number-rows-repeated="1048570">' + cells
    sheets = read(content(b"</table:table>", blank + b"</table:table-row></table:table>"))
    assert sheets == read(ODS)
    assert [row[0] for row in sheets["Bewohner"]] == ["Bewohner-Nr", "0042", "B2"]


@pytest.mark.parametrize("part", ["ods", "xlsx"])
def test_entities_in_the_parts_of_a_workbook(part: str) -> None:
    bomb = b'<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]>'
    if part == "ods":
        data = with_part(ODS, "content.xml", lambda raw: raw.replace(b"?>", b"?>" + bomb, 1))
    else:
        data = with_part(xlsx(home()), "xl/sharedStrings.xml", lambda raw: raw.replace(b"?>", b"?>" + bomb, 1))
    assert "Entitäten" in refusal(data)


def test_a_workbook_that_claims_more_shared_texts_than_it_has_bytes() -> None:
    """The reader reserves room for all of them before it reads the first one."""

    def claim(raw: bytes) -> bytes:
        return re.sub(rb'uniqueCount="\d+"', b'uniqueCount="99999999999"', raw)

    assert "beschädigt" in refusal(with_part(xlsx(home()), "xl/sharedStrings.xml", claim))


def test_a_dimension_that_spans_the_largest_sheet_around_one_cell() -> None:
    def claim(raw: bytes) -> bytes:
        return re.sub(rb'<dimension ref="[^"]*"', b'<dimension ref="A1:XFD1048576"', raw)

    sheets = read(with_part(xlsx(home()), "xl/worksheets/sheet1.xml", claim))
    assert sheets == read(xlsx(home()))
    assert [row[0] for row in sheets["Bewohner"]] == ["Bewohner-Nr", "0042", "B2"]


@pytest.mark.parametrize(("row", "column", "says"), [(0, 16_383, "Spalten"), (1_048_575, 200, "groß")])
def test_an_xlsb_file_with_one_far_cell(row: int, column: int, says: str) -> None:
    far = record(0, struct.pack("<I", row) + bytes(21)) + record(4, struct.pack("<II", column, 0) + b"\1")

    def add(raw: bytes) -> bytes:
        end = raw.rindex(record(146) + record(130))
        return raw[:end] + far + raw[end:]

    assert says in refusal(with_part(xlsb(home()), "xl/worksheets/sheet1.bin", add))


def test_a_small_xlsb_file_that_claims_a_record_of_268_million_bytes() -> None:
    refusal(
        with_part(xlsb(home()), "xl/worksheets/sheet1.bin", lambda raw: raw[:40] + b"\x07\xff\xff\xff\x7f" + raw[40:])
    )


@pytest.mark.parametrize("data", [ODS, xlsb(home())], ids=["ods", "xlsb"])
def test_packed_formats_keep_the_same_limits(data: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    path = "content.xml" if data is ODS else "xl/worksheets/sheet1.bin"
    assert "groß" in refusal(with_part(data, path, lambda raw: raw + b" " * (20 * 2**20)))
    monkeypatch.setattr(limits, "MAX_BYTES", 100)
    assert "größer" in refusal(data)


def test_file_with_an_appended_zip_has_its_first_kind() -> None:
    assert "PDF" in refusal(b"%PDF-1.7\n" + xlsx(home()))
    assert "Bild" in refusal(b"GIF89a" + ODS)


def test_a_workbook_with_a_second_list_of_parts_in_its_comment_is_refused() -> None:
    harmless = xlsx(home())
    with_comment = io.BytesIO(harmless)
    with zipfile.ZipFile(with_comment, "a") as archive:
        archive.comment = harmless[-200:-22]
    assert "beschädigt" in refusal(with_comment.getvalue())
    assert "beschädigt" in refusal(harmless + b"\r\n")


def test_an_archive_that_contains_itself_is_no_loop() -> None:
    inner = xlsx(home())
    for _ in range(3):
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w") as archive:
            archive.writestr("r/r.zip", inner)
        inner = buffer.getvalue()
    assert "Archiv in einem Archiv" in refusal(inner)
