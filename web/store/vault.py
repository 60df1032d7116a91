"""The vault: who is behind a pseudonym, the texts of uploads, and the keys of operators. Own database, own key."""

from __future__ import annotations

from datetime import datetime  # noqa: TC003  # SQLAlchemy reads the annotations
from typing import Final

from sqlalchemy import Index, Integer, LargeBinary, MetaData, String, UniqueConstraint, text
from sqlalchemy.orm import DeclarativeBase, Mapped

from web.store.base import NAMING, Moment
from web.store.data_classes import Columns, Deletion

RESIDENT: Final = "bewohner"
STAFF: Final = "mitarbeitende"


class VaultBase(DeclarativeBase):
    """Tables of the vault."""

    metadata = MetaData(naming_convention=NAMING)


_identity = Columns("home_id", Deletion.CONTRACT)


class Identity(VaultBase):
    """A person of a home. All but the pseudonym is encrypted; ``lookup`` finds a number without showing it."""

    __tablename__ = "identity"
    __table_args__ = (
        UniqueConstraint("home_id", "kind", "lookup"),
        UniqueConstraint("home_id", "pseudonym"),
        _identity.table("personal"),
    )
    id: Mapped[int] = _identity("pseudonymous", primary_key=True)
    home_id: Mapped[int] = _identity("free", Integer)
    kind: Mapped[str] = _identity("free", String(20))
    lookup: Mapped[bytes] = _identity("pseudonymous", LargeBinary(32))
    pseudonym: Mapped[str] = _identity("pseudonymous", String(12))
    number: Mapped[bytes] = _identity("personal", LargeBinary)
    name: Mapped[bytes | None] = _identity("personal", LargeBinary)
    given: Mapped[bytes | None] = _identity("personal", LargeBinary)
    changed_at: Mapped[datetime] = _identity("free", Moment)


_upload = Columns("home_id", Deletion.UPLOAD)


class SealedUploadTexts(VaultBase):
    """File names and findings of an upload: they quote cells, so they are encrypted as a whole."""

    __tablename__ = "upload"
    __table_args__ = _upload.table("personal")
    upload_id: Mapped[int] = _upload("free", "batch_id", primary_key=True, autoincrement=False)
    home_id: Mapped[int] = _upload("free", Integer)
    file_names: Mapped[bytes] = _upload("personal", LargeBinary)
    findings: Mapped[bytes | None] = _upload("personal", LargeBinary)
    changed_at: Mapped[datetime] = _upload("free", Moment)


_key = Columns("tenant", Deletion.KEYS)


class TenantKey(VaultBase):
    """A key of an operator, sealed with a master key. Whatever is sealed with it is lost when the row is.

    An operator is named by its permanent reference: numbers come back after a restore. The key in use is the one that
    was not replaced; replaced ones open what was sealed before, above all in backups.
    """

    __tablename__ = "tenant_key"
    __table_args__ = (
        Index(
            "ix_tenant_key_current",
            "tenant",
            unique=True,
            sqlite_where=text("replaced_at IS NULL"),
            postgresql_where=text("replaced_at IS NULL"),
        ),
        _key.table("free"),
    )
    id: Mapped[str] = _key("free", String(16), primary_key=True)
    tenant: Mapped[str] = _key("free", String(32))
    wrapped: Mapped[bytes] = _key("free", LargeBinary)
    created_at: Mapped[datetime] = _key("free", Moment)
    replaced_at: Mapped[datetime | None] = _key("free", Moment)
