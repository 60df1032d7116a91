"""One's own account: password, second factors, recovery codes, sessions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, flash, redirect, render_template, request, session, url_for

from web.current import access, user, visitor
from web.errors import back_to
from web.security import fresh, gate
from web.services import clock
from web.services.sign_in import active_sessions, factors
from web.views.account import recovery_codes, steps

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

blueprint = Blueprint("own_account", __name__, url_prefix="/konto")


@blueprint.get("/")
def index() -> ResponseReturnValue:
    """Show password, factors and sessions; the forms that change factors only after a fresh confirmation."""
    who = visitor()
    return render_template(
        "account/own_account.html",
        who=who,
        factors=factors.of_account(access()),
        sessions=active_sessions.of_account(access(), who.account_id, user().token),
        fresh=who.fresh(clock.now()),
        passkeys_possible=steps.relying_party() is not None,
        device=steps.browser().device,
    )


@blueprint.get("/aendern")
@fresh.required
def change() -> ResponseReturnValue:
    """Lead back to the account, with the forms."""
    return redirect(url_for("own_account.index", _anchor="faktoren"))


@blueprint.post("/passkeys/<int:number>/entfernen")
@fresh.required
@back_to("own_account.index", anchor="faktoren")
def remove_passkey(number: int) -> ResponseReturnValue:
    """Remove a passkey."""
    factors.remove_passkey(access(), number)
    flash("Der Passkey ist entfernt. Löschen Sie ihn auch auf dem Gerät.", "done")
    return redirect(url_for("own_account.index", _anchor="faktoren"))


@blueprint.post("/app/entfernen")
@fresh.required
@back_to("own_account.index", anchor="faktoren")
def remove_app() -> ResponseReturnValue:
    """Remove the authenticator app."""
    factors.remove_app(access())
    flash("Die Anmelde-App ist entfernt.", "done")
    return redirect(url_for("own_account.index", _anchor="faktoren"))


@blueprint.post("/codes")
@fresh.required
def new_codes() -> ResponseReturnValue:
    """Make new recovery codes; those before are worth nothing any more."""
    session[gate.ASKED_FOR] = url_for("own_account.index")
    return recovery_codes.show_new()


@blueprint.post("/sitzungen/beenden")
def end_session() -> ResponseReturnValue:
    """End one session of one's own, or all but this."""
    who, handle = visitor(), request.form.get("sitzung", "")
    if handle:
        active_sessions.end(access(), who.account_id, handle)
        flash("Die Sitzung ist beendet.", "done")
    else:
        active_sessions.end_all(access(), who.account_id, but=user().token)
        flash("Alle anderen Sitzungen sind beendet.", "done")
    return redirect(url_for("own_account.index", _anchor="sitzungen"))
