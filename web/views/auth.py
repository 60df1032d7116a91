"""Signing in and out: password, second factor, its enrolment, and a password of one's own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from flask_login import current_user, logout_user
from markupsafe import Markup

from web.current import SignedIn, services, system, user, visitor
from web.security import fresh, setting_keys, totp
from web.security.crypto import Box, TamperedError
from web.services import clock, sessions
from web.services.sign_in import first_token, own_password
from web.views.account import recovery_codes, steps

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
        return _sign_in_page()
    name, password = request.form.get("benutzername", ""), request.form.get("kennwort", "")
    address, delays = request.remote_addr or "", services().delays
    if seconds := delays.admit(address, name):
        words = f"Das waren zu viele Fehlversuche. Bitte warten Sie {seconds} Sekunden und versuchen Sie es dann neu."
        return _sign_in_page(words, name), 429, {"Retry-After": str(seconds)}
    try:
        token = sessions.check_password(system(), name, password, steps.browser())
    except sessions.ExpiredPasswordError as error:
        return _sign_in_page(str(error), name), 401
    if token is None:
        return _sign_in_page(REFUSED, name), 401
    delays.succeeded(address, name)
    steps.carry(token)
    return redirect(url_for("auth.second_factor"))


def _sign_in_page(wrong: str = "", user_name: str = "") -> str:
    empty = first_token.wanted(system())
    return render_template("auth/sign_in.html", wrong=wrong, user_name=user_name, empty=empty)


@blueprint.route("/anmelden/code", methods=["GET", "POST"])
def second_factor() -> ResponseReturnValue:
    """Ask for the second factor: a passkey, or the code of the app. Open sessions confirm with it what is grave."""
    who, wrong = visitor(), ""
    if not who.enrolled:
        return redirect(url_for("auth.enrol"))
    if request.method == "POST":
        code = request.form.get("code", "")
        token = sessions.check_code(system(), services().settings, user().token, code, clock.now())
        if token is not None:
            steps.carry(token)
            return redirect(steps.page_asked_for())
        wrong = WRONG_CODE
    return render_template(
        "auth/second_factor.html", who=who, wrong=wrong, passkeys_possible=steps.relying_party() is not None
    ), 401 if wrong else 200


@blueprint.route("/anmelden/einrichten", methods=["GET", "POST"])
@fresh.required
def enrol() -> ResponseReturnValue:
    """Set up a second factor: offer a passkey, show the secret of an app as QR code, accept its first code."""
    who = visitor()
    if who.has_app or (who.enrolled and not who.open):
        return redirect(url_for("own_account.index" if who.open else "auth.second_factor"))
    box, place = Box(setting_keys.of_factors(services().settings), "enrol"), f"account {who.account_id}"
    wrong = ""
    # The secret stays sealed with the browser: until a code proves it, the server keeps nothing. Loading the page again
    # shows the same one, for whoever has scanned it already.
    secret = _sealed_secret(box, place) or totp.new_secret()
    if request.method == "POST":
        code = request.form.get("code", "")
        token = sessions.enrol(system(), services().settings, user().token, secret, code, clock.now())
        if token is not None:
            steps.carry(token)
            if not who.open:
                return recovery_codes.show_new()
            flash("Die Anmelde-App ist eingerichtet.", "done")
            return redirect(url_for("own_account.index"))
        wrong = WRONG_CODE
    page = render_template(
        "auth/enrol.html",
        who=who,
        passkeys_possible=steps.relying_party() is not None,
        device=steps.browser().device,
        picture=Markup(totp.picture(secret, who.user_name)),  # noqa: S704  # made by us, out of a QR code
        secret=" ".join(secret[i : i + 4] for i in range(0, len(secret), 4)),
        wrong=wrong,
    )
    session[KEY_OF_ENROLMENT] = box.seal(secret.encode(), place).hex()
    return page, 401 if wrong else 200


@blueprint.route("/kennwort", methods=["GET", "POST"])
@fresh.required
def change_password() -> ResponseReturnValue:
    """Let the user choose a password; the initial one has to be changed."""
    who = visitor()
    wrong = ""
    if request.method == "POST":
        old, new = request.form.get("bisher", ""), request.form.get("neu", "")
        if new != request.form.get("nochmal", ""):
            wrong = "Die beiden neuen Kennwörter sind nicht gleich."
        else:
            wrong = own_password.change(system(), user().token, old, new, clock.now())
        if not wrong:
            flash("Ihr neues Kennwort gilt ab jetzt.", "done")
            return redirect(steps.page_asked_for())
    return render_template(
        "auth/change_password.html", wrong=wrong, first=who.must_change_password
    ), 422 if wrong else 200


@blueprint.post("/abmelden")
def sign_out() -> ResponseReturnValue:
    """End the session, here and on the server."""
    sessions.sign_out(system(), user().token, by=user().visitor)
    logout_user()
    session.clear()
    return redirect(url_for("auth.sign_in"))


def _sealed_secret(box: Box, place: str) -> str | None:
    """Return the secret this browser was shown; None where it was shown none, or to another account."""
    try:
        return box.open(bytes.fromhex(session.get(KEY_OF_ENROLMENT, "")), place).decode()
    except (TamperedError, ValueError):
        return None
