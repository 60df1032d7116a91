"""Whether the log is as it was written: each chain from its beginning to its end, and against its anchor (G3).

Somebody with the databases alone cannot make a digest. So every entry that was changed, removed, moved or inserted
shows, and the first one is named. What has expired is no gap: the chain says, sealed, where it begins.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from sqlalchemy import select

from web.services import clock
from web.services.audit import EXPIRED
from web.store.log_anchors import ChainEnd, DamagedAnchorError, LogAnchor
from web.store.log_chain import content_of
from web.store.models import AuditEvent, LogHead, Tenant

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from sqlalchemy.orm import Session

    from web.store.access import SystemAccess
    from web.store.log_chain import LogKeys

BLOCK: Final = 2000
"""Entries read at once."""


class LogFault(StrEnum):
    """What is wrong with a chain; the word is what a user is told."""

    CHANGED = "verändert"
    REMOVED = "entfernt"
    MOVED = "umgestellt"
    INSERTED = "eingefügt"
    BEGINNING = "am Anfang abgeschnitten"
    REPLACED = "ausgetauscht"
    KEY = "nicht prüfbar, weil ihr Schlüssel fehlt"
    ANCHOR = "nicht prüfbar, weil der Anker außerhalb der Datenbank beschädigt ist"


@dataclass(frozen=True, slots=True)
class ChainReport:
    """What verifying one chain has shown.

    Attributes
    ----------
    chain, tenant
        Reference and name of the tenant; "" for the chain that belongs to none, and for a tenant that is gone.
    first, last
        Numbers of its first and last entry; last < first where it has none.
    fault, number, until, at
        What is wrong with which entries, from the first one on; the moment is that of this entry, or of the last
        before it. None = it is intact.
    anchored
        Whether there is an anchor outside the database.
    """

    chain: str
    tenant: str
    first: int
    last: int
    fault: LogFault | None = None
    number: int = 0
    until: int = 0
    at: datetime | None = None
    anchored: bool = True

    @property
    def name(self) -> str:
        """What a user calls the chain."""
        if not self.chain:
            return "Installation"
        return self.tenant or f"Träger {self.chain[:8]} (gelöscht)"

    def __str__(self) -> str:
        """Say it in one German sentence."""
        if self.fault is None:
            known = "" if self.anchored else " Einen Anker außerhalb der Datenbank gibt es für sie noch nicht."
            if self.last < self.first:
                return f"{self.name}: keine Einträge.{known}"
            return f"{self.name}: Einträge {self.first} bis {self.last} sind unverändert.{known}"
        several = self.until > self.number
        which = f"Einträge {self.number} bis {self.until} sind" if several else f"Eintrag {self.number} ist"
        when = f" ({clock.format_moment(self.at)})" if self.at else ""
        return f"{self.name}: {which} {self.fault}{when}."


def verify(system: SystemAccess, chain: str | None = None) -> list[ChainReport]:
    """Verify all chains, or one, each in one state of the database."""
    keys = system.databases.log
    # Anchors before the state of the database: meanwhile a chain can only have grown.
    anchors = {one: _anchor(keys, one) for one in keys.anchors.chains()}
    with system.reading() as session:
        heads = set(session.scalars(select(LogHead.chain)))
        events = set(session.scalars(select(AuditEvent.chain).distinct()))
        wanted = sorted(heads | events | anchors.keys() if chain is None else {chain})
        return [_verified(session, keys, one, anchors.get(one)) for one in wanted]


def _anchor(keys: LogKeys, chain: str) -> LogAnchor | DamagedAnchorError | None:
    try:
        return keys.anchors.find(chain)
    except DamagedAnchorError as error:
        return error


def _verified(
    session: Session, keys: LogKeys, chain: str, anchor: LogAnchor | DamagedAnchorError | None
) -> ChainReport:
    """Verify a chain; where a row cannot even be read, row by row, so that it is named."""
    for block in (BLOCK, 1):
        check = _ChainCheck(session, keys, chain, anchor, block)
        try:
            return check.report()
        except (ValueError, TypeError, LookupError):
            session.expunge_all()
    return check.fault(LogFault.CHANGED, check.end.number + 1, at=check.at)


class _ChainCheck:
    def __init__(
        self,
        session: Session,
        keys: LogKeys,
        chain: str,
        anchor: LogAnchor | DamagedAnchorError | None,
        block: int,
    ) -> None:
        self.session = session
        self.keys = keys
        self.chain = chain
        self.anchor = anchor
        self.block = block
        self.head = session.get(LogHead, chain) or LogHead(
            chain=chain, number=0, mac=b"", first=1, first_before=b"", first_key="", first_mac=b""
        )
        self.tenant = session.scalar(select(Tenant.name).where(Tenant.reference == chain)) or ""
        self.end = ChainEnd(self.head.first - 1, self.head.first_before)
        self.at: datetime | None = None

    def report(self) -> ChainReport:
        """Return the first thing that is wrong, or that nothing is."""
        if fault := self._beginning() or self._entries() or self._ending():
            return fault
        if isinstance(self.anchor, DamagedAnchorError):
            return self.fault(LogFault.ANCHOR, self.end.number)
        if self.anchor is None:
            return self._report()
        noted = [one for one in (self.anchor.end, self.anchor.former) if one is not None]
        if not any(self._contains(one) for one in noted):
            least = min(noted)
            if least.number > self.end.number:
                return self.fault(LogFault.REMOVED, self.end.number + 1, least.number, self.at)
            return self.fault(LogFault.REPLACED, least.number, self.end.number)
        return self._report()

    def _beginning(self) -> ChainReport | None:
        head = self.head
        if head.first == 1 and not head.first_before:
            return None
        if head.first_key not in self.keys or not head.first_key:
            return self.fault(LogFault.BEGINNING if not head.first_key else LogFault.KEY, head.first)
        genuine = self.keys.mac_of_beginning(head.first_key, self.chain, head.first, head.first_before)
        query = select(AuditEvent.details).where(AuditEvent.chain == self.chain, AuditEvent.action == EXPIRED)
        told = any((details or {}).get("bis") == head.first - 1 for details in self.session.scalars(query))
        if hmac.compare_digest(genuine, head.first_mac) and told:
            return None
        return self.fault(LogFault.BEGINNING, head.first)

    def _entries(self) -> ChainReport | None:
        keyed = False  # entries without a key are older than all those with one
        for entry in self._stored():
            number, mac = self.end
            if entry.number > number + 1:
                return self.fault(LogFault.REMOVED, number + 1, entry.number - 1, self.at)
            if entry.number <= number:
                return self.fault(LogFault.INSERTED, entry.number, at=entry.at)
            if entry.key not in self.keys:
                return self.fault(LogFault.KEY, entry.number, at=entry.at)
            keyed = keyed or bool(entry.key)
            genuine = self.keys.mac(entry.key, mac, content_of(entry))
            if (keyed and not entry.key) or not hmac.compare_digest(genuine, entry.mac):
                return self.fault(self._kind_of(entry, mac), entry.number, at=entry.at)
            self.end, self.at = ChainEnd(entry.number, entry.mac), entry.at
        return None

    def _ending(self) -> ChainReport | None:
        head = ChainEnd(self.head.number, self.head.mac)
        if head.number > self.end.number:
            return self.fault(LogFault.REMOVED, self.end.number + 1, head.number, self.at)
        if head.number < self.end.number:
            return self.fault(LogFault.INSERTED, head.number + 1, self.end.number, self.at)
        return None if head == self.end else self.fault(LogFault.REPLACED, head.number, at=self.at)

    def _kind_of(self, entry: AuditEvent, before: bytes) -> LogFault:
        """Return what has happened to the first entry whose digest does not fit."""
        if not entry.key:
            return LogFault.CHANGED
        rows = self.session.execute(
            select(AuditEvent.number, AuditEvent.mac).where(AuditEvent.chain == self.chain).order_by(AuditEvent.number)
        ).all()
        if entry.number > self.head.number or [mac for _, mac in rows].count(entry.mac) > 1:
            return LogFault.INSERTED  # after the end, or a copy of another
        digests = {self.head.first - 1: self.head.first_before, **dict(rows)}
        elsewhere = [number for number in digests if number != entry.number]
        # After the digest that lies before that place; or, where it changed places with its neighbour, there.
        places = [(number, digests.get(number - 1)) for number in elsewhere] + [
            (one, digests[one]) for one in elsewhere
        ]
        if self._is_genuine(entry, places):
            return LogFault.MOVED
        query = select(AuditEvent).where(AuditEvent.chain == self.chain, AuditEvent.number == entry.number + 1)
        after = self.session.scalar(query)
        shifted = after is not None and self._is_genuine(after, [(entry.number, before)])
        return LogFault.INSERTED if shifted else LogFault.CHANGED

    def _is_genuine(self, entry: AuditEvent, places: Sequence[tuple[int, bytes | None]]) -> bool:
        """Return whether an entry was written at one of these numbers, after the digest given with it."""
        if entry.key not in self.keys or not entry.key:
            return False
        copy = _copy(entry)
        for number, before in places:
            copy.number = number
            if before is not None and hmac.compare_digest(
                self.keys.mac(entry.key, before, content_of(copy)), entry.mac
            ):
                return True
        return False

    def _contains(self, noted: ChainEnd) -> bool:
        if noted.number < self.head.first:
            return noted.number < self.head.first - 1 or noted.mac == self.head.first_before
        query = select(AuditEvent.mac).where(AuditEvent.chain == self.chain, AuditEvent.number == noted.number)
        return self.session.scalar(query) == noted.mac

    def _stored(self) -> Iterator[AuditEvent]:
        query = select(AuditEvent).where(AuditEvent.chain == self.chain)
        number, key = -1, -1
        while block := self.session.scalars(
            query.where((AuditEvent.number > number) | ((AuditEvent.number == number) & (AuditEvent.id > key)))
            .order_by(AuditEvent.number, AuditEvent.id)
            .limit(self.block)
        ).all():
            yield from block
            number, key = block[-1].number, block[-1].id
            self.session.expunge_all()

    def _report(self) -> ChainReport:
        return ChainReport(self.chain, self.tenant, self.head.first, self.end.number, anchored=self.anchor is not None)

    def fault(self, fault: LogFault, number: int, until: int = 0, at: datetime | None = None) -> ChainReport:
        """Return the report of a chain that is not intact."""
        return ChainReport(
            self.chain,
            self.tenant,
            self.head.first,
            self.end.number,
            fault,
            number,
            max(number, until),
            at,
            self.anchor is not None,
        )


def _copy(entry: AuditEvent) -> AuditEvent:
    return AuditEvent(
        **{column.name: getattr(entry, column.name) for column in AuditEvent.__table__.columns if column.name != "id"}
    )
