"""Blocks of work that are shown: of enough employees each, and whatever is added or subtracted tells of no fewer."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import numpy as np
import pytest

import pebem
import rules
from pebem.aggregate import DIMENSIONS
from pebem.contributions import LACKING, contributions
from pebem.disclosure.groups import HIDDEN, Work, numbered
from pebem.disclosure.shares import mostly_one
from pebem.disclosure.views import VIEWS, blocks
from pebem.engine.decode import COVERAGE as COVERAGE_OF_ROWS
from tests.support.pebem.attack import NOBODY, told_about_few, told_about_one
from tests.support.pebem.homes import DAYS, FIRST, random_home

if TYPE_CHECKING:
    from numpy.typing import NDArray

FEWEST, LARGEST_SHARE = 5, 0.5
COVERAGE = ("assessment", "minutes")
SIZES = {"day": 5, "ward": 3, "shift": 3, "intervention": 5, "outcome": 6, **dict.fromkeys(COVERAGE, 2)}


def drawn(seed: int) -> tuple[dict[str, NDArray[np.int64]], Work]:
    """Return the work of a small home: employees with habits, empty cells, some rows without minutes or a name."""
    rng = np.random.default_rng(seed)
    people = int(rng.integers(6, 16))
    sizes = {name: int(rng.integers(1, most + 1)) for name, most in SIZES.items()}
    rows = int(rng.integers(20, 260))
    person = rng.integers(0, people, rows)
    columns = {}
    for name, size in sizes.items():
        habits = rng.random((people, size)) < rng.uniform(0.3, 1)
        habits[np.arange(people), rng.integers(0, size, people)] = True
        columns[name] = np.array([rng.choice(np.flatnonzero(habits[one])) for one in person])
    columns |= {"fit": columns["outcome"] // 2, "group": columns["intervention"] // 2}
    seconds = rng.integers(1, 60, rows) * (rng.random(rows) > rng.choice([0, 0.1]))
    person = np.where(rng.random(rows) < rng.choice([0, 0.05]), -1, person)
    key = np.stack([*(columns[name] for name in (*sizes, "fit", "group")), person])
    distinct, place = np.unique(key, axis=1, return_inverse=True)
    count, seconds = np.bincount(place), np.bincount(place, seconds).astype(np.int64)
    return dict(zip((*sizes, "fit", "group"), distinct[:-1], strict=True)), Work(distinct[-1], (seconds, count))


def attacked(columns: dict[str, NDArray[np.int64]], work: Work, found: dict[str, NDArray[np.int64]]) -> None:
    """Add and subtract all blocks, for seconds and for counts."""
    _, cell = np.unique(np.stack([columns[name] for name in SIZES]), axis=1, return_inverse=True)
    for amount in work.amounts:
        there = amount > 0
        cells = np.unique(cell[there])
        people = [frozenset(str(one) for one in set(work.person[there & (cell == number)])) for number in cells]
        people = [one - {NOBODY} or frozenset({NOBODY}) for one in people]
        figures = [
            np.isin(cells, cell[there & (view == block)])
            for view in found.values()
            for block in np.unique(view[there])
            if block != HIDDEN
        ]
        if figures:
            assert told_about_few(np.array(figures, float), people) is None
            of_person = [
                np.bincount(cell[there], np.where(work.person == one, amount, 0)[there], cell.max() + 1)[cells]
                for one in range(work.person.max() + 1)
            ]
            assert told_about_one(np.array(figures, float), np.array(of_person)) is None


def holds(seed: int) -> int:
    """Check a random home; return how many blocks are shown."""
    columns, work = drawn(seed)
    found = blocks(columns, work, {name: [(("ward", name), (name,), ()), ((name,), ())] for name in COVERAGE})
    for view in found.values():
        for block in set(view.tolist()) - {HIDDEN}:
            rows = (view == block) & (work.person >= 0)
            for amount in work.amounts:
                of_person = np.bincount(work.person[rows], amount[rows])
                assert not of_person.any() or np.count_nonzero(of_person) >= FEWEST
                assert of_person.max(initial=0) <= LARGEST_SHARE * of_person.sum()
    attacked(columns, work, found)
    return sum(len(set(view.tolist()) - {HIDDEN}) for view in found.values())


@pytest.mark.parametrize("start", range(0, 60, 20))
def test_no_sum_or_difference_of_blocks_is_about_few_people(start: int) -> None:
    """D3: nor mostly about one: whatever is added and subtracted, as long as no work counts negatively."""
    shown = [holds(seed) for seed in range(start, start + 20)]
    assert max(shown) > 3 * len(VIEWS)  # it is not by showing nothing


@pytest.mark.parametrize("seed", [101, 162])
def test_counts_and_what_is_not_known_are_held_against_all_figures_too(seed: int) -> None:
    """D3: of 101 counts are mostly one's where seconds are not; of 162 few lack what is told beside other views."""
    holds(seed)


@pytest.mark.deep
@pytest.mark.parametrize("start", range(1000, 3000, 100))
def test_no_sum_or_difference_of_blocks_is_about_few_people_in_many_homes(start: int) -> None:
    assert max(holds(seed) for seed in range(start, start + 100)) > 3 * len(VIEWS)


