"""The views of a month of work that are shown beside one another, each cut into blocks of enough employees.

A figure is shown where it is a sum of blocks of one view. Views are cut so that what one page tells and what another
one tells cannot be subtracted into the work of too few (:mod:`pebem.disclosure.links`), nor into what is mostly one
employee's (:mod:`pebem.disclosure.shares`).
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

import numpy as np

from pebem.disclosure.groups import FEWEST, HIDDEN, Work, merged, numbered, too_small
from pebem.disclosure.links import classes
from pebem.disclosure.shares import MostlyOne, StandIns, mostly_one

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    Blocks = dict[str, NDArray[np.int64]]
    Chain = tuple[tuple[str, ...], ...]

VIEWS: Final = {
    "day": (("day", "fit"), ("fit",), ()),
    "intervention": (
        ("ward", "intervention", "outcome"),
        ("ward", "intervention", "fit"),
        ("intervention", "fit"),
        ("intervention",),
        ("group",),
        (),
    ),
    "outcome": (("outcome",), ("fit",), ()),
    "shift": (("ward", "shift", "fit"), ("shift", "fit"), ("shift",), ()),
    "ward": (("ward", "fit"), ("ward",), ()),
}
"""By what each view tells the work apart, and within what its blocks are merged where they are too small.

In the order in which views lose detail where they tell too much together.
"""


def blocks(
    columns: Mapping[str, NDArray[np.int64]], work: Work, beside: Mapping[str, Sequence[Chain]] = MappingProxyType({})
) -> Blocks:
    """Cut a month of work into the blocks of each view.

    Parameters
    ----------
    columns
        Codes from 0 on, shape (n,), of everything that :data:`VIEWS` names.
    work
        By whom it was done: a row for each cell and person.
    beside
        Further views, each with the ways in which it can be cut, as of :data:`VIEWS`. They come after all others, in
        the first way in which none of those has to tell less; one block where there is none.

    Returns
    -------
    dict
        The block of each row in each view; ``HIDDEN`` in all of them where there are too few people in all.
    """
    nothing = np.zeros(len(work.person), np.int64)
    if not len(nothing) or too_small(nothing, work, 1).any():
        return {name: np.full(len(nothing), HIDDEN) for name in (*VIEWS, *beside)}
    found = {name: _view(columns, work, chain) for name, chain in VIEWS.items()}
    measures = work.measures()
    while any(_told_less(found, columns["fit"], work, rows) for rows in measures):
        pass
    # Merging blocks takes combinations of figures away and adds none: nothing becomes about too few by it.
    stand_ins = [_share(found, columns, work, amount) for amount in work.amounts]
    for name, chains in beside.items():
        found[name] = _beside(found, columns, work, chains, stand_ins)
    return found


def _beside(
    found: Blocks,
    columns: Mapping[str, NDArray[np.int64]],
    work: Work,
    chains: Sequence[Chain],
    stand_ins: Sequence[StandIns],
) -> NDArray[np.int64]:
    """Return the blocks of a view in the first way in which it can be told beside others."""
    for chain in chains:
        view = _view(columns, work, chain)
        if view.any() and _can_be_told({**found, "": view}, work, stand_ins):
            return view
    return np.zeros(len(work.person), np.int64)


def _can_be_told(found: Blocks, work: Work, stand_ins: Sequence[StandIns]) -> bool:
    """Return whether views tell nothing together of too few people, and nothing that is mostly one person's."""
    for amount, known in zip(work.amounts, stand_ins, strict=True):
        rows = (work.person >= 0) & (amount > 0)
        views, person = [numbered(view[rows]) for view in found.values()], work.person[rows]
        if not rows.any():
            continue
        if _people(_told(views, person)[1], person).min() < FEWEST:
            return False
        if any(mostly_one(views, person, amount[rows], known=known)):
            return False
    return True


def by_itself(columns: Mapping[str, NDArray[np.int64]], work: Work, chain: Chain) -> NDArray[np.int64]:
    """Return the block of each row in a view that is cut by itself alone: nothing holds of it beside other views."""
    nothing = np.zeros(len(work.person), np.int64)
    if not len(nothing) or too_small(nothing, work, 1).any():
        return np.full(len(nothing), HIDDEN)
    return _view(columns, work, chain)


def _view(columns: Mapping[str, NDArray[np.int64]], work: Work, chain: Chain) -> NDArray[np.int64]:
    """Merge within the chain of a view; rows that it cannot tell apart count as one."""
    finest = numbered(*(columns[name] for name in chain[0]))
    row = numbered(finest, work.person + 1)
    first = np.empty(int(row.max()) + 1, np.int64)
    first[row] = np.arange(len(row))
    amounts = tuple(np.bincount(row, amount).astype(np.int64) for amount in work.amounts)
    codes = [
        numbered(*(columns[name][first] for name in names)) if names else np.zeros(len(first), np.int64)
        for names in chain
    ]
    return merged(codes, Work(work.person[first], amounts))[row]


