"""Prüft diese Installation und zeigt jede Zeile aus docs/security.md mit Stand, Nachweis und dem, was hier zu tun ist.

  report    prüfen und zeigen. Stand ist, was Tests des Programms belegen; „hier“ ist, was an dieser Installation
            geprüft wurde: in Ordnung, zu tun (mit dem, was zu tun ist) oder nicht prüfbar (mit dem Grund)

Geprüft werden Einstellungen, Datenbanken, Schlüssel, das ganze Protokoll, Sicherungen an ihren Zielen, Fristen, Konten,
Rollen, Weisungen und Freigaben aller Träger. Gezeigt werden Zahlen, keine Namen von Personen. Dasselbe steht für die
Verwaltung auf der Seite „Sicherheit“.

Ende mit 0: hier ist nichts zu tun; 1: etwas ist zu tun; 2: nicht möglich.

Beispiele:
  pebem security report
  pebem security report --todo
  pebem security report --json > bericht.json
"""

from __future__ import annotations

import json
import sys
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from cli.installation import installation

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator

    from cli.parser import Parser
    from web.security_report.inspection import Inspection
    from web.security_report.report import ReportedRow, SecurityReport
    from web.serving.installation_checks import CheckResult
    from web.settings import Settings
    from web.store.access import SystemAccess


def define(parser: Parser) -> None:
    """Define the arguments."""
    parser.add_argument("action", metavar="AKTION", choices=("report",), help="report")
    parser.add_argument("--todo", action="store_true", help="nur, was hier zu tun oder nicht prüfbar ist")
    parser.add_argument("--json", action="store_true", help="als JSON")


def run(options: argparse.Namespace) -> int:
    """Carry out the action."""
    from web.security_report import report  # noqa: PLC0415  # the application is loaded only where it is needed

    with installation("security report") as (settings, system), _inspection(settings, system) as subject:
        made = report.make(subject)
    if options.json:
        sys.stdout.write(json.dumps(_as_json(made), ensure_ascii=False, indent=1) + "\n")
    else:
        lines = _to_do(made) if options.todo else [*_all(made), *_to_do(made)]
        sys.stdout.write("".join(f"{line}\n" for line in lines))
    return int(bool(made.to_do))


@contextmanager
def _inspection(settings: Settings, system: SystemAccess) -> Iterator[Inspection]:
    from web.app import create_app  # noqa: PLC0415
    from web.security_report.inspection import Inspection  # noqa: PLC0415
    from web.services import accesses, accounts  # noqa: PLC0415

    app = create_app(settings)
    services = app.extensions["pebem"]
    # What is counted here names nobody: it takes no instruction of the operators (docs/adr/0041).
    counting = replace(system, needs_instruction=False)
    tenants = accounts.tenants(counting)
    subject = Inspection(
        settings,
        counting,
        [(name if len(tenants) > 1 else "", accesses.of_tenant(counting, number)) for number, name in tenants.items()],
        services.jobs.queue,
        app.config,
        thorough=True,
    )
    try:
        yield subject
    finally:
        services.databases.close()
        services.jobs.close()


def _all(made: SecurityReport) -> Iterator[str]:
    from web.wording.security_rows import AREAS  # noqa: PLC0415

    area = ""
    for one in made.rows:
        if one.row.id[0] != area:
            area = one.row.id[0]
            yield f"{area}. {AREAS[area]}"
        yield f"  {one.row.id:4}{one.state:10} {one.holds}"
        if one.open:
            yield f"      offen:     {one.open}"
        for test in one.row.tests:
            yield f"      Nachweis:  {test}"
        for result in one.results:
            yield from _told(result, "      hier:      ")
    yield ""


def _to_do(made: SecurityReport) -> Iterator[str]:
    for title, results in (("Hier zu tun", made.to_do), ("Hier nicht prüfbar", made.unknown)):
        if results:
            yield f"{title}: {len(results)}"
            for result in results:
                yield from _told(result, f"  {', '.join(result.rows)}: ")
    if not made.to_do:
        yield "Hier ist nichts zu tun."


def _told(result: CheckResult, before: str) -> Iterator[str]:
    from web.security_report.report import IN_ORDER, here  # noqa: PLC0415

    yield f"{before}{here([result])}: {result.finding}"
    if result.remedy and here([result]) != IN_ORDER:
        yield f"{' ' * len(before)}→ {result.remedy}"


def _as_json(made: SecurityReport) -> dict[str, Any]:
    return {"schema": 1, "at": made.at.isoformat(timespec="seconds"), "rows": [_row(one) for one in made.rows]}


def _row(one: ReportedRow) -> dict[str, Any]:
    from web.security_report.report import here  # noqa: PLC0415

    found = [
        {"check": result.name, "here": here([result]), "finding": result.finding, "remedy": result.remedy}
        for result in one.results
    ]
    return {
        "id": one.row.id,
        "holds": one.holds,
        "state": one.state,
        "open": one.open,
        "tests": one.row.tests,
        "here": one.here,
        "checks": found,
    }
