"""The resident mix, and minutes by level beside the Pflegegrad, against counting by hand and row by row."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest

import rules
from pebem.assessments import assess
from pebem.contracts import Tables
from pebem.engine.lookup_tables import compile_home
from pebem.plausibility import shape
from pebem.resident_mix import GradeDifference, differences, employed_equivalents, mix
from rules.reference import level
from rules.vocabulary import ASSESSMENT_CELLS
from tests.support.pebem.homes import DAYS, FIRST, _override, _resident, day, days, random_home, with_granted_grades

BOOK = rules.load(date(2026, 3, 31))
LAST = FIRST + timedelta(days=DAYS - 1)


def residents(*rows: tuple[str, int | None, int | None]) -> pd.DataFrame:
    names, moved_in, moved_out = zip(*rows, strict=True)
    return pd.DataFrame(
        {
            "resident": pd.Series(names, dtype=object),
            "ward": pd.Series(["A"] * len(names), dtype=object),
            "moved_in": days(list(moved_in)),
            "moved_out": days(list(moved_out)),
        }
    )


def assessment(resident: str, start: int | None, **cells: int) -> dict[str, object]:
    """An assessment in which everything not given is 0."""
    points = dict.fromkeys(ASSESSMENT_CELLS, 0) | {name.replace("_", "."): value for name, value in cells.items()}
    head = {"resident": resident, "date": day(start), "continence_urine": 0, "continence_stool": 0, "special": False}
    return head | points


HEAVY = {f"4_{i}": 3 for i in range(1, 8)} | {"4_8": 9, "4_9": 6, "4_10": 6} | {f"1_{i}": 3 for i in range(1, 6)}
"""Modules 1 and 4 at their top: 10 + 40 points, Pflegegrad 3."""


def home() -> Tables:
    frame = pd.DataFrame(
        [
            assessment("a", None, **HEAVY),
            assessment("b", 5),
            assessment("c", None, **{"1_1": -1}),
            assessment("d", None),
        ]
    ).astype({"date": "datetime64[s]"})
    frame.loc[3, "special"] = True
    return Tables(
        residents=residents(("a", None, None), ("b", 0, 7), ("c", 2, None), ("d", None, 3), ("e", 9, None)),
        assessments=frame,
    )


def test_the_mix_counts_presence_day_by_day() -> None:
    ten = mix(home(), FIRST, FIRST + timedelta(days=9))
    assert ten.stood_in == Decimal("1.7")
    assert ten.by_grade == {
        3: Decimal(1),  # a, all days
        5: Decimal("0.4"),  # d, by special constellation, gone after day 3
        0: Decimal("0.3"),  # b from its assessment on day 5 to its last day 7
        -1: Decimal("1.4"),  # b for five days before, c for eight days with a blank item, e for one without any
        1: Decimal(0),
        2: Decimal(0),
        4: Decimal(0),
    }


def stays(*rows: tuple[str, int | None, int | None]) -> pd.DataFrame:
    names, start, end = zip(*rows, strict=True)
    columns = {"resident": pd.Series(names, dtype=object), "start": days(list(start)), "end": days(list(end))}
    return pd.DataFrame(columns)


def test_a_resident_who_returned_is_absent_in_between() -> None:
    """Of the stays begun the last to begin decides; whoever has none lives there on all days."""
    moves = stays(("b", 6, None), ("b", None, 2), ("c", 0, 8), ("c", 4, 5), ("d", 3, 3), ("zz", 0, 9))
    ten = mix(home(), FIRST, FIRST + timedelta(days=9), moves).by_grade
    assert ten[3] == 1  # a has no stay
    assert ten[5] == Decimal("0.1")  # d on day 3
    assert ten[0] == Decimal("0.4")  # b from day 6 on, assessed on day 5
    # b on days 0 to 2, c on days 0 to 3 of the first and 4 to 5 of the second stay, e on all ten
    assert ten[-1] == Decimal("0.3") + Decimal("0.6") + 1
    assert mix(home(), FIRST + timedelta(days=4), FIRST + timedelta(days=4), moves).by_grade[-1] == 2  # c and e
    assert mix(home(), FIRST, LAST, None) == mix(home(), FIRST, LAST)


def test_stays_of_one_day_are_those_of_moving_in_and_out() -> None:
    people = home().residents
    same = people.rename(columns={"moved_in": "start", "moved_out": "end"})[["resident", "start", "end"]]
    assert mix(home(), FIRST, LAST, same) == mix(home(), FIRST, LAST)


def test_a_single_day() -> None:
    by_grade = mix(home(), FIRST, FIRST).by_grade
    assert (by_grade[-1], sum(by_grade.values())) == (1, 3)


def granted(*rows: tuple[str, int, int | None]) -> pd.DataFrame:
    names, grade, start = zip(*rows, strict=True)
    columns = {"resident": pd.Series(names, dtype=object), "grade": np.array(grade, np.int32)}
    return pd.DataFrame(columns | {"start": days(list(start))})


GRANTED = granted(("a", 4, 4), ("c", 2, None), ("d", 5, None), ("d", 0, 2), ("e", 3, 20), ("zz", 1, None))
"""Of a from day 4 on, of c and d since always, of d none any more from day 2 on, of e later than looked at."""


def test_a_granted_grade_counts_and_the_computed_one_stands_in_where_there_is_none() -> None:
    ten = mix(replace(home(), grades=GRANTED), FIRST, FIRST + timedelta(days=9))
    assert ten.by_grade == {
        3: Decimal("0.4"),  # a until day 3, computed
        4: Decimal("0.6"),  # a from day 4 on
        5: Decimal("0.2"),  # d on days 0 and 1
        2: Decimal("0.8"),  # c, whose assessment has a blank item
        0: Decimal("0.3") + Decimal("0.2"),  # b as computed, d on days 2 and 3
        -1: Decimal("0.5") + Decimal("0.1"),  # b before its assessment, e
        1: Decimal(0),
    }
    assert ten.stood_in == Decimal("0.4") + Decimal("0.3")


@pytest.mark.parametrize("order", [[0, 1, 2], [2, 1, 0], [1, 2, 0]])
def test_of_granted_grades_the_last_to_begin_counts(order: list[int]) -> None:
    rows = granted(("a", 1, None), ("a", 2, 3), ("a", 4, 7)).iloc[order].reset_index(drop=True)
    grades = [mix(replace(home(), grades=rows), day(at).date(), day(at).date()).by_grade for at in (0, 2, 3, 6, 7, 9)]
    assert [next(grade for grade in (1, 2, 4) if one[grade] == 1) for one in grades] == [1, 1, 2, 2, 4, 4]


def test_of_two_granted_grades_since_one_day_the_later_row_counts() -> None:
    rows = granted(("a", 1, 0), ("a", 2, 0))
    assert mix(replace(home(), grades=rows), FIRST, FIRST).by_grade[2] == 1
    assert mix(replace(home(), grades=rows.iloc[::-1].reset_index(drop=True)), FIRST, FIRST).by_grade[1] == 1


def test_granted_and_computed_grades_that_differ_are_named_with_the_first_day() -> None:
    tables = replace(home(), grades=GRANTED)
    a = GradeDifference("a", FIRST + timedelta(days=4), 4, 3)
    d = GradeDifference("d", FIRST + timedelta(days=2), 0, 5)
    assert differences(tables) == [a, d]
    assert differences(tables, FIRST, FIRST + timedelta(days=3)) == [d]
    later = FIRST + timedelta(days=6)
    assert differences(tables, later, LAST) == [replace(a, day=later)]  # d has moved out
    always = granted(("a", 2, None), ("b", 0, None), ("c", 3, None), ("e", 1, None))
    assert differences(replace(home(), grades=always)) == [GradeDifference("a", None, 2, 3)]
    assert differences(home()) == []


def test_a_period_that_ends_before_it_begins() -> None:
    with pytest.raises(ValueError, match="before it begins"):
        mix(home(), LAST, FIRST)


@pytest.mark.slow
@pytest.mark.parametrize("seed", [0, 1, *(pytest.param(seed, marks=pytest.mark.deep) for seed in range(2, 8))])
def test_the_shape_equals_row_by_row(seed: int) -> None:
    result = shape(compile_home(home_of(seed), BOOK, (FIRST, LAST)))
    counts, seconds = by_hand(home_of(seed))
    for row in result.to_dict("records"):
        key = (row["pflegegrad"], row["qn_soll"])
        assert (row["count"], row["seconds"]) == (counts.pop(key), seconds.pop(key))
    assert not counts
    rated = result[result["qn_soll"] > 0].groupby("pflegegrad")["share"].sum()
    assert np.allclose(rated[rated > 0], 1)


def home_of(seed: int) -> Tables:
    """A random home in which half the assessments are complete, so that grades are known."""
    random = with_granted_grades(random_home(BOOK, seed), seed)
    frame = random.assessments.copy()
    for cell in ASSESSMENT_CELLS:
        frame[cell] = np.where(np.arange(len(frame)) % 2, np.maximum(frame[cell], 0), frame[cell])
    return replace(random, assessments=frame)


def by_hand(tables: Tables) -> tuple[Counter[tuple[int, int]], Counter[tuple[int, int]]]:
    grades = assess(tables.assessments).grade
    known = set(tables.residents["resident"])
    counts: Counter[tuple[int, int]] = Counter()
    seconds: Counter[tuple[int, int]] = Counter()
    for row in tables.interventions.to_dict("records"):
        on, name = row["date"].date(), row["resident"]
        if name not in known or not (pd.isna(row["status"]) or row["status"] == "durchgeführt"):
            continue
        entry = BOOK.interventions[BOOK.index[row["intervention"]]]
        answer = level(BOOK, entry, _resident(tables, name, on))
        soll = answer.low if answer.low == answer.high else 0
        chosen = _override(tables, name, entry, on)
        key = (grade_on(tables, grades, name, on), soll if chosen is None else chosen)
        counts[key] += 1
        seconds[key] += max(row["seconds"], 0)
    return counts, seconds


def grade_on(tables: Tables, grades: np.ndarray, name: str, on: date) -> int:
    moved_in = dict(zip(tables.residents["resident"], tables.residents["moved_in"], strict=True))[name]
    best, chosen = date.min, -1
    for position, row in enumerate(tables.assessments.to_dict("records")):
        if row["resident"] != name:
            continue
        start = row["date"] if not pd.isna(row["date"]) else moved_in
        start = date.min if pd.isna(start) else start.date()
        if best <= start <= on:
            best, chosen = start, int(grades[position])
    best = date.min
    for row in tables.grades[tables.grades["resident"] == name].to_dict("records"):
        start = date.min if pd.isna(row["start"]) else row["start"].date()
        if best <= start <= on:
            best, chosen = start, row["grade"]
    return chosen


def test_employed_staff_is_averaged_over_days_and_divided_last() -> None:
    hours = pd.DataFrame(
        {
            "qn": [3, 4, 4, 0],
            "start": days([None, 0, 4, 0]),
            "end": days([None, 3, None, 9]),
            "hours": pd.Series([Decimal("38.5"), Decimal(100), Decimal("60.5"), Decimal(20)], dtype=object),
        }
    )
    staff = employed_equivalents(hours, FIRST, FIRST + timedelta(days=9), Decimal("38.5"))
    assert staff[3] == 1
    assert staff[4] == (Decimal(100) * 4 + Decimal("60.5") * 6) / 10 / Decimal("38.5")
    assert staff[0] == Decimal(20) / Decimal("38.5")
    later = employed_equivalents(hours, LAST, LAST, Decimal("38.5"))
    assert (later[4], later[0]) == (Decimal("60.5") / Decimal("38.5"), 0)
