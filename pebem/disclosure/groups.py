"""Groups of enough employees: blocks of work that are large enough to be shown, made by merging those that are not.

A block is enough where at least :data:`FEWEST` employees stand behind it and none of them did more than
:data:`LARGEST_SHARE` of it. Work that names nobody is about nobody: it makes no block too small, and none large enough.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from pebem.engine import keys

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

FEWEST: Final = 5
"""So many people must stand behind a figure about people."""

LARGEST_SHARE: Final = 0.5
"""More than this part of a figure must not be one person's: the figure would be about that person."""

HIDDEN: Final = -1
"""The block of work that cannot be shown at all, not even together with all other work."""


@dataclass(frozen=True)
class Work:
    """Work by whoever did it, arrays of shape (n,).

    Attributes
    ----------
    person
        Code of the employee, -1 = nobody is named.
    amounts
        What is shown of it: seconds and count. Whoever has none of an amount does not stand behind its figures.
    """

    person: NDArray[np.int64]
    amounts: tuple[NDArray[np.int64], ...]

    def at(self, chosen: NDArray[np.int64] | NDArray[np.bool_]) -> Work:
        """Return some rows."""
        return Work(self.person[chosen], tuple(amount[chosen] for amount in self.amounts))

    def measures(self) -> list[NDArray[np.bool_]]:
        """Return for each amount which rows count for it: named and not nothing. Equal ones come once."""
        found: list[NDArray[np.bool_]] = []
        for amount in self.amounts:
            rows = (self.person >= 0) & (amount > 0)
            if rows.any() and not any(np.array_equal(rows, one) for one in found):
                found.append(rows)
        return found


def numbered(*codes: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return for each row the number of its combination of codes, from 0 on, in their order."""
    key = np.zeros(len(codes[0]), np.int64)
    for code in codes:
        size = int(code.max(initial=0)) + 1
        if int(key.max(initial=0)) >= np.iinfo(np.int64).max // size:
            key = np.unique(key, return_inverse=True)[1]
        key = key * size + code
    return keys.numbered(key, int(key.max(initial=0)) + 1)[1]


def too_small(block: NDArray[np.int64], work: Work, size: int) -> NDArray[np.bool_]:
    """Return which of ``size`` blocks have too few people, or one who dominates, shape (size,)."""
    found = np.zeros(size, bool)
    people = int(work.person.max(initial=0)) + 1
    for rows in work.measures():
        key, place = np.unique(block[rows] * people + work.person[rows], return_inverse=True)
        owner = key // people
        number = np.bincount(owner, minlength=size)
        found |= (number > 0) & (number < FEWEST)
        for amount in work.amounts:
            of_person = np.bincount(place, amount[rows], len(key))
            largest = np.zeros(size)
            np.maximum.at(largest, owner, of_person)
            found |= largest > LARGEST_SHARE * np.bincount(owner, of_person, size)
    return found


def merged(chain: Sequence[NDArray[np.int64]], work: Work) -> NDArray[np.int64]:
    """Merge what is too small, first with what is close to it; return the block of each row, ``HIDDEN`` for the rest.

    Parameters
    ----------
    chain
        Codes of each row, shape (n,), from fine to coarse: what begins as a block of its own, and then ever wider
        groups within which blocks that are too small become one, if need be with the smallest of the others.
    """
    block = numbered(chain[0])
    for group in chain[1:]:
        block = _within(numbered(block), numbered(group), work)
    size = int(block.max(initial=0)) + 1
    return np.where(too_small(block, work, size)[block], HIDDEN, block)


def _within(block: NDArray[np.int64], group: NDArray[np.int64], work: Work) -> NDArray[np.int64]:
    size, groups = int(block.max()) + 1, int(group.max()) + 1
    of = np.zeros(size, np.int64)
    of[block] = group
    while True:
        small = too_small(block, work, size)
        there = np.bincount(block, minlength=size) > 0
        small &= np.bincount(of[there], minlength=groups)[of] > 1
        if not small.any():
            return block
        joins = small | _smallest_others(block, there & ~small, of, np.bincount(of[small], minlength=groups) == 1)
        first = np.full(groups, size)
        np.minimum.at(first, of[joins], np.flatnonzero(joins))
        block = np.where(joins, first[of], np.arange(size))[block]


def _smallest_others(
    block: NDArray[np.int64], others: NDArray[np.bool_], of: NDArray[np.int64], alone: NDArray[np.bool_]
) -> NDArray[np.bool_]:
    """Return for each group with a single block that is too small the smallest of its other blocks, by rows."""
    size = len(of)
    order = np.argsort(np.bincount(block, minlength=size), kind="stable")
    rank = np.empty(size, np.int64)
    rank[order] = np.arange(size)
    best = np.full(len(alone), size)
    candidates = others & alone[of]
    np.minimum.at(best, of[candidates], rank[candidates])
    found = np.zeros(size, bool)
    found[order[best[best < size]]] = True
    return found
