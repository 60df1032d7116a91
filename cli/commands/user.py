"""Legt Zugänge und Einrichtungen an und hilft, wo sich jemand nicht mehr anmelden kann.

add           legt einen Zugang an, mit den Rollen, die genannt sind; der erste eines Trägers bekommt die
              Verwaltung und, wo keine genannt ist, die Pflegeleitung
unlock        entsperrt ihn mit einem neuen Einmalpasswort; der zweite Faktor bleibt
disable       legt ihn still und beendet seine Sitzungen; enable öffnet ihn wieder
reset-factor  entfernt einen verlorenen zweiten Faktor, wo in der Anwendung niemand zum Bestätigen da ist
admin         lässt ihn die Zugänge seines Trägers verwalten; no-admin nimmt das zurück
qn4           trägt ein, dass er einer Pflegefachperson gehört; no-qn4 nimmt das zurück
              (andere Rollen, auch für einzelne Einrichtungen: in der Anwendung unter „Konten und Rollen“)
first-token   gibt den Einmalcode aus, mit dem sich eine leere Installation im Browser einrichten lässt

Nennt beim Anlegen, Entsperren und Entfernen ein Einmalpasswort für die nächste Anmeldung. Nur wer als QN 4 eingetragen
ist, darf für Interventionen ein anderes Niveau festlegen als das Regelwerk.

Beispiele:
  pebem user add pdl.meier --name "Petra Meier" --traeger "Mein Träger" --einrichtung "Haus am Park"
  pebem user add wbl.kaya --name "Deniz Kaya" --rolle pflegeleitung --qn4
  pebem user add dsb.lang --name "Kim Lang" --rolle datenschutz
  pebem user qn4 pdl.meier
  pebem user unlock pdl.meier --grund "Passwort vergessen, persönlich gemeldet"
  pebem user disable wbl.kaya --grund "ausgeschieden zum 30. November"
  pebem user reset-factor pdl.meier --grund "Telefon verloren, persönlich gemeldet"
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


ROLES: Final = ("verwaltung", "pflegeleitung", "qn4", "analyse", "datenschutz", "betriebsrat")
"""Those of ``web.security.permissions.AccountRole``, which is loaded only where the command runs."""

MARKS: Final = {
    "disable": "stillgelegt, Sitzungen beendet",
    "enable": "wieder geöffnet",
    "admin": "Verwaltung",
    "no-admin": "keine Verwaltung",
    "qn4": "QN 4",
    "no-qn4": "nicht QN 4",
}
"""Actions that give no password -> what the account is then."""

ACTIONS: Final = ("add", "unlock", "reset-factor", *MARKS, "first-token")


def define(parser: Parser) -> None:
    """Define the arguments."""
    parser.add_argument("action", metavar="AKTION", choices=ACTIONS, help=", ".join(ACTIONS))
    parser.add_argument(
        "user",
        metavar="BENUTZER",
        nargs="?",
        default="",
        help="Benutzername einer Person (nicht bei first-token)",
    )
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
    parser.add_argument(
        "--rolle",
        metavar="ROLLE",
        action="append",
        choices=ROLES,
        help=f"Rolle in allen Einrichtungen, mehrfach möglich: {', '.join(ROLES)}",
    )
    parser.add_argument("--qn4", action="store_true", help="die Person ist Pflegefachperson (QN 4)")
    parser.add_argument("--verwaltung", action="store_true", help="die Person verwaltet die Zugänge ihres Trägers")
    parser.add_argument("--grund", metavar="TEXT", default="", help="Grund; er steht im Protokoll")


def run(options: argparse.Namespace) -> int:
    """Carry out the action."""
    from web.services.sign_in import first_token  # noqa: PLC0415  # the application is loaded only where it is needed

    with installation("user") as (settings, system):
        if options.action == "first-token":
            sys.stdout.write(f"Einmalcode:      {first_token.make(system)}\n")
            return 0
        if not options.user.strip():
            raise CommandError("Bitte nennen Sie den Benutzernamen.")
        if told := _marked(system, options):
            sys.stdout.write(f"{options.user}: {told}\n")
            return 0
        password = _with_new_password(system, settings.initial_days, options)
    sys.stdout.write(f"Benutzername:    {options.user}\nEinmalpasswort:  {password}\n")
    sys.stdout.write(f"Gilt bis:        in {settings.initial_days} Tagen, für die nächste Anmeldung\n")
    return 0


def _marked(system: SystemAccess, options: argparse.Namespace) -> str:
    """Change a mark of an account, and return what it is now; "" for the other actions."""
    from web.security.permissions import AccountRole  # noqa: PLC0415
    from web.services import accounts, grants  # noqa: PLC0415

    if options.action not in MARKS:
        return ""
    user, access = options.user, _tenant_of(system, options.user)
    match options.action:
        case "qn4" | "no-qn4":
            grants.hold(access, user, AccountRole.NURSE, held=options.action == "qn4", reason=options.grund)
        case "admin" | "no-admin":
            grants.hold(access, user, AccountRole.ADMINISTRATION, held=options.action == "admin", reason=options.grund)
        case "disable":
            accounts.disable(access, user, reason=options.grund)
        case "enable":
            accounts.enable(access, user, reason=options.grund)
    return MARKS[options.action]


def _with_new_password(system: SystemAccess, days: int, options: argparse.Namespace) -> str:
    """Do what gives an account a one-time password, and return it."""
    from web.security.permissions import AccountRole  # noqa: PLC0415
    from web.services import accesses, accounts, grants, homes  # noqa: PLC0415
    from web.services.sign_in import lost_factor  # noqa: PLC0415

    if options.action == "unlock":
        return accounts.unlock(_tenant_of(system, options.user), options.user, reason=options.grund, days=days)
    if options.action == "reset-factor":
        access = _tenant_of(system, options.user)
        return lost_factor.confirm_by_host(access, options.user, reason=options.grund, days=days)
    tenant = accounts.tenant_of(system, options.traeger) if options.traeger.strip() else _only(system)
    access = accesses.of_tenant(system, tenant)
    first = not accounts.of_tenant(access)
    if not (first or options.rolle or options.qn4 or options.verwaltung):
        raise CommandError(f"Bitte nennen Sie mit --rolle, was {options.user} darf: {', '.join(ROLES)}.")
    password = accounts.create_user(access, user_name=options.user, display_name=options.name, days=days)
    wanted = {
        **dict.fromkeys(AccountRole(name) for name in options.rolle or ([AccountRole.CARE_LEAD] if first else [])),
        **({AccountRole.NURSE: None} if options.qn4 else {}),
        **({AccountRole.ADMINISTRATION: None} if options.verwaltung or first else {}),
    }
    for role in wanted:
        grants.hold(access, options.user, role, held=True, reason=options.grund)
    home_names = {home.name for home in homes.of_tenant(access)}
    if options.einrichtung and options.einrichtung not in home_names:
        homes.create(access, options.einrichtung)
    return password


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

    account_id, tenant_id = accounts.member(system, user_name)
    return accesses.of_tenant(system, tenant_id, helps=account_id)
