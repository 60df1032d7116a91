"""Sessions: opened with a password and a second factor, ended after a time, refused after three mistakes."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import and_, case, delete, exists, select, update

from web.security import passwords, setting_keys, totp
from web.security.crypto import Box
from web.services import audit, clock
from web.services.errors import ServiceError
from web.store.models import Account, Passkey, SignIn

if TYPE_CHECKING:
    from sqlalchemy import Select
    from sqlalchemy.orm import Session

    from web.settings import Settings
    from web.store.access import Access, SystemAccess


WRONG_PASSWORDS: Final = 3


IDLE: Final = timedelta(minutes=15)


LONGEST: Final = timedelta(hours=10)


FRESH: Final = timedelta(minutes=5)
"""For what is grave, a factor must have been shown no longer ago than this (A10)."""


TOUCH_AFTER: Final = timedelta(seconds=60)
"""A session's last use is written down this often: not at each request, so that pages rarely write."""


PASSWORD_DONE: Final = "kennwort"  # noqa: S105  # the name of a step


OPEN: Final = "offen"


class ExpiredPasswordError(ServiceError):
    """The password is right, but a one-time password whose time is over."""


@dataclass(frozen=True, slots=True)
class Browser:
    """Where a session is opened from, for its owner to recognise: client address, and device in words."""

    address: str = ""
    device: str = ""


UNKNOWN: Final = Browser()


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who is behind a session, and how far the sign-in has come."""

    account_id: int
    tenant_id: int
    user_name: str
    display_name: str
    step: str
    has_app: bool
    has_passkey: bool
    must_change_password: bool
    factor_at: datetime | None

    @property
    def open(self) -> bool:
        """Whether both factors were shown."""
        return self.step == OPEN

    @property
    def enrolled(self) -> bool:
        """Whether the account has a second factor; a recovery code stands in for one, but is none."""
        return self.has_app or self.has_passkey

    def fresh(self, now: datetime) -> bool:
        """Return whether a factor was shown so recently that what is grave may be done."""
        return self.open and self.factor_at is not None and now - self.factor_at <= FRESH


def check_password(system: SystemAccess, user_name: str, password: str, browser: Browser = UNKNOWN) -> str | None:
    """Return the token of a session that still needs the second factor; None for every kind of refusal.

    An unknown name, a wrong password and a locked account give the same answer after the same work (A6).

    Raises
    ------
    ExpiredPasswordError
        Where the password is right, and a one-time password that has expired.
    """
    name = user_name.strip().casefold()
    with system.reading() as session:
        known = session.scalar(select(Account).where(Account.user_name == name))
    right = passwords.matches(known.password_hash if known else None, password)
    with system.writing.begin() as session:
        # An unknown name takes the same way to the database: to a row that is not there.
        account = session.get(Account, known.id if known else 0, with_for_update=True)
        if account is None or not right or account.locked_at is not None or not account.active:
            if not right:
                count_failure(session, system, account)
            record(session, system, account, "anmeldung", result="abgelehnt")
            return None
        if account.initial_until is not None and account.initial_until < clock.now():
            record(session, system, account, "anmeldung.abgelaufen", result="abgelehnt")
        else:
            if passwords.outdated(account.password_hash):
                account.password_hash = passwords.hashed(password)
            return _new_session(session, account.id, browser)
    raise ExpiredPasswordError(
        "Dieses Einmalpasswort ist abgelaufen. Bitte lassen Sie sich von Ihrer Administration ein neues geben."
    )


def check_code(system: SystemAccess, settings: Settings, token: str, code: str, now: datetime) -> str | None:
    """Return the token of an open session for a right code; the old token is dead then. None for a wrong code."""
    with system.writing.begin() as session:
        account = account_at(session, token, now)
        if account is None or account.totp_secret is None:
            return None
        secret = _secrets(settings).open(account.totp_secret, f"account {account.id}").decode()
        step = totp.accepted_step(secret, code, now, account.totp_last_step)
        if step is None:
            refuse_factor(session, system, account, token)
            return None
        account.totp_last_step = step
        return accept_factor(session, system, account, token, now, "app")


def enrol(system: SystemAccess, settings: Settings, token: str, secret: str, code: str, now: datetime) -> str | None:
    """Take ``secret`` as the account's second factor once ``code`` shows that the app has it; as ``check_code``."""
    with system.writing.begin() as session:
        account = account_at(session, token, now)
        step = totp.accepted_step(secret, code, now, 0)
        if account is None or account.totp_secret is not None or step is None or not may_enrol(session, account, token):
            return None
        account.totp_secret = _secrets(settings).seal(secret.encode(), f"account {account.id}")
        account.totp_last_step = step
        record(session, system, account, "zweiter-faktor.einrichten", what="app")
        return accept_factor(session, system, account, token, now, "app")


def may_enrol(session: Session, account: Account, token: str) -> bool:
    """Return whether a session may add a factor: an open one, or any while the account has none."""
    has_passkey = session.scalar(select(exists().where(Passkey.account_id == account.id)))
    has_factor = account.totp_secret is not None or has_passkey
    return not has_factor or session.scalar(select(SignIn.step).where(SignIn.token_hash == hash_of(token))) == OPEN


def of_session(token: str, now: datetime) -> Select[Account]:
    """Return the query for the account behind a session that is alive."""
    query = select(Account).join(SignIn, SignIn.account_id == Account.id)
    in_time = SignIn.last_seen_at > now - IDLE, SignIn.created_at > now - LONGEST
    return query.where(SignIn.token_hash == hash_of(token), *in_time, Account.active)


def account_at(session: Session, token: str, now: datetime) -> Account | None:
    """Return the account behind a session that may show a factor, locked for update; None for any other."""
    return session.scalar(of_session(token, now).where(Account.locked_at.is_(None)).with_for_update(of=Account))


