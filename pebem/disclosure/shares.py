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
from functools import cache
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from threadpoolctl import ThreadpoolController

from pebem.disclosure.groups import LARGEST_SHARE, numbered

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from contextlib import AbstractContextManager

    from numpy.typing import NDArray

_STEPS: Final = 12
_LONGEST_STEP: Final = 2.0
_EXACT: Final = 1e-7
"""What the sums of a stand-in may differ by from those sought, as part of all work, and how negative it may be."""

_TOGETHER: Final = 0.9
"""So much of what a stand-in of several people may do less in each block, to be tried together."""

_NEXT_TO_NOTHING: Final = 1e-9
_SLIGHTLY: Final = 1e-11

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
        self._sizes = sizes[self._order].tolist()
        self._starts = [0, *np.cumsum(self._sizes[:-1]).tolist()]
        self._size, self._many = sum(self._sizes), self._sizes[0]
        place = self._place = numbered(*views)
        self._of_row = amount
        self.first = np.empty(int(place.max()) + 1, np.int64)
        self.first[place] = np.arange(len(place))
        self._within = [views[i][self.first] for i in self._order.tolist()]
        self.blocks = np.stack([own + start for own, start in zip(self._within, self._starts, strict=True)])
        self.amount = np.bincount(place, amount).astype(float)

    def sums(self, of: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the sums of an amount by place over each block, (places,) -> (blocks,), and so for several people."""
        if of.ndim > 1:
            return np.stack([self.sums(one) for one in of])
        return np.concatenate([np.bincount(own, of, size) for own, size in zip(self._within, self._sizes, strict=True)])

    def at(self, of_blocks: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the sums of numbers of blocks at each place: (blocks,) -> (places,) and so for several people."""
        found = of_blocks[..., self.blocks[0]]
        for own in self.blocks[1:]:
            found += of_blocks[..., own]
        return found

    def of_rows(self, amount: NDArray[Any]) -> NDArray[np.float64]:
        """Return the sum of an amount by row at each place."""
        return np.bincount(self._place, amount, len(self.first)).astype(float)

    def of_people(
        self, person: NDArray[np.int64], amount: NDArray[np.int64], people: NDArray[np.int64]
    ) -> NDArray[np.float64]:
        """Return what each of some people did at each place, shape (people, places)."""
        rows = np.isin(person, people)
        number = np.searchsorted(people, person[rows]) * len(self.first) + self._place[rows]
        did = np.bincount(number, amount[rows], len(people) * len(self.first)).astype(float)
        return did.reshape(len(people), -1)

    def by_row(self, of_places: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return an amount by place by row, in proportion to what was done."""
        return (of_places / self.amount)[self._place] * self._of_row

    def fitted(self, weight: NDArray[np.float64], sums: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return numbers of blocks, the sum of which at each place, times its weight, has such sums.

        Shape (blocks,), or (people, blocks), as the sums have.
        """
        many, few = self._many, self._size - self._many
        square, beside = np.zeros(few * few), np.zeros(many * few)
        for i, own in enumerate(self.blocks[1:] - many):
            beside += np.bincount(self.blocks[0] * few + own, weight, many * few)
            for other in self.blocks[1 : i + 2] - many:  # the other half is the same
                square += np.bincount(own * few + other, weight, few * few)
        # Blocks of one view share nothing, so those of the largest one are eliminated.
        of_many = np.maximum(np.bincount(self.blocks[0], weight, many), np.finfo(float).tiny)[:, None]
        across = beside.reshape(many, few)
        wanted = sums.reshape(-1, self._size).T
        left, scaled = square.reshape(few, few), across / np.sqrt(of_many)
        left += np.tril(left, -1).T
        with _one_thread():
            left -= scaled.T @ scaled
            per_many = wanted[:many] / of_many
            found = _solved(left, wanted[many:] - across.T @ per_many)
            rest = per_many - (across @ found) / of_many
        return np.concatenate([rest, found]).T.reshape(sums.shape)

    def fits(self, stand_in: NDArray[np.float64], sought: NDArray[np.float64]) -> bool:
        """Return whether it is nowhere negative and has the sums sought."""
        if stand_in.min() < -_EXACT * self.amount.max():
            return False
        return bool(np.abs(self.sums(stand_in) - sought).max() <= _EXACT * self.amount.sum())

    def split(self, of_blocks: NDArray[np.float64]) -> list[NDArray[np.float64]]:
        """Return numbers of blocks by view."""
        parts = np.split(of_blocks, self._starts[1:])
        return [parts[i] for i in np.argsort(self._order)]


def _solved(square: NDArray[np.float64], sums: NDArray[np.float64]) -> NDArray[np.float64]:
    """Solve equations of a symmetric, nonnegative matrix; an unknown of which there is next to nothing is 0.

    Some equations follow from others, as views have their total in common: what is added to the diagonal decides
    between the answers that fit.
    """
    diagonal = square.diagonal()
    there = np.flatnonzero(diagonal > _NEXT_TO_NOTHING * diagonal.max(initial=0))
    size = np.sqrt(diagonal[there])
    scaled = square[np.ix_(there, there)] / size / size[:, None]
    scaled[np.diag_indices_from(scaled)] += _SLIGHTLY
    found = np.zeros_like(sums)
    found[there] = np.linalg.solve(scaled, sums[there] / size[:, None]) / size[:, None]
    return found


@cache
def _libraries() -> ThreadpoolController:
    return ThreadpoolController()


def _one_thread() -> AbstractContextManager[object]:
    """Multiply small matrices on one core: sharing them out costs more, many times more where the cores are busy."""
    return _libraries().limit(limits=1, user_api="blas")


StandIns = dict[int, "NDArray[np.float64]"]
"""Person -> a stand-in of them by row, shape (n,)."""


def mostly_one(
    views: Sequence[NDArray[np.int64]],
    person: NDArray[np.int64],
    amount: NDArray[np.int64],
    suspects: NDArray[np.int64] | None = None,
    known: StandIns | None = None,
) -> Iterator[MostlyOne]:
    """Yield for each person who may be most of a combination of figures such a combination.

    Parameters
    ----------
    views
        Block of each row, shape (n,), from 0 on without gaps. No block is by itself mostly one person's.
    person, amount
        Who did it, and how much: positive.
    suspects
        Whom to ask about, in order of number; None = everybody.
    known
        Stand-ins of the same work for some of these views, or for finer ones: where they are sought from. Those that
        are found are added.
    """
    layout = _Layout(views, amount)
    people = np.unique(person) if suspects is None else suspects
    if not len(people):
        return
    known = {} if known is None else known
    did = layout.of_people(person, amount, people)
    whole, less = layout.sums(layout.amount), layout.sums(did) / LARGEST_SHARE
    start = np.stack([layout.of_rows(known[one]) if one in known else layout.amount for one in people.tolist()])
    # Mostly one step serves, weighted alike for everybody.
    step = layout.fitted(layout.amount, whole - less - layout.sums(start))
    stand_in = start + layout.amount * layout.at(step)
    unsafe = []
    for i, one in enumerate(people.tolist()):
        found = stand_in[i] if layout.fits(stand_in[i], whole - less[i]) else None
        if found is None and one in known:
            found, _ = _stand_in(layout, start[i], whole - less[i])
        if found is not None:
            known[one] = layout.by_row(found)
            continue
        unsafe.append(i)
        if one in known:
            step[i] = layout.fitted(layout.amount, -less[i])
    groups = _groups(less, whole, unsafe)
    while groups:
        group = groups.pop(0)
        found, counted = _stand_in(layout, layout.amount, whole - less[group].sum(axis=0), step[group].sum(axis=0))
        if found is not None:  # it has room for what each of them did less
            for i in group:
                others = did[group].sum(axis=0) - did[i]
                known[int(people[i])] = layout.by_row(found + others / LARGEST_SHARE)
        elif len(group) > 1:
            groups[:0] = [[i] for i in group]
        else:
            place = int(layout.at(counted).argmax())
            yield MostlyOne(int(people[group[0]]), int(layout.first[place]), layout.split(counted))


def _groups(less: NDArray[np.float64], whole: NDArray[np.float64], people: Sequence[int]) -> list[list[int]]:
    """Return people in groups that together did little enough of each block to have a stand-in in common."""
    groups: list[tuple[list[int], NDArray[np.float64]]] = []
    for i in people:
        for members, together in groups:
            if (together + less[i] <= _TOGETHER * whole).all():
                members.append(i)
                np.add(together, less[i], out=together)
                break
        else:
            groups.append(([i], less[i].copy()))
    return [members for members, _ in groups]


def _stand_in(
    layout: _Layout, start: NDArray[np.float64], sought: NDArray[np.float64], step: NDArray[np.float64] | None = None
) -> tuple[NDArray[np.float64] | None, NDArray[np.float64]]:
    """Return a stand-in with the sums sought, None where none is found, and how much each block counts against it.

    Parameters
    ----------
    start
        From what it is sought.
    step
        The first step from there, where it is known.
    """
    stand_in = np.maximum(start, _EXACT * layout.amount)
    counted = np.zeros(len(sought))
    for _ in range(_STEPS):
        if step is None:
            step = layout.fitted(stand_in, sought - layout.sums(stand_in))
        change = layout.at(step)
        reached = stand_in * (1 + change)
        if layout.fits(reached, sought):
            return reached, counted
        shorter = min(1.0, _LONGEST_STEP / float(np.abs(change).max()))
        stand_in *= np.exp(shorter * change)
        counted -= shorter * step
        step = None
    return None, counted
