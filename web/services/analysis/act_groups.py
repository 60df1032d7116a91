"""How exactly a performed intervention may say when and where it was: never so that few employees come into question.

Who was on shift is no secret in a home: a day, a shift and a level can be as good as a name, and so can a certificate.
So each act of a month is told with the first of :data:`LADDER` with which at least ``groups.FEWEST`` employees did the
same intervention with the same levels, none of them more than ``groups.LARGEST_SHARE``; without one it is not listed.
This depends on the month alone, never on what is asked for: however lists are narrowed, sorted and compared, all of
them are parts of the same one (security row D3).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from pebem.contributions import GRADES
from pebem.disclosure.groups import HIDDEN, Work, numbered, too_small
from pebem.engine.coded_table import CodedTable
from pebem.fit_classes import FIT_CLASSES

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from numpy.typing import NDArray

LADDER: Final = (("day", "ward", "shift"), ("week", "ward", "shift"), ("ward", "shift"), ("ward",))
"""What an act tells besides its month, intervention and levels, from exact to vague.

The ward is always told: whoever knows the residents knows it.
"""

DAY, WEEK, MONTH, NO_SHIFT = range(len(LADDER))
NOT_LISTED: Final = -1

UNTOLD: Final = -1
"""The shift or minute of an act that does not tell it."""

WEEK_STARTS: Final = (1, 8, 15, 22)
"""Days of a month on which its weeks begin: of seven days each, the last one to the end. Months are told apart."""


def told(
    rows: Mapping[str, NDArray[np.int64]],
    work: Work,
    blocks: Callable[[NDArray[np.int64]], list[NDArray[np.int64]]],
) -> dict[str, NDArray[np.int64]]:
    """Return acts as they may be told.

    Parameters
    ----------
    rows
        All acts of some whole months, arrays of shape (n,): "day" (since 1970-01-01), "minute", "ward", "shift",
        "intervention", "qn_soll", "qn_ist", "certified" and whatever else.
    work
        Who did them; seconds and count.
    blocks
        Gives for the rows of one month, by their places, the block of each in each view of the figures.

    Returns
    -------
    dict
        The same with "rung" (position in :data:`LADDER`, ``NOT_LISTED``) and "first" and "last" day told; shift and
        minute are ``UNTOLD`` where they are not told.
    """
    month = rows["day"].astype("datetime64[D]").astype("datetime64[M]")
    begins = month.astype("datetime64[D]").astype(np.int64)
    ends = (month + 1).astype("datetime64[D]").astype(np.int64) - 1
    starts = np.array(WEEK_STARTS) - 1
    week = np.searchsorted(starts, rows["day"] - begins, side="right") - 1
    codes = {name: rows[name] for name in ("day", "ward", "shift")}
    codes |= {
        "week": week,
        "kind": numbered(*(rows[name] for name in ("intervention", "qn_soll", "qn_ist", "certified"))),
    }
    rung = np.full(len(week), NOT_LISTED)
    for one in np.unique(begins):
        inside = np.flatnonzero(begins == one)
        rung[inside] = exactness({name: code[inside] for name, code in codes.items()}, work.at(inside), blocks(inside))
    exact = [rung == DAY, rung == WEEK]
    week_ends = np.append(begins[:, None] + starts[1:] - 1, ends[:, None], axis=1)[np.arange(len(week)), week]
    return {
        **rows,
        "rung": rung,
        "first": np.select(exact, [rows["day"], begins + starts[week]], begins),
        "last": np.select(exact, [rows["day"], week_ends], ends),
        "shift": np.where(rung == NO_SHIFT, UNTOLD, rows["shift"]),
        "minute": np.where(rung == DAY, rows["minute"], UNTOLD),
    }


def exact(rows: Mapping[str, NDArray[np.int64]], told: Mapping[str, NDArray[np.int64]]) -> dict[str, NDArray[np.int64]]:
    """Return acts with day, time and shift, as a release allows: the same acts, no other (D2, D3)."""
    return {**told, "first": rows["day"], "last": rows["day"], "shift": rows["shift"], "minute": rows["minute"]}


def exactness(
    told: Mapping[str, NDArray[np.int64]], work: Work, views: Sequence[NDArray[np.int64]] = ()
) -> NDArray[np.int64]:
    """Return for each act of one month how exactly it may be told, shape (n,).

    What is not listed is enough in itself, in all and in each block of a figure, so that nothing follows from a figure
    and the rows of the list: if need be the smallest groups that could be listed are left out too.

    Parameters
    ----------
    told
        Codes by "day", "week", "ward", "shift" and "kind", each of shape (n,); the kind is intervention, level called
        for, level of whoever did it and whether a certificate made it fit.
    work
        Who did it; seconds and count.
    views
        The block of each act in each view of the figures, shape (n,); ``HIDDEN`` where it shows none.

    Returns
    -------
    numpy.ndarray
        Positions in :data:`LADDER`; ``NOT_LISTED``.
    """
    found = np.full(len(work.person), NOT_LISTED)
    group = found.copy()
    for rung, names in enumerate(LADDER):
        left = np.flatnonzero(found == NOT_LISTED)
        if not len(left):
            return found
        block = numbered(*(told[name][left] for name in (*names, "kind")))
        small = too_small(block, work.at(left), int(block.max()) + 1)[block]
        found[left] = np.where(small, NOT_LISTED, rung)
        group[left] = block + int(group.max(initial=0)) + 1
    everything = np.zeros(len(found), np.int64)
    while any(_widen_the_rest(found, group, work, block) for block in (everything, *views)):
        pass
    return found


def contributions(
    rows: Mapping[str, NDArray[np.int64]], labels: Mapping[str, Sequence[str | None]], inside: NDArray[np.int64]
) -> CodedTable:
    """Return acts as contributions (``pebem.contributions.BY_EMPLOYEE``), one row an act."""
    part = {name: column[inside] for name, column in rows.items()}
    outcome = [part[name] for name in ("qn_soll", "qn_ist", "fit", "certified")]
    code = numbered(*outcome)
    first = np.empty(int(code.max(initial=-1)) + 1, np.int64)
    first[code] = np.arange(len(code))
    names = ("ward", "shift", "intervention", "staff")
    columns = {"day": part["day"], **{name: part[name] for name in names[:3]}, "outcome": code}
    columns |= {name: part[name] for name in ("known", "grade")}
    amounts = {"count": np.ones(len(inside), np.int64), "seconds": np.maximum(part["seconds"], 0)}
    of_codes = zip(*(column[first].tolist() for column in outcome), strict=True)
    words = tuple((soll, ist, FIT_CLASSES[fit], bool(by)) for soll, ist, fit, by in of_codes)
    return CodedTable(
        {**columns, "staff": part["staff"], **amounts},
        {**{name: tuple(labels[name]) for name in names}, "outcome": words, "grade": GRADES},
    )


def too_few(work: Work) -> bool:
    """Return whether a list as a whole is about too few employees, or mostly about one."""
    return bool(too_small(np.zeros(len(work.person), np.int64), work, 1)[0])


def _widen_the_rest(found: NDArray[np.int64], group: NDArray[np.int64], work: Work, block: NDArray[np.int64]) -> bool:
    """Leave out groups that could be listed, smallest first, until what is left out of each block is enough.

    Each time at least as much is added as is left out already: one person's share of it halves. Returns whether any
    was left out.
    """
    size, widened = int(block.max(initial=0)) + 1, False
    while True:
        rest = (found == NOT_LISTED) & (block != HIDDEN)
        few = too_small(block[rest], work.at(rest), size)
        listed = (found != NOT_LISTED) & (block != HIDDEN) & few[block]
        if not listed.any():
            return widened
        widened = True
        groups = int(group.max()) + 1
        pairs, sizes = np.unique(block[listed] * groups + group[listed], return_counts=True)
        of_pair = pairs // groups
        order = np.lexsort((sizes, of_pair))  # stable: of one size the first group
        of_pair, sizes = of_pair[order], sizes[order]
        before = np.cumsum(sizes) - sizes
        before -= before[np.searchsorted(of_pair, of_pair)]
        needed = before < np.bincount(block[rest], minlength=size)[of_pair]
        left_out = np.zeros(groups, bool)
        left_out[pairs[order][needed] % groups] = True
        found[left_out[group]] = NOT_LISTED
