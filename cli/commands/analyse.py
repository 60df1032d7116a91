"""Bestimmt aus einer Arbeitsmappe (oder ihren Blättern als CSV) die kompetenzgerechte Passung.

Schreibt fit.json (für Programme), fit.xlsx (zum Lesen) und findings.xlsx (was zu reparieren ist).
Ende mit 0: fertig; 1: fertig, aber Zeilen mit Fehlern wurden ausgelassen; 2: nichts geschrieben.

Mit --parquet alle Einrichtungen eines Trägers: ein Ordner mit einem Unterordner „home=<Kennung>“ je Einrichtung, darin
residents, assessments, instability, staff, duties und interventions als .parquet (Interventionen auch als Ordner
mit einer Datei je Monat). Wird der Lauf unterbrochen, setzt ihn derselbe Aufruf fort. Auch dort bekommen Zeilen ohne
Schicht sie mit --shifts aus ihrer Uhrzeit, in allen Einrichtungen nach denselben Zeiten.

Beispiel:
  pebem analyse haus-sonnenschein.xlsx --out ergebnis --from 01.01.2026 --to 31.01.2026
  pebem analyse --parquet traeger --out ergebnis --workers 8
  pebem analyse --parquet traeger --out ergebnis --scheduler tcp://10.0.0.1:8786
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from cli.arguments import rulebook, shift_starts
from cli.parser import CommandError, Parser, day
from cli.profiles import define_profile

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
        "--shifts",
        metavar="ZEITEN",
        type=shift_starts,
        help="wann die Schichten beginnen, etwa Früh=06:00,Spät=14:00,Nacht=22:00: Zeilen ohne Schicht bekommen sie "
        "aus ihrer Uhrzeit, kenntlich als „(aus Uhrzeit)“",
    )
    define_profile(parser)


def run(options: argparse.Namespace) -> int:
    """Run the analysis."""
    if options.first and options.last and options.last < options.first:
        raise CommandError("Der Tag bei --to liegt vor dem bei --from. Bitte tauschen Sie die beiden.")
    if bool(options.files) == bool(options.parquet):
        raise CommandError("Bitte nennen Sie entweder Dateien oder mit --parquet einen Ordner.")
    if options.parquet:
        if options.profile:
            raise CommandError("Ein Profil gilt für Dateien, nicht für einen Ordner. Bitte lassen Sie --profile weg.")
        return _federation(options)
    check_files(options.files)
    from cli import analysis  # noqa: PLC0415  # the engine is loaded only where it is needed

    return analysis.analyse(options)


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
