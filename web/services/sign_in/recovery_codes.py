"""Recovery codes: ten at a time, each stands in for the second factor once.

A code begins with its number, so that one hash is compared and not ten.
"""

from __future__ import annotations

import re
import secrets
from typing import TYPE_CHECKING, Final

from sqlalchemy import delete, func, select

from web.security import passwords
from web.services import audit, sessions
from web.store.models import RecoveryCode

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Select
    from sqlalchemy.orm import Session

    from web.store.access import Access, SystemAccess

HOW_MANY: Final = 10
SIGNS: Final = "abcdefghjkmnpqrstuvwxyz23456789"
"""Letters and digits that cannot be taken for each other: 59 bits in twelve of them."""

_GROUPS: Final = 3
_CODE: Final = re.compile(r"(10|[1-9])([a-z0-9]{12})")


def renew(access: Access) -> list[str]:
    """Make ten new codes for the account that acts, and return them: nobody can read them again.

    Those before are worth nothing any more.
    """
    codes = [_new() for _ in range(HOW_MANY)]
    hashes = [passwords.hashed_random(code) for code in codes]
    with access.writing.begin() as session:
        session.execute(delete(RecoveryCode).where(RecoveryCode.account_id == access.account))
        session.add_all(
            RecoveryCode(account_id=access.account, number=number, code_hash=hashed)
            for number, hashed in enumerate(hashes, start=1)
        )
        audit.record(session, access, "wiederherstellungscodes.erneuern")
    return [f"{number}-{'-'.join(re.findall('....', code))}" for number, code in enumerate(codes, start=1)]


def left(access: Access) -> int:
    """Return how many codes of the account that acts are not used yet."""
    with access.reading() as session:
        return _left(session, access.account)


def check(system: SystemAccess, token: str, typed: str, now: datetime) -> str | None:
    """Return the token of an open session for an unused code; the old token is dead then. None for any other."""
    match = _CODE.fullmatch("".join(sign for sign in typed.casefold() if sign.isalnum()))
    number, secret = (int(match[1]), match[2]) if match else (0, "")
    with system.reading() as session:
        account = session.scalar(sessions.of_session(token, now))
        stored = session.scalar(_unused(account.id, number)) if account else None
    right = passwords.matches(stored.code_hash if stored else None, secret)
    with system.writing.begin() as session:
        account = sessions.account_at(session, token, now)
        if account is None:
            return None
        code = session.scalar(_unused(account.id, number)) if right else None
        if code is None or stored is None or code.code_hash != stored.code_hash:
            sessions.refuse_factor(session, system, account, token)
            return None
        code.used_at = now
        session.flush()
        used = f"wiederherstellungscode {number}, noch {_left(session, account.id)}"
        return sessions.accept_factor(session, system, account, token, now, used)


def _unused(account_id: int, number: int) -> Select[RecoveryCode]:
    return select(RecoveryCode).where(
        RecoveryCode.account_id == account_id, RecoveryCode.number == number, RecoveryCode.used_at.is_(None)
    )


def _left(session: Session, account_id: int) -> int:
    mine = RecoveryCode.account_id == account_id, RecoveryCode.used_at.is_(None)
    return session.scalar(select(func.count()).select_from(RecoveryCode).where(*mine)) or 0


def _new() -> str:
    return "".join(secrets.choice(SIGNS) for _ in range(4 * _GROUPS))
