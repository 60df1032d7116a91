"""Residents and employees under pseudonym, with what is known about them from which day on."""

from __future__ import annotations

from datetime import date, datetime  # noqa: TC003  # SQLAlchemy reads the annotations

from sqlalchemy import (
    JSON,
    Boolean,
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

_resident = Columns("home_id", Deletion.RESIDENT)


class Resident(Base):
    """A resident under pseudonym. ``known`` is false while only interventions name the number.

    Ward, moving in and out are the last ones known; the history is in ``ResidentWard`` and ``Stay``.
    """

    __tablename__ = "resident"
    __table_args__ = (UniqueConstraint("home_id", "pseudonym"), _resident.table("pseudonymous"))
    id: Mapped[int] = _resident("pseudonymous", primary_key=True)
    home_id: Mapped[int] = _resident("free", ForeignKey("home.id"))
    pseudonym: Mapped[str] = _resident("pseudonymous", String(12))
    known: Mapped[bool] = _resident("free", Boolean, default=False)
    ward: Mapped[str | None] = _resident("pseudonymous", String(200))
    moved_in: Mapped[date | None] = _resident("pseudonymous", Date)
    moved_out: Mapped[date | None] = _resident("pseudonymous", Date)


_condition = Columns("resident_id.home_id", Deletion.RESIDENT)


class ResidentWard(Base):
    """The ward a resident lives in from a day on; None = since always. The last one to begin counts."""

    __tablename__ = "resident_ward"
    __table_args__ = _condition.table("pseudonymous")
    id: Mapped[int] = _condition("free", primary_key=True)
    resident_id: Mapped[int] = _condition("pseudonymous", ForeignKey("resident.id", ondelete="CASCADE"), index=True)
    ward: Mapped[str] = _condition("pseudonymous", String(200))
    start: Mapped[date | None] = _condition("pseudonymous", Date)


class Stay(Base):
    """When a resident moved in and out; None = since always, and still there."""

    __tablename__ = "stay"
    __table_args__ = _condition.table("pseudonymous")
    id: Mapped[int] = _condition("free", primary_key=True)
    resident_id: Mapped[int] = _condition("pseudonymous", ForeignKey("resident.id", ondelete="CASCADE"), index=True)
    start: Mapped[date | None] = _condition("pseudonymous", Date)
    end: Mapped[date | None] = _condition("pseudonymous", Date)


class ResidentGrade(Base):
    """The Pflegegrad that was granted to a resident from a day on; None = since always, 0 = none was granted.

    The last one to begin counts.
    """

    __tablename__ = "resident_grade"
    __table_args__ = _condition.table("pseudonymous")
    id: Mapped[int] = _condition("free", primary_key=True)
    resident_id: Mapped[int] = _condition("pseudonymous", ForeignKey("resident.id", ondelete="CASCADE"), index=True)
    grade: Mapped[int] = _condition("pseudonymous", SmallInteger)
    start: Mapped[date | None] = _condition("pseudonymous", Date)


class Assessment(Base):
    """One assessment; ``cells`` contains the recorded cells only, so that what is missing stays missing.

    ``special`` is NULL where its cell could not be read.
    """

    __tablename__ = "assessment"
    __table_args__ = _condition.table("pseudonymous")
    id: Mapped[int] = _condition("free", primary_key=True)
    resident_id: Mapped[int] = _condition("pseudonymous", ForeignKey("resident.id", ondelete="CASCADE"), index=True)
    date: Mapped[date | None] = _condition("pseudonymous", Date)
    continence_urine: Mapped[int] = _condition("pseudonymous", SmallInteger)
    continence_stool: Mapped[int] = _condition("pseudonymous", SmallInteger)
    special: Mapped[bool | None] = _condition("pseudonymous", Boolean)
    cells: Mapped[dict[str, int]] = _condition("pseudonymous", JSON)


class Instability(Base):
    """A time in which a criterion of an unstable health situation was met."""

    __tablename__ = "instability"
    __table_args__ = _condition.table("pseudonymous")
    id: Mapped[int] = _condition("free", primary_key=True)
    resident_id: Mapped[int] = _condition("pseudonymous", ForeignKey("resident.id", ondelete="CASCADE"), index=True)
    criterion: Mapped[str] = _condition("pseudonymous", String(100))
    start: Mapped[date | None] = _condition("pseudonymous", Date)
    end: Mapped[date | None] = _condition("pseudonymous", Date)


_staff = Columns("home_id", Deletion.STAFF)


class Staff(Base):
    """An employee under pseudonym. ``known`` is false while only interventions name the number."""

    __tablename__ = "staff"
    __table_args__ = (UniqueConstraint("home_id", "pseudonym"), _staff.table("pseudonymous"))
    id: Mapped[int] = _staff("pseudonymous", primary_key=True)
    home_id: Mapped[int] = _staff("free", ForeignKey("home.id"))
    pseudonym: Mapped[str] = _staff("pseudonymous", String(12))
    known: Mapped[bool] = _staff("free", Boolean, default=False)


_qualification = Columns("staff_id.home_id", Deletion.STAFF)


class Qualification(Base):
    """Level, role and certificates of an employee for a time."""

    __tablename__ = "qualification"
    __table_args__ = _qualification.table("pseudonymous")
    id: Mapped[int] = _qualification("free", primary_key=True)
    staff_id: Mapped[int] = _qualification("pseudonymous", ForeignKey("staff.id", ondelete="CASCADE"), index=True)
    qn: Mapped[int] = _qualification("pseudonymous", SmallInteger)
    role: Mapped[str | None] = _qualification("pseudonymous", String(200))
    certificates: Mapped[str] = _qualification("pseudonymous", String(500))
    start: Mapped[date | None] = _qualification("pseudonymous", Date)
    end: Mapped[date | None] = _qualification("pseudonymous", Date)


_holding = Columns("home_id", Deletion.CONTRACT)


class PersonAnswer(Base):
    """Whom a number or name of an upload means that the home did not know; the last answer counts.

    Persons by pseudonym, as everywhere here: number and name are in the vault alone. ``same_as`` is whom it means.
    ``fixed``: given when a merge still rewrote the rows of uploads, so that it cannot be taken back.
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
    fixed: Mapped[bool] = _holding("free", Boolean, default=False)


class Restriction(Base):
    """A person who is in no analysis from a moment on (Art. 18 GDPR), until that is lifted."""

    __tablename__ = "restriction"
    __table_args__ = (Index(None, "home_id", "pseudonym"), _holding.table("pseudonymous"))
    id: Mapped[int] = _holding("free", primary_key=True)
    home_id: Mapped[int] = _holding("free", ForeignKey("home.id"))
    pseudonym: Mapped[str] = _holding("pseudonymous", String(12))
    reason: Mapped[str] = _holding("pseudonymous", String(500))
    at: Mapped[datetime] = _holding("free", Moment)
    account_id: Mapped[int] = _holding("pseudonymous", ForeignKey("account.id"))
    lifted_at: Mapped[datetime | None] = _holding("free", Moment)
    lifted_by: Mapped[int | None] = _holding("pseudonymous", ForeignKey("account.id"))


class Correction(Base):
    """A statement about a person that the home has corrected: it counts after all uploads until it is withdrawn.

    ``kind`` and ``value`` as ``web.services.history.corrections`` has them; ``first`` NULL = since always.
    """

    __tablename__ = "correction"
    __table_args__ = (Index(None, "home_id"), _holding.table("pseudonymous"))
    id: Mapped[int] = _holding("free", primary_key=True)
    home_id: Mapped[int] = _holding("free", ForeignKey("home.id"))
    pseudonym: Mapped[str] = _holding("pseudonymous", String(12))
    kind: Mapped[str] = _holding("free", String(20))
    value: Mapped[str] = _holding("pseudonymous", String(100))
    first: Mapped[date | None] = _holding("pseudonymous", Date)
    reason: Mapped[str] = _holding("pseudonymous", String(500))
    at: Mapped[datetime] = _holding("free", Moment)
    account_id: Mapped[int] = _holding("pseudonymous", ForeignKey("account.id"))
    withdrawn_at: Mapped[datetime | None] = _holding("free", Moment)
    withdrawn_by: Mapped[int | None] = _holding("pseudonymous", ForeignKey("account.id"))
