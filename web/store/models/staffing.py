"""What a home has entered for § 113c, and the weekly hours of its staff."""

from __future__ import annotations

from datetime import date, datetime  # noqa: TC003  # SQLAlchemy reads the annotations
from decimal import Decimal  # noqa: TC003

from sqlalchemy import (
    Date,
    ForeignKey,
    Index,
    SmallInteger,
)
from sqlalchemy.orm import Mapped  # noqa: TC002  # SQLAlchemy reads the annotations

from web.store.base import Base, Exact, Moment
from web.store.data_classes import Columns, Deletion

_of_upload = Columns("batch_id.home_id", Deletion.UPLOAD)


class WeeklyHours(Base):
    """Weekly hours of all employees of a level together, as an upload gave them: sums, never those of a person (T1)."""

    __tablename__ = "weekly_hours"
    __table_args__ = _of_upload.table("free")
    id: Mapped[int] = _of_upload("free", primary_key=True)
    upload_id: Mapped[int] = _of_upload("free", "batch_id", ForeignKey("batch.id"), index=True)
    qn: Mapped[int] = _of_upload("free", SmallInteger)
    start: Mapped[date | None] = _of_upload("free", Date)
    end: Mapped[date | None] = _of_upload("free", Date)
    hours: Mapped[Decimal] = _of_upload("free", Exact)


_holding = Columns("home_id", Deletion.CONTRACT)


class StaffingInput(Base):
    """What a home has entered for § 113c from a day on. Rows are never changed; of equal days the last counts."""

    __tablename__ = "staffing_input"
    __table_args__ = (Index(None, "home_id", "valid_from"), _holding.table("pseudonymous"))
    id: Mapped[int] = _holding("free", primary_key=True)
    home_id: Mapped[int] = _holding("free", ForeignKey("home.id"))
    valid_from: Mapped[date] = _holding("free", Date)
    full_time: Mapped[Decimal] = _holding("free", Exact)
    minimum_nr1: Mapped[Decimal | None] = _holding("free", Exact)
    minimum_nr2: Mapped[Decimal | None] = _holding("free", Exact)
    minimum_nr3: Mapped[Decimal | None] = _holding("free", Exact)
    agreed_nr1: Mapped[Decimal | None] = _holding("free", Exact)
    agreed_nr2: Mapped[Decimal | None] = _holding("free", Exact)
    agreed_nr3: Mapped[Decimal | None] = _holding("free", Exact)
    account_id: Mapped[int] = _holding("pseudonymous", ForeignKey("account.id"))
    at: Mapped[datetime] = _holding("free", Moment)
