"""The work database: accounts, uploads and care data under pseudonyms. No name, no number from outside."""

from __future__ import annotations

from datetime import date, datetime  # noqa: TC003  # SQLAlchemy reads the annotations
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
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

from web.store.base import NAMING, Base, BigId, Exact, Moment
from web.store.classified import Columns, Deletion
from web.store.decisions import (
    Override,
    PersonAnswer,
    Profile,
    Rulebook,
    RulebookHolding,
    StaffingInput,
    Term,
    UnknownTerm,
    WeeklyHours,
)
from web.store.delivered import Delivery, DeliveryDuties, DeliveryMonth

__all__ = [
    "NAMING", "Account", "Assessment", "AuditEvent", "Base", "Batch", "BigId", "Cube", "Delivery", "DeliveryDuties",
    "DeliveryMonth", "Exact", "Home", "Instability", "Intervention", "Label", "Moment", "Override", "PersonAnswer",
    "Profile", "Qualification", "Resident", "Rulebook", "RulebookHolding", "SignIn", "Staff", "StaffingInput", "Tenant",
    "Term", "UnknownTerm", "WeeklyHours", "WorkMonth",
]  # fmt: skip

_contract = Columns("-", Deletion.CONTRACT)


class Tenant(Base):
    """An operator of homes: the customer."""

    __tablename__ = "tenant"
    __table_args__ = _contract.table("free")
    id: Mapped[int] = _contract("free", primary_key=True)
    name: Mapped[str] = _contract("free", String(200))


_home = Columns("tenant_id", Deletion.CONTRACT)


class Home(Base):
    """A nursing home."""

    __tablename__ = "home"
    __table_args__ = (UniqueConstraint("tenant_id", "name"), _home.table("free"))
    id: Mapped[int] = _home("free", primary_key=True)
    tenant_id: Mapped[int] = _home("free", ForeignKey("tenant.id"))
    name: Mapped[str] = _home("free", String(200))
    rulebook: Mapped[str] = _home("free", String(200), default="rekonstruktion")
    analysis: Mapped[int] = _home("free", Integer, default=0)


_account = Columns("tenant_id", Deletion.ACCOUNT)


class Account(Base):
    """A user: one person, never a group."""

    __tablename__ = "account"
    __table_args__ = _account.table("personal")
    id: Mapped[int] = _account("pseudonymous", primary_key=True)
    tenant_id: Mapped[int] = _account("free", ForeignKey("tenant.id"), index=True)
    user_name: Mapped[str] = _account("personal", String(100), unique=True)
    display_name: Mapped[str] = _account("personal", String(200))
    password_hash: Mapped[str] = _account("personal", String(200))
    totp_secret: Mapped[bytes | None] = _account("personal", LargeBinary)
    totp_last_step: Mapped[int] = _account("pseudonymous", BigInteger, default=0)
    must_change_password: Mapped[bool] = _account("pseudonymous", Boolean, default=True)
    active: Mapped[bool] = _account("pseudonymous", Boolean, default=True)
    qn4: Mapped[bool] = _account("pseudonymous", Boolean, default=False)
    failed_count: Mapped[int] = _account("pseudonymous", Integer, default=0)
    locked_at: Mapped[datetime | None] = _account("pseudonymous", Moment)
    created_at: Mapped[datetime] = _account("pseudonymous", Moment)


_sign_in = Columns("account_id.tenant_id", Deletion.SESSION)


class SignIn(Base):
    """A session. The browser holds a random token, this table its hash: who reads it cannot take a session over."""

    __tablename__ = "sign_in"
    __table_args__ = _sign_in.table("pseudonymous")
    token_hash: Mapped[bytes] = _sign_in("pseudonymous", LargeBinary(32), primary_key=True)
    account_id: Mapped[int] = _sign_in("pseudonymous", ForeignKey("account.id", ondelete="CASCADE"), index=True)
    step: Mapped[str] = _sign_in("pseudonymous", String(20))
    home_id: Mapped[int | None] = _sign_in("free", ForeignKey("home.id"))
    created_at: Mapped[datetime] = _sign_in("pseudonymous", Moment)
    last_seen_at: Mapped[datetime] = _sign_in("pseudonymous", Moment)


_batch = Columns("home_id", Deletion.UPLOAD)


class Batch(Base):
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


_resident = Columns("home_id", Deletion.RESIDENT)


