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


WORDS: Final = (
    "Duschen",
    "Lagern",
    "Vitalwerte",
    "Toilettengang",
    "Medikamentengabe",
    "Pflegeplanung",
    "Essen anreichen",
    "Wundverband",
    "Große Wäsche",
    "Kleine Wäsche",
    "Doku",
    "Insulin s.c.",
    "Kaffee am Nachmittag",
    "Mobi Flur",
)
"""What a home calls its work: eight known exactly, six not."""

EXACT: Final = 8


def first_workbook() -> bytes:
    """Return a month as a home's program exports it: title rows, own headings, staff by initials, grades of care."""
    work: list[list[str]] = [
        ["Leistungsnachweis Januar 2026", *[""] * 8],
        ["erstellt am 02.02.2026", *[""] * 8],
        [""] * 9,
        ["Bew.Nr", "WB", "Leistung", "Datum", "Zeit", "Dauer", "Hz MA", "Erl.", "Bemerkung"],
    ]
    initials = ("KaD", "MüS", "BeT", "OzF")
    for row in range(1116):
        resident, day = row % 12, 1 + row // 36
        work.append(
            [
                f"{101 + resident}",
                f"WB {1 + resident // 6}",
                WORDS[row % len(WORDS)],
                f"{day:02}.01.2026",
                f"{6 + row % 15:02}:{15 * (row % 4):02}",
                f"{5 + 5 * (row % 5)}",
                initials[row % 4],
                "n" if row % 4 == 3 else "j",
                "" if row % 9 else "siehe Bericht",
            ]
        )
    professions = ("Pflegefachkraft", "Pflegehelfer", "Altenpflegerin", "Betreuungskraft")
    staff = [["Hz", "Nachname", "Vorname", "Qualif.", "Std/Wo"]]
    staff += [[sign, f"Beispiel{sign}", "Toni", of, "38,5"] for sign, of in zip(initials, professions, strict=True)]
    residents = [["Bew.Nr", "Nachname", "Vorname", "WB", "PG", "Einzug"]]
    residents += [
        [f"{101 + i}", f"Muster{i}", "Ida", f"WB {1 + i // 6}", f"{1 + i % 5}", "01.03.2024"] for i in range(12)
    ]
    return files.xlsx({"Leistungen": work, "MA-Liste": staff, "Bewohner": residents})
