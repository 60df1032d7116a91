"""Erklärt, welches Niveau eine Intervention für eine Person an einem Tag verlangt, und warum.

Nennt das Niveau oder seine Grenzen, jede zutreffende Regel mit Bedingung und Beleg, die Angaben, auf denen sie
beruht, und was fehlt. Ohne --am gilt der letzte Tag der Interventionen in der Datei, sonst heute.

Beispiel:
  pebem explain haus-sonnenschein.xlsx --bewohner 0007 --intervention 4.12 --am 14.01.2026
"""

from __future__ import annotations

import json
import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import importers
import rules
from cli.arguments import find_entry, rulebook
from cli.commands.analyse import check_files
from cli.findings import print_findings
from cli.parser import CommandError, Parser, day
from cli.passwords import read_with_passwords
from cli.profiles import conventions_of, define_profile
from pebem.case_facts import UnknownResidentError, facts
from rules.checks.coverage import CERTAINTY
from rules.explanation.explain import explain, needs_resident
from rules.explanation.facts import Facts
from rules.explanation.lines import lines

if TYPE_CHECKING:
    import argparse

    from pebem.contracts import Tables
    from rules.explanation.result import Explanation


def define(parser: Parser) -> None:
    """Define the arguments."""
    parser.add_argument("files", metavar="DATEI", nargs="+", type=Path, help="Arbeitsmappe oder CSV-Dateien")
    parser.add_argument("--bewohner", metavar="NR", help="Bewohner-Nr (bei indirekten Tätigkeiten nicht nötig)")
    parser.add_argument("--intervention", metavar="ID", required=True, help="Nummer oder Titel der Intervention")
    parser.add_argument("--am", metavar="TAG", type=day, help="Tag, um den es geht")
    parser.add_argument(
        "--rulebook", metavar="REGELWERK", type=rulebook, default="rekonstruktion", help="id oder Ordner des Regelwerks"
    )
    define_profile(parser)
    parser.add_argument("--json", action="store_true", help="für Programme statt als Text")


def run(options: argparse.Namespace) -> int:
    """Run the explanation."""
    check_files(options.files)
    book = rules.load(options.am or date.max, options.rulebook)
    needed = ("Bewohner", "Begutachtungen")
    known = conventions_of(options.files, options.profile)
    files_read = read_with_passwords(
        lambda given: importers.read(options.files, book, sheets_needed=needed, conventions=known, passwords=given)
    )
    tables = files_read.for_engine()
    on = options.am or _last_day(tables)
    book = rules.load(on, options.rulebook)
    intervention = find_entry(book, options.intervention)
    try:
        known_facts = facts(tables, book, options.bewohner.strip(), on, intervention.id) if options.bewohner else None
    except UnknownResidentError as problem:
        raise CommandError(
            f"Bewohner-Nr „{options.bewohner}“ steht nicht im Blatt „Bewohner“. "
            "Bitte schreiben Sie sie genau so wie dort, mit führenden Nullen."
        ) from problem
    if known_facts is None and needs_resident(intervention):
        raise CommandError(f"„{intervention.title}“ hängt von der Person ab; bitte nennen Sie sie mit --bewohner.")
    explanation = explain(book, intervention, known_facts or Facts(on))
    if options.json:
        sys.stdout.write(json.dumps(document(explanation, options.bewohner), ensure_ascii=False, indent=1) + "\n")
    else:
        sys.stdout.write("\n".join([*lines(explanation), "", CERTAINTY]) + "\n")
    return print_findings(files_read.findings)


def _last_day(tables: Tables) -> date:
    dates = tables.interventions["date"]
    last: date = date.today() if dates.empty else dates.max().date()  # noqa: DTZ011  # a day of the local calendar
    return last


def document(explanation: Explanation, resident: str | None) -> dict[str, Any]:
    """Return an explanation as plain data; as in ``fit.json``, level 0 means unknown."""
    book = explanation.book
    return {
        "schema": 1,
        "rulebook": {"id": book.id, "edition": book.edition, "status": book.status, "sha256": book.sha256},
        "bewohner": resident,
        "intervention": {
            "id": explanation.intervention.id,
            "titel": explanation.intervention.title,
            "art": explanation.intervention.kind,
        },
        "am": explanation.facts.day.isoformat(),
        "qn_soll": explanation.qn_soll,
        "qn_min": explanation.low,
        "qn_max": explanation.high,
        "ohne_entscheidende_regel": explanation.without,
        "fehlt": list(explanation.missing),
        "regeln": [
            {
                "id": answer.id,
                "titel": answer.rule.title,
                "qn": answer.level,
                "gilt": answer.applies,
                "entscheidet": answer.decides,
                "bedingung": answer.condition,
                "begruendung": answer.rule.why,
                "beleg": answer.rule.provenance.source or "eigene Setzung",
                "sicherheit": answer.rule.provenance.certainty,
                "eingaben": [
                    {
                        "kriterium": seen.item or None,
                        "titel": seen.title,
                        "wert": seen.value,
                        "punkte": seen.points,
                        "seit": seen.since and seen.since.isoformat(),
                        "aus": seen.source or None,
                    }
                    for seen in answer.inputs
                ],
            }
            for answer in explanation.rules
        ],
        "fast": [{"id": near.rule.id, "qn": near.level, "wenn": near.needed} for near in explanation.near],
        "text": " ".join([explanation.headline, *explanation.because]),
    }
