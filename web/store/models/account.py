"""Operators, their homes, accounts and sessions, and the installation itself."""

from __future__ import annotations

import secrets
from datetime import datetime  # noqa: TC003  # SQLAlchemy reads the annotations
from typing import Any, Final

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    ForeignKey,
    Integer,
    LargeBinary,
    String,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped  # noqa: TC002  # SQLAlchemy reads the annotations

from web.store.base import Base, Moment
from web.store.data_classes import Columns, Deletion

FOLD_RULE: Final = 2
"""Number of the rule by which uploads become what is stored (``docs/adr/0016``); homes of an older one are refolded."""

_REFERENCE_BYTES: Final = 16


def new_reference() -> str:
    """Return what an operator or a home is called outside the databases: its number may come back after a restore."""
    return secrets.token_hex(_REFERENCE_BYTES)


_contract = Columns("-", Deletion.CONTRACT)


class Tenant(Base):
    """An operator of homes: the customer."""

    __tablename__ = "tenant"
    __table_args__ = _contract.table("free")
    id: Mapped[int] = _contract("free", primary_key=True)
    name: Mapped[str] = _contract("free", String(200))
    reference: Mapped[str | None] = _contract("free", String(32), index=True, unique=True, default=new_reference)


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
    fold_rule: Mapped[int] = _home("free", Integer, default=FOLD_RULE)
    fold_report: Mapped[list[dict[str, Any]] | None] = _home("free", JSON)
    """Months whose figures changed when the home was last folded under a new rule, and why."""
    reference: Mapped[str | None] = _home("free", String(32), index=True, unique=True, default=new_reference)


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
    initial_until: Mapped[datetime | None] = _account("pseudonymous", Moment)
    """Until when a one-time password is good; NULL for a password its owner has chosen."""
    active: Mapped[bool] = _account("pseudonymous", Boolean, default=True)
    disabled_at: Mapped[datetime | None] = _account("pseudonymous", Moment)
    failed_count: Mapped[int] = _account("pseudonymous", Integer, default=0)
    locked_at: Mapped[datetime | None] = _account("pseudonymous", Moment)
    created_at: Mapped[datetime] = _account("pseudonymous", Moment)


_sign_in = Columns("account_id.tenant_id", Deletion.SESSION)


class SignIn(Base):
    """A session. The browser has a random token, this table its hash: the hash does not open the session."""

    __tablename__ = "sign_in"
    __table_args__ = _sign_in.table("pseudonymous")
    token_hash: Mapped[bytes] = _sign_in("pseudonymous", LargeBinary(32), primary_key=True)
    account_id: Mapped[int] = _sign_in("pseudonymous", ForeignKey("account.id", ondelete="CASCADE"), index=True)
    step: Mapped[str] = _sign_in("pseudonymous", String(20))
    created_at: Mapped[datetime] = _sign_in("pseudonymous", Moment)
    last_seen_at: Mapped[datetime] = _sign_in("pseudonymous", Moment)
    factor_at: Mapped[datetime | None] = _sign_in("pseudonymous", Moment)
    """When a second factor was last shown."""
    challenge: Mapped[bytes | None] = _sign_in("pseudonymous", LargeBinary(64))
    """What a passkey has to sign next; good once."""
    device: Mapped[str] = _sign_in("pseudonymous", String(60), default="")
    address: Mapped[str] = _sign_in("pseudonymous", String(45), default="")


_installation = Columns("-", Deletion.LOG)


class Installation(Base):
    """The installation itself, one row: by which name its backups are known, how far its deletions were carried out.

    ``ledger`` is the number of the last segment of the ledger of deletions whose deletions took place here. A database
    that is behind the ledger was restored, or a deletion was cut off: the rest is to be done again.
    """

    __tablename__ = "installation"
    __table_args__ = _installation.table("free")
    id: Mapped[int] = _installation("free", primary_key=True, autoincrement=False)
    reference: Mapped[str] = _installation("free", String(16))
    ledger: Mapped[int] = _installation("free", Integer, default=0)
