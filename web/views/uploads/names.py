"""Namen ansehen: the purpose for which names and quoted cells are looked at, and the log of each look (C4)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from flask import Blueprint, Response, abort, redirect, render_template, request, url_for

from web import current, tables
from web.errors import back_to
from web.security import fresh, gate, named_purpose
from web.services import clock
from web.services.subjects import search
from web.services.uploads import unknown_people
from web.views.account import steps

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

blueprint = Blueprint("names", __name__, url_prefix="/namen")

LONGEST: Final = 100_000
"""Letters of a list of pseudonyms."""

_PSEUDONYM: Final = re.compile(r"\b[BM]-[0-9A-Z]{2,20}\b")
_HEADINGS: Final = ("Pseudonym", "Nummer", "Name", "Vorname")

QUOTING: Final = "uploads.findings"
"""Endpoint whose right whoever sees quoted cells needs."""


@blueprint.get("/")
@fresh.required
def index() -> ResponseReturnValue:
    """Ask what names are looked at for; ``upload`` leads back to that upload."""
    upload_id = request.args.get("lieferung", 0, int)
    if 0 < upload_id <= current.LARGEST_NUMBER:
        steps.go_on_to(url_for("uploads.show", upload_id=upload_id, _anchor="befunde"))
    return render_template("names/index.html", purposes=named_purpose.PURPOSES, stated=named_purpose.stated())


@blueprint.post("/")
@fresh.required
def choose() -> ResponseReturnValue:
    """Note the purpose, and go on to what was asked for."""
    key = request.form.get("zweck", "")
    if key not in named_purpose.PURPOSES:
        abort(400)
    named_purpose.state(key)
    return redirect(steps.page_asked_for())


@blueprint.post("/pseudonyme")
@fresh.required
@named_purpose.required
@back_to("subjects.index")
def resolve() -> ResponseReturnValue:
    """Download who is behind pseudonyms that somebody else has listed, as a file; it is logged with the purpose."""
    wanted = _PSEUDONYM.findall(request.form.get("pseudonyme", "")[:LONGEST])
    access, home_id = current.access(), current.home().id
    people = search.resolve(access, current.services().settings, home_id, wanted, purpose=named_purpose.stated())
    return Response(
        tables.csv_text([_HEADINGS, *people]),
        mimetype="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="namen_{clock.today()}.csv"'},
    )


def look(what: str = "") -> str:
    """Log that names are shown, before they are, and return the purpose.

    Parameters
    ----------
    what
        As kind and number; "" = the home.
    """
    purpose = named_purpose.stated()
    if not purpose:  # the gate has asked for it
        abort(403)
    unknown_people.record_view(current.access(), home_id=current.home().id, what=what, purpose=purpose)
    return purpose


def may_look() -> bool:
    """Return whether quoted cells may be shown now: right, fresh factor and a purpose."""
    return gate.may_open(QUOTING) and current.user().fresh and bool(named_purpose.stated())
