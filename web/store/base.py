"""Building blocks of both databases' tables: names of constraints, and types SQLite and PostgreSQL store alike."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import BigInteger, DateTime, Integer, MetaData, String
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.types import TypeDecorator

NAMING: Final = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}
"""Constraint names, so that migrations can name what they change."""

BigId: Final = BigInteger().with_variant(Integer, "sqlite")
"""SQLite numbers rows automatically only in INTEGER columns."""


class Moment(TypeDecorator[datetime]):
    """A point in time, always in UTC: SQLite forgets time zones, this puts them back."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Any) -> datetime | None:  # noqa: ARG002
        """Refuse a time without zone: it would be ambiguous."""
        if value is not None and value.tzinfo is None:
            raise ValueError("a moment needs a time zone")
        return value.astimezone(UTC) if value is not None else None

    def process_result_value(self, value: datetime | None, dialect: Any) -> datetime | None:  # noqa: ARG002
        """Return the moment in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Exact(TypeDecorator[Decimal]):
    """A decimal number, exact: stored as text, because SQLite knows binary fractions only."""

    impl = String(30)
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: Any) -> str | None:  # noqa: ARG002
        """Return the digits."""
        return None if value is None else format(value, "f")

    def process_result_value(self, value: str | None, dialect: Any) -> Decimal | None:  # noqa: ARG002
        """Return the number."""
        return None if value is None else Decimal(value)


class Base(DeclarativeBase):
    """Tables of the work database."""

    metadata = MetaData(naming_convention=NAMING)
