"""Zeigt, was nach den Löschfristen fällig ist, und löscht es. Der Dienst tut das jede Nacht von selbst.

Fristen stehen in den Einstellungen PEBEM_KEEP_… (docs/operation.md). Gelöscht wird je Monat, Person, Konto und
Datenlieferung in einem Schritt; was gelöscht wurde, steht im Löschprotokoll des Trägers.

  list   zeigen, was fällig ist, nach Klasse und Haus, mit der Regel
  run    löschen, was fällig ist (mit --dry-run: nur zeigen)

Beispiele:
  pebem retention list
  pebem retention run --dry-run
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from cli.installation import installation

if TYPE_CHECKING:
    import argparse

    from cli.parser import Parser
    from web.settings import Settings
    from web.store.access import SystemAccess


def define(parser: Parser) -> None:
    """Define the arguments."""
    parser.add_argument("action", metavar="AKTION", choices=("list", "run"), help="list oder run")
    parser.add_argument("--dry-run", action="store_true", help="nur zeigen, was run löschen würde")


def run(options: argparse.Namespace) -> int:
    """Carry out the action."""
    from web.services.retention import run as retention  # noqa: PLC0415  # loaded only where it is needed
    from web.store.data_classes import RETENTION  # noqa: PLC0415

    with installation("retention") as (settings, system):
        if options.action == "list" or options.dry_run:
            _show(system, settings)
            return 0
        done = retention.delete_due(system, settings)
        for deletion, number in done.items():
            sys.stdout.write(f"{RETENTION[deletion].word}: {number} gelöscht\n")
        if not done:
            sys.stdout.write("Nichts ist fällig.\n")
    return 0


def _show(system: SystemAccess, settings: Settings) -> None:
    from web.services.retention import due  # noqa: PLC0415

    rows = due.summary(system, settings)
    for one in rows:
        sys.stdout.write(f"{one.word}, {one.home or one.tenant or 'Installation'}: {one.number} ({one.rule})\n")
    if not rows:
        sys.stdout.write("Nichts ist fällig.\n")
