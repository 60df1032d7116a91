"""Berechnet die Personalanhaltswerte nach § 113c Abs. 1 SGB XI: Vollzeitäquivalente je Qualifikationsgruppe.

Die Werte sind eine Obergrenze für Vereinbarungen, kein gemessener Bedarf. Statt des Bewohnermixes kann eine
Arbeitsmappe stehen: Dann wird der Mix aus Pflegegraden und Ein- und Auszügen über die Tage gemittelt und dem Personal
gegenübergestellt, das nach den Wochenstunden da ist. Es zählt der zuerkannte Pflegegrad; wo er fehlt, tritt der aus der
Begutachtung errechnete an seine Stelle.

Beispiele:
  pebem staffing --residents 1=1,2=18,3=36,4=30,5=15
  pebem staffing --file haus-sonnenschein.xlsx --from 01.01.2026 --to 31.01.2026 --full-time 39
"""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from cli.findings import print_findings
from cli.parser import CommandError, Parser, day
from cli.passwords import read_with_passwords
from cli.profiles import conventions_of, define_profile
from rules.staffing import GROUPS, Staffing, full_time_equivalents

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from importers.findings import Finding

_LEVELS_OF: Final = {"nr1": (1, 2), "nr2": (3,), "nr3": (4,)}
"""Levels of staff each group of § 113c Abs. 1 stands for."""


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


def _hours(text: str) -> Decimal:
    try:
        hours = Decimal(text.replace(",", "."))
    except InvalidOperation:
        hours = Decimal(0)
    if not 1 <= hours <= 80:
        raise argparse.ArgumentTypeError(f"„{text}“ sind keine Wochenstunden; bitte eine Zahl von 1 bis 80 angeben.")
    return hours


def define(parser: Parser) -> None:
    """Define the arguments."""
    parser.add_argument("--residents", metavar="MIX", type=_mix, help="Bewohner:innen je Pflegegrad, wie 2=18,3=36")
    parser.add_argument("--file", metavar="DATEI", type=Path, help="statt dessen eine Arbeitsmappe")
    parser.add_argument("--from", dest="first", metavar="TAG", type=day, help="erster Tag des Mittels (bei --file)")
    parser.add_argument("--to", dest="last", metavar="TAG", type=day, help="letzter Tag des Mittels (bei --file)")
    parser.add_argument(
        "--full-time", metavar="STD", type=_hours, default="38,5", help="Wochenstunden einer Vollzeitstelle (38,5)"
    )
    parser.add_argument("--on", metavar="TAG", type=day, help="Tag, dessen Werte gelten (sonst heute oder --to)")
    define_profile(parser)
    parser.add_argument("--json", action="store_true", help="für Programme statt als Text")


@dataclass(frozen=True)
class _Home:
    """What the command calculates with.

    Attributes
    ----------
    residents
        By Pflegegrad 1-5; ``ungraded`` are those without any.
    stood_in
        Those of them whose granted Pflegegrad is not known, so that the computed one counts.
    differing
        Number of residents whose granted Pflegegrad is another than the computed one.
    staff
        What there is by level; empty = unknown.
    """

    residents: Mapping[int, float | Decimal]
    ungraded: Decimal = Decimal(0)
    stood_in: Decimal = Decimal(0)
    differing: int = 0
    staff: Mapping[int, Decimal] = field(default_factory=dict)
    findings: Sequence[Finding] = ()

    def employed(self, group: str) -> Decimal:
        """Return the full-time equivalents of a group, or of all."""
        levels = _LEVELS_OF.get(group, (1, 2, 3, 4))
        return sum((self.staff.get(level, Decimal(0)) for level in levels), Decimal(0))


def run(options: argparse.Namespace) -> int:
    """Run the calculation."""
    if (options.residents is None) == (options.file is None):
        raise CommandError("Bitte nennen Sie entweder den Bewohnermix (--residents) oder eine Arbeitsmappe (--file).")
    home = _Home(options.residents) if options.file is None else _read(options)
    on = options.on or options.last or options.first or date.today()  # noqa: DTZ011  # a day of the local calendar
    try:
        need = full_time_equivalents(home.residents, on)
    except ValueError as problem:
        raise CommandError(str(problem)) from problem
    if options.json:
        document = _document(need, home, on, from_file=options.file is not None)
        sys.stdout.write(json.dumps(document, ensure_ascii=False, indent=1) + "\n")
    else:
        sys.stdout.write("\n".join(_lines(need, home, on)) + "\n")
    return print_findings(home.findings)


