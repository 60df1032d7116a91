"""How much of its allowance somebody has used up: one row each, the same for all processes that answer pages.

The rule is that of a leaky bucket in its shortest form (GCRA): a row holds the moment at which the bucket would be
empty again. Rows contain no address and no account, only a keyed hash of what is counted, and mean nothing once that
moment has passed. Like the queue, beside which the table lies, it is made when missing and never migrated.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sqlalchemy import Column, Float, LargeBinary, MetaData, Table, case, delete, select
from sqlalchemy.dialects import postgresql, sqlite

from web.store.data_classes import Deletion, classed

if TYPE_CHECKING:
    from sqlalchemy import Engine

_ROUNDING: Final = 1e-3
_INFO: Final = classed("free", "-", Deletion.UPLOAD)

metadata: Final = MetaData()
allowances: Final = Table(
    "rate_allowance",
    metadata,
    Column("key", LargeBinary, primary_key=True, info=_INFO),
    Column("empty_at", Float, nullable=False, info=_INFO),
    info=_INFO,
)


@dataclass(frozen=True, slots=True)
class Rate:
    """How often something may be done.

    Attributes
    ----------
    at_once
        Times in a row, from rest.
    seconds
        After which one more is allowed.
    """

    at_once: int
    seconds: float


class RateTable:
    """Counts by key."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        metadata.create_all(engine)

    def use(self, key: bytes, rate: Rate, now: float) -> float:
        """Count one use and return 0; or the seconds until one is allowed again, and count nothing.

        Parameters
        ----------
        key
            Who and what, as a hash.
        now
            Seconds since 1970.
        """
        insert = (sqlite if self._engine.dialect.name == "sqlite" else postgresql).insert(allowances)
        later = case((allowances.c.empty_at > now, allowances.c.empty_at), else_=now) + rate.seconds
        statement = insert.values(key=key, empty_at=now + rate.seconds).on_conflict_do_update(
            index_elements=[allowances.c.key],
            set_={"empty_at": later},
            where=later <= now + rate.at_once * rate.seconds + _ROUNDING,
        )
        with self._engine.begin() as connection:
            if connection.execute(statement.returning(allowances.c.empty_at)).first() is not None:
                return 0.0
            empty_at = connection.scalar(select(allowances.c.empty_at).where(allowances.c.key == key)) or now
        return max(0.0, empty_at - now - (rate.at_once - 1) * rate.seconds)

    def forget(self, now: float) -> None:
        """Delete what means nothing any more."""
        with self._engine.begin() as connection:
            connection.execute(delete(allowances).where(allowances.c.empty_at < now))
