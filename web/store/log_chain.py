"""The log as chains: each entry has a number and a keyed digest over itself and the digest before it (G3).

Entries wait in their session and are numbered when it commits, after everything else of the transaction: the end of a
chain is locked for the last moment of it, so that a long job holds nobody up.
"""

from __future__ import annotations

import hmac
import json
from contextlib import suppress
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import groupby
from typing import TYPE_CHECKING, Final

from sqlalchemy import event, insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from web.security.crypto import derive
from web.store.log_anchors import ChainEnd, LogAnchors
from web.store.models import AuditEvent, LogHead, Tenant

if TYPE_CHECKING:
    from collections.abc import Mapping

    from web.settings import Settings

_WAITING: Final = "pebem log"
_RECORDED: Final = "pebem log recorded"
_WRITTEN: Final = "pebem log written"
_ID_BYTES: Final = 8
_NEEDED: Final = ("at", "actor", "request_id", "address", "action", "object", "result", "reason")


@dataclass(frozen=True, slots=True)
class LogKeys:
    """The keys of the log, and its anchors.

    They are derived from those of backups: who can restore can verify, and a rotation keeps former ones
    (``docs/adr/0037``).

    Attributes
    ----------
    current
        Id of the key of new entries.
    """

    current: str
    anchors: LogAnchors
    _entries: Mapping[str, bytes] = field(repr=False)
    _beginnings: Mapping[str, bytes] = field(repr=False)

    def __contains__(self, key: object) -> bool:
        return key == "" or key in self._entries

    def mac(self, key: str, before: bytes, content: bytes) -> bytes:
        """Return the digest of an entry whose key is in these; "" is none, of entries older than the chains."""
        if not key:
            return sha256(before + content).digest()
        return hmac.digest(self._entries[key], before + content, "sha256")

    def mac_of_beginning(self, key: str, chain: str, first: int, before: bytes) -> bytes:
        """Return the keyed digest of where a chain begins since its older entries expired."""
        return hmac.digest(self._beginnings[key], f"{chain} {first} ".encode() + before, "sha256")


def keys_of(settings: Settings) -> LogKeys:
    """Return the keys of an installation."""
    keys = (settings.backup_key, *settings.backup.former_keys)
    ids = [derive(key, "log/id")[:_ID_BYTES].hex() for key in keys]
    entries, beginnings, anchors = (
        [derive(key, purpose) for key in keys] for purpose in ("log/entry", "log/beginning", "log/anchor")
    )
    return LogKeys(
        ids[0],
        LogAnchors(settings.home / "log", tuple(anchors)),
        dict(zip(ids, entries, strict=True)),
        dict(zip(ids, beginnings, strict=True)),
    )


def content_of(entry: AuditEvent) -> bytes:
    """Return what the digest of an entry is over: all of it, in a form that does not depend on the database."""
    told = (
        entry.chain,
        entry.number,
        entry.at.isoformat(timespec="microseconds"),
        entry.tenant_id,
        entry.account_id,
        entry.actor,
        entry.request_id,
        entry.address,
        entry.action,
        entry.object,
        entry.result,
        entry.reason,
        entry.details,
    )
    return json.dumps(told, sort_keys=True, separators=(",", ":")).encode()


def append(session: Session, keys: LogKeys, recorded: set[str], entry: AuditEvent) -> None:
    """Add an entry, without number, to the open transaction of a writing session.

    Parameters
    ----------
    recorded
        Gets its result once it is committed.
    """
    if session.in_nested_transaction():
        raise RuntimeError("an entry would outlive the savepoint it was written in")
    if missing := [name for name in _NEEDED if getattr(entry, name) is None]:
        raise ValueError(f"an entry lacks {', '.join(missing)}")  # the database would store something else
    if not session.in_transaction():
        session.begin()  # so that a rollback forgets the entry, even where nothing else happened
    session.info.setdefault(_WAITING, []).append((keys, recorded, entry))


def locked_head(session: Session, chain: str, tenant_id: int | None) -> LogHead:
    """Return the end of a chain, made where there is none, and keep it to this transaction."""
    query = select(LogHead).where(LogHead.chain == chain).with_for_update().execution_options(populate_existing=True)
    head = session.scalars(query).one_or_none()
    if head is None:
        # Another transaction may be quicker.
        with suppress(IntegrityError), session.begin_nested():
            session.execute(insert(LogHead).values(chain=chain, tenant_id=tenant_id))
        head = session.scalars(query).one()
    return head


def end_of(head: LogHead) -> ChainEnd:
    """Return the last entry that a head names."""
    return ChainEnd(head.number, head.mac)


def is_within(session: Session, head: LogHead, end: ChainEnd) -> bool:
    """Return whether a chain has, or had before it expired, an entry with this number and digest."""
    if end.number < head.first:
        return end.number < head.first - 1 or end.mac == head.first_before
    query = select(AuditEvent.mac).where(AuditEvent.chain == head.chain, AuditEvent.number == end.number)
    return session.scalar(query) == end.mac


@event.listens_for(Session, "before_commit")
def _write(session: Session) -> None:
    if session.in_nested_transaction() or not (waiting := session.info.pop(_WAITING, [])):
        return
    session.flush()
    try:
        _write_all(session, waiting)
    except Exception:
        waiting[0][0].anchors.note_trouble("Eintrag im Protokoll")
        raise


def _write_all(session: Session, waiting: list[tuple[LogKeys, set[str], AuditEvent]]) -> None:
    for *_, entry in waiting:
        # Asked for no tenant too: an unknown user name costs the same work (A6).
        reference = session.scalar(select(Tenant.reference).where(Tenant.id == (entry.tenant_id or 0)))
        if entry.tenant_id is not None and not reference:
            raise ValueError(f"tenant {entry.tenant_id} has no reference")
        entry.chain = reference or ""
    waiting.sort(key=lambda one: one[2].chain)  # everybody locks chains in one order; within one, nothing changes
    for chain, group in groupby(waiting, key=lambda one: one[2].chain):
        _write_chain(session, chain, list(group))
    session.flush()


def _write_chain(session: Session, chain: str, waiting: list[tuple[LogKeys, set[str], AuditEvent]]) -> None:
    keys = waiting[0][0]
    head = locked_head(session, chain, waiting[0][2].tenant_id)
    before = end_of(head)
    number, mac = before
    for _, recorded, entry in waiting:
        number += 1
        entry.number, entry.key = number, keys.current
        entry.mac = mac = keys.mac(entry.key, mac, content_of(entry))
        session.add(entry)
        session.info.setdefault(_RECORDED, []).append((recorded, entry.result))
    keys.anchors.advance(chain, before, ChainEnd(number, mac), is_within=lambda end: is_within(session, head, end))
    head.number, head.mac = number, mac
    session.info.setdefault(_WRITTEN, []).append((keys, chain, ChainEnd(number, mac)))


@event.listens_for(Session, "after_commit")
def _confirm(session: Session) -> None:
    for keys, chain, end in session.info.pop(_WRITTEN, []):
        keys.anchors.confirm(chain, end)
    for recorded, result in session.info.pop(_RECORDED, []):
        recorded.add(result)


@event.listens_for(Session, "after_rollback")
def _forget(session: Session) -> None:
    session.info.pop(_WAITING, None)
    session.info.pop(_WRITTEN, None)
    session.info.pop(_RECORDED, None)
