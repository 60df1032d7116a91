"""Bestimmt aus einer Arbeitsmappe (oder ihren Blättern als CSV) die kompetenzgerechte Passung.

Schreibt fit.json (für Programme), fit.xlsx (zum Lesen) und findings.xlsx (was zu reparieren ist).
Ende mit 0: fertig; 1: fertig, aber Zeilen mit Fehlern wurden ausgelassen; 2: nichts geschrieben.

Mit --parquet alle Einrichtungen eines Trägers: ein Ordner mit einem Unterordner „home=<Kennung>“ je Einrichtung, darin
residents, assessments, instability, staff, duties und interventions als .parquet (Interventionen auch als Ordner
mit einer Datei je Monat). Wird der Lauf unterbrochen, setzt ihn derselbe Aufruf fort.

Beispiel:
  pebem analyse haus-sonnenschein.xlsx --out ergebnis --from 01.01.2026 --to 31.01.2026
  pebem analyse --parquet traeger --out ergebnis --workers 8
  pebem analyse --parquet traeger --out ergebnis --scheduler tcp://10.0.0.1:8786
"""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import importers
import pebem
import rules
from cli.locked import opened
from cli.parser import CommandError, Parser, day
from cli.references import profile, rulebook
from importers.agreed import Agreed
from importers.findings import Finding, Severity
from pebem.relief import relief
from web.reports import findings_xlsx, fit_json, fit_xlsx

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence


def define(parser: Parser) -> None:
    """Define the arguments."""
    parser.add_argument("files", metavar="DATEI", nargs="*", type=Path, help="Arbeitsmappe, CSV-Dateien, DAS-QS-Export")
    parser.add_argument(
        "--parquet", metavar="ORDNER", type=Path, help="statt Dateien: alle Einrichtungen eines Ordners"
    )
    parser.add_argument(
        "--workers", metavar="N", type=int, default=os.cpu_count() or 1, help="Prozesse (je Kern einer)"
    )
    parser.add_argument("--scheduler", metavar="ADRESSE", help="statt Prozessen: Adresse eines dask-Schedulers")
    parser.add_argument("--out", metavar="ORDNER", type=Path, required=True, help="Ordner für die Ergebnisse")
    parser.add_argument("--from", dest="first", metavar="TAG", type=day, help="erster Tag (sonst der der Zeilen)")
    parser.add_argument("--to", dest="last", metavar="TAG", type=day, help="letzter Tag (sonst der der Zeilen)")
    parser.add_argument(
        "--rulebook", metavar="REGELWERK", type=rulebook, default="rekonstruktion", help="id oder Ordner des Regelwerks"
    )
    parser.add_argument(
        "--profile", metavar="DATEI", type=Path, help="Profil, nach dem Blätter und Spalten gelesen werden"
    )


def run(options: argparse.Namespace) -> int:
    """Run the analysis."""
    if options.first and options.last and options.last < options.first:
        raise CommandError("Der Tag bei --to liegt vor dem bei --from. Bitte tauschen Sie die beiden.")
    if bool(options.files) == bool(options.parquet):
        raise CommandError("Bitte nennen Sie entweder Dateien oder mit --parquet einen Ordner.")
    if options.parquet:
        return _federation(options)
    check_files(options.files)
    # The catalogue decides which names of interventions are known; its edition follows from the rows' last day.
    book = rules.load(options.last or date.max, options.rulebook)
    agreed = Agreed(profiles=(profile(options.profile),)) if options.profile else Agreed()
    read = opened(lambda passwords: importers.read(options.files, book, agreed=agreed, passwords=passwords))
    period = _period(read.tables, options.first, options.last)
    if period:
        book = rules.load(period[1], options.rulebook)
    aggregate = pebem.score(read.tables, book, period) if period else _nothing_readable(read.tables)
    result = fit_json.document(
        aggregate,
        book,
        residents=len(read.tables.residents),
        staff=read.tables.staff["staff"].nunique(),
        relief=relief(read.tables, book, period) if period else None,
    )
    try:
        options.out.mkdir(parents=True, exist_ok=True)
        fit_json.write(options.out / "fit.json", result)
        fit_xlsx.write(options.out / "fit.xlsx", result, book)
        findings_xlsx.write(options.out / "findings.xlsx", read.findings)
    except OSError as problem:
        raise CommandError(
            f"In den Ordner {options.out} kann nicht geschrieben werden ({problem.strerror}). "
            "Bitte wählen Sie einen anderen."
        ) from problem
    return summary(read.findings, result["input"]["counted"], options.out)


def _federation(options: argparse.Namespace) -> int:
    """Analyse all homes of a folder."""
    if options.workers < 1:
        raise CommandError("Bitte nennen Sie bei --workers eine Zahl ab 1.")
    try:
        from cli import federation  # noqa: PLC0415  # needs pyarrow, an extra
    except ImportError as missing:
        raise CommandError(
            f"Für --parquet fehlt {missing.name}. Bitte installieren: pip install 'pebem-analyse[parquet]'"
        ) from missing
    return federation.analyse(options)


def check_files(files: Sequence[Path]) -> None:
    """Refuse files that are not there."""
    for path in files:
        if not path.is_file():
            raise CommandError(f"Die Datei {path} gibt es nicht. Bitte prüfen Sie den Namen.")


def _nothing_readable(tables: pebem.Tables) -> pebem.Aggregate:
    """Return the result where every row is faulty: nothing counts, and the findings say why."""
    nothing = pebem.Aggregate.zero()
    return replace(nothing, excluded=dict(nothing.excluded) | {"fehlerhaft": tables.faulty})


def _period(tables: pebem.Tables, first: date | None, last: date | None) -> tuple[date, date] | None:
    """Return the period: as asked for, otherwise that of the rows; None where no row can be read."""
    dates = tables.interventions["date"]
    if dates.empty and tables.faulty and not (first and last):
        return None
    if dates.empty and not (first and last):
        raise CommandError(
            "Es gibt keine lesbare Zeile im Blatt „Interventionen“. Bitte reparieren Sie die Datei oder nennen Sie "
            "den Zeitraum mit --from und --to."
        )
    begin, end = first or dates.min().date(), last or dates.max().date()
    if end < begin:
        raise CommandError(
            f"Im verlangten Zeitraum liegt keine Zeile: Die Interventionen reichen vom {dates.min():%d.%m.%Y} "
            f"bis zum {dates.max():%d.%m.%Y}."
        )
    return begin, end


def summary(findings: Sequence[Finding], counted: int, out: Path) -> int:
    """Say in a few lines what was done; return the exit code."""
    numbers = {severity: sum(f.severity is severity for f in findings) for severity in Severity}
    sys.stdout.write(
        f"{counted} Interventionen ausgewertet. Befunde: {numbers[Severity.ERROR]} Fehler, "
        f"{numbers[Severity.WARNING]} Warnungen, {numbers[Severity.NOTICE]} Hinweise.\n"
        f"Ergebnisse in {out}: fit.json, fit.xlsx, findings.xlsx\n"
    )
    return 1 if numbers[Severity.ERROR] else 0
