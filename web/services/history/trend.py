"""How the shares of a home's work changed: the months before, and the period shown against the one before it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

from web.services import periods
from web.services.analysis import overview
from web.services.analysis.shown import added
from web.wording import figures
from web.wording.figures import FIT_WORDS

if TYPE_CHECKING:
    from web.services.analysis.overview import Whole
    from web.services.analysis.results import HomeResult
    from web.services.analysis.shown import ShownTable

LONGEST: Final = 12
"""Months of the longest period that is held against the one before it."""

SHOWN: Final = 12
"""Months shown at least, where there is work in them."""

HARDLY: Final = 0.005
"""A share that changed by less has hardly changed."""

OTHERWISE_RATED: Final = 0.05
"""Where the rated part of the minutes changed by more, shares can be compared with reserve only."""


@dataclass(frozen=True, slots=True)
class ShareChange:
    """The share of a fit class now and before, from 0 to 1."""

    fit: str
    now: float
    before: float

    @property
    def difference(self) -> float:
        """By how much it grew."""
        return self.now - self.before


@dataclass(frozen=True, slots=True)
class ShareTrend:
    """Shares month by month, and the period shown against as many months before it.

    Attributes
    ----------
    months
        First days of the months with work, in order, and what was done in each.
    now, before
        The period shown; as many months before it, None where nothing was done in one of them.
    before_from, before_to
        First and last day of those months.
    other_books
        Whether other rulebooks were effective in them.
    changes
        Of the classes that may be shown of both, in the order of FIT_WORDS.
    """

    months: tuple[tuple[date, Whole], ...]
    now: Whole
    before: Whole | None
    before_from: date
    before_to: date
    other_books: bool
    changes: tuple[ShareChange, ...]

    @property
    def former(self) -> str:
        """The months before, in words."""
        return figures.period(self.before_from, self.before_to)

    @property
    def comparable(self) -> bool:
        """Whether enough of both could be rated for a comparison to mean anything."""
        return self.before is not None and self.before.telling and self.now.telling and bool(self.changes)

    @property
    def foremost(self) -> list[ShareChange]:
        """The two shares that changed most, as far as they changed at all."""
        told = [change for change in self.changes if abs(change.difference) >= HARDLY]
        return sorted(told, key=lambda change: -abs(change.difference))[:2]

    def of(self, fit: str) -> ShareChange | None:
        """Return how a class changed; None where that is not told."""
        return next((change for change in self.changes if change.fit == fit), None) if self.comparable else None

    @property
    def rated_otherwise(self) -> bool:
        """Whether so much more or less could be rated that this alone changes the shares."""
        rated = [of.rated for of in (self.now, self.before) if of is not None and of.rated is not None]
        return len(rated) > 1 and abs(rated[0] - rated[1]) > OTHERWISE_RATED

    def series(self, fit: str) -> list[float | None]:
        """Return the share of a class in each month; None where it is hidden."""
        return [None if fit in of.hidden else of[fit].share for _, of in self.months]


def window(start: date, end: date) -> tuple[date, date] | None:
    """Return the days that are needed of a period of whole months; None where it is no such period, or too long.

    Its last month may lack days that are yet to come.
    """
    number = len(overview.months(start, end))
    if start.day > 1 or number > LONGEST:
        return None
    return periods.months_ago(start, max(number, SHOWN - number)), end


def of_months(result: HomeResult, start: date, end: date) -> ShareTrend:
    """Return the trend up to a period.

    Parameters
    ----------
    result
        Of the days of :func:`window`.
    start, end
        The period.
    """
    table = result.month
    present = overview.months(start, end)
    first = periods.months_ago(start, len(present))
    former = overview.months(first, start - timedelta(days=1))
    told = {*table.rows, *(month for month, _ in [*table.cells, *table.hidden])}
    worked = [month for month in overview.months(periods.months_ago(start, LONGEST), end) if month in told]
    now = _sum(table, [month for month in present if month in told])
    before = _sum(table, former) if told >= {*former} else None
    changes = []
    if before is not None and before.in_minutes == now.in_minutes:
        both = (fit for fit in FIT_WORDS if fit not in now.hidden | before.hidden)
        changes = [ShareChange(fit, now[fit].share, before[fit].share) for fit in both]
    return ShareTrend(
        tuple((month, _sum(table, [month])) for month in worked),
        now,
        before,
        first,
        start - timedelta(days=1),
        _books(result, first, start - timedelta(days=1)) != _books(result, start, end),
        tuple(changes),
    )


def _books(result: HomeResult, first: date, last: date) -> set[str]:
    return {part.book.sha256 for part in result.stretches if part.first <= last and part.last >= first}


def _sum(table: ShownTable, months: list[date]) -> Whole:
    hidden = {fit for month in months for fit in table.hidden_in(month)}
    by_fit = {fit: added(table.row(month)[fit] for month in months if fit in table.row(month)) for fit in FIT_WORDS}
    whole = added(table.rows[month] for month in months) if table.rows.keys() >= {*months} else None
    return overview.whole_of({fit: of for fit, of in by_fit.items() if fit not in hidden}, whole, hidden)
