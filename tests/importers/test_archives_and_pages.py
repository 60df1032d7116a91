"""Several files in one archive, and tables in pages of HTML."""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING

import pytest

import importers
from importers.files import archive, opening
from importers.files.kind import FileKind, kind
from importers.files.sheet_filter import SheetFilter
from importers.findings import UnreadableError
from importers.sheets.template_columns import count_known
from tests.support.importers.files import csv_files, home, xlsx

if TYPE_CHECKING:
    from rules.model import RuleBook


def packed(*files: tuple[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as zipped:
        for name, data in files:
            zipped.writestr(name, data)
    return buffer.getvalue()


def names(data: bytes) -> list[str]:
    return [opened.name for opened in opening.contents([("heim.zip", data)])]


def test_csv_files_and_workbooks_in_an_archive(book: RuleBook) -> None:
    files = csv_files(home())
    expected = importers.read(files, book).tables
    stamm = {name: rows for name, rows in home().items() if name != "Interventionen"}
    for data in (packed(*files), packed(("ordner/stamm.xlsx", xlsx(stamm)), files[-1])):
        tables = importers.read([("heim.csv", data)], book).tables
        assert tables.interventions.equals(expected.interventions)
        assert tables.residents.equals(expected.residents)


def test_pictures_and_letters_in_an_archive_are_passed_over_and_named(book: RuleBook) -> None:
    tables = home()
    beside = (("foto.png", b"\x89PNG\r\n\x1a\n"), ("brief.pdf", b"%PDF-1.7"), ("brief.rtf", b"{\\rtf1 x}"))
    result = importers.read([("alles.zip", packed(("heim.xlsx", xlsx(tables)), *beside))], book)
    alone = importers.read([("heim.xlsx", xlsx(tables))], book)
    assert result.tables.interventions.equals(alone.tables.interventions)
    notices = [one for one in result.findings if one.code == "datei-ohne-tabelle"]
    assert [one.file for one in notices] == [name for name, _ in beside]
    assert all(f"„{one.file}“ aus dem Archiv" in one.message for one in notices)
    with pytest.raises(UnreadableError, match="Bitte"):
        importers.read([("alles.zip", packed(*beside))], book)
    with pytest.raises(UnreadableError, match="beschädigt"):
        importers.read([("alles.zip", packed(("heim.xlsx", xlsx(tables)), ("halb.xlsx", xlsx(tables)[:900])))], book)


def test_folders_hidden_files_and_paths_are_names_only() -> None:
    data = packed(
        ("leer/", b""),
        ("__MACOSX/._Bewohner.csv", b"x"),
        (".DS_Store", b"x"),
        ("a/.git/b.csv", b"x"),
        ("Thumbs.db", b"x"),
        ("../../etc/passwd", b"a;b"),
        ("/abs/Bewohner.csv", b"a;b"),
        ("c:\\x\\Dienste.csv", b"a;b"),
    )
    assert names(data) == ["passwd", "Bewohner.csv", "Dienste.csv"]


def refusal(data: bytes) -> str:
    with pytest.raises(UnreadableError, match="Bitte") as caught:
        names(data)
    return str(caught.value)


def test_archives_that_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    inner = packed(("a.csv", b"a;b"))
    assert "Archiv in einem Archiv" in refusal(packed(("innen.csv", inner)))
    assert "keine Datei" in refusal(packed(("__MACOSX/x", b"x")))
    assert "leer" in refusal(packed(("a.csv", b"")))
    assert "beschädigt" in refusal(inner[:-10])
    assert "groß" in refusal(packed(("a.csv", bytes(20 * 2**20))))
    monkeypatch.setattr(archive, "MAX_BYTES", 100)
    assert "„a.csv“" in refusal(packed(("a.csv", b"x;y\n" * 100)))
    monkeypatch.setattr(archive, "MAX_FILES", 1)
    assert "mehr als 1" in refusal(packed(("a.csv", b"a;b"), ("b.csv", b"a;b")))


def test_overlapping_archive_entries_are_refused() -> None:
    """One packed part, listed twice: how small archives unpack to petabytes without an archive inside."""
    data = packed(("a.csv", b"a;b;c\n" * 50), ("b.csv", b"a;b;c\n" * 50), method=zipfile.ZIP_STORED)
    offset = data.rindex(b"PK\x01\x02")
    twisted = data[: offset + 42] + bytes(4) + data[offset + 46 :]
    assert "übereinander" in refusal(twisted)


def test_an_encrypted_archive_is_refused() -> None:
    data = bytearray(packed(("a.csv", b"a;b")))
    data[6] |= 1
    data[data.rindex(b"PK\x01\x02") + 8] |= 1
    assert "Kennwort" in refusal(bytes(data))


def table(data: bytes) -> list[list[str]]:
    (opened,) = opening.contents([("bericht.xls", data)])
    (grid,) = opening.sheets(opened, SheetFilter(), count_known).grids
    cells: list[list[str]] = grid.cells[:].tolist()
    return cells


def test_table_with_our_headings_is_chosen_on_a_page_of_several() -> None:
    page = """<!DOCTYPE html><html><body><script>var t = "<table><tr><td>falsch</td></tr></table>"</script>
    <table><tr><td>Haus A<td>Bericht<td>3<td>4</tr><tr><td>1<td>2<td>3<td>4</tr><tr><td>1<td>2<td>3<td>4</tr></table>
    <table><thead><tr><th>Bewohner-Nr</th><th>Name</th></tr></thead>
      <tr><td> 0042 </td><td>M&uuml;ller&nbsp;&amp; <b>S&#246;hne</b><br>OHG <!-- <td>nein</td> --></td></tr>
      <tr><td>B2</td><td><p>Gro&szlig;</p>
    </table></body></html>"""
    assert table(page.encode("cp1252")) == [
        ["Bewohner-Nr", "Name"],
        ["0042", "Müller & Söhne\nOHG"],
        ["B2", "Groß"],
    ]


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        ("<!-- made by x --><TABLE>", FileKind.HTML),
        ('<?xml version="1.0"?><!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0//EN" "x"><html>', FileKind.HTML),
        ('<?xml version="1.0"?>\n<!-- <html> --><root xmlns="https://www.das-pflege.de"><header/><body>', FileKind.XML),
        ("<root><body><table>", FileKind.XML),
        ("<5 Minuten;Bewohner", FileKind.TEXT),
        ("Bewohner;<table>", FileKind.TEXT),
    ],
)
def test_pages_xml_and_text_are_distinguished_by_their_first_tag(head: str, expected: FileKind) -> None:
    for encoding in ("utf-8", "utf-8-sig", "utf-16"):
        assert kind("bericht.xls", head.encode(encoding)) is expected


def test_entities_and_addresses_of_a_page_are_not_followed() -> None:
    page = b"""<!DOCTYPE html [<!ENTITY a SYSTEM "file:///etc/passwd">]><html>
    <table><tr><td>Name<td>&a;<td><img src="http://127.0.0.1/x"></table>"""
    assert table(page) == [["Name", "&a;", ""]]


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"<html><body>kein Bericht</body></html>", "ohne Tabelle"),
        (b"<table>" + b"<tr><td colspan=400>x<td colspan=400>y" + b"</table>", "Spalten"),
        (b"<table>" + b"<td>" * 2000 + b"</table>", "Spalten"),
        (b"MIME-Version: 1.0\r\nContent-Type: multipart/related", "mht"),
        (
            b'<?xml version="1.0"?>\n<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"/>',
            "XML-Kalkulationstabelle 2003",
        ),
        (
            b'<?xml version="1.0"?><office:document xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"/>',
            ".fods",
        ),
    ],
)
def test_pages_and_xml_without_a_table_are_named(data: bytes, says: str) -> None:
    with pytest.raises(UnreadableError, match="Bitte") as caught:
        table(data)
    assert says in str(caught.value)
