"""Wertet Begutachtungen nach § 15 SGB XI aus: Summen, gewichtete Punkte, Gesamtpunkte, Pflegegrad.

Liest das Blatt „Begutachtungen“ einer Arbeitsmappe, eine CSV-Datei oder einen DAS-QS-Export (XML).
Je Begutachtung entsteht eine Zeile.
Fehlen Angaben, bleibt leer, was sich nicht berechnen lässt; „Hinweise“ nennt, was fehlt.
Ohne --out erscheint das Ergebnis als CSV (Semikolon, Dezimalkomma) auf dem Bildschirm.

Beispiel:
  pebem assess haus-sonnenschein.xlsx --out pflegegrade.xlsx
"""

from __future__ import annotations

import csv
import io
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

import importers
from cli.commands.analyse import check_files
from cli.findings import print_findings
from cli.parser import CommandError, Parser
from cli.passwords import read_with_passwords
from cli.profiles import conventions_of, define_profile
from pebem.assessments import assess
from rules.assessment import MODULES

if TYPE_CHECKING:
    import argparse

HEADINGS: Final = (
    "Bewohner-Nr",
    "Datum",
    *(f"M{module}_Summe" for module in MODULES),
    *(f"M{module}_Punkte" for module in MODULES),
    "M2_M3_Punkte",
    "Gesamtpunkte",
    "Pflegegrad",
    "Hinweise",
)


def define(parser: Parser) -> None:
    """Define the arguments."""
    parser.add_argument("file", metavar="DATEI", type=Path, help="Arbeitsmappe, CSV-Datei oder DAS-QS-Export (XML)")
    define_profile(parser)
    parser.add_argument("--out", metavar="DATEI", type=Path, help="Ergebnis als .xlsx oder .csv")


def run(options: argparse.Namespace) -> int:
    """Run the assessment."""
    check_files([options.file])
    ending = options.out.suffix.lower() if options.out else ""
    if options.out and ending not in {".csv", ".xlsx"}:
        raise CommandError(
            "Das Ergebnis wird als .csv oder .xlsx geschrieben; bitte geben Sie --out eine dieser Endungen."
        )
    profiles = conventions_of([options.file], options.profile).profiles
    assessments = read_with_passwords(
        lambda passwords: importers.read_assessments([options.file], passwords=passwords, profiles=profiles)
    )
    rows = assessed_rows(assessments)
    try:
        if not options.out:
            sys.stdout.write(as_csv(rows))
        elif ending == ".csv":
            # The mark at the beginning lets a German Excel recognise the umlauts.
            options.out.write_text("\ufeff" + as_csv(rows), encoding="utf-8", newline="")
        else:
            write_xlsx(options.out, rows)
    except OSError as problem:
        raise CommandError(f"{options.out} kann nicht geschrieben werden ({problem.strerror}).") from problem
    return print_findings(assessments.findings, "Berichtigen Sie zuerst diese.")


def assessed_rows(read: importers.ReadAssessments) -> list[list[object]]:
    """Return one row of :data:`HEADINGS` an assessment, in the order of the file; None = cannot be computed."""
    result = assess(read.table)
    return [
        [
            resident,
            None if pd.isna(moment) else moment.date(),
            *(None if value < 0 else int(value) for value in result.sums[i]),
            *(
                None if np.isnan(value) else float(value)
                for value in (*result.points[i], result.m2_m3[i], result.total[i])
            ),
            None if result.grade[i] < 0 else int(result.grade[i]),
            " ".join([f"{one.column}: {one.message}" for one in read.errors[i]] + result.notes[i]),
        ]
        for i, (resident, moment) in enumerate(zip(read.table["resident"], read.table["date"], strict=True))
    ]


def as_csv(rows: list[list[object]]) -> str:
    """Return the rows as text for a German spreadsheet program."""
    from importers.files.escaped_text import safe  # noqa: PLC0415  # loaded only where a table is written

    text = io.StringIO()
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerow(HEADINGS)
    for resident, moment, *rest in rows:
        *numbers, notes = rest
        writer.writerow([safe(resident), f"{moment:%d.%m.%Y}" if moment else "", *map(_german, numbers), notes])
    return text.getvalue()


def _german(value: object) -> str:
    return "" if value is None else f"{value:g}".replace(".", ",")


def write_xlsx(path: Path, rows: list[list[object]]) -> None:
    """Write the rows as a workbook with real numbers and days."""
    from web.reports.sheets import Styles, table, workbook  # noqa: PLC0415  # see as_csv

    with workbook(path, "Auswertung der Begutachtungen") as book:
        styles = Styles(book)
        sheet = book.add_worksheet("Pflegegrade")
        sheet.set_column(0, len(HEADINGS) - 2, 12)
        sheet.set_column(len(HEADINGS) - 1, len(HEADINGS) - 1, 80)
        points = [styles(num_format="0.00")] * (len(MODULES) + 2)
        formats = [
            styles(),
            styles(num_format="dd.mm.yyyy"),
            *[styles()] * len(MODULES),
            *points,
            styles(bold=True),
            styles(),
        ]
        table(sheet, 0, HEADINGS, rows, formats, styles)
        sheet.freeze_panes(1, 1)
