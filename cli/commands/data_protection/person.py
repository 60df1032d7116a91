"""Beantwortet Anfragen von Betroffenen: finden, Auskunft geben, löschen; Bewohner:innen, Beschäftigte und Nutzende.

  find     WER   Personen zeigen, deren Nummer, Name oder Pseudonym WER ist
  report   WER   alles, was über diese eine Person gespeichert ist, als JSON und PDF (Art. 15 DSGVO)
  erase    WER   diese Person überall löschen (Art. 17 DSGVO), mit --yes
  restrict WER   diese Person von allen Auswertungen ausnehmen (Art. 18 DSGVO), mit --grund; lift WER hebt es auf

WER ist außer bei find das Pseudonym, das find zeigt, oder mit --account ein Benutzername.

Beispiele:
  pebem person find 0042 --home "Haus am Park" --user pdl.meier
  pebem person report B-X7K2M --home "Haus am Park" --user pdl.meier --out auskunft
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

from cli.installation import installation
from cli.parser import CommandError

if TYPE_CHECKING:
    import argparse

    from cli.parser import Parser
    from web.services.subjects.access_report import SubjectReport
    from web.settings import Settings
    from web.store.access import Access


ACTIONS: Final = ("find", "report", "erase", "restrict", "lift")


def define(parser: Parser) -> None:
    """Define the arguments."""
    parser.add_argument("action", metavar="AKTION", choices=ACTIONS, help=", ".join(ACTIONS))
    parser.add_argument("who", metavar="WER", help="Nummer, Name, Pseudonym oder Benutzername")
    parser.add_argument("--home", metavar="EINRICHTUNG", default="", help="Name der Einrichtung")
    parser.add_argument("--user", metavar="BENUTZER", required=True, help="Zugang, in dessen Namen es geschieht")
    parser.add_argument("--account", action="store_true", help="WER ist der Benutzername eines Kontos")
    parser.add_argument("--out", metavar="DATEI", type=Path, default=Path("auskunft"), help="Name ohne Endung")
    parser.add_argument("--grund", metavar="TEXT", default="", help="warum eingeschränkt wird")
    parser.add_argument("--yes", action="store_true", help="bestätigt, dass endgültig gelöscht wird")


def run(options: argparse.Namespace) -> int:
    """Carry out the action."""
    from web.security.permissions import Right  # noqa: PLC0415  # the application is loaded only where it is needed
    from web.services import accesses, accounts, homes  # noqa: PLC0415

    with installation("person") as (settings, system):
        access = accesses.of_account(system, accounts.find_id(system, options.user))
        home = next((one.id for one in homes.of_tenant(access) if one.name.casefold() == options.home.casefold()), None)
        if home is None and not options.account:
            raise CommandError("Bitte nennen Sie mit --home eine Einrichtung, die dieser Zugang sieht.")
        if not access.may(Right.ACCOUNT_DATA if options.account else Right.DATA_SUBJECTS, home):
            raise CommandError("Dieser Zugang darf Anfragen von Betroffenen nicht beantworten.")
        if options.action == "erase" and not options.yes:
            raise CommandError("Das Löschen ist endgültig; bitte bestätigen Sie es mit --yes.")
        if options.account:
            _about_account(access, settings, options)
        else:
            _about_person(access, settings, home or 0, options)
    return 0


def _about_account(access: Access, settings: Settings, options: argparse.Namespace) -> None:
    from web.services.subjects import account_data, erasure  # noqa: PLC0415

    match options.action:
        case "report":
            _write(account_data.report(access, settings, options.who), options.out)
        case "erase":
            account_data.erase(access, settings, options.who, rule=erasure.ORDERED)
            sys.stdout.write("Gelöscht.\n")
        case _:
            raise CommandError("Bei einem Konto gibt es report und erase; stillgelegt wird es mit pebem user disable.")


def _about_person(access: Access, settings: Settings, home_id: int, options: argparse.Namespace) -> None:
    from web.services.subjects import access_report, erasure, restriction, search  # noqa: PLC0415

    match options.action:
        case "find":
            for one in search.find(access, settings, home_id, options.who):
                sys.stdout.write(f"{one.pseudonym}  {access_report.KIND_WORDS[one.kind]}  {one.label}\n")
        case "report":
            _write(access_report.report(access, settings, home_id, options.who), options.out)
        case "erase":
            erasure.erase(access, settings, home_id, options.who)
            sys.stdout.write("Gelöscht.\n")
        case "restrict":
            restriction.restrict(access, home_id, options.who, reason=options.grund)
            sys.stdout.write("Eingeschränkt; die Zahlen sind neu berechnet.\n")
        case _:
            restriction.lift(access, home_id, options.who)
            sys.stdout.write("Aufgehoben; die Zahlen sind neu berechnet.\n")


def _write(report: SubjectReport, out: Path) -> None:
    from web.reports import subject_pdf  # noqa: PLC0415
    from web.services import clock  # noqa: PLC0415

    told = report.as_json()
    out.with_suffix(".json").write_text(json.dumps(told, ensure_ascii=False, indent=1), encoding="utf-8")
    out.with_suffix(".pdf").write_bytes(subject_pdf.document(told, clock.now()))
    sys.stdout.write(f"Geschrieben: {out}.json und .pdf\n")
