"""What every page shares: the navigation and the German filters, registered in Jinja once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from flask import Flask, current_app, g, request
from flask_login import current_user
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.exceptions import HTTPException

import rules
from web import addresses, current
from web.security import gate, permissions
from web.services import rulebook_calendar
from web.services.people.restrictions import FEWEST_TOLD
from web.services.rulebooks import holdings
from web.services.subjects import restriction
from web.wording import conditions, figures

if TYPE_CHECKING:
    from rules import RuleBook

FIRST_RULEBOOK: Final = "rekonstruktion"
"""The rulebook of a home that has chosen no other."""


FIRST_PAGE: Final = "home.index"


class NavigationEntry(NamedTuple):
    """One line of the navigation."""

    endpoint: str
    word: str


NAVIGATION: Final = {
    "": (
        NavigationEntry(FIRST_PAGE, "Wo stehen wir?"),
        NavigationEntry("interventions.index", "Was passt nicht?"),
        NavigationEntry("relief.index", "Mögliche Entlastung"),
    ),
    "Personal nach § 113c": (NavigationEntry("staffing.index", "Vereinbare Stellen"),),
    "Grundlagen": (
        NavigationEntry("uploads.index", "Daten einlesen"),
        NavigationEntry("terms.index", "Eigene Bezeichnungen"),
        NavigationEntry("unknown_people.index", "Unbekannte Personen"),
        NavigationEntry("rulebook_entries.index", "Regelwerk"),
        NavigationEntry("rulebook_library.index", "Regelwerke verwalten"),
        NavigationEntry("overrides.index", "Eigene Festlegungen"),
        NavigationEntry("plausibility.index", "Plausibilität"),
        NavigationEntry("releases.index", "Freigaben"),
        NavigationEntry("accounts.index", "Konten und Rollen"),
        NavigationEntry("instructions.index", "Weisungen"),
        NavigationEntry("log.index", "Protokoll"),
        NavigationEntry("security.index", "Sicherheit"),
        NavigationEntry("subjects.index", "Betroffene"),
        NavigationEntry("deletions.index", "Löschprotokoll"),
    ),
}
"""The pages by group, in the order a reader needs them; one that an application does not serve is left out."""


PART_OF: Final = dict.fromkeys(("profiles", "upload_preview", "upload_questions", "upload_words"), "uploads") | {
    "explain": "interventions",
    "acts": "interventions",
    "names": "unknown_people",
}
"""Pages without a line of their own in the navigation -> those they belong to."""

OF_FIGURES: Final = frozenset({"home", "interventions", "relief", "plausibility", "staffing"})
"""Areas whose pages show figures of a home."""

HELP_CHAPTERS: Final = {
    "auth": "anmelden-und-konto",
    "passkeys": "anmelden-und-konto",
    "own_account": "anmelden-und-konto",
    "recovery_codes": "anmelden-und-konto",
    "accounts": "konten-verwalten",
    "releases": "freigaben",
    "instructions": "weisungen",
    "log": "protokoll",
    "deletions": "loeschen-und-fristen",
    "security": "sicherheit",
    "subjects": "anfragen-von-betroffenen",
    "uploads": "dateien-hochladen",
    "upload_preview": "vorschau-koennen-die-daten-so-uebernommen-werden",
    "upload_questions": "welche-spalte-ist-welche",
    "upload_words": "was-meinen-die-woerter",
    "terms": "was-meinen-die-woerter",
    "profiles": "profile",
    "names": "fehlerhafte-zeilen-berichtigen",
    "unknown_people": "fehlerhafte-zeilen-berichtigen",
    "home": "die-seiten-lesen",
    "interventions": "die-seiten-lesen",
    "acts": "die-seiten-lesen",
    "relief": "die-seiten-lesen",
    "staffing": "die-seiten-lesen",
    "plausibility": "die-seiten-lesen",
    "overrides": "die-seiten-lesen",
    "rulebook_entries": "die-seiten-lesen",
    "rulebook_library": "die-seiten-lesen",
    "explain": "warum-dieses-niveau",
}
"""Blueprint of a page -> the chapter of the handbook about it."""


def init_app(app: Flask) -> None:
    """Give the templates of ``app`` the shared words, figures and navigation."""
    for name in (
        "number",
        "plain_decimal",
        "percent",
        "points",
        "signed",
        "hours",
        "duration",
        "day",
        "days",
        "month",
        "qn",
        "level_range",
        "counted",
        "problems",
        "hour_figure",
    ):
        app.jinja_env.filters[name] = getattr(figures, name)
    app.jinja_env.filters["rule_sentence"] = conditions.sentence
    app.jinja_env.globals["may_open"] = _opens
    app.jinja_env.globals["roles_of"] = _roles_of
    app.jinja_env.globals["fewest_excluded"] = FEWEST_TOLD
    app.jinja_env.globals["fit_words"] = figures.FIT_WORDS
    app.jinja_env.globals["part_words"] = figures.PART_WORDS
    app.jinja_env.globals["kind_words"] = figures.KIND_WORDS
    app.context_processor(_context)


def _context() -> dict[str, Any]:
    served = current_app.view_functions
    book = _rulebook()  # looks the home up where no page has done so yet
    groups = {
        name: [one for one in entries if one.endpoint in served and _opens(one.endpoint)]
        for name, entries in NAVIGATION.items()
    }
    area = PART_OF.get(request.blueprint or "", request.blueprint)
    index = f"{area}.index"
    return {
        "navigation": {name: entries for name, entries in groups.items() if entries},
        "help_chapter": HELP_CHAPTERS.get(request.blueprint or ""),
        "area": area,
        "path_of_other_home": addresses.path_of_other_home(index if index in served else FIRST_PAGE),
        "homes": g.get("homes", ()),
        "home_name": g.home.name if "home" in g else "",
        "rulebook": book,
        "excluded": _excluded(area or ""),
        "in_test": not current.services().settings.operation.production,
    }


def _opens(endpoint: str) -> bool:
    """Return whether a page of the navigation opens; all do where nobody is signed in, or nothing can be asked."""
    if not (current_user and current_user.is_authenticated) or "failed" in g:
        return endpoint not in {
            "accounts.index",
            "deletions.index",
            "instructions.index",
            "log.index",
            "security.index",
            "subjects.index",
        }
    try:
        return gate.may_open(endpoint)
    except (current.NoHomeError, HTTPException, SQLAlchemyError):
        return False


def _roles_of(endpoint: str) -> str:
    """Return the names of the roles that open a page, for who has none of them."""
    right = permissions.ENDPOINTS[endpoint]
    return " oder ".join(permissions.roles_with(right)) if right else ""


def _excluded(area: str) -> int | None:
    """Return how many rows of restricted persons are in no figure of the home; None where there are none (H7)."""
    if area not in OF_FIGURES or "home" not in g or "failed" in g:
        return None
    return restriction.excluded_rows(current.access(), g.home.id)


def _rulebook() -> RuleBook:
    """Return the home's rulebook; before a home is known, and where none can be found, the one all begin with."""
    try:
        if "home" in g or (current_user and current_user.is_authenticated and "failed" not in g):
            return holdings.effective(current.access(), current.home().id)
    except (current.NoHomeError, HTTPException, SQLAlchemyError, rules.RuleBookError):
        g.failed = True  # an error page must not fail for want of its footer
    return rulebook_calendar.current(FIRST_RULEBOOK)
