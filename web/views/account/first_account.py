"""The first account of an empty installation, made in the browser with the code the program prints (A11)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, redirect, render_template, request, url_for

from web.current import services, system
from web.services import sessions
from web.services.errors import ServiceError
from web.services.sign_in import first_token
from web.views.account import steps

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

blueprint = Blueprint("first_account", __name__)


@blueprint.route("/erster-zugang", methods=["GET", "POST"])
def index() -> ResponseReturnValue:
    """Ask for the code, operator, home and account; the password opens the session, a second factor comes next."""
    if not first_token.wanted(system()):
        return redirect(url_for("auth.sign_in"))
    wrong, code = "", 200
    if request.method == "POST":
        address = request.remote_addr or ""
        seconds = services().delays.admit(address, "")
        first = _said()
        if seconds:
            wrong, code = f"Das waren zu viele Versuche; bitte warten Sie {seconds} Sekunden.", 429
        elif first.password != request.form.get("nochmal", ""):
            wrong, code = "Die beiden Kennwörter sind nicht gleich.", 422
        else:
            try:
                first_token.redeem(system(), request.form.get("einmalcode", ""), first)
            except ServiceError as error:
                wrong, code = str(error), 422
            else:
                services().delays.succeeded(address, "")
                token = sessions.check_password(system(), first.user_name, first.password, steps.browser())
                steps.carry(str(token))
                return redirect(url_for("auth.enrol"))
    return render_template("account/first_account.html", wrong=wrong, form=request.form), code


def _said() -> first_token.FirstAccount:
    form = request.form
    names = ("traeger", "einrichtung", "benutzername", "name", "kennwort")
    return first_token.FirstAccount(*(form.get(name, "") for name in names))
