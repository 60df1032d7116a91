"""Prüft das Protokoll, wer was getan hat, schreibt es in eine Datei und sagt, wer etwas gesehen oder mitgenommen hat.

  verify    prüfen, ob Einträge verändert, entfernt, umgestellt oder eingefügt wurden
  who       zeigen, wer etwas angesehen oder heruntergeladen hat: zu einem Pseudonym, einem Konto, einer Datenlieferung
  affected  nach einem Vorfall in eine Datei schreiben, wessen Daten die Einträge zeigen, unter Pseudonym
  export    Einträge eines Trägers in eine Datei schreiben (.csv, .json oder .xlsx)
  accept    nach dem Zurücksetzen einer Datenbank von Hand den heutigen Stand anerkennen; die Lücke bleibt vermerkt

Was jemand so liest, steht selbst im Protokoll. Namen von Personen kennt das Protokoll nicht.
Ende mit 0: in Ordnung; 1: etwas stimmt nicht oder fehlt und steht auf der Fehlerausgabe; 2: nicht möglich.

Beispiele:
  pebem audit verify
  pebem audit who --record B-23456 --from 2026-01-01
  pebem audit affected --account pdl.meier --from 2026-11-20 --out betroffene.csv
  pebem audit export --tenant "Träger Nord" --out protokoll.xlsx
  pebem audit accept --reason "Kopie vom 3. Mai nach Plattenschaden eingespielt"
"""

from __future__ import annotations

import sys
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Final

from cli.installation import installation
from cli.parser import CommandError

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterable, Sequence

    from cli.parser import Parser
    from web.services.log.reading import LogFilter
    from web.store.access import Access, SystemAccess


def define(parser: Parser) -> None:
    """Define the arguments."""
    parser.add_argument(
        "action", metavar="AKTION", choices=tuple(_ACTIONS), help="verify, who, affected, export, accept"
    )
    parser.add_argument("--tenant", metavar="TRÄGER", help="Name des Trägers; nötig, wenn es mehrere gibt")
    parser.add_argument("--record", metavar="BEZUG", default="", help="Pseudonym, oder etwa „konto 3“, „lieferung 12“")
    parser.add_argument("--account", metavar="BENUTZER", default="", help="bei affected: Benutzername eines Kontos")
    parser.add_argument("--from", dest="first", metavar="TAG", default="", help="erster Tag, wie 2026-01-01")
    parser.add_argument("--to", dest="last", metavar="TAG", default="", help="letzter Tag, einschließlich")
    parser.add_argument("--out", metavar="DATEI", type=Path, help="bei affected und export: wohin")
    parser.add_argument("--reason", metavar="GRUND", default="", help="bei accept: warum")


def run(options: argparse.Namespace) -> int:
    """Carry out the action."""
    with installation(f"audit {options.action}") as (_, system):
        return _ACTIONS[options.action](system, options)


def _verify(system: SystemAccess, _options: argparse.Namespace) -> int:
    from web.services.log import verification  # noqa: PLC0415  # the application is loaded only where it is needed

    reports = verification.verify(system)
    for report in reports:
        (sys.stderr if report.fault else sys.stdout).write(f"{report}\n")
    if not reports:
        sys.stdout.write("Das Protokoll ist noch leer.\n")
    return int(any(report.fault for report in reports))


def _who(system: SystemAccess, options: argparse.Namespace) -> int:
    from web.services import audit, clock  # noqa: PLC0415
    from web.services.log import reading  # noqa: PLC0415

    access, wanted = _tenant(system, options.tenant), _wanted(options, seen_or_exported=True)
    if not wanted.record:
        raise CommandError("Bitte geben Sie mit --record an, worum es geht, zum Beispiel --record B-23456.")
    found = reading.load(access, wanted)
    audit.note_read(access, "protokoll.ansehen", what="", details={"bezug": wanted.record, "zeilen": len(found)})
    for one in found:
        told = " · ".join(filter(None, (clock.format_moment(one.at), one.who or one.through, one.what, one.about)))
        sys.stdout.write(f"{told}{f' ({one.details})' if one.details else ''}\n")
    if not found:
        sys.stdout.write("Dazu gibt es keine Einträge.\n")
    return 0


