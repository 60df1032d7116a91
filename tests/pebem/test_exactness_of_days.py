"""Days, times of day and edges, to the row and the second; and sums that must agree with one another."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest
from hypothesis import strategies as st

import pebem
import rules
from pebem.aggregate import DIMENSIONS
from pebem.contracts import INSTABILITY, INTERVENTIONS, STAFF, Tables, empty
from pebem.engine.decode import COVERAGE
from pebem.engine.encode import EmptyError
from rules.vocabulary import KINDS_WITHOUT_RESIDENT
from tests.support.pebem.frames import (
    LEAP_DAY,
    MOMENTS,
    SUMMER_TIME,
    WINTER_TIME,
    framed,
    homes,
    periods,
)
from tests.support.pebem.sums_by_hand import BOOK, BOTH, OTHER_TABLES, exact, holds, scored

PLAIN = rules.load(date(2026, 3, 31))
FILLED = homes(BOOK, least=1)


def counts(cells: dict[tuple[object, ...], tuple[int, ...]], *positions: int, size: int = 2) -> Counter[object]:
    """Sum cells by some of their labels."""
    total: Counter[object] = Counter()
    for key, values in cells.items():
        for i in range(size):
            total[tuple(key[n] for n in positions), i] += values[i]
    return +total


# ------------------------------------------------------------ what reconciles


@holds(st.data())
def test_every_grouping_is_a_margin_of_the_cube(data: st.DataObject) -> None:
    home = data.draw(homes(BOOK))
    period = data.draw(periods(home))
    dims = tuple(data.draw(st.lists(st.sampled_from(DIMENSIONS), unique=True)))
    cube = pebem.score(home, BOOK, period, pebem.CUBE)
    alone = pebem.score(home, BOOK, period, (dims,))
    cells = exact(cube)[pebem.CUBE[0]]
    at = [*(DIMENSIONS.index(name) for name in dims), 4, 5, 6, 7]
    assert counts(exact(alone)[dims], *range(len(at))) == counts(cells, *at)
    pd.testing.assert_frame_equal(alone.by(*dims), cube.by(*dims))
    assert exact(alone)["coverage"] == exact(cube)["coverage"]
    fit = pebem.score(home, BOOK, period, pebem.FIT)
    for name in DIMENSIONS:
        pd.testing.assert_frame_equal(fit.by(name), cube.by(name))


@holds(st.data())
def test_coverage_and_exclusions_reconcile_with_the_rows(data: st.DataObject) -> None:
    home = data.draw(homes(BOOK))
    first, last = data.draw(periods(home))
    result = pebem.score(home, BOOK, (first, last), pebem.CUBE)
    cells = exact(result)[pebem.CUBE[0]]
    rows = home.interventions
    done = rows["status"].isna() | (rows["status"] == "durchgeführt")
    inside = (rows["date"] >= pd.Timestamp(first)) & (rows["date"] <= pd.Timestamp(last))
    assert dict(result.excluded) == {
        "nicht_durchgefuehrt": int((~done).sum()),
        "ausserhalb_zeitraum": int((done & ~inside).sum()),
        "fehlerhaft": home.faulty,
    }
    assert result.rows == len(rows) + home.faulty
    counting = rows[done & inside]
    assert result.counted == len(counting) == sum(count for count, _ in cells.values())
    assert sum(seconds for _, seconds in cells.values()) == int(counting["seconds"].clip(lower=0).sum())
    by_slot: Counter[object] = Counter()
    for (day, ward, _, _, _, ist, *_), (count, _) in cells.items():
        by_slot[day, ward, "counted"] += count
        by_slot[day, ward, "mitarbeitende"] += count * (ist > 0)
    for row in result.covered("day", "ward").to_dict("records"):
        key = row["day"], None if pd.isna(row["ward"]) else row["ward"]
        assert row["counted"] == row["intervention"] == by_slot.pop((*key, "counted"))
        assert row["mitarbeitende"] == by_slot.pop((*key, "mitarbeitende"))
        assert all(0 <= row[name] <= row["counted"] for name in (*COVERAGE, "ueberschrieben"))
    assert not by_slot
    assert int(result.covered()["minuten"].iloc[0]) == int((counting["seconds"] >= 0).sum())
    assert int(result.covered("day")["counted"].sum()) == int(result.covered("ward")["counted"].sum()) == result.counted


# ------------------------------------------------------------ days and times of day


@holds(st.data())
def test_the_time_of_day_makes_no_difference(data: st.DataObject) -> None:
    home = data.draw(homes(BOOK))
    period = data.draw(periods(home))
    minutes = np.array(data.draw(st.lists(st.integers(-1, 1439), min_size=14, max_size=14)), np.int32)
    other = home.interventions.assign(minute_of_day=minutes[: len(home.interventions)])
    assert scored(replace(home, interventions=other), period) == scored(home, period)


@holds(st.data(), st.sampled_from(MOMENTS), st.integers(-3, 3))
def test_no_day_is_special(data: st.DataObject, to: date, aside: int) -> None:
    """Move all days of a home onto another leap day, change of clocks or turn of the year: only labels move."""
    home = data.draw(homes(BOOK, least=1))
    first, last = data.draw(periods(home))
    by = to + timedelta(days=aside) - home.interventions["date"].iloc[0].date()
    moved = replace(home, **{name: _moved(getattr(home, name), by) for name in (*OTHER_TABLES, "interventions")})
    expected = scored(home, (first, last))
    for name in (pebem.CUBE[0], ("day",), "coverage"):
        expected[name] = {(key[0] + by, *key[1:]): sums for key, sums in expected[name].items()}
    expected["period"] = (first + by, last + by)
    assert scored(moved, (first + by, last + by)) == expected


def _moved(frame: pd.DataFrame, by: timedelta) -> pd.DataFrame:
    return frame.assign(**{name: frame[name] + by for name in frame.columns if frame[name].dtype.kind == "M"})


def acts(*rows: tuple[date, int, int]) -> pd.DataFrame:
    """Make acts of help with washing for one resident by one person on days, at minutes, with seconds."""
    return framed(
        INTERVENTIONS,
        [("1", "P1", "4.12", day, minute, seconds, None, "Nacht", "A", None) for day, minute, seconds in rows],
    )


def ist_by_day(home: Tables) -> dict[date, int]:
    frame = pebem.score(home, PLAIN).by("day")
    return dict(zip(frame["day"], frame["qn_ist"].tolist(), strict=True))


@pytest.mark.parametrize("evening", [LEAP_DAY, date(2024, 2, 28), date(2025, 2, 28), date(2025, 12, 31), SUMMER_TIME])
def test_a_night_belongs_to_two_days(evening: date) -> None:
    """The level of the evening ends with its day, although the shift goes on."""
    morning = evening + timedelta(days=1)
    staff = framed(STAFF, [("P1", 2, None, "", None, evening), ("P1", 5, None, "", morning, None)])
    night = acts((evening, 1439, 60), (morning, 0, 3_600), (morning, 359, 60))
    result = pebem.score(Tables(staff=staff, interventions=night), PLAIN).by("day")
    cells = result[["day", "qn_ist", "count", "seconds"]].to_numpy().tolist()
    assert cells == [[evening, 2, 1, 60], [morning, 4, 2, 3_660]]


def test_the_leap_day_is_a_day_of_its_own() -> None:
    before, after = date(2024, 2, 28), date(2024, 3, 1)
    staff = framed(STAFF, [("P1", 1, None, "", None, None), ("P1", 3, None, "", LEAP_DAY, LEAP_DAY)])
    home = Tables(staff=staff, interventions=acts(*((day, 600, 60) for day in (before, LEAP_DAY, after))))
    assert ist_by_day(home) == {before: 1, LEAP_DAY: 3, after: 1}
    only = pebem.score(home, PLAIN, (LEAP_DAY, LEAP_DAY))
    assert (only.counted, only.excluded["ausserhalb_zeitraum"]) == (1, 2)


@pytest.mark.parametrize("change", [SUMMER_TIME, WINTER_TIME])
def test_clock_change_neither_removes_nor_adds_an_hour(change: date) -> None:
    """An act every half hour by the clock on three days, the hour that is not and the hour that is twice included."""
    span = [change + timedelta(days=n) for n in (-1, 0, 1)]
    clock = [(day, minute, 1_799) for day in span for minute in range(0, 1440, 30)]
    twice = [(WINTER_TIME, minute, 7) for minute in (120, 150)] if change == WINTER_TIME else []
    result = pebem.score(Tables(interventions=acts(*clock, *twice)), PLAIN).by("day")
    assert result["day"].tolist() == span
    assert result["count"].tolist() == [48, 48 + len(twice), 48]
    assert result["seconds"].tolist() == [48 * 1_799, 48 * 1_799 + 7 * len(twice), 48 * 1_799]


# ------------------------------------------------------------ edges


@holds(st.data())
def test_unrequested_groupings_make_no_difference(data: st.DataObject) -> None:
    """Other people, later assessments, ended instability and expired levels leave the result as it is."""
    home = data.draw(homes(BOOK))
    first, last = data.draw(periods(home))
    later, earlier = last + timedelta(days=1), first - timedelta(days=1)
    known = home.residents["resident"].tolist()
    new = home.residents.iloc[:1].assign(resident="neu", ward="Neubau")
    late = home.assessments.assign(date=pd.Timestamp(later))
    ended = framed(INSTABILITY, [(name, "sturz", None, earlier) for name in known])
    to_come = framed(INSTABILITY, [(name, "sturz", later, None) for name in [*known, "neu"]])
    hired = framed(STAFF, [("neu", 8, None, "LG1;LG2", None, None), ("P1", 1, None, "", later, None)])
    expired = home.overrides.assign(start=pd.NaT, end=pd.Timestamp(earlier))
    others = {
        "residents": [new],
        "assessments": [late],
        "instability": [ended, to_come],
        "staff": [hired],
        "overrides": [expired],
    }
    more = {
        name: pd.concat(
            [getattr(home, name), *(f.astype(getattr(home, name).dtypes) for f in frames)], ignore_index=True
        )
        for name, frames in others.items()
    }
    assert scored(replace(home, **more), (first, last)) == scored(home, (first, last))


@holds(FILLED)
def test_rows_without_master_data_are_all_unknown(home: Tables) -> None:
    """Without master data no level is known; only work that needs no resident has one that is asked for."""
    bare = Tables(interventions=home.interventions)
    result = pebem.score(bare, BOOK, None, pebem.CUBE)
    kinds = {entry.id: entry.kind for entry in BOOK.interventions}
    for row in result.by(*pebem.CUBE[0]).to_dict("records"):
        assert (row["fit"], row["qn_ist"], row["certificate"]) == ("nicht_bewertbar", 0, False)
        assert (row["qn_soll"] > 0) == (kinds[row["intervention"]] in KINDS_WITHOUT_RESIDENT)
    covered = result.covered().iloc[0]
    assert covered["mitarbeitende"] == covered["ueberschrieben"] == 0
    assert covered["intervention"] == covered["counted"] == result.counted


@holds(homes(BOOK))
def test_without_rows_an_aggregate_has_only_a_period(home: Tables) -> None:
    period = (LEAP_DAY, LEAP_DAY)
    people = replace(home, interventions=empty(INTERVENTIONS))
    nothing = pebem.Aggregate.zero(BOTH)
    for result in (
        pebem.score(replace(people, faulty=0), BOOK, period, BOTH),
        pebem.stream(people, [], BOOK, period, BOTH),
        pebem.stream(people, [empty(INTERVENTIONS)] * 2, BOOK, period, BOTH),
    ):
        assert result == nothing
        assert (result.rows, result.period) == (0, period)
        assert exact(result + nothing) == exact(result)
    with pytest.raises(EmptyError):
        pebem.score(people, BOOK)


@holds(FILLED)
def test_without_counted_rows_the_result_is_empty(home: Tables) -> None:
    refused = home.interventions.assign(
        status=pd.Categorical(["abgelehnt"] * len(home.interventions), categories=["abgelehnt"])
    )
    result = pebem.score(replace(home, interventions=refused), BOOK, None, BOTH)
    assert (result.counted, result.excluded["nicht_durchgefuehrt"]) == (0, len(refused))
    assert not any(len(table) for table in result.tables.values())


@pytest.mark.parametrize("seconds", [86_399, -1])
def test_the_longest_and_the_unknown_duration(seconds: int) -> None:
    """100,001 rows of a whole day add up to more seconds than 32 bits hold."""
    frame = acts((LEAP_DAY, 0, seconds)).iloc[np.zeros(100_001, np.intp)]
    result = pebem.score(Tables(interventions=frame), PLAIN, None, BOTH)
    for dims in (*BOTH, ()):
        total = result.by(*dims)[["count", "seconds"]].to_numpy().tolist()
        assert total == [[100_001, 100_001 * max(seconds, 0)]]
    assert int(result.covered()["minuten"].iloc[0]) == (100_001 if seconds >= 0 else 0)
    days_of_work = result + result
    assert days_of_work.by()["seconds"].tolist() == [200_002 * max(seconds, 0)]


@pytest.mark.parametrize("name", ["9.99", "4.1 ", "unbekannt"])
def test_an_intervention_the_rulebook_does_not_have_is_named(name: str) -> None:
    good = acts((LEAP_DAY, 0, 60))
    bad = good.assign(intervention=pd.Categorical([name]))
    both = pd.concat([good, bad]).assign(intervention=pd.Categorical(["4.12", name]))
    for frame in (bad, both):
        with pytest.raises(ValueError, match=name):
            pebem.score(Tables(interventions=frame), PLAIN)
    with pytest.raises(ValueError, match=name):
        pebem.stream(Tables(), [good, bad], PLAIN, (LEAP_DAY, LEAP_DAY))


def test_a_missing_intervention_is_refused() -> None:
    frame = acts((LEAP_DAY, 0, 60), (LEAP_DAY, 1, 60)).assign(intervention=pd.Categorical(["4.12", None]))
    with pytest.raises(ValueError, match="missing"):
        pebem.score(Tables(interventions=frame), PLAIN)
