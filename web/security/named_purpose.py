"""Showing names is an act: whoever does it says what for, once a session, and every look is logged with that (C4)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, TypeVar

from flask import current_app, session
from flask_login import current_user

if TYPE_CHECKING:
    from collections.abc import Callable

View = TypeVar("View", bound="Callable[..., Any]")

PURPOSES: Final = {
    "zuordnen": "Personen aus Datenlieferungen zuordnen",
    "berichtigen": "Fehler in Datenlieferungen berichtigen",
    "auskunft": "Anfrage einer betroffenen Person beantworten",
    "vorfall": "Betroffene eines Vorfalls benachrichtigen",
    "pruefung": "Prüfung durch Aufsicht, Träger oder Datenschutz",
}
"""What names may be looked at for, as the log has it."""

FIXED: Final = {
    "upload_questions": "Blätter und Spalten einer Datenlieferung zuordnen",
    "upload_words": "Wörter einer Datenlieferung zuordnen",
}
"""What pages are for that show cells of a file in order to ask about it, by their area: there is nothing to choose."""

CHOSEN: Final = "zweck"
"""Where a session holds the purpose, with the account that has stated it."""


def required(view: View) -> View:
    """Let the gate answer this view only once a purpose is stated; below the route, as ``fresh.required``."""
    view.needs_purpose = True  # type: ignore[attr-defined]
    return view


def is_required(endpoint: str | None) -> bool:
    """Return whether an endpoint is marked so."""
    return bool(getattr(current_app.view_functions.get(endpoint or ""), "needs_purpose", False))


def state(key: str) -> None:
    """Note the purpose that whoever is signed in has stated."""
    session[CHOSEN] = [current_user.visitor.account_id, key]


def stated() -> str:
    """Return the purpose that whoever is signed in has stated, in words; "" for none."""
    account_id, key = session.get(CHOSEN) or (0, "")
    return PURPOSES.get(key, "") if account_id == current_user.visitor.account_id else ""
