"""Many homes in one go: to the row and the second what each of them comes to on its own."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pandas as pd
import pytest
from hypothesis import strategies as st

import pebem
import rules
from pebem.contracts import Tables
from pebem.engine.encode import EmptyError
from pebem.engine.lookup_tables import compile_homes
from pebem.plausibility import shape
from pebem.score import HOMES_AT_ONCE
from rules.vocabulary import ASSESSMENT_CELLS
from tests.support.pebem.frames import LEAP_DAY, dressed, homes, large_home, periods
from tests.support.pebem.sums_by_hand import BOOK, BOTH, OTHER_TABLES, exact, holds

BOOKS = (BOOK, rules.load(date(2026, 3, 31)), rules.load(date(2026, 9, 30)))


@holds(st.data())
def test_many_homes_come_to_what_each_does_alone(data: st.DataObject) -> None:
    """The homes know the same numbers and wards, and mean others by them; some have no rows, or nobody."""
    book = data.draw(st.sampled_from(BOOKS))
    some = data.draw(st.lists(homes(book), min_size=2, max_size=5))
    period = data.draw(periods(some[0]))
    alone = [pebem.score(home, book, period, BOTH) for home in some]
    more_than_one_batch = HOMES_AT_ONCE // len(some) + 1
    together = list(pebem.score_homes(some * more_than_one_batch, book, period, BOTH))
    assert [exact(one) for one in together] == [exact(one) for one in alone] * more_than_one_batch
    assert pebem.Aggregate.total(together[: len(some)]) == pebem.Aggregate.total(alone)


@holds(st.data())
def test_each_home_has_its_own_days_and_its_frames_their_own_types(data: st.DataObject) -> None:
    some = data.draw(st.lists(homes(BOOK, least=1), min_size=2, max_size=4))
    other = {name: data.draw(dressed(getattr(some[0], name), shuffle=False)) for name in OTHER_TABLES}
    some.append(replace(some[0], **other))
    fewer = data.draw(st.sampled_from(ASSESSMENT_CELLS))
    some.append(replace(some[0], assessments=some[0].assessments.drop(columns=fewer)))
    alone = [exact(pebem.score(home, BOOK, groupings=BOTH)) for home in some]
    assert [exact(one) for one in pebem.score_homes(some, BOOK, groupings=BOTH)] == alone


def test_a_home_compiled_with_others_has_its_own_people() -> None:
    """Other uses of the tables than scoring look at states, assessments and supplies by their places."""
    some = [large_home(BOOK, seed, residents=9, staff=5, days=9 + seed, rows=300) for seed in range(3)]
    spans = [(home.interventions["date"].min().date(), home.interventions["date"].max().date()) for home in some]
    for home, days, compiled in zip(some, spans, compile_homes(some, BOOK, spans), strict=True):
        alone = pebem.compile_home(home, BOOK, days)
        pd.testing.assert_frame_equal(shape(compiled), shape(alone))
        assert (compiled.residents.assessment == alone.residents.assessment).all()
        assert (compiled.rating.levels.rule == alone.rating.levels.rule).all()


def test_homes_with_moments_no_unit_holds_together_are_scored() -> None:
    home = large_home(BOOK, 1, residents=3, staff=2, days=3, rows=20)
    fine = home.staff.assign(start=home.staff["start"].astype("datetime64[ns]"))
    far = home.staff.assign(start=pd.Series([pd.Timestamp("9999-12-31").as_unit("s")] * len(home.staff)))
    some = [replace(home, staff=fine), replace(home, staff=far)]
    assert list(pebem.score_homes(some, BOOK)) == [pebem.score(one, BOOK) for one in some]


def test_no_homes_have_no_aggregate_and_a_home_without_rows_has_no_days() -> None:
    assert list(pebem.score_homes([], BOOK)) == []
    assert compile_homes([], BOOK, []) == []
    with pytest.raises(EmptyError):
        list(pebem.score_homes([Tables()], BOOK))
    nothing = next(pebem.score_homes([Tables()], BOOK, (LEAP_DAY, LEAP_DAY + timedelta(days=1))))
    assert nothing == pebem.Aggregate.zero()
