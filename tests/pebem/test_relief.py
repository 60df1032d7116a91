"""Feasible relief against trying out every plan, and on cases worked out by hand."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from itertools import permutations
from random import Random

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import pebem
import rules
from pebem import measures
from pebem.engine.lookup_tables import compile_home
from pebem.relief.feasible import OBSTACLES, FeasibleMove, Relief, relief
from pebem.relief.problem import problem_of
from tests.support.pebem.rosters import (
    DAY,
    PERIOD,
    Act,
    Case,
    Duty,
    Found,
    Person,
    home,
    obvious_relief,
    one_after_the_other,
    random_case,
    time_of,
)

BOOK = rules.load(date(2026, 3, 31))
AT_ONCE = 20
NURSE, ASSISTANT, HELPER, SERVICE = Person("N", 4), Person("A", 3), Person("H", 2), Person("S", 1, "Servicekraft")


def solved(case: Case, period: tuple[date, date] = PERIOD) -> Relief:
    result = relief(case.tables, BOOK, period)
    assert result is not None
    assert tuple(result.obstacles) == OBSTACLES
    assert result.above == result.movable + sum(result.obstacles.values())
    assert result.movable == sum(move.seconds for move in result.moves)
    assert [move.seconds for move in result.moves] == sorted((m.seconds for m in result.moves), reverse=True)
    assert all(move.seconds > 0 for move in result.moves)
    return result


def movable(people: list[Person], duties: list[Duty], acts: list[Act], period: tuple[date, date] = PERIOD) -> float:
    """Return the minutes that could move."""
    return solved(Case(people, duties, acts), period).movable / 60


def levels_saved(result: Relief) -> int:
    return sum(move.seconds * (move.qn_ist - move.qn_neu) for move in result.moves)


def duty(person: Person, ward: str | None, start: float, end: float) -> Duty:
    return Duty(person.name, ward, time_of(start), time_of(end))


def act(person: Person, moment: float, minutes: int, intervention: str = "7.E17", ward: str | None = "A") -> Act:
    return Act(person.name, ward, time_of(moment), minutes, intervention)


def compare_with_every_plan(seeds: range) -> Counter[str]:
    """Compare random cases, a few at once as days of one home; return what they were made of."""
    seen: Counter[str] = Counter()
    for first in seeds[::AT_ONCE]:
        cases = [random_case(seed) for seed in range(first, first + AT_ONCE)]
        total = Found()
        for case in cases:
            answer = obvious_relief(case)
            total = Found(
                total.above + answer.above,
                total.movable + answer.movable,
                total.levels + answer.levels,
                total.obstacles + answer.obstacles,
            )
            seen.update(+answer.obstacles, movable=answer.movable, some=answer.movable > 0)
        result = solved(one_after_the_other(cases), (DAY, DAY + timedelta(days=2 * AT_ONCE)))
        assert (result.above, result.movable, levels_saved(result)) == (total.above, total.movable, total.levels)
        assert +Counter(result.obstacles) == +total.obstacles
    return seen


@pytest.mark.slow
def test_no_plan_moves_more_in_hundreds_of_small_homes() -> None:
    seen = compare_with_every_plan(range(300))
    assert seen["some"] > 50
    assert all(seen[name] > 0 for name in OBSTACLES)


@pytest.mark.deep
def test_no_plan_moves_more_in_thousands_of_small_homes() -> None:
    assert compare_with_every_plan(range(1000, 6000))["some"] > 1000


@pytest.mark.slow
@given(st.integers(0, 10_000), st.randoms(use_true_random=False))
@settings(max_examples=8, deadline=None)
def test_the_order_of_rows_does_not_matter(seed: int, random: Random) -> None:
    case = one_after_the_other([random_case(seed), random_case(seed + 1)])
    other = Case(list(case.people), list(case.duties), list(case.acts))
    for rows in (other.people, other.duties, other.acts):
        random.shuffle(rows)
    period = (DAY, DAY + timedelta(days=3))
    assert solved(other, period) == solved(case, period)


@pytest.mark.slow
@given(st.integers(0, 10_000))
@settings(max_examples=5, deadline=None)
def test_days_add_up_to_the_period(seed: int) -> None:
    """Move by move: what is proposed for a day does not hang on the days around it."""
    tables = one_after_the_other([random_case(seed + i) for i in range(2)]).tables
    days = [DAY + timedelta(days=n) for n in range(4)]
    whole = relief(tables, BOOK, (days[0], days[-1]))
    parts = [relief(tables, BOOK, (day, day)) for day in days]
    moved: Counter[FeasibleMove] = Counter()
    for part in parts:
        for move in part.moves if part else ():
            moved[replace(move, seconds=0)] += move.seconds
    assert whole is not None
    assert {replace(move, seconds=0): move.seconds for move in whole.moves} == dict(moved)
    assert whole.above == sum(part.above for part in parts if part)


@pytest.mark.parametrize("seed", range(3))
def test_work_above_level_equals_the_engine(seed: int) -> None:
    case = one_after_the_other([random_case(seed + i) for i in range(5)])
    period = (DAY, DAY + timedelta(days=10))
    counted = measures.fit(pebem.score(case.tables, BOOK, period).by())["ueberqualifiziert"]
    assert solved(case, period).above == counted.seconds > 0


def test_relief_is_none_without_duties() -> None:
    assert relief(home([NURSE, SERVICE], [], [act(NURSE, 9, 10)]), BOOK, PERIOD) is None


def test_without_work_nothing_moves() -> None:
    assert solved(Case([NURSE], [duty(NURSE, "A", 6, 14)], [])) == Relief(0, 0, 0, (), dict.fromkeys(OBSTACLES, 0))


def test_duties_of_unknown_staff_give_no_relief() -> None:
    result = solved(Case([NURSE], [Duty("fremd", "A", time_of(6), time_of(14))], [act(NURSE, 9, 10)]))
    assert result.obstacles["ohne_dienst"] == 600
    assert result.placed == 0


def test_list_shows_what_moves_to_whom() -> None:
    case = Case(
        [NURSE, ASSISTANT, SERVICE],
        [duty(ASSISTANT, "A", 6, 14), duty(SERVICE, "A", 6, 14)],
        [act(NURSE, 9, 10), act(NURSE, 9.5, 20, "2.8"), act(ASSISTANT, 10, 5), act(NURSE, 11, 7, ward="B")],
    )
    result = solved(case)
    assert result.moves == (
        FeasibleMove("2.8", 3, 4, 3, "Pflege", certificate=False, seconds=1200),
        FeasibleMove("7.E17", 1, 4, 1, "Servicekraft", certificate=False, seconds=600),
        FeasibleMove("7.E17", 1, 3, 1, "Servicekraft", certificate=False, seconds=300),
    )
    assert (result.above, result.placed) == (42 * 60, 35 * 60)


def test_capacity_counts_once() -> None:
    """Two nurses wish to hand on 80 minutes of one hour to one person."""
    second = replace(NURSE, name="N2")
    wishes = [act(NURSE, 9, 40), act(second, 9, 40)]
    assert movable([NURSE, second, SERVICE], [duty(SERVICE, "A", 6, 14)], wishes) == 60
    twice = [duty(SERVICE, ward, *span) for ward in ("A", None) for span in ((6, 14), (7, 8), (9, 9.5), (9, 14))]
    assert movable([NURSE, second, SERVICE], twice, wishes) == 60
    assert movable([NURSE, second, SERVICE], [duty(SERVICE, "A", 9.25, 9.75)], wishes) == 30
    in_pieces = [duty(SERVICE, "A", 9, 9.25), duty(SERVICE, "A", 9.5, 9.75)]
    assert movable([NURSE, second, SERVICE], in_pieces, wishes) == 30


def test_a_person_on_two_wards_has_the_hour_once() -> None:
    wishes = [act(NURSE, 9, 45), act(NURSE, 9, 45, ward="B")]
    both = [duty(SERVICE, "A", 6, 14), duty(SERVICE, "B", 6, 14)]
    assert movable([NURSE, SERVICE], both, wishes) == 60
    half_each = [duty(SERVICE, "A", 9, 9.5), duty(SERVICE, "B", 9.5, 10)]
    assert movable([NURSE, SERVICE], half_each, wishes) == 60
    less_on_one = [duty(SERVICE, "A", 9, 9.25), duty(SERVICE, "B", 9.25, 10)]
    assert movable([NURSE, SERVICE], less_on_one, [act(NURSE, 9, 60)]) == 15
    # More recorded on one ward than time on shift there: nothing more on that ward.
    too_much = [act(SERVICE, 9, 20)]
    assert movable([NURSE, SERVICE], less_on_one, [act(NURSE, 9, 60), *too_much]) == 0
    assert movable([NURSE, SERVICE], less_on_one, [act(NURSE, 9, 60, ward="B"), *too_much]) == 40
    elsewhere = [act(SERVICE, 9, 50, ward="C")]
    assert movable([NURSE, SERVICE], both, wishes + elsewhere) == 10


def test_duty_without_ward_covers_the_whole_home() -> None:
    wishes = [act(NURSE, 9, 45), act(NURSE, 9, 45, ward="B")]
    assert movable([NURSE, SERVICE], [duty(SERVICE, None, 6, 14)], wishes) == 60
    assert movable([NURSE, SERVICE], [duty(SERVICE, "D", 6, 14)], wishes) == 0


def test_own_work_uses_its_recorded_time() -> None:
    on = [duty(SERVICE, "A", 6, 14)]
    wish = [act(NURSE, 9, 50)]
    assert movable([NURSE, SERVICE], on, [*wish, act(SERVICE, 9.5, 20)]) == 40
    # Also work that was above or below the level, that fits no rule, or that is on no ward.
    assert movable([NURSE, SERVICE], on, [*wish, act(SERVICE, 9, 20, "7.E02"), act(SERVICE, 9, 30, ward=None)]) == 10
    assert movable([NURSE, SERVICE], on, [*wish, act(SERVICE, 9, 70)]) == 0
    # Of another hour, not done, or without a time of day: it takes none of this hour.
    free = [
        act(SERVICE, 10, 60),
        replace(act(SERVICE, 9, 60), status="abgelehnt"),
        replace(act(SERVICE, 9, 60), timed=False),
    ]
    assert movable([NURSE, SERVICE], on, wish + free) == 50


def test_reassigned_work_frees_time() -> None:
    """The assistant has no minute left, hands 30 to the service, and takes 30 from the nurse."""
    people = [NURSE, ASSISTANT, SERVICE]
    acts = [act(NURSE, 9, 40, "2.8"), act(ASSISTANT, 9, 30), act(ASSISTANT, 9, 30, "2.8")]
    on = [duty(ASSISTANT, "A", 6, 14), duty(SERVICE, "A", 6, 14)]
    assert movable(people, on, acts) == 60
    assert movable(people, on[:1], acts) == 0
    # More recorded than there is of the hour: the record contradicts the roster, and nothing is counted on it.
    assert movable(people, on, [*acts, act(ASSISTANT, 9, 1, "2.8")]) == 30


def test_work_reassigned_outside_a_shift_frees_time_in_its_hour_only() -> None:
    people = [NURSE, ASSISTANT, SERVICE]
    acts = [act(NURSE, 9, 40, "2.8"), act(ASSISTANT, 9, 60, ward="B")]
    on = [duty(ASSISTANT, "A", 9, 10), duty(SERVICE, "B", 9, 10)]
    assert movable(people, on, acts) == 100
    # On ward B the assistant is not on shift: time freed there is no time there.
    assert movable(people, on, [act(NURSE, 9, 40, "2.8", ward="B"), acts[1]]) == 60


@pytest.mark.parametrize("names", ["ABCD", "DCBA", "CADB"])
def test_ties_are_ordered_from_highest_to_lowest_level(names: str) -> None:
    """There is a quarter of an hour for one of them: the nurse. And by certificate the lower level takes on."""
    nurse, assistant, helper, service = (
        replace(person, name=name) for person, name in zip((NURSE, ASSISTANT, HELPER, SERVICE), names, strict=True)
    )
    wishes = [act(helper, 9, 15), act(nurse, 9, 15), act(assistant, 9, 15)]
    result = solved(Case([assistant, helper, nurse, service], [duty(service, "A", 9, 9.25)], wishes))
    assert [(move.qn_ist, move.seconds) for move in result.moves] == [(4, 900)]
    certified = replace(helper, role="Pflegehilfskraft", certificates="LG1")
    on = [duty(assistant, "A", 9, 10), duty(certified, "A", 9, 10)]
    result = solved(Case([assistant, certified, nurse], on, [act(nurse, 9, 15, "5.E17")]))
    assert result.moves == (FeasibleMove("5.E17", 3, 4, 2, "Pflegehilfskraft", certificate=True, seconds=900),)


@pytest.mark.parametrize("names", ["AB", "BA"])
def test_within_a_task_the_first_of_the_catalogue_goes_to_the_lowest_level(names: str) -> None:
    assistant, helper = replace(ASSISTANT, name=names[0]), Person(names[1], 2, "Pflegehilfskraft", "LG1")
    on = [duty(assistant, "A", 9, 9.25), duty(helper, "A", 9, 9.25)]
    result = solved(Case([NURSE, assistant, helper], on, [act(NURSE, 9, 20, "5.E17"), act(NURSE, 9, 15, "5.E03")]))
    assert set(result.moves) == {
        FeasibleMove("5.E03", 3, 4, 2, "Pflegehilfskraft", certificate=True, seconds=900),
        FeasibleMove("5.E17", 3, 4, 3, "Pflege", certificate=False, seconds=900),
    }


@pytest.mark.slow
@pytest.mark.parametrize("wards", ["BCA", "AAA"])
def test_among_equals_names_decide_not_the_order_of_rows(wards: str) -> None:
    """There is time for one of three kinds of work by three nurses: all equally good."""
    nurses = [replace(NURSE, name=name) for name in ("N1", "N2", "N3")]
    kinds = zip(("7.E17", "8.E04", "7.E15"), wards, strict=True)
    acts = [act(nurse, 9, 15, *kind) for nurse, kind in zip(nurses, kinds, strict=True)]
    answers = set()
    for people, rows, order in zip(permutations(nurses), permutations(acts), permutations("ABC"), strict=True):
        tables = home([*reversed(people), SERVICE], [duty(SERVICE, None, 9, 9.25)], list(rows))
        named = tables.interventions["ward"].cat.reorder_categories(list(order))
        residents = tables.residents.assign(ward=None)
        work = tables.interventions.assign(ward=named)
        result = relief(replace(tables, interventions=work, residents=residents), BOOK, PERIOD)
        answers.add(result.moves if result else ())
    assert len(answers) == 1


def test_rows_without_minutes_change_nothing() -> None:
    case = one_after_the_other([random_case(seed) for seed in range(AT_ONCE)])
    period = (DAY, DAY + timedelta(days=2 * AT_ONCE))
    empty = [replace(one, minutes=None) for one in case.acts]
    assert solved(Case(case.people, case.duties, empty + case.acts), period) == solved(case, period)


@pytest.mark.parametrize(
    ("taker", "fits"),
    [
        (Person("T", 3), True),
        (Person("T", 2, certificates="LG1"), True),
        (Person("T", 2, certificates="LG2"), False),
        (Person("T", 2), False),
        (Person("T", 1, certificates="LG1"), False),  # the certificate helps from level 2 on
        (Person("T", 4), False),  # would be above the level again
        (Person("T", 3, until=DAY - timedelta(days=1)), False),  # the level is unknown on that day
        (Person("T", 3, "betreuung-43b"), False),
    ],
)
def test_certificates_decide_as_in_the_rulebook(taker: Person, fits: bool) -> None:  # noqa: FBT001  # a case's answer
    result = solved(Case([NURSE, taker], [duty(taker, "A", 6, 14)], [act(NURSE, 9, 10, "5.E17")]))
    assert result.movable == 600 * fits
    assert result.obstacles["niemand_passend"] == 600 * (not fits)


def test_reserved_tasks_stay_with_nurses() -> None:
    """Also where an override is lower; an employee of QN 8 counts as QN 4, so nothing is above level."""
    tables = home([Person("N", 8), SERVICE, ASSISTANT], [duty(SERVICE, "A", 6, 14)], [act(NURSE, 9, 10, "7.E02")])
    house = tables.overrides.iloc[:1].assign(resident=None, intervention="7.E02", level=1)
    assert relief(replace(tables, overrides=house), BOOK, PERIOD) == Relief(0, 0, 0, (), dict.fromkeys(OBSTACLES, 0))


def test_everyday_care_role_counts_by_the_kind_of_work() -> None:
    carer = Person("B", 1, "betreuung-43b")
    on = [duty(carer, "A", 9, 10)]
    result = solved(
        Case([NURSE, carer], on, [act(NURSE, 9, 10, "6.E05"), act(NURSE, 9, 20), act(NURSE, 9, 5, "6.E03")])
    )
    assert [(m.intervention, m.qn_neu, m.role) for m in result.moves] == [
        ("7.E17", 1, "betreuung-43b"),
        ("6.E05", 2, "betreuung-43b"),
    ]


def test_own_work_is_never_reassigned_to_its_performer() -> None:
    """The carer's own work is above level; the same person would fit nothing of it, and is the only one there."""
    carer = Person("B", 1, "betreuung-43b")
    assert movable([carer], [duty(carer, "A", 6, 14)], [act(carer, 9, 10, "6.E03")]) == 0
    other = replace(carer, name="C")
    swapped = [act(carer, 9, 30, "6.E03"), act(other, 9, 30, "6.E03")]
    assert movable([carer, other], [duty(carer, "A", 6, 14), duty(other, "A", 6, 14)], swapped) == 0


