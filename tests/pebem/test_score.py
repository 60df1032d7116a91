"""The engine against a row-by-row scorer, and the algebra of its aggregate."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import pebem
import rules
from pebem import measures
from pebem.contracts import Tables, check
from pebem.engine.encode import EmptyError
from pebem.engine.kernel import SECONDS_LIMIT
from pebem.engine.timeline import named_criteria, resident_timeline
from rules.model import RuleBook
from tests.support.pebem.homes import DAYS, FIRST, obvious, random_home, without
from tests.support.rules.books import with_every_word

BOOK = rules.load(date(2026, 3, 31))
LAST = FIRST + timedelta(days=DAYS - 1)
KEY = ["day", "ward", "shift", "intervention", "qn_soll", "qn_ist", "fit", "certificate"]


def cube(aggregate: pebem.Aggregate) -> tuple[Counter[object], Counter[object]]:
    frame = aggregate.by("day", "ward", "shift", "intervention")
    keys = list(frame[KEY].itertuples(index=False, name=None))
    counts = Counter(dict(zip(keys, frame["count"].tolist(), strict=True)))
    return counts, Counter(dict(zip(keys, frame["seconds"].tolist(), strict=True)))


@pytest.mark.parametrize("seed", [0, *(pytest.param(seed, marks=pytest.mark.slow) for seed in range(1, 7))])
def test_equals_row_by_row(seed: int) -> None:
    home = check(random_home(BOOK, seed))
    period = (FIRST + timedelta(days=2), LAST - timedelta(days=3))
    counts, seconds, counted = obvious(home, BOOK, *period)
    result = pebem.score(home, BOOK, period, pebem.CUBE)
    assert cube(result) == (counts, seconds)
    assert result.counted == counted
    assert result.rows == len(home.interventions) + home.faulty


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(3))
def test_equals_row_by_row_with_every_word_of_the_language(seed: int) -> None:
    book = with_every_word()
    home = check(random_home(book, seed))
    counts, seconds, counted = obvious(home, book, FIRST, LAST)
    result = pebem.score(home, book, (FIRST, LAST), pebem.CUBE)
    assert (*cube(result), result.counted) == (counts, seconds, counted)


def test_states_differ_only_in_criteria_the_rules_name() -> None:
    home = check(random_home(BOOK, 1))
    instability = pd.DataFrame(
        {
            "resident": pd.array([home.residents["resident"].iloc[0]] * 3, dtype=home.instability["resident"].dtype),
            "criterion": pd.array(["sturz", "schmerz", "wunde"], dtype=home.instability["criterion"].dtype),
            "start": pd.to_datetime([FIRST + timedelta(days=n) for n in (1, 3, 3)]).astype("datetime64[ns]"),
            "end": pd.to_datetime([FIRST + timedelta(days=n) for n in (2, 3, 4)]).astype("datetime64[ns]"),
        }
    )
    assessments = home.assessments.iloc[:1].assign(resident=home.residents["resident"].iloc[0], date=pd.NaT)
    span = (pd.Timestamp(FIRST).toordinal() - 719163, pd.Timestamp(FIRST).toordinal() - 719163 + 5)
    residents = home.residents.iloc[:1].assign(moved_in=pd.NaT)
    blind = resident_timeline(residents, assessments, instability, *span)
    seeing = resident_timeline(residents, assessments, instability, *span, named_criteria(with_every_word()))
    assert blind.states.unstable[blind.grid[-1]].tolist() == [False, True, True, True, True, False]
    assert len(set(blind.grid[-1].tolist())) == 2
    states = seeing.grid[-1]
    assert len(set(states.tolist())) == 4
    for name, days in (("sturz", [1, 2]), ("wunde", [3, 4]), ("", [3])):
        assert np.flatnonzero(seeing.states.any_active((name,))[states]).tolist() == days, name


@pytest.mark.deep
@pytest.mark.parametrize("seed", [*range(7, 15), *range(1000, 1600)])
def test_equals_row_by_row_on_many_more_homes(seed: int) -> None:
    home = check(random_home(BOOK, seed))
    counts, seconds, counted = obvious(home, BOOK, FIRST, LAST)
    result = pebem.score(home, BOOK, (FIRST, LAST), pebem.CUBE)
    assert (*cube(result), result.counted) == (counts, seconds, counted)


@pytest.mark.parametrize("seed", [0, *(pytest.param(seed, marks=pytest.mark.slow) for seed in range(1, 10))])
def test_margins_are_the_same_from_every_grouping(seed: int) -> None:
    home = random_home(BOOK, seed)
    wide, narrow = (pebem.score(home, BOOK, groupings=groupings) for groupings in (pebem.CUBE, pebem.FIT))
    for dimension in ("ward", "shift", "day", "intervention"):
        pd.testing.assert_frame_equal(wide.by(dimension), narrow.by(dimension))
    pd.testing.assert_frame_equal(wide.by(), narrow.by())


@pytest.mark.slow
@given(st.integers(0, 10_000), st.data())
@settings(max_examples=12, deadline=None)
def test_any_split_in_any_order_adds_up_to_the_same(seed: int, data: st.DataObject) -> None:
    home = random_home(BOOK, seed, rows=24)
    period = (FIRST, LAST)
    whole = pebem.score(home, BOOK, period, pebem.CUBE)
    part = np.array(data.draw(st.lists(st.integers(0, 2), min_size=24, max_size=24)))
    order = data.draw(st.permutations([0, 1, 2]))
    total = pebem.Aggregate.zero(pebem.CUBE)
    for i in order:
        total += pebem.score(without(home, part == i), BOOK, period, pebem.CUBE)
    assert replace(total, excluded=total.excluded | {"fehlerhaft": home.faulty}) == whole


@pytest.mark.slow
@given(st.integers(0, 10_000))
@settings(max_examples=8, deadline=None)
def test_the_order_of_rows_does_not_matter(seed: int) -> None:
    home = random_home(BOOK, seed, rows=80)
    order = np.random.default_rng(seed).permutation(80)
    shuffled = replace(home, interventions=home.interventions.iloc[order].reset_index(drop=True))
    assert pebem.score(home, BOOK) == pebem.score(shuffled, BOOK)


def test_a_single_second_makes_aggregates_unequal() -> None:
    home = random_home(BOOK, 3)
    frame = home.interventions.copy()
    counting = frame["status"].isna() | (frame["status"] == "durchgeführt")
    frame.loc[frame.index[counting][0], "seconds"] += 1
    assert pebem.score(home, BOOK) != pebem.score(replace(home, interventions=frame), BOOK)


@pytest.mark.parametrize("seed", range(5))
def test_sums_reconcile(seed: int) -> None:
    home = random_home(BOOK, seed)
    result = pebem.score(home, BOOK)
    total = measures.amount(result.by())
    assert total.count == result.counted
    assert sum(part.count for part in measures.fit(result.by()).values()) == result.counted
    assert sum(part.seconds for part in measures.fit(result.by()).values()) == total.seconds
    assert measures.matrix(result.by())[["count", "seconds"]].sum().tolist() == [total.count, total.seconds]


def test_no_rows_but_a_period() -> None:
    result = pebem.score(Tables(), BOOK, (FIRST, LAST))
    assert result.counted == 0
    assert measures.coverage(result) == dict.fromkeys(measures.COVERAGE, 0.0)
    assert measures.fit(result.by())["passend"] == measures.Amount(0, 0)


def test_no_rows_and_no_period() -> None:
    with pytest.raises(EmptyError):
        pebem.score(Tables(), BOOK)


@pytest.mark.parametrize(
    ("names", "says"), [(["9.99", "9.11", None], r"\['9\.11', '9\.99'\]$"), ([None] * 3, "missing values")]
)
def test_interventions_outside_the_rulebook_are_refused_by_name(names: list[str | None], says: str) -> None:
    home = random_home(BOOK, 1)
    done = home.interventions.iloc[:3].assign(status=pd.Categorical([None] * 3, categories=["durchgeführt"]))
    frame = done.assign(intervention=pd.Categorical(names, categories=["9.99", "9.11"]))
    with pytest.raises(ValueError, match=says):
        pebem.score(replace(home, interventions=frame), BOOK)


def test_seconds_beyond_the_exact_range_are_refused() -> None:
    home = random_home(BOOK, 1)
    frame = home.interventions.assign(seconds=np.int32(SECONDS_LIMIT))
    with pytest.raises(ValueError, match="limit"):
        pebem.score(replace(home, interventions=frame), BOOK)


def test_large_sums_stay_exact() -> None:
    """200,000 rows in one cell, each with an odd number of seconds near the limit."""
    home = random_home(BOOK, 1)
    rows = 200_001
    frame = pd.DataFrame(
        {
            "resident": pd.Categorical([None] * rows, categories=["000"]),
            "staff": pd.Categorical([None] * rows, categories=["P0"]),
            "intervention": pd.Categorical(["7.E17"] * rows),
            "date": pd.Series([pd.Timestamp(FIRST)] * rows, dtype="datetime64[s]"),
            "minute_of_day": np.full(rows, -1, np.int32),
            "seconds": np.full(rows, SECONDS_LIMIT - 1, np.int32),
            "minutes_source": pd.Categorical([None] * rows, categories=["gemessen"]),
            "shift": pd.Categorical([None] * rows, categories=["Früh"]),
            "ward": pd.Categorical([None] * rows, categories=["A"]),
            "status": pd.Categorical([None] * rows, categories=["durchgeführt"]),
        }
    )
    for groupings in (pebem.FIT, pebem.CUBE):
        result = pebem.score(replace(home, interventions=frame), BOOK, groupings=groupings)
        assert measures.amount(result.by()) == measures.Amount(rows, rows * (SECONDS_LIMIT - 1))


@pytest.mark.parametrize("wards", [300, 70_000])
def test_many_wards_and_residents_are_scored(wards: int) -> None:
    names = [f"W{i}" for i in range(wards)]
    residents = pd.DataFrame(
        {
            "resident": pd.Series([f"R{i}" for i in range(wards)], dtype=object),
            "ward": pd.Series(names, dtype=object),
            "moved_in": pd.Series([pd.NaT] * wards, dtype="datetime64[s]"),
            "moved_out": pd.Series([pd.NaT] * wards, dtype="datetime64[s]"),
        }
    )
    home = random_home(BOOK, 2)
    frame = pd.DataFrame(
        {
            "resident": pd.Categorical(residents["resident"]),
            "staff": pd.Categorical(["P0"] * wards),
            "intervention": pd.Categorical(["1.1"] * wards),
            "date": pd.Series([pd.Timestamp(FIRST)] * wards, dtype="datetime64[s]"),
            "minute_of_day": np.full(wards, -1, np.int32),
            "seconds": np.arange(wards, dtype=np.int32) % 600,
            "minutes_source": pd.Categorical([None] * wards, categories=["gemessen"]),
            "shift": pd.Categorical(["Früh"] * wards),
            "ward": pd.Categorical([None] * wards, categories=[]),
            "status": pd.Categorical([None] * wards, categories=["durchgeführt"]),
        }
    )
    result = pebem.score(replace(home, residents=residents, interventions=frame), BOOK)
    by_ward = result.by("ward").set_index("ward")
    assert len(by_ward) == wards
    assert by_ward["seconds"].to_dict() == {name: i % 600 for i, name in enumerate(names)}


def test_adding_other_groupings_is_refused() -> None:
    home = random_home(BOOK, 1)
    with pytest.raises(ValueError, match="groupings"):
        pebem.score(home, BOOK) + pebem.score(home, BOOK, groupings=pebem.CUBE)


def test_subtracting_more_than_present_is_refused() -> None:
    home = random_home(BOOK, 3, rows=150)
    rows = home.interventions.iloc[::2].reset_index(drop=True)
    whole, half = (
        pebem.score(tables, BOOK, (FIRST, LAST), pebem.CUBE) for tables in (home, replace(home, interventions=rows))
    )
    half = replace(half, excluded={**half.excluded, "fehlerhaft": 0})
    assert whole - whole == pebem.Aggregate.zero(pebem.CUBE)
    assert (whole - half) + half == whole
    with pytest.raises(ValueError, match="taken out"):
        half - whole


def test_reserved_work_is_never_done_by_another_profession_not_even_as_everyday_work() -> None:
    """§ 4 Abs. 3 PflBG: only who holds the permit; everyday work counts that profession as QN 4."""
    plan = replace(BOOK.interventions[BOOK.index["7.E02"]], kind="alltag")
    book = replace(BOOK, interventions=(plan, BOOK.interventions[BOOK.index["2.1"]]))
    home = random_home(BOOK, 5)
    staff = home.staff.iloc[:1].assign(qn=4, role="andere-fachkraft", start=pd.NaT, end=pd.NaT)
    done = home.interventions.iloc[:2].assign(
        resident=pd.Categorical([home.assessments["resident"].iloc[0]] * 2),
        staff=pd.Categorical([staff["staff"].iloc[0]] * 2),
        intervention=pd.Categorical(["7.E02", "2.1"]),
        status=pd.Categorical(["durchgeführt"] * 2),
        date=pd.Timestamp(FIRST),
    )
    home = replace(
        home,
        staff=staff,
        interventions=done.reset_index(drop=True),
        residents=home.residents.assign(moved_in=pd.NaT),
        assessments=home.assessments.assign(date=pd.NaT),
        overrides=home.overrides.iloc[:0],
    )
    frame = pebem.score(check(home), book).by("intervention").set_index("intervention")
    assert frame.loc["7.E02", ["qn_ist", "fit"]].tolist() == [3, "vorbehalt_verletzt"]
    assert frame.loc["2.1", "qn_ist"] == 4


def test_a_rulebook_may_have_no_certificates() -> None:
    plain = replace(BOOK, interventions=tuple(replace(e, accepts=None) for e in BOOK.interventions))
    result = pebem.score(random_home(BOOK, 5), plain)
    assert measures.by_certificate(result.by()) == measures.Amount(0, 0)


def test_contract_names_what_is_wrong() -> None:
    home = random_home(BOOK, 1)
    with pytest.raises(pebem.contracts.ContractError, match=r"staff: column 'qn' is missing"):
        check(replace(home, staff=home.staff.drop(columns="qn")))
    with pytest.raises(pebem.contracts.ContractError, match=r"interventions\.date: expected day"):
        check(replace(home, interventions=home.interventions.assign(date="2026-01-01")))


def test_book_is_the_built_in_one() -> None:
    assert isinstance(BOOK, RuleBook)
    assert BOOK.id == "rekonstruktion"


def test_frames_whose_columns_come_one_by_one_make_no_difference(monkeypatch: pytest.MonkeyPatch) -> None:
    """That pandas gives all columns at once is no promise of it."""
    home = random_home(BOOK, 3, 500)
    expected = pebem.score(home, BOOK)
    monkeypatch.delattr(pd.DataFrame, "_iter_column_arrays")
    assert pebem.score(home, BOOK) == expected
