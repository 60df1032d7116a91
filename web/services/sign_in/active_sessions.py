"""Sessions of an account: listed, and ended by their owner or an administrator."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import delete, select

from web.services import audit, clock, sessions
from web.store.models import Account, SignIn

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import ColumnElement
    from sqlalchemy.orm import Session

    from web.store.access import Access


@dataclass(frozen=True, slots=True)
class SessionRow:
    """A session that is alive.

    Attributes
    ----------
    handle
        What tells it from the account's others on a page; it opens nothing.
    open
        Whether both factors were shown.
    """

    handle: str
    device: str
    address: str
    created_at: datetime
    last_seen_at: datetime
    open: bool
    own: bool


def of_account(access: Access, owner: int, token: str = "") -> list[SessionRow]:
    """Return the sessions of an account, the one used last first; ``token`` tells which is the visitor's own."""
    now, own = clock.now(), sessions.hash_of(token)
    alive = SignIn.last_seen_at > now - sessions.IDLE, SignIn.created_at > now - sessions.LONGEST
    with access.reading() as session:
        rows = session.scalars(select(SignIn).where(*_of(access, owner), *alive).order_by(SignIn.last_seen_at.desc()))
        return [
            SessionRow(
                _handle(one.token_hash),
                one.device,
                one.address,
                one.created_at,
                one.last_seen_at,
                one.step == sessions.OPEN,
                one.token_hash == own,
            )
            for one in rows
        ]


def end(access: Access, owner: int, handle: str) -> bool:
    """End one session of an account; False where there is none with this handle."""
    with access.writing.begin() as session:
        hashes = session.scalars(select(SignIn.token_hash).where(*_of(access, owner)))
        wanted = [one for one in hashes if _handle(one) == handle]
        session.execute(delete(SignIn).where(SignIn.token_hash.in_(wanted)))
        if wanted:
            _record(session, access, owner)
        return bool(wanted)


def end_all(access: Access, owner: int, *, but: str = "") -> int:
    """End all sessions of an account, but the one with the token ``but``, and return how many there were."""
    with access.writing.begin() as session:
        others = *_of(access, owner), SignIn.token_hash != sessions.hash_of(but)
        ended = session.scalars(delete(SignIn).where(*others).returning(SignIn.token_hash)).all()
        _record(session, access, owner)
        return len(ended)


def _handle(token_hash: bytes) -> str:
    return token_hash.hex()[:16]


def _of(access: Access, owner: int) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """Return the conditions for the sessions of an account of the tenant; another tenant's has none here."""
    own = select(Account.id).where(Account.tenant_id == access.tenant_id)
    return SignIn.account_id == owner, SignIn.account_id.in_(own)


def _record(session: Session, access: Access, owner: int) -> None:
    audit.record(session, access, "sitzung.beenden", what=f"konto {owner}")
