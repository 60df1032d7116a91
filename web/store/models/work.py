"""Performed interventions as bulk rows, and the analysed work of a home."""

from __future__ import annotations

from datetime import date  # noqa: TC003  # SQLAlchemy reads the annotations

from sqlalchemy import (
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    String,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped  # noqa: TC002  # SQLAlchemy reads the annotations

from web.store.base import Base
from web.store.data_classes import Columns, Deletion

_work = Columns("home_id", Deletion.WORK)


class Label(Base):
    """A text that rows of a home's work repeat (intervention, ward, shift, source, status), and its number."""

    __tablename__ = "label"
    __table_args__ = (UniqueConstraint("home_id", "text"), _work.table("free"))
    id: Mapped[int] = _work("free", primary_key=True)
    home_id: Mapped[int] = _work("free", ForeignKey("home.id"))
    text: Mapped[str] = _work("free", String(200))


class PerformedIntervention(Base):
    """Performed interventions: bulk rows (see ``web.store.work.bulk``), never loaded as objects.

    The key is the row's content as bytes (``pebem.history.contents``) and its how-many-th occurrence in the upload:
    the same row in a second file has the same key and is not stored again; equal rows within one file have different
    ones. The columns say the same for SQL and foreign keys; a trigger refuses changes, so they cannot part.
    """

    __tablename__ = "intervention"
    __table_args__ = (Index(None, "batch_id"), _work.table("pseudonymous"))
    home_id: Mapped[int] = _work("free", ForeignKey("home.id"), primary_key=True, autoincrement=False)
    content: Mapped[bytes] = _work("pseudonymous", LargeBinary(40), primary_key=True)
    occurrence: Mapped[int] = _work("free", Integer, primary_key=True, autoincrement=False)
    upload_id: Mapped[int] = _work("free", "batch_id", ForeignKey("batch.id"))
    resident_id: Mapped[int | None] = _work("pseudonymous", ForeignKey("resident.id"))
    staff_id: Mapped[int | None] = _work("pseudonymous", ForeignKey("staff.id"))
    intervention: Mapped[str | None] = _work("pseudonymous", String(50))
    day: Mapped[date] = _work("pseudonymous", Date)
    minute: Mapped[int] = _work("pseudonymous", SmallInteger)
    seconds: Mapped[int] = _work("pseudonymous", Integer)
    source: Mapped[str | None] = _work("free", String(20))
    shift: Mapped[str | None] = _work("free", String(100))
    ward: Mapped[str | None] = _work("free", String(200))
    status: Mapped[str | None] = _work("pseudonymous", String(30))


class WorkMonth(Base):
    """The contents of all rows of a home and month (counted from January 1970), one after the other, for reading.

    The database makes it of its rows in the transaction that adds them; a trigger refuses to delete rows of a month
    that is still stored in this form, so that none can be out of date.
    """

    __tablename__ = "work_month"
    __table_args__ = _work.table("pseudonymous")
    home_id: Mapped[int] = _work("free", ForeignKey("home.id"), primary_key=True, autoincrement=False)
    month: Mapped[int] = _work("free", Integer, primary_key=True, autoincrement=False)
    contents: Mapped[bytes] = _work("pseudonymous", LargeBinary)


class Cube(Base):
    """The analysed work of a home (``web.store.result.repository``), one row for each month and kind, columns packed.

    ``about`` is the intervention where a kind has a row for each, else "". ``month`` counts from January 1970.
    """

    __tablename__ = "cube"
    __table_args__ = _work.table("pseudonymous")
    home_id: Mapped[int] = _work("free", ForeignKey("home.id"), primary_key=True, autoincrement=False)
    kind: Mapped[str] = _work("free", String(20), primary_key=True)
    about: Mapped[str] = _work("free", String(50), primary_key=True)
    month: Mapped[int] = _work("free", Integer, primary_key=True, autoincrement=False)
    content: Mapped[bytes] = _work("pseudonymous", LargeBinary)
