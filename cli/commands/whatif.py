"""Rechnet durch, was wäre: anderes Regelwerk, anderer Personalmix, geschultes Personal, verlagerte Interventionen.

Die Änderungen gelten über den ganzen Zeitraum und lassen sich verbinden. Wer geschult wird, bestimmt das Programm: die
Personen dieses Niveaus, die am längsten unter dem verlangten Niveau arbeiten. Von Hand gesetzte Niveaus bleiben.

Beispiele:
  pebem whatif haus-sonnenschein.xlsx --train 2:3=2
  pebem whatif haus-sonnenschein.xlsx --move 4.1,4.2=2 --move 1.5=1
  pebem whatif haus-sonnenschein.xlsx --staff 1=6,2=5,3=4,4=9 --json
"""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import importers
import pebem
import rules
from cli.arguments import folder_of, rulebook
from cli.commands.analyse import check_files
from cli.findings import print_findings
from cli.parser import CommandError, Parser
from cli.passwords import read_with_passwords
from cli.profiles import conventions_of, define_profile
from pebem import measures
from pebem.engine.day_numbers import day_of
from pebem.score import period_of
from pebem.whatif.condensed import UnknownWorkError, condense
from pebem.whatif.scenarios import PeopleError, Scenario, staff_mix_scenario, training_scenario, what_if
from rules.edition import build, documents
from web.wording.figures import FIT_WORDS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pebem.whatif.condensed import CondensedWork


def _training(text: str) -> tuple[int, int, int]:
    try:
        levels, number = text.split("=")
        before, after = levels.split(":")
        return int(before), int(after), int(number)
    except ValueError:
        message = f"„{text}“ ist nicht lesbar; bitte wie 2:3=4 schreiben (vier Personen von QN 2 auf QN 3)."
        raise argparse.ArgumentTypeError(message) from None


def _move(text: str) -> dict[str, int]:
    try:
        entries, level = text.split("=")
        return {entry.strip(): int(level) for entry in entries.split(",")}
    except ValueError:
        message = f"„{text}“ ist nicht lesbar; bitte wie 4.1,4.2=2 schreiben (diese Interventionen auf QN 2)."
        raise argparse.ArgumentTypeError(message) from None


def _heads(text: str) -> dict[int, int]:
    try:
        return {int(level): int(number) for level, number in (part.split("=") for part in text.split(","))}
    except ValueError:
        message = f"„{text}“ ist nicht lesbar; bitte wie 1=6,2=5,3=4,4=9 schreiben (Personen je QN)."
        raise argparse.ArgumentTypeError(message) from None


def _levels_exist(options: argparse.Namespace, moved: Mapping[str, int]) -> None:
    training = options.train or (1, 1, 0)
    if not all(1 <= level <= 4 for level in (*moved.values(), training[0], *(options.staff or ()))):
        raise CommandError("Ein Niveau ist keine Zahl von 1 bis 4. Bitte verbessern Sie es.")
    if not 1 <= training[1] <= 8 or training[2] < 0 or min((options.staff or {1: 0}).values()) < 0:
        raise CommandError("Ein QN nach der Schulung liegt zwischen 1 und 8, eine Zahl von Personen nicht unter 0.")


def define(parser: Parser) -> None:
    """Define the arguments."""
    parser.add_argument("files", metavar="DATEI", nargs="+", type=Path, help="Arbeitsmappe oder CSV-Dateien")
    parser.add_argument(
        "--rulebook", metavar="REGELWERK", type=rulebook, default="rekonstruktion", help="Regelwerk, das heute gilt"
    )
    parser.add_argument("--other-rulebook", metavar="REGELWERK", type=rulebook, help="Regelwerk, das gelten soll")
    change = parser.add_mutually_exclusive_group()
    change.add_argument("--train", metavar="VON:AUF=N", type=_training, help="N Personen von einem QN auf ein anderes")
    change.add_argument("--staff", metavar="MIX", type=_heads, help="so viele Personen je QN, wie 1=6,2=5,3=4,4=9")
    parser.add_argument(
        "--move", metavar="IDS=QN", type=_move, action="append", default=[], help="Interventionen auf ein QN setzen"
    )
    define_profile(parser)
    parser.add_argument("--json", action="store_true", help="für Programme statt als Text")


