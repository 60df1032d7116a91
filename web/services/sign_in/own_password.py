"""A password of one's own: chosen anew, with the former one and the rules of ``web.security.passwords``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import delete, select, update

from web.security import passwords
from web.services import sessions
from web.store.models import Account, Home, SignIn, Tenant

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from web.store.access import SystemAccess


def change(system: SystemAccess, token: str, old: str, new: str, now: datetime) -> str:
    """Set a new password, end the account's other sessions, and return ""; or a German objection."""
    with system.reading() as session:
        account = session.scalar(sessions.of_session(token, now))
        if account is None:
            return "Ihre Sitzung ist abgelaufen; bitte melden Sie sich neu an."
        names = easily_guessed(session, account)
    if not passwords.matches(account.password_hash, old):
        return _wrong_old_password(system, account.id)
    if old == new:
        return "Das neue Kennwort muss ein anderes sein als das bisherige."
    if objection := passwords.objection(new, names):
        return objection
    values = {"password_hash": passwords.hashed(new), "must_change_password": False, "initial_until": None}
    with system.writing.begin() as session:
        session.execute(update(Account).where(Account.id == account.id).values(values | {"failed_count": 0}))
        session.execute(
            delete(SignIn).where(SignIn.account_id == account.id, SignIn.token_hash != sessions.hash_of(token))
        )
        sessions.record(session, system, account, "kennwort.aendern")
    return ""


def easily_guessed(session: Session, account: Account) -> tuple[str, ...]:
    """Return the words no password of this account may contain: its own, its operator's and the homes' names."""
    homes = session.scalars(select(Home.name).where(Home.tenant_id == account.tenant_id))
    return account.user_name, account.display_name, session.get_one(Tenant, account.tenant_id).name, *homes


def _wrong_old_password(system: SystemAccess, account_id: int) -> str:
    """Count a wrong password as at sign-in; with the last one allowed the account is locked and its sessions end."""
    with system.writing.begin() as session:
        account = session.get_one(Account, account_id, with_for_update=True)
        sessions.count_failure(session, system, account)
        sessions.record(session, system, account, "kennwort.aendern", result="abgelehnt")
        session.refresh(account)
        if account.locked_at is None:
            return "Das bisherige Kennwort stimmt nicht."
        session.execute(delete(SignIn).where(SignIn.account_id == account.id))
    return "Das bisherige Kennwort stimmt nicht. Nach drei Fehlversuchen ist das Konto gesperrt."
