"""What the store knows of a home's work, for pages and reports: figures, and why a level is called for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

import numpy as np
from sqlalchemy import select

from pebem.aggregate import DIMENSIONS, Aggregate
from pebem.case_facts import UnknownResidentError, facts
from pebem.engine.coded_table import CodedTable, concat
from pebem.engine.day_numbers import day_of, number_of
from pebem.engine.decode import COVERAGE, COVERAGE_COUNTS, frame_of
from rules.explanation.explain import explain as explained
from web.services import rulebook_calendar
from web.services.analysis import home_data
from web.store.models import Home, PerformedIntervention
from web.store.result import repository
from web.store.result.packed import FormatError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    import pandas as pd
    from sqlalchemy import Connection
    from sqlalchemy.orm import Session, sessionmaker

    from rules.catalogue import CatalogueEntry as Entry
    from rules.explanation.result import Explanation
    from rules.model import RuleBook
    from web.services.rulebook_calendar import RulebookPeriod

BY_PLACE: Final = ("ward", "shift", "intervention")
BY_DAY: Final = ("day",)
"""What the figures of a page are kept together by."""

_ONE_DAY: Final = timedelta(days=1)
_ANY_WORK: Final = select(PerformedIntervention.home_id).limit(1)
_NO_CELLS: Final = CodedTable(
    {name: np.empty(0, np.int64) for name in (*DIMENSIONS, "outcome", "count", "seconds")},
    dict.fromkeys((*DIMENSIONS[1:], "outcome"), ()),
)


@dataclass(frozen=True)
class HomeResult:
    """The analysed work of a home in a period.

    Attributes
    ----------
    rulebook
        The rulebook that holds on the last day of the period.
    stretches
        All rulebooks the figures of the period rest on, with their days.
    period
        First and last day asked for, narrowed to the days there are data for.
    available_period
        First and last day with counted work.
    wards
        Names of all wards of the home that occur in the whole available period.
    aggregate
        Exact counts and seconds of the period and ward asked for, by ``BY_PLACE`` and by ``BY_DAY``.
    coverage
        Share (0..1) of the counted rows for which each thing is known.
    covered
        The same as numbers, with "counted" and "ueberschrieben" (level set by hand).
    """

    home_id: int
    home_name: str
    rulebook: RuleBook
    stretches: tuple[RulebookPeriod, ...]
    period: tuple[date, date]
    available_period: tuple[date, date]
    wards: list[str]
    aggregate: Aggregate
    coverage: dict[str, float]
    covered: dict[str, int]

    @property
    def book(self) -> RuleBook:
        """The rulebook."""
        return self.rulebook

    @property
    def books(self) -> tuple[RuleBook, ...]:
        """The different rulebooks of the period, in order of days."""
        return tuple({stretch.book.sha256: stretch.book for stretch in self.stretches}.values())

    def frame(self, grouping: tuple[str, ...]) -> pd.DataFrame:
        """Return the figures by ``BY_PLACE`` or ``BY_DAY`` in words; text as categories, for adding them up further."""
        return frame_of(self.aggregate.tables[grouping], categorical=True)

    def find_intervention(self, name: str) -> Entry | None:
        """Return the catalogue entry of an intervention, from the latest rulebook of the period that has it."""
        entries = (stretch.book.find_intervention(name) for stretch in reversed(self.stretches))
        return next((entry for entry in entries if entry is not None), None)


def load(
    reading: sessionmaker[Session],
    home_id: int,
    *,
    period: tuple[date, date] | None = None,
    ward: str | None = None,
) -> HomeResult | None:
    """Return the figures of a home, or None where no work has been analysed.

    The caller has checked that the home may be looked at.
    """
    with reading() as session:
        home, connection = session.get_one(Home, home_id), session.connection()
        coverage = repository.read(connection, home_id, repository.COVERAGE)
        if coverage is None:
            return None
        available = _span(coverage)
        if not _sound(coverage, rulebook_calendar.stretches(session, home, *available)):
            return None
        chosen = _inside(period or available, available)
        stretches = tuple(rulebook_calendar.stretches(session, home, *chosen))
        kept = _sums(connection, home_id, chosen, available)
    wards = sorted(str(name) for name in coverage.labels["ward"] if name)
    of_days, of_period = (_of_ward(cells, ward) for cells in kept)
    coverage = _of_ward(coverage.between(*_numbers(chosen)), ward)
    covered = {name: int(coverage.columns[name].sum()) for name in COVERAGE_COUNTS}
    shares = {name: covered[name] / covered["counted"] if covered["counted"] else 0.0 for name in COVERAGE}
    tables = {BY_PLACE: of_period.summed(*BY_PLACE, "outcome"), BY_DAY: of_days.summed(*BY_DAY, "outcome")}
    aggregate = Aggregate(tables, coverage.summed("day", "ward", sums=COVERAGE_COUNTS), period=chosen)
    return HomeResult(
        home_id, home.name, stretches[-1].book, stretches, chosen, available, wards, aggregate, shares, covered
    )


def cells(
    reading: sessionmaker[Session], home_id: int, period: tuple[date, date], ward: str | None = None
) -> CodedTable:
    """Return every stored cell of a home in a period, by all dimensions as ``pebem.aggregate.CUBE``.

    Pages do without: this is for tracing a figure back to its days, and for comparing.
    """
    first, last = _numbers(period)
    with reading() as session:
        stored = repository.read(session.connection(), home_id, repository.FULL, _months(first, last))
    chosen = _of_ward(stored.between(first, last), ward) if stored is not None else _NO_CELLS
    return chosen.summed(*DIMENSIONS, "outcome")


def explain(
    reading: sessionmaker[Session], home_id: int, resident: str, intervention: str, day: date
) -> Explanation | None:
    """Explain a level from what is stored; None where resident or intervention are not known here."""
    with reading() as session:
        book = rulebook_calendar.on(session, session.get_one(Home, home_id), day)
        people = home_data.people_of(session, home_id)
    entry = book.find_intervention(intervention)
    if entry is None:
        return None
    try:
        return explained(book, entry, facts(people, book, resident, day, entry.id))
    except UnknownResidentError:
        return None


def _sums(
    connection: Connection, home_id: int, chosen: tuple[date, date], available: tuple[date, date]
) -> tuple[CodedTable, CodedTable]:
    """Return the cells of a period by day, and by place and intervention: whole months from their sums."""
    first, last = _numbers(chosen)
    months = _months(first, last)
    edges = {months[0]} if chosen[0] > max(available[0], chosen[0].replace(day=1)) else set()
    edges |= {months[-1]} if chosen[1] < available[1] and (chosen[1] + _ONE_DAY).day != 1 else set()
    of_days = repository.read(connection, home_id, repository.DAYS, months)
    whole = repository.read(connection, home_id, repository.MONTHS, [month for month in months if month not in edges])
    parts = [] if whole is None else [whole]
    for month in sorted(edges):
        full = repository.read(connection, home_id, repository.FULL, [month])
        parts += [] if full is None else [full.between(first, last).without("day")]
    of_days = _NO_CELLS if of_days is None else of_days.between(first, last)
    return of_days, concat(parts) if parts else _NO_CELLS


def _of_ward(table: CodedTable, ward: str | None) -> CodedTable:
    return table if ward is None else table[table.columns["ward"] == table.code("ward", ward)]


def _sound(coverage: CodedTable, stretches: Iterable[RulebookPeriod]) -> bool:
    """Return whether every analysed day rests on the book that holds on it."""
    used = coverage.summed("day", "book", sums=())
    books = np.array(used.labels["book"], dtype=object)[used.columns["book"]]
    return rulebook_calendar.rests_on(used.columns["day"], books, stretches)


def stale(session: Session, home: Home) -> bool:
    """Return whether what is kept of a home rests on other books than now hold, or is missing, or unreadable."""
    connection = session.connection()
    try:
        coverage = repository.read(connection, home.id, repository.COVERAGE)
    except FormatError:
        return True
    if coverage is None:
        return (
            home.analysis == 0 and session.scalar(_ANY_WORK.where(PerformedIntervention.home_id == home.id)) is not None
        )
    return not _sound(coverage, rulebook_calendar.stretches(session, home, *_span(coverage)))


def _span(coverage: CodedTable) -> tuple[date, date]:
    day = coverage.columns["day"]
    return day_of(int(day.min())), day_of(int(day.max()))


def _numbers(period: tuple[date, date]) -> tuple[int, int]:
    return number_of(period[0]), number_of(period[1])


def _months(first: int, last: int) -> range:
    return range(int(repository.month_of(first)), int(repository.month_of(last)) + 1)


def _inside(period: tuple[date, date], available: tuple[date, date]) -> tuple[date, date]:
    start, end = (min(max(day, available[0]), available[1]) for day in period)
    return (start, end)
