"""Listet Regelwerke auf, zeigt eines oder prüft seine Dateien.

Beispiele:
  pebem rules list
  pebem rules show rekonstruktion
  pebem rules check
  pebem rules check mein-regelwerk/
"""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import rules as rulebooks
from cli.parser import CommandError, Parser
from rules.check import check_files
from rules.condition import words
from rules.load import SHELF
from rules.vocabulary import KINDS

if TYPE_CHECKING:
    import argparse


def define(parser: Parser) -> None:
    """Define the arguments."""
    parser.add_argument("action", metavar="AKTION", choices=("list", "show", "check"), help="list, show oder check")
    parser.add_argument("target", metavar="ZIEL", nargs="?", help="id oder Ordner eines Regelwerks")


def run(options: argparse.Namespace) -> int:
    """Run one of the actions."""
    if options.action == "list":
        for folder in _shelf():
            book = rulebooks.load(date.max, folder)
            sys.stdout.write(
                f"{book.id}  {book.edition}  {book.status}  gilt ab {book.valid_from:%d.%m.%Y}  {book.sha256[:12]}\n"
            )
        return 0
    if options.action == "show":
        if not options.target:
            raise CommandError("Bitte nennen Sie das Regelwerk: pebem rules show rekonstruktion")
        _show(rulebooks.load(date.max, options.target))
        return 0
    folders = [Path(options.target)] if options.target else _shelf()
    problems = [problem for folder in folders for problem in check_files(folder)]
    for problem in problems:
        sys.stderr.write(f"{problem}\n")
    if problems:
        return 2
    sys.stdout.write(f"{len(folders)} Regelwerk(e) geprüft: ohne Beanstandung.\n")
    return 0


def _shelf() -> list[Path]:
    return sorted(path.parent for path in SHELF.glob("*/rulebook.yaml"))


def _show(book: rulebooks.RuleBook) -> None:
    lines = [f"{book.display} ({book.id}, Prüfsumme {book.sha256[:12]})", book.description, "", "Regeln:"]
    for rule in book.rules:
        level = f"QN {rule.level}" if rule.level else "Mindestniveau"
        kinds = "alle" if rule.kinds == frozenset(KINDS) else ", ".join(sorted(rule.kinds))
        lines += [f"  {rule.id}: {level}, wenn {words(rule.condition)} ({kinds})", f"      {rule.source}"]
    lines += ["", "Interventionen:"]
    for entry in book.interventions:
        extra = (" · Vorbehaltsaufgabe" if entry.reserved else "") + (
            f" · genügt {entry.accepts}" if entry.accepts else ""
        )
        lines.append(f"  {entry.id:6} QN {entry.base}  {entry.title} ({entry.kind}){extra}")
    lines += ["", "Kriterien einer instabilen gesundheitlichen Situation:"]
    lines += [f"  {c.id}: {c.label}" + (f" ({c.hint})" if c.hint else "") for c in book.criteria]
    sys.stdout.write("\n".join(lines) + "\n")
