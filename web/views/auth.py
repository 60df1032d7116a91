"""Signing in and out: password, second factor, its enrolment, and a password of one's own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qs, urlsplit

from flask import Blueprint, abort, flash, redirect, render_template, request, session, url_for
from flask_login import current_user, login_user, logout_user
from markupsafe import Markup

from web.current import HOME, SignedIn, services, system, user, visitor
from web.security import gate, totp
from web.security.crypto import Box, TamperedError
from web.services import accesses, clock, homes, sessions

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

blueprint = Blueprint("auth", __name__)

REFUSED: Final = (
    "Die Anmeldung hat nicht geklappt: Benutzername oder Kennwort stimmen nicht, oder das Konto ist gesperrt. "
    "Nach drei Fehlversuchen entsperrt es Ihre Administration."
)
KEY_OF_ENROLMENT: Final = "einrichten"
"""Where a session holds, sealed, the key that its enrolment shows."""

WRONG_CODE: Final = "Dieser Code stimmt nicht oder wurde schon benutzt. Bitte geben Sie den nächsten aus Ihrer App ein."


@blueprint.route("/anmelden", methods=["GET", "POST"])
def sign_in() -> ResponseReturnValue:
    """Ask for user name and password."""
    if request.method == "GET":
        if isinstance(current_user._get_current_object(), SignedIn):  # noqa: SLF001
            return redirect(url_for("home.index"))
        return render_template("auth/sign_in.html", wrong="", user_name="")
    name, password = request.form.get("benutzername", ""), request.form.get("kennwort", "")
    token = sessions.check_password(system(), name, password)
    if token is None:
        return render_template("auth/sign_in.html", wrong=REFUSED, user_name=name), 401
    _carry(token)
    return redirect(url_for("auth.second_factor"))


@blueprint.route("/anmelden/code", methods=["GET", "POST"])
def second_factor() -> ResponseReturnValue:
    """Ask for the code of the authenticator app."""
    if not visitor().enrolled:
        return redirect(url_for("auth.enrol"))
    if request.method == "GET":
        return render_template("auth/second_factor.html", wrong="")
    code = request.form.get("code", "")
    token = sessions.check_code(system(), services().settings, user().token, code, clock.now())
    if token is None:
        return render_template("auth/second_factor.html", wrong=WRONG_CODE), 401
    _carry(token)
    return redirect(_asked_for())


@blueprint.route("/anmelden/einrichten", methods=["GET", "POST"])
def enrol() -> ResponseReturnValue:
    """Set up the second factor: show the secret as QR code, accept the first code."""
    who = visitor()
    if who.enrolled:
        return redirect(url_for("auth.second_factor"))
    box, place = Box(services().settings.secret_key, "enrol"), f"account {who.account_id}"
    wrong = ""
    # The secret stays sealed with the browser: until a code proves it, the server keeps nothing. Loading the page again
    # shows the same one, for whoever has scanned it already.
    secret = _sealed_secret(box, place) or totp.new_secret()
    if request.method == "POST":
        code = request.form.get("code", "")
        token = sessions.enrol(system(), services().settings, user().token, secret, code, clock.now())
        if token is not None:
            _carry(token)
            return redirect(_asked_for())
        wrong = WRONG_CODE
    page = render_template(
        "auth/enrol.html",
        picture=Markup(totp.picture(secret, who.user_name)),  # noqa: S704  # made by us, out of a QR code
        secret=" ".join(secret[i : i + 4] for i in range(0, len(secret), 4)),
        wrong=wrong,
    )
    session[KEY_OF_ENROLMENT] = box.seal(secret.encode(), place).hex()
    return page, 401 if wrong else 200


@blueprint.route("/kennwort", methods=["GET", "POST"])
def change_password() -> ResponseReturnValue:
    """Let the user choose a password; the initial one has to be changed."""
    who = visitor()
    wrong = ""
    if request.method == "POST":
        old, new = request.form.get("bisher", ""), request.form.get("neu", "")
        if new != request.form.get("nochmal", ""):
            wrong = "Die beiden neuen Kennwörter sind nicht gleich."
        else:
            wrong = sessions.change_password(system(), user().token, old, new, clock.now())
        if not wrong:
            flash("Ihr neues Kennwort gilt ab jetzt.", "done")
            return redirect(_asked_for())
    return render_template(
        "auth/change_password.html", wrong=wrong, first=who.must_change_password
    ), 422 if wrong else 200


@blueprint.post("/abmelden")
def sign_out() -> ResponseReturnValue:
    """End the session, here and on the server."""
    sessions.sign_out(system(), user().token)
    logout_user()
    session.clear()
    return redirect(url_for("auth.sign_in"))


def _carry(token: str) -> None:
    """Give the browser a new token, and nothing of its session before but the page that was asked for."""
    asked_for = session.get(gate.ASKED_FOR)
    session.clear()
    if asked_for:
        session[gate.ASKED_FOR] = asked_for
    who = sessions.visitor(system(), token, clock.now())
    if who is None:
        abort(401)
    login_user(SignedIn(token, who), force=True)


def _asked_for() -> str:
    """Return the page to go on to: the one asked for before signing in, once nothing stands before it any more."""
    who = sessions.visitor(system(), user().token, clock.now())
    if who is None or not who.open or who.must_change_password:
        return url_for("home.index")  # the gate leads to what comes first
    address = str(session.pop(gate.ASKED_FOR, None) or url_for("home.index"))
    wanted = parse_qs(urlsplit(address).query).get(HOME, [])
    own = {str(home.id) for home in homes.of_tenant(accesses.of_visitor(system(), who))}
    if set(wanted) <= own:
        return address
    flash("Die Seite, die Sie öffnen wollten, gehört zu keiner Ihrer Einrichtungen.", "warning")
    return url_for("home.index")


def _sealed_secret(box: Box, place: str) -> str | None:
    """Return the secret this browser was shown; None where it was shown none, or to another account."""
    try:
        return box.open(bytes.fromhex(session.get(KEY_OF_ENROLMENT, "")), place).decode()
    except (TamperedError, ValueError):
        return None
