"""Sums of weights by codes: dense tables where they are small, sorted keys where they are not."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import numpy as np

from pebem.engine.keys import split

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

CHUNK: Final = 1 << 15
"""Rows in one go: the buffers of a chunk stay in the cache."""

ROWS_LIMIT: Final = 1 << 21
"""Rows of a chunk at most, and rows after which count and seconds of a sum are taken apart."""

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
class SumCells:
    """Cells of a grouping, sorted by key.

    Attributes
    ----------
    key : (k,) int64
        Fused codes of the grouping's columns, first column slowest, end fastest; None = all there can be, from 0 on.
    count, seconds : (k,) int64
        Rows and seconds in the cell; both exact.
    """

    key: NDArray[np.int64] | None
    count: NDArray[np.int64]
    seconds: NDArray[np.int64]

    def filled(self) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
        """Return key, count and seconds of the cells that are not empty."""
        if self.key is not None:
            return self.key, self.count, self.seconds
        key = np.flatnonzero(self.count != 0)  # several times as fast as on numbers
        return key, self.count[key], self.seconds[key]


@dataclass
class Sums:
    """Sums by some code columns and the end of a row.

    Attributes
    ----------
    names
        Columns of :class:`Rows` that are stored together.
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
        self._parts: list[SumCells] = []
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

    def count(self, rows: int) -> None:
        """Count the rows that were added, after each chunk: at most ``ROWS_LIMIT``."""
        self._pending += rows
        if self._pending > ROWS_LIMIT:
            self._settle()

    def add(self, key: NDArray[np.int64], weight: NDArray[np.int64]) -> None:
        """Add weights to the cells of their keys."""
        if self.packed is not None:
            np.add.at(self.packed, key, weight)
        else:
            self._keys.append(key.copy())
            self._weights.append(weight.copy())
            if len(self._keys) * CHUNK >= SORTED_AT_ONCE:
                self._settle()

    def cells(self) -> SumCells:
        """Return the cells, and start again from nothing."""
        self._settle()
        parts, self._parts = self._parts, []
        return parts[0] if len(parts) == 1 else _merged(parts)

    def columns(self) -> dict[str, NDArray[np.int64]]:
        """Return the non-empty cells by column: codes, ``end``, ``count``, ``seconds``; start again from nothing."""
        if self.packed is not None and not self._parts:
            key = np.flatnonzero(self.packed != 0)  # several times as fast as on numbers
            packed = self.packed[key]
            count, seconds = packed >> SECOND_BITS, packed & (ONE - 1)
            self.packed.fill(0)
            self._pending = 0
        else:
            key, count, seconds = self.cells().filled()
        codes = split(key, (*self.sizes, self.ends))
        return dict(zip((*self.names, "end"), codes, strict=True)) | {"count": count, "seconds": seconds}

    def _settle(self) -> None:
        """Split count and seconds of the rows since the last call."""
        if self.packed is not None:
            self._parts.append(_apart(None, self.packed))
            self.packed.fill(0)
        elif self._keys:
            keys, weights = np.concatenate(self._keys), np.concatenate(self._weights)
            order, starts = _runs(keys)
            packed = np.add.reduceat(weights[order], starts)
            self._parts.append(_apart(keys[order[starts]][packed > 0], packed[packed > 0]))
            self._keys, self._weights = [], []
        if len(self._parts) > PARTS:
            self._parts = [_merged(self._parts)]
        self._pending = 0


def _apart(key: NDArray[np.int64] | None, packed: NDArray[np.int64]) -> SumCells:
    """Split count and seconds."""
    return SumCells(key, packed >> SECOND_BITS, packed & (ONE - 1))


def _merged(parts: Sequence[SumCells]) -> SumCells:
    """Add up cells of the same key."""
    keys, counts, times = ([getattr(part, name) for part in parts] for name in ("key", "count", "seconds"))
    if any(key is None for key in keys):
        return SumCells(None, np.add.reduce(counts), np.add.reduce(times))
    nothing = np.zeros(0, np.int64)
    key, count, seconds = (np.concatenate([nothing, *columns]) for columns in (keys, counts, times))
    order, starts = _runs(key)
    sums = (np.add.reduceat(column[order], starts) if len(starts) else column for column in (count, seconds))
    return SumCells(key[order][starts], *sums)


def _runs(key: NDArray[np.int64]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return the order that sorts keys, and where in it each different key begins."""
    order = np.argsort(key)
    return order, np.flatnonzero(np.diff(key[order], prepend=-1))
