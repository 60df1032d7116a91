"""Accounts, roles and homes of a tenant, for whoever administers them."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for

from web.current import access, services, visitor
from web.errors import back_to
from web.security import fresh
from web.security.permissions import ROLE_RIGHTS, ROLE_WORDS, AccountRole
from web.services import accounts, clock, grants, homes
from web.services.sign_in import active_sessions, lost_factor

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

blueprint = Blueprint("accounts", __name__, url_prefix="/konten")


@blueprint.get("/")
@fresh.required
def index() -> ResponseReturnValue:
    """Show the accounts of the tenant with their roles, and what waits for a second person."""
    return _page()


@blueprint.post("/")
@fresh.required
@back_to("accounts.index", anchor="neues-konto")
def add() -> ResponseReturnValue:
    """Make an account with one role, and show its one-time password, once."""
    form, days = request.form, services().settings.initial_days
    role, home_id = _role(), _home_id()
    user_name = form.get("benutzername", "")
    if not form.get("name", "").strip():
        raise accounts.AccountError("Bitte geben Sie den Namen der Person an.")
    if not _reason().strip():
        raise accounts.AccountError("Bitte geben Sie an, warum die Person ein Konto bekommt.")
    password = accounts.create_user(access(), user_name=user_name, display_name=form["name"], days=days)
    row = next(one for one in accounts.of_tenant(access()) if one.user_name == user_name.strip().casefold())
    grants.give(access(), row.id, role, reason=_reason(), home_id=home_id)
    return _page(one_time=(row, password))


@blueprint.post("/einrichtungen")
@fresh.required
@back_to("accounts.index", anchor="neue-einrichtung")
def add_home() -> ResponseReturnValue:
    """Make a home."""
    name = request.form.get("einrichtung", "")
    homes.create(access(), name)
    flash(f"{name.strip()} ist angelegt. Wer eine Rolle in allen Einrichtungen hat, hat sie auch dort.", "done")
    return redirect(url_for("accounts.index"))


@blueprint.post("/<int:number>/rollen")
@fresh.required
@back_to("accounts.index")
def grant(number: int) -> ResponseReturnValue:
    """Grant a role."""
    row, role = _account(number), _role()
    grants.give(
        access(),
        row.id,
        role,
        reason=_reason(),
        home_id=_home_id(),
        first_day=_day("ab"),
        until=_day("bis"),
    )
    flash(f"{row.display_name} hat jetzt die Rolle {ROLE_WORDS[role]}.", "done")
    return redirect(url_for("accounts.index"))


@blueprint.post("/rollen/<int:number>/entziehen")
@fresh.required
@back_to("accounts.index")
def withdraw_grant(number: int) -> ResponseReturnValue:
    """Withdraw a role; it ends with the next request of the account."""
    if not any(one.id == number for one in grants.of_tenant(access())):
        abort(404)
    grants.withdraw(access(), number, reason=_reason())
    flash("Die Rolle ist entzogen; das gilt ab sofort.", "done")
    return redirect(url_for("accounts.index"))


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
        grants=_by_account(),
        roles={role: ROLE_WORDS[role] for role in ROLE_RIGHTS},
        own_homes=homes.of_tenant(access()),
        today=clock.today(),
        days=services().settings.initial_days,
    )


def _account(number: int) -> accounts.AccountRow:
    rows = accounts.of_tenant(access())
    return next((row for row in rows if row.id == number), None) or abort(404)


def _request(number: int) -> lost_factor.FactorResetRow:
    rows = lost_factor.waiting(access())
    return next((row for row in rows if row.id == number), None) or abort(404)


def _by_account() -> dict[int, list[grants.GrantRow]]:
    by_account: dict[int, list[grants.GrantRow]] = {}
    for row in grants.of_tenant(access()):
        by_account.setdefault(row.account_id, []).append(row)
    return by_account


def _role() -> AccountRole:
    asked = request.form.get("rolle", "")
    return next((role for role in AccountRole if role == asked), None) or abort(400)


def _home_id() -> int | None:
    """Return the home of a form, None for all; one that is not the tenant's does not exist."""
    asked = request.form.get("einrichtung", "")
    if not asked:
        return None
    return next((home.id for home in homes.of_tenant(access()) if str(home.id) == asked), None) or abort(404)


def _day(name: str) -> date | None:
    written = request.form.get(name, "").strip()
    try:
        return date.fromisoformat(written) if written else None
    except ValueError:
        raise grants.GrantError("Bitte geben Sie die Tage so an: 2026-12-01.") from None


def _reason() -> str:
    return request.form.get("grund", "")
