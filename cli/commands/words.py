"""Eigene Wörter eines Hauses ausprobieren, bevor Daten eingelesen werden: welche Einträge des Katalogs sie meinen.

Zugeordnet wird hier nichts; das geschieht beim Einlesen, und immer durch einen Menschen.
Ende mit 0: fertig; 2: nichts ausgegeben.

Beispiele:
  pebem words suggest maßnahmen.csv
  pebem words suggest "Duschen TÜ" "BZ-Kontrolle" --json
"""

from __future__ import annotations

import json
import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Final

from cli.parser import CommandError, Parser

if TYPE_CHECKING:
    import argparse

    from importers.home_words.suggestions import Suggestions
    from rules.model import RuleBook

_LISTS: Final = (".csv", ".txt", ".tsv")
"""Endings of files with a list of words."""

_BOOKS: Final = (".xlsx", ".xls", ".xlsb", ".ods")


def define(parser: Parser) -> None:
    """Define the arguments of each action."""
    actions = parser.add_subparsers(dest="action", metavar="AKTION", required=True, parser_class=Parser)
    command = actions.add_parser(
        "suggest",
        help="zu Wörtern die Einträge vorschlagen, die sie meinen können",
        description="Zu jedem Wort höchstens drei Einträge, der beste zuerst, mit „passt sehr gut“ oder „möglich“.\n"
        "Eine Datei hat ein Wort je Zeile oder eine Spalte mit ihnen (Überschrift: Bezeichnung, Intervention).\n\n"
        "Beispiele:\n  pebem words suggest maßnahmen.csv\n  pebem words suggest „Duschen TÜ“ „BZ-Kontrolle“ --json",
    )
    command.add_argument("words", metavar="DATEI.csv|WORT", nargs="+", help="Dateien mit Wörtern, oder Wörter selbst")
    command.add_argument("--rulebook", metavar="REGELWERK", default="rekonstruktion", help="dessen Katalog gilt")
    command.add_argument("--json", action="store_true", help="für Programme statt als Text")


def run(options: argparse.Namespace) -> int:
    """Print the suggestions."""
    import rules  # noqa: PLC0415  # the help needs none of it
    from importers.home_words.kinds import INTERVENTION, KINDS  # noqa: PLC0415
    from importers.home_words.suggestions import suggest  # noqa: PLC0415

    words = [word for given in options.words for word in _words(given)]
    book = rules.load(date.today(), options.rulebook)  # noqa: DTZ011  # a day of the local calendar
    answers = list(zip(words, suggest(KINDS[INTERVENTION], words, book), strict=True))
    if options.json:
        documents = [_document(word, suggestions, book) for word, suggestions in answers]
        sys.stdout.write(json.dumps(documents, ensure_ascii=False, indent=1) + "\n")
    else:
        sys.stdout.write("".join(f"{line}\n" for answer in answers for line in _lines(*answer, book)))
    return 0


def _words(text: str) -> list[str]:
    """Return the words of a file, or the word itself."""
    from importers.home_words.word_lists import words_of  # noqa: PLC0415

    path = Path(text)
    ending = path.suffix.lower()
    if ending in _BOOKS:
        raise CommandError(f"{text} ist eine Arbeitsmappe. Bitte speichern Sie die Spalte mit den Wörtern als CSV.")
    if ending not in _LISTS:
        if not text.strip():
            raise CommandError("Ein leeres Wort meint nichts. Bitte nennen Sie ein Wort oder eine Datei.")
        return [text]
    if not path.is_file():
        raise CommandError(f"Die Datei {text} gibt es nicht. Bitte prüfen Sie den Namen.")
    return words_of(path)


def _document(word: str, suggestions: Suggestions, book: RuleBook) -> dict[str, object]:
    from importers.content.intervention_names import find_entry  # noqa: PLC0415

    entry = find_entry(book, word)
    return {
        "wort": word,
        "bekannt": entry.id if entry else None,
        "vorschlaege": [
            {"id": one.target, "titel": book.interventions[book.index[one.target]].title, "band": one.band}
            for one in suggestions.nearest
        ],
    }


def _lines(word: str, suggestions: Suggestions, book: RuleBook) -> list[str]:
    from importers.content.intervention_names import find_entry  # noqa: PLC0415

    if matching := find_entry(book, word):
        return [f"{word}", f"  bekannt: {matching.id} {matching.title}"]
    titles = {entry.id: entry.title for entry in book.interventions}
    lines = [f"  {one.band}: {one.target} {titles[one.target]}" for one in suggestions.nearest]
    if suggestions.question:
        lines.append(f"  {suggestions.question}")
    return [word, *(lines or ["  kein Vorschlag"])]
