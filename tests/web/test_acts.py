"""Performed interventions one by one: those of the figures, and never so that few employees come into question."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import astuple, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd
import pytest

import pebem
import rules
from pebem.contributions import contributions
from pebem.disclosure.groups import HIDDEN, Work, merged, too_small
from pebem.engine.coded_table import CodedTable, concat
from tests.support.pebem.homes import random_home
from web.services.analysis import act_groups, acts, disclosure
from web.services.analysis.acts import ActFilter
from web.services.rulebook_calendar import RulebookPeriod
from web.store.result import repository

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from pebem.contracts import Tables
    from web.services.analysis.acts import Act, ActList

BOOK: Final = rules.load(date(2026, 2, 28))
FIRST, LAST = date(2026, 1, 1), date(2026, 2, 28)
WHOLE: Final = ActFilter((FIRST, LAST))
STRETCHES: Final = [RulebookPeriod(FIRST, LAST, BOOK)]
WARDS, SHIFTS = ("A", "B"), ("F", "N")
FEWEST, LARGEST = 5, 0.5


def home(seed: int, people: int, rows: int) -> Tables:
    """Return a home whose rows each have seconds of their own: who knows them knows the row."""
    rng = np.random.default_rng(seed)
    tables = random_home(BOOK, seed, rows)
    names = [f"M{number}" for number in range(people)]
    days = rng.choice((LAST - FIRST).days + 1, 8).tolist()
    work = tables.interventions.assign(
        staff=pd.Categorical(rng.choice([*names, None], rows, p=[*[0.97 / people] * people, 0.03])),
        ward=pd.Categorical(rng.choice(WARDS, rows)),
        shift=pd.Categorical(rng.choice([*SHIFTS, None], rows)),
        date=pd.Series([pd.Timestamp(FIRST + timedelta(days=day)) for day in rng.choice(days, rows).tolist()]).astype(
            "datetime64[s]"
        ),
        seconds=np.arange(600, 600 + rows, dtype=np.int32),
        status=pd.Categorical([None] * rows),
    )
    staff = pd.DataFrame(
        {
            "staff": pd.Series(names, dtype=object),
            "qn": rng.choice([1, 2, 3, 3, 4, 4, 4], people).astype(np.int32),
            "role": pd.Series([None] * people, dtype=object),
            "certificates": pd.Series(rng.choice(["", "", "LG2"], people), dtype=object),
            "start": pd.Series([pd.NaT] * people, dtype="datetime64[s]"),
            "end": pd.Series([pd.NaT] * people, dtype="datetime64[s]"),
        }
    )
    return replace(tables, interventions=work, staff=staff)


def listed(tables: Tables, **asked: Any) -> ActList:
    return acts.listed(tables, STRETCHES, replace(WHOLE, **asked))


def enough(rows: pd.DataFrame) -> bool:
    """Return whether at least five employees stand behind rows, none with more than half; or nobody is named."""
    named = rows[rows["staff"].notna()]
    shares = [
        part / part.sum()
        for part in (named.groupby("staff", observed=True)["seconds"].agg(how) for how in ("sum", "size"))
    ]
    return named.empty or all(len(share) >= FEWEST and share.max() <= LARGEST for share in shares)


def questions() -> Iterable[dict[str, Any]]:
    yield {}
    for start, end in ((FIRST, date(2026, 1, 31)), (FIRST, date(2026, 1, 10)), (date(2026, 1, 20), date(2026, 2, 9))):
        yield {"period": (start, end)}
    yield from ({"period": (day, day)} for day in (FIRST + timedelta(days=number) for number in range(4, 59, 9)))
    yield from ({"ward": ward, "shift": shift} for ward in (*WARDS, "C") for shift in (*SHIFTS, "-", None))
    yield from ({"ist": ist, "soll": soll} for ist in (0, 1, 3, 4) for soll in (None, 3))
    yield from ({"fit": fit} for fit in ("passend", "unterqualifiziert", "vorbehalt_verletzt"))
    yield {"of_group": lambda name: name < "4"}
    yield from ({"intervention": entry.id, "ist": 4} for entry in BOOK.interventions[:40:8])


@pytest.mark.small_groups
@pytest.mark.parametrize(
    ("seed", "people", "rows"),
    [(1, 4, 80), (2, 9, 150), *(pytest.param(*home, marks=pytest.mark.deep) for home in [(3, 14, 400), (5, 60, 900)])],
)
def test_no_list_is_about_few_employees_and_lists_are_parts_of_one(seed: int, people: int, rows: int) -> None:
    """D3: each list as a whole, each way of telling, and what is not told; no narrower list tells more."""
    tables = home(seed, people, rows)
    work = tables.interventions.set_index("seconds", drop=False)
    whole = {act.seconds: act for act in listed(tables).acts()}
    for asked in questions():
        found = listed(tables, **asked)
        assert enough(work.loc[[act.seconds for act in found.acts()]]), asked
        assert not (found.few and len(found))
        for act in found.acts():
            assert act == whole[act.seconds], asked
    alike: dict[Any, list[int]] = defaultdict(list)
    for act in whole.values():
        certified = act.fit == "passend" and act.qn_ist < act.qn_soll
        kind = (act.intervention, act.qn_soll, act.qn_ist, certified)
        alike[act.first_day, act.last_day, act.ward, act.shift, kind].append(act.seconds)
    assert all(enough(work.loc[rows]) for rows in alike.values())
    for month in (1, 2):
        rest = work[(work["date"].dt.month == month) & ~work.index.isin(whole)]
        assert enough(rest) or len(whole) == 0 or not any(act.first_day.month == month for act in whole.values())
    assert bool(whole) == (people >= FEWEST)


def team(size: int) -> Tables:
    """Return a home in which each of some nurses does the same at the same time."""
    tables = home(6, size, 12 * size)
    number = np.arange(12 * size)
    nurses = tables.staff.assign(qn=np.int32(3), certificates="")
    work = tables.interventions.assign(
        staff=pd.Categorical([f"M{one}" for one in number % size]),
        intervention=tables.interventions["intervention"].array[number // size],
        resident=tables.interventions["resident"].array[number // size],
        ward=pd.Categorical(["A"] * len(number)),
        shift=pd.Categorical(["F"] * len(number)),
        date=pd.Series([pd.Timestamp(date(2026, 1, 5))] * len(number)).astype("datetime64[s]"),
        minute_of_day=(420 + number).astype(np.int32),
    )
    return replace(tables, staff=nurses, interventions=work)


def test_acts_are_those_of_the_figures() -> None:
    tables = team(6)
    told = listed(tables).acts()
    direct = pebem.score(tables, BOOK, (FIRST, LAST), pebem.CUBE).by("day", "ward", "shift", "intervention")
    sums: Counter[tuple[Any, ...]] = Counter()
    for act in told:
        sums[act.first_day, act.ward, act.shift, act.intervention, act.qn_soll, act.qn_ist, act.fit] += act.seconds
        assert act.minute is not None
    expected: Counter[tuple[Any, ...]] = Counter()
    for row in direct.itertuples(index=False):
        expected[row.day, row.ward, row.shift, row.intervention, row.qn_soll, row.qn_ist, row.fit] += row.seconds
    assert sums == expected
    assert len(sums) > 5
    assert len(told) == 12 * 6


def test_a_day_of_four_is_told_with_its_week_and_not_found_by_its_day() -> None:
    """D3: neither the column nor the address nor the order tells the day."""
    tables = team(6)
    number = np.arange(len(tables.interventions))
    days = np.where(number % 6 < 2, np.datetime64("2026-01-05"), np.datetime64("2026-01-06"))
    work = tables.interventions.assign(date=pd.Series(days.astype("datetime64[s]")))
    of_week = acts.listed(replace(tables, interventions=work), STRETCHES, WHOLE).acts()
    assert len(of_week) == len(number)
    assert {(act.first_day, act.last_day, act.minute) for act in of_week} == {
        (date(2026, 1, 1), date(2026, 1, 7), None)
    }
    for day in (date(2026, 1, 5), date(2026, 1, 6)):
        found = acts.listed(replace(tables, interventions=work), STRETCHES, ActFilter((day, day)))
        assert (len(found), found.withheld, found.few) == (0, True, False)
    swapped = work.assign(date=pd.Series(days[::-1].astype("datetime64[s]")))
    again = acts.listed(replace(tables, interventions=swapped), STRETCHES, WHOLE).acts()
    unexplained = [[replace(act, explained_on=None) for act in some if act.resident == ""] for some in (of_week, again)]
    assert unexplained[0] == unexplained[1]


def test_sorting_and_paging_lose_nothing() -> None:
    found = listed(home(5, 60, 900))
    rising = found.ordered("intervention", str)
    assert [act.intervention for act in rising.acts()] == sorted(act.intervention for act in found.acts())
    seconds = [act.seconds for act in rising.ordered("seconds", descending=True).acts()]
    assert seconds == sorted(seconds, reverse=True)
    pages: list[Act] = [act for start in range(0, len(found), 50) for act in rising.acts(start, start + 50)]
    assert sorted(pages, key=astuple_text) == sorted(found.acts(), key=astuple_text)


def astuple_text(act: Act) -> str:
    return repr(astuple(act))


@pytest.mark.parametrize("seed", range(5))
def test_what_a_list_leaves_out_of_a_figure_is_about_enough_employees(seed: int) -> None:
    """D3: a figure less the rows of the list is nobody's, or about enough."""
    rng = np.random.default_rng(seed)
    count, people = 600, 14
    work = Work(
        rng.choice(people, count, p=np.arange(1, people + 1) ** 2 / np.sum(np.arange(1, people + 1) ** 2)),
        (rng.integers(1, 90, count) * 60, np.ones(count, np.int64)),
    )
    told = {
        "day": rng.integers(0, 28, count),
        "week": rng.integers(0, 4, count),
        "ward": rng.integers(0, 2, count),
        "shift": rng.integers(0, 3, count),
        "kind": rng.choice(20, count, p=np.arange(1, 21) / 210),
    }
    views = [merged([rng.integers(0, 9, count), np.zeros(count, np.int64)], work) for _ in range(2)]

    def unsafe(rung: NDArray[np.int64]) -> int:
        rest = rung == act_groups.NOT_LISTED
        return sum(
            bool(too_small(np.zeros(int(chosen.sum()), np.int64), work.at(chosen), 1)[0])
            for view in views
            for block in np.unique(view[view != HIDDEN])
            if (chosen := rest & (view == block)).any()
        )

    safe = act_groups.exactness(told, work, views)
    assert unsafe(safe) == 0
    assert (safe != act_groups.NOT_LISTED).any()
    assert unsafe(act_groups.exactness(told, work)) > 0, "what the views are for"


