"""Werte einer Lieferung: what the words of one upload mean that nobody knew, and reading it once more with that."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, flash, redirect, render_template, request, url_for

from web import current
from web.services.uploads import flow, records, unanswered_words
from web.views.words import terms

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flask.typing import ResponseReturnValue

blueprint = Blueprint("values", __name__, url_prefix="/daten")


@blueprint.get("/<int:batch_id>/werte/<kind>")
def index(batch_id: int, kind: str) -> ResponseReturnValue:
    """Show the words of a kind that an upload uses and nobody knew, those with the most minutes first."""
    current.batch(batch_id)
    return _index(batch_id, terms.known_kind(kind))


@blueprint.post("/<int:batch_id>/werte/<kind>")
def choose(batch_id: int, kind: str) -> ResponseReturnValue:
    """Keep the answers; if asked to, have the upload read once more with them."""
    current.batch(batch_id)
    if wrong := terms.answered(terms.known_kind(kind)):
        return _index(batch_id, kind, wrong), 422
    if "lesen" not in request.form:
        return redirect(url_for("values.index", batch_id=batch_id, kind=kind))
    parts = current.parts()
    try:
        flow.reread(parts.databases, batch_id, account_id=current.visitor().account_id)
        parts.jobs.enqueue(batch_id, records.WAITING)
    except flow.UploadError as error:
        flash(str(error), "warning")
    return redirect(url_for("imports.show", batch_id=batch_id))


def _index(batch_id: int, kind: str, wrong: Mapping[str, str] | None = None) -> str:
    batch = current.batch(batch_id)
    open_now = unanswered_words.count(current.databases().reading, batch.home_id, batch_id)
    return render_template(
        "terms/of_upload.html",
        **terms.asking(kind, batch_id, wrong),
        batch=batch,
        home_name=batch.home_name,
        tabs=terms.tabs(kind, open_now, "values.index", batch_id=batch_id),
        still_open=open_now[kind].words,
        can_be_read_again=batch.state == records.READ,
    )
