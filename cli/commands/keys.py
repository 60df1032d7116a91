"""Zeigt und wechselt die Schlüssel, mit denen Namen, Datenlieferungen und zweite Faktoren verschlüsselt sind.

show      welche Schlüssel es gibt und was noch an welchem hängt
new       macht einen neuen Hauptschlüssel (vault) oder Schlüssel für Sitzungen und zweite Faktoren (secret); der
          bisherige bleibt als früherer stehen. Stehen die Schlüssel in Einstellungen, nennt der Befehl nur einen neuen.
rotate    verschlüsselt alles mit den jetzigen Schlüsseln; jeder Träger bekommt dabei einen neuen. Die Seiten gehen
          weiter. Wird der Lauf abgebrochen, beendet ihn der nächste, bevor es wieder neue Schlüssel gibt.

Jeder Träger hat einen eigenen Schlüssel; der Hauptschlüssel (PEBEM_VAULT_KEY) verschlüsselt nur diese. Was zu beachten
ist, bevor ein früherer Schlüssel entfernt wird, steht in docs/operation.md unter „Keys“.

Ende mit 0: alles in Ordnung; 1: etwas ließ sich nicht öffnen oder ist noch nachzuholen; 2: misslungen.

Beispiele:
  pebem keys show
  pebem keys new vault
  pebem keys rotate
  pebem keys rotate --traeger "Mein Träger"
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Final

from cli.installation import installation, loaded_settings
from cli.parser import CommandError

if TYPE_CHECKING:
    import argparse

    from cli.parser import Parser
    from web.services.keys.overview import TenantKeys
    from web.services.keys.rotation import RotationReport
    from web.settings import Settings
    from web.store.access import SystemAccess

KEYS: Final = {"vault": "vault_key", "secret": "secret_key"}
USES: Final = {"vault_key": "Hauptschlüssel", "secret_key": "Sitzungen und zweite Faktoren"}


def define(parser: Parser) -> None:
    """Define the arguments."""
    parser.add_argument("action", metavar="AKTION", choices=("show", "new", "rotate"), help="show, new oder rotate")
    parser.add_argument("key", metavar="SCHLÜSSEL", nargs="?", choices=tuple(KEYS), help="bei new: vault oder secret")
    parser.add_argument("--traeger", metavar="NAME", default="", help="nur die Daten dieses Trägers (bei rotate)")


def run(options: argparse.Namespace) -> int:
    """Carry out the action."""
    if (options.action == "new") != (options.key is not None):
        raise CommandError(
            "Zu new gehört, welcher Schlüssel gemeint ist (vault oder secret); zu show und rotate keiner."
        )
    if options.action == "new":
        return _new(KEYS[options.key])
    with installation("keys") as (settings, system):
        return _show(system, settings) if options.action == "show" else _rotate(system, settings, options.traeger)


def _new(name: str) -> int:
    from web import key_files  # noqa: PLC0415  # the application is loaded only where it is needed
    from web.security import setting_keys  # noqa: PLC0415
    from web.settings import SettingsError  # noqa: PLC0415

    try:
        setting_keys.add(loaded_settings(), name)
    except SettingsError as problem:
        sys.stdout.write(f"{key_files.new_key()}\n")
        sys.stderr.write(f"{problem} Ein zufälliger Schlüssel steht auf der Standardausgabe.\n")
        return 0
    sys.stdout.write(f"Es gibt einen neuen Schlüssel ({USES[name]}). Bitte rufen Sie jetzt pebem keys rotate auf.\n")
    return 0


def _show(system: SystemAccess, settings: Settings) -> int:
    from web.services.keys import overview  # noqa: PLC0415

    keys = overview.setting_keys_of(system, settings)
    for name, found in keys.items():
        sys.stdout.write(f"{USES[name]}\n")
        for key in found:
            role = "in Gebrauch" if key.current else "früherer"
            sys.stdout.write(f"  {key.id}  {role}, {key.needed} Werte hängen daran\n")
    tenants = overview.of_tenants(system, settings)
    sys.stdout.write("".join(f"{one.name}\n" + "".join(f"  {line}\n" for line in _lines(one)) for one in tenants))
    unfinished = not all(one.settled for one in tenants)
    needed = any(key.needed and not key.current for found in keys.values() for key in found)
    return int(unfinished or needed)


def _lines(keys: TenantKeys) -> list[str]:
    from web.services import clock  # noqa: PLC0415

    if keys.since is None:
        lines = ["noch kein Schlüssel"]
    else:
        since = clock.format_moment(keys.since)
        lines = [f"{keys.current}  in Gebrauch seit {since}, {keys.sealed} Werte hängen daran"]
    if keys.replaced:
        lines.append(f"{keys.replaced} ersetzte, für Sicherungen aufgehoben; {keys.waiting} Werte hängen noch daran")
    if keys.old_form:
        lines.append(f"{keys.old_form} Werte hängen noch am Hauptschlüssel selbst; pebem keys rotate ändert das")
    if keys.lost:
        lines.append(f"{keys.lost} Werte sind nicht mehr zu öffnen: Ihr Schlüssel ist nicht da")
    return [*lines, *filter(None, [keys.problem])]


def _rotate(system: SystemAccess, settings: Settings, tenant: str) -> int:
    from web.services.keys import rotation  # noqa: PLC0415

    report = rotation.rotate(system, settings, tenant=tenant, on_step=lambda step: sys.stderr.write(f"{step} …\n"))
    sys.stdout.write("".join(f"{line}\n" for line in _told(report)))
    return int(bool(report.unreadable or report.behind))


def _told(report: RotationReport) -> list[str]:
    uploads = f"{report.texts} Texte und {report.files} Dateien von Datenlieferungen"
    others = f"{report.secrets} zweite Faktoren, {report.wrapped} Schlüssel von Trägern"
    lines = [f"Neu verschlüsselt: {report.names} Personen, {uploads}, {others}."]
    if report.new_keys:
        lines.append(f"Neue Schlüssel: {', '.join(report.new_keys)}.")
    if report.resumed:
        lines.append(f"Beendet wurde ein früherer Lauf: {', '.join(report.resumed)}.")
        lines.append("Einen neuen Schlüssel gibt es dort erst beim nächsten Aufruf.")
    if report.dropped:
        lines.append(f"{report.dropped} ersetzte Schlüssel vernichtet, die keine Sicherung mehr braucht.")
    if report.unreadable:
        lines.append(f"{report.unreadable} Werte lassen sich nicht öffnen und sind geblieben, wie sie waren.")
    if report.behind:
        lines.append(f"Die Kopie der Schlüssel ist veraltet an: {', '.join(report.behind)}.")
        lines.append("Die nächste Sicherung ersetzt sie.")
    return lines
