"""The inner loop: four look-ups and one addition a grouping for each row, in chunks that stay in the cache.

Works on one home at a time, so all tables are small. A row's weight holds its number and its seconds in one int64,
``count * 2**40 + seconds``: one addition sums both, and a row that does not count weighs nothing. A row has fewer than
2**18 seconds (a day has 86,400), so 2**22 rows stay below 2**40 seconds: every sum is an exact integer.

Codes are made by :mod:`pebem.codes` and are valid positions. ``take`` is told to wrap because it then neither checks
nor copies; ``pebem.compiled`` does the same work by compiled loops.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

CHUNK: Final = 1 << 15
"""Rows in one go: the buffers of a chunk stay in the cache."""

SECONDS_LIMIT: Final = 1 << 18
"""Seconds of a single row must stay below this."""

ROWS_LIMIT: Final = 1 << 22
"""Rows whose weights may be added up before count and seconds are taken apart."""

SECOND_BITS: Final = 40
ONE: Final = 1 << SECOND_BITS
"""Weight of one row without seconds."""

DENSE_LIMIT: Final = 1 << 21
"""Number of cells up to which a grouping is summed in a dense table; larger ones are sorted."""

PARTS: Final = 4
"""Sums that were taken apart are added up when there are more: memory does not grow with the rows."""

SORTED_AT_ONCE: Final = 1 << 20
"""Rows that are sorted together."""


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
        """Return how many rows these are; a row may stand for several.

        Raises
        ------
        ValueError
            Where they are more than can be added up at once.
        """
        found = int(self.weight.sum()) >> SECOND_BITS
        if not 0 <= found <= ROWS_LIMIT:
            raise ValueError(f"more than {ROWS_LIMIT} rows at once; take smaller parts")
        return found

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
class Lookup:
    """The tables a row is looked up in, all of one home and all int64: one width, no conversion on the way.

    Attributes
    ----------
    state : (residents, days)
        Resident state by resident code and day.
    demand : (states, interventions)
        Demand by state and intervention.
    supply : (staff, days)
        Supply by staff code and day.
    end : (demands, supplies)
        What comes of a demand met by a supply; less than ``ends``.
    ends : int
        Number of different ends.
    """

    state: NDArray[np.int64]
    demand: NDArray[np.int64]
    supply: NDArray[np.int64]
    end: NDArray[np.int64]
    ends: int


@dataclass(frozen=True)
class Cells:
    """Non-empty cells of a grouping, sorted by key.

    Attributes
    ----------
    key : (k,) int64
        Fused codes of the grouping's columns, first column slowest, end fastest.
    count, seconds : (k,) int64
        Rows and seconds in the cell; both exact.
    """

    key: NDArray[np.int64]
    count: NDArray[np.int64]
    seconds: NDArray[np.int64]


class Buffers:
    """Working memory of a chunk, re-used: fresh memory costs more than the work done in it."""

    def __init__(self) -> None:
        self.end, self.key = np.empty((2, CHUNK), np.int64)


@dataclass
class Sums:
    """Sums by some code columns and the end of a row.

    Attributes
    ----------
    names
        Columns of :class:`Rows` that are kept together.
    sizes
        Number of codes of each.
    ends
        Number of different ends.
    """

    names: tuple[str, ...]
    sizes: tuple[int, ...]
    ends: int
    packed: NDArray[np.int64] | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        self._pending = 0
        self._parts: list[Cells] = []
        self._keys: list[NDArray[np.int64]] = []
        self._weights: list[NDArray[np.int64]] = []
        space = self.space
        if space > np.iinfo(np.int64).max:
            raise ValueError(f"{self.names} have {space} cells: more than 64 bits can number; score a shorter period")
        if space <= DENSE_LIMIT:
            self.packed = np.zeros(space, np.int64)

    @property
    def space(self) -> int:
        """Number of cells, empty ones included."""
        return int(np.prod([self.ends, *self.sizes], dtype=object))

    def expect(self, rows: int) -> None:
        """Make room for the weights of some more rows."""
        if self._pending + rows > ROWS_LIMIT:
            self._settle()
        self._pending += rows

    def add(self, key: NDArray[np.int64], weight: NDArray[np.int64]) -> None:
        """Add weights to the cells of their keys."""
        if self.packed is not None:
            np.add.at(self.packed, key, weight)
        else:
            self._keys.append(key.copy())
            self._weights.append(weight.copy())
            if len(self._keys) * CHUNK >= SORTED_AT_ONCE:
                self._settle()

    def cells(self) -> Cells:
        """Return the non-empty cells, and start again from nothing."""
        self._settle()
        parts, self._parts = self._parts, []
        return parts[0] if len(parts) == 1 else _merged(parts)

    def columns(self) -> dict[str, NDArray[np.int64]]:
        """Return the non-empty cells by column: codes, ``end``, ``count``, ``seconds``; start again from nothing."""
        cells = self.cells()
        rest, end = np.divmod(cells.key, self.ends)
        found = {"end": end, "count": cells.count, "seconds": cells.seconds}
        for name, size in zip(reversed(self.names), reversed(self.sizes), strict=True):
            rest, found[name] = np.divmod(rest, size)
        return found

    def _settle(self) -> None:
        """Take count and seconds of what has come since the last time apart."""
        if self.packed is not None:
            key = np.flatnonzero(self.packed != 0)  # several times as fast as on numbers
            packed = self.packed[key]
            self.packed[key] = 0
        elif self._keys:
            keys, weights = np.concatenate(self._keys), np.concatenate(self._weights)
            order, starts = _runs(keys)
            packed = np.add.reduceat(weights[order], starts)
            key, packed = keys[order[starts]][packed > 0], packed[packed > 0]
            self._keys, self._weights = [], []
        else:
            return
        self._parts.append(Cells(key, packed >> SECOND_BITS, packed & (ONE - 1)))
        if len(self._parts) > PARTS:
            self._parts = [_merged(self._parts)]
        self._pending = 0


def _merged(parts: Sequence[Cells]) -> Cells:
    """Add up cells of the same key."""
    key, count, seconds = (
        np.concatenate([np.zeros(0, np.int64), *(getattr(part, name) for part in parts)])
        for name in ("key", "count", "seconds")
    )
    order, starts = _runs(key)
    sums = (np.add.reduceat(column[order], starts) if len(starts) else column for column in (count, seconds))
    return Cells(key[order][starts], *sums)


def _runs(key: NDArray[np.int64]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return the order that sorts keys, and where in it each different key begins."""
    order = np.argsort(key)
    return order, np.flatnonzero(np.diff(key[order], prepend=-1))


