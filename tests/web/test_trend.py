"""The shares of a period against as many months before it: those that pages of these months show."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest

from tests.support.web.random_filters import BOOK, FIRST, LAST, home
from tests.support.web.stored_results import keep
from web.services.analysis import overview, results
from web.services.analysis.overview import Whole
from web.services.history import trend
from web.wording import figures

if TYPE_CHECKING:
    from tests.support.web.pages import Person
    from web.services.history.trend import ShareTrend

FEBRUARY = date(2026, 2, 1), date(2026, 2, 28)


def page_of(who: Person, start: date, end: date) -> Whole | None:
    """Return what the home page shows of a period; None where nothing was done."""
    of = results.load(who.access, who.home_id, period=(start, end))
    assert of is not None
    return None if of.empty else overview.whole(of.fit)


def trend_of(who: Person, start: date, end: date) -> ShareTrend:
    """Return the trend that the page shows beside it."""
    days = trend.window(start, end)
    assert days is not None
    of = results.load(who.access, who.home_id, period=days)
    assert of is not None
    return trend.of_months(of, start, end)


def parts(of: Whole | None) -> object:
    """Return what a whole says of each class."""
    return of and ({part.fit: (part.count, part.seconds) for part in of.parts if part.count}, of.hidden)


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("marked", [False, pytest.param(True, marks=pytest.mark.small_groups)])
def test_it_says_what_the_pages_of_these_months_say(ben: Person, seed: int, *, marked: bool) -> None:
    keep(ben, home(seed), BOOK, (FIRST, LAST))
    months = overview.months(FIRST, LAST)
    for first, last in ((2, 3), (3, 3), (1, 1)):
        start, end = months[first], months[last + 1] - timedelta(days=1)
        found = trend_of(ben, start, end)
        assert parts(found.now) == parts(page_of(ben, start, end))
        number = last - first + 1
        before = page_of(ben, months[first - number], start - timedelta(days=1)) if first >= number else None
        assert parts(found.before) == parts(before)
        assert [month for month, _ in found.months] == months[: last + 1]
        for change in found.changes:
            assert before is not None
            assert change.difference == pytest.approx(found.now[change.fit].share - before[change.fit].share)
        assert bool(found.changes) or marked or before is None


def test_a_period_that_is_not_of_whole_months_or_too_long_has_none() -> None:
    assert trend.window(date(2026, 2, 3), date(2026, 2, 28)) is None
    assert trend.window(date(2025, 2, 1), date(2026, 2, 28)) is None
    assert trend.window(*FEBRUARY) == (date(2025, 3, 1), FEBRUARY[1])
    assert trend.window(date(2025, 3, 1), FEBRUARY[1]) == (date(2024, 3, 1), FEBRUARY[1])


def test_without_work_before_nothing_is_compared(ben: Person) -> None:
    """A month without work in between is not taken for one of nothing."""
    tables = home(1)
    work = tables.interventions
    january = (work["date"] >= "2026-01-01") & (work["date"] <= "2026-01-31")
    keep(
        ben,
        type(tables)(**{**vars(tables), "interventions": work[~january].reset_index(drop=True)}),
        BOOK,
        (FIRST, LAST),
    )
    found = trend_of(ben, *FEBRUARY)
    assert found.before is None
    assert not found.comparable
    assert found.changes == ()
    assert date(2026, 1, 1) not in dict(found.months)


def test_the_page_tells_it_in_a_sentence(ben: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where less than half could be rated, it says that nothing can be compared."""
    keep(ben, home(2), BOOK, (FIRST, LAST))
    client = ben.first_sign_in()
    page = client.get("/?von=2026-02-01&bis=2026-02-28").text
    assert "Mit Januar 2026 lässt sich das nicht vergleichen" in page
    assert "Punkte" not in page
    monkeypatch.setattr(overview, "TELLING_FROM", 0.0)
    page = client.get("/?von=2026-02-01&bis=2026-02-28").text
    found = trend_of(ben, *FEBRUARY)
    assert len(found.foremost) == 2
    assert "Gegenüber Januar 2026" in page
    for change in found.foremost:
        assert f"von {figures.percent(change.before)} auf {figures.percent(change.now)}" in page
        assert f"{figures.points(change.difference)} Punkte" in page
    assert page.count('class="spark"') == 5
    assert 'class="spark"' not in client.get("/?von=2026-02-03&bis=2026-02-20").text