def test_what_views_leave_of_each_other_is_not_mostly_ones() -> None:
    """D3: a ward less what is told of it by intervention: each block is about enough, what is left of them is not."""
    nurses = np.arange(6)
    alike = [(ward, kind, nurse, 60) for ward in (0, 1) for kind in (0, 1) for nurse in nurses]
    # What only she does in ward 0 is told together with what everybody does in ward 1.
    of_one = [(0, 2, 0, 300), *((1, 2, nurse, 120) for nurse in nurses), *((0, 2, nurse, 10) for nurse in nurses[1:])]
    ward, kind, person, amount = np.array([*alike, *of_one]).T
    views = [ward, np.where(kind == 2, 4, 2 * ward + kind)]
    (found,) = mostly_one([np.unique(view, return_inverse=True)[1] for view in views], person, amount)
    assert found.person == 0
    assert (ward[found.row], kind[found.row]) == (0, 2)
    assert not list(mostly_one([np.zeros_like(ward), np.unique(views[1], return_inverse=True)[1]], person, amount))
    columns = {"day": ward * 0, "ward": ward, "shift": ward * 0, "intervention": kind}
    columns |= dict.fromkeys(("outcome", "fit", "group", *COVERAGE), ward * 0)
    attacked(columns, Work(person, (amount,)), blocks(columns, Work(person, (amount,))))


def stood_in(
    views: list[NDArray[np.int64]], work: Work, amount: NDArray[np.int64], known: dict[int, NDArray[np.float64]]
) -> set[int]:
    """Ask about everybody, and hold each stand-in against what it must be; return who has none."""
    person = work.person
    without = {one.person for one in mostly_one(views, person, amount, known=known)}
    assert without | set(known) == set(person)
    for one in set(known) - without:
        assert known[one].min() >= -1e-4
        for view in views:
            sought = np.bincount(view, amount) - np.bincount(view, np.where(person == one, amount, 0)) / LARGEST_SHARE
            assert np.bincount(view, known[one]) == pytest.approx(sought, abs=1e-4)
    return without


@pytest.mark.parametrize("start", range(0, 60, 20))
def test_a_stand_in_holds_and_from_a_known_one_the_same_people_have_one(start: int) -> None:
    answers = set()
    for seed in range(start, start + 20):
        columns, work = drawn(seed)
        there = (work.person >= 0) & (work.amounts[0] > 0)
        named, amount = Work(work.person[there], ()), work.amounts[0][there]
        views = [numbered(columns[name][there] // 3) for name in ("day", "ward", "intervention")]
        finer = [numbered(columns["fit"][there]), *views]
        known: dict[int, NDArray[np.float64]] = {}
        lacking = stood_in(views, named, amount, known)
        assert stood_in(views, named, amount, dict(known)) == lacking
        cold = stood_in(finer, named, amount, {})
        assert stood_in(finer, named, amount, {one: known[one] for one in set(known) - lacking}) == cold
        answers |= {len(cold) > 0, len(cold) == len(set(named.person))}
    assert answers == {True, False}


@pytest.mark.parametrize(("seed", "rows"), [(0, 300), (1, 300), (2, 40_000)])
def test_contributions_by_employee_add_up_to_the_cells_of_a_home(seed: int, rows: int) -> None:
    book = rules.load(date(2024, 3, 1))
    home = random_home(book, seed, rows)
    period = FIRST, FIRST + timedelta(days=DAYS - 1)
    of_all = pebem.score(home, book, period, groupings=pebem.CUBE)
    found = contributions(pebem.compile_home(home, book, period))
    cells = found.summed(*DIMENSIONS, "outcome")
    assert pebem.Aggregate({DIMENSIONS: cells}, of_all.coverage, of_all.excluded) == of_all
    lacking = found.columns["known"].astype(np.int64)
    marked = {name: int(found.columns["count"][lacking & bit > 0].sum()) for name, bit in LACKING.items()}
    covered = {name: int(number) for name, number in of_all.covered().iloc[0].items()}
    counted = covered.pop("counted")
    assert {name: counted - covered[name] for name in COVERAGE_OF_ROWS} == {
        name: marked[name] for name in COVERAGE_OF_ROWS
    }
    assert marked["ueberschrieben"] == covered["ueberschrieben"]
    work = home.interventions
    done = work[(work["status"].isna() | (work["status"] == "durchgeführt")) & work["date"].between(*map(str, period))]
    by_name = dict(
        zip(found.labels["staff"], np.bincount(found.columns["staff"], found.columns["count"]), strict=False)
    )
    counts = done["staff"].value_counts()
    assert {name: number for name, number in by_name.items() if number and name} == counts[counts > 0].to_dict()


def test_minutes_of_nobody_known_are_told_and_nothing_fails() -> None:
    """Whoever is known gave no minutes: there is no time of anybody to protect."""
    rng = np.random.default_rng(5)
    person = np.append(np.repeat(np.arange(8), 6), np.full(6, -1))
    columns = {name: rng.integers(0, 2, len(person)) for name in ("day", "ward", "shift", "intervention", "outcome")}
    columns |= {"fit": columns["outcome"], "group": columns["intervention"], "lacks": np.arange(len(person)) % 2}
    work = Work(person, (np.where(person < 0, 60, 0), np.ones_like(person)))
    found = blocks(columns, work, {"lacks": ((("lacks",), ()),)})
    assert (found["lacks"] != HIDDEN).any()
