"""What unknown words probably mean, said in the findings about them: the first suggestion of the page of words."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from importers.content.interventions import UNKNOWN
from importers.home_words.kinds import INTERVENTION, KINDS, QUALIFICATION
from importers.home_words.suggestions import suggest

if TYPE_CHECKING:
    from collections.abc import Mapping

    from importers.content.table import Table
    from importers.conventions import HomeConventions
    from importers.findings import Finding
    from rules.model import RuleBook

MOST_SUGGESTIONS: Final = 200
"""Words of a kind that get one: looking for them is slow."""

_KINDS: Final = (
    ("Interventionen", UNKNOWN, INTERVENTION),
    ("Mitarbeitende", "qualifikation-unbekannt", QUALIFICATION),
)
"""Sheet, code of the finding, and kind of the word."""


def add_suggestions(tables: Mapping[str, Table], book: RuleBook, conventions: HomeConventions) -> None:
    """Add to each finding about an unknown word what it is most like."""
    for sheet, code, name in _KINDS:
        if table := tables.get(sheet):
            words = list(dict.fromkeys(one.value for one in table.findings if one.code == code))[:MOST_SUGGESTIONS]
            likeliest = _likeliest(name, words, book, conventions) if words else {}

            def change(one: Finding, likeliest: Mapping[str, str] = likeliest) -> Finding:
                known = likeliest.get(one.value)
                return replace(one, repair=f"{one.repair} Am ähnlichsten ist „{known}“.") if known else one

            if likeliest:
                table.reports.amend(code, change)


def _likeliest(name: str, words: list[str], book: RuleBook, conventions: HomeConventions) -> dict[str, str]:
    """Return word -> what it is most like, as it is called."""
    kind = KINDS[name]
    own: Mapping[str, str] = getattr(conventions, kind.field)
    choices = kind.choices(book)
    suggestions = suggest(kind, words, book, [(target, word) for word, target in own.items()])
    return {
        word: choices.get(near[0].target, near[0].target) for word, near in zip(words, suggestions, strict=True) if near
    }