def accept_factor(
    session: Session, system: SystemAccess, account: Account, token: str, now: datetime, factor: str
) -> str:
    """Note that a session has shown a second factor, and return its new token: the old one is dead (A7).

    Parameters
    ----------
    factor
        Which one, for the log: kind and number, such as "passkey 3".
    """
    mine, new = SignIn.token_hash == hash_of(token), secrets.token_urlsafe(32)
    step = session.scalar(select(SignIn.step).where(mine))
    account.failed_count = 0
    record(session, system, account, "bestaetigung" if step == OPEN else "anmeldung", what=factor)
    values = {"token_hash": hash_of(new), "step": OPEN, "factor_at": now, "last_seen_at": now, "challenge": None}
    session.execute(update(SignIn).where(mine).values(values))
    return new


def refuse_factor(session: Session, system: SystemAccess, account: Account, token: str) -> None:
    """Count a wrong second factor; with the last one allowed the account is locked, and an open session ends."""
    count_failure(session, system, account)
    record(session, system, account, "zweiter-faktor", result="abgelehnt")
    session.refresh(account)
    if account.locked_at is not None:
        step = session.scalar(select(SignIn.step).where(SignIn.token_hash == hash_of(token)))
        ended = SignIn.account_id == account.id if step == OPEN else SignIn.token_hash == hash_of(token)
        session.execute(delete(SignIn).where(ended))


def visitor(system: SystemAccess, token: str, now: datetime) -> Visitor | None:
    """Return who a session belongs to, if it is still alive, and note its use."""
    mine = SignIn.token_hash == hash_of(token)
    with system.reading() as session:
        query = select(SignIn, Account, exists().where(Passkey.account_id == Account.id)).join(
            Account, Account.id == SignIn.account_id
        )
        row = session.execute(query.where(mine)).first()
    if row is None:
        return None
    sign_in, account, has_passkey = row
    ended = now - sign_in.last_seen_at > IDLE or now - sign_in.created_at > LONGEST
    if ended or not account.active or (account.locked_at is not None and sign_in.step != OPEN):
        sign_out(system, token)
        return None
    if now - sign_in.last_seen_at > TOUCH_AFTER:
        with system.writing.begin() as session:
            session.execute(update(SignIn).where(mine).values(last_seen_at=now))
    return Visitor(
        account.id,
        account.tenant_id,
        account.user_name,
        account.display_name,
        sign_in.step,
        account.totp_secret is not None,
        bool(has_passkey),
        account.must_change_password,
        sign_in.factor_at,
    )


def sign_out(system: SystemAccess, token: str, *, by: Visitor | None = None) -> None:
    """End a session on the server: its token opens nothing any more.

    Parameters
    ----------
    by
        Who asks for it, for the log; None where its time is over.
    """
    with system.writing.begin() as session:
        if by is not None:
            access = system.within(by.tenant_id, account_id=by.account_id)
            audit.record(session, access, "abmeldung")
        session.execute(delete(SignIn).where(SignIn.token_hash == hash_of(token)))


def hash_of(token: str) -> bytes:
    """Return what the database holds of a session's token."""
    return sha256(token.encode()).digest()


def count_failure(session: Session, system: SystemAccess, account: Account | None) -> None:
    """Count a wrong password or factor, and lock the account with the third.

    One statement, whether the account exists or not: an unknown name costs the same work (A6).
    """
    last = and_(Account.failed_count >= WRONG_PASSWORDS - 1, Account.locked_at.is_(None))
    values = {
        "failed_count": Account.failed_count + 1,
        "locked_at": case((last, clock.now()), else_=Account.locked_at),
    }
    mine = Account.id == (account.id if account else 0)
    session.execute(update(Account).where(mine).values(values), execution_options={"synchronize_session": False})
    if account is not None and account.failed_count == WRONG_PASSWORDS - 1 and account.locked_at is None:
        record(session, system, account, "konto.sperren")


def _new_session(session: Session, account_id: int, browser: Browser) -> str:
    token, now = secrets.token_urlsafe(32), clock.now()
    session.execute(delete(SignIn).where(SignIn.created_at < now - LONGEST))
    session.add(
        SignIn(
            token_hash=hash_of(token),
            account_id=account_id,
            step=PASSWORD_DONE,
            created_at=now,
            last_seen_at=now,
            device=browser.device[:60],
            address=browser.address[:45],
        ),
    )
    return token


def record(
    session: Session, system: SystemAccess, account: Account | None, action: str, *, result: str = "ok", what: str = ""
) -> None:
    """Add an entry about an account that signs in to the log; None for one that does not exist."""
    access: Access | SystemAccess = system
    if account is not None:
        access = system.within(account.tenant_id, account_id=account.id)
    audit.record(session, access, action, what=what, result=result)


def seal_secrets_anew(system: SystemAccess, settings: Settings) -> int:
    """Seal the secrets of apps with the current key, each in a transaction of its own, and return how many."""
    box, done = _secrets(settings), 0
    with system.reading() as session:
        known = session.execute(select(Account.id, Account.totp_secret).where(Account.totp_secret.is_not(None))).all()
    for account_id, sealed in known:
        if box.is_current(sealed):
            continue
        anew = box.sealed_anew(sealed, f"account {account_id}")
        mine = Account.id == account_id, Account.totp_secret == sealed  # it may have been removed meanwhile
        with system.writing.begin() as session:
            changed: Any = session.execute(update(Account).where(*mine).values(totp_secret=anew))
        done += changed.rowcount
    return done


def _secrets(settings: Settings) -> Box:
    return Box(setting_keys.of_factors(settings), "totp")
