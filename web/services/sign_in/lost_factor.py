"""The way back for whoever has lost the second factor: asked for by one administrator, confirmed by another (X8).

Confirming removes all factors of the account and gives it a one-time password, so that the former password alone does
not open the enrolment. Where a tenant has nobody else to confirm, the command line of the host does, and the log says
so. No other service removes a last factor.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from sqlalchemy import delete, select
from sqlalchemy.orm import aliased

from web.security import passwords
from web.services import accounts, audit, clock, grants
from web.services.errors import ServiceError
from web.store.models import Account, FactorReset, Passkey, RecoveryCode

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import ColumnElement, Select
    from sqlalchemy.orm import Session

    from web.store.access import Access

OPEN_FOR: Final = timedelta(days=7)
"""How long a request can be confirmed."""

CONFIRMED: Final = "bestaetigt"
WITHDRAWN: Final = "zurueckgezogen"


class LostFactorError(ServiceError):
    """The second factors of an account cannot be removed so."""


@dataclass(frozen=True, slots=True)
class FactorResetRow:
    """A request that waits for a second person."""

    id: int
    account_id: int
    display_name: str
    asked_by: int | None
    asked_by_name: str
    asked_at: datetime
    reason: str


def waiting(access: Access) -> list[FactorResetRow]:
    """Return the requests of a tenant that wait, the oldest first."""
    asker = aliased(Account)
    with access.reading() as session:
        query = select(FactorReset, Account.display_name, asker.display_name)
        query = query.join(Account, Account.id == FactorReset.account_id).join(
            asker, asker.id == FactorReset.asked_by, isouter=True
        )
        rows = session.execute(query.where(Account.tenant_id == access.tenant_id, *_waits()).order_by(FactorReset.id))
        return [
            FactorResetRow(one.id, one.account_id, name, one.asked_by, by or "", one.asked_at, one.reason)
            for one, name, by in rows
        ]


def ask(access: Access, owner: int, *, reason: str) -> None:
    """Ask that the second factors of an account be removed.

    Parameters
    ----------
    owner
        Number of the account whose factors are lost.

    Raises
    ------
    LostFactorError
        Where no reason is given, the account is one's own or of another tenant, or somebody has asked already.
    """
    if not reason.strip():
        raise LostFactorError("Bitte geben Sie an, was geschehen ist und wie Sie die Person erkannt haben.")
    if owner == access.account_id:
        raise LostFactorError("Für das eigene Konto muss das jemand anders beantragen.")
    with access.writing.begin() as session:
        account = session.scalar(
            select(Account).where(Account.id == owner, Account.tenant_id == access.tenant_id).with_for_update()
        )
        if account is None:
            raise LostFactorError("Dieses Konto gibt es nicht.")
        if session.scalar(_of_account(owner)) is not None:
            raise LostFactorError("Das ist schon beantragt und wartet auf eine zweite Person.")
        session.add(
            FactorReset(account_id=owner, asked_by=access.account, asked_at=clock.now(), reason=reason.strip()[:500])
        )
        _record(session, access, account, "faktor-verlust.beantragen", reason)


def confirm(access: Access, request_id: int, *, days: int = accounts.INITIAL_DAYS) -> str:
    """Remove the factors somebody else asked to remove, and return the account's one-time password.

    Raises
    ------
    LostFactorError
        Where the request does not wait, is of another tenant, or one's own, or about one's own account.
    """
    hashed, password = _one_time()
    with access.writing.begin() as session:
        request, account = _waiting(session, access, request_id)
        if access.account == request.asked_by:
            raise LostFactorError("Bestätigen muss eine zweite Person, nicht dieselbe.")
        if access.account == account.id:
            raise LostFactorError("Für das eigene Konto muss das jemand anders bestätigen.")
        _decide(request, CONFIRMED, access.account)
        _remove_factors(session, account, hashed, days)
        _record(session, access, account, "faktor-verlust.bestaetigen", request.reason)
    return password


def withdraw(access: Access, request_id: int) -> None:
    """Drop a request: nothing is removed.

    Raises
    ------
    LostFactorError
        Where it does not wait, or is of another tenant.
    """
    with access.writing.begin() as session:
        request, account = _waiting(session, access, request_id)
        _decide(request, WITHDRAWN, access.account)
        _record(session, access, account, "faktor-verlust.zurueckziehen", "")


def confirm_by_host(access: Access, user_name: str, *, reason: str, days: int = accounts.INITIAL_DAYS) -> str:
    """Remove the factors of an account where its tenant has nobody to confirm it, and return a one-time password.

    With a request of an administrator the command line is the second person; where nobody else administers the tenant,
    it is the only one.

    Parameters
    ----------
    access
        Of a command to the tenant of the account: the log names the user of the operating system.

    Raises
    ------
    LostFactorError
        Where there is no such account, no reason, or an administrator who can do it.
    """
    if not reason.strip():
        raise LostFactorError("Bitte geben Sie mit --grund an, warum der zweite Faktor entfernt wird.")
    hashed, password = _one_time()
    with access.writing.begin() as session:
        mine = Account.user_name == user_name.strip().casefold(), Account.tenant_id == access.tenant_id
        account = session.scalar(select(Account).where(*mine).with_for_update())
        if account is None:
            raise LostFactorError(f"Ein Konto {user_name} gibt es nicht.")
        request = session.scalar(_of_account(account.id))
        able = [one for one in _administrators(session, account) if request is None or one.id != request.asked_by]
        if able:
            names = ", ".join(one.display_name for one in able)
            step = "bestätigen" if request else "beantragen"
            raise LostFactorError(f"Das kann in der Anwendung jemand von der Verwaltung {step}: {names}.")
        if request is None:
            request = FactorReset(account_id=account.id, asked_at=clock.now(), reason=reason.strip()[:500])
            session.add(request)
        _decide(request, CONFIRMED, None)
        _remove_factors(session, account, hashed, days)
        _record(session, access, account, "faktor-verlust.bestaetigen", reason)
    return password


def _one_time() -> tuple[str, str]:
    password = passwords.one_time()
    return passwords.hashed(password), password


def _remove_factors(session: Session, account: Account, password_hash: str, days: int) -> None:
    account.totp_secret, account.totp_last_step = None, 0
    for table in (Passkey, RecoveryCode):
        session.execute(delete(table).where(table.account_id == account.id))
    accounts.set_one_time(session, account, password_hash, days)


def _decide(request: FactorReset, outcome: str, by: int | None) -> None:
    request.outcome, request.decided_by, request.decided_at = outcome, by, clock.now()


def _waiting(session: Session, access: Access, request_id: int) -> tuple[FactorReset, Account]:
    query = select(FactorReset, Account).join(Account, Account.id == FactorReset.account_id)
    mine = FactorReset.id == request_id, Account.tenant_id == access.tenant_id
    row = session.execute(query.where(*mine, *_waits()).with_for_update()).first()
    if row is None:
        raise LostFactorError("Dieser Antrag ist schon entschieden oder abgelaufen.")
    return row[0], row[1]


def _of_account(account_id: int) -> Select[FactorReset]:
    return select(FactorReset).where(FactorReset.account_id == account_id, *_waits())


def _waits() -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return FactorReset.outcome == "", FactorReset.asked_at > clock.now() - OPEN_FOR


def _administrators(session: Session, account: Account) -> list[Account]:
    """Return who could ask or confirm for an account now."""
    able = grants.administrators(session, account.tenant_id)
    return [one for one in able if one.id != account.id and one.locked_at is None]


def _record(session: Session, access: Access, account: Account, action: str, reason: str) -> None:
    audit.record(session, access, action, what=f"konto {account.id}", reason=reason.strip()[:500])
