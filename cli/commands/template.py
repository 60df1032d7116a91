"""Schreibt die leere Arbeitsmappe mit Anleitung, in die eine Einrichtung ihre Daten einträgt.

Beispiel:
  pebem template vorlage.xlsx
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from cli.parser import CommandError, Parser

if TYPE_CHECKING:
    import argparse


def define(parser: Parser) -> None:
    """Define the arguments."""
    parser.add_argument("file", metavar="DATEI", type=Path, help="Name der Arbeitsmappe, endet auf .xlsx")


def run(options: argparse.Namespace) -> int:
    """Write the workbook."""
    from importers import template  # noqa: PLC0415  # the workbook library is loaded only where one is written

    if options.file.exists():
        raise CommandError(f"{options.file} gibt es schon. Bitte wählen Sie einen anderen Namen.")
    try:
        template.write(options.file)
    except OSError as problem:
        raise CommandError(f"{options.file} kann nicht geschrieben werden ({problem.strerror}).") from problem
    sys.stdout.write(f"Vorlage geschrieben: {options.file}\n")
    return 0