def test_a_night_shift_continues_after_midnight() -> None:
    night = Duty("S", "A", time_of(22), time_of(6, DAY + timedelta(days=1)))
    early = [Act("N", "A", time_of(hour, DAY + timedelta(days=1)), 10, "7.E17") for hour in (0.2, 5.9, 6.0)]
    assert movable([NURSE, SERVICE], [night], [act(NURSE, 23.9, 10), act(NURSE, 21.9, 10), *early]) == 30
    # The night before the period reaches into it, and the one after it does not begin.
    before = Duty("S", "A", time_of(22, DAY - timedelta(days=1)), time_of(6))
    assert movable([NURSE, SERVICE], [before], [act(NURSE, 5, 10), *early], (DAY, DAY)) == 10


def test_levels_are_those_of_the_calendar_day() -> None:
    """A helper's level ends with the day: after midnight it is unknown, though the duty continues."""
    leaving = replace(SERVICE, until=DAY)
    night = Duty("S", "A", time_of(22), time_of(6, DAY + timedelta(days=1)))
    after = Act("N", "A", time_of(0.5, DAY + timedelta(days=1)), 10, "7.E17")
    result = solved(Case([NURSE, leaving], [night], [act(NURSE, 23.5, 10), after]))
    assert result.moves == (FeasibleMove("7.E17", 1, 4, 1, "Servicekraft", certificate=False, seconds=600),)


