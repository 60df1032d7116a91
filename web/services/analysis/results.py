"""What the store knows of a home's work: the one way by which figures reach pages and reports."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

import numpy as np
from sqlalchemy import select

from pebem.aggregate import DIMENSIONS, Aggregate
from pebem.engine.coded_table import CodedTable, concat
from pebem.engine.day_numbers import day_of, number_of
from pebem.engine.decode import COVERAGE, COVERAGE_COUNTS, frame_of
from web.services import rulebook_calendar
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
    from rules.model import RuleBook
    from web.services.rulebook_calendar import RulebookPeriod

BY_PLACE: Final = ("ward", "shift", "intervention")
BY_DAY: Final = ("day",)
"""What the figures of a page are kept together by."""

NOT_GIVEN: Final = "-"
"""Stands for the work without a ward, a shift or a group where one of them is chosen."""

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
        First and last day asked for, whether or not there are data for them.
    available_period
        First and last day with counted work.
    wards
        All wards of the home that occur in the whole available period; ``NOT_GIVEN`` where work has none.
    shifts
        All shifts that occur in the period and ward, likewise.
    groups
        All groups of interventions of the rulebooks of the period, likewise.
    aggregate
        Exact counts and seconds of what was asked for, by ``BY_PLACE`` and by ``BY_DAY``.
    coverage
        Share (0..1) of the counted rows of period and ward for which each thing is known: of all shifts and groups.
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
    shifts: list[str]
    groups: list[str]
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
        return _entry(self.stretches, name)


def load(
    reading: sessionmaker[Session],
    home_id: int,
    *,
    period: tuple[date, date] | None = None,
    ward: str | None = None,
    shift: str | None = None,
    group: str | None = None,
) -> HomeResult | None:
    """Return the figures of a home, or None where no work has been analysed.

    The caller has checked that the home may be looked at. What does not occur has no work: the figures are 0.

    Parameters
    ----------
    period
        First and last day; None = all days with work.
    ward, shift, group
        One of ``HomeResult.wards``, ``shifts`` and ``groups``; None = all.
    """
    with reading() as session:
        home, connection = session.get_one(Home, home_id), session.connection()
        coverage = repository.read(connection, home_id, repository.COVERAGE)
        if coverage is None:
            return None
        available = _span(coverage)
        if not _sound(coverage, rulebook_calendar.stretches(session, home, *available)):
            return None
        chosen = period or available
        stretches = tuple(rulebook_calendar.stretches(session, home, *_inside(chosen, available)))
        by_day, by_place = _sums(connection, home_id, chosen, available, every_cell=bool(shift or group))
    wards = _names(coverage, "ward")
    coverage = only(coverage.between(*_numbers(chosen)), "ward", ward)
    by_place = only(by_place, "ward", ward)
    shifts, groups = _names(by_place, "shift"), _groups(stretches, by_place)
    by_day, by_place = (_of_group(only(one, "shift", shift), stretches, group) for one in (by_day, by_place))
    covered = {name: int(coverage.columns[name].sum()) for name in COVERAGE_COUNTS}
    shares = {name: covered[name] / covered["counted"] if covered["counted"] else 0.0 for name in COVERAGE}
    by_day = only(by_day, "ward", ward)
    tables = {BY_PLACE: by_place.summed(*BY_PLACE, "outcome"), BY_DAY: by_day.summed(*BY_DAY, "outcome")}
    aggregate = Aggregate(tables, coverage.summed("day", "ward", sums=COVERAGE_COUNTS), period=chosen)
    return HomeResult(
        home_id,
        home.name,
        stretches[-1].book,
        stretches,
        chosen,
        available,
        wards,
        shifts,
        groups,
        aggregate,
        shares,
        covered,
    )


def days_with_work(reading: sessionmaker[Session], home_id: int, ward: str | None = None) -> list[date]:
    """Return the days of a home, or of one of its wards, that have counted work, in order."""
    with reading() as session:
        coverage = repository.read(session.connection(), home_id, repository.COVERAGE)
    return (
        [] if coverage is None else [day_of(int(day)) for day in np.unique(only(coverage, "ward", ward).columns["day"])]
    )


def every_shift(reading: sessionmaker[Session], home_id: int) -> list[str]:
    """Return all shifts that occur in the work of a home; ``NOT_GIVEN`` where work has none."""
    with reading() as session:
        stored = repository.read(session.connection(), home_id, repository.MONTHS)
    return [] if stored is None else _names(stored, "shift")


def cells(
    reading: sessionmaker[Session], home_id: int, period: tuple[date, date], ward: str | None = None
) -> CodedTable:
    """Return every stored cell of a home in a period, by all dimensions as ``pebem.aggregate.CUBE``.

    Pages do without: this is for tracing a figure back to its days, and for comparing.
    """
    first, last = _numbers(period)
    with reading() as session:
        stored = repository.read(session.connection(), home_id, repository.FULL, _months(first, last))
    chosen = only(stored.between(first, last), "ward", ward) if stored is not None else _NO_CELLS
    return chosen.summed(*DIMENSIONS, "outcome")


def only(table: CodedTable, name: str, label: str | None) -> CodedTable:
    """Return the rows with one label; None = all rows, ``NOT_GIVEN`` = those without one."""
    if label is None:
        return table
    return table[table.columns[name] == table.code(name, None if label == NOT_GIVEN else label)]


def _sums(
    connection: Connection,
    home_id: int,
    chosen: tuple[date, date],
    available: tuple[date, date],
    *,
    every_cell: bool,
) -> tuple[CodedTable, CodedTable]:
    """Return the cells of a period by day, and by place and intervention: whole months from their sums.

    With ``every_cell`` both come from the full cells, which alone tell day, shift and intervention together.
    """
    start, end = max(chosen[0], available[0]), min(chosen[1], available[1])
    if start > end:
        return _NO_CELLS, _NO_CELLS
    first, last = _numbers((start, end))
    months = _months(first, last)
    if every_cell:
        full = repository.read(connection, home_id, repository.FULL, months)
        full = _NO_CELLS if full is None else full.between(first, last)
        return full, full
    edges = {months[0]} if start > max(available[0], start.replace(day=1)) else set()
    edges |= {months[-1]} if end < available[1] and (end + _ONE_DAY).day != 1 else set()
    of_days = repository.read(connection, home_id, repository.DAYS, months)
    whole = repository.read(connection, home_id, repository.MONTHS, [month for month in months if month not in edges])
    parts = [] if whole is None else [whole]
    for month in sorted(edges):
        full = repository.read(connection, home_id, repository.FULL, [month])
        parts += [] if full is None else [full.between(first, last).without("day")]
    of_days = _NO_CELLS if of_days is None else of_days.between(first, last)
    return of_days, concat(parts) if parts else _NO_CELLS


def _names(table: CodedTable, name: str) -> list[str]:
    """Return the labels of a column that occur, in order; ``NOT_GIVEN`` last where some rows have none."""
    labels = [table.labels[name][code] for code in np.unique(table.columns[name])]
    return [*sorted(str(label) for label in labels if label), *([NOT_GIVEN] if None in labels else [])]


def _entry(stretches: tuple[RulebookPeriod, ...], name: str) -> Entry | None:
    entries = (stretch.book.find_intervention(name) for stretch in reversed(stretches))
    return next((entry for entry in entries if entry is not None), None)


def _group(stretches: tuple[RulebookPeriod, ...], name: str) -> str:
    entry = _entry(stretches, name)
    return entry.group if entry else NOT_GIVEN


def _groups(stretches: tuple[RulebookPeriod, ...], cells: CodedTable) -> list[str]:
    """Return the groups of all books, in the order of the latest; ``NOT_GIVEN`` where work belongs to none."""
    found = {entry.group: None for stretch in reversed(stretches) for entry in stretch.book.interventions}
    strangers = any(_entry(stretches, name) is None for name in _names(cells, "intervention"))
    return [*found, *([NOT_GIVEN] if strangers else [])]


def _of_group(cells: CodedTable, stretches: tuple[RulebookPeriod, ...], group: str | None) -> CodedTable:
    if group is None:
        return cells
    inside = [_group(stretches, str(name)) == group for name in cells.labels["intervention"]]
    return cells[np.array(inside, bool)[cells.columns["intervention"]]]


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
