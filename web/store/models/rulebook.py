"""Rulebooks of an operator, which one applies to a home, and levels set by hand."""

from __future__ import annotations

from datetime import date, datetime  # noqa: TC003  # SQLAlchemy reads the annotations
from typing import Any

from sqlalchemy import (
    JSON,
    Date,
    ForeignKey,
    Index,
    SmallInteger,
    String,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped  # noqa: TC002  # SQLAlchemy reads the annotations

from web.store.base import Base, Moment
from web.store.data_classes import Columns, Deletion

_library = Columns("tenant_id", Deletion.CONTRACT)


class Rulebook(Base):
    """A rulebook a tenant has imported. Triggers of the database refuse any change of its content (revision 0002)."""

    __tablename__ = "rulebook"
    __table_args__ = (
        UniqueConstraint("tenant_id", "sha256"),
        UniqueConstraint("tenant_id", "rulebook_id", "edition"),
        _library.table("pseudonymous"),
    )
    id: Mapped[int] = _library("free", primary_key=True)
    tenant_id: Mapped[int] = _library("free", ForeignKey("tenant.id"))
    rulebook_id: Mapped[str] = _library("free", String(200))
    edition: Mapped[str] = _library("free", String(50))
    status: Mapped[str] = _library("free", String(20))
    title: Mapped[str] = _library("free", String(200))
    sha256: Mapped[str] = _library("free", String(64))
    documents: Mapped[dict[str, Any]] = _library("free", JSON)
    account_id: Mapped[int] = _library("pseudonymous", ForeignKey("account.id"))
    created_at: Mapped[datetime] = _library("free", Moment)
    first_used_at: Mapped[datetime | None] = _library("free", Moment)


_holding = Columns("home_id", Deletion.CONTRACT)


class RulebookHolding(Base):
    """From which day on a home works with which rulebook. Rows are never changed; of equal days the last counts."""

    __tablename__ = "rulebook_holding"
    __table_args__ = (Index(None, "home_id", "valid_from"), _holding.table("pseudonymous"))
    id: Mapped[int] = _holding("free", primary_key=True)
    home_id: Mapped[int] = _holding("free", ForeignKey("home.id"))
    rulebook_id: Mapped[int | None] = _holding("free", ForeignKey("rulebook.id"))
    built_in: Mapped[str | None] = _holding("free", String(200))
    valid_from: Mapped[date] = _holding("free", Date)
    account_id: Mapped[int] = _holding("pseudonymous", ForeignKey("account.id"))
    at: Mapped[datetime] = _holding("free", Moment)


_override = Columns("home_id", Deletion.RESIDENT)


class Override(Base):
    """A level a qualified person has set in place of the rulebook's; without resident for the whole house."""

    __tablename__ = "override_"
    __table_args__ = (Index(None, "home_id", "intervention"), _override.table("pseudonymous"))
    id: Mapped[int] = _override("free", primary_key=True)
    home_id: Mapped[int] = _override("free", ForeignKey("home.id"))
    resident_id: Mapped[int | None] = _override(
        "pseudonymous", ForeignKey("resident.id", ondelete="CASCADE"), index=True
    )
    intervention: Mapped[str] = _override("pseudonymous", String(50))
    level: Mapped[int] = _override("pseudonymous", SmallInteger)
    reason: Mapped[str] = _override("pseudonymous", String(500))
    start: Mapped[date] = _override("pseudonymous", Date)
    end: Mapped[date] = _override("pseudonymous", Date)
    account_id: Mapped[int] = _override("pseudonymous", ForeignKey("account.id"))
    created_at: Mapped[datetime] = _override("pseudonymous", Moment)
    withdrawn_at: Mapped[datetime | None] = _override("pseudonymous", Moment)
    withdrawn_by: Mapped[int | None] = _override("pseudonymous", ForeignKey("account.id"))
    withdrawn_from: Mapped[date | None] = _override("pseudonymous", Date)
