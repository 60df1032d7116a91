"""What reading a file may take: no file, however small, makes a process reserve the memory of the machine."""

from __future__ import annotations

import io
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Final

import pytest

STATUS: Final = Path("/proc/self/status")
HEAD: Final = b'<row r="1"><c r="A1" t="inlineStr"><is><t>Bewohner-Nr</t></is></c></row>'
MOST, MOST_OF_RULEBOOKS = 1_000, 300
"""Megabytes, the program and its libraries included."""
READ: Final = """
import sys
from datetime import date
import importers, rules
from importers.rulebooks import workbook
try:
    if sys.argv[2] == "rulebook":
        workbook.read(sys.argv[1])
    else:
        importers.read([sys.argv[1]], rules.load(date(2026, 3, 31)), sheets_needed=())
except importers.UnreadableError as error:
    assert "Bitte" in str(error)
print(next(line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM")))
"""

pytestmark = pytest.mark.skipif(not STATUS.exists(), reason="the peak of a process is known under Linux alone")


def cells(row: int, count: int) -> bytes:
    letters = [("" if at < 26 else chr(64 + at // 26)) + chr(65 + at % 26) for at in range(count)]
    return b"".join(b'<c r="%s%d"><v>%d</v></c>' % (name.encode(), row, at) for at, name in enumerate(letters))


FAR: Final = b'<row r="60000"><c r="SF60000"><v>1</v></c></row>'
NEAR: Final = b'<row r="2"><c r="A2"><v>1</v></c>%s</row>'
PLACELESS: Final = b"<c><v>1</v></c>"
FILES: Final = {
    "one far cell": HEAD + FAR,
    "two far rows": b"".join(b'<row r="%d">%s</row>' % (row, cells(row, 500)) for row in (2, 60_000)),
    "a cell in the row of another": HEAD + NEAR % b'<c r="SF60000"><v>1</v></c>',
    "cells without a place": HEAD
    + (b"<row>" + PLACELESS + b"</row>") * 20_000
    + b"<row>"
    + PLACELESS * 60_000
    + b"</row>",
    "rows of another prefix": HEAD + FAR.replace(b"<", b"<z:").replace(b"<z:/", b"</z:"),
    "rows against their order": HEAD + FAR + NEAR % b"",
}


def workbook(rows: bytes) -> bytes:
    relation = '<Relationships><Relationship Id="r" Type="x/{}" Target="{}"/></Relationships>'
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("_rels/.rels", relation.format("officeDocument", "xl/workbook.xml"))
        archive.writestr("xl/_rels/workbook.xml.rels", relation.format("worksheet", "s.xml"))
        archive.writestr("xl/workbook.xml", '<workbook><sheets><sheet name="Bewohner" r:id="r"/></sheets></workbook>')
        archive.writestr("xl/s.xml", b"<worksheet><sheetData>" + rows + b"</sheetData></worksheet>")
    return buffer.getvalue()


@pytest.mark.slow
@pytest.mark.parametrize(("way", "most"), [("home", MOST), ("rulebook", MOST_OF_RULEBOOKS)])
@pytest.mark.parametrize("rows", FILES.values(), ids=FILES.keys())
def test_no_small_file_fills_the_memory(rows: bytes, way: str, most: int, tmp_path: Path) -> None:
    """F4, X4: rows and cells are counted before the reader sees them; what is blank between them costs nothing."""
    path = tmp_path / "heim.xlsx"
    path.write_bytes(workbook(rows))
    done = subprocess.run([sys.executable, "-c", READ, path, way], check=True, capture_output=True, text=True)
    assert int(done.stdout) / 1024 < most


@pytest.mark.deep
@pytest.mark.parametrize("row", ["{0:x};{1:x};{2:x};{3:x};{4:x};{5:x}", '{0};a"b"{1};{2:x};{3:x};{4};{5}'])
def test_no_text_file_fills_the_memory(row: str, tmp_path: Path) -> None:
    """F4, X4: read fast or sign by sign."""
    path = tmp_path / "Bewohner.csv"
    with path.open("w") as file:
        file.write("Bewohner-Nr;Name;a;b;c;d\n")
        file.writelines(
            row.format(*(at * factor % 16_777_259 for factor in (7, 11, 13, 17, 19, 23))) + "\n"
            for at in range(1_000_000)
        )
    done = subprocess.run([sys.executable, "-c", READ, path, "home"], check=True, capture_output=True, text=True)
    assert int(done.stdout) / 1024 < MOST


@pytest.mark.deep
@pytest.mark.parametrize("row", ["B{0};P1;4.10;31.02.2026;{1}x", "B{0};P1;Rätsel {2};02.03.2026;5"])
def test_no_number_of_faulty_rows_fills_the_memory(row: str, tmp_path: Path) -> None:
    """F4, X4: whether one finding stands for all of them or each would have its own."""
    path = tmp_path / "Interventionen.csv"
    with path.open("w") as file:
        file.write("Bewohner-Nr;Personal-Nr;Intervention;Datum;Minuten\n")
        file.writelines(row.format(at % 200, at % 30, at) + "\n" for at in range(1_040_000))
    done = subprocess.run([sys.executable, "-c", READ, path, "home"], check=True, capture_output=True, text=True)
    assert int(done.stdout) / 1024 < MOST
