"""Accounts: created, marked and unlocked by an administrator."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import delete, func, select

from web.security import passwords
from web.services import audit, clock
from web.services.errors import ServiceError
from web.store.models import Account, SignIn, Tenant

if TYPE_CHECKING:
    from web.store.databases import Databases


class AccountError(ServiceError):
    """An account cannot be made or changed so."""


def create_user(
    databases: Databases,
    *,
    tenant_id: int,
    user_name: str,
    display_name: str,
    qn4: bool = False,
    by: int | None = None,
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
    with databases.writing.begin() as session:
        if session.scalar(select(Account.id).where(Account.user_name == name)) is not None:
            raise AccountError(f"Den Benutzernamen {name} gibt es schon; bitte wählen Sie einen anderen.")
        session.add(
            Account(
                tenant_id=tenant_id,
                user_name=name,
                display_name=display_name.strip() or name,
                password_hash=passwords.hashed(password),
                qn4=qn4,
                created_at=clock.now(),
            ),
        )
        audit.record(session, "konto.anlegen", tenant_id=tenant_id, account_id=by, reason="QN 4" if qn4 else "")
    return password


def mark_qn4(databases: Databases, user_name: str, *, qn4: bool, by: int | None = None) -> None:
    """Mark an account as that of a registered nurse (QN 4), or remove the mark; from the next request on.

    Raises
    ------
    AccountError
        Where there is no such account.
    """
    with databases.writing.begin() as session:
        account = session.scalar(select(Account).where(Account.user_name == user_name.strip().casefold()))
        if account is None:
            raise AccountError(f"Ein Konto {user_name} gibt es nicht.")
        account.qn4 = qn4
        audit.record(
            session,
            "konto.qn4" if qn4 else "konto.qn4-nehmen",
            tenant_id=account.tenant_id,
            account_id=by,
            what=f"konto {account.id}",
        )


def unlock(databases: Databases, user_name: str, *, reason: str, by: int | None = None) -> str:
    """Unlock an account with a new one-time password, and log the reason.

    Raises
    ------
    AccountError
        Where there is no such account, or no reason.
    """
    if not reason.strip():
        raise AccountError("Bitte geben Sie an, warum das Konto entsperrt wird.")
    password = passwords.one_time()
    with databases.writing.begin() as session:
        account = session.scalar(select(Account).where(Account.user_name == user_name.strip().casefold()))
        if account is None:
            raise AccountError(f"Ein Konto {user_name} gibt es nicht.")
        account.failed_count, account.locked_at = 0, None
        account.password_hash, account.must_change_password = passwords.hashed(password), True
        session.execute(delete(SignIn).where(SignIn.account_id == account.id))
        audit.record(
            session,
            "konto.entsperren",
            tenant_id=account.tenant_id,
            account_id=by,
            what=f"konto {account.id}",
            reason=reason.strip()[:500],
        )
    return password


def find_id(databases: Databases, user_name: str) -> int:
    """Return the number of an account.

    Raises
    ------
    AccountError
        Where there is no such account.
    """
    with databases.reading() as session:
        account_id = session.scalar(select(Account.id).where(Account.user_name == user_name.strip().casefold()))
    if account_id is None:
        raise AccountError(f"Ein Konto {user_name} gibt es nicht.")
    return account_id


def member(databases: Databases, user_name: str) -> tuple[int, int]:
    """Return the numbers of an account that is in use, and of its tenant.

    Raises
    ------
    AccountError
        Where there is no such account.
    """
    with databases.reading() as session:
        query = select(Account.id, Account.tenant_id).where(Account.user_name == user_name.strip().casefold())
        row = session.execute(query.where(Account.active)).first()
    if row is None:
        raise AccountError(f"Ein Konto {user_name} gibt es nicht.")
    return row.id, row.tenant_id


def tenants(databases: Databases) -> dict[int, str]:
    """Return the name of each tenant of the installation, by number."""
    with databases.reading() as session:
        return dict(session.execute(select(Tenant.id, Tenant.name).order_by(Tenant.id)).all())


def tenant_of(databases: Databases, name: str) -> int:
    """Return the tenant with this name, made where there is none."""
    with databases.writing.begin() as session:
        tenant_id = session.scalar(select(Tenant.id).where(func.lower(Tenant.name) == name.strip().lower()))
        if tenant_id is None:
            tenant = Tenant(name=name.strip())
            session.add(tenant)
            session.flush()
            return tenant.id
        return tenant_id
