"""Uploads with their states and results, and the content of each applied one."""

from __future__ import annotations

from datetime import date, datetime  # noqa: TC003  # SQLAlchemy reads the annotations
from typing import Any, Final

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Date,
    ForeignKey,
    Integer,
    LargeBinary,
    String,
)
from sqlalchemy.orm import Mapped  # noqa: TC002  # SQLAlchemy reads the annotations

from web.store.base import Base, Moment
from web.store.data_classes import Columns, Deletion

WAITING: Final = "wartet"
READING: Final = "liest"
ASKING: Final = "fragt"
READ: Final = "gelesen"
REFUSED: Final = "abgelehnt"
RELEASED: Final = "freigegeben"
STORING: Final = "speichert"
STORED: Final = "gespeichert"
ABORTED: Final = "abgebrochen"
DISCARDED: Final = "verworfen"
TO_UNDO: Final = "zurückzunehmen"
UNDOING: Final = "nimmt zurück"
UNDONE: Final = "zurückgenommen"

MOVING: Final = frozenset({WAITING, READING, RELEASED, STORING, TO_UNDO, UNDOING})
"""States in which a worker has something to do."""

UNDECIDED: Final = (ASKING, READ, REFUSED, ABORTED)
"""States that wait for a decision; from each the upload can be discarded."""

EFFECTIVE: Final = frozenset({STORED, TO_UNDO, UNDOING})
"""States in which the content of an upload is stored."""

_upload = Columns("home_id", Deletion.UPLOAD)


class Upload(Base):
    """One upload, its state and result. File names and findings may contain names: they are in the vault."""

    __tablename__ = "batch"
    __table_args__ = _upload.table("pseudonymous")
    id: Mapped[int] = _upload("free", primary_key=True)
    home_id: Mapped[int] = _upload("free", ForeignKey("home.id"), index=True)
    account_id: Mapped[int] = _upload("pseudonymous", ForeignKey("account.id"))
    released_by: Mapped[int | None] = _upload("pseudonymous", ForeignKey("account.id"))
    undone_by: Mapped[int | None] = _upload("pseudonymous", ForeignKey("account.id"))
    state: Mapped[str] = _upload("free", String(20), index=True)
    created_at: Mapped[datetime] = _upload("free", Moment)
    stored_at: Mapped[datetime | None] = _upload("free", Moment)
    file_count: Mapped[int] = _upload("free", Integer)
    file_hash: Mapped[bytes] = _upload("free", LargeBinary(32))
    rulebook_id: Mapped[str] = _upload("free", String(200), default="")
    rulebook_edition: Mapped[str] = _upload("free", String(50), default="")
    rows: Mapped[int] = _upload("free", Integer, default=0)
    counted: Mapped[int] = _upload("free", Integer, default=0)
    not_done: Mapped[int] = _upload("free", Integer, default=0)
    faulty: Mapped[int] = _upload("free", Integer, default=0)
    ignored: Mapped[int] = _upload("free", Integer, default=0)
    new_rows: Mapped[int] = _upload("free", Integer, default=0)
    errors: Mapped[int] = _upload("free", Integer, default=0)
    warnings: Mapped[int] = _upload("free", Integer, default=0)
    notices: Mapped[int] = _upload("free", Integer, default=0)
    first_day: Mapped[date | None] = _upload("free", Date)
    last_day: Mapped[date | None] = _upload("free", Date)
    coverage: Mapped[dict[str, int] | None] = _upload("free", JSON)
    choice: Mapped[dict[str, Any] | None] = _upload("free", JSON)
    weighed: Mapped[dict[str, Any] | None] = _upload("pseudonymous", JSON)
    source: Mapped[str] = _upload("free", String(64), default="")
    """Digest of the headings of its sheets: uploads of one program have the same."""


_applied = Columns("home_id", Deletion.WORK)


