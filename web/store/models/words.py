"""What an operator has decided about its own words and the sources of its files."""

from __future__ import annotations

from datetime import datetime  # noqa: TC003  # SQLAlchemy reads the annotations
from typing import Any

from sqlalchemy import (
    JSON,
    ForeignKey,
    Integer,
    String,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped  # noqa: TC002  # SQLAlchemy reads the annotations

from web.store.base import Base, Moment
from web.store.data_classes import Columns, Deletion

_term = Columns("tenant_id", Deletion.CONTRACT)


class Term(Base):
    """A version of what a tenant's own word means; the highest version counts (``web.services.words.terms``)."""

    __tablename__ = "term"
    __table_args__ = (UniqueConstraint("tenant_id", "kind", "key", "version"), _term.table("pseudonymous"))
    id: Mapped[int] = _term("free", primary_key=True)
    tenant_id: Mapped[int] = _term("free", ForeignKey("tenant.id"))
    kind: Mapped[str] = _term("free", String(20))
    key: Mapped[str] = _term("free", String(200))
    text: Mapped[str] = _term("free", String(200))
    target: Mapped[str] = _term("free", String(200))
    version: Mapped[int] = _term("free", Integer)
    account_id: Mapped[int] = _term("pseudonymous", ForeignKey("account.id"))
    at: Mapped[datetime] = _term("free", Moment)


_profile = Columns("tenant_id", Deletion.CONTRACT)


class Profile(Base):
    """How a tenant's files of one source are read (``importers.sheets.profiles.SourceProfile.written``).

    Headings and words for states, no other cell: so it may be handed to another tenant as a file.
    """

    __tablename__ = "profile"
    __table_args__ = (UniqueConstraint("tenant_id", "name"), _profile.table("pseudonymous"))
    id: Mapped[int] = _profile("free", primary_key=True)
    tenant_id: Mapped[int] = _profile("free", ForeignKey("tenant.id"))
    name: Mapped[str] = _profile("free", String(200))
    content: Mapped[dict[str, Any]] = _profile("free", JSON)
    version: Mapped[int] = _profile("free", Integer, default=1)
    account_id: Mapped[int] = _profile("pseudonymous", ForeignKey("account.id"))
    at: Mapped[datetime] = _profile("free", Moment)
