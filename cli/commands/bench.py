"""Misst die Geschwindigkeit, als Verhältnisse innerhalb eines Laufs: Rechner sind verschieden, Verhältnisse kaum.

Was einander gegenübersteht, kommt reihum an die Reihe, und die kürzeste Runde zählt. Alle Ergebnisse werden verglichen.
Ohne Thema: Kern, ganzer Weg und Regelwerk, in kleiner Größe.

  kernel      der Kern gegen das Kopieren seiner Spalten und gegen pandas, polars und DuckDB
  path        der ganze Weg, Tabellen mit Text hinein, Summen heraus, gegen pandas, polars und DuckDB
  memory      der Speicher über der Eingabe, in einer Tabelle und im Strom
  growth      die Zeit je Zeile von hunderttausend bis zu hundert Millionen Zeilen
  whatif      was wäre: ein Einrichtungsjahr in einem Szenario
  rulebook    das Regelwerk für 100.000 Zustände; eine Million Begutachtungen
  import      Arbeitsmappe und CSV bis zu geprüften Tabellen gegen das bloße Lesen; Speicher
  store       das Speichern und Abrufen
  cube        die gespeicherten Ergebnisse
  federation  viele Einrichtungen aus Parquet
  pages       die Seiten bei 100 Einrichtungen und drei Jahren, je Monat, Jahr und drei Jahren; füllt sie vorher

Beispiel:
  pebem bench
  pebem bench path --rows 2000000
"""

from __future__ import annotations

import importlib
import inspect
from keyword import iskeyword
from typing import TYPE_CHECKING, Final

from bench.stopwatch import BenchError, missing, say
from cli.parser import CommandError, Parser

if TYPE_CHECKING:
    import argparse

SUBJECTS: Final = (
    "kernel",
    "path",
    "memory",
    "growth",
    "whatif",
    "rulebook",
    "import",
    "store",
    "cube",
    "federation",
    "pages",
)
"""Each is the module ``bench.<subject>``: its ``run`` takes ``seed``, and ``rows`` where it has ``ROWS``."""

_QUICK: Final[dict[str, int | None]] = {"kernel": 1_000_000, "path": 2_000_000, "rulebook": None}
"""What is measured without a subject, and on how many rows."""
_FEWEST: Final = 10_000


def define(parser: Parser) -> None:
    """Define the arguments."""
    parser.add_argument("subject", metavar="THEMA", nargs="?", choices=SUBJECTS, help=", ".join(SUBJECTS))
    parser.add_argument("--rows", metavar="N", type=int, help="Zeilen; ohne Angabe die volle Größe des Themas")
    parser.add_argument("--seed", metavar="N", type=int, default=1, help="Startwert der Zufallszahlen (1)")
    parser.add_argument("--homes", metavar="N", type=int, help="Einrichtungen für das Thema pages (100)")
    parser.add_argument("--months", metavar="N", type=int, help="Monate für das Thema pages (36)")
    parser.add_argument("--database", metavar="URL", help="PostgreSQL für store und pages, in der Tabellen entstehen")
    parser.add_argument("--no-import", action="store_true", help="ohne Wirkung: das Einlesen ist ein eigenes Thema")


def run(options: argparse.Namespace) -> int:
    """Measure and print."""
    if options.rows is not None and options.rows < _FEWEST:
        raise CommandError(f"Bitte nehmen Sie mindestens {_FEWEST} Zeilen.")
    try:
        _measure_all(options)
    except BenchError as problem:
        raise CommandError(str(problem)) from problem
    return 0


def _measure_all(options: argparse.Namespace) -> None:
    if options.subject:
        asked = {name: getattr(options, name) for name in ("rows", "homes", "months", "database")}
        _measure(options.subject, options.seed, **asked)
        return
    for i, (subject, rows) in enumerate(_QUICK.items()):
        if i:
            say("")
        _measure(subject, options.seed, rows=rows and (options.rows or rows))


def _measure(subject: str, seed: int, **options: object) -> None:
    """Measure a subject; what was asked for beyond the seed must be something it takes."""
    try:
        module = importlib.import_module(f"bench.{subject}{'_' * iskeyword(subject)}")
    except ImportError as problem:
        raise missing(problem) from problem
    set_values = {name: value for name, value in options.items() if value}
    takes = inspect.signature(module.run).parameters
    for name in set_values:
        if name not in takes:
            raise CommandError(f"Zum Thema „{subject}“ passt --{name} nicht; bitte weglassen.")
    if "rows" in takes:
        set_values.setdefault("rows", module.ROWS)
    module.run(seed=seed, **set_values)
