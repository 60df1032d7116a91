"""Prüft das Protokoll, wer was getan hat, schreibt es in eine Datei und sagt, wer etwas gesehen oder mitgenommen hat.

  verify    prüfen, ob Einträge verändert, entfernt, umgestellt oder eingefügt wurden
  accept    nach dem Zurücksetzen einer Datenbank von Hand den heutigen Stand anerkennen; die Lücke bleibt vermerkt

Ende mit 0: unverändert; 1: etwas stimmt nicht, der erste Eintrag steht auf der Fehlerausgabe; 2: nicht möglich.

Beispiele:
  pebem audit verify
  pebem audit accept --reason "Kopie vom 3. Mai nach Plattenschaden eingespielt"
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from cli.installation import installation
from cli.parser import CommandError

if TYPE_CHECKING:
    import argparse

    from cli.parser import Parser
    from web.store.access import SystemAccess


def define(parser: Parser) -> None:
    """Define the arguments."""
    parser.add_argument("action", metavar="AKTION", choices=("verify", "accept"), help="verify oder accept")
    parser.add_argument("--reason", metavar="GRUND", default="", help="bei accept: warum")


def run(options: argparse.Namespace) -> int:
    """Carry out the action."""
    with installation(f"audit {options.action}") as (_, system):
        return {"verify": _verify, "accept": _accept}[options.action](system, options)


def _verify(system: SystemAccess, _options: argparse.Namespace) -> int:
    from web.services.log import verification  # noqa: PLC0415  # the application is loaded only where it is needed

    reports = verification.verify(system)
    for report in reports:
        (sys.stderr if report.fault else sys.stdout).write(f"{report}\n")
    if not reports:
        sys.stdout.write("Das Protokoll ist noch leer.\n")
    return int(any(report.fault for report in reports))


def _accept(system: SystemAccess, options: argparse.Namespace) -> int:
    from web.services.log import takeover  # noqa: PLC0415

    if not options.reason.strip():
        raise CommandError("Bitte geben Sie mit --reason an, warum der heutige Stand gelten soll.")
    count = takeover.take_over(system, reason=options.reason.strip()[:500])
    sys.stdout.write(f"{count} Ketten anerkannt; was ihnen fehlt, steht in ihnen vermerkt.\n")
    return 0
