"""Accounts: created, marked and unlocked by an administrator."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import delete, func, select

from web.security import passwords
from web.services import audit, clock
from web.services.errors import ServiceError
from web.store.models import Account, SignIn, Tenant

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from web.store.access import Access, SystemAccess


class AccountError(ServiceError):
    """An account cannot be made or changed so."""


def create_user(
    access: Access,
    *,
    user_name: str,
    display_name: str,
    qn4: bool = False,
) -> str:
    """Make an account and return its one-time password, to be changed at the first sign-in.

    Parameters
    ----------
    qn4
        Whether the person is a registered nurse (QN 4) and may set levels in place of the rulebook's.

    Raises
    ------
    AccountError
        Where the user name is taken or blank.
    """
    name = user_name.strip().casefold()
    if not name or len(name) > 100:
        raise AccountError("Bitte geben Sie einen Benutzernamen mit höchstens 100 Zeichen an.")
    password = passwords.one_time()
    with access.writing.begin() as session:
        if session.scalar(select(Account.id).where(Account.user_name == name)) is not None:
            raise AccountError(f"Den Benutzernamen {name} gibt es schon; bitte wählen Sie einen anderen.")
        session.add(
            Account(
                tenant_id=access.tenant_id,
                user_name=name,
                display_name=display_name.strip() or name,
                password_hash=passwords.hashed(password),
                qn4=qn4,
                created_at=clock.now(),
            ),
        )
        audit.record(session, access, "konto.anlegen", reason="QN 4" if qn4 else "")
    return password


def mark_qn4(access: Access, user_name: str, *, qn4: bool) -> None:
    """Mark an account as that of a registered nurse (QN 4), or remove the mark; from the next request on.

    Raises
    ------
    AccountError
        Where there is no such account.
    """
    with access.writing.begin() as session:
        account = _own(session, access, user_name)
        account.qn4 = qn4
        audit.record(
            session,
            access,
            "konto.qn4" if qn4 else "konto.qn4-nehmen",
            what=f"konto {account.id}",
        )


def unlock(access: Access, user_name: str, *, reason: str) -> str:
    """Unlock an account with a new one-time password, and log the reason.

    Raises
    ------
    AccountError
        Where there is no such account, or no reason.
    """
    if not reason.strip():
        raise AccountError("Bitte geben Sie an, warum das Konto entsperrt wird.")
    password = passwords.one_time()
    with access.writing.begin() as session:
        account = _own(session, access, user_name)
        account.failed_count, account.locked_at = 0, None
        account.password_hash, account.must_change_password = passwords.hashed(password), True
        session.execute(delete(SignIn).where(SignIn.account_id == account.id))
        audit.record(
            session,
            access,
            "konto.entsperren",
            what=f"konto {account.id}",
            reason=reason.strip()[:500],
        )
    return password


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
    account = session.scalar(query.where(Account.tenant_id == access.tenant_id))
    if account is None:
        raise AccountError(f"Ein Konto {user_name} gibt es nicht.")
    return account