@pytest.mark.parametrize("seed", range(2))
def test_blocks_of_rows_are_those_of_the_stored_figures(seed: int) -> None:
    tables = home(seed, 9, 300)
    rows, labels, homes = acts._rated(tables, STRETCHES)
    january = np.flatnonzero(rows["day"] < (date(2026, 2, 1) - date(1970, 1, 1)).days)
    assert len(homes) == 1
    month = contributions(homes[0])
    stored = disclosure.derived(month[month.columns["day"] < (date(2026, 2, 1) - date(1970, 1, 1)).days])["months"]
    blocks = disclosure.blocks_of_rows(act_groups.contributions(rows, labels, january))
    for name, of_rows in zip(disclosure.OF_MONTHS, blocks, strict=False):
        of_cells = stored.columns[disclosure.BLOCK.format(name)].astype(np.int64)
        seconds = np.bincount(of_cells[of_cells >= 0], stored.columns["seconds"][of_cells >= 0])
        found = np.bincount(of_rows[of_rows >= 0], np.maximum(rows["seconds"][january], 0)[of_rows >= 0])
        assert seconds.tolist() == found.tolist()


@pytest.mark.parametrize("seed", range(3))
def test_an_act_finds_its_blocks_in_the_stored_figures(seed: int) -> None:
    """They are those that are made of the rows; figures that lack a row, or are of other months, are not asked."""
    tables = home(seed, 9, 300)
    rows, labels, homes = acts._rated(tables, STRETCHES)
    full = contributions(homes[0])
    of_month = repository.month_of(full.columns["day"])
    made = [disclosure.derived(full[of_month == month]) for month in np.unique(of_month)]
    figures = [concat([one[kind] for one in made]) for kind in disclosure.FIGURES]

    def marked(table: CodedTable) -> CodedTable:
        columns = {name: of + name.startswith("block") for name, of in table.columns.items()}
        return replace(table, columns=columns)

    def blocks(month: int, *stored: disclosure.StoredFigures) -> list[list[int]]:
        inside = np.flatnonzero(repository.month_of(rows["day"]) == month)
        return [
            one.tolist() for one in disclosure.blocks_of_rows(act_groups.contributions(rows, labels, inside), *stored)
        ]

    for month in np.unique(of_month).tolist():
        of_rows = blocks(month)
        assert blocks(month, figures) == of_rows
        others = [marked(table) for table in figures]
        assert blocks(month, others) == [[one + 1 for one in view] for view in of_rows]
        for i, table in enumerate(others):
            of_this = table.columns["month"] == month
            for few in (table[~of_this], table[np.arange(len(table)) != np.flatnonzero(of_this)[-1]]):
                assert blocks(month, [*others[:i], few, *others[i + 1 :]]) == of_rows


def test_an_act_of_a_ward_without_figures_is_in_no_block() -> None:
    """It is not taken for one of another ward."""
    rows, labels, homes = acts._rated(home(1, 9, 40), STRETCHES)
    made = disclosure.derived(contributions(homes[0]))
    cells, *others = (made[kind] for kind in disclosure.FIGURES)
    wards = tuple(f"nicht {ward}" for ward in cells.labels["ward"])
    figures = [replace(cells, labels={**cells.labels, "ward": wards}), *others]
    for row in range(20):
        part = act_groups.contributions(rows, labels, np.array([row]))
        alone = [one.tolist() for one in disclosure.blocks_of_rows(part)]
        assert [one.tolist() for one in disclosure.blocks_of_rows(part, figures)] == alone
