"""The way of every deletion into the ledger outside the databases, so that a restore does not undo it (H5).

A service that deletes opens its transaction with :func:`deletion`::

    entries = []
    with deletion_ledger.deletion(access, settings, entries) as session:
        ...  # delete
        entries.append(deletion_ledger.entry(session, settings, LedgerKind.UPLOAD, home_id=..., subject=..., rule=...))

and gets a function in ``web.services.backups.replays`` that carries an entry out on a restored database. The entry is
written before the commit: a deletion that took place is always in the ledger. Where the commit fails, the entry is
withdrawn; where the process dies between the two, the deletion is carried out at the next start.
"""

from __future__ import annotations

import hmac
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from sqlalchemy import select

from web.backup.keys import keys_of
from web.backup.ledger import DeletionLedger, LedgerEntry, open_ledger, subject_of
from web.services import clock, deletion_protocol
from web.store import installation
from web.store.models import Home, Tenant

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from sqlalchemy.orm import Session

    from web.backup.keys import BackupKeys
    from web.settings import Settings
    from web.store.access import Access, SystemAccess


class LedgerKind(StrEnum):
    """What can be deleted so that a restore has to repeat it. Every kind has its replay; a guard checks that."""

    UPLOAD = "datenlieferung"
    UNDONE = "ruecknahme"
    KEYS = "schluessel"
    MONTH = "monat"
    PERSON = "person"
    ACCOUNT = "konto"
    TENANT = "traeger"


KIND_WORDS: Final = {
    LedgerKind.UPLOAD: "Datenlieferungen",
    LedgerKind.UNDONE: "Zurückgenommene Datenlieferungen",
    LedgerKind.KEYS: "Schlüssel",
    LedgerKind.MONTH: "Monate mit Leistungen und Diensten",
    LedgerKind.PERSON: "Personen",
    LedgerKind.ACCOUNT: "Konten",
    LedgerKind.TENANT: "Träger",
}
"""What the protocol calls them."""


@dataclass(frozen=True, slots=True)
class DueDeletion:
    """A deletion of the ledger that is to be carried out on a database."""

    entry: LedgerEntry
    keys: BackupKeys
    key: str

    def is_about(self, *identity: object) -> bool:
        """Return whether it deleted what has this identity: what :func:`entry` was given as ``subject``."""
        return hmac.compare_digest(self.entry.subject, subject_of(self.keys, self.key, identity))


@contextmanager
def deletion(
    access: Access | SystemAccess,
    settings: Settings,
    entries: Sequence[LedgerEntry],
    *,
    outside: Callable[[], object] = lambda: None,
) -> Iterator[Session]:
    """Open a writing transaction on the work database in which deletions take place.

    Parameters
    ----------
    entries
        What is deleted. At the end of the block they are written into the protocol of the operator (H3) and into the
        ledger, and all is committed; where the block fails, none of it happens.
    outside
        Deletes what lies outside the work database, once the ledger is written and before the commit: where the process
        dies in between, the next start carries it out.
    """
    _introduce(access)
    announced: tuple[DeletionLedger, int] | None = None
    try:
        with access.writing.begin() as session:
            yield session
            session.flush()
            if entries:
                _protocol(session, access, entries)
                announced = announce(session, settings, entries)
            outside()
    except BaseException:
        if announced:
            ledger, number = announced
            ledger.append((), clock.now(), withdraws=number)
        raise
    if announced:
        access.databases.flush_deleted()


def _protocol(session: Session, access: Access | SystemAccess, entries: Sequence[LedgerEntry]) -> None:
    for one, number in Counter((one.kind, one.tenant, one.home, one.rule) for one in entries).items():
        kind, tenant, home, rule = one
        tenant_id = session.scalar(select(Tenant.id).where(Tenant.reference == tenant))
        if tenant_id is None:
            continue  # the operator is gone with its protocol; what is left of it is deleted now, as its keys are
        home_id = session.scalars(select(Home.id).where(Home.reference == home)).one() if home else None
        deletion_protocol.record(
            session, access.origin, tenant_id, KIND_WORDS[LedgerKind(kind)], number, rule=rule, home_id=home_id
        )


def _introduce(access: Access | SystemAccess) -> None:
    """Give the installation its name in a transaction of its own: a ledger written under one that is lost is lost."""
    with access.reading() as session:
        known = installation.find(session) is not None
    if not known:
        with access.writing.begin() as session:
            installation.locked(session)


def announce(session: Session, settings: Settings, entries: Sequence[LedgerEntry]) -> tuple[DeletionLedger, int]:
    """Write deletions of the open transaction into the ledger; whoever announces next waits for its end.

    Returns
    -------
    tuple
        The ledger, and the number of the segment: to be withdrawn should the transaction fail.
    """
    row = installation.locked(session)
    ledger = open_ledger(settings, keys_of(settings), row.reference)
    number = ledger.append(entries, clock.now())
    before = [one for one in ledger.segments(row.ledger) if one.number < number]
    withdrawn = {one.withdraws for one in before}
    if not any(one.entries and one.number not in withdrawn for one in before):
        row.ledger = number  # otherwise the next start has to carry out those before, and then this one again
    session.flush()
    return ledger, number


def entry(
    session: Session,
    settings: Settings,
    kind: LedgerKind,
    *,
    subject: str | Sequence[object],
    rule: str,
    home_id: int | None = None,
    tenant_id: int | None = None,
) -> LedgerEntry:
    """Return the entry of something of a home, or of a tenant where it belongs to no home.

    Parameters
    ----------
    subject
        A pseudonym; or what identifies it and survives a restore, of which a keyed digest is written.
    rule
        Why it is deleted.
    """
    home = None if home_id is None else session.get_one(Home, home_id)
    tenant = session.get_one(Tenant, tenant_id if home is None else home.tenant_id)
    if tenant.reference is None or (home and home.reference is None):
        raise ValueError(f"home {home_id} or its tenant has no reference")
    if not isinstance(subject, str):
        keys = keys_of(settings)
        subject = subject_of(keys, keys.current, subject)
    return LedgerEntry(kind.value, tenant.reference, (home.reference or "") if home else "", subject, rule)
