"""Sessions: opened with a password and a second factor, ended after a time, refused after three mistakes."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import TYPE_CHECKING, Final

from sqlalchemy import delete, select, update

from web.security import passwords, totp
from web.security.crypto import Box
from web.services import audit, clock
from web.store.models import Account, Home, SignIn, Tenant

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from web.settings import Settings
    from web.store.access import Access, SystemAccess


WRONG_PASSWORDS: Final = 3


IDLE: Final = timedelta(minutes=15)


LONGEST: Final = timedelta(hours=10)


TOUCH_AFTER: Final = timedelta(seconds=60)
"""A session's last use is written down this often: not at each request, so that pages rarely write."""


PASSWORD_DONE: Final = "kennwort"  # noqa: S105  # the name of a step


OPEN: Final = "offen"


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who is behind a session, and how far the sign-in has come."""

    account_id: int
    tenant_id: int
    user_name: str
    display_name: str
    step: str
    enrolled: bool
    must_change_password: bool
    qn4: bool

    @property
    def open(self) -> bool:
        """Whether both factors were shown."""
        return self.step == OPEN


def check_password(system: SystemAccess, user_name: str, password: str) -> str | None:
    """Return the token of a session that still needs the second factor; None for every kind of refusal.

    An unknown name, a wrong password and a locked account give the same answer after the same work.
    """
    with system.reading() as session:
        known = session.scalar(select(Account).where(Account.user_name == user_name.strip().casefold()))
    right = passwords.matches(known.password_hash if known else None, password)
    with system.writing.begin() as session:
        account = session.get(Account, known.id, with_for_update=True) if known else None
        if account is None:
            audit.record(session, system, "anmeldung", result="abgelehnt")
            return None
        if not right or account.locked_at is not None or not account.active:
            if not right:
                _count_failure(session, system, account)
            audit.record(session, _access_of(system, account), "anmeldung", result="abgelehnt")
            return None
        if passwords.outdated(account.password_hash):
            account.password_hash = passwords.hashed(password)
        return _new_session(session, account.id, PASSWORD_DONE)


def check_code(system: SystemAccess, settings: Settings, token: str, code: str, now: datetime) -> str | None:
    """Return the token of an open session for a right code; the old token is dead then. None for a wrong code."""
    with system.writing.begin() as session:
        account = _account_of(session, token, now)
        if account is None or account.totp_secret is None or account.locked_at is not None:
            return None
        secret = _secrets(settings).open(account.totp_secret, f"account {account.id}").decode()
        step = totp.accepted_step(secret, code, now, account.totp_last_step)
        if step is None:
            _count_failure(session, system, account)
            audit.record(session, _access_of(system, account), "zweiter-faktor", result="abgelehnt")
            return None
        account.totp_last_step, account.failed_count = step, 0
        audit.record(session, _access_of(system, account), "anmeldung")
        session.execute(delete(SignIn).where(SignIn.token_hash == _hash(token)))
        return _new_session(session, account.id, OPEN)


def enrol(system: SystemAccess, settings: Settings, token: str, secret: str, code: str, now: datetime) -> str | None:
    """Take ``secret`` as the account's second factor once ``code`` shows that the app has it; as ``check_code``."""
    with system.writing.begin() as session:
        account = _account_of(session, token, now)
        if account is None or account.totp_secret is not None or totp.accepted_step(secret, code, now, 0) is None:
            return None
        account.totp_secret = _secrets(settings).seal(secret.encode(), f"account {account.id}")
        audit.record(session, _access_of(system, account), "zweiter-faktor.einrichten")
    return check_code(system, settings, token, code, now)


def change_password(system: SystemAccess, token: str, old: str, new: str, now: datetime) -> str:
    """Set a new password, end the account's other sessions, and return ""; or a German objection."""
    with system.reading() as session:
        account = _account_of(session, token, now)
        if account is None:
            return "Ihre Sitzung ist abgelaufen; bitte melden Sie sich neu an."
        names = easily_guessed(session, account)
    if not passwords.matches(account.password_hash, old):
        return _wrong_old_password(system, account.id)
    if old == new:
        return "Das neue Kennwort muss ein anderes sein als das bisherige."
    if objection := passwords.objection(new, names):
        return objection
    with system.writing.begin() as session:
        session.execute(
            update(Account)
            .where(Account.id == account.id)
            .values(password_hash=passwords.hashed(new), must_change_password=False, failed_count=0),
        )
        session.execute(delete(SignIn).where(SignIn.account_id == account.id, SignIn.token_hash != _hash(token)))
        audit.record(session, _access_of(system, account), "kennwort.aendern")
    return ""


