"""The engine against queries in DuckDB, on homes with every kind of gap, overlap and unknown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import pebem
import rules
from pebem.contracts import Tables, check
from rules.model import RuleBook
from tests.support.pebem.frames import LEAP_DAY, homes, large_home, periods
from tests.support.pebem.sql_formulation import SqlFit
from tests.support.rules.books import with_every_word

BOOK = rules.load(date(2026, 3, 31))
EVERY_WORD = with_every_word()
WITH_ROLES = replace(
    EVERY_WORD,
    interventions=tuple(replace(e, kind="alltag") if e.reserved else e for e in EVERY_WORD.interventions),
    roles=(*EVERY_WORD.roles, replace(EVERY_WORD.roles[0], id="leitung", everyday=3, otherwise=4)),
)
ALL_GROUPINGS = (*pebem.CUBE, *pebem.FIT, ("shift", "day"), ())
NARROW = settings(max_examples=8, deadline=None)
WIDE = settings(max_examples=300, deadline=None)


def assert_agrees(
    home: Tables,
    book: RuleBook,
    period: tuple[date, date] | None,
    groupings: Sequence[tuple[str, ...]] = pebem.CUBE,
) -> None:
    result = pebem.score(check(home), book, period, groupings)
    expected = SqlFit(home, book, period)
    for dimensions in groupings:
        assert expected.differs(result.by(*dimensions), dimensions) == []
    assert expected.coverage_differs(result.covered("day", "ward")) == []
    assert dict(result.excluded) == expected.excluded | {"fehlerhaft": home.faulty}
    assert result.period == expected.period


@pytest.mark.slow
@given(st.data(), st.sampled_from([BOOK, WITH_ROLES]))
@NARROW
def test_small_homes(data: st.DataObject, book: RuleBook) -> None:
    home = data.draw(homes(book))
    assert_agrees(home, book, data.draw(periods(home)))


@given(homes(WITH_ROLES, least=1))
@settings(NARROW, max_examples=3)
def test_small_homes_in_the_period_of_their_rows(home: Tables) -> None:
    assert_agrees(home, WITH_ROLES, None)


@pytest.mark.deep
@given(st.data(), st.sampled_from([BOOK, WITH_ROLES]))
@WIDE
def test_many_more_small_homes(data: st.DataObject, book: RuleBook) -> None:
    home = data.draw(homes(book, 30))
    assert_agrees(home, book, data.draw(periods(home) | st.none()) if len(home.interventions) else (LEAP_DAY, LEAP_DAY))


@pytest.mark.slow
def test_a_large_home_in_every_grouping() -> None:
    home = large_home(BOOK, 1, rows=40_000)
    assert_agrees(home, BOOK, (date(2024, 1, 15), date(2024, 4, 10)), ALL_GROUPINGS)


@pytest.mark.deep
@pytest.mark.parametrize("seed", range(2, 22))
def test_many_more_large_homes(seed: int) -> None:
    book = WITH_ROLES if seed % 4 == 0 else BOOK
    size = {"residents": 5 + 40 * (seed % 5), "staff": 3 + 20 * (seed % 3), "wards": 1 + seed % 9}
    assert_agrees(large_home(book, seed, **size), book, None, ALL_GROUPINGS)


@pytest.mark.deep
def test_the_largest_home_agrees_with_sql() -> None:
    """65,536 residents in 300 wards, 5,000 employees, three years, five million rows."""
    size = {
        "residents": 65_536,
        "staff": 5_000,
        "wards": 300,
        "days": 1_096,
        "rows": 5_000_000,
        "profiles": 25,
        "overrides": 30,
    }
    home = large_home(BOOK, 1, first=date(2023, 1, 1), **size)
    assert_agrees(home, BOOK, (date(2023, 1, 1), date(2025, 12, 31)), (*pebem.CUBE, *pebem.FIT))
