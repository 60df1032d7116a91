"""Whether views of the same work can be shown beside one another: what no sum or difference of their figures tells.

Each view cuts the work into blocks and shows all of them. Whoever sees several views can add and subtract blocks of
all of them. A cell of the work (a day, a ward, a shift, an intervention, an outcome) lies in one block of each view.
Two blocks of a view are *linked* where cells in both, which the other views cannot tell apart, are the work of at least
``FEWEST`` people. Linked blocks are one class, and then more cells cannot be told apart. What a set of fewer than
``FEWEST`` people did could be otherwise without any figure of any view being another one, if others had done the
opposite, wherever enough people stand behind each combination of classes. The proof is in ``docs/adr/0027``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from pebem.disclosure.groups import FEWEST, numbered

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray


def classes(views: Sequence[NDArray[np.int64]], person: NDArray[np.int64]) -> list[NDArray[np.int64]]:
    """Return the class of each block of each view, shape (blocks,) each.

    Parameters
    ----------
    views
        Block of each row, shape (n,), from 0 on; at least two views.
    person
        Who did it, shape (n,); the same cell with several people has several rows.
    """
    of_block = [np.arange(int(view.max(initial=0)) + 1) for view in views]
    rows = _distinct(np.stack([*views, person]))
    i = settled = 0
    while settled < len(of_block):
        of = of_block[i]
        size = int(of.max()) + 1
        linked = _joined(size, _links(rows, i, size))
        settled += 1
        if int(linked.max(initial=0)) + 1 < size:
            of_block[i] = linked[of]
            rows = _distinct(np.concatenate([rows[:i], linked[rows[i]][None], rows[i + 1 :]]))
            settled = 0  # this one may link more, too
        i = (i + 1) % len(of_block)
    return of_block


def _distinct(rows: NDArray[np.int64]) -> NDArray[np.int64]:
    number = numbered(*rows)
    first = np.empty(int(number.max(initial=-1)) + 1, np.int64)
    first[number] = np.arange(len(number))
    return rows[:, first]


def _links(rows: NDArray[np.int64], i: int, size: int) -> NDArray[np.int64]:
    """Return linked pairs of classes of view ``i``, shape (2, pairs); pairs that follow from others may lack."""
    block, person = rows[i], rows[-1]
    rest = numbered(*(row for j, row in enumerate(rows[:-1]) if j != i))
    # Enough people in both: whoever is left out of account, someone in each remains.
    place = rest * size + block  # rows are distinct, so each person counts once
    places, number = np.unique(place, return_counts=True)
    there, at = np.divmod(places[number >= FEWEST], size)
    beside = there[1:] == there[:-1]
    pairs = [np.stack([at[:-1][beside], at[1:][beside]])]
    # Enough people who each did both: whoever is left out of account, one of them remains.
    common = np.bincount(block, minlength=size)
    who = numbered(rest, person)
    order = np.lexsort((-common[block], who))
    who, block, person = who[order], block[order], person[order]
    same = who[1:] == who[:-1]
    starts = np.maximum.accumulate(np.where(np.append(True, ~same), np.arange(len(who)), 0))
    one = np.concatenate([block[starts][1:][same], block[:-1][same]])
    other, by = np.tile(block[1:][same], 2), np.tile(person[1:][same], 2)
    pair = np.minimum(one, other) * size + np.maximum(one, other)
    people = int(person.max(initial=0)) + 1
    pair, number = np.unique(np.unique(pair * people + by) // people, return_counts=True)
    pairs.append(np.stack(np.divmod(pair[number >= FEWEST], size)))
    return np.concatenate(pairs, axis=1)


def _joined(size: int, pairs: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the class of each of ``size`` things after joining pairs of them, numbered from 0 on."""
    label = np.arange(size)
    while pairs.size:
        low = np.minimum(label[pairs[0]], label[pairs[1]])
        before = label.copy()
        for end in pairs:
            np.minimum.at(label, label[end], low)
        label = label[label]
        if np.array_equal(label, before):
            break
    return np.unique(label, return_inverse=True)[1]
