"""The inner loop: four look-ups and one addition a grouping for each row, in chunks that stay in the cache.

Works on one home at a time, so all tables are small. A row's weight is its number and its seconds in one int64,
``count * 2**40 + seconds``: one addition sums both, and a row that does not count weighs nothing. A row has fewer than
2**18 seconds (a day has 86,400), so 2**22 rows stay below 2**40 seconds: every sum is an exact integer. Sums are taken
apart at half of that, so that a chunk may still come on top.

Codes are made by :mod:`pebem.engine.encode` and are valid positions. ``take`` wraps because it then neither
checks nor copies; ``pebem.engine.kernel_numba`` does the same work by compiled loops.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import cached_property
from typing import TYPE_CHECKING, Final

import numpy as np

from pebem.engine.sums import CHUNK, ONE, ROWS_LIMIT, SECOND_BITS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from pebem.engine.sums import Sums

SECONDS_LIMIT: Final = 1 << 18
"""Seconds of a single row must stay below this."""


def rows_of(weight: int) -> int:
    """Return how many rows the weights of a chunk represent, from their sum.

    Raises
    ------
    ValueError
        Where they are more than can be added up at once.
    """
    count = weight >> SECOND_BITS
    if not 0 <= count <= ROWS_LIMIT:
        raise ValueError(f"more than {ROWS_LIMIT} rows at once; take smaller parts")
    return count


@dataclass(frozen=True)
class Rows:
    """Rows of a home as codes, int64 arrays of shape (n,): numpy finds places by numbers of this width alone.

    Attributes
    ----------
    resident_day, staff_day
        Person x days + day: position in the flat grid of states or supplies.
    intervention
        Position in ``book.interventions``.
    day
        Days since the first day of the period.
    ward, shift
        0 = not given.
    weight
        ``count * ONE + seconds``; 0 = does not count.
    """

    resident_day: NDArray[np.int64]
    staff_day: NDArray[np.int64]
    intervention: NDArray[np.int64]
    day: NDArray[np.int64]
    ward: NDArray[np.int64]
    shift: NDArray[np.int64]
    weight: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.weight)

    def __getitem__(self, part: slice | NDArray[np.bool_]) -> Rows:
        return Rows(*(getattr(self, column.name)[part] for column in fields(self)))

    @classmethod
    def joined(cls, parts: Sequence[Rows]) -> Rows:
        """Return several rows as one."""
        none = {column.name: np.zeros(0, np.int64) for column in fields(cls)}
        return cls(
            **{name: np.concatenate([empty, *(getattr(p, name) for p in parts)]) for name, empty in none.items()}
        )

    @property
    def number(self) -> int:
        """Return how many rows these are; a row may represent several.

        Raises
        ------
        ValueError
            Where they are more than can be added up at once.
        """
        return rows_of(int(self.weight.sum()))

    @property
    def seconds(self) -> NDArray[np.int64]:
        """Return the seconds of each row."""
        return self.weight & (ONE - 1)

    def chunks(self) -> Iterator[Rows]:
        """Return the rows in chunks, without copying."""
        if len(self) <= CHUNK:
            yield self
            return
        for start in range(0, len(self), CHUNK):
            yield self[start : start + CHUNK]


@dataclass(frozen=True)
class LookupTables:
    """The tables a row is looked up in, all of one home and all int64: one width, no conversion.

    Attributes
    ----------
    state : (residents, days)
        Resident state by resident code and day.
    demand : (states, interventions)
        Demand by state and intervention.
    supply : (staff, days)
        Supply by staff code and day.
    end : (demands, supplies)
        The outcome of a demand with a supply; less than ``ends``.
    ends : int
        Number of different ends.
    """

    state: NDArray[np.int64]
    demand: NDArray[np.int64]
    supply: NDArray[np.int64]
    end: NDArray[np.int64]
    ends: int

    @cached_property
    def narrow(self) -> tuple[NDArray[np.integer], ...]:
        """The four tables, flat and as narrow as they can be: for compiled loops, which widen for nothing."""
        tables = [getattr(self, name).ravel() for name in ("state", "demand", "supply", "end")]
        kind = np.min_scalar_type(max(table.max(initial=0) for table in tables))
        return tuple(table.astype(kind) for table in tables)


class Buffers:
    """Working memory of a chunk, re-used: fresh memory costs more than the work done in it."""

    def __init__(self) -> None:
        self.end, self.key = np.empty((2, CHUNK), np.int64)

    @cached_property
    def codes(self) -> NDArray[np.int64]:
        """The codes of a chunk as they are made, shape (8, chunk)."""
        return np.empty((8, CHUNK), np.int64)


def ends(rows: Rows, tables: LookupTables, buffers: Buffers) -> NDArray[np.int64]:
    """Return the end of each row of a chunk, shape (chunk,): a view of ``buffers.end``."""
    outcome, place = buffers.end[: len(rows)], buffers.key[: len(rows)]
    tables.state.ravel().take(rows.resident_day, out=place, mode="wrap")
    place *= tables.demand.shape[1]
    place += rows.intervention
    tables.demand.ravel().take(place, out=outcome, mode="wrap")
    outcome *= tables.end.shape[1]
    tables.supply.ravel().take(rows.staff_day, out=place, mode="wrap")
    place += outcome
    tables.end.ravel().take(place, out=outcome, mode="wrap")
    return outcome


def tally(rows: Rows, tables: LookupTables, sums: Sequence[Sums], buffers: Buffers) -> None:
    """Add the rows of a chunk to some sums, in place.

    Parameters
    ----------
    rows
        At most ``CHUNK`` rows.
    sums
        One for each grouping.
    """
    end, number = ends(rows, tables, buffers), rows.number
    for total in sums:
        total.add(_fused(rows, total, end, buffers), rows.weight)
        total.count(number)


def _fused(rows: Rows, total: Sums, end: NDArray[np.int64], buffers: Buffers) -> NDArray[np.int64]:
    """Fuse the codes of a grouping and the end into one key."""
    key = buffers.key[: len(rows)]
    slowest, *others = (getattr(rows, name) for name in total.names)
    sizes = (*total.sizes[1:], total.ends)
    np.multiply(slowest, sizes[0], out=key)
    for column, size in zip(others, sizes[1:], strict=True):
        key += column
        key *= size
    key += end
    return key
