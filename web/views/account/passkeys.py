"""Passkeys: the questions a browser is asked, and its answers, when one is made and when one is shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, abort, flash, jsonify, redirect, request, url_for

from web.current import system, user, visitor
from web.errors import back_to
from web.security import fresh
from web.services import clock
from web.services.sign_in import passkeys
from web.views.account import recovery_codes, steps

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from web.security.passkeys import RelyingParty

blueprint = Blueprint("passkeys", __name__, url_prefix="/passkeys")


@blueprint.post("/anlegen/frage")
@fresh.required
def creation_options() -> ResponseReturnValue:
    """Return what the browser needs to make a passkey."""
    return _question(passkeys.creation_options(system(), _party(), user().token, clock.now()))


@blueprint.post("/anlegen")
@fresh.required
@back_to("own_account.index")
def add() -> ResponseReturnValue:
    """Store the passkey the browser has made; the first factor of an account opens the session."""
    first = not visitor().open
    answer, name = request.form.get("antwort", ""), request.form.get("name", "")
    token = passkeys.add(system(), _party(), user().token, answer, name, clock.now())
    if token is None:
        abort(401)
    steps.carry(token)
    if first:
        return recovery_codes.show_new()
    flash("Der Passkey ist eingerichtet.", "done")
    return redirect(url_for("own_account.index"))


@blueprint.post("/frage")
def request_options() -> ResponseReturnValue:
    """Return what the browser needs to show a passkey."""
    return _question(passkeys.request_options(system(), _party(), user().token, clock.now()))


@blueprint.post("/zeigen")
def show() -> ResponseReturnValue:
    """Accept a passkey as the second factor."""
    token = passkeys.check(system(), _party(), user().token, request.form.get("antwort", ""), clock.now())
    if token is None:
        flash("Dieser Passkey passt nicht zu Ihrem Konto; bitte versuchen Sie es noch einmal.", "warning")
        return redirect(url_for("auth.second_factor"))
    steps.carry(token)
    return redirect(steps.page_asked_for())


def _party() -> RelyingParty:
    return steps.relying_party() or abort(404)


def _question(options: dict[str, object] | None) -> ResponseReturnValue:
    if options is None:
        abort(401)
    return jsonify(options)
