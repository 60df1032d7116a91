"""Bringt die Datenbanken auf den neuesten Stand. `pebem serve` tut das beim Start von selbst.

  upgrade    beide Datenbanken auf den neuesten Stand bringen
  role       einer Rolle von PostgreSQL geben, was die Anwendung braucht; das Protokoll kann sie nicht ändern.
             Aufgerufen mit der Adresse der Rolle, der die Tabellen gehören; nach jedem Update und jeder
             Wiederherstellung erneut

Beispiele:
  pebem db upgrade
  pebem db role pebem_app
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
    parser.add_argument("action", metavar="AKTION", choices=("upgrade", "role"), help="upgrade oder role")
    parser.add_argument("name", metavar="ROLLE", nargs="?", default="", help="bei role: ihr Name")


def run(options: argparse.Namespace) -> int:
    """Upgrade both databases, and give a role its rights where one is named."""
    from web.store import migrate  # noqa: PLC0415  # the application is loaded only where it is needed

    if (options.action == "role") != bool(options.name):
        raise CommandError("Eine Rolle gehört zu „role“ und nur dazu, zum Beispiel: pebem db role pebem_app")
    with installation(f"db {options.action}") as (settings, system):
        if options.action == "role":
            return _role(system, options.name)
        if not migrate.vault_answers(settings):
            raise CommandError("Die Datenbank der Namen antwortet nicht; sie ist nicht auf dem neuesten Stand.")
    sys.stdout.write("Die Datenbanken sind auf dem neuesten Stand.\n")
    return 0


def _role(system: SystemAccess, name: str) -> int:
    from web.store import roles  # noqa: PLC0415  # the application is loaded only where it is needed

    if system.databases.work.dialect.name != "postgresql":
        raise CommandError("Rollen gibt es nur in PostgreSQL; diese Installation hat ihre Datenbanken in Dateien.")
    try:
        with system.databases.work.begin() as connection:
            roles.grant(connection, name)
    except roles.UnknownRoleError:
        raise CommandError(
            f"Die Rolle {name} gibt es nicht, oder ihr gehören die Tabellen; bitte legen Sie mit CREATE ROLE eine an."
        ) from None
    sys.stdout.write(f"Die Rolle {name} kann mit den Tabellen arbeiten; das Protokoll kann sie lesen und ergänzen.\n")
    return 0
