"""Help: the handbook, and what the words on the pages mean."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, render_template, url_for

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
    page = handbook.load(name, lambda path: url_for("static", filename=path), url_for("rulebook_entries.index"))
    return render_template("help/page.html", page=page)