def test_skipped_hour_has_no_capacity() -> None:
    """On 29 March 2026 the clock goes from 2 to 3 o'clock."""
    spring = date(2026, 3, 29)
    night = Duty("S", "A", time_of(22, date(2026, 3, 28)), time_of(6, spring))
    acts = [Act("N", "A", time_of(hour, spring), 40, "7.E17") for hour in (1, 2.5, 3)]
    result = solved(Case([NURSE, SERVICE], [night], acts), (spring, spring))
    assert (result.movable, result.obstacles["ohne_uhrzeit"]) == (2 * 2400, 2400)


def test_repeated_hour_counts_once() -> None:
    """On 25 October 2026 the clock goes from 3 back to 2: the hour to which work belongs is ambiguous."""
    autumn = date(2026, 10, 25)
    night = Duty("S", "A", time_of(22, date(2026, 10, 24)), time_of(6, autumn))
    acts = [Act("N", "A", time_of(hour, autumn), 40, "7.E17") for hour in (2, 2.5)]
    assert movable([NURSE, SERVICE], [night], acts, (autumn, autumn)) == 60
    assert (
        movable([NURSE, SERVICE], [night], [*acts, Act("S", "A", time_of(2, autumn), 50, "7.E17")], (autumn, autumn))
        == 10
    )


