"""The inner loop and its compiled twin against sums by the obvious loop, also where sums are taken apart on the way."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from pebem.engine import kernel
from pebem.engine import sums as summing
from pebem.engine.kernel import Buffers, LookupTables, Rows
from pebem.engine.sums import CHUNK, ONE, Sums

SIZES = {"day": 7, "ward": 3, "shift": 4, "intervention": 11}
GROUPINGS = (("day", "ward"), ("ward", "shift"), ("intervention",), ("day", "ward", "shift", "intervention"))
TWINS = ["kernel", "compiled"]


def tally_of(name: str) -> Callable[..., None]:
    if name == "compiled":
        compiled: Callable[..., None] = pytest.importorskip("pebem.engine.kernel_numba").tally
        return compiled
    return kernel.tally


def drawn(seed: int, rows: int, ends: int) -> tuple[Rows, LookupTables]:
    rng = np.random.default_rng(seed)
    lookup = LookupTables(
        rng.integers(0, 5, (6, 7)),
        rng.integers(0, 4, (5, 11)),
        rng.integers(0, 3, (4, 7)),
        rng.integers(0, ends, (4, 3)),
        ends,
    )
    codes = (rng.integers(0, size, rows) for size in (6 * 7, 4 * 7, 11, 7, 3, 4))
    weight = (rng.integers(0, 86_400, rows) + ONE) * rng.integers(0, 2, rows)
    return Rows(*codes, weight), lookup


def obvious(rows: Rows, lookup: LookupTables, names: tuple[str, ...]) -> dict[tuple[int, ...], tuple[int, int]]:
    counts: Counter[tuple[int, ...]] = Counter()
    seconds: Counter[tuple[int, ...]] = Counter()
    for i, weight in enumerate(rows.weight.tolist()):
        state, supply = lookup.state.ravel()[rows.resident_day[i]], lookup.supply.ravel()[rows.staff_day[i]]
        end = int(lookup.end[lookup.demand[state, rows.intervention[i]], supply])
        cell = (*(int(getattr(rows, name)[i]) for name in names), end)
        counts[cell] += weight >> 40
        seconds[cell] += weight % ONE
    return {cell: (number, seconds[cell]) for cell, number in counts.items() if number}


def cells_of(total: Sums) -> dict[tuple[int, ...], tuple[int, int]]:
    columns = total.columns()
    keys = zip(*(columns[name].tolist() for name in (*total.names, "end")), strict=True)
    amounts = zip(columns["count"].tolist(), columns["seconds"].tolist(), strict=True)
    return dict(zip(keys, amounts, strict=True))


@pytest.mark.slow
@pytest.mark.parametrize("name", TWINS)
@pytest.mark.parametrize("limits", [{}, {"ROWS_LIMIT": 500, "PARTS": 2}, {"DENSE_LIMIT": 100, "SORTED_AT_ONCE": 1}])
@pytest.mark.parametrize("ends", [9, 300])
def test_sums_are_those_of_every_single_row(
    name: str, limits: dict[str, int], ends: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    for limit, value in limits.items():
        monkeypatch.setattr(summing, limit, value)
    tally, (rows, lookup) = tally_of(name), drawn(ends, 2_000, ends)
    for groupings in (GROUPINGS, GROUPINGS[:3]):  # the twin takes one or two columns
        sums = [Sums(names, tuple(SIZES[one] for one in names), ends) for names in groupings]
        for _ in range(2):  # the chunks start over
            for start in range(0, len(rows), 400):
                tally(rows[start : start + 400], lookup, sums, Buffers())
            for names, total in zip(groupings, sums, strict=True):
                assert cells_of(total) == obvious(rows, lookup, names)


@pytest.mark.slow
@pytest.mark.parametrize("name", TWINS)
def test_the_longest_rows_do_not_run_over(name: str) -> None:
    _, lookup = drawn(1, 1, 2)
    longest = kernel.SECONDS_LIMIT - 1
    part = Rows(*[np.zeros(CHUNK, np.int64)] * 6, np.full(CHUNK, ONE + longest))
    total = Sums(("day", "ward"), (7, 3), 2)
    times = 2 * kernel.ROWS_LIMIT // CHUNK + 1
    for _ in range(times):
        tally_of(name)(part, lookup, [total], Buffers())
    ((count, seconds),) = cells_of(total).values()
    assert (count, seconds) == (times * CHUNK, times * CHUNK * longest)


@pytest.mark.slow
@pytest.mark.parametrize("name", TWINS)
def test_more_rows_than_can_be_added_up_at_once_are_refused(name: str) -> None:
    rows, lookup = drawn(1, 2, 2)
    many = replace(rows, weight=np.full(2, kernel.ROWS_LIMIT * ONE))
    with pytest.raises(ValueError, match="take smaller parts"):
        tally_of(name)(many, lookup, [Sums(("intervention",), (11,), 2)], Buffers())


def test_no_rows_make_no_cells() -> None:
    for size in (11, summing.DENSE_LIMIT):
        columns = Sums(("intervention",), (size,), 2).columns()
        empty = dict.fromkeys(("intervention", "end", "count", "seconds"), 0)
        assert {name: len(column) for name, column in columns.items()} == empty