def _read(options: argparse.Namespace) -> _Home:
    """Read residents and staff from a workbook."""
    import importers  # noqa: PLC0415  # a resident mix needs no file
    import rules  # noqa: PLC0415
    from cli.commands.analyse import check_files  # noqa: PLC0415
    from pebem.resident_mix import differences, employed_equivalents, mix  # noqa: PLC0415

    check_files([options.file])
    first = options.first or options.last
    if first is None:
        raise CommandError("Bitte nennen Sie mit --from und --to, über welche Tage gemittelt wird.")
    last = options.last or first
    if last < first:
        raise CommandError("Der Tag bei --to liegt vor dem bei --from. Bitte tauschen Sie die beiden.")
    book = rules.load(last)
    needed = ("Bewohner", "Mitarbeitende")
    known = conventions_of([options.file], options.profile)
    files_read = read_with_passwords(
        lambda given: importers.read([options.file], book, sheets_needed=needed, conventions=known, passwords=given)
    )
    tables = files_read.for_engine()
    if tables.grades.empty and tables.assessments.empty:
        raise CommandError(
            "In der Datei steht zu niemandem ein Pflegegrad. Bitte ergänzen Sie im Blatt „Bewohner“ die Spalte "
            "„Pflegegrad“ oder das Blatt „Begutachtungen“."
        )
    residents = mix(tables, first, last)
    return _Home(
        {grade: number for grade, number in residents.by_grade.items() if grade > 0},
        residents.by_grade[0] + residents.by_grade[-1],
        residents.stood_in,
        len(differences(tables, first, last)),
        employed_equivalents(files_read.hours, first, last, options.full_time),
        files_read.findings,
    )


def _document(values: Staffing, home: _Home, on: date, *, from_file: bool) -> dict[str, Any]:
    names = (*GROUPS, "total")
    document: dict[str, Any] = {
        "schema": 1,
        "am": on.isoformat(),
        "bewohner": {str(grade): float(number) for grade, number in home.residents.items()},
        "vzae": {name: float(getattr(values, name)) for name in names},
        "vzae_exakt": {name: str(getattr(values, name)) for name in names},
        "vzae_gerundet": {name: str(values.rounded(name)) for name in names},
        "beleg": values.provenance.source,
    }
    if home.staff:
        document["vorhanden"] = {name: float(home.employed(name)) for name in names}
    if from_file:
        document["ohne_pflegegrad"] = float(home.ungraded)
        document["errechneter_pflegegrad"] = float(home.stood_in)
        document["abweichender_pflegegrad"] = home.differing
    return document


def _lines(values: Staffing, home: _Home, on: date) -> list[str]:
    lines = [f"§ 113c Abs. 1 SGB XI am {on:%d.%m.%Y}: höchstens vereinbare Vollzeitäquivalente", ""]
    lines += [f"  {_german(values, name)}  {values.levels[name]}: {values.titles[name]}" for name in GROUPS]
    lines.append(f"  {_german(values, 'total')}  Summe")
    if home.ungraded:
        lines.append(f"  Nicht enthalten: {_number(home.ungraded)} Bewohner:innen ohne bekannten Pflegegrad.")
    if home.stood_in:
        lines.append(
            f"  Bei {_number(home.stood_in)} Bewohner:innen fehlt der zuerkannte Pflegegrad; es zählt der errechnete."
        )
    if home.differing:
        lines.append(f"  Bei {home.differing} Bewohner:innen weicht der errechnete Pflegegrad vom zuerkannten ab.")
    if home.staff:
        lines += ["", "Vorhanden nach Wochenstunden, und Anteil an der Obergrenze:"]
        for name in (*GROUPS, "total"):
            ceiling, there = getattr(values, name), home.employed(name)
            share = f"{_number(100 * there / ceiling)} %" if ceiling else "–"
            lines.append(f"  {_number(there):>8}  {share:>10}  {values.levels.get(name, 'Summe')}")
    return [*lines, "", f"Beleg: {values.provenance.source}. Obergrenze für Vereinbarungen, kein gemessener Bedarf."]


def _number(value: Decimal) -> str:
    return f"{value:.2f}".replace(".", ",")


def _german(values: Staffing, name: str) -> str:
    """Return a value rounded and, in brackets, exact where that is no endless fraction."""
    exact = format(getattr(values, name).normalize(), "f")
    fraction = f" ({exact})" if len(exact) <= 12 else ""
    return f"{values.rounded(name):>8}{fraction}".replace(".", ",")