class Resident(Base):
    """A resident under pseudonym. ``known`` is false while only interventions name the number."""

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


class Assessment(Base):
    """One assessment; ``cells`` holds the recorded cells only, so that what is missing stays missing."""

    __tablename__ = "assessment"
    __table_args__ = _condition.table("pseudonymous")
    id: Mapped[int] = _condition("free", primary_key=True)
    resident_id: Mapped[int] = _condition("pseudonymous", ForeignKey("resident.id", ondelete="CASCADE"), index=True)
    date: Mapped[date | None] = _condition("pseudonymous", Date)
    continence_urine: Mapped[int] = _condition("pseudonymous", SmallInteger)
    continence_stool: Mapped[int] = _condition("pseudonymous", SmallInteger)
    special: Mapped[bool] = _condition("pseudonymous", Boolean)
    cells: Mapped[dict[str, int]] = _condition("pseudonymous", JSON)


class Instability(Base):
    """A time in which a criterion of an unstable health situation held."""

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


_work = Columns("home_id", Deletion.WORK)


class Label(Base):
    """A text that rows of a home's work repeat (intervention, ward, shift, source, status), and its number."""

    __tablename__ = "label"
    __table_args__ = (UniqueConstraint("home_id", "text"), _work.table("free"))
    id: Mapped[int] = _work("free", primary_key=True)
    home_id: Mapped[int] = _work("free", ForeignKey("home.id"))
    text: Mapped[str] = _work("free", String(200))


class Intervention(Base):
    """Performed interventions: bulk rows (see ``web.store.bulk``), never loaded as objects.

    The key is the row's content as bytes (``web.store.content``) and its how-many-th occurrence in the upload: the
    same row in a second file has the same key and is not stored again; equal rows within one file have different
    ones. The columns say the same for SQL and foreign keys; a trigger refuses changes, so they cannot part.
    """

    __tablename__ = "intervention"
    __table_args__ = (Index(None, "batch_id"), _work.table("pseudonymous"))
    home_id: Mapped[int] = _work("free", ForeignKey("home.id"), primary_key=True, autoincrement=False)
    content: Mapped[bytes] = _work("pseudonymous", LargeBinary(40), primary_key=True)
    occurrence: Mapped[int] = _work("free", Integer, primary_key=True, autoincrement=False)
    batch_id: Mapped[int] = _work("free", ForeignKey("batch.id"))
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
    that is still kept so, so that none can be out of date.
    """

    __tablename__ = "work_month"
    __table_args__ = _work.table("pseudonymous")
    home_id: Mapped[int] = _work("free", ForeignKey("home.id"), primary_key=True, autoincrement=False)
    month: Mapped[int] = _work("free", Integer, primary_key=True, autoincrement=False)
    contents: Mapped[bytes] = _work("pseudonymous", LargeBinary)


class Cube(Base):
    """The analysed work of a home (see ``web.store.analysis``), one row for each month and kind, columns packed.

    ``about`` is the intervention where a kind has a row for each, else "". ``month`` counts from January 1970.
    """

    __tablename__ = "cube"
    __table_args__ = _work.table("pseudonymous")
    home_id: Mapped[int] = _work("free", ForeignKey("home.id"), primary_key=True, autoincrement=False)
    kind: Mapped[str] = _work("free", String(20), primary_key=True)
    about: Mapped[str] = _work("free", String(50), primary_key=True)
    month: Mapped[int] = _work("free", Integer, primary_key=True, autoincrement=False)
    content: Mapped[bytes] = _work("pseudonymous", LargeBinary)


_log = Columns("tenant_id", Deletion.LOG)


class AuditEvent(Base):
    """Who did what, when. Never with names or values of care data."""

    __tablename__ = "audit_event"
    __table_args__ = (Index(None, "tenant_id", "at"), _log.table("pseudonymous"))
    id: Mapped[int] = _log("free", BigId, primary_key=True)
    at: Mapped[datetime] = _log("pseudonymous", Moment)
    tenant_id: Mapped[int | None] = _log("free", ForeignKey("tenant.id"))
    account_id: Mapped[int | None] = _log("pseudonymous", ForeignKey("account.id", ondelete="SET NULL"))
    action: Mapped[str] = _log("free", String(50))
    object: Mapped[str] = _log("free", String(100), default="")
    result: Mapped[str] = _log("free", String(20))
    reason: Mapped[str] = _log("free", String(500), default="")
