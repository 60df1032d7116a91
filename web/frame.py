"""What every page shares: the navigation and the German filters, put into Jinja once."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

from flask import Flask, current_app, g

from web import rule_words, wording
from web.services import rulebooks


class Entry(NamedTuple):
    """One line of the navigation."""

    endpoint: str
    word: str


NAVIGATION: Final = (
    Entry("home.index", "Wo stehen wir?"),
    Entry("interventions.index", "Was passt nicht?"),
    Entry("imports.index", "Daten einlesen"),
    Entry("rulebook.index", "Regelwerk"),
)
"""The pages in the order a reader needs them; one that an application does not serve is left out."""


def init_app(app: Flask) -> None:
    """Give the templates of ``app`` the shared words, figures and navigation."""
    for name in (
        "number",
        "percent",
        "hours",
        "duration",
        "day",
        "month",
        "qn",
        "level_range",
        "counted",
        "hour_figure",
    ):
        app.jinja_env.filters[name] = getattr(wording, name)
    app.jinja_env.filters["rule_sentence"] = rule_words.sentence
    app.jinja_env.globals["fit_words"] = wording.FIT_WORDS
    app.jinja_env.globals["kind_words"] = wording.KIND_WORDS
    app.context_processor(_context)


def _context() -> dict[str, Any]:
    shown: dict[str, Any] = {
        "navigation": [entry for entry in NAVIGATION if entry.endpoint in current_app.view_functions],
        "homes": g.get("homes", ()),
    }
    if "home" in g:
        shown["rulebook"] = rulebooks.current(g.home.rulebook)
    return shown