def _told_less(found: Blocks, fit: NDArray[np.int64], work: Work, rows: NDArray[np.bool_]) -> bool:
    """Merge blocks where views together tell too much of the rows of an amount; return whether there were any."""
    person = work.person[rows]
    views = [found[name][rows] for name in VIEWS]
    of_rows, place = _told(views, person)
    number = _people(place, person)
    few = np.flatnonzero(number < FEWEST)
    if not len(few):
        return False
    size = len(number)
    first = np.empty(size, np.int64)
    first[place] = np.arange(len(place))
    told = of_rows[:, first]
    of_fit, same = fit[rows][first], np.zeros(size, np.int64)
    for beside in ((*told, of_fit), (*told, same), ()):
        for i, name in enumerate(VIEWS):
            rest = numbered(*(code for j, code in enumerate(beside) if j != i)) if beside else same
            pairs = _partners(told[i], rest, number, few)
            if pairs:
                _merge(found, name, [(views[i][place == one], views[i][place == other]) for one, other in pairs])
                return True
    raise AssertionError("one block of all work is never too small here")


def _told(views: Sequence[NDArray[np.int64]], person: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the class of each row in each view, shape (views, n), and the number of its combination of classes."""
    of_rows = np.stack([of[view] for of, view in zip(classes(views, person), views, strict=True)])
    return of_rows, numbered(*of_rows)


def _people(place: NDArray[np.int64], person: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return how many people stand behind each combination of classes."""
    people = int(person.max()) + 1
    return np.bincount(np.unique(place * people + person) // people, minlength=int(place.max()) + 1)


def _share(found: Blocks, columns: Mapping[str, NDArray[np.int64]], work: Work, amount: NDArray[np.int64]) -> StandIns:
    """Merge blocks until no combination of views is mostly one person's; return stand-ins of everybody.

    The block of a view that such a combination is most about becomes one with others of the view that it counts less.
    """
    known: StandIns = {}
    rows = (work.person >= 0) & (amount > 0)
    person, amount = work.person[rows], amount[rows]
    told = [[numbered(columns[one][rows]) for one in ("fit", *chain[0])] for chain in VIEWS.values()]
    if not len(person):
        return known
    views = [numbered(found[name][rows]) for name in VIEWS]
    suspects = [share.person for share in mostly_one(views, person, amount, known=known)]
    while suspects:  # merging for one of them brings nobody in
        share = next(mostly_one(views, person, amount, np.array(suspects[:1]), known), None)
        if share is None:
            suspects.pop(0)
            continue
        place, merged_ = _least(views, share, told, person, amount)
        name = list(VIEWS)[place]
        for other in merged_[1:]:
            of_rows = found[name][rows]
            _merge(found, name, [(of_rows[views[place] == merged_[0]], of_rows[views[place] == other])])
        views[place] = numbered(found[name][rows])
    return known


def _least(
    views: Sequence[NDArray[np.int64]],
    one: MostlyOne,
    told: Sequence[Sequence[NDArray[np.int64]]],
    person: NDArray[np.int64],
    amount: NDArray[np.int64],
) -> tuple[int, list[int]]:
    """Return the place of a view and its blocks to merge, for a combination that is mostly one person's.

    Of a view are merged with the block it is most about first those of the same fit class, then those that have most in
    common with it, then the smallest, until nothing is mostly the person's. The view is the first with which that can
    be: others tell the same where it cannot.
    """
    options = []
    for place, others in enumerate(one.told_apart(views)):
        view, own, order = views[place], int(views[place][one.row]), []
        for other in others.tolist():
            both = (view == own) | (view == other)
            mixed, *apart = (len(np.unique(codes[both])) > 1 for codes in told[place])
            order.append((mixed, sum(apart), int(both.sum()), other))
        if order:
            order.sort()
            options.append((order[0][0], place, [own, *(other for *_, other in order)]))

    def enough(place: int, together: list[int]) -> bool:
        joined = numbered(np.where(np.isin(views[place], together), together[0], views[place]))
        beside = [joined if i == place else view for i, view in enumerate(views)]
        fit = told[place][0]
        return all(fit[left.row] != fit[one.row] for left in mostly_one(beside, person, amount, np.array([one.person])))

    for _, place, together in sorted(options):
        if enough(place, together):
            least = next(number for number in range(2, len(together) + 1) if enough(place, together[:number]))
            return place, together[:least]
    _, place, together = min(options)
    return place, together[:2]


def _partners(
    code: NDArray[np.int64], rest: NDArray[np.int64], number: NDArray[np.int64], few: NDArray[np.int64]
) -> list[tuple[int, int]]:
    """Return for combinations of too few people another one of another class of a view, of most people."""
    order = np.lexsort((-number, rest))
    pairs = []
    for one in few.tolist():
        candidates = order[(rest[order] == rest[one]) & (code[order] != code[one])]
        if len(candidates):
            pairs.append((one, int(candidates[0])))
    return pairs


def _merge(found: Blocks, name: str, pairs: list[tuple[NDArray[np.int64], NDArray[np.int64]]]) -> None:
    """Merge of each pair the smallest block on one side with the smallest on the other."""
    block = found[name]
    size = np.bincount(block)
    label = np.arange(len(size))
    for sides in pairs:
        ends = [min(set(label[side].tolist()), key=lambda one: (size[one], one)) for side in map(np.unique, sides)]
        label[label == max(ends)] = min(ends)
    found[name] = label[block]