def ends(rows: Rows, tables: Lookup, buffers: Buffers) -> NDArray[np.int64]:
    """Return the end of each row of a chunk, shape (chunk,): a view of ``buffers.end``."""
    found, at = buffers.end[: len(rows)], buffers.key[: len(rows)]
    tables.state.ravel().take(rows.resident_day, out=at, mode="wrap")
    at *= tables.demand.shape[1]
    at += rows.intervention
    tables.demand.ravel().take(at, out=found, mode="wrap")
    found *= tables.end.shape[1]
    tables.supply.ravel().take(rows.staff_day, out=at, mode="wrap")
    at += found
    tables.end.ravel().take(at, out=found, mode="wrap")
    return found


def tally(rows: Rows, tables: Lookup, sums: Sequence[Sums], buffers: Buffers) -> None:
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
        total.expect(number)
        total.add(_fused(rows, total, end, buffers), rows.weight)


def _fused(rows: Rows, total: Sums, end: NDArray[np.int64], buffers: Buffers) -> NDArray[np.int64]:
    """Fuse the codes of a grouping and the end into one key."""
    key = buffers.key[: len(rows)]
    np.copyto(key, getattr(rows, total.names[0]))
    for name, size in zip(total.names[1:], total.sizes[1:], strict=True):
        key *= size
        key += getattr(rows, name)
    key *= total.ends
    key += end
    return key
