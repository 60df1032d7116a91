"""Eigene Bezeichnungen: what the home's own names for interventions stand for in the catalogue."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for

from web import current
from web.services import rulebooks, terms

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

blueprint = Blueprint("terms", __name__, url_prefix="/bezeichnungen")

SHOWN: Final = 25
"""Names the page begins with: those with the most minutes."""

MOST_BYTES: Final = 2 * 1024**2


@blueprint.get("/")
def index() -> ResponseReturnValue:
    """Show the names nobody knows, those with the most minutes first, and all mappings made."""
    reading, home = current.databases().reading, current.home()
    book = rulebooks.holding(reading, home.id)
    pending = terms.pending(reading, home.id, limit=terms.KEPT if "alle" in request.args else SHOWN)
    titles = {entry.id: entry.title for entry in book.interventions}
    return render_template(
        "terms/index.html",
        rulebook=book,
        pending=pending,
        unmapped=terms.open_names(reading, home.id),
        made=terms.list_(reading, current.visitor().tenant_id),
        titles=titles,
        interventions=book.interventions,
        ignore=terms.IGNORE,
        later=terms.LATER,
    )


@blueprint.post("/")
def choose() -> ResponseReturnValue:
    """Map one name: to a suggestion, to another entry by title or number, to nothing, or put it off."""
    text, other = request.form.get("text", ""), request.form.get("andere", "").strip()
    target = request.form.get("ziel", "")
    if other:
        book = rulebooks.holding(current.databases().reading, current.home().id)
        # The list of the field offers "4.1 Title": the number alone tells which is meant.
        entry = book.find_intervention(other) or book.find_intervention(other.partition(" ")[0])
        if entry is None:
            flash(f"„{other[:80]}“ steht nicht im Katalog. Bitte wählen Sie aus der Liste.", "warning")
            return redirect(url_for("terms.index"))
        target = entry.id
    try:
        made = terms.map_(
            current.databases(),
            tenant_id=current.visitor().tenant_id,
            account_id=current.visitor().account_id,
            home_id=current.home().id,
            text=text,
            target=target,
        )
        flash(f"Gespeichert: „{made.text}“.", "good")
    except terms.TermError as error:
        flash(str(error), "warning")
    return redirect(url_for("terms.index"))


@blueprint.get("/bezeichnungen.csv")
def table() -> ResponseReturnValue:
    """Hand all names out for a spreadsheet program, and write down that they were handed out."""
    databases, who = current.databases(), current.visitor()
    content = terms.export_csv(databases.reading, who.tenant_id, current.home().id)
    terms.exported(databases, tenant_id=who.tenant_id, account_id=who.account_id)
    return Response(
        content,
        mimetype="text/csv; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="bezeichnungen.csv"'},
    )


@blueprint.post("/einlesen")
def read() -> ResponseReturnValue:
    """Take an edited table back; where a line is wrong, nothing is changed."""
    file = request.files.get("datei")
    content = file.read(MOST_BYTES + 1) if file else b""
    if not content or len(content) > MOST_BYTES:
        flash("Bitte wählen Sie eine CSV-Datei mit höchstens 2 MB aus.", "warning")
        return redirect(url_for("terms.index"))
    who = current.visitor()
    try:
        found = terms.import_csv(
            current.databases(),
            tenant_id=who.tenant_id,
            account_id=who.account_id,
            home_id=current.home().id,
            content=content,
        )
    except terms.TermError as error:
        flash(str(error), "warning")
        return redirect(url_for("terms.index"))
    if found.problems:
        return render_template("terms/problems.html", problems=found.problems), 422
    flash(f"Eingelesen: {found.changed} geändert, {found.unchanged} unverändert.", "good")
    return redirect(url_for("terms.index"))
