"""What was deleted, as the customer can have it: kind and number, never the content (H3)."""

from __future__ import annotations

from datetime import datetime  # noqa: TC003  # SQLAlchemy reads the annotations

from sqlalchemy import ForeignKey, Index, Integer, String
from sqlalchemy.orm import Mapped  # noqa: TC002  # SQLAlchemy reads the annotations

from web.store.base import Base, Moment
from web.store.data_classes import Columns, Deletion

_deleted = Columns("tenant_id", Deletion.CONTRACT)


class DeletionRecord(Base):
    """An entry of the protocol of deletions. ``home_id`` None = it was about no home, such as an account."""

    __tablename__ = "deletion_record"
    __table_args__ = (Index(None, "tenant_id", "at"), _deleted.table("pseudonymous"))
    id: Mapped[int] = _deleted("free", primary_key=True)
    tenant_id: Mapped[int] = _deleted("free", ForeignKey("tenant.id"))
    home_id: Mapped[int | None] = _deleted("free", ForeignKey("home.id"))
    at: Mapped[datetime] = _deleted("free", Moment)
    kind: Mapped[str] = _deleted("free", String(60))
    number: Mapped[int] = _deleted("free", Integer)
    rule: Mapped[str] = _deleted("free", String(200))
    job: Mapped[str] = _deleted("pseudonymous", String(100))
    """Who or what deleted it, as the log names them."""
