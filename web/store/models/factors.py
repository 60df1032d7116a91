"""Second factors of accounts, the way back where one is lost, and the token that makes the first account."""

from __future__ import annotations

from datetime import datetime  # noqa: TC003  # SQLAlchemy reads the annotations

from sqlalchemy import BigInteger, ForeignKey, LargeBinary, SmallInteger, String, UniqueConstraint
from sqlalchemy.orm import Mapped  # noqa: TC002  # SQLAlchemy reads the annotations

from web.store.base import Base, Moment
from web.store.data_classes import Columns, Deletion

_passkey = Columns("account_id.tenant_id", Deletion.ACCOUNT)


class Passkey(Base):
    """A passkey of an account (WebAuthn): the public half of a pair of keys, whose other half a device keeps."""

    __tablename__ = "passkey"
    __table_args__ = _passkey.table("personal")
    id: Mapped[int] = _passkey("pseudonymous", primary_key=True)
    account_id: Mapped[int] = _passkey("pseudonymous", ForeignKey("account.id", ondelete="CASCADE"), index=True)
    credential_id: Mapped[bytes] = _passkey("pseudonymous", LargeBinary(1023), unique=True)
    public_key: Mapped[bytes] = _passkey("pseudonymous", LargeBinary)
    sign_count: Mapped[int] = _passkey("pseudonymous", BigInteger, default=0)
    name: Mapped[str] = _passkey("personal", String(60))
    created_at: Mapped[datetime] = _passkey("pseudonymous", Moment)
    last_used_at: Mapped[datetime | None] = _passkey("pseudonymous", Moment)


_code = Columns("account_id.tenant_id", Deletion.ACCOUNT)


class RecoveryCode(Base):
    """A code that stands in for the second factor once. A used one stays until there are new ones."""

    __tablename__ = "recovery_code"
    __table_args__ = (UniqueConstraint("account_id", "number"), _code.table("pseudonymous"))
    id: Mapped[int] = _code("pseudonymous", primary_key=True)
    account_id: Mapped[int] = _code("pseudonymous", ForeignKey("account.id", ondelete="CASCADE"))
    number: Mapped[int] = _code("free", SmallInteger)
    code_hash: Mapped[str] = _code("pseudonymous", String(200))
    used_at: Mapped[datetime | None] = _code("pseudonymous", Moment)


_reset = Columns("account_id.tenant_id", Deletion.ACCOUNT)


class FactorReset(Base):
    """A request to remove the second factors of an account whose owner has lost them; it takes two persons.

    ``asked_by`` and ``decided_by`` are NULL where it was the command line of the host.
    """

    __tablename__ = "factor_reset"
    __table_args__ = _reset.table("pseudonymous")
    id: Mapped[int] = _reset("pseudonymous", primary_key=True)
    account_id: Mapped[int] = _reset("pseudonymous", ForeignKey("account.id", ondelete="CASCADE"), index=True)
    asked_by: Mapped[int | None] = _reset("pseudonymous", ForeignKey("account.id", ondelete="SET NULL"))
    asked_at: Mapped[datetime] = _reset("pseudonymous", Moment)
    reason: Mapped[str] = _reset("pseudonymous", String(500))
    outcome: Mapped[str] = _reset("free", String(20), default="")
    decided_by: Mapped[int | None] = _reset("pseudonymous", ForeignKey("account.id", ondelete="SET NULL"))
    decided_at: Mapped[datetime | None] = _reset("pseudonymous", Moment)


_token = Columns("-", Deletion.SESSION)


class FirstToken(Base):
    """A token with which the first account of an empty installation is made, as its hash."""

    __tablename__ = "first_token"
    __table_args__ = _token.table("free")
    token_hash: Mapped[bytes] = _token("free", LargeBinary(32), primary_key=True)
    created_at: Mapped[datetime] = _token("free", Moment)
