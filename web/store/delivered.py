"""What each upload that is in force has said: the stored work and people of a home follow from it (decision 16)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import JSON, Boolean, ForeignKey, Integer, LargeBinary
from sqlalchemy.orm import Mapped  # noqa: TC002  # SQLAlchemy reads the annotations

from web.store.base import Base
from web.store.classified import Columns, Deletion

_delivery = Columns("home_id", Deletion.WORK)
_month = Columns("batch_id.home_id", Deletion.WORK)


class Delivery(Base):
    """An upload in force: how-many-th of its home, how it was taken in, and what it said of people (packed)."""

    __tablename__ = "delivery"
    __table_args__ = _delivery.table("pseudonymous")
    batch_id: Mapped[int] = _delivery("free", ForeignKey("batch.id"), primary_key=True, autoincrement=False)
    home_id: Mapped[int] = _delivery("free", ForeignKey("home.id"), index=True)
    position: Mapped[int] = _delivery("free", Integer)
    ground: Mapped[bool] = _delivery("free", Boolean, default=False)
    rule: Mapped[dict[str, Any]] = _delivery("pseudonymous", JSON)
    people: Mapped[bytes] = _delivery("pseudonymous", LargeBinary)


class DeliveryMonth(Base):
    """The contents of all rows of an upload in a month (counted from January 1970), in order, packed."""

    __tablename__ = "delivery_month"
    __table_args__ = _month.table("pseudonymous")
    batch_id: Mapped[int] = _month(
        "free", ForeignKey("delivery.batch_id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    month: Mapped[int] = _month("free", Integer, primary_key=True, autoincrement=False)
    contents: Mapped[bytes] = _month("pseudonymous", LargeBinary)


class DeliveryDuties(Base):
    """The duties of an upload that begin in a month (counted from January 1970), in order, packed (decision 19)."""

    __tablename__ = "delivery_duties"
    __table_args__ = _month.table("pseudonymous")
    batch_id: Mapped[int] = _month(
        "free", ForeignKey("delivery.batch_id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    month: Mapped[int] = _month("free", Integer, primary_key=True, autoincrement=False)
    contents: Mapped[bytes] = _month("pseudonymous", LargeBinary)
