"""Accounts: created, unlocked, disabled and enabled by an administrator."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import delete, exists, func, select

from web.security import passwords
from web.services import audit, clock, grants
from web.services.errors import ServiceError
from web.store.models import Account, Passkey, SignIn, Tenant

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from web.store.access import Access, SystemAccess


INITIAL_DAYS: Final = 7
"""Days a one-time password is good where the installation says nothing else."""

EMPTIED: Final = ""
"""In place of the password hash of an account of which nothing but its number is left."""


class AccountError(ServiceError):
    """An account cannot be made or changed so."""


@dataclass(frozen=True, slots=True)
class AccountRow:
    """An account as its administration sees it."""

    id: int
    user_name: str
    display_name: str
    active: bool
    locked_at: datetime | None
    has_factor: bool
    initial_until: datetime | None


def create_user(
    access: Access,
    *,
    user_name: str,
    display_name: str,
    days: int = INITIAL_DAYS,
) -> str:
    """Make an account and return its one-time password, to be changed at the first sign-in.

    It has no role yet and sees nothing: :mod:`web.services.grants`.

    Parameters
    ----------
    days
        How long the one-time password is good.

    Raises
    ------
    AccountError
        Where the user name is taken or blank.
    """
    password = passwords.one_time()
    hashed = passwords.hashed(password)
    with access.writing.begin() as session:
        name = free_name(session, user_name)
        account = Account(
            tenant_id=access.tenant_id,
            user_name=name,
            display_name=display_name.strip() or name,
            password_hash=hashed,
            initial_until=clock.now() + timedelta(days=days),
            created_at=clock.now(),
        )
        session.add(account)
        session.flush()
        _record(session, access, account, "konto.anlegen", details=audit.changed(aktiv=(None, True)))
    return password


def free_name(session: Session, user_name: str) -> str:
    """Return a user name as it is stored.

    Raises
    ------
    AccountError
        Where it is taken, blank or too long.
    """
    name = user_name.strip().casefold()
    if not name or len(name) > 100:
        raise AccountError("Bitte geben Sie einen Benutzernamen mit höchstens 100 Zeichen an.")
    if session.scalar(select(Account.id).where(Account.user_name == name)) is not None:
        raise AccountError(f"Den Benutzernamen {name} gibt es schon; bitte wählen Sie einen anderen.")
    return name


def of_tenant(access: Access) -> list[AccountRow]:
    """Return the accounts of a tenant by name."""
    has_passkey = exists().where(Passkey.account_id == Account.id)
    with access.reading() as session:
        query = select(Account, has_passkey).where(Account.tenant_id == access.tenant_id)
        return [
            AccountRow(
                account.id,
                account.user_name,
                account.display_name,
                account.active,
                account.locked_at,
                account.totp_secret is not None or passkey,
                account.initial_until,
            )
            for account, passkey in session.execute(query.order_by(Account.display_name, Account.id))
        ]


def unlock(access: Access, user_name: str, *, reason: str, days: int = INITIAL_DAYS) -> str:
    """Unlock an account with a new one-time password, and log the reason. The second factors stay (A3).

    Raises
    ------
    AccountError
        Where there is no such account, or no reason.
    """
    why = _reason(reason, "Bitte geben Sie an, warum das Konto entsperrt wird.")
    password = passwords.one_time()
    hashed = passwords.hashed(password)
    with access.writing.begin() as session:
        account = _own(session, access, user_name)
        details = audit.changed(gesperrt=(account.locked_at is not None, False))
        set_one_time(session, account, hashed, days)
        _record(session, access, account, "konto.entsperren", why, details)
    return password


def set_one_time(session: Session, account: Account, password_hash: str, days: int) -> None:
    """Give an account a one-time password: its owner signs in with it once, sessions end, a lock is lifted."""
    account.failed_count, account.locked_at = 0, None
    account.password_hash, account.must_change_password = password_hash, True
    account.initial_until = clock.now() + timedelta(days=days)
    session.execute(delete(SignIn).where(SignIn.account_id == account.id))


def disable(access: Access, user_name: str, *, reason: str) -> None:
    """Close an account, and end its sessions at once (A9).

    Raises
    ------
    AccountError
        Where there is no such account, no reason, where it is one's own, or the last that administers.
    """
    why = _reason(reason, "Bitte geben Sie an, warum das Konto stillgelegt wird.")
    with access.writing.begin() as session:
        account = _own(session, access, user_name)
        if account.id == access.account_id:
            raise AccountError("Das eigene Konto kann niemand stilllegen; bitte lassen Sie das jemand anders tun.")
        grants.refuse_last_administrator(session, access.tenant_id, account.id)
        details = audit.changed(aktiv=(account.active, False))
        account.active, account.disabled_at = False, clock.now()
        session.execute(delete(SignIn).where(SignIn.account_id == account.id))
        _record(session, access, account, "konto.stilllegen", why, details)


def enable(access: Access, user_name: str, *, reason: str) -> None:
    """Open a disabled account again: password and second factors are those it had.

    Raises
    ------
    AccountError
        Where there is no such account, or no reason.
    """
    why = _reason(reason, "Bitte geben Sie an, warum das Konto wieder geöffnet wird.")
    with access.writing.begin() as session:
        account = _own(session, access, user_name)
        if account.password_hash == EMPTIED:
            raise AccountError("Dieses Konto ist gelöscht; bitte legen Sie ein neues an.")
        details = audit.changed(aktiv=(account.active, True))
        account.active, account.disabled_at = True, None
        _record(session, access, account, "konto.oeffnen", why, details)


def _reason(reason: str, missing: str) -> str:
    if not reason.strip():
        raise AccountError(missing)
    return reason.strip()[:500]


def _record(
    session: Session,
    access: Access,
    account: Account,
    action: str,
    reason: str = "",
    details: dict[str, Any] | None = None,
) -> None:
    audit.record(session, access, action, what=f"konto {account.id}", reason=reason, details=details)


def find_id(system: SystemAccess, user_name: str) -> int:
    """Return the number of an account.

    Raises
    ------
    AccountError
        Where there is no such account.
    """
    with system.reading() as session:
        account_id = session.scalar(select(Account.id).where(Account.user_name == user_name.strip().casefold()))
    if account_id is None:
        raise AccountError(f"Ein Konto {user_name} gibt es nicht.")
    return account_id


def member(system: SystemAccess, user_name: str) -> tuple[int, int]:
    """Return the numbers of an account and of its tenant.

    Raises
    ------
    AccountError
        Where there is no such account.
    """
    with system.reading() as session:
        query = select(Account.id, Account.tenant_id).where(Account.user_name == user_name.strip().casefold())
        row = session.execute(query).first()
    if row is None:
        raise AccountError(f"Ein Konto {user_name} gibt es nicht.")
    return row.id, row.tenant_id


def tenants(system: SystemAccess) -> dict[int, str]:
    """Return the name of each tenant of the installation, by number."""
    with system.reading() as session:
        return dict(session.execute(select(Tenant.id, Tenant.name).order_by(Tenant.id)).all())


def tenant_of(system: SystemAccess, name: str) -> int:
    """Return the tenant with this name, made where there is none."""
    with system.writing.begin() as session:
        tenant_id = session.scalar(select(Tenant.id).where(func.lower(Tenant.name) == name.strip().lower()))
        if tenant_id is None:
            tenant = Tenant(name=name.strip())
            session.add(tenant)
            session.flush()
            return tenant.id
        return tenant_id


def _own(session: Session, access: Access, user_name: str) -> Account:
    """Return an account of the tenant; another tenant's does not exist."""
    query = select(Account).where(Account.user_name == user_name.strip().casefold())
    account = session.scalar(query.where(Account.tenant_id == access.tenant_id).with_for_update())
    if account is None:
        raise AccountError(f"Ein Konto {user_name} gibt es nicht.")
    return account
