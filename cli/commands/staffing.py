"""Berechnet die Personalanhaltswerte nach § 113c Abs. 1 SGB XI: Vollzeitäquivalente je Qualifikationsgruppe.

Die Werte sind eine Obergrenze für Vereinbarungen, kein gemessener Bedarf.

Beispiel:
  pebem staffing --residents 1=1,2=18,3=36,4=30,5=15
"""

from __future__ import annotations

import argparse
import json
import sys
from datetime import date

from cli.parser import CommandError, Parser, day
from rules.staffing import GROUPS, Staffing, full_time_equivalents


def _mix(text: str) -> dict[int, float]:
    try:
        pairs = [part.split("=") for part in text.split(",")]
        mix = {int(grade): float(number) for grade, number in pairs}
    except ValueError:
        mix, pairs = {}, [[]]
    if len(mix) != len(pairs):
        message = f"„{text}“ ist nicht lesbar; bitte wie 1=1,2=18,3=36 schreiben, jeden Pflegegrad einmal."
        raise argparse.ArgumentTypeError(message)
    return mix


def define(parser: Parser) -> None:
    """Define the arguments."""
    parser.add_argument(
        "--residents", metavar="MIX", type=_mix, required=True, help="Bewohner:innen je Pflegegrad, wie 2=18,3=36"
    )
    parser.add_argument("--on", metavar="TAG", type=day, help="Tag, dessen Werte gelten (sonst heute)")
    parser.add_argument("--json", action="store_true", help="für Programme statt als Text")


def run(options: argparse.Namespace) -> int:
    """Run the calculation."""
    on = options.on or date.today()  # noqa: DTZ011  # a day of the local calendar
    try:
        found = full_time_equivalents(options.residents, on)
    except ValueError as problem:
        raise CommandError(str(problem)) from problem
    names = (*GROUPS, "total")
    if options.json:
        document = {
            "schema": 1,
            "am": on.isoformat(),
            "bewohner": {str(grade): number for grade, number in options.residents.items()},
            "vzae": {name: float(getattr(found, name)) for name in names},
            "vzae_exakt": {name: str(getattr(found, name)) for name in names},
            "vzae_gerundet": {name: str(found.rounded(name)) for name in names},
            "beleg": found.provenance.source,
        }
        sys.stdout.write(json.dumps(document, ensure_ascii=False, indent=1) + "\n")
        return 0
    lines = [f"§ 113c Abs. 1 SGB XI am {on:%d.%m.%Y}: höchstens vereinbare Vollzeitäquivalente", ""]
    lines += [f"  {_german(found, name)}  {found.levels[name]}: {found.titles[name]}" for name in GROUPS]
    lines.append(f"  {_german(found, 'total')}  Summe")
    lines += ["", f"Beleg: {found.provenance.source}. Obergrenze für Vereinbarungen, kein gemessener Bedarf."]
    sys.stdout.write("\n".join(lines) + "\n")
    return 0


def _german(found: Staffing, name: str) -> str:
    """Return a value rounded and, in brackets, exact."""
    exact = format(getattr(found, name).normalize(), "f")
    return f"{found.rounded(name):>8} ({exact})".replace(".", ",")
