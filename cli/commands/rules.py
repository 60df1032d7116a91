"""Regelwerke auflisten, zeigen, prüfen, vergleichen, drucken und mit Excel austauschen.

Ein Regelwerk nennen Sie mit seiner id, mit id und Ausgabe oder als Ordner.
Ende mit 0: fertig; 1: fertig, aber Zeilen der Daten wurden ausgelassen; 2: nichts geschrieben.

Beispiele:
  pebem rules list
  pebem rules show rekonstruktion --intervention 4.12
  pebem rules check mein-regelwerk/
  pebem rules export rekonstruktion regelwerk.xlsx
  pebem rules import regelwerk.xlsx --out mein-regelwerk
  pebem rules diff rekonstruktion mein-regelwerk/ --data haus-sonnenschein.xlsx
  pebem rules print rekonstruktion regelwerk.pdf
  pebem rules cases mein-regelwerk/ --cases rekonstruktion > faelle.md
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from cli.parser import Parser, day
from cli.rules import browse, diff, exchange

if TYPE_CHECKING:
    import argparse

_WHICH = "id, id-Ausgabe oder Ordner eines Regelwerks"


def define(parser: Parser) -> None:
    """Define the arguments of each action."""
    actions = parser.add_subparsers(dest="action", metavar="AKTION", required=True, parser_class=Parser)

    def action(name: str, about: str, example: str) -> Parser:
        return actions.add_parser(
            name, help=about, description=f"{about[0].upper()}{about[1:]}.\n\nBeispiel:\n  pebem rules {example}"
        )

    command = action("list", "die eingebauten Regelwerke auflisten", "list")
    command.set_defaults(act=browse.list_)

    command = action("show", "ein Regelwerk oder eine Intervention zeigen", "show rekonstruktion --intervention 4.12")
    command.add_argument("rulebook", metavar="REGELWERK", help=_WHICH)
    command.add_argument("--intervention", metavar="ID", help="nur diese: Nummer oder Titel")
    command.add_argument("--on", metavar="TAG", type=day, help="Stand an diesem Tag (sonst heute)")
    command.set_defaults(act=browse.show)

    command = action("check", "die Dateien eines Regelwerks prüfen", "check mein-regelwerk/")
    command.add_argument("path", metavar="REGELWERK", nargs="?", help=f"{_WHICH}; sonst alle eingebauten")
    command.set_defaults(act=browse.check)

    command = action("diff", "zwei Regelwerke vergleichen", "diff rekonstruktion mein-regelwerk/ --data haus.xlsx")
    command.add_argument("before", metavar="VORHER", help=_WHICH)
    command.add_argument("after", metavar="NACHHER", help=_WHICH)
    command.add_argument(
        "--data", metavar="DATEI", nargs="+", type=Path, help="dazu die Wirkung auf diese Arbeitsmappe oder CSV-Dateien"
    )
    command.add_argument(
        "--on", metavar="TAG", type=day, help="Stand an diesem Tag (sonst heute oder letzter der Daten)"
    )
    command.add_argument("--json", action="store_true", help="für Programme statt als Text")
    command.set_defaults(act=diff.diff)

    command = action("export", "ein Regelwerk als Excel-Arbeitsmappe schreiben", "export rekonstruktion regelwerk.xlsx")
    command.add_argument("rulebook", metavar="REGELWERK", help=_WHICH)
    command.add_argument("file", metavar="DATEI.xlsx", type=Path, help="die neue Arbeitsmappe")
    command.set_defaults(act=exchange.export)

    command = action(
        "import", "ein Regelwerk aus einer Arbeitsmappe lesen", "import regelwerk.xlsx --out mein-regelwerk"
    )
    command.add_argument("file", metavar="DATEI.xlsx", type=Path, help="die Arbeitsmappe")
    command.add_argument("--out", metavar="ORDNER", type=Path, help="der neue Ordner (sonst id-Ausgabe)")
    command.add_argument(
        "--findings", metavar="DATEI.xlsx", type=Path, help="die Befunde auch als Arbeitsmappe schreiben"
    )
    command.set_defaults(act=exchange.import_)

    command = action(
        "cases", "die Fälle eines Regelwerks mit Antworten und Gründen", "cases mein-regelwerk/ > faelle.md"
    )
    command.add_argument("rulebook", metavar="REGELWERK", nargs="?", default="rekonstruktion", help=_WHICH)
    command.add_argument("--cases", metavar="REGELWERK", help="die Fälle dieses Regelwerks (sonst die eigenen)")
    command.add_argument("--on", metavar="TAG", type=day, help="Stand an diesem Tag (sonst heute)")
    command.set_defaults(act=exchange.cases)

    command = action("print", "ein Regelwerk als PDF für den Druck schreiben", "print rekonstruktion regelwerk.pdf")
    command.add_argument("rulebook", metavar="REGELWERK", help=_WHICH)
    command.add_argument("file", metavar="DATEI.pdf", type=Path, help="das neue PDF")
    command.add_argument("--on", metavar="TAG", type=day, help="Stand an diesem Tag (sonst heute)")
    command.set_defaults(act=exchange.print_)


def run(options: argparse.Namespace) -> int:
    """Run one of the actions."""
    return int(options.act(options))