def easily_guessed(session: Session, account: Account) -> tuple[str, ...]:
    """Return the words no password of this account may contain: its own, its operator's and the homes' names."""
    homes = session.scalars(select(Home.name).where(Home.tenant_id == account.tenant_id))
    return account.user_name, account.display_name, session.get_one(Tenant, account.tenant_id).name, *homes


def _wrong_old_password(system: SystemAccess, account_id: int) -> str:
    """Count a wrong password as at sign-in; with the last one allowed the account is locked and this session ends."""
    with system.writing.begin() as session:
        account = session.get_one(Account, account_id, with_for_update=True)
        _count_failure(session, system, account)
        audit.record(session, _access_of(system, account), "kennwort.aendern", result="abgelehnt")
        if account.locked_at is None:
            return "Das bisherige Kennwort stimmt nicht."
        session.execute(delete(SignIn).where(SignIn.account_id == account.id))
    return "Das bisherige Kennwort stimmt nicht. Nach drei Fehlversuchen ist das Konto gesperrt."


def visitor(system: SystemAccess, token: str, now: datetime) -> Visitor | None:
    """Return who a session belongs to, if it is still alive, and note its use."""
    with system.reading() as session:
        row = session.execute(
            select(SignIn, Account)
            .join(Account, Account.id == SignIn.account_id)
            .where(
                SignIn.token_hash == _hash(token),
            ),
        ).first()
    if row is None:
        return None
    sign_in, account = row
    ended = now - sign_in.last_seen_at > IDLE or now - sign_in.created_at > LONGEST
    if ended or not account.active or (account.locked_at is not None and sign_in.step != OPEN):
        sign_out(system, token)
        return None
    if now - sign_in.last_seen_at > TOUCH_AFTER:
        with system.writing.begin() as session:
            session.execute(update(SignIn).where(SignIn.token_hash == _hash(token)).values(last_seen_at=now))
    return Visitor(
        account.id,
        account.tenant_id,
        account.user_name,
        account.display_name,
        sign_in.step,
        account.totp_secret is not None,
        account.must_change_password,
        account.qn4,
    )


def sign_out(system: SystemAccess, token: str) -> None:
    """End a session on the server: its token opens nothing any more."""
    with system.writing.begin() as session:
        session.execute(delete(SignIn).where(SignIn.token_hash == _hash(token)))


def _access_of(system: SystemAccess, account: Account) -> Access:
    """Return the access of an account that is about to sign in: to no home yet."""
    return system.within(account.tenant_id, account_id=account.id)


def _count_failure(session: Session, system: SystemAccess, account: Account) -> None:
    account.failed_count += 1
    if account.failed_count >= WRONG_PASSWORDS and account.locked_at is None:
        account.locked_at = clock.now()
        audit.record(session, _access_of(system, account), "konto.sperren")


def _account_of(session: Session, token: str, now: datetime) -> Account | None:
    query = select(Account).join(SignIn, SignIn.account_id == Account.id)
    return session.scalar(
        query.where(SignIn.token_hash == _hash(token), SignIn.last_seen_at > now - IDLE, Account.active),
    )


def _new_session(session: Session, account_id: int, step: str) -> str:
    token, now = secrets.token_urlsafe(32), clock.now()
    session.execute(delete(SignIn).where(SignIn.created_at < now - LONGEST))
    session.add(
        SignIn(token_hash=_hash(token), account_id=account_id, step=step, created_at=now, last_seen_at=now),
    )
    return token


def _hash(token: str) -> bytes:
    return sha256(token.encode()).digest()


def _secrets(settings: Settings) -> Box:
    return Box(settings.secret_key, "totp")
