"""Passkeys of accounts: added, shown as the second factor, and removed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import select, update

from web.security import passkeys
from web.security.passkeys import InvalidPasskeyError, RelyingParty
from web.services import sessions
from web.services.errors import ServiceError
from web.store.models import Account, Passkey, SignIn

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from web.store.access import SystemAccess

MOST: Final = 20
"""Passkeys of one account."""


class PasskeyError(ServiceError):
    """A passkey cannot be added or removed so."""


def creation_options(system: SystemAccess, party: RelyingParty, token: str, now: datetime) -> dict[str, Any] | None:
    """Return what the browser is asked for to make a passkey; None where this session may not add one."""
    with system.writing.begin() as session:
        account = sessions.account_at(session, token, now)
        if account is None or not sessions.may_enrol(session, account, token):
            return None
        challenge = _ask(session, token)
        return passkeys.creation_options(party, challenge, account.id, account.user_name, _ids(session, account))


def add(system: SystemAccess, party: RelyingParty, token: str, answer: str, name: str, now: datetime) -> str | None:
    """Store the passkey the browser has made, and return the session's new token; None where it may not add one.

    Raises
    ------
    PasskeyError
        Where the answer does not fit, the name is missing, or there are too many.
    """
    label = " ".join(name.split())[:60]
    if not label:
        raise PasskeyError("Bitte geben Sie dem Passkey einen Namen, an dem Sie das Gerät erkennen.")
    with system.writing.begin() as session:
        account = sessions.account_at(session, token, now)
        if account is None or not sessions.may_enrol(session, account, token):
            return None
        if len(_ids(session, account)) >= MOST:
            raise PasskeyError(f"Mehr als {MOST} Passkeys sind nicht vorgesehen; bitte entfernen Sie zuerst einen.")
        made = _made(session, party, token, answer)
        passkey = Passkey(account_id=account.id, name=label, created_at=now, last_used_at=now, **made._asdict())
        session.add(passkey)
        session.flush()
        sessions.record(session, system, account, "zweiter-faktor.einrichten", what=f"passkey {passkey.id}")
        return sessions.accept_factor(session, system, account, token, now, f"passkey {passkey.id}")


def request_options(system: SystemAccess, party: RelyingParty, token: str, now: datetime) -> dict[str, Any] | None:
    """Return what the browser is asked for to show a passkey; None where the account has none."""
    with system.writing.begin() as session:
        account = sessions.account_at(session, token, now)
        existing = _ids(session, account) if account else []
        return passkeys.request_options(party, _ask(session, token), existing) if existing else None


def check(system: SystemAccess, party: RelyingParty, token: str, answer: str, now: datetime) -> str | None:
    """Return the token of an open session for a right passkey; the old token is dead then. None for a wrong one."""
    with system.writing.begin() as session:
        account = sessions.account_at(session, token, now)
        if account is None:
            return None
        passkey = _right(session, party, account, token, answer)
        if passkey is None:
            sessions.refuse_factor(session, system, account, token)
            return None
        passkey.last_used_at = now
        return sessions.accept_factor(session, system, account, token, now, f"passkey {passkey.id}")


def _right(session: Session, party: RelyingParty, account: Account, token: str, answer: str) -> Passkey | None:
    challenge = _take_challenge(session, token)
    try:
        mine = Passkey.account_id == account.id, Passkey.credential_id == passkeys.credential_of(answer)
        passkey = session.scalar(select(Passkey).where(*mine))
        if passkey is None or challenge is None:
            return None
        known = passkey.public_key, passkey.sign_count
        passkey.sign_count = passkeys.confirmed_count(party, challenge, answer, *known)
    except InvalidPasskeyError:
        return None
    return passkey


def _made(session: Session, party: RelyingParty, token: str, answer: str) -> passkeys.NewPasskey:
    challenge = _take_challenge(session, token)
    refusal = PasskeyError("Der Passkey ließ sich nicht einrichten; bitte versuchen Sie es noch einmal.")
    if challenge is None:
        raise refusal
    try:
        made = passkeys.new_passkey(party, challenge, answer)
    except InvalidPasskeyError:
        raise refusal from None
    if session.scalar(select(Passkey.id).where(Passkey.credential_id == made.credential_id)) is not None:
        raise PasskeyError("Dieser Passkey ist schon eingerichtet.")
    return made


def _ids(session: Session, account: Account) -> list[bytes]:
    return list(session.scalars(select(Passkey.credential_id).where(Passkey.account_id == account.id)))


def _ask(session: Session, token: str) -> bytes:
    challenge = passkeys.new_challenge()
    mine = SignIn.token_hash == sessions.hash_of(token)
    session.execute(update(SignIn).where(mine).values(challenge=challenge))
    return challenge


def _take_challenge(session: Session, token: str) -> bytes | None:
    """Return what the session was asked to sign, and forget it: an answer is good once."""
    mine = SignIn.token_hash == sessions.hash_of(token)
    challenge = session.scalar(select(SignIn.challenge).where(mine))
    session.execute(update(SignIn).where(mine).values(challenge=None))
    return challenge