class AppliedUpload(Base):
    """An active upload: its position in the home, how it was applied, and its master data (packed)."""

    __tablename__ = "delivery"
    __table_args__ = _applied.table("pseudonymous")
    upload_id: Mapped[int] = _applied("free", "batch_id", ForeignKey("batch.id"), primary_key=True, autoincrement=False)
    home_id: Mapped[int] = _applied("free", ForeignKey("home.id"), index=True)
    position: Mapped[int] = _applied("free", Integer)
    baseline: Mapped[bool] = _applied("free", "ground", Boolean, default=False)
    rule: Mapped[dict[str, Any]] = _applied("pseudonymous", JSON)
    people: Mapped[bytes] = _applied("pseudonymous", LargeBinary)


_part = Columns("batch_id.home_id", Deletion.WORK)


class AppliedMonth(Base):
    """The contents of all rows of an upload in a month (counted from January 1970), file by file in order, packed.

    ``lengths`` says how many rows each file has; None where there is one file.
    """

    __tablename__ = "delivery_month"
    __table_args__ = _part.table("pseudonymous")
    upload_id: Mapped[int] = _part(
        "free", "batch_id", ForeignKey("delivery.batch_id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    month: Mapped[int] = _part("free", Integer, primary_key=True, autoincrement=False)
    contents: Mapped[bytes] = _part("pseudonymous", LargeBinary)
    lengths: Mapped[list[int] | None] = _part("free", JSON)


class AppliedDuties(Base):
    """The duties of an upload that begin in a month (counted from January 1970), as ``AppliedMonth`` has rows."""

    __tablename__ = "delivery_duties"
    __table_args__ = _part.table("pseudonymous")
    upload_id: Mapped[int] = _part(
        "free", "batch_id", ForeignKey("delivery.batch_id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    month: Mapped[int] = _part("free", Integer, primary_key=True, autoincrement=False)
    contents: Mapped[bytes] = _part("pseudonymous", LargeBinary)
    lengths: Mapped[list[int] | None] = _part("free", JSON)


_of_upload = Columns("batch_id.home_id", Deletion.WORK)


class UnknownTerm(Base):
    """A word of an upload that was not known for certain, with the work recorded under it."""

    __tablename__ = "unknown_term"
    __table_args__ = _of_upload.table("free")
    id: Mapped[int] = _of_upload("free", primary_key=True)
    upload_id: Mapped[int] = _of_upload("free", "batch_id", ForeignKey("batch.id"), index=True)
    kind: Mapped[str] = _of_upload("free", String(20))
    text: Mapped[str] = _of_upload("free", String(200))
    rows: Mapped[int] = _of_upload("free", Integer)
    seconds: Mapped[int] = _of_upload("free", BigInteger)


_of_term = Columns("term_id.batch_id.home_id", Deletion.WORK)


class UnknownTermDay(Base):
    """The work of a day and ward that was recorded under an unknown intervention; None = day or ward is not known."""

    __tablename__ = "unknown_term_day"
    __table_args__ = _of_term.table("free")
    id: Mapped[int] = _of_term("free", primary_key=True)
    term_id: Mapped[int] = _of_term("free", ForeignKey("unknown_term.id", ondelete="CASCADE"), index=True)
    day: Mapped[date | None] = _of_term("free", Date)
    ward: Mapped[str | None] = _of_term("free", String(200))
    rows: Mapped[int] = _of_term("free", Integer)
    seconds: Mapped[int] = _of_term("free", BigInteger)


_of_finding = Columns("batch_id.home_id", Deletion.UPLOAD)


class FindingPlaces(Base):
    """Where the findings of an upload are, and of which kind: no cell, no heading, no name of a file or sheet of it.

    The findings themselves quote cells; they lie sealed in the vault.
    """

    __tablename__ = "finding_place"
    __table_args__ = _of_finding.table("free")
    upload_id: Mapped[int] = _of_finding(
        "free", "batch_id", ForeignKey("batch.id"), primary_key=True, autoincrement=False
    )
    places: Mapped[list[list[Any]]] = _of_finding("free", JSON)
