"""What was granted for a time, by whom and why, and withdrawn, never deleted: roles, and views about single persons."""

from __future__ import annotations

from datetime import date, datetime  # noqa: TC003  # SQLAlchemy reads the annotations

from sqlalchemy import Date, ForeignKey, String
from sqlalchemy.orm import Mapped  # noqa: TC002  # SQLAlchemy reads the annotations

from web.store.base import Base, Moment
from web.store.data_classes import Columns, Deletion

_grant = Columns("tenant_id", Deletion.ACCOUNT)
_release = Columns("tenant_id", Deletion.CONTRACT)


class Grant(Base):
    """A role of an account. ``home_id`` None = in all homes of the operator; ``until`` None = until withdrawn."""

    __tablename__ = "role_grant"
    __table_args__ = _grant.table("pseudonymous")
    id: Mapped[int] = _grant("free", primary_key=True)
    tenant_id: Mapped[int] = _grant("free", ForeignKey("tenant.id"), index=True)
    account_id: Mapped[int] = _grant("pseudonymous", ForeignKey("account.id", ondelete="CASCADE"), index=True)
    role: Mapped[str] = _grant("free", String(30))
    home_id: Mapped[int | None] = _grant("free", ForeignKey("home.id"))
    first_day: Mapped[date] = _grant("free", Date)
    until: Mapped[date | None] = _grant("free", Date)
    """Last day, included."""
    reason: Mapped[str] = _grant("free", String(500))
    granted_at: Mapped[datetime] = _grant("free", Moment)
    granted_by: Mapped[int | None] = _grant("pseudonymous", ForeignKey("account.id", ondelete="SET NULL"))
    """None = on the command line of the host."""
    withdrawn_at: Mapped[datetime | None] = _grant("free", Moment)
    withdrawn_by: Mapped[int | None] = _grant("pseudonymous", ForeignKey("account.id", ondelete="SET NULL"))


class PersonLevelRelease(Base):
    """Views that tell who was on shift, in one home: asked for by one person, released by the works council (D2)."""

    __tablename__ = "person_level_release"
    __table_args__ = _release.table("pseudonymous")
    id: Mapped[int] = _release("free", primary_key=True)
    tenant_id: Mapped[int] = _release("free", ForeignKey("tenant.id"), index=True)
    home_id: Mapped[int] = _release("free", ForeignKey("home.id"), index=True)
    agreement: Mapped[str] = _release("free", String(200))
    """The file reference of the works agreement."""
    purpose: Mapped[str] = _release("free", String(500))
    until: Mapped[date] = _release("free", Date)
    """Last day, included."""
    asked_at: Mapped[datetime] = _release("free", Moment)
    asked_by: Mapped[int | None] = _release("pseudonymous", ForeignKey("account.id", ondelete="SET NULL"))
    released_at: Mapped[datetime | None] = _release("free", Moment)
    released_by: Mapped[int | None] = _release("pseudonymous", ForeignKey("account.id", ondelete="SET NULL"))
    ended_at: Mapped[datetime | None] = _release("free", Moment)
    ended_by: Mapped[int | None] = _release("pseudonymous", ForeignKey("account.id", ondelete="SET NULL"))
