"""What is stored about the owner of an account: shown to them, and deleted but for the number (H4, H6)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import delete, func, select

from web.services import audit, clock, deletion_ledger, grants, periods
from web.services.accounts import EMPTIED
from web.services.deletion_ledger import LedgerKind
from web.services.subjects.access_report import ReportSection, SubjectError, SubjectReport
from web.store.base import Base
from web.store.data_classes import Deletion
from web.store.models import Account, AuditEvent, FactorReset, Grant, Passkey, RecoveryCode, SignIn, Tenant

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy.orm import Session

    from web.backup.ledger import LedgerEntry
    from web.services.deletion_ledger import DueDeletion
    from web.settings import Settings
    from web.store.access import Access, SystemAccess


def report(access: Access, settings: Settings, user_name: str) -> SubjectReport:
    """Return everything stored about the owner of an account of the tenant, and log that it was asked for.

    Raises
    ------
    SubjectError
        Where there is no such account.
    """
    with access.reading() as session:
        account = _own(session, access, user_name)
        who = (
            ("Benutzername", account.user_name),
            ("Name", account.display_name),
            ("Angelegt", _moment(account.created_at)),
            ("Stillgelegt", _moment(account.disabled_at)),
            ("Gesperrt", _moment(account.locked_at)),
            ("App als zweiter Faktor", "ja" if account.totp_secret else "nein"),
        )
        grants_held = select(Grant).where(Grant.account_id == account.id).order_by(Grant.id)
        held = tuple(
            (one.role, f"{one.first_day:%d.%m.%Y}", f"{one.until:%d.%m.%Y}" if one.until else "", one.reason)
            for one in session.scalars(grants_held)
        )
        keys = tuple(
            (one.name, _moment(one.created_at), _moment(one.last_used_at))
            for one in session.scalars(select(Passkey).where(Passkey.account_id == account.id))
        )
        open_ones = tuple(
            (_moment(one.created_at), _moment(one.last_seen_at), one.device, one.address)
            for one in session.scalars(select(SignIn).where(SignIn.account_id == account.id))
        )
        chain = select(Tenant.reference).where(Tenant.id == account.tenant_id).scalar_subquery()
        mine = AuditEvent.chain == chain, AuditEvent.account_id == account.id  # numbers of accounts come back
        did = select(AuditEvent).where(*mine).order_by(AuditEvent.id)
        log = tuple((_moment(one.at), one.action, one.address, one.result) for one in session.scalars(did))
        stands = tuple(_mentions(session, account.id))
    rules = tuple((periods.word(one), periods.rule_of(settings, one)) for one in (Deletion.ACCOUNT, Deletion.LOG))
    sections = (
        ReportSection("Wozu", ("Zweck",), (("Anmelden, Rechte, und nachvollziehen, wer was getan hat.",),)),
        ReportSection("Konto", ("Angabe", "Wert"), who),
        ReportSection("Rollen", ("Rolle", "Von", "Bis", "Grund"), held),
        ReportSection("Passkeys", ("Name", "Angelegt", "Zuletzt benutzt"), keys),
        ReportSection("Sitzungen", ("Begonnen", "Zuletzt", "Gerät", "Adresse"), open_ones),
        ReportSection("Protokoll", ("Wann", "Was", "Adresse", "Ergebnis"), log),
        ReportSection("Wo die Nummer des Kontos sonst steht", ("Tabelle", "Einträge"), stands),
        ReportSection("Fristen", ("Daten", "Regel"), rules),
    )
    with access.writing.begin() as session:
        audit.record(session, access, "person.auskunft", what=f"konto {account.id}", details=audit.received(access))
    return SubjectReport("Auskunft nach Art. 15 DSGVO: Konto", sections)


def erase(access: Access, settings: Settings, user_name: str, *, rule: str) -> None:
    """Delete all about the owner of an account of the tenant but its number, which stands in what the owner has done.

    Raises
    ------
    SubjectError
        Where there is no such account, or it is one's own.
    GrantError
        Where it is the last that administers.
    """
    entries: list[LedgerEntry] = []
    with deletion_ledger.deletion(access, settings, entries) as session:
        account = _own(session, access, user_name)
        if account.id == access.account_id:
            raise SubjectError("Das eigene Konto kann niemand löschen; bitte lassen Sie das jemand anders tun.")
        if account.active:
            grants.refuse_last_administrator(session, access.tenant_id, account.id)
        entries.append(
            deletion_ledger.entry(
                session,
                settings,
                LedgerKind.ACCOUNT,
                tenant_id=account.tenant_id,
                subject=(account.user_name, account.created_at.isoformat()),
                rule=rule,
            )
        )
        _empty(session, account)
        audit.record(session, access, "konto.loeschen", what=f"konto {account.id}", reason=rule)


def replay(system: SystemAccess, settings: Settings, deletions: Sequence[DueDeletion]) -> int:  # noqa: ARG001
    """Delete again the owners a restored database still has; return how many there were."""
    with system.writing.begin() as session:
        accounts = session.execute(select(Account, Tenant.reference).join(Tenant, Tenant.id == Account.tenant_id)).all()
        found = [
            account
            for account, tenant in accounts
            if account.password_hash != EMPTIED
            and any(
                one.entry.tenant == tenant and one.is_about(account.user_name, account.created_at.isoformat())
                for one in deletions
            )
        ]
        for account in found:
            _empty(session, account)
    return len(found)


def _empty(session: Session, account: Account) -> None:
    for model in (SignIn, Passkey, RecoveryCode, FactorReset, Grant):
        session.execute(delete(model).where(model.account_id == account.id))
    account.user_name, account.display_name = f"geloescht-{account.id}", "Gelöschtes Konto"
    account.password_hash, account.totp_secret, account.totp_last_step = EMPTIED, None, 0
    account.active, account.locked_at, account.initial_until, account.failed_count = False, None, None, 0


def _own(session: Session, access: Access, user_name: str) -> Account:
    mine = Account.tenant_id == access.tenant_id, Account.user_name == user_name.strip().casefold()
    account = session.scalar(select(Account).where(*mine))
    if account is None or account.password_hash == EMPTIED:
        raise SubjectError("Ein solches Konto gibt es hier nicht.")
    return account


def _mentions(session: Session, account_id: int) -> list[tuple[str, str]]:
    """Return in how many entries of each table the number of an account stands."""
    found = []
    for mapper in sorted(Base.registry.mappers, key=lambda one: str(one.local_table)):
        table = Base.metadata.tables[str(mapper.local_table)]
        for column in table.columns:
            if any(key.column.table.name == "account" for key in column.foreign_keys):
                mine = getattr(mapper.class_, mapper.get_property_by_column(column).key) == account_id
                if number := session.scalar(select(func.count()).select_from(mapper.class_).where(mine)):
                    found.append((f"{table.name}.{column.name}", str(number)))
    return found


def _moment(moment: datetime | None) -> str:
    return clock.format_moment(moment) if moment else ""
