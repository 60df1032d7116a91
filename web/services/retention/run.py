"""Deleting what is due: one transaction for each month, person, account and upload, each in the protocol (H2, H3)."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import TYPE_CHECKING, Final

import structlog
from sqlalchemy import delete, select, update

from web.services import accesses, clock, deletion_ledger, deletion_protocol, open_vault
from web.services.deletion_ledger import LedgerKind
from web.services.history import leftovers, redaction
from web.services.retention import due
from web.services.subjects import account_data, erasure
from web.store.data_classes import RETENTION, Deletion
from web.store.models import (
    Account,
    FindingPlaces,
    FirstToken,
    Home,
    SignIn,
    Upload,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from web.backup.ledger import LedgerEntry
    from web.services.deletion_ledger import DueDeletion
    from web.services.retention.due import DueData
    from web.settings import Settings
    from web.store.access import SystemAccess

_NEVER: Final = 12 * 8000
"""A month after all others."""

_log = structlog.get_logger(__name__)


def delete_due(system: SystemAccess, settings: Settings) -> dict[Deletion, int]:
    """Delete everything that is due, and return how much of each class.

    A class is looked for after those before it were deleted: whoever has no row any more may be due as a person. What
    cannot be deleted does not keep the rest from being deleted; the first such failure is raised at the end.
    """
    done: Counter[Deletion] = Counter()
    failures: list[Exception] = []
    for deletion in due.FINDERS:
        for one in due.of_class(system, settings, deletion):
            try:
                _DELETE[deletion](system, settings, one)
            except Exception as error:  # noqa: BLE001 - another home must not wait for this one
                _log.error("not deleted", deletion=deletion.value, home=one.home_id, error=type(error).__name__)
                failures.append(error)
                continue
            done[deletion] += one.number
            _log.info("deleted by its period", deletion=deletion.value, number=one.number)
    if failures:
        raise failures[0]
    return dict(done)


def replay_months(system: SystemAccess, settings: Settings, deletions: Sequence[DueDeletion]) -> int:
    """Delete again the months a restored database still has; return how many there were."""
    found = 0
    for reference in {one.entry.home for one in deletions}:
        mine = [one for one in deletions if one.entry.home == reference]
        with system.reading() as session:
            home_id = session.scalar(select(Home.id).where(Home.reference == reference))
            present = {} if home_id is None else redaction.months_before(session, home_id, _NEVER)
        for month in present:
            if home_id is not None and any(one.is_about(*_month_identity(month)) for one in mine):
                with accesses.of_home(system, home_id).writing.begin() as session:
                    redaction.locked(session, home_id)
                    redaction.drop_month(session, home_id, month, duties=_with_duties(settings, month))
                found += 1
    return found


def _delete_month(system: SystemAccess, settings: Settings, one: DueData) -> None:
    home_id, month = _int(one.home_id), _int(one.subject)
    access, entries = accesses.of_home(system, home_id), _no_entries()
    with deletion_ledger.deletion(access, settings, entries) as session:
        redaction.locked(session, home_id)
        redaction.drop_month(session, home_id, month, duties=_with_duties(settings, month))
        deletion_protocol.record(
            session, access.origin, access.tenant_id, _word(one), one.number, rule=one.rule, home_id=home_id
        )
        entries.append(
            deletion_ledger.entry(
                session, settings, LedgerKind.MONTH, home_id=home_id, subject=_month_identity(month), rule=one.rule
            )
        )


def _delete_person(system: SystemAccess, settings: Settings, one: DueData) -> None:
    home_id = _int(one.home_id)
    erasure.erase(accesses.of_home(system, home_id), settings, home_id, str(one.subject), rule=one.rule)


def _delete_account(system: SystemAccess, settings: Settings, one: DueData) -> None:
    with system.reading() as session:
        user_name = session.scalars(select(Account.user_name).where(Account.id == one.subject)).one()
    account_data.erase(system.within(_int(one.tenant_id)), settings, user_name, rule=one.rule)


def _delete_texts(system: SystemAccess, settings: Settings, one: DueData) -> None:
    access = accesses.of_home(system, _int(one.home_id))
    with access.writing.begin() as session:
        upload = session.get_one(Upload, _int(one.subject))
        if upload.weighed and "statements" in upload.weighed:
            statements = {**upload.weighed["statements"], "rows": []}
            values = {"weighed": {**upload.weighed, "statements": statements}}
            session.execute(update(Upload).where(Upload.id == upload.id).values(**values))
        deletion_protocol.record(
            session, access.origin, access.tenant_id, _word(one), 1, rule=one.rule, home_id=one.home_id
        )
        session.execute(delete(FindingPlaces).where(FindingPlaces.upload_id == upload.id))
        with open_vault.writing(access, settings) as vault:
            leftovers.forget_texts(vault, (upload.id,))


def _delete_sessions(system: SystemAccess, settings: Settings, one: DueData) -> None:
    limit = clock.now() - timedelta(days=settings.retention.session_days)
    with system.writing.begin() as session:
        if one.tenant_id is None:
            session.execute(delete(FirstToken).where(FirstToken.created_at < limit))
            return
        mine = select(Account.id).where(Account.tenant_id == one.tenant_id)
        session.execute(delete(SignIn).where(SignIn.account_id.in_(mine), SignIn.created_at < limit))
        deletion_protocol.record(session, system.origin, one.tenant_id, _word(one), one.number, rule=one.rule)


def _with_duties(settings: Settings, month: int) -> bool:
    """Return whether the duties of a month go with it: not while its last night reaches into a month that stays."""
    return month + 1 < due.oldest_month(settings, clock.today())


def _no_entries() -> list[LedgerEntry]:
    return []


def _word(one: DueData) -> str:
    return RETENTION[one.deletion].word


def _int(number: int | str | None) -> int:
    if not isinstance(number, int):
        raise TypeError(number)
    return number


def _month_identity(month: int) -> tuple[str, int]:
    return "monat", month


_DELETE: Final[dict[Deletion, Callable[[SystemAccess, Settings, DueData], None]]] = {
    Deletion.WORK: _delete_month,
    Deletion.RESIDENT: _delete_person,
    Deletion.STAFF: _delete_person,
    Deletion.ACCOUNT: _delete_account,
    Deletion.UPLOAD: _delete_texts,
    Deletion.SESSION: _delete_sessions,
}