def run(options: argparse.Namespace) -> int:
    """Rate the work as it is and as it would be."""
    check_files(options.files)
    book = rules.load(date.max, options.rulebook)
    known = conventions_of(options.files, options.profile)
    files_read = read_with_passwords(
        lambda given: importers.read(options.files, book, conventions=known, passwords=given)
    )
    tables = files_read.for_engine()
    if tables.interventions.empty:
        raise CommandError("Es gibt keine lesbare Intervention. Bitte prüfen Sie die Dateien mit pebem analyse.")
    period = period_of(tables.interventions)
    work = condense(pebem.compile_home(tables, rules.load(period[1], options.rulebook), period))
    scenario = _scenario(work, options)
    try:
        before, after = (measures.fit(what_if(work, one).by_place) for one in (Scenario(), scenario))
    except UnknownWorkError as problem:
        raise CommandError(
            f"Das andere Regelwerk kennt diese Interventionen nicht: {', '.join(problem.missing)}. "
            "Bitte ergänzen Sie es oder wählen Sie ein anderes."
        ) from problem
    if options.json:
        sys.stdout.write(json.dumps(_document(before, after, scenario), ensure_ascii=False, indent=1) + "\n")
    else:
        _print(before, after, scenario)
    return print_findings(files_read.findings)


def _scenario(work: CondensedWork, options: argparse.Namespace) -> Scenario:
    moved = {entry: level for move in options.move for entry, level in move.items()}
    unknown = [entry for entry in moved if entry not in work.home.book.index]
    if unknown:
        raise CommandError(f"Diese Interventionen kennt das Regelwerk nicht: {', '.join(unknown)}.")
    _levels_exist(options, moved)
    try:
        people = Scenario()
        if options.train:
            before, after, number = options.train
            people = training_scenario(work, number, before, after)
        elif options.staff:
            people = staff_mix_scenario(work, options.staff)
    except PeopleError as problem:
        raise CommandError(
            f"Verlangt sind {problem.requested} Personen, in Frage kommen {problem.available}: die im ganzen Zeitraum "
            "ein QN haben und deren Rolle nicht über das Niveau entscheidet. Bitte ändern Sie die Zahlen."
        ) from problem
    other = options.other_rulebook
    book = build(documents(folder_of(str(other))), day_of(work.home.last)) if other else None
    return replace(people, book=book, moved=moved)


def _document(
    before: Mapping[str, measures.Amount], after: Mapping[str, measures.Amount], scenario: Scenario
) -> dict[str, object]:
    def amounts(fit: Mapping[str, measures.Amount]) -> dict[str, dict[str, int]]:
        return {name: {"count": amount.count, "seconds": amount.seconds} for name, amount in fit.items()}

    return {"vorher": amounts(before), "nachher": amounts(after), "geaenderte_personen": len(scenario.levels)}


def _print(before: Mapping[str, measures.Amount], after: Mapping[str, measures.Amount], scenario: Scenario) -> None:
    # Without any minutes the number of interventions has to do.
    timed = any(amount.seconds for amount in before.values())
    total = sum(amount.seconds if timed else amount.count for amount in before.values()) or 1
    sys.stdout.write(f"{'':<28}{'heute':>9}{'dann':>9}{'Änderung':>14}\n")
    for name, word in FIT_WORDS.items():
        was, now = ((one[name].seconds if timed else one[name].count) for one in (before, after))
        change = f"{(now - was) / 3600:+.1f} Std." if timed else f"{now - was:+d}"
        sys.stdout.write(
            f"{word.word:<28}{_percent(was / total):>9}{_percent(now / total):>9}{change.replace('.', ',', 1):>14}\n"
        )
    basis = "der Minuten" if timed else "der Interventionen (es sind keine Minuten angegeben)"
    sys.stdout.write(f"Anteile {basis}. Personen mit anderem Niveau: {len(scenario.levels)}.\n")


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %".replace(".", ",")