def test_work_without_a_taker_is_named() -> None:
    acts = [
        replace(act(NURSE, 9, 1), timed=False, ward=None),
        act(NURSE, 9, 2, ward=None),
        act(NURSE, 15, 4),
        act(NURSE, 9, 8, "4.19"),
        act(NURSE, 9, 60),
        act(NURSE, 9, 16),
        act(NURSE, 9, 32, "7.E02"),
    ]
    result = solved(Case([NURSE, SERVICE], [duty(SERVICE, "A", 6, 14), duty(NURSE, "A", 6, 14)], acts))
    assert {name: seconds / 60 for name, seconds in result.obstacles.items()} == {
        "ohne_uhrzeit": 1,
        "ohne_wohnbereich": 2,
        "ohne_dienst": 4,
        "niemand_passend": 8,
        "keine_zeit": 16,
    }
    assert (result.above, result.placed, result.movable) == (91 * 60, 84 * 60, 3600)


def test_work_on_the_ward_of_its_resident_is_placed_there() -> None:
    """6.E03 is done with R1, who lives on ward A."""
    assert movable([NURSE, SERVICE], [duty(SERVICE, "A", 6, 14)], [act(NURSE, 9, 10, "6.E03", ward=None)]) == 10


def test_temporary_role_yields_to_the_permanent_one() -> None:
    """Also one that ended before the period: no one has the role in it."""
    tables = home([NURSE, Person("Z", 4)], [], [])
    led = tables.staff.iloc[:1].assign(role="Leitung", start=pd.Timestamp(DAY) + pd.Timedelta(days=1))
    led["end"] = led["start"] + pd.Timedelta(days=2)
    staff = pd.concat([tables.staff, led], ignore_index=True)
    staff.loc[staff["staff"] == "Z", "end"] = pd.Timestamp(DAY) - pd.Timedelta(days=5)
    problem = problem_of(compile_home(replace(tables, staff=staff), BOOK, (DAY, DAY + timedelta(days=4))))
    assert problem.roles.take(problem.role.ravel()).tolist() == ["Pflege", *["Leitung"] * 3, "Pflege", *[""] * 5]
