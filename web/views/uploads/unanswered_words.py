"""Wörter einer Datenlieferung: what the unknown words of one upload mean, and reading it again with the answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, redirect, render_template, request, url_for

from importers.home_words.kinds import KINDS
from web import current
from web.errors import back_to
from web.security import named_purpose
from web.services.uploads import records, steps
from web.services.words import unanswered_words
from web.views.words import terms

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flask.typing import ResponseReturnValue

blueprint = Blueprint("upload_words", __name__, url_prefix="/daten")


@blueprint.get("/<int:upload_id>/werte/<kind>")
def index(upload_id: int, kind: str) -> ResponseReturnValue:
    """Show the unknown words of a kind in an upload, those with the most minutes first."""
    current.upload(upload_id)
    return _index(upload_id, terms.known_kind(kind))


@blueprint.post("/<int:upload_id>/werte/<kind>")
@back_to("uploads.show", "upload_id")
def choose(upload_id: int, kind: str) -> ResponseReturnValue:
    """Store the answers; if asked to, have the upload read again with them."""
    current.upload(upload_id)
    if wrong := terms.answered(terms.known_kind(kind)):
        return _index(upload_id, kind, wrong), 422
    if "lesen" not in request.form:
        following = request.form.get("weiter", "")
        return redirect(
            url_for("upload_words.index", upload_id=upload_id, kind=following if following in KINDS else kind)
        )
    services = current.services()
    steps.reread(current.access(), upload_id)
    services.jobs.enqueue(upload_id, records.WAITING)
    return redirect(url_for("uploads.show", upload_id=upload_id))


def _index(upload_id: int, kind: str, wrong: Mapping[str, str] | None = None) -> str:
    upload = current.upload(upload_id)
    open_now = unanswered_words.count_pending(current.access(), upload.home_id, upload_id)
    tabs = terms.tabs(kind, open_now, "upload_words.index", upload_id=upload_id)
    purpose = named_purpose.FIXED[blueprint.name]
    current.looked_at("dateiinhalt.ansehen", f"lieferung {upload_id}", purpose)
    return render_template(
        "uploads/unanswered_words.html",
        **terms.asking(kind, upload_id, wrong),
        upload=upload,
        purpose=purpose,
        home_name=upload.home_name,
        tabs=tabs,
        following=next((tab for tab in tabs if tab["open"] and not tab["current"]), None),
        still_open=open_now[kind].words,
        can_be_read_again=upload.state == records.READ,
    )
