"""The token that makes the first account of an empty installation: printed once, good once and for a day (A11).

Whoever reads the output of the program on the host may set the installation up in the browser, and nobody else. What is
stored is the token's hash; with the first account all tokens are worthless.
"""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from typing import TYPE_CHECKING, Final

from sqlalchemy import delete, select

from web.security import passwords
from web.security.permissions import AccountRole
from web.services import accounts, audit, clock
from web.services.errors import ServiceError
from web.services.sign_in.recovery_codes import SIGNS
from web.store.models import Account, FirstToken, Grant, Home, Tenant

if TYPE_CHECKING:
    from web.store.access import SystemAccess

GOOD_FOR: Final = timedelta(days=1)
LENGTH: Final = 20


class FirstTokenError(ServiceError):
    """The first account cannot be made so."""


@dataclass(frozen=True, slots=True)
class FirstAccount:
    """What the first person says: the operator, its first home, who one is, and a password of one's own."""

    tenant: str
    home: str
    user_name: str
    display_name: str
    password: str


def wanted(system: SystemAccess) -> bool:
    """Return whether an installation has no account yet."""
    with system.reading() as session:
        return session.scalar(select(Account.id).limit(1)) is None


def make(system: SystemAccess) -> str:
    """Return a new token, the only one that counts from now on.

    Raises
    ------
    FirstTokenError
        Where there is an account already.
    """
    token = "".join(secrets.choice(SIGNS) for _ in range(LENGTH))
    with system.writing.begin() as session:
        if session.scalar(select(Account.id).limit(1)) is not None:
            raise FirstTokenError("Diese Installation hat schon Konten; weitere legt „pebem user add“ an.")
        session.execute(delete(FirstToken))
        session.add(FirstToken(token_hash=_hash(token), created_at=clock.now()))
    return "-".join(re.findall("....", token))


def redeem(system: SystemAccess, token: str, first: FirstAccount) -> None:
    """Make operator, home and the account that administers it; the token is spent.

    Raises
    ------
    FirstTokenError
        Where the token is wrong or its time over, something is missing, or the password is refused.
    accounts.AccountError
        Where the user name cannot be one.
    """
    tenant_name, home_name = first.tenant.strip()[:200], first.home.strip()[:200]
    if not (tenant_name and home_name and first.display_name.strip()):
        raise FirstTokenError("Bitte füllen Sie alle Felder aus.")
    context = (first.user_name, first.display_name, tenant_name, home_name)
    if objection := passwords.objection(first.password, context):
        raise FirstTokenError(objection)
    hashed = passwords.hashed(first.password)
    with system.writing.begin() as session:
        good = FirstToken.token_hash == _hash(token), FirstToken.created_at > clock.now() - GOOD_FOR
        spent = session.scalars(delete(FirstToken).where(*good).returning(FirstToken.created_at)).all()
        if not spent or session.scalar(select(Account.id).limit(1)) is not None:
            raise FirstTokenError("Dieser Einmalcode stimmt nicht oder gilt nicht mehr.")
        tenant = Tenant(name=tenant_name)
        session.add(tenant)
        session.flush()
        home = Home(tenant_id=tenant.id, name=home_name)
        account = Account(
            tenant_id=tenant.id,
            user_name=accounts.free_name(session, first.user_name),
            display_name=first.display_name.strip()[:200],
            password_hash=hashed,
            must_change_password=False,
            created_at=clock.now(),
        )
        session.add_all([home, account])
        session.flush()
        access = system.within(tenant.id, [home.id], account_id=account.id)
        for role in (AccountRole.ADMINISTRATION, AccountRole.CARE_LEAD):
            session.add(
                Grant(
                    tenant_id=tenant.id,
                    account_id=account.id,
                    role=role.value,
                    first_day=clock.today(),
                    reason="Erstzugang",
                    granted_at=clock.now(),
                )
            )
        for action, what in (("haus.anlegen", f"haus {home.id}"), ("konto.anlegen", f"konto {account.id}")):
            audit.record(session, access, action, what=what, reason="Erstzugang")


def _hash(token: str) -> bytes:
    return sha256("".join(sign for sign in token.casefold() if sign.isalnum()).encode()).digest()
