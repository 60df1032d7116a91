"""The views of a month of work that are shown beside one another, each cut into blocks of enough employees.

A figure is shown where it is a sum of blocks of one view. Views are cut so that what one page tells and what another
one tells cannot be subtracted into the work of too few: see :mod:`pebem.disclosure.links`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from pebem.disclosure.groups import FEWEST, HIDDEN, Work, merged, numbered, too_small
from pebem.disclosure.links import classes

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    Blocks = dict[str, NDArray[np.int64]]

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


def blocks(columns: Mapping[str, NDArray[np.int64]], work: Work) -> Blocks:
    """Cut a month of work into the blocks of each view.

    Parameters
    ----------
    columns
        Codes from 0 on, shape (n,), of everything that :data:`VIEWS` names.
    work
        By whom it was done: a row for each cell and person.

    Returns
    -------
    dict
        The block of each row in each view; ``HIDDEN`` in all of them where there are too few people in all.
    """
    nothing = np.zeros(len(work.person), np.int64)
    if not len(nothing) or too_small(nothing, work, 1).any():
        return {name: np.full(len(nothing), HIDDEN) for name in VIEWS}
    found = {name: _view(columns, work, chain) for name, chain in VIEWS.items()}
    measures = work.measures()
    while any(_told_less(found, columns["fit"], work, rows) for rows in measures):
        pass
    return found


def _view(
    columns: Mapping[str, NDArray[np.int64]], work: Work, chain: tuple[tuple[str, ...], ...]
) -> NDArray[np.int64]:
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
    of_rows = np.stack([of[view] for of, view in zip(classes(views, person), views, strict=True)])
    place = numbered(*of_rows)
    size = int(place.max()) + 1
    people = int(person.max()) + 1
    number = np.bincount(np.unique(place * people + person) // people, minlength=size)
    few = np.flatnonzero(number < FEWEST)
    if not len(few):
        return False
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
