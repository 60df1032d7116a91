"""Uploads, what became of them, and what each applied one has said."""

from __future__ import annotations

from datetime import date, datetime  # noqa: TC003  # SQLAlchemy reads the annotations
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Date,
    ForeignKey,
    Integer,
    LargeBinary,
    String,
)
from sqlalchemy.orm import Mapped  # noqa: TC002  # SQLAlchemy reads the annotations

from web.store.base import Base, Moment
from web.store.data_classes import Columns, Deletion

_batch = Columns("home_id", Deletion.UPLOAD)


class Upload(Base):
    """One upload and what became of it. File names and findings may hold names: they lie in the vault."""

    __tablename__ = "batch"
    __table_args__ = _batch.table("pseudonymous")
    id: Mapped[int] = _batch("free", primary_key=True)
    home_id: Mapped[int] = _batch("free", ForeignKey("home.id"), index=True)
    account_id: Mapped[int] = _batch("pseudonymous", ForeignKey("account.id"))
    state: Mapped[str] = _batch("free", String(20), index=True)
    created_at: Mapped[datetime] = _batch("free", Moment)
    stored_at: Mapped[datetime | None] = _batch("free", Moment)
    file_count: Mapped[int] = _batch("free", Integer)
    file_hash: Mapped[bytes] = _batch("free", LargeBinary(32))
    rulebook_id: Mapped[str] = _batch("free", String(200), default="")
    rulebook_edition: Mapped[str] = _batch("free", String(50), default="")
    rows: Mapped[int] = _batch("free", Integer, default=0)
    counted: Mapped[int] = _batch("free", Integer, default=0)
    not_done: Mapped[int] = _batch("free", Integer, default=0)
    faulty: Mapped[int] = _batch("free", Integer, default=0)
    ignored: Mapped[int] = _batch("free", Integer, default=0)
    new_rows: Mapped[int] = _batch("free", Integer, default=0)
    errors: Mapped[int] = _batch("free", Integer, default=0)
    warnings: Mapped[int] = _batch("free", Integer, default=0)
    notices: Mapped[int] = _batch("free", Integer, default=0)
    first_day: Mapped[date | None] = _batch("free", Date)
    last_day: Mapped[date | None] = _batch("free", Date)
    coverage: Mapped[dict[str, int] | None] = _batch("free", JSON)
    choice: Mapped[dict[str, Any] | None] = _batch("free", JSON)
    weighed: Mapped[dict[str, Any] | None] = _batch("pseudonymous", JSON)


_delivery = Columns("home_id", Deletion.WORK)


class AppliedUpload(Base):
    """An upload in force: how-many-th of its home, how it was taken in, and what it said of people (packed)."""

    __tablename__ = "delivery"
    __table_args__ = _delivery.table("pseudonymous")
    batch_id: Mapped[int] = _delivery("free", ForeignKey("batch.id"), primary_key=True, autoincrement=False)
    home_id: Mapped[int] = _delivery("free", ForeignKey("home.id"), index=True)
    position: Mapped[int] = _delivery("free", Integer)
    ground: Mapped[bool] = _delivery("free", Boolean, default=False)
    rule: Mapped[dict[str, Any]] = _delivery("pseudonymous", JSON)
    people: Mapped[bytes] = _delivery("pseudonymous", LargeBinary)


_month = Columns("batch_id.home_id", Deletion.WORK)


class AppliedMonth(Base):
    """The contents of all rows of an upload in a month (counted from January 1970), in order, packed."""

    __tablename__ = "delivery_month"
    __table_args__ = _month.table("pseudonymous")
    batch_id: Mapped[int] = _month(
        "free", ForeignKey("delivery.batch_id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    month: Mapped[int] = _month("free", Integer, primary_key=True, autoincrement=False)
    contents: Mapped[bytes] = _month("pseudonymous", LargeBinary)


class AppliedDuties(Base):
    """The duties of an upload that begin in a month (counted from January 1970), in order, packed (decision 19)."""

    __tablename__ = "delivery_duties"
    __table_args__ = _month.table("pseudonymous")
    batch_id: Mapped[int] = _month(
        "free", ForeignKey("delivery.batch_id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    month: Mapped[int] = _month("free", Integer, primary_key=True, autoincrement=False)
    contents: Mapped[bytes] = _month("pseudonymous", LargeBinary)


_of_batch = Columns("batch_id.home_id", Deletion.UPLOAD)


class UnknownTerm(Base):
    """A word that an upload used and nobody knew for certain, with what hangs on it."""

    __tablename__ = "unknown_term"
    __table_args__ = _of_batch.table("free")
    id: Mapped[int] = _of_batch("free", primary_key=True)
    batch_id: Mapped[int] = _of_batch("free", ForeignKey("batch.id"), index=True)
    kind: Mapped[str] = _of_batch("free", String(20))
    text: Mapped[str] = _of_batch("free", String(200))
    rows: Mapped[int] = _of_batch("free", Integer)
    seconds: Mapped[int] = _of_batch("free", BigInteger)
