"""Gibt am Ende eines Vertrags alle Daten eines Trägers heraus und löscht sie danach.

  export TRÄGER   alles in eine ZIP-Datei schreiben: Tabellen, Namen, Dateien (unverschlüsselt; nur für den Träger)
  end    TRÄGER   alles löschen, mit --yes; das Protokoll bleibt im Ordner „ended“ der Installation

Das Löschen braucht die Weisung „Vertragsende“ des Trägers und einen Export der letzten sieben Tage. Wird es
unterbrochen, setzt derselbe Befehl es fort.

Beispiele:
  pebem tenant export "Träger Nord" --out export.zip
  pebem tenant end "Träger Nord" --yes
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from cli.installation import installation
from cli.parser import CommandError
from cli.progress import thousands

if TYPE_CHECKING:
    import argparse

    from cli.parser import Parser


def define(parser: Parser) -> None:
    """Define the arguments."""
    parser.add_argument("action", metavar="AKTION", choices=("export", "end"), help="export oder end")
    parser.add_argument("tenant", metavar="TRÄGER", help="Name des Trägers")
    parser.add_argument("--out", metavar="DATEI", type=Path, help="ZIP-Datei des Exports")
    parser.add_argument("--yes", action="store_true", help="bestätigt, dass endgültig gelöscht wird")


def run(options: argparse.Namespace) -> int:
    """Carry out the action."""
    from web.services import accesses, accounts  # noqa: PLC0415  # the application is loaded only where it is needed
    from web.services.contract_end import ending, export  # noqa: PLC0415

    with installation("tenant") as (settings, system):
        named = [one for one, name in accounts.tenants(system).items() if name.casefold() == options.tenant.casefold()]
        left = ending.unfinished(settings).get(options.tenant)
        if not named and left and options.action == "end":  # cut off when nothing was left but to say so
            sys.stdout.write(ending.finish(system, settings, left).as_text())
            return 0
        if len(named) != 1:
            raise CommandError("Diesen Träger gibt es nicht, oder mehrere heißen so.")
        access = accesses.of_tenant_ending(system, named[0])
        if options.action == "export":
            if options.out is None or options.out.exists():
                raise CommandError("Bitte nennen Sie mit --out eine ZIP-Datei, die es noch nicht gibt.")
            counts = export.export(access, settings, options.out)
            sys.stdout.write(f"{options.out}: {thousands(sum(counts.values()))} Zeilen aus {len(counts)} Tabellen\n")
            return 0
        if not options.yes:
            raise CommandError("Das Löschen ist endgültig; bitte bestätigen Sie es mit --yes.")
        sys.stdout.write(ending.end(access, settings).as_text())
    return 0
