"""Regelwerk: every intervention and every rule, with source, and what it means for whom."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Any, Final

from flask import Blueprint, abort, render_template, request

from rules.assessment import instrument
from rules.cases import cases_for
from rules.checks.coverage import CERTAINTY, of_book
from rules.language.condition import Reserved
from web import current
from web.security import gate
from web.services.rulebooks import holdings, library
from web.wording.figures import KIND_WORDS

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from rules.cases import Case
    from rules.catalogue import CatalogueEntry
    from rules.model import RuleBook
    from rules.rule import Rule

blueprint = Blueprint("rulebook_entries", __name__)

CASES_SHOWN: Final = 8
"""Cases that stand open; the rest is folded."""


@dataclass(frozen=True)
class ShownRulebook:
    """The rulebook a page is about: the one that holds for the home, or another of the library (``buch``)."""

    book: RuleBook
    key: str | None
    built_in: bool

    @property
    def arguments(self) -> dict[str, str]:
        """What links must carry to stay with this rulebook."""
        return {"buch": self.key} if self.key else {}


@blueprint.get("/regelwerk")
def index() -> ResponseReturnValue:
    """Show the whole rulebook, or the interventions that hold the words of ``q``."""
    chosen = _chosen()
    book = chosen.book
    query = request.args.get("q", "").strip()[:100]
    matching = [entry for entry in book.interventions if matches(entry, query)]
    groups = [
        {"name": name, "entries": list(entries)} for name, entries in groupby(matching, lambda entry: entry.group)
    ]
    return render_template(
        "rulebooks/entries/index.html",
        book=book,
        rests_on=of_book(book).sentence,
        certainty=CERTAINTY,
        rulebook=book,
        other=chosen.key,
        kept=chosen.arguments,
        query=query,
        found=len(matching),
        groups=groups,
        rules=[_rule(rule) for rule in book.rules],
    )


@blueprint.get("/regelwerk/<intervention>")
def detail(intervention: str) -> ResponseReturnValue:
    """Show one intervention with the rules that can raise its level, and cases that show them at work."""
    chosen = _chosen()
    book = chosen.book
    entry = book.find_intervention(intervention)
    if entry is None or entry.id != intervention:
        abort(404)
    titles = instrument(book.as_of).criteria
    cases = cases_for(entry.id, f"{book.id}-{book.edition}") if chosen.built_in else ()
    return render_template(
        "rulebooks/entries/detail.html",
        certainty=CERTAINTY,
        rulebook=book,
        entry=entry,
        kept=chosen.arguments,
        criteria=[(item, titles[item].title) for item in entry.bi_items],
        results_url=None if chosen.key else gate.way_to("interventions.detail", intervention=entry.id),
        rules=[_rule(rule) | {"level": rule.level_for(entry)} for rule in rules_for(book, entry)],
        cases=[_case(case, entry, book) for case in cases],
        shown_cases=CASES_SHOWN,
    )


def matches(entry: CatalogueEntry, query: str) -> bool:
    """Return whether every word of ``query`` occurs in the entry's number, title, group, kind or note."""
    text = " ".join((entry.id, entry.title, entry.group, KIND_WORDS[entry.kind], entry.note)).casefold()
    return all(word in text for word in query.casefold().split())


def rules_for(book: RuleBook, entry: CatalogueEntry) -> list[Rule]:
    """Return the rules that can apply to ``entry``, highest level first."""
    possible = [
        rule
        for rule in book.rules
        if entry.kind in rule.kinds and (entry.reserved or not isinstance(rule.condition, Reserved))
    ]
    return sorted(possible, key=lambda rule: -rule.level_for(entry))


def _chosen() -> ShownRulebook:
    access, home, key = current.access(), current.home(), request.args.get("buch", "")
    if not key:
        holding = holdings.effective(access, home.id)
        # Cases belong to a built-in edition: a rulebook of the same name with other content has none.
        own = [one for one in library.list_(access) if not one.built_in]
        return ShownRulebook(holding, None, holding.sha256 not in {one.sha256 for one in own})
    entry = library.find(access, key)
    book = library.get(access, key) if entry else None
    if entry is None or book is None:
        abort(404)
    return ShownRulebook(book, key, entry.built_in)


def _case(case: Case, entry: CatalogueEntry, book: RuleBook) -> dict[str, Any]:
    expected = next(one for one in case.expected if one.intervention == entry.id)
    titles = {rule.id: rule.title for rule in book.rules}
    return {
        "title": case.title,
        "person": case.person,
        "level": expected.low if expected.low == expected.high else 0,
        "low": expected.low,
        "high": expected.high,
        "reason": expected.reason,
        "because": [titles.get(name, name) for name in expected.deciding],
        "missing": expected.missing,
        "source": case.source,
    }


def _rule(rule: Rule) -> dict[str, Any]:
    kinds = (
        "alle Arten"
        if len(rule.kinds) == len(KIND_WORDS)
        else ", ".join(KIND_WORDS[k] for k in KIND_WORDS if k in rule.kinds)
    )
    return {
        "id": rule.id,
        "title": rule.title,
        "level": rule.level,
        "why": rule.why,
        "condition": rule.condition,
        "kinds": kinds,
        "origin": rule.provenance.source or "eigene Setzung",
        "certainty": rule.provenance.certainty,
        "checked": rule.provenance.checked,
        "valid_from": rule.valid_from,
        "valid_until": rule.valid_until,
        "reason": rule.provenance.reason,
    }
