"""Rating condensed work in a scenario equals a full run of the engine on the changed input, to the bit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import pebem
import rules
from pebem.contracts import OVERRIDES, Tables, empty
from pebem.engine.sums import CHUNK
from pebem.measures import fit
from pebem.whatif.condensed import CondensedWork, RatedWork, condense, rerate
from pebem.whatif.scenarios import Scenario, apply_scenario, staff_mix_scenario, training_scenario, what_if
from rules.model import RuleBook
from tests.support.pebem.homes import DAYS, FIRST, random_home
from tests.support.rules.books import with_every_word

pytestmark = pytest.mark.slow

BOOK = rules.load(date(2026, 3, 31))
PERIOD = (FIRST, FIRST + timedelta(days=DAYS - 1))
LONG_AGO = pd.Timestamp(FIRST - timedelta(days=100))


def raised(book: RuleBook) -> RuleBook:
    """Return a rulebook with other base levels and the catalogue in another order."""
    entries = [replace(entry, base=min(entry.base + 1, 4)) for entry in reversed(book.interventions)]
    return replace(book, id="anders", interventions=tuple(entries))


def condensed(tables: Tables) -> CondensedWork:
    return condense(pebem.compile_home(tables, BOOK, PERIOD))


def run(tables: Tables, scenario: Scenario, book: RuleBook = BOOK) -> RatedWork:
    result = pebem.score(apply_scenario(tables, scenario), scenario.book or book, PERIOD)
    return RatedWork(result.by("ward", "shift"), result.by("intervention"))


def records(frame: pd.DataFrame) -> set[tuple[object, ...]]:
    return set(frame.astype(object).where(frame.notna(), None).itertuples(index=False, name=None))


def assert_same(left: RatedWork, right: RatedWork) -> None:
    assert records(left.by_place) == records(right.by_place)
    assert records(left.by_intervention) == records(right.by_intervention)
    assert len(left.by_place) == len(records(left.by_place))


@given(st.integers(0, 10_000), st.data())
@settings(max_examples=12, deadline=None)
def test_every_scenario_equals_a_full_run(seed: int, data: st.DataObject) -> None:
    home = random_home(BOOK, seed, rows=150)
    staff = sorted(home.staff["staff"].unique())
    entries = [entry.id for entry in BOOK.interventions]
    scenario = Scenario(
        book=data.draw(st.sampled_from([None, raised(BOOK), with_every_word()])),
        levels=data.draw(st.dictionaries(st.sampled_from(staff), st.integers(1, 8))),
        moved=data.draw(st.dictionaries(st.sampled_from(entries), st.integers(1, 4), max_size=30)),
    )
    assert_same(what_if(condensed(home), scenario), run(home, scenario))


@pytest.mark.parametrize("seed", range(4))
def test_without_a_change_it_is_the_aggregate(seed: int) -> None:
    home = random_home(BOOK, seed)
    assert_same(what_if(condensed(home), Scenario()), run(home, Scenario()))


def test_cells_cover_all_rows_and_are_fewer() -> None:
    home = random_home(BOOK, 3, rows=200)
    many = pd.concat([home.interventions] * 400, ignore_index=True)
    work = condensed(replace(home, interventions=many))
    single = condensed(home)
    assert len(work.cells) == len(single.cells) < 200
    assert work.cells.number == 400 * single.cells.number
    assert len(many) > CHUNK
    assert_same(what_if(work, Scenario()), run(replace(home, interventions=many), Scenario()))


def of_one(home: Tables, resident: str, kind: str) -> Tables:
    """Return a home with a change for one resident that holds for the whole period."""
    if kind == "begutachtung":
        full = random_home(BOOK, 0).assessments.iloc[:1]
        own = full.assign(resident=resident, date=LONG_AGO, special=False)
        return replace(home, assessments=pd.concat([home.assessments, own], ignore_index=True))
    if kind == "instabil":
        own = pd.DataFrame({"resident": [resident], "criterion": [BOOK.criteria[0].id], "start": pd.NaT, "end": pd.NaT})
        return replace(home, instability=pd.concat([home.instability, own.astype(home.instability.dtypes)]))
    everything = [entry.id for entry in BOOK.interventions]
    own = empty(OVERRIDES).reindex(range(len(everything)))
    own = own.assign(resident=resident, intervention=everything, level=2)
    return replace(home, overrides=own)


@pytest.mark.parametrize("kind", ["begutachtung", "instabil", "gesetzt"])
@pytest.mark.parametrize("assessed", [True, False])
def test_a_change_for_one_of_several_residents_is_theirs_alone(kind: str, *, assessed: bool) -> None:
    home = random_home(BOOK, 13, rows=400)
    home = replace(home, overrides=empty(OVERRIDES), instability=home.instability.iloc[:0])
    names = home.residents["resident"].tolist()
    assert len(names) > 3
    assessment = random_home(BOOK, 0).assessments.iloc[:1].assign(date=LONG_AGO)
    same = pd.concat([assessment.assign(resident=name) for name in names], ignore_index=True)
    home = replace(home, assessments=same if assessed else same.iloc[:0])
    work = condensed(home)
    for resident in names:
        other = of_one(home, resident, kind)
        assert_same(rerate(work, other), run(other, Scenario()))


@pytest.mark.parametrize("kind", ["begutachtung", "instabil", "gesetzt"])
def test_a_change_that_begins_within_a_stretch_is_refused(kind: str) -> None:
    home = replace(random_home(BOOK, 13), overrides=empty(OVERRIDES))
    resident = home.residents["resident"].iloc[-1]
    other = of_one(home, resident, kind)
    part, column = {
        "begutachtung": ("assessments", "date"),
        "instabil": ("instability", "start"),
        "gesetzt": ("overrides", "start"),
    }[kind]
    frame = getattr(other, part).copy()
    frame.iloc[-1, frame.columns.get_loc(column)] = pd.Timestamp(PERIOD[1])
    with pytest.raises(ValueError, match="within a stretch"):
        rerate(condensed(home), replace(other, **{part: frame}))


def test_a_change_of_ward_is_refused() -> None:
    home = random_home(BOOK, 13)
    moved = replace(home, residents=home.residents.assign(ward="C"))
    with pytest.raises(ValueError, match="same residents and wards"):
        rerate(condensed(home), moved)


def a_house(levels: Mapping[str, int], work: Mapping[str, int]) -> Tables:
    """Return a house with one resident whose work was done by some staff, so many times each."""
    home = random_home(BOOK, 1)
    frame = home.interventions
    done = [name for name, times in work.items() for _ in range(times)]
    rows = pd.DataFrame(
        {
            "resident": pd.Categorical([None] * len(done), categories=["000"]),
            "staff": pd.Categorical(done),
            "intervention": pd.Categorical(["7.E19"] * len(done)),
            "date": pd.Series([pd.Timestamp(FIRST)] * len(done), dtype="datetime64[s]"),
            "minute_of_day": np.full(len(done), -1, np.int32),
            "seconds": np.full(len(done), 60, np.int32),
            **{
                name: pd.Categorical([None] * len(done), categories=frame[name].cat.categories)
                for name in ("minutes_source", "shift", "ward", "status")
            },
        }
    )
    staff = pd.DataFrame(
        {
            "staff": pd.Series(list(levels), dtype=object),
            "qn": np.array(list(levels.values()), np.int32),
            "role": pd.Series([None] * len(levels), dtype=object),
            "certificates": pd.Series([""] * len(levels), dtype=object),
            "start": pd.Series([pd.NaT] * len(levels), dtype="datetime64[s]"),
            "end": pd.Series([pd.NaT] * len(levels), dtype="datetime64[s]"),
        }
    )
    return replace(home, staff=staff, interventions=rows, overrides=empty(OVERRIDES))


def test_training_chooses_who_works_most_below_their_level() -> None:
    soll = BOOK.interventions[BOOK.index["7.E19"]].base
    assert soll > 1
    home = a_house({"a": 1, "b": 1, "c": 1, "d": soll}, {"a": 2, "b": 5, "c": 2, "d": 9})
    work = condensed(home)
    assert training_scenario(work, 1, 1, soll).levels == {"b": soll}
    assert training_scenario(work, 2, 1, soll).levels == {"b": soll, "a": soll}
    before, after = (fit(what_if(work, s).by_place) for s in (Scenario(), training_scenario(work, 2, 1, soll)))
    assert (before["passend"].count, after["passend"].count) == (9, 16)
    with pytest.raises(ValueError, match="there are 3"):
        training_scenario(work, 4, 1, soll)


def test_a_staff_mix_changes_as_few_people_as_possible() -> None:
    home = a_house({"a": 1, "b": 1, "c": 2, "d": 4}, {"a": 1})
    work = condensed(home)
    assert staff_mix_scenario(work, {1: 2, 2: 1, 4: 1}).levels == {}
    assert staff_mix_scenario(work, {1: 1, 2: 1, 3: 1, 4: 1}).levels == {"b": 3}
    assert staff_mix_scenario(work, {3: 4}).levels == {"a": 3, "b": 3, "c": 3, "d": 3}
    with pytest.raises(ValueError, match="3 people are asked for, there are 4"):
        staff_mix_scenario(work, {4: 3})


def test_a_person_whose_level_changes_is_not_chosen() -> None:
    home = a_house({"a": 1, "b": 1}, {"a": 1, "b": 1})
    staff = pd.concat([home.staff, home.staff.iloc[:1].assign(qn=2, start=pd.Timestamp(FIRST))], ignore_index=True)
    work = condensed(replace(home, staff=staff))
    with pytest.raises(ValueError, match="there are 1"):
        training_scenario(work, 2, 1, 3)


def test_a_reserved_task_stays_reserved_and_a_level_set_by_hand_stays() -> None:
    reserved = next(entry.id for entry in BOOK.interventions if entry.reserved)
    home = random_home(BOOK, 5)
    scenario = Scenario(moved={reserved: 1})
    rated = what_if(condensed(home), scenario)
    own = rated.by_intervention[rated.by_intervention["intervention"] == reserved]
    assert set(own["qn_soll"]) <= {0, 4}


@pytest.mark.parametrize(
    ("scenario", "match"),
    [
        (Scenario(levels={"niemand": 3}), "no such staff"),
        (Scenario(levels={"P0": 9}), "no such level"),
        (Scenario(moved={"1.1": 5}), "no such level"),
    ],
)
def test_impossible_scenarios_are_refused(scenario: Scenario, match: str) -> None:
    with pytest.raises(ValueError, match=match):
        what_if(condensed(random_home(BOOK, 2)), scenario)


def test_a_rulebook_that_lacks_work_is_refused() -> None:
    home = random_home(BOOK, 2)
    used = str(home.interventions["intervention"].iloc[0])
    less = replace(BOOK, interventions=tuple(entry for entry in BOOK.interventions if entry.id != used))
    with pytest.raises(ValueError, match=used.replace(".", r"\.")):
        what_if(condensed(home), Scenario(book=less))
