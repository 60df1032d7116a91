"""Legt Zugänge und Einrichtungen an, entsperrt einen Zugang oder trägt ein, dass er einer Pflegefachperson gehört.

Nennt beim Anlegen und Entsperren ein Einmalpasswort für die erste Anmeldung. Nur wer als QN 4 eingetragen ist, darf
für Interventionen ein anderes Niveau festlegen als das Regelwerk.

Beispiele:
  pebem user add pdl.meier --name "Petra Meier" --traeger "Mein Träger" --einrichtung "Haus am Park"
  pebem user add wbl.kaya --name "Deniz Kaya" --qn4
  pebem user qn4 pdl.meier
  pebem user unlock pdl.meier --grund "Passwort vergessen, persönlich gemeldet"
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Final

from cli.installation import installation
from cli.parser import CommandError

if TYPE_CHECKING:
    import argparse

    from cli.parser import Parser
    from web.store.access import Access, SystemAccess


FIRST_TENANT: Final = "Träger"
"""Name of the first operator where none is said."""


def define(parser: Parser) -> None:
    """Define the arguments."""
    parser.add_argument(
        "action", metavar="AKTION", choices=("add", "unlock", "qn4", "no-qn4"), help="add, unlock, qn4 oder no-qn4"
    )
    parser.add_argument("user", metavar="BENUTZER", help="Benutzername einer einzelnen Person")
    parser.add_argument("--name", metavar="NAME", default="", help="Name, wie er auf den Seiten steht")
    parser.add_argument(
        "--traeger",
        metavar="NAME",
        default="",
        help="Träger, dem der Zugang gehört; neu angelegt, wenn es ihn nicht gibt (sonst der einzige vorhandene)",
    )
    parser.add_argument(
        "--einrichtung", metavar="NAME", help="Einrichtung, die dabei angelegt wird, wenn es sie nicht gibt"
    )
    parser.add_argument("--qn4", action="store_true", help="die Person ist Pflegefachperson (QN 4)")
    parser.add_argument("--grund", metavar="TEXT", default="", help="Grund des Entsperrens; er wird festgehalten")


def run(options: argparse.Namespace) -> int:
    """Carry out the action."""
    from web.services import accesses, accounts, homes  # noqa: PLC0415  # the application is loaded only where it is needed

    with installation("user") as (_, system):
        if options.action in {"qn4", "no-qn4"}:
            access = _tenant_of(system, options.user)
            accounts.mark_qn4(access, options.user, qn4=options.action == "qn4")
            sys.stdout.write(f"{options.user}: {'QN 4' if options.action == 'qn4' else 'nicht QN 4'}\n")
            return 0
        if options.action == "unlock":
            password = accounts.unlock(_tenant_of(system, options.user), options.user, reason=options.grund)
        else:
            tenant = accounts.tenant_of(system, options.traeger) if options.traeger.strip() else _only(system)
            access = accesses.of_tenant(system, tenant)
            password = accounts.create_user(access, user_name=options.user, display_name=options.name, qn4=options.qn4)
            home_names = {home.name for home in homes.of_tenant(access)}
            if options.einrichtung and options.einrichtung not in home_names:
                homes.create(access, options.einrichtung)
    sys.stdout.write(f"Benutzername:    {options.user}\nEinmalpasswort:  {password}\n")
    return 0


def _only(system: SystemAccess) -> int:
    """Return the only tenant of the installation; in a fresh one the first is made."""
    from web.services import accounts  # noqa: PLC0415

    tenants = accounts.tenants(system)
    if len(tenants) > 1:
        names = ", ".join(f"„{name}“" for name in tenants.values())
        raise CommandError(
            f"Es gibt mehrere Träger: {names}. Bitte sagen Sie mit --traeger, zu welchem der Zugang gehört."
        )
    return next(iter(tenants)) if tenants else accounts.tenant_of(system, FIRST_TENANT)


def _tenant_of(system: SystemAccess, user_name: str) -> Access:
    """Return the access of the administration to the tenant of an account."""
    from web.services import accesses, accounts  # noqa: PLC0415

    return accesses.of_tenant(system, accounts.member(system, user_name)[1])
