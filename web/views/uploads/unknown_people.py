"""Unbekannte Personen: whom numbers and names in uploads mean that the home does not know."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from flask import Blueprint, flash, redirect, render_template, request, url_for

from web import current
from web.errors import back_to
from web.security import fresh, named_purpose
from web.services.history import person_answers
from web.services.people import aliases
from web.services.uploads import unknown_people
from web.views.uploads import names

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

blueprint = Blueprint("unknown_people", __name__, url_prefix="/personen")

SHOWN: Final = 25
"""Questions the page begins with: those with the most minutes."""

KIND_WORDS: Final = {
    unknown_people.RESIDENT: "Bewohnerin oder Bewohner",
    unknown_people.STAFF: "Mitarbeiterin oder Mitarbeiter",
}
_DONE: Final = {
    aliases.SAME: "Zusammengeführt; die betroffenen Tage sind neu ausgewertet.",
    aliases.NEW: "Gespeichert: eine Person für sich.",
    aliases.LATER: "Die Frage bleibt offen.",
}
_PARTED: Final = "Wieder getrennt; die betroffenen Tage sind neu ausgewertet."


@blueprint.get("/")
@fresh.required
@named_purpose.required
def index() -> ResponseReturnValue:
    """Show who is unknown, those with the most minutes first, each with those who may be meant."""
    services, home = current.services(), current.home()
    limit = None if "alle" in request.args else SHOWN
    queue = unknown_people.queue(current.access(), services.settings, home.id, limit=limit)
    if queue is None:
        return render_template("people/closed.html"), 503
    names.look()
    return render_template("people/index.html", queue=queue, people=aliases, kind_words=KIND_WORDS)


@blueprint.post("/")
@fresh.required
@named_purpose.required
@back_to("unknown_people.index")
def choose() -> ResponseReturnValue:
    """Answer one question; before two persons become one, ask whether that is meant."""
    home = current.home()
    kind, pseudonym = request.form.get("art", ""), request.form.get("wer", "")
    same_as, written = request.form.get("ist", ""), request.form.get("andere", "").strip()
    answer = aliases.SAME if same_as or written else request.form.get("antwort", "")
    if answer == aliases.SAME and "sicher" not in request.form:
        return _ask(kind, pseudonym, same_as, written)
    parted = person_answers.answer(
        current.access(),
        home_id=home.id,
        reply=person_answers.PersonReply(kind, pseudonym, answer, same_as),
    )
    flash(_PARTED if parted else _DONE[answer], "good")
    return redirect(url_for("unknown_people.index"))


def _ask(kind: str, pseudonym: str, same_as: str, written: str) -> ResponseReturnValue:
    """Show both persons side by side: a merge moves figures of past months."""
    services = current.services()
    queue = unknown_people.queue(current.access(), services.settings, current.home().id, about=pseudonym or "-")
    if queue is None:
        return render_template("people/closed.html"), 503
    names.look()
    labels = queue.people.get(kind, {})
    same_as = same_as or next((one for one, label in labels.items() if label == written), "")
    asked = next((one for one in queue.questions if (one.kind, one.pseudonym) == (kind, pseudonym)), None)
    if asked is None:
        flash("Diese Frage ist nicht mehr offen.", "warning")
    elif same_as not in labels:
        flash("Diese Person steht nicht in der Liste. Bitte wählen Sie aus der Liste.", "warning")
    else:
        offer = next((one for one in asked.offers if one.pseudonym == same_as), None)
        return render_template(
            "people/confirm.html",
            asked=asked,
            same_as=same_as,
            label=labels[same_as],
            offer=offer,
            kind_words=KIND_WORDS,
        )
    return redirect(url_for("unknown_people.index"))
