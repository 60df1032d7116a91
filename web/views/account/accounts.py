"""The accounts of a tenant, for whoever administers them: unlocked, disabled, re-admitted, their sessions ended."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for

from web.current import access, services, visitor
from web.errors import back_to
from web.security import fresh
from web.services import accounts, sessions
from web.services.sign_in import active_sessions, lost_factor

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

blueprint = Blueprint("accounts", __name__, url_prefix="/konten")


@blueprint.before_request
def _administrators_alone() -> None:
    if not sessions.may_administer(visitor()):
        abort(403)


@blueprint.get("/")
@fresh.required
def index() -> ResponseReturnValue:
    """Show the accounts of the tenant, and what waits for a second person."""
    return _page()


@blueprint.post("/<int:number>/entsperren")
@fresh.required
@back_to("accounts.index")
def unlock(number: int) -> ResponseReturnValue:
    """Unlock an account, and show its one-time password, once."""
    row, days = _account(number), services().settings.initial_days
    password = accounts.unlock(access(), row.user_name, reason=_reason(), days=days)
    return _page(one_time=(row, password))


@blueprint.post("/<int:number>/stilllegen")
@fresh.required
@back_to("accounts.index")
def disable(number: int) -> ResponseReturnValue:
    """Close an account, and end its sessions."""
    row = _account(number)
    accounts.disable(access(), row.user_name, reason=_reason())
    flash(f"Das Konto von {row.display_name} ist stillgelegt; seine Sitzungen sind beendet.", "done")
    return redirect(url_for("accounts.index"))


@blueprint.post("/<int:number>/oeffnen")
@fresh.required
@back_to("accounts.index")
def enable(number: int) -> ResponseReturnValue:
    """Open a disabled account again."""
    row = _account(number)
    accounts.enable(access(), row.user_name, reason=_reason())
    flash(f"Das Konto von {row.display_name} ist wieder geöffnet.", "done")
    return redirect(url_for("accounts.index"))


@blueprint.post("/<int:number>/sitzungen-beenden")
@fresh.required
def end_sessions(number: int) -> ResponseReturnValue:
    """End all sessions of an account."""
    row = _account(number)
    active_sessions.end_all(access(), row.id)
    flash(f"Die Sitzungen von {row.display_name} sind beendet.", "done")
    return redirect(url_for("accounts.index"))


@blueprint.post("/<int:number>/faktor-verloren")
@fresh.required
@back_to("accounts.index")
def ask_to_reset(number: int) -> ResponseReturnValue:
    """Ask that the second factors of an account be removed; somebody else has to confirm it."""
    row = _account(number)
    lost_factor.ask(access(), row.id, reason=_reason())
    flash(
        f"Beantragt. Jetzt muss eine zweite Person der Verwaltung den Verlust von {row.display_name} bestätigen.",
        "done",
    )
    return redirect(url_for("accounts.index"))


@blueprint.post("/antraege/<int:number>/bestaetigen")
@fresh.required
@back_to("accounts.index")
def confirm_reset(number: int) -> ResponseReturnValue:
    """Remove the factors somebody else asked to remove, and show the account's one-time password, once."""
    waiting = _request(number)
    password = lost_factor.confirm(access(), number, days=services().settings.initial_days)
    return _page(one_time=(_account(waiting.account_id), password))


@blueprint.post("/antraege/<int:number>/zurueckziehen")
@fresh.required
@back_to("accounts.index")
def withdraw_reset(number: int) -> ResponseReturnValue:
    """Drop a request."""
    _request(number)
    lost_factor.withdraw(access(), number)
    flash("Der Antrag ist zurückgezogen; es wurde nichts entfernt.", "done")
    return redirect(url_for("accounts.index"))


def _page(one_time: tuple[accounts.AccountRow, str] | None = None) -> str:
    rows = accounts.of_tenant(access())
    return render_template(
        "account/accounts.html",
        who=visitor(),
        rows=rows,
        sessions={row.id: len(active_sessions.of_account(access(), row.id)) for row in rows},
        waiting=lost_factor.waiting(access()),
        one_time=one_time,
        days=services().settings.initial_days,
    )


def _account(number: int) -> accounts.AccountRow:
    rows = accounts.of_tenant(access())
    return next((row for row in rows if row.id == number), None) or abort(404)


def _request(number: int) -> lost_factor.FactorResetRow:
    rows = lost_factor.waiting(access())
    return next((row for row in rows if row.id == number), None) or abort(404)


def _reason() -> str:
    return request.form.get("grund", "")
