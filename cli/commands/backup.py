"""Sichert beide Datenbanken und die Dateien der Datenlieferungen, verschlüsselt, an ein Ziel oder alle eingestellten.

Nach dem Schreiben wird die Sicherung zurückgelesen und verglichen. Danach wird vernichtet, was älter ist als 30 Tage
(täglich) und 52 Wochen (wöchentlich). Ziele stehen in PEBEM_BACKUP_TARGET, durch Leerzeichen getrennt: ein Ordner,
s3://bucket/ordner?endpoint=https://…, sftp://benutzer@rechner/ordner.

  (ohne AKTION)   jetzt sichern
  list            zeigen, welche Sicherungen es gibt
  verify          eine Sicherung (ohne Namen: die neueste) ganz zurücklesen und prüfen
  ledger          das Löschverzeichnis an die Ziele kopieren und von dort holen, was hier fehlt

Ende mit 0: alles in Ordnung; 1: die letzte gute Sicherung ist zu alt; 2: misslungen.

Beispiele:
  pebem backup
  pebem backup list
  pebem backup verify --target /mnt/sicherung/pebem
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from cli.installation import installation
from cli.parser import CommandError
from cli.progress import part_shown, thousands

if TYPE_CHECKING:
    import argparse

    from cli.parser import Parser
    from web.services.backups.overview import TargetState
    from web.settings import Settings
    from web.store.access import SystemAccess


def define(parser: Parser) -> None:
    """Define the arguments."""
    parser.add_argument(
        "action",
        metavar="AKTION",
        nargs="?",
        default="create",
        choices=("create", "list", "verify", "ledger"),
        help="list, verify oder ledger",
    )
    parser.add_argument("name", metavar="NAME", nargs="?", default="", help="Name einer Sicherung")
    parser.add_argument("--target", metavar="ZIEL", help="Ziel statt der eingestellten")


def run(options: argparse.Namespace) -> int:
    """Carry out the action at every target."""
    from web.backup.errors import BackupError  # noqa: PLC0415  # the application is loaded only where it is needed

    with installation("backup") as (settings, system):
        addresses = [options.target] if options.target else list(settings.backup.targets)
        if not addresses:
            raise CommandError(
                "Es ist kein Ziel eingestellt; bitte setzen Sie PEBEM_BACKUP_TARGET oder nennen Sie eines mit --target."
            )
        action = {"create": _create, "list": _list, "verify": _verify, "ledger": _ledger}[options.action]
        try:
            return max(action(system, settings, address, options.name) for address in addresses)
        except BackupError as problem:
            raise CommandError(str(problem)) from problem


def _create(system: SystemAccess, settings: Settings, address: str, _name: str) -> int:
    from web.services.backups import run as run_backup  # noqa: PLC0415

    with part_shown() as shown:
        made = run_backup.back_up(system, settings, address, on_part=shown)
    size = _size(made.databases.bytes + made.files.bytes)
    sys.stdout.write(f"{made.name}: {thousands(made.rows)} Zeilen, {size}, geprüft, an {address}\n")
    return 0


def _list(system: SystemAccess, settings: Settings, address: str, _name: str) -> int:
    from web.services.backups import overview  # noqa: PLC0415

    state = overview.state_of(settings, address, overview.reference_of(system))
    sys.stdout.write("\n".join(_lines(state)) + "\n")
    if state.problem:
        raise CommandError(state.problem)
    return int(state.overdue)


def _verify(system: SystemAccess, settings: Settings, address: str, name: str) -> int:
    from web.services.backups import overview, verify  # noqa: PLC0415

    checked = verify.verify(settings, address, overview.reference_of(system), name)
    sys.stdout.write(f"{checked.name}: vollständig, {thousands(checked.rows)} Zeilen, an {address}\n")
    return 0


def _ledger(system: SystemAccess, settings: Settings, address: str, _name: str) -> int:
    from web.backup.targets.address import open_target  # noqa: PLC0415
    from web.services.backups import ledger_copies, overview  # noqa: PLC0415

    reference = overview.reference_of(system)
    if not reference:
        raise CommandError("Diese Installation hat noch nie gesichert und nichts gelöscht; es gibt kein Verzeichnis.")
    with open_target(address, settings) as target:
        fetched = ledger_copies.fetch(settings, target, reference)
        ledger_copies.update(settings, target, reference)
    sys.stdout.write(f"Löschverzeichnis: {fetched} Einträge geholt; die Kopie an {address} ist vollständig.\n")
    return 0


def _lines(state: TargetState) -> list[str]:
    from web.services import clock  # noqa: PLC0415

    lines = [state.address]
    for one in state.backups:
        rows = f"{thousands(one.manifest.rows)} Zeilen" if one.manifest else ""
        files = "mit Dateien" if one.has_files else ""
        told = [clock.format_moment(one.moment), _size(one.bytes), rows, files, one.state]
        lines.append(f"  {one.name}  " + ", ".join(filter(None, told)))
    newest = clock.format_moment(state.newest.moment) if state.newest else "keine"
    lines.append(f"  Letzte gute Sicherung: {newest}{' (zu alt)' if state.overdue else ''}")
    if state.ledger_until:
        lines.append(f"  Löschverzeichnis vollständig bis: {clock.format_moment(state.ledger_until)}")
    return lines


def _size(count: int) -> str:
    megabytes = f"{count / 1e6:.1f}".replace(".", ",")
    return f"{megabytes} MB"
