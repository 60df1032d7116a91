"""Stellt eine Installation aus einer Sicherung wieder her: Datenbanken, Dateien, dann die Löschungen seitdem.

Vorher müssen die Schlüssel von damals eingestellt sein (PEBEM_VAULT_KEY, PEBEM_BACKUP_KEY, PEBEM_SECRET_KEY oder ihre
Dateien im Ordner der Installation). Die Installation öffnet sich erst, wenn alles fertig ist; wird der Befehl
unterbrochen, schließt ihn --resume ab. Mit --rehearse wird nur geprobt: in einen Ordner oder ein Schema daneben, mit
Vergleich und gemessener Zeit; die Installation bleibt, wie sie ist.

Ende mit 0: fertig; 1: die Probe hat einen Unterschied gezeigt; 2: nichts wiederhergestellt, oder nicht fertig.

Beispiele:
  pebem restore --rehearse
  pebem restore --grund "Platte defekt, neuer Rechner"
  pebem restore pebem-20261129T010003Z-3f9a21 --replace --grund "falscher Monat übernommen"
  pebem restore --resume
"""

from __future__ import annotations

import logging
import sys
from typing import TYPE_CHECKING

from cli.installation import installation, loaded_settings
from cli.parser import CommandError
from cli.progress import part_shown, thousands

if TYPE_CHECKING:
    import argparse

    from cli.parser import Parser
    from web.services.backups.restoring import RestoreReport
    from web.settings import Settings


def define(parser: Parser) -> None:
    """Define the arguments."""
    parser.add_argument("name", metavar="NAME", nargs="?", default="", help="Name der Sicherung (sonst die neueste)")
    parser.add_argument("--target", metavar="ZIEL", help="Ziel statt des ersten eingestellten")
    parser.add_argument("--grund", metavar="TEXT", default="", help="Grund; er wird im Protokoll festgehalten")
    parser.add_argument("--rehearse", action="store_true", help="nur proben, vergleichen und die Zeit messen")
    parser.add_argument("--resume", action="store_true", help="eine unterbrochene Wiederherstellung abschließen")
    parser.add_argument("--replace", action="store_true", help="vorhandene Daten durch die Sicherung ersetzen")
    parser.add_argument(
        "--without-ledger",
        action="store_true",
        help="auch ohne Löschverzeichnis: was seit der Sicherung gelöscht wurde, ist dann wieder da",
    )


def run(options: argparse.Namespace) -> int:
    """Restore, rehearse or resume."""
    from web.backup.errors import BackupError  # noqa: PLC0415
    from web.serving import logs  # noqa: PLC0415  # the application is loaded only where it is needed

    logs.configure(logging.ERROR)
    try:
        return _rehearse(options) if options.rehearse else _restore(options)
    except BackupError as problem:
        raise CommandError(str(problem)) from problem


def _restore(options: argparse.Namespace) -> int:
    from web.backup.targets.address import open_target  # noqa: PLC0415
    from web.services.backups import restoring  # noqa: PLC0415

    settings = loaded_settings()
    if options.resume:
        report = restoring.resume(settings, without_ledger=options.without_ledger)
    else:
        if not options.grund.strip():
            raise CommandError("Bitte nennen Sie mit --grund, warum wiederhergestellt wird.")
        with open_target(_address(settings, options), settings) as target, part_shown() as shown:
            report = restoring.restore_backup(
                settings,
                target,
                restoring.find(target, settings, options.name),
                reason=options.grund.strip(),
                replace_all=options.replace,
                without_ledger=options.without_ledger,
                on_part=shown,
            )
    sys.stdout.write("\n".join(_lines(report)) + "\n")
    return 0


def _rehearse(options: argparse.Namespace) -> int:
    from web.backup.targets.address import open_target  # noqa: PLC0415
    from web.services.backups import overview, rehearsal, restoring  # noqa: PLC0415

    with (
        installation("restore --rehearse") as (settings, system),
        open_target(_address(settings, options), settings) as target,
        part_shown() as shown,
    ):
        made = restoring.find(target, settings, options.name, installation=overview.reference_of(system))
        result = rehearsal.rehearse(system, settings, target, made, on_part=shown)
    lines = _lines(result.report)
    lines.append(
        f"Probe: {result.same} von {result.homes} Einrichtungen haben neu berechnet dieselben Zahlen"
        + (f", {result.outdated} werden beim nächsten Start ohnehin neu berechnet" if result.outdated else "")
    )
    sys.stdout.write("\n".join(lines) + "\n")
    return 0 if result.passed else 1


def _address(settings: Settings, options: argparse.Namespace) -> str:
    if options.target:
        return str(options.target)
    if not settings.backup.targets:
        raise CommandError("Bitte nennen Sie mit --target, wo die Sicherungen liegen.")
    return settings.backup.targets[0]


def _lines(report: RestoreReport) -> list[str]:
    from web.services import clock  # noqa: PLC0415

    whole = sum(report.seconds.values())
    steps = ", ".join(f"{step} {_seconds(seconds)}" for step, seconds in report.seconds.items())
    lines = [
        f"{report.name}: Stand vom {clock.format_moment(report.moment)}",
        f"Wiederhergestellt in {_seconds(whole)} ({steps})",
        f"{report.tables} Tabellen mit {thousands(report.rows)} Zeilen, {report.files} Dateien",
    ]
    deleted = ", ".join(f"{count} {kind}" for kind, count in report.deleted.items() if count)
    until = (
        f"; das Verzeichnis ist vollständig bis {clock.format_moment(report.ledger_until)}"
        if report.ledger_until
        else ""
    )
    lines.append(f"Seit der Sicherung Gelöschtes, wieder gelöscht: {deleted or 'nichts'}{until}")
    if report.missing_files:
        lines.append(
            f"Offene Datenlieferungen ohne ihre Dateien: {report.missing_files}; bitte neu hochladen oder abwarten"
        )
    return lines


def _seconds(seconds: float) -> str:
    return f"{seconds:.1f}".replace(".", ",") + " s"
