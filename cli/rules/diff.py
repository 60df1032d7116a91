"""What changes between two rulebooks, and what that does to a home's figures: as text and for programs."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from cli.arguments import book_in, folder_of
from cli.parser import CommandError
from rules.difference import ADDED, CHANGED, REMOVED, compare
from web.wording.figures import FIT_WORDS, counted, hours, number, percent, qn

if TYPE_CHECKING:
    import argparse
    from datetime import date
    from pathlib import Path

    from pebem.whatif.rulebook_effect import RulebookEffect
    from rules.difference import BookDifference
    from rules.model import RuleBook

_SECTIONS = ("Regelwerk", "Interventionen", "Regeln", "Instabilität")
_SHOWN_MOVES = 15
"""Interventions whose level changes, in the text; the JSON has all."""


def diff(options: argparse.Namespace) -> int:
    """Compare two rulebooks and, given data, what each makes of them."""
    folders = folder_of(options.before), folder_of(options.after)
    effect: RulebookEffect | None = None
    errors = 0
    on = options.on
    if options.data:
        effect, on, errors = _effect(options, *folders)
    first = tuple(book_in(folder, on) for folder in folders)
    on = on or max(book.as_of for book in first)  # one day for both
    difference = compare(*(book_in(folder, on) for folder in folders))
    if options.json:
        sys.stdout.write(json.dumps(document(difference, effect), ensure_ascii=False, indent=1) + "\n")
    else:
        sys.stdout.write("\n".join([*_text(difference), *(_effect_text(effect, difference) if effect else [])]) + "\n")
    if errors:
        sys.stderr.write(
            f"{errors} fehlerhafte Zeilen der Daten bleiben außer Betracht; "
            "welche, zeigt findings.xlsx von „pebem analyse“.\n"
        )
    return 1 if errors else 0


def _effect(options: argparse.Namespace, before: Path, after: Path) -> tuple[RulebookEffect, date, int]:
    """Read the data and rate them under both rulebooks, as effective on the last day of the rows."""
    import importers  # noqa: PLC0415  # a comparison without data needs no frames
    import pebem  # noqa: PLC0415
    from cli.commands.analyse import check_files  # noqa: PLC0415
    from importers.findings import Severity  # noqa: PLC0415
    from pebem.score import period_of  # noqa: PLC0415
    from pebem.whatif.rulebook_effect import effect  # noqa: PLC0415

    check_files(options.data)
    files_read = importers.read(options.data, book_in(before, options.on))
    dates = files_read.tables.interventions["date"]
    if dates.empty:
        raise CommandError("Die Daten haben keine lesbare Zeile im Blatt „Interventionen“. Bitte reparieren Sie sie.")
    on = options.on or dates.max().date()
    errors = sum(finding.count for finding in files_read.findings if finding.severity is Severity.ERROR)
    tables = files_read.for_engine()
    home = pebem.compile_home(tables, book_in(before, on), period_of(tables.interventions))
    return effect(home, book_in(after, on)), on, errors


# ---------------------------------------------------------------- for programs


def document(difference: BookDifference, effect: RulebookEffect | None) -> dict[str, Any]:
    """Return the comparison as plain data; level 0 means: not to be rated."""
    return {
        "schema": 1,
        "vorher": _head(difference.before),
        "nachher": _head(difference.after),
        "am": difference.after.as_of.isoformat(),
        "aenderungen": [
            {
                "bereich": change.section,
                "id": change.id,
                "titel": change.title,
                "art": change.what,
                "felder": [{"feld": f.name, "vorher": f.before, "nachher": f.after} for f in change.fields],
            }
            for change in difference.changes
        ],
        "wirkung": effect and _effect_document(effect),
    }


def _head(book: RuleBook) -> dict[str, str]:
    return {"id": book.id, "edition": book.edition, "status": book.status, "sha256": book.sha256}


def _effect_document(effect: RulebookEffect) -> dict[str, Any]:
    return {
        "verglichen": asdict(effect.compared),
        "nicht_vergleichbar": asdict(effect.uncompared),
        "anderes_qn_soll": asdict(effect.moved),
        "niveaus": [
            {"intervention": m.intervention, "qn_vorher": m.before, "qn_nachher": m.after, **asdict(m.amount)}
            for m in effect.levels
        ],
        "passung": {
            name: {"vorher": asdict(effect.fit_before(name)), "nachher": asdict(effect.fit_after(name))}
            for name in FIT_WORDS
        },
    }


# ---------------------------------------------------------------- for readers


def _text(difference: BookDifference) -> list[str]:
    before, after = difference.before, difference.after
    lines = [
        f"Vorher:  {before.display} ({before.id}, Prüfsumme {before.sha256[:12]})",
        f"Nachher: {after.display} ({after.id}, Prüfsumme {after.sha256[:12]})",
        f"Stand:   {after.as_of:%d.%m.%Y}",
    ]
    if not difference.changes:
        return [*lines, "", "Kein Eintrag unterscheidet sich."]
    for section in _SECTIONS:
        changes = difference.of(section)
        if not changes:
            continue
        numbers = [(what, sum(change.what == what for change in changes)) for what in (ADDED, REMOVED, CHANGED)]
        lines += ["", f"{section}: {', '.join(f'{n} {what}' for what, n in numbers if n)}"]
        for change in changes:
            name = f"{change.id}  {change.title}" if change.id else change.title
            lines.append(f"  {name} ({change.what})")
            if change.what == CHANGED:
                lines += [f"      {f.name}: {_described(f.before)} → {_described(f.after)}" for f in change.fields]
            elif change.what == ADDED:
                lines += [f"      {f.name}: {_described(f.after)}" for f in change.fields]
    return lines


def _described(text: str) -> str:
    return " ".join(text.split()) or "–"


def _effect_text(effect: RulebookEffect, difference: BookDifference) -> list[str]:
    moved, compared = effect.moved, effect.compared
    share = percent(moved.seconds / compared.seconds if compared.seconds else None)
    lines = [
        "",
        f"Wirkung auf {counted(compared.count, 'Intervention', 'Interventionen')} ({hours(compared.seconds)}):",
        (
            f"  Ein anderes QN-Soll haben {counted(moved.count, 'Intervention', 'Interventionen')}, "
            f"{hours(moved.seconds)} ({share} der Minuten)."
        ),
    ]
    if effect.uncompared.count:
        uncompared = counted(effect.uncompared.count, "Intervention ist", "Interventionen sind")
        lines.append(f"  {uncompared} nicht vergleichbar: Das zweite Regelwerk kennt sie nicht.")
    lines += ["", f"  {'Passung (Anteil der Minuten)':32}{'vorher':>10}{'nachher':>10}{'Unterschied':>16}"]
    for name, word in FIT_WORDS.items():
        was, now = effect.fit_before(name), effect.fit_after(name)
        change = (now.seconds - was.seconds) / compared.seconds * 100 if compared.seconds else 0
        shares = [percent(part.seconds / compared.seconds if compared.seconds else None) for part in (was, now)]
        points = f"{'+' if change > 0 else ''}{number(change, 1)} Punkte"
        lines.append(f"  {word.sign + ' ' + word.word:32}{shares[0]:>10}{shares[1]:>10}{points:>16}")
    titles = {entry.id: entry.title for entry in difference.before.interventions}
    if effect.levels:
        lines += ["", "  Interventionen mit anderem QN-Soll, die mit der meisten Zeit zuerst:"]
    for move in effect.levels[:_SHOWN_MOVES]:
        amount = f"{counted(move.amount.count, 'Intervention', 'Interventionen')}, {hours(move.amount.seconds)}"
        name = f"{move.intervention} {titles[move.intervention]}"
        lines.append(f"    {name}: {qn(move.before)} → {qn(move.after)}, {amount}")
    if len(effect.levels) > _SHOWN_MOVES:
        lines.append(f"    … und {len(effect.levels) - _SHOWN_MOVES} weitere; alle zeigt --json.")
    return lines
