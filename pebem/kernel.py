"""The inner loop: four look-ups and one count a grouping for each row, in chunks that stay in the cache.

Works on one home at a time, so all tables are small. Count and seconds are summed together: one float64 holds
``count * 2**35 + seconds``. A chunk has at most 2**15 rows of less than 2**18 seconds (a day has 86,400), so its
seconds stay below 2**33 and the whole below 2**53: every sum is an exact integer.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from pebem.fit import OUTCOMES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from pebem.codes import Rows

CHUNK: Final = 1 << 15
"""Rows in one go: the buffers of a chunk stay in the cache."""

SECONDS_LIMIT: Final = 1 << 18
"""Seconds of a single row must stay below this."""

_ONE: Final = float(1 << 35)
_DENSE_LIMIT: Final = 1 << 16
"""Number of cells up to which a grouping is counted in a dense table; larger ones are sorted."""


@dataclass(frozen=True)
class Lookup:
    """The tables a row is looked up in, all of one home and all int32: one width, no conversion on the way.

    Attributes
    ----------
    state : (residents, days)
        Resident state by resident code and day.
    demand : (states, interventions)
        Demand by state and intervention.
    supply : (staff, days)
        Supply by staff code and day.
    outcome : (demands, supplies)
        Position in ``fit.OUTCOMES``.
    """

    state: NDArray[np.int32]
    demand: NDArray[np.int32]
    supply: NDArray[np.int32]
    outcome: NDArray[np.int32]


@dataclass(frozen=True)
class Cells:
    """Non-empty cells of a grouping, sorted by key.

    Attributes
    ----------
    key : (k,) int64
        Fused codes of the grouping's dimensions, first dimension slowest, outcome fastest.
    count, seconds : (k,) int64
        Rows and seconds in the cell; both exact.
    """

    key: NDArray[np.int64]
    count: NDArray[np.int64]
    seconds: NDArray[np.int64]


_NO_KEYS: Final = np.zeros(0, np.intp)


def _index(row: NDArray[np.int32], table: NDArray[np.int32], column: NDArray[np.int32]) -> NDArray[np.int32]:
    """Return flat positions in a table."""
    flat = row * np.int32(table.shape[1])
    flat += column
    return flat


def outcomes(rows: Rows, tables: Lookup, part: slice) -> NDArray[np.int32]:
    """Return the outcome of each row of a chunk, shape (chunk,), as positions in ``fit.OUTCOMES``."""
    day = rows.day[part]
    state = tables.state.ravel().take(_index(rows.resident[part], tables.state, day))
    demand = tables.demand.ravel().take(_index(state, tables.demand, rows.intervention[part]))
    supply = tables.supply.ravel().take(_index(rows.staff[part], tables.supply, day))
    return tables.outcome.ravel().take(_index(demand, tables.outcome, supply))


def tally(rows: Rows, tables: Lookup, groupings: Sequence[Sequence[str]], sizes: Mapping[str, int]) -> list[Cells]:
    """Count rows and seconds by outcome for each grouping.

    Parameters
    ----------
    groupings
        Names of code columns of ``rows``, such as ``("ward", "shift")``.
    sizes
        Number of codes of each column.

    Returns
    -------
    list of Cells
        One for each grouping, in order.

    Raises
    ------
    ValueError
        Where a row has ``SECONDS_LIMIT`` seconds or more, or people x days exceed 2**31.
    """
    if max(tables.state.size, tables.supply.size, tables.demand.size) > np.iinfo(np.int32).max:
        raise ValueError("a look-up table has more cells than 32 bits can number; score a shorter period")
    if len(rows) and int(rows.seconds.max()) >= SECONDS_LIMIT:
        raise ValueError(f"a row has {rows.seconds.max()} seconds; the limit is {SECONDS_LIMIT}")
    spaces = [len(OUTCOMES) * int(np.prod([sizes[name] for name in names], dtype=np.int64)) for names in groupings]
    dense = [space <= _DENSE_LIMIT for space in spaces]
    sums = [np.zeros((2, space if small else 0), np.int64) for space, small in zip(spaces, dense, strict=True)]
    keys: list[list[NDArray[np.integer]]] = [[] for _ in groupings]
    for start in range(0, len(rows), CHUNK):
        part = slice(start, start + CHUNK)
        outcome = outcomes(rows, tables, part)
        weight = rows.seconds[part].astype(np.float64)
        weight += _ONE
        for i, names in enumerate(groupings):
            key = _fused(rows, names, sizes, part, outcome, spaces[i])
            if dense[i]:
                packed = np.bincount(key, weight, spaces[i]).astype(np.int64)
                sums[i][0] += packed >> 35
                sums[i][1] += packed & ((1 << 35) - 1)
            else:
                keys[i].append(key)
    return [
        _from_dense(sums[i]) if dense[i] else _from_keys(np.concatenate([*keys[i], _NO_KEYS]), rows.seconds)
        for i in range(len(groupings))
    ]


def _fused(
    rows: Rows, names: Sequence[str], sizes: Mapping[str, int], part: slice, outcome: NDArray[np.int32], space: int
) -> NDArray[np.integer]:
    """Fuse the codes of a grouping and the outcome into one key, in 32 bits where they hold it."""
    first, *rest = names
    wide = np.int32 if space <= np.iinfo(np.int32).max else np.int64
    key = getattr(rows, first)[part].astype(wide)
    for name in rest:
        key *= wide(sizes[name])
        key += getattr(rows, name)[part]
    key *= wide(len(OUTCOMES))
    key += outcome
    return key


def _from_dense(sums: NDArray[np.int64]) -> Cells:
    filled = np.flatnonzero(sums[0])
    return Cells(filled, sums[0, filled], sums[1, filled])


def _from_keys(key: NDArray[np.intp], seconds: NDArray[np.int32]) -> Cells:
    """Count by sorting: for groupings with far more cells than rows."""
    order = np.argsort(key, kind="stable")
    ordered = key[order]
    starts = np.flatnonzero(np.diff(ordered, prepend=-1))
    total = np.add.reduceat(seconds[order].astype(np.int64), starts) if len(starts) else np.zeros(0, np.int64)
    return Cells(ordered[starts], np.diff(starts, append=len(ordered)), total)
