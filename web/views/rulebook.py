"""Regelwerk: what every intervention and every rule says, and where it comes from."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Any

from flask import Blueprint, abort, render_template, request, url_for

from rules.assessment import instrument
from rules.condition import Reserved
from web import current
from web.services import rulebooks
from web.wording import KIND_WORDS

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from rules.model import Intervention, Rule, RuleBook

blueprint = Blueprint("rulebook", __name__)


@blueprint.get("/regelwerk")
def index() -> ResponseReturnValue:
    """Show the whole rulebook, or the interventions that hold the words of ``q``."""
    book = rulebooks.current(current.home().rulebook)
    query = request.args.get("q", "").strip()[:100]
    found = [entry for entry in book.interventions if matches(entry, query)]
    groups = [{"name": name, "entries": list(entries)} for name, entries in groupby(found, lambda entry: entry.group)]
    return render_template(
        "rulebook/index.html",
        book=book,
        rulebook=book,
        query=query,
        found=len(found),
        groups=groups,
        rules=[_rule(rule) for rule in book.rules],
    )


@blueprint.get("/regelwerk/<intervention>")
def detail(intervention: str) -> ResponseReturnValue:
    """Show one intervention with the rules that can raise its level."""
    book = rulebooks.current(current.home().rulebook)
    entry = book.find_intervention(intervention)
    if entry is None or entry.id != intervention:
        abort(404)
    titles = instrument(book.as_of).criteria
    return render_template(
        "rulebook/detail.html",
        rulebook=book,
        entry=entry,
        criteria=[(item, titles[item].title) for item in entry.bi_items],
        results_url=url_for("interventions.detail", intervention=entry.id),
        rules=[_rule(rule) | {"level": rule.level_for(entry)} for rule in rules_for(book, entry)],
    )


def matches(entry: Intervention, query: str) -> bool:
    """Return whether every word of ``query`` stands in the entry's number, title, group, kind or note."""
    text = " ".join((entry.id, entry.title, entry.group, KIND_WORDS[entry.kind], entry.note)).casefold()
    return all(word in text for word in query.casefold().split())


def rules_for(book: RuleBook, entry: Intervention) -> list[Rule]:
    """Return the rules that can apply to ``entry``, highest level first."""
    possible = [
        rule
        for rule in book.rules
        if entry.kind in rule.kinds and (entry.reserved or not isinstance(rule.condition, Reserved))
    ]
    return sorted(possible, key=lambda rule: -rule.level_for(entry))


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
    }
