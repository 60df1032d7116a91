"""Erzeugt synthetische Einrichtungen: erfundene Personen, plausible Daten. Derselbe Startwert gibt dieselben Bytes.

Beispiele:
  pebem sample beispiele --homes 3 --residents 60 --months 3 --seed 7
  pebem sample drei-jahre --months 36
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from cli.parser import CommandError, Parser, day

if TYPE_CHECKING:
    import argparse


def define(parser: Parser) -> None:
    """Define the arguments."""
    parser.add_argument("directory", metavar="ORDNER", type=Path, help="Ordner für die Dateien")
    parser.add_argument("--homes", metavar="N", type=int, default=1, help="Zahl der Einrichtungen (1)")
    parser.add_argument("--residents", metavar="N", type=int, default=60, help="Bewohner:innen je Einrichtung (60)")
    parser.add_argument("--months", metavar="N", type=int, default=1, help="Monate (1)")
    parser.add_argument("--seed", metavar="N", type=int, default=1, help="Startwert (1)")
    parser.add_argument("--start", metavar="TAG", type=day, help="erster Tag (01.01.2026; lange Zeiträume: früher)")
    parser.add_argument(
        "--format",
        metavar="ART",
        choices=("xlsx", "csv", "parquet", "das"),
        default="xlsx",
        help="xlsx, csv, parquet oder das (DAS-QS-Export, der Rest als CSV daneben)",
    )


def run(options: argparse.Namespace) -> int:
    """Make the homes."""
    import sample_data  # noqa: PLC0415  # only this command and the demo need it

    try:
        paths = sample_data.make(
            options.directory,
            homes=options.homes,
            residents=options.residents,
            months=options.months,
            seed=options.seed,
            fmt=options.format,
            start=options.start,
        )
    except sample_data.SampleError as problem:
        raise CommandError(str(problem)) from problem
    except OSError as problem:
        raise CommandError(f"In {options.directory} kann nicht geschrieben werden ({problem.strerror}).") from problem
    for path in paths:
        sys.stdout.write(f"{path}\n")
    return 0
