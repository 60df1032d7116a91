"""The second factors an account has, as its owner sees them, and their removal: never of the last one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select

from web.services import audit
from web.services.errors import ServiceError
from web.services.sign_in import recovery_codes
from web.store.models import Account, Passkey

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from web.store.access import Access


class FactorError(ServiceError):
    """A factor cannot be removed."""


@dataclass(frozen=True, slots=True)
class PasskeyRow:
    """A passkey as its owner sees it."""

    id: int
    name: str
    created_at: datetime
    last_used_at: datetime | None


@dataclass(frozen=True, slots=True)
class Factors:
    """What an account can show besides its password."""

    has_app: bool
    passkeys: list[PasskeyRow]
    codes_left: int

    @property
    def removable(self) -> bool:
        """Whether one can go without leaving the account with none."""
        return self.has_app + len(self.passkeys) > 1


def of_account(access: Access) -> Factors:
    """Return the factors of the account that acts."""
    with access.reading() as session:
        has_app = session.get_one(Account, access.account).totp_secret is not None
        rows = session.scalars(select(Passkey).where(Passkey.account_id == access.account).order_by(Passkey.id))
        keys = [PasskeyRow(one.id, one.name, one.created_at, one.last_used_at) for one in rows]
    return Factors(has_app, keys, recovery_codes.left(access))


def remove_passkey(access: Access, passkey_id: int) -> None:
    """Remove a passkey.

    Raises
    ------
    FactorError
        Where the account has none of this number, or no other factor.
    """
    with access.writing.begin() as session:
        account = _with_another(session, access.account)
        mine = Passkey.id == passkey_id, Passkey.account_id == account.id
        passkey = session.scalar(select(Passkey).where(*mine))
        if passkey is None:
            raise FactorError("Diesen Passkey gibt es nicht mehr.")
        session.delete(passkey)
        audit.record(session, access, "zweiter-faktor.entfernen", what=f"passkey {passkey_id}")


def remove_app(access: Access) -> None:
    """Remove the authenticator app.

    Raises
    ------
    FactorError
        Where the account has no other factor.
    """
    with access.writing.begin() as session:
        account = _with_another(session, access.account)
        account.totp_secret = None
        audit.record(session, access, "zweiter-faktor.entfernen", what="app")


def _with_another(session: Session, account_id: int) -> Account:
    account = session.get_one(Account, account_id, with_for_update=True)
    keys = session.scalars(select(Passkey.id).where(Passkey.account_id == account_id)).all()
    if (account.totp_secret is not None) + len(keys) < 2:
        raise FactorError("Das ist Ihr einziger zweiter Faktor; bitte richten Sie zuerst einen anderen ein.")
    return account
