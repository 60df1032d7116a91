"""Zeigt, was die Träger den Betreiber dieser Installation angewiesen haben, und trägt ein, was erledigt ist.

Weisungen gibt die Verwaltung eines Trägers in der Anwendung, unter „Weisungen“. Befehle, die in den Daten eines
Trägers arbeiten (pebem import, pebem user), brauchen im Echtbetrieb seinen Zugriff für Hilfe, der nach Stunden von
selbst endet; außer PEBEM_OWN_HOST=ja sagt, dass der Träger den Server selbst betreibt.

Beispiele:
  pebem instructions list
  pebem instructions done 12 --grund "Export am 3. Dezember übergeben"
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Final

from cli.installation import installation
from cli.parser import CommandError

if TYPE_CHECKING:
    import argparse

    from cli.parser import Parser

ACTIONS: Final = ("list", "done")


def define(parser: Parser) -> None:
    """Define the arguments."""
    parser.add_argument("action", metavar="AKTION", choices=ACTIONS, help=", ".join(ACTIONS))
    parser.add_argument("number", metavar="NUMMER", nargs="?", type=int, help="Nummer der Weisung (bei done)")
    parser.add_argument("--grund", metavar="TEXT", default="", help="was getan wurde; der Träger sieht es")


def run(options: argparse.Namespace) -> int:
    """Carry out the action."""
    from web.services import clock, instructions  # noqa: PLC0415  # the application is loaded only where it is needed

    with installation("instructions") as (_, system):
        if options.action == "done":
            if options.number is None:
                raise CommandError("Bitte nennen Sie die Nummer der Weisung; „pebem instructions list“ zeigt sie.")
            instructions.mark_done(system, options.number, options.grund)
            sys.stdout.write(f"Weisung {options.number} ist als erledigt eingetragen.\n")
            return 0
        rows = instructions.open_ones(system)
        for one in rows:
            until = f", bis {clock.format_moment(one.open_until)}" if one.open_until else ""
            sys.stdout.write(f"{one.id}  {one.tenant}: {one.word}{until} ({clock.format_moment(one.given_at)})\n")
            sys.stdout.write(f"    {' '.join(one.text.split())}\n")
        if not rows:
            sys.stdout.write("Keine Weisung ist offen.\n")
    return 0