def _affected(system: SystemAccess, options: argparse.Namespace) -> int:
    from web.reports import affected_table  # noqa: PLC0415
    from web.services import accounts  # noqa: PLC0415
    from web.services.subjects import affected  # noqa: PLC0415

    form = _form(options.out)
    access, wanted = _tenant(system, options.tenant), _wanted(options)
    if options.account:
        account, tenant_id = accounts.member(system, options.account)
        if tenant_id != access.tenant_id:
            raise CommandError(f"Ein Konto {options.account} gibt es bei diesem Träger nicht.")
        wanted = replace(wanted, account=account)
    if not (wanted.account or wanted.record or wanted.first_day):
        raise CommandError("Bitte grenzen Sie mit --account, --record oder --from ein, worum es geht.")
    found = affected.affected(access, wanted)
    period = [str(day or "") for day in (wanted.first_day, wanted.last_day)]
    chosen = {"bezug": wanted.record, "konto": wanted.account}
    affected.record_export(access, {"form": form, "zeitraum": period, "auswahl": chosen, "zeilen": len(found.persons)})
    _write(options.out, form, affected_table.TITLE, affected_table.lines(found))
    sys.stdout.write(f"{options.out}: {len(found.persons)} Personen, aus {found.entries} Einträgen\n")
    for number in found.unknown_uploads:
        sys.stderr.write(f"Datenlieferung {number} ist nicht gespeichert; wer darin steht, sagen nur ihre Dateien.\n")
    return int(bool(found.unknown_uploads))


def _form(out: Path | None) -> str:
    from web.reports import table_file  # noqa: PLC0415

    form = out.suffix.removeprefix(".") if out else ""
    if form not in table_file.FORMS:
        raise CommandError("Bitte nennen Sie mit --out eine Datei, die auf .csv, .json oder .xlsx endet.")
    return form


def _write(out: Path, form: str, title: str, lines: Iterable[Sequence[object]]) -> None:
    from web.reports import table_file  # noqa: PLC0415

    try:
        out.write_bytes(table_file.file_content(form, title, lines))
    except OSError as problem:
        raise CommandError(f"{out} lässt sich nicht schreiben: {problem.strerror}.") from problem


def _export(system: SystemAccess, options: argparse.Namespace) -> int:
    from web.reports import log_table  # noqa: PLC0415
    from web.services.log import reading  # noqa: PLC0415

    form = _form(options.out)
    access, wanted = _tenant(system, options.tenant), _wanted(options)
    found = reading.load(access, wanted)
    table = log_table.log_table(found, wanted)
    period = [day.isoformat() for day in table.period]
    reading.record_export(access, {"form": form, "zeitraum": period, "bezug": wanted.record, "zeilen": len(found)})
    _write(options.out, form, table.title, table.file_lines())
    sys.stdout.write(f"{options.out}: {len(found)} Einträge\n")
    return 0


def _accept(system: SystemAccess, options: argparse.Namespace) -> int:
    from web.services.log import takeover  # noqa: PLC0415

    if not options.reason.strip():
        raise CommandError("Bitte geben Sie mit --reason an, warum der heutige Stand gelten soll.")
    count = takeover.take_over(system, reason=options.reason.strip()[:500])
    sys.stdout.write(f"{count} Ketten anerkannt; was ihnen fehlt, steht in ihnen vermerkt.\n")
    return 0


def _tenant(system: SystemAccess, name: str | None) -> Access:
    from web.services import accesses, accounts  # noqa: PLC0415

    tenants = accounts.tenants(system)
    numbers = [number for number, called in tenants.items() if name is None or called.casefold() == name.casefold()]
    if len(numbers) != 1:
        there = ", ".join(tenants.values()) or "keiner"
        raise CommandError(f"Bitte nennen Sie mit --tenant einen Träger. Vorhanden: {there}.")
    return accesses.of_tenant(system, numbers[0])


def _wanted(options: argparse.Namespace, *, seen_or_exported: bool = False) -> LogFilter:
    from web.services.log.reading import RECORD, LogFilter  # noqa: PLC0415

    if options.record and not RECORD.fullmatch(options.record):
        raise CommandError("Der Bezug ist ein Pseudonym wie B-23456 oder eine Nummer wie „konto 3“; keine Namen.")
    return LogFilter(
        first_day=_day(options.first),
        last_day=_day(options.last),
        record=options.record,
        seen_or_exported=seen_or_exported,
    )


def _day(written: str) -> date | None:
    try:
        return date.fromisoformat(written) if written else None
    except ValueError:
        raise CommandError(f"{written} ist kein Tag; bitte schreiben Sie ihn wie 2026-01-01.") from None


_ACTIONS: Final = {"verify": _verify, "who": _who, "affected": _affected, "export": _export, "accept": _accept}
