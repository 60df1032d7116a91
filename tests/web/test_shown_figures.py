"""Which figures may be shown: the definition, with sets and loops, against the tables of pages (security row D3)."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from itertools import combinations
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pytest

from pebem.disclosure.groups import HIDDEN
from pebem.engine.coded_table import CodedTable
from pebem.engine.day_numbers import day_of
from pebem.fit_classes import FIT_CLASSES, OUTCOME_COLUMNS
from pebem.measures import Amount
from web.services.analysis.disclosure import BLOCK, CELL, OF_DAYS, OF_MONTHS
from web.services.analysis.shown import ShownFigures

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

pytestmark = pytest.mark.small_groups

HOMES: Final = range(25)

Figures = tuple[dict[tuple[Any, ...], Amount], set[tuple[Any, ...]]]


def drawn(seed: int) -> tuple[CodedTable, np.ndarray]:
    """Return cells of some months, in no order, with blocks that hold several of them, and some that are asked for."""
    rng = np.random.default_rng(seed)
    size = int(rng.integers(1, 120))
    outcomes = [
        (*(int(level) for level in rng.integers(0, 5, 2)), str(rng.choice(FIT_CLASSES)), bool(rng.integers(2)))
        for _ in range(5)
    ]
    labels = {"ward": ("A", None, "B"), "shift": ("Früh", "Nacht", None), "intervention": ("1.1", "4.10", "9.9")}
    columns = {name: rng.integers(0, len(of), size) for name, of in labels.items()}
    columns["outcome"] = rng.integers(0, len(outcomes), size)
    columns |= {"count": rng.integers(0, 9, size), "seconds": rng.integers(0, 9, size) * 60}
    columns["month"] = rng.choice([650, 651, 655], size)
    # Blocks of like cells, as those of a view are, here and there joined or hidden.
    for name in OF_MONTHS:
        alike = rng.choice(list(CELL), int(rng.integers(0, 4)), replace=False)
        block = sum((columns[one] * 10**i for i, one in enumerate(alike)), np.zeros(size, np.int64))
        block[rng.random(size) < 0.1] = rng.integers(0, 3)
        columns[BLOCK.format(name)] = np.where(rng.random(size) < 0.03, HIDDEN, block)
    chosen = np.ones(size, bool)
    if seed % 3:
        column = str(rng.choice(list(CELL)))
        chosen = columns[column] == rng.integers(0, 3)
    return CodedTable(columns, labels | {"outcome": tuple(outcomes)}), chosen


def days_drawn(seed: int) -> tuple[CodedTable, np.ndarray]:
    """Return cells of some days, and some that are asked for."""
    rng = np.random.default_rng(seed)
    size = int(rng.integers(1, 60))
    day = rng.integers(20_000, 20_090, size)
    columns = {"day": day, "fit": rng.integers(0, len(FIT_CLASSES), size)}
    columns |= {"count": rng.integers(0, 9, size), "seconds": rng.integers(0, 9, size)}
    columns["month"] = day.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)
    columns[BLOCK.format(OF_DAYS)] = np.where(rng.random(size) < 0.3, rng.integers(HIDDEN, 2, size), day - 19_990)
    return CodedTable(columns, {"fit": FIT_CLASSES}), (day >= 20_010) | (seed % 2 == 0)


def by_definition(cells: CodedTable, views: Sequence[str], chosen: np.ndarray, axes: Sequence[str]) -> Figures:
    """Return what may be shown: what is, in each month, a union of whole blocks of one view."""
    rows = [{name: column[i].item() for name, column in cells.columns.items()} for i in range(len(cells))]
    figure_of = [tuple(value(cells, row, axis) for axis in axes) if chosen[i] else None for i, row in enumerate(rows)]
    amounts, parts = defaultdict(lambda: Amount(0, 0)), defaultdict(set)
    blocks = defaultdict(set)
    for i, row in enumerate(rows):
        if figure_of[i] is not None:
            before = amounts[figure_of[i]]
            amounts[figure_of[i]] = Amount(before.count + row["count"], before.seconds + row["seconds"])
            parts[figure_of[i], row["month"]].add(i)
        for name in views:
            blocks[name, row["month"], row[BLOCK.format(name)]].add(i)

    def told(figure: tuple[Any, ...], month: int) -> bool:
        own = parts[figure, month]
        return any(
            all(rows[i][BLOCK.format(name)] != HIDDEN for i in own)
            and all(blocks[name, month, rows[i][BLOCK.format(name)]] <= own for i in own)
            for name in views
        )

    shown = {one for one in amounts if all(told(one, month) for figure, month in list(parts) if figure == one)}
    return {one: amounts[one] for one in shown}, set(amounts) - shown


def value(cells: CodedTable, row: dict[str, int], axis: str) -> object:
    """Return what a cell is on an axis."""
    if axis == "day":
        return day_of(row["day"])
    if axis == "month":
        return date(1970 + row["month"] // 12, row["month"] % 12 + 1, 1)
    if axis in cells.labels:
        return cells.labels[axis][row[axis]]
    outcome: Any = cells.labels["outcome"][row["outcome"]]
    return outcome[OUTCOME_COLUMNS.index(axis)]


def axes_of(names: Sequence[str]) -> Iterator[tuple[str, ...]]:
    """Return no axis, each, and all pairs."""
    yield from ((), *((name,) for name in names), *combinations(names, 2))


@pytest.mark.parametrize("seed", HOMES)
def test_a_figure_is_shown_where_it_is_a_sum_of_whole_blocks_of_one_view_in_each_month(seed: int) -> None:
    """For all pairs of axes, with and without a filter."""
    cells, chosen = drawn(seed)
    figures = ShownFigures(cells, OF_MONTHS, chosen)
    for axes in axes_of((*CELL[:3], "month", *OUTCOME_COLUMNS)):
        assert figures.of(*axes) == by_definition(cells, OF_MONTHS, chosen, axes), axes
    days, chosen = days_drawn(seed)
    figures = ShownFigures(days, (OF_DAYS,), chosen)
    for axes in axes_of(("day", "fit")):
        assert figures.of(*axes) == by_definition(days, (OF_DAYS,), chosen, axes), axes


@pytest.mark.parametrize("seed", HOMES)
def test_figures_of_several_months_are_the_sums_of_those_of_each(seed: int) -> None:
    """And what one month hides is hidden."""
    cells, chosen = drawn(seed)
    of_months = [
        ShownFigures(cells[inside], OF_MONTHS, chosen[inside])
        for inside in (cells.columns["month"] == month for month in np.unique(cells.columns["month"]))
    ]
    for axes in (("ward", "fit"), ("intervention",), ("qn_soll", "qn_ist"), ()):
        shown, hidden = ShownFigures(cells, OF_MONTHS, chosen).of(*axes)
        parts = [month.of(*axes) for month in of_months]
        assert hidden == {key for _, of_month in parts for key in of_month}
        for key, amount in shown.items():
            told = [of_month[key] for of_month, _ in parts if key in of_month]
            assert amount == Amount(sum(one.count for one in told), sum(one.seconds for one in told))
        assert shown.keys() | hidden == {key for of_month, _ in parts for key in of_month} | hidden


def test_the_drawn_homes_show_and_hide() -> None:
    """The examples above are of both kinds."""
    found = [ShownFigures(*parts).of("ward", "fit") for parts in ((c, OF_MONTHS, m) for c, m in map(drawn, HOMES))]
    assert sum(len(shown) for shown, _ in found) > len(HOMES)
    assert sum(len(hidden) for _, hidden in found) > len(HOMES)


def test_a_table_of_nothing_has_no_figures() -> None:
    """Where nothing was asked for, or nothing is there, nothing is hidden either."""
    cells, _ = drawn(1)
    for some in (cells, cells[:0]):
        table = ShownFigures(some, OF_MONTHS, np.zeros(len(some), bool)).table("ward")
        assert (table.cells, table.rows, table.columns, table.hidden) == ({}, {}, {}, frozenset())
        assert table.total == Amount(0, 0)
