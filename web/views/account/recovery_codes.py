"""Recovery codes: shown once, to print or keep as a file; typed where the second factor is lost."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, session, url_for

from web.current import access, services, system, user, visitor
from web.security import setting_keys
from web.security.crypto import Box, TamperedError
from web.services import clock
from web.services.sign_in import recovery_codes
from web.views.account import steps
from web.wording.figures import counted

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

blueprint = Blueprint("recovery_codes", __name__)

WRONG_CODE = "Dieser Code stimmt nicht oder wurde schon benutzt."


@blueprint.route("/anmelden/wiederherstellung", methods=["GET", "POST"])
def use() -> ResponseReturnValue:
    """Ask for a recovery code in place of the second factor."""
    wrong = ""
    if request.method == "POST":
        token = recovery_codes.check(system(), user().token, request.form.get("code", ""), clock.now())
        if token is not None:
            steps.carry(token)
            left = recovery_codes.left(access())
            flash(_told(left), "warning" if left < 3 else "done")
            return redirect(steps.page_asked_for())
        wrong = WRONG_CODE
    return render_template("account/recovery_code.html", wrong=wrong), 401 if wrong else 200


@blueprint.get("/wiederherstellungscodes/")
def index() -> ResponseReturnValue:
    """Show new codes, until their owner has put them away."""
    codes = _unsealed()
    if not codes:
        return redirect(url_for("own_account.index"))
    return render_template("account/recovery_codes.html", codes=codes)


@blueprint.get("/wiederherstellungscodes/codes.txt")
def file() -> ResponseReturnValue:
    """Return the same codes as a file."""
    codes = _unsealed() or abort(404)
    head = f"PeBeM-Analyse: Wiederherstellungscodes für {visitor().user_name}, {clock.format_moment(clock.now())}"
    text = "\r\n".join([head, "Jeder Code ersetzt einmal den zweiten Faktor.", "", *codes, ""])
    name = {"Content-Disposition": "attachment; filename=wiederherstellungscodes.txt"}
    return Response(text, content_type="text/plain; charset=utf-8", headers=name)


@blueprint.post("/wiederherstellungscodes/")
def done() -> ResponseReturnValue:
    """Forget the codes: their owner has put them away."""
    session.pop(steps.CODES, None)
    return redirect(steps.page_asked_for())


def show_new() -> ResponseReturnValue:
    """Make codes for whoever is signed in, and lead to the page that shows them."""
    codes = recovery_codes.renew(access())
    session[steps.CODES] = _box().seal(json.dumps(codes).encode(), _place()).hex()
    return redirect(url_for("recovery_codes.index"))


def _unsealed() -> list[str]:
    try:
        codes: list[str] = json.loads(_box().open(bytes.fromhex(session.get(steps.CODES, "")), _place()))
    except (TamperedError, ValueError):
        return []
    return codes


def _box() -> Box:
    return Box(setting_keys.of_factors(services().settings), "recovery codes")


def _place() -> str:
    return f"account {visitor().account_id}"


def _told(left: int) -> str:
    more = "" if left >= 3 else " Neue bekommen Sie unter „Mein Konto“."
    return f"Der Code ist verbraucht; Sie haben noch {counted(left, 'Code', 'Codes')}.{more}"
