"""Bringt die Datenbanken auf den neuesten Stand. `pebem serve` tut das beim Start von selbst.

Beispiel:
  pebem db upgrade
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from cli.parser import CommandError, Parser

if TYPE_CHECKING:
    import argparse


def define(parser: Parser) -> None:
    """Define the arguments."""
    parser.add_argument("action", metavar="AKTION", choices=("upgrade",), help="upgrade")


def run(options: argparse.Namespace) -> int:  # noqa: ARG001  # there is one action so far
    """Upgrade both databases."""
    from web import settings  # noqa: PLC0415  # the application is loaded only where it is needed
    from web.security import file_modes  # noqa: PLC0415
    from web.store import migrate  # noqa: PLC0415

    try:
        loaded = settings.load()
        file_modes.use_own_folder(loaded)
        migrate.upgrade(loaded)
    except settings.SettingsError as problem:
        raise CommandError(str(problem)) from problem
    sys.stdout.write("Die Datenbanken sind auf dem neuesten Stand.\n")
    return 0
