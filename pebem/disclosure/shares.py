"""Whether a combination of the figures of several views can be mostly one employee's.

Views are shown beside one another, so their figures can be added and subtracted. What is left is *mostly one's* where
more than ``LARGEST_SHARE`` of it is one person's although each block alone is not: a ward less the interventions that
are told of it by themselves, say. Whoever combines figures gives each cell of the work a weight: the sum of what the
blocks it is in are counted with. Combinations in which no cell counts negatively are ruled out as follows.

A *stand-in* is another table of nonnegative amounts whose sum over each block is what all people did in it less twice
what one of them did. Where there is one, any combination of blocks is the same of the stand-in as of that difference,
so with nonnegative weights it is not negative: the person did at most half of it. Conversely a combination that is
mostly the person's exists where there is no stand-in (Farkas). It is sought among the tables that differ from what was
done by a factor for each block, of which there is one wherever a positive one exists at all.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from pebem.disclosure.groups import LARGEST_SHARE, numbered

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

_STEPS: Final = 12
_LONGEST_STEP: Final = 2.0
_EXACT: Final = 1e-7
"""What the sums of a stand-in may differ by from those sought, as part of all work, and how negative it may be."""

_TOGETHER: Final = 0.45
"""So much of each block several people may have done, to be tried together."""

_DECISIVE: Final = 0.5
"""A block is told apart by a combination where it differs by this part of the largest difference of any view."""


@dataclass(frozen=True)
class MostlyOne:
    """A combination of blocks that is mostly one person's.

    Attributes
    ----------
    person
        Who did most of what it counts.
    row
        A row of the work it counts most.
    counted
        With how much it counts each block of each view; a common number in a view says nothing.
    """

    person: int
    row: int
    counted: list[NDArray[np.float64]]

    def told_apart(self, views: Sequence[NDArray[np.int64]]) -> list[NDArray[np.int64]]:
        """Return for each view the blocks that the combination counts less than the one of its row."""
        drops = [of[view[self.row]] - of for of, view in zip(self.counted, views, strict=True)]
        limit = _DECISIVE * max(float(drop.max(initial=0)) for drop in drops)
        if not limit:  # undecided: whatever is merged helps
            return [np.flatnonzero(np.arange(len(of)) != view[self.row]) for of, view in zip(drops, views, strict=True)]
        return [np.flatnonzero(drop >= limit) for drop in drops]


class _Layout:
    """Blocks of all views, numbered in one sequence, and the combinations of them that have work.

    Attributes
    ----------
    blocks : (views, places)
        The block of each combination in each view, those of the view with most of them first.
    amount : (places,)
        What was done there.
    first : (places,)
        A row of each.
    """

    def __init__(self, views: Sequence[NDArray[np.int64]], amount: NDArray[np.int64]) -> None:
        sizes = np.array([int(view.max()) + 1 for view in views])
        self._order = np.argsort(-sizes, kind="stable")
        self._ends = np.cumsum(sizes[self._order]).tolist()
        self._starts = [0, *self._ends[:-1]]
        self._size, self._many = self._ends[-1], self._ends[0]
        place = self._place = numbered(*views)
        self.first = np.empty(int(place.max()) + 1, np.int64)
        self.first[place] = np.arange(len(place))
        starts = zip(self._order.tolist(), self._starts, strict=True)
        self.blocks = np.stack([views[i][self.first] + start for i, start in starts])
        self.amount = np.bincount(place, amount).astype(float)

    def sums(self, of: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the sum of an amount by place over each block."""
        parts = zip(self.blocks, self._starts, self._ends, strict=True)
        return np.concatenate([np.bincount(own - start, of, end - start) for own, start, end in parts])

    def sums_of_rows(self, of: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return the sum of an amount by row over each block."""
        return self.sums(np.bincount(self._place, of, len(self.first)).astype(float))

    def fitted(self, weight: NDArray[np.float64], sums: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return a number for each block, the sum of which over the blocks of a place, times weight, has such sums."""
        many, few = self._many, self._size - self._many
        square, beside = np.zeros(few * few), np.zeros(many * few)
        for i, own in enumerate(self.blocks[1:] - many):
            beside += np.bincount(self.blocks[0] * few + own, weight, many * few)
            for other in self.blocks[1 : i + 2] - many:  # the other half is the same
                square += np.bincount(own * few + other, weight, few * few)
        # Blocks of one view share nothing, so those of the largest one are eliminated.
        of_many = np.maximum(np.bincount(self.blocks[0], weight, many), np.finfo(float).tiny)[:, None]
        across = beside.reshape(many, few)
        first, rest = sums[:many].reshape(many, -1), sums[many:].reshape(few, -1)
        left, scaled = square.reshape(few, few), across / np.sqrt(of_many)
        left += np.tril(left, -1).T
        for at in _slices(many, few):
            left -= scaled[at].T @ scaled[at]
        found = _solved(left, rest - np.einsum("ij,ik->jk", across, first / of_many))
        return np.concatenate([(first - np.einsum("ij,jk->ik", across, found)) / of_many, found]).reshape(sums.shape)

    def at(self, of_blocks: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the sum of numbers of blocks at each place."""
        return np.asarray(of_blocks[self.blocks].sum(axis=0))

    def split(self, of_blocks: NDArray[np.float64]) -> list[NDArray[np.float64]]:
        """Return numbers of blocks by view."""
        parts = np.split(of_blocks, self._starts[1:])
        return [parts[i] for i in np.argsort(self._order)]


def _solved(square: NDArray[np.float64], sums: NDArray[np.float64]) -> NDArray[np.float64]:
    """Solve equations of a symmetric, nonnegative matrix by elimination; what follows from others is 0.

    Several answers fit, as views have their total in common. Not by LAPACK: see :func:`_slices`.
    """
    size, least = len(square), 1e-9 * square.diagonal().max(initial=0)
    left = np.concatenate([square, sums], axis=1)
    given = [i for i in range(size) if _eliminated(left, i, least)]
    found = np.zeros_like(sums)
    for i in reversed(given):
        found[i] = (left[i, size:] - left[i, i + 1 : size] @ found[i + 1 :]) / left[i, i]
    return found


def _eliminated(left: NDArray[np.float64], i: int, least: float) -> bool:
    """Take an unknown out of all later equations; return whether there was anything of it."""
    if left[i, i] <= least:
        return False
    left[i + 1 :, i:] -= (left[i + 1 :, i] / left[i, i])[:, None] * left[i, i:]
    return True


def _slices(rows: int, columns: int) -> Iterator[slice]:
    """Yield slices so short that their products with themselves are not shared out to other cores.

    Sharing them out costs more than they do, many times more where the cores are busy.
    """
    step = max(1, 200_000 // (columns * columns + 1))
    return (slice(start, start + step) for start in range(0, rows, step))


def mostly_one(
    views: Sequence[NDArray[np.int64]],
    person: NDArray[np.int64],
    amount: NDArray[np.int64],
    suspects: NDArray[np.int64] | None = None,
) -> Iterator[MostlyOne]:
    """Yield for each person who may be most of a combination of figures such a combination.

    Parameters
    ----------
    views
        Block of each row, shape (n,), from 0 on without gaps. No block is by itself mostly one person's.
    person, amount
        Who did it, and how much: positive.
    suspects
        Whom to ask about; None = everybody.
    """
    layout = _Layout(views, amount)
    people = np.unique(person) if suspects is None else suspects
    if not len(people):
        return
    by_person = np.stack([layout.sums_of_rows(np.where(person == one, amount, 0)) for one in people], axis=1)
    # Mostly the stand-in is what was done by all, each time a little less: one step, the same for everybody.
    share = layout.at(layout.fitted(layout.amount, by_person))
    exact = np.stack([layout.sums(layout.amount * one) for one in share.T], axis=1) - by_person
    safe = (share.max(axis=0) <= LARGEST_SHARE) & (np.abs(exact).max(axis=0) <= _EXACT * layout.amount.sum())
    unsafe = np.flatnonzero(~safe)
    for group in _groups(by_person[:, unsafe], layout.sums(layout.amount)):
        # One stand-in of several people has room for what each of them did less.
        if len(group) > 1 and not _without_stand_in(layout, by_person[:, unsafe[group]].sum(axis=1) / LARGEST_SHARE):
            continue
        for i in unsafe[group].tolist():
            found = _without_stand_in(layout, by_person[:, i] / LARGEST_SHARE)
            if found is not None:
                place, counted = found
                yield MostlyOne(int(people[i]), int(layout.first[place]), layout.split(counted))


def _groups(by_person: NDArray[np.float64], whole: NDArray[np.float64]) -> Iterator[NDArray[np.int64]]:
    """Yield people in groups that together did little enough of each block to have a stand-in in common."""
    members: list[list[int]] = []
    sums: list[NDArray[np.float64]] = []
    for i in range(by_person.shape[1]):
        own = by_person[:, i]
        place = next((at for at, did in enumerate(sums) if (did + own <= _TOGETHER * whole).all()), len(sums))
        if place == len(sums):
            members.append([i])
            sums.append(own)
        else:
            members[place].append(i)
            sums[place] = sums[place] + own
    return (np.array(group) for group in members)


def _without_stand_in(layout: _Layout, less: NDArray[np.float64]) -> tuple[int, NDArray[np.float64]] | None:
    """Return None where a stand-in is found; else a place, and with how much each block counts against it."""
    stand_in = layout.amount.copy()
    sought = layout.sums(stand_in) - less
    tolerance = _EXACT * layout.amount.sum()
    counted = np.zeros(len(sought))
    for _ in range(_STEPS):
        missing = sought - layout.sums(stand_in)
        step = layout.fitted(stand_in, missing)
        factor = 1 + layout.at(step)
        exact = layout.sums(stand_in * factor) - sought
        if factor.min() >= -_EXACT and np.abs(exact).max() <= tolerance:
            return None
        longest = np.abs(layout.at(step)).max()
        step *= min(1.0, _LONGEST_STEP / longest)
        stand_in *= np.exp(layout.at(step))
        counted -= step
    return int(layout.at(counted).argmax()), counted
