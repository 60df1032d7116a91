"""Help: the handbook, and what the words on the pages mean."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, render_template, url_for

from web.security import gate
from web.services import handbook

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

blueprint = Blueprint("help", __name__, url_prefix="/hilfe")


@blueprint.get("/")
def index() -> ResponseReturnValue:
    """Show the handbook."""
    return _page(handbook.HANDBOOK)


@blueprint.get("/begriffe")
def terms() -> ResponseReturnValue:
    """Show what the words mean."""
    return _page(handbook.TERMS)


def _page(name: str) -> str:
    cases = gate.way_to("rulebook_entries.index")
    page = handbook.load(name, lambda path: url_for("static", filename=path), cases)
    return render_template("help/page.html", page=page)
