"""What people decide about a home: rulebooks, levels set by hand, own words, sources, figures for § 113c."""

from __future__ import annotations

from datetime import date, datetime  # noqa: TC003  # SQLAlchemy reads the annotations
from decimal import Decimal  # noqa: TC003
from typing import Any

from sqlalchemy import JSON, BigInteger, Date, ForeignKey, Index, Integer, SmallInteger, String, UniqueConstraint
from sqlalchemy.orm import Mapped  # noqa: TC002  # SQLAlchemy reads the annotations

from web.store.base import Base, Exact, Moment
from web.store.classified import Columns, Deletion

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


_term = Columns("tenant_id", Deletion.CONTRACT)


class Term(Base):
    """A version of what a tenant's own word stands for; the highest version counts. Kinds: ``web.services.terms``."""

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
    """How a tenant's files of one source are read: ``importers.sheets.profiles.Profile.written``, and who said so last.

    Headings alone, never a cell: so it may be handed to another tenant as a file.
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


class PersonAnswer(Base):
    """Whom a number or name of an upload means that the home did not know; the last answer counts.

    Persons by pseudonym, as everywhere here: number and name are in the vault alone. ``same_as`` is whom it means.
    """

    __tablename__ = "person_answer"
    __table_args__ = (Index(None, "home_id", "pseudonym"), _holding.table("pseudonymous"))
    id: Mapped[int] = _holding("free", primary_key=True)
    home_id: Mapped[int] = _holding("free", ForeignKey("home.id"))
    kind: Mapped[str] = _holding("free", String(20))
    pseudonym: Mapped[str] = _holding("pseudonymous", String(12))
    answer: Mapped[str] = _holding("free", String(20))
    same_as: Mapped[str | None] = _holding("pseudonymous", String(12))
    account_id: Mapped[int] = _holding("pseudonymous", ForeignKey("account.id"))
    at: Mapped[datetime] = _holding("free", Moment)


class WeeklyHours(Base):
    """Weekly hours of all employees of a level together, as an upload gave them: sums, never those of a person (T1)."""

    __tablename__ = "weekly_hours"
    __table_args__ = _of_batch.table("free")
    id: Mapped[int] = _of_batch("free", primary_key=True)
    batch_id: Mapped[int] = _of_batch("free", ForeignKey("batch.id"), index=True)
    qn: Mapped[int] = _of_batch("free", SmallInteger)
    start: Mapped[date | None] = _of_batch("free", Date)
    end: Mapped[date | None] = _of_batch("free", Date)
    hours: Mapped[Decimal] = _of_batch("free", Exact)


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
