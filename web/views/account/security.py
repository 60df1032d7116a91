"""Sicherheit: each row of docs/security.md with its state and proof, and what is to be done at this installation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from flask import Blueprint, current_app, flash, render_template, request

from web import current
from web.security_report import report, rows
from web.security_report.inspection import Inspection
from web.wording.security_rows import AREAS

if TYPE_CHECKING:
    from collections.abc import Collection

    from flask.typing import ResponseReturnValue

blueprint = Blueprint("security", __name__, url_prefix="/sicherheit")

PAGES: Final = {
    **dict.fromkeys(("factors", "locked", "administrators", "grants", "data protection"), "accounts.index"),
    "instructions": "instructions.index",
    "releases": "releases.index",
    "uploads": "uploads.index",
}
"""Check -> the page on which what it finds can be put right."""


@blueprint.get("/")
def index() -> ResponseReturnValue:
    """Look at the installation, and show what was found: of this operator alone."""
    here, state = _chosen("hier", report.HERE), _chosen("programm", rows.STATES.values())
    made = report.make(_inspection())
    shown = [one for one in made.rows if here in {"", one.here} and state in {"", one.state}]
    return render_template(
        "account/security.html",
        made=made,
        to_do=[
            (title, [one for one in made.to_do if report.is_for_operator(one) is by_operator])
            for title, by_operator in (
                ("Was Sie selbst tun können", True),
                ("Was der Betreiber des Servers tut", False),
            )
        ],
        areas=[(word, [one for one in shown if one.row.id[0] == letter]) for letter, word in AREAS.items()],
        shown=len(shown),
        counts={word: sum(one.state == word for one in made.rows) for word in rows.STATES.values()},
        here=here,
        state=state,
        here_words=report.HERE,
        state_words=list(rows.STATES.values()),
        word_of=lambda result: report.here([result]),
        pages=PAGES,
    )


def _inspection() -> Inspection:
    services = current.services()
    return Inspection(
        services.settings,
        current.system(),
        [("", current.access())],
        services.jobs.queue,
        current_app.config,
        thorough=False,
    )


def _chosen(name: str, words: Collection[str]) -> str:
    word = request.args.get(name, "")
    if word and word not in words:
        flash("Diese Auswahl gibt es nicht; gezeigt sind alle Zeilen.", "warning")
        return ""
    return word
