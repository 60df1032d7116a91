"""Freigaben: views that tell who was on shift, asked for by one person and released by the works council."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from flask import Blueprint, flash, redirect, render_template, request, url_for

from web import current
from web.errors import back_to
from web.security import fresh
from web.security.permissions import Right, roles_with
from web.services import clock, releases
from web.services.analysis.small_groups import FEWEST

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

blueprint = Blueprint("releases", __name__, url_prefix="/freigaben")


@blueprint.get("/")
def index() -> ResponseReturnValue:
    """Say whether such views are on, who turned them on, and what for."""
    access, home = current.access(), current.home()
    rows = releases.of_home(access, home.id)
    current_row = next((one for one in rows if not one.over), None)
    return render_template(
        "account/releases.html",
        release=current_row,
        former=[one for one in rows if one.over],
        may_ask=access.may(Right.ASK_RELEASE, home.id),
        may_release=access.may(Right.RELEASE, home.id),
        own=current_row is not None and current_row.asked_by_id == access.account_id,
        releasing_roles=roles_with(Right.RELEASE),
        asking_roles=roles_with(Right.ASK_RELEASE),
        today=clock.today(),
        latest=clock.today() + releases.LONGEST,
        fewest=FEWEST,
    )


@blueprint.post("/")
@fresh.required
@back_to("releases.index")
def ask() -> ResponseReturnValue:
    """Ask for a release."""
    form = request.form
    try:
        until = date.fromisoformat(form.get("bis", ""))
    except ValueError:
        until = None
    releases.ask(
        current.access(),
        current.home().id,
        agreement=form.get("aktenzeichen", ""),
        purpose=form.get("zweck", ""),
        until=until,
    )
    flash(f"Beantragt. Jetzt muss der {' oder '.join(roles_with(Right.RELEASE))} freigeben.", "done")
    return redirect(url_for("releases.index"))


@blueprint.post("/<int:number>/erteilen")
@fresh.required
@back_to("releases.index")
def release(number: int) -> ResponseReturnValue:
    """Release what was asked for."""
    releases.release(current.access(), current.home().id, number)
    flash("Freigegeben. Tag und Uhrzeit stehen ab sofort in der Liste der Interventionen.", "done")
    return redirect(url_for("releases.index"))


@blueprint.post("/<int:number>/zuruecknehmen")
@back_to("releases.index")
def withdraw(number: int) -> ResponseReturnValue:
    """End it, on the side of those who asked."""
    return _end(number)


@blueprint.post("/<int:number>/beenden")
@back_to("releases.index")
def end(number: int) -> ResponseReturnValue:
    """End it, on the side of the works council."""
    return _end(number)


def _end(number: int) -> ResponseReturnValue:
    releases.end(current.access(), current.home().id, number)
    flash("Beendet. Tag und Uhrzeit stehen ab sofort nur noch, wo genug Personen infrage kommen.", "done")
    return redirect(url_for("releases.index"))
