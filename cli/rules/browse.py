"""Rulebooks on the terminal: which exist, what they contain, whether they are valid."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from cli.arguments import book_in, cases_in, find_entry, folder_of, rulebook, shelf
from cli.parser import UNUSABLE
from rules.assessment import instrument
from rules.checks.cases import deviations
from rules.checks.coverage import CERTAINTY, coverage, of_book, statute_coverage, total
from rules.checks.entries import check_files
from rules.checks.health import health_files
from rules.checks.statute import check_statute
from rules.language.condition import Reserved, words
from rules.vocabulary import KINDS
from web.wording.conditions import sentence
from web.wording.figures import KIND_WORDS, NO_BREAK, day, level_range, percent

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator, Sequence

    from rules.cases import Case
    from rules.catalogue import CatalogueEntry
    from rules.checks.coverage import Coverage
    from rules.model import RuleBook
    from rules.rule import Rule


def list_(_: argparse.Namespace) -> int:
    """List the built-in rulebooks."""
    for folder in shelf():
        book = book_in(folder)
        sys.stdout.write(
            f"{book.id}  {book.edition}  {book.status}  gilt ab {book.valid_from:%d.%m.%Y}  "
            f"{len(book.interventions)} Interventionen, {len(book.rules)} Regeln  {book.sha256[:12]}\n"
        )
    return 0


def check(options: argparse.Namespace) -> int:
    """Check the files of one rulebook, or of all built-in ones with those of the law; print what they rest on."""
    folders = [_folder(options.path)] if options.path else shelf()
    problems = [problem for folder in folders for problem in check_files(folder)]
    if not problems:
        problems = [problem for folder in folders for problem in health_files(folder)]
    if not options.path:
        problems += [str(problem) for problem in check_statute()]
    if problems:
        sys.stderr.writelines(f"{problem}\n" for problem in problems)
        return UNUSABLE
    contradicted = 0
    for folder in reversed(folders):  # the newest edition first
        book, cases = book_in(folder), cases_in(folder)
        contradictions = deviations(book, cases) if cases else []
        contradicted += len(contradictions)
        sys.stderr.writelines(f"{one}\n" for one in contradictions)
        sys.stdout.write(f"{total(coverage(folder)).sentence}\n")
        verdict = "Fälle weichen ab" if contradictions else "ohne Beanstandung"
        sys.stdout.write(f"{book.display} ({folder.name}): {verdict}.\n")
        sys.stdout.writelines(_evidence(coverage(folder)))
        if cases:
            summary = (
                "alle stimmen überein"
                if not contradictions
                else f"{len({one.case for one in contradictions})} weichen ab"
            )
            sys.stdout.write(f"  Fälle: {len(cases)}, {summary}\n")
    if not options.path:
        sys.stdout.write(f"{total(statute_coverage()).sentence}\nWerte des Gesetzes: ohne Beanstandung.\n")
        sys.stdout.writelines(_evidence(statute_coverage()))
    sys.stdout.write(f"{CERTAINTY}\n")
    return UNUSABLE if contradicted else 0


def _evidence(parts: Sequence[Coverage]) -> Iterator[str]:
    """Return as a table what the entries of each kind rest on."""
    headings = ("Anzahl", "mit Quelle", "eigene Setzung", "Sicherheit", "geprüft seit")
    yield f"  {'Einträge':32}{''.join(f'{heading:>16}' for heading in headings)}\n"
    for part in (*parts, total(parts)):
        figures = (part.entries, part.cited, part.own, percent(part.certainty / 100, 0), day(part.oldest))
        yield f"  {part.name:32}{''.join(f'{figure:>16}' for figure in figures)}\n"


def _folder(text: str) -> Path:
    """Return the folder to check: any that exists, so that the check can report a folder without a rulebook."""
    named = rulebook(text)
    return named if isinstance(named, Path) else folder_of(text)


def show(options: argparse.Namespace) -> int:
    """Print a rulebook, or one intervention with everything that bears on it."""
    folder = folder_of(options.rulebook)
    book = book_in(folder, options.on)
    if options.intervention:
        entry = find_entry(book, options.intervention)
        lines = [*_intervention(book, entry), *_examples(cases_in(folder), entry), "", CERTAINTY]
    else:
        lines = _book_lines(book)
    sys.stdout.write("\n".join(lines) + "\n")
    return 0


def _book_lines(book: RuleBook) -> list[str]:
    head = f"{book.display} ({book.id}, Prüfsumme {book.sha256[:12]})"
    lines = [head, of_book(book).sentence, CERTAINTY, book.description, "", "Regeln:"]
    for rule in book.rules:
        kinds = "alle" if rule.kinds == frozenset(KINDS) else ", ".join(k for k in KINDS if k in rule.kinds)
        lines += [f"  {rule.id}: {_level(rule)}, wenn {words(rule.condition)} ({kinds})", f"      {rule.source}"]
    lines += ["", "Interventionen:"]
    for entry in book.interventions:
        extra = (" · Vorbehaltsaufgabe" if entry.reserved else "") + (
            f" · genügt {entry.accepts}" if entry.accepts else ""
        )
        lines.append(f"  {entry.id:6} QN {entry.base}  {entry.title} ({entry.kind}){extra}")
    lines += ["", "Kriterien einer instabilen gesundheitlichen Situation:"]
    lines += [f"  {c.id}: {c.label}" + (f" ({c.hint})" if c.hint else "") for c in book.criteria]
    return lines


def _level(rule: Rule) -> str:
    return f"QN {rule.level}" if rule.level else "Mindestniveau"


def _intervention(book: RuleBook, entry: CatalogueEntry) -> list[str]:
    criteria = instrument(book.as_of).criteria
    lines = [
        f"{entry.id} {entry.title}",
        f"Regelwerk: {book.display}",
        "",
        f"  Gruppe:        {entry.group}",
        f"  Art:           {KIND_WORDS[entry.kind]} ({entry.kind})",
        f"  Mindestniveau: QN {entry.base}",
        f"  Titel:         {entry.title_status}",
        f"  Gültig:        ab {entry.valid_from:%d.%m.%Y}"
        + (f" bis {entry.valid_until:%d.%m.%Y}" if entry.valid_until else ""),
    ]
    lines += ["  Vorbehalt:     Vorbehaltsaufgabe nach § 4 PflBG"] if entry.reserved else []
    lines += [f"  Zertifikat:    genügt {entry.accepts}"] if entry.accepts else []
    lines += [f"  Hinweis:       {entry.note}"] if entry.note else []
    lines += [f"  Beleg:         {entry.source}"]
    lines += [f"  Kriterium:     {item} {criteria[item].title}" for item in entry.bi_items]
    lines += ["", "Regeln für diese Art; es gilt das höchste Niveau aller, die zutreffen:"]
    for rule in book.rules:
        if entry.kind in rule.kinds and (entry.reserved or not isinstance(rule.condition, Reserved)):
            lines += [
                f"  QN {rule.level_for(entry)}  {rule.title} [{rule.id}]",
                f"        {sentence(rule.condition)}: {words(rule.condition)}",
                f"        Beleg: {rule.source}",
            ]
    return lines


def _examples(cases: Sequence[Case], entry: CatalogueEntry) -> list[str]:
    """Return the cases that concern an intervention."""
    lines = []
    for case in cases:
        for answer in case.expected:
            if answer.intervention == entry.id:
                because = f", weil {', '.join(answer.deciding)}" if answer.deciding else ""
                says = level_range(answer.low if answer.low == answer.high else 0, answer.low, answer.high)
                lines.append(f"  {case.title}: {says.replace(NO_BREAK, ' ')}{because} [{case.id}]")
    return ["", "Fälle:", *lines] if lines else []
