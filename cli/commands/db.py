"""Bringt die Datenbanken auf den neuesten Stand. `pebem serve` tut das beim Start von selbst.

Beispiel:
  pebem db upgrade
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from cli.installation import installation

if TYPE_CHECKING:
    import argparse

    from cli.parser import Parser


def define(parser: Parser) -> None:
    """Define the arguments."""
    parser.add_argument("action", metavar="AKTION", choices=("upgrade",), help="upgrade")


def run(options: argparse.Namespace) -> int:  # noqa: ARG001  # there is one action so far
    """Upgrade both databases."""
    with installation("db upgrade"):
        pass
    sys.stdout.write("Die Datenbanken sind auf dem neuesten Stand.\n")
    return 0
