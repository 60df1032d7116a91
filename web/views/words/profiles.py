"""Profile: how the files of known sources are read, with their authors; passed to other homes as a file."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for

from importers.files.delimited import ENCODINGS
from web import current, uploaded_files
from web.errors import back_to
from web.services.words import profiles
from web.services.words.profiles import ProfileError

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

blueprint = Blueprint("profiles", __name__, url_prefix="/daten/profile")

_NO_FILE_NAME: Final = re.compile(r"[^A-Za-z0-9ÄÖÜäöüß]+")


@blueprint.get("/")
def index() -> ResponseReturnValue:
    """Show all profiles of the tenant."""
    rows = profiles.list_(current.access())
    return render_template("words/profiles/index.html", rows=rows, home_name=current.home().name)


@blueprint.get("/<int:number>")
def show(number: int) -> ResponseReturnValue:
    """Show which columns of a source correspond to which of the template."""
    row = profiles.find(current.access(), number)
    if row is None:
        abort(404)
    return render_template("words/profiles/show.html", row=row, home_name=current.home().name, encodings=ENCODINGS)


@blueprint.post("/")
@back_to("profiles.index")
def read() -> ResponseReturnValue:
    """Import a profile from another home."""
    _, content = next(iter(uploaded_files.take("datei", profiles.MOST_BYTES)), ("", b""))
    if not content:
        flash("Bitte wählen Sie eine Profildatei aus.", "warning")
        return redirect(url_for("profiles.index"))
    name = profiles.import_(current.access(), content=content)
    flash(f"Das Profil „{name}“ gilt ab der nächsten Datei.", "good")
    return redirect(url_for("profiles.index"))


@blueprint.get("/<int:number>/profil.json")
def export(number: int) -> ResponseReturnValue:
    """Download a profile as a file, and log it."""
    try:
        name, text = profiles.export(current.access(), number=number)
    except ProfileError:
        abort(404)
    answer = Response(text, mimetype="application/json")
    answer.headers.set("Content-Disposition", "attachment", filename=f"Profil-{_NO_FILE_NAME.sub('-', name)}.json")
    return answer


@blueprint.post("/<int:number>/umbenennen")
@back_to("profiles.index")
def rename(number: int) -> ResponseReturnValue:
    """Give a profile another name."""
    return _done(profiles.rename, number, "Umbenannt.", name=request.form.get("name", ""))


@blueprint.post("/<int:number>/loeschen")
@back_to("profiles.index")
def remove(number: int) -> ResponseReturnValue:
    """Delete a profile."""
    return _done(profiles.remove, number, "Gelöscht; beim nächsten Mal wird zu dieser Datei wieder gefragt.")


def _done(what: object, number: int, word: str, **more: str) -> ResponseReturnValue:
    access = current.access()
    if profiles.find(access, number) is None:
        abort(404)
    what(access, number=number, **more)  # type: ignore[operator]
    flash(word, "good")
    return redirect(url_for("profiles.index"))
