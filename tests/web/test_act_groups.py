"""What a list of acts leaves out: the smallest groups of each block, as plain loops pick them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pytest

from pebem.disclosure.groups import HIDDEN, Work, too_small
from web.services.analysis.act_groups import LADDER, NOT_LISTED, exactness

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

DRAWN: Final = range(60)


def drawn(seed: int) -> tuple[dict[str, NDArray[np.int64]], Work, list[NDArray[np.int64]]]:
    """Return acts of a month, who did them, and the blocks of some figures."""
    rng = np.random.default_rng(seed)
    count = int(rng.integers(1, 300))
    told = {name: rng.integers(0, size, count) for name, size in (("day", 28), ("ward", 2), ("shift", 3))}
    told |= {"week": told["day"] // 7, "kind": rng.integers(0, rng.integers(1, 9), count)}
    work = Work(rng.integers(-1, rng.integers(4, 14), count), (rng.integers(0, 900, count), np.ones(count, np.int64)))
    views = [rng.integers(HIDDEN, rng.integers(1, 20), count) for _ in range(3)]
    return told, work, views


def few(work: Work, acts: Sequence[int]) -> bool:
    """Return whether too few people did some acts."""
    return bool(acts) and bool(too_small(np.zeros(len(acts), np.int64), work.at(np.array(acts)), 1)[0])


def by_loops(
    told: Mapping[str, NDArray[np.int64]], work: Work, views: Sequence[NDArray[np.int64]]
) -> NDArray[np.int64]:
    """Return how exactly each act is told, act by act and group by group."""
    acts = range(len(work.person))
    found, group = dict.fromkeys(acts, NOT_LISTED), {}
    for rung, names in enumerate(LADDER):
        groups: dict[tuple[int, ...], list[int]] = {}
        for act in acts:
            if found[act] == NOT_LISTED:
                groups.setdefault(tuple(int(told[name][act]) for name in (*names, "kind")), []).append(act)
        for key, members in groups.items():
            for act in members:
                group[act] = (rung, *key)
                found[act] = NOT_LISTED if few(work, members) else rung
    everything = np.zeros(len(found), np.int64)
    widened = True
    while widened:
        # Whatever one block widens may leave too little of another: again, until none does.
        widened = any(_widened(found, group, work, block) for block in (everything, *views))
    return np.array([found[act] for act in acts])


def _widened(found: dict[int, int], group: dict[int, tuple[int, ...]], work: Work, block: NDArray[np.int64]) -> bool:
    ever = False
    while True:
        left_out: set[tuple[int, ...]] = set()
        for one in set(block.tolist()) - {HIDDEN}:
            inside = np.flatnonzero(block == one).tolist()
            rest = [act for act in inside if found[act] == NOT_LISTED]
            listed = [group[act] for act in inside if found[act] != NOT_LISTED]
            if not few(work, rest) or not listed:
                continue
            added = 0
            for name in sorted(set(listed), key=lambda name: (listed.count(name), name)):
                if added < len(rest):
                    left_out.add(name)
                    added += listed.count(name)
        if not left_out:
            return ever
        ever = True
        found |= {act: NOT_LISTED for act in found if group[act] in left_out}


@pytest.mark.parametrize("seed", DRAWN)
def test_the_smallest_groups_are_left_out_first(seed: int) -> None:
    """Of groups of one size, those told more exactly, then those of lower codes."""
    told, work, views = drawn(seed)
    assert exactness(told, work, views).tolist() == by_loops(told, work, views).tolist()


def test_the_drawn_acts_are_told_and_left_out() -> None:
    """The examples above are of both kinds, and some are left out for what is beside them."""
    found = [exactness(*drawn(seed)) for seed in DRAWN]
    alone = [exactness(*drawn(seed)[:2]) for seed in DRAWN]
    assert sum(int((rung != NOT_LISTED).sum()) for rung in found) > 500
    assert sum(int((rung == NOT_LISTED).sum()) for rung in found) > 500
    assert any(not np.array_equal(one, other) for one, other in zip(found, alone, strict=True))
