"""Exports of other programs: the same work under other headings, in the formats homes really have."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Final

from msoffcrypto.method.ecma376_agile import ECMA376Agile

from tests.support.importers import das_files, files, xlsb_files

DATA: Final = Path(__file__).parents[2] / "importers" / "data"
PASSWORD: Final = "Rosen im Hof"

HEADINGS: Final = ["Bew.-Nr.", "Pers.-Nr.", "Leistungsbezeichnung", "Durchgeführt am", "Dauer", "Bemerkung"]
WORK: Final = [
    ["0042", "P1", "Körperpflege: Duschen", "05.01.2026", "20", "ruhig"],
    ["0042", "P2", "Körperpflege: Duschen", "05.02.2026", "15", "müde"],
    ["77", "P3", "Körperpflege: Duschen", "06.02.2026", "12", "schläft"],
    ["77", "P3", "Rückenmassage für Änne", "07.02.2026", "9", ""],
]
"""Three the catalogue knows, one it does not."""

TITLE: Final = [["Maßnahmenexport", "", "", "", "", ""], ["", "", "", "", "", ""]]
ROWS: Final = [HEADINGS, *WORK]


def csv(encoding: str = "cp1252", rows: list[list[str]] = ROWS) -> bytes:
    """Return the work as text."""
    return files.text_of(rows).encode(encoding)


def xlsx(rows: list[list[str]] = ROWS, sheet: str = "Export", hidden: tuple[str, ...] = ()) -> bytes:
    """Return the work as a workbook whose sheet says nothing."""
    return files.xlsx({sheet: rows} | dict.fromkeys(hidden, ROWS), hidden=hidden)


def page(rows: list[list[str]] = ROWS) -> bytes:
    """Return the work as the page that some programs save as .xls."""
    lines = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows)
    return f"<html><body><table>{lines}</table></body></html>".encode()


def packed(*inner: tuple[str, bytes]) -> bytes:
    """Return files in an archive."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in inner:
            archive.writestr(name, content)
    return buffer.getvalue()


def locked(content: bytes, password: str = PASSWORD) -> bytes:
    """Return a workbook that opens with a password alone."""
    return bytes(ECMA376Agile.encrypt(password, io.BytesIO(content), spin_count=1000))


def families() -> dict[str, tuple[str, bytes]]:
    """Return one file of each family, under its usual name."""
    return {
        "xlsx": ("Export.xlsx", xlsx([*TITLE, *ROWS])),
        "xls": ("heim.xls", (DATA / "heim.xls").read_bytes()),
        "xlsb": ("Export.xlsb", xlsb_files.xlsb({"Export": ROWS})),
        "ods": ("heim.ods", (DATA / "heim.ods").read_bytes()),
        "csv": ("Leistungen 2026-02.csv", csv()),
        "html": ("Leistungen.xls", page()),
        "das": das_files.export(das_files.resident()),
        "zip": (
            "Exporte.zip",
            packed(("Leistungen.csv", csv()), ("Bewohner.csv", files.csv_files(files.home())[0][1])),
        ),
        "locked": ("geschützt.xlsx", locked(xlsx())),
    }
