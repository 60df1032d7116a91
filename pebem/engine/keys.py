"""Several codes as one key: numbers in mixed radix, the first column slowest, the last one fastest."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from numpy.typing import NDArray

_FEW_KEYS: Final = 1 << 16
_MOST_KEYS: Final = 1 << 63
_DENSE: Final = 8
"""Sums have one slot for each possible key while there are at most so many slots a row, or few in all."""


def fuse(columns: Iterable[NDArray[np.integer] | NDArray[np.bool_]], sizes: Iterable[int]) -> NDArray[np.int64]:
    """Return one key for each row, int64, in the order in which the columns sort.

    Parameters
    ----------
    columns
        At least one; arrays of codes that broadcast to one shape.
    sizes
        Number of codes of each column.
    """
    key: NDArray[np.int64] = np.zeros((), np.int64)
    for column, size in zip(columns, sizes, strict=True):
        key = key * size + column
    return key


def split(key: NDArray[np.integer], sizes: Sequence[int]) -> list[NDArray[np.int64]]:
    """Return the codes that :func:`fuse` made a key of, column by column."""
    columns = []
    for size in reversed(sizes):
        above = key // max(size, 1)  # several times as fast as divmod
        columns.append(key - above * max(size, 1))
        key = above
    return columns[::-1]


def numbered(fused: NDArray[np.int64], size: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the different values, which are below ``size``, in order, and for each cell which of them it is."""
    if size > max(_DENSE * fused.size, _FEW_KEYS):
        distinct, number = np.unique(fused, return_inverse=True)
        return distinct, number.reshape(fused.shape).astype(np.int64, copy=False)
    occurs = np.zeros(size, bool)
    occurs[fused] = True
    return np.flatnonzero(occurs), (np.cumsum(occurs) - 1)[fused]


def sum_by(
    columns: Sequence[NDArray[np.integer]], sizes: Sequence[int], values: Mapping[str, NDArray[np.integer]]
) -> tuple[list[NDArray[np.int64]], dict[str, NDArray[np.int64]]]:
    """Sum integers, exactly, by codes.

    Parameters
    ----------
    columns, sizes
        As for :func:`fuse`; shape (n,).
    values
        What is summed, by name; shape (n,).

    Returns
    -------
    list
        The codes of each group that occurs, in order, column by column; shape (groups,).
    dict
        The sums of each group, int64, shape (groups,).
    """
    space = math.prod(sizes)
    if space > _MOST_KEYS:  # more than 64 bits can number: groups that occur are numbered instead
        groups, key = np.unique(np.stack(columns), axis=1, return_inverse=True)
        totals = {name: _slots(key, value, groups.shape[1]) for name, value in values.items()}
        return [*groups.astype(np.int64)], totals
    key = fuse(columns, sizes)
    ordered = bool((key[1:] >= key[:-1]).all())
    if not ordered and space <= max(_DENSE * len(key), _FEW_KEYS):
        distinct = np.flatnonzero(np.bincount(key, minlength=space))
        return split(distinct, sizes), {name: _slots(key, value, space)[distinct] for name, value in values.items()}
    if not ordered:
        order = np.argsort(key)
        key, values = key[order], {name: value[order] for name, value in values.items()}
    starts = np.flatnonzero(np.diff(key, prepend=-1))
    sums = {
        name: np.add.reduceat(value, starts, dtype=np.int64) if len(starts) else value.astype(np.int64)
        for name, value in values.items()
    }
    return split(key[starts], sizes), sums


def _slots(key: NDArray[np.int64], value: NDArray[np.integer], space: int) -> NDArray[np.int64]:
    total = np.zeros(space, np.int64)
    np.add.at(total, key, value.astype(np.int64, copy=False))
    return total
