"""The log of who did what: chains of entries, one for each operator and one for what belongs to none."""

from __future__ import annotations

from datetime import datetime  # noqa: TC003  # SQLAlchemy reads the annotations
from typing import Any

from sqlalchemy import JSON, BigInteger, Index, Integer, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped  # noqa: TC002  # SQLAlchemy reads the annotations

from web.store.base import Base, BigId, Moment
from web.store.data_classes import Columns, Deletion

_log = Columns("tenant_id", Deletion.LOG)


class AuditEvent(Base):
    """Who did what, when. Never with names or values of care data. The database refuses to change or delete it (G3).

    Numbers of tenants and accounts are no foreign keys: an entry stays as it was written when they are gone.
    """

    __tablename__ = "audit_event"
    __table_args__ = (
        Index(None, "tenant_id", "at"),
        Index(None, "at"),
        UniqueConstraint("chain", "number"),
        _log.table("pseudonymous"),
    )
    id: Mapped[int] = _log("free", BigId, primary_key=True)
    chain: Mapped[str] = _log("free", String(32))
    """Reference of the tenant; "" = what belongs to none. Numbers of tenants come back, references do not."""
    number: Mapped[int] = _log("free", BigInteger)
    """In its chain, from 1 on, without gaps."""
    at: Mapped[datetime] = _log("pseudonymous", Moment)
    tenant_id: Mapped[int | None] = _log("free", Integer)
    account_id: Mapped[int | None] = _log("pseudonymous", Integer)
    actor: Mapped[str] = _log("pseudonymous", String(100), default="")
    """Who or what really did it, on behalf of the account: ``web.store.access.Actor``."""
    request_id: Mapped[str] = _log("free", String(40), default="")
    address: Mapped[str] = _log("pseudonymous", String(45), default="")
    action: Mapped[str] = _log("free", String(50))
    object: Mapped[str] = _log("free", String(100), default="")
    result: Mapped[str] = _log("free", String(20))
    reason: Mapped[str] = _log("free", String(500), default="")
    details: Mapped[dict[str, Any] | None] = _log("free", JSON(none_as_null=True))
    """What changed from what to what, what was chosen, who received it: codes and numbers, nothing about health."""
    key: Mapped[str] = _log("free", String(16))
    """Id of the key of ``mac``; "" = a digest without one, of entries from before there were chains."""
    mac: Mapped[bytes] = _log("free", LargeBinary(32))
    """Over the entry and the ``mac`` of the entry before it: ``web.store.log_chain``."""


class LogHead(Base):
    """Where a chain ends, and since entries expire, where it begins."""

    __tablename__ = "audit_head"
    __table_args__ = _log.table("free")
    chain: Mapped[str] = _log("free", String(32), primary_key=True)
    tenant_id: Mapped[int | None] = _log("free", Integer)
    number: Mapped[int] = _log("free", BigInteger, default=0)
    """Of its last entry."""
    mac: Mapped[bytes] = _log("free", LargeBinary(32), default=b"")
    """Of its last entry."""
    first: Mapped[int] = _log("free", BigInteger, default=1)
    """Number of the first entry that has not expired."""
    first_before: Mapped[bytes] = _log("free", LargeBinary(32), default=b"")
    """``mac`` of the entry before that one."""
    first_key: Mapped[str] = _log("free", String(16), default="")
    first_mac: Mapped[bytes] = _log("free", LargeBinary(32), default=b"")
    """Keyed digest of the beginning: only who has the key can let a chain begin later. b"" while it begins with 1."""
