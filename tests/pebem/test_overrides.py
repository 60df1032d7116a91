"""Levels a person has set: who wins, until when, what they can never do, and that they are counted apart."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pandas as pd
import pytest

import pebem
from pebem.contracts import OVERRIDES, Tables, empty
from tests.support.pebem.homes import FIRST, days, random_home
from tests.support.pebem.one_resident import BOOK, home_with


def levels(home: Tables) -> list[int]:
    by_day = pebem.score(home, BOOK).by("day")
    return by_day.sort_values("day")["qn_soll"].tolist()


def overridden(home: Tables) -> int:
    return int(pebem.score(home, BOOK).covered()["ueberschrieben"].iloc[0])


def test_override_is_effective_from_its_first_to_its_last_day() -> None:
    home = home_with(("000", "4.12", 4, 2, 4))
    assert levels(home) == [2, 2, 4, 4, 4, 2, 2, 2, 2, 2]
    assert overridden(home) == 3


def test_may_lower_as_well_as_raise() -> None:
    assert levels(home_with(("000", "4.12", 1, 0, None))) == [1] * 10


def test_resident_override_beats_home_override_and_later_beats_earlier() -> None:
    home = home_with(("000", "4.12", 3, 4, 6), (None, "4.12", 4, 0, None), ("000", "4.12", 1, 5, 5))
    assert levels(home) == [4, 4, 4, 4, 3, 1, 3, 4, 4, 4]
    assert overridden(home) == 10


def test_another_intervention_and_an_unknown_resident_change_nothing() -> None:
    home = home_with(("000", "4.11", 4, 0, None), ("weg", "4.12", 4, 0, None), ("000", "9.99", 4, 0, None))
    assert levels(home) == [2] * 10
    assert overridden(home) == 0


def test_a_reserved_task_never_falls_below_four() -> None:
    home = home_with((None, "7.E02", 1, 0, None), intervention="7.E02")
    assert levels(home) == [4] * 10
    fit = pebem.score(home, BOOK).by()["fit"].tolist()
    assert fit == ["vorbehalt_verletzt"]


def test_an_override_sets_a_level_where_the_assessment_is_missing() -> None:
    home = home_with(("000", "4.12", 3, 0, None))
    home = replace(home, assessments=home.assessments.iloc[:0])
    assert levels(home) == [3] * 10


def test_direct_work_without_a_resident_stays_unrated() -> None:
    home = home_with((None, "4.12", 3, 0, None))
    frame = home.interventions.assign(resident=pd.Categorical([None] * 10, categories=["000"]))
    assert levels(replace(home, interventions=frame)) == [0] * 10


def test_an_instability_does_not_bar_a_certificate_where_a_person_has_decided() -> None:
    home = home_with(("000", "5.E12", 4, 0, None), intervention="5.E12")
    staff = home.staff.assign(certificates="LG2")
    unstable = pd.DataFrame(
        {
            "resident": pd.Series(["000"], dtype=object),
            "criterion": pd.Series(["sturz"], dtype=object),
            "start": days([0]),
            "end": days([None]),
        }
    )
    home = replace(home, staff=staff, instability=unstable)
    assert pebem.score(home, BOOK).by()["fit"].tolist() == ["passend"]
    plain = replace(home, overrides=empty(OVERRIDES))
    assert pebem.score(plain, BOOK).by()["fit"].tolist() == ["unterqualifiziert"]


@pytest.mark.parametrize("seed", range(6))
def test_without_overrides_nothing_changes(seed: int) -> None:
    home = random_home(BOOK, seed)
    ended = replace(home, overrides=home.overrides.assign(end=pd.Timestamp(FIRST - timedelta(days=90))))
    without = replace(home, overrides=empty(OVERRIDES))
    assert pebem.score(ended, BOOK, groupings=pebem.CUBE) == pebem.score(without, BOOK, groupings=pebem.CUBE)
