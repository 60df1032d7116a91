"""What must never make a difference to a result, to the row and the second: order, form, names, parts."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest
from hypothesis import strategies as st

import pebem
import rules
from pebem.contracts import INTERVENTIONS, Tables, empty
from tests.support.pebem.frames import (
    CATEGORIES,
    LEAP_DAY,
    dressed,
    homes,
    large_home,
    periods,
)
from tests.support.pebem.sums_by_hand import BOOK, BOTH, OTHER_TABLES, exact, holds, rows_of, scored

pytestmark = pytest.mark.slow

PLAIN = rules.load(date(2026, 3, 31))
FILLED = homes(BOOK, least=1)


# ------------------------------------------------------------ order, clothes, names


@holds(st.data())
def test_order_widths_units_index_and_categories_of_the_rows_make_no_difference(data: st.DataObject) -> None:
    home = data.draw(homes(BOOK))
    period = data.draw(periods(home))
    other = replace(home, interventions=data.draw(dressed(home.interventions)))
    assert scored(other, period) == scored(home, period)


@holds(st.data())
def test_widths_units_and_index_of_the_other_tables_make_no_difference(data: st.DataObject) -> None:
    home = data.draw(homes(BOOK))
    period = data.draw(periods(home))
    others = {name: data.draw(dressed(getattr(home, name), shuffle=False)) for name in OTHER_TABLES}
    assert scored(replace(home, **others), period) == scored(home, period)


@holds(st.data())
def test_the_order_between_people_makes_no_difference(data: st.DataObject) -> None:
    """Only among rows of the same person, begun on the same day, the later one counts."""
    home = data.draw(homes(BOOK))
    period = data.draw(periods(home))
    others = {name: getattr(home, name).sample(frac=1, random_state=1) for name in ("residents", "instability")}
    for name, key in (("assessments", "resident"), ("staff", "staff"), ("overrides", "intervention")):
        frame = getattr(home, name)
        turned = frame[key].map({value: -i for i, value in enumerate(frame[key].unique())})
        others[name] = frame.loc[turned.sort_values(kind="stable").index]
    others = {name: frame.reset_index(drop=True) for name, frame in others.items()}
    assert scored(replace(home, **others), period) == scored(home, period)


@holds(st.data())
def test_other_names_for_people_wards_and_shifts_rename_the_result_and_nothing_else(data: st.DataObject) -> None:
    home = data.draw(homes(BOOK))
    period = data.draw(periods(home))
    called = {name: f"{999 - i} {name[::-1]}" for i, name in enumerate(_names(home))}
    renamed = replace(
        home, **{name: _renamed(getattr(home, name), called) for name in (*OTHER_TABLES, "interventions")}
    )
    expected = scored(home, period)
    for dims, cells in expected.items():
        if dims in {"excluded", "period"}:
            continue
        positions = [
            i for i, name in enumerate(("day", "ward") if dims == "coverage" else dims) if name in {"ward", "shift"}
        ]
        expected[dims] = {
            tuple(called.get(v, v) if i in positions else v for i, v in enumerate(key)): sums
            for key, sums in cells.items()
        }
    assert scored(renamed, period) == expected


_NAMED = ("resident", "staff", "ward", "shift")


def _names(home: Tables) -> list[str]:
    columns = [
        getattr(home, table)[name]
        for table in (*OTHER_TABLES, "interventions")
        for name in _NAMED
        if name in getattr(home, table)
    ]
    return sorted({value for column in columns for value in column.dropna()})


def _renamed(frame: pd.DataFrame, called: dict[str, str]) -> pd.DataFrame:
    renamed = frame.copy()
    for name in set(_NAMED) & set(frame.columns):
        if isinstance(frame[name].dtype, pd.CategoricalDtype):
            renamed[name] = frame[name].cat.rename_categories(called)
        else:
            renamed[name] = pd.Series([called.get(value) for value in frame[name]], dtype=object)
    return renamed


@pytest.mark.parametrize("column", CATEGORIES)
@pytest.mark.parametrize("extra", [127, 128, 40_000])
def test_unused_categories_make_no_difference(column: str, extra: int) -> None:
    """Codes of 8, 16 and 32 bits, with the used categories at both ends."""
    home = large_home(BOOK, 3, residents=9, staff=4, days=20, rows=400)
    known = home.interventions[column].cat.categories.tolist()
    categories = [*known[1:], *(f"ungenutzt {i}" for i in range(extra)), *known[:1]]
    wide = home.interventions[column].cat.set_categories(pd.Index(categories, dtype=object))
    other = replace(home, interventions=home.interventions.assign(**{column: wide}))
    period = (date(2024, 1, 15), date(2024, 1, 30))
    assert scored(other, period) == scored(home, period)


# ------------------------------------------------------------ parts and sums


@holds(st.data())
def test_any_split_adds_up_and_streams_to_the_same(data: st.DataObject) -> None:
    home = data.draw(homes(BOOK))
    period = data.draw(periods(home))
    rows = len(home.interventions)
    part = np.array(data.draw(st.lists(st.integers(0, 3), min_size=rows, max_size=rows)), np.intp)
    parts = [data.draw(dressed(home.interventions[part == i])) for i in range(4)]
    total = pebem.Aggregate.zero(BOTH)
    for frame in parts:
        total += pebem.score(replace(home, interventions=frame, faulty=0), BOOK, period, BOTH)
    whole = scored(replace(home, faulty=0), period)
    assert exact(total) == whole
    people = replace(home, interventions=empty(INTERVENTIONS), faulty=0)
    assert exact(pebem.stream(people, iter(parts), BOOK, period, BOTH)) == whole
    assert exact(pebem.stream(people, parts, BOOK, period)) == exact(
        pebem.score(rows_of(home, part >= 0), BOOK, period)
    )


@holds(FILLED)
def test_single_rows_add_up_to_the_whole_and_its_period(home: Tables) -> None:
    one_by_one = [rows_of(home, slice(i, i + 1)) for i in range(len(home.interventions))]
    total = sum((pebem.score(part, BOOK, None, BOTH) for part in one_by_one), pebem.Aggregate.zero(BOTH))
    assert exact(total) == scored(replace(home, faulty=0), None)


@pytest.mark.parametrize("size", [1_000, 32_767, 32_768, 32_769, 70_000])
def test_batch_size_does_not_change_the_result(size: int) -> None:
    home = large_home(PLAIN, 4, rows=70_000, days=30)
    period = (date(2024, 1, 20), date(2024, 2, 10))
    frames = [home.interventions.iloc[at : at + size] for at in range(0, 70_000, size)]
    batches = [frame.assign(ward=frame["ward"].cat.remove_unused_categories()) for frame in frames]
    whole = pebem.score(replace(home, faulty=0), PLAIN, period)
    assert exact(pebem.stream(home, batches, PLAIN, period)) == exact(whole)
    every_third = [home.interventions.iloc[at::3] for at in range(3)]
    assert exact(pebem.stream(home, every_third, PLAIN, period)) == exact(whole)


@holds(st.data())
def test_the_same_rows_twice_count_twice(data: st.DataObject) -> None:
    home = data.draw(homes(BOOK))
    period = data.draw(periods(home))
    once = scored(replace(home, faulty=0), period)
    twice = {
        name: sums
        if name == "period"
        else {k: 2 * v if name == "excluded" else tuple(2 * n for n in v) for k, v in sums.items()}
        for name, sums in once.items()
    }
    frame = home.interventions
    assert scored(replace(home, interventions=pd.concat([frame, frame]), faulty=0), period) == twice
    single = pebem.score(replace(home, faulty=0), BOOK, period, BOTH)
    assert exact(single + single) == twice
    assert exact(pebem.stream(home, [frame, frame], BOOK, period, BOTH)) == twice


@holds(st.data())
def test_sums_of_homes_do_not_depend_on_order_or_brackets(data: st.DataObject) -> None:
    period = (LEAP_DAY - timedelta(days=2), LEAP_DAY + timedelta(days=2))
    first, second, third = (pebem.score(data.draw(homes(BOOK, 6)), BOOK, period, BOTH) for _ in range(3))
    zero = pebem.Aggregate.zero(BOTH)
    assert exact(first + second) == exact(second + first)
    assert exact((first + second) + third) == exact(first + (second + third))
    assert exact(first + zero) == exact(zero + first) == exact(first)
    assert (first == second) == (exact(first) == exact(second))


@holds(st.data())
def test_a_shorter_period_is_a_cut_of_the_longer_one(data: st.DataObject) -> None:
    home = data.draw(homes(BOOK, least=1))
    first, last = data.draw(periods(home))
    long = scored(home, (first - timedelta(days=9), last + timedelta(days=9)))
    short = scored(home, (first, last))
    for name in (pebem.CUBE[0], "coverage"):
        assert short[name] == {key: sums for key, sums in long[name].items() if first <= key[0] <= last}
    assert short["excluded"]["nicht_durchgefuehrt"] == long["excluded"]["nicht_durchgefuehrt"]
