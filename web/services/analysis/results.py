"""What the store knows of a home's work: the one way by which figures reach pages and reports."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final

import numpy as np
from sqlalchemy import select

from pebem.engine.coded_table import CodedTable
from pebem.engine.day_numbers import day_of, number_of
from pebem.engine.decode import COVERAGE
from web.services import rulebook_calendar
from web.services.analysis.disclosure import BLOCK, CELL, CELL_OF_COVERAGE, OF_COVERAGE, OF_DAYS, OF_MONTHS
from web.services.analysis.narrowing import (
    at_level,
    entry_of,
    groups_of,
    having,
    names_of,
    of_group,
    only,
    violated,
)
from web.services.analysis.shown import NOTHING, ShownFigures, ShownTable, covered
from web.store.models import Home, PerformedIntervention
from web.store.result import repository
from web.store.result.packed import FormatError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from sqlalchemy.orm import Session

    from pebem.measures import Amount
    from rules.catalogue import CatalogueEntry as Entry
    from rules.model import RuleBook
    from web.services.rulebook_calendar import RulebookPeriod
    from web.store.access import Access

_ANY_WORK: Final = select(PerformedIntervention.home_id).limit(1)


def _nothing(*names: str, labels: tuple[str, ...]) -> CodedTable:
    return CodedTable({name: np.empty(0, np.int64) for name in names}, dict.fromkeys(labels, ()))


_SUMS: Final = ("count", "seconds", "month")
_NO_CELLS: Final = _nothing(*CELL, *_SUMS, *map(BLOCK.format, OF_MONTHS), labels=CELL)
_NO_COVERAGE: Final = _nothing(*CELL_OF_COVERAGE, *_SUMS, *map(BLOCK.format, OF_COVERAGE.values()), labels=("ward",))
_NO_DAYS: Final = _nothing("day", "fit", *_SUMS, BLOCK.format(OF_DAYS), labels=("fit",))


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
    whole_months
        Whether the period has all days with data of its months. Otherwise only days are told apart, and nothing else.
    empty
        Whether nothing was done of what was asked for.
    told, told_by_day, violations
        What was asked for, of whole months and by day, and of the former the reserved tasks that were violated: only
        what may be shown (security row D3). None = not told. Every page, file and report takes its figures from the
        tables made of these.
    covered
        How many rows of period and ward are "counted", for how many each thing of ``COVERAGE`` is known, and for how
        many a level was set by hand ("ueberschrieben"): of all shifts and groups, each None where it is hidden. None
        where the period has part of a month.
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
    whole_months: bool
    empty: bool
    told: ShownFigures | None
    told_by_day: ShownFigures | None
    violations: ShownFigures | None
    covered: dict[str, int | None] | None

    @property
    def fit(self) -> ShownTable:
        """By fit class: the sums of the columns of every other table."""
        return self.ward if self.whole_months else self.day

    @cached_property
    def ward(self) -> ShownTable:
        """By ward and fit class."""
        return _table(self.told, "ward")

    @cached_property
    def shift(self) -> ShownTable:
        """By shift and fit class."""
        return _table(self.told, "shift")

    @cached_property
    def intervention(self) -> ShownTable:
        """By intervention and fit class."""
        return _table(self.told, "intervention")

    @cached_property
    def month(self) -> ShownTable:
        """By month (its first day) and fit class."""
        return _table(self.told, "month")

    @cached_property
    def day(self) -> ShownTable:
        """By day and fit class."""
        return _table(self.told_by_day, "day")

    @cached_property
    def square(self) -> ShownTable:
        """By level called for and level of the person."""
        return _table(self.told, "qn_soll", "qn_ist")

    @cached_property
    def reserved(self) -> ShownTable:
        """The same of reserved tasks that were violated."""
        return _table(self.violations, "qn_soll", "qn_ist")

    @cached_property
    def certified(self) -> Amount | None:
        """What fits by a certificate alone; None = hidden."""
        shown, hidden = self.told.of("certificate") if self.told else ({}, {(True,)})
        return None if (True,) in hidden else shown.get((True,), NOTHING)

    @property
    def coverage(self) -> dict[str, float | None] | None:
        """Share (0..1) of the counted rows for which each thing is known; None = hidden."""
        if self.covered is None:
            return None
        counted, known = self.covered["counted"], {name: self.covered[name] for name in COVERAGE}
        return {
            name: None if counted is None or number is None else number / counted if counted else 0.0
            for name, number in known.items()
        }

    @property
    def book(self) -> RuleBook:
        """The rulebook."""
        return self.rulebook

    @property
    def books(self) -> tuple[RuleBook, ...]:
        """The different rulebooks of the period, in order of days."""
        return tuple({stretch.book.sha256: stretch.book for stretch in self.stretches}.values())

    def find_intervention(self, name: str) -> Entry | None:
        """Return the catalogue entry of an intervention, from the latest rulebook of the period that has it."""
        return entry_of(self.stretches, name)


def load(  # noqa: PLR0913 - each argument narrows what is asked for
    access: Access,
    home_id: int,
    *,
    period: tuple[date, date] | None = None,
    ward: str | None = None,
    shift: str | None = None,
    group: str | None = None,
    intervention: str | None = None,
    soll: int | None = None,
    ist: int | None = None,
) -> HomeResult | None:
    """Return the figures of a home, or None where no work has been analysed.

    What does not occur has no work: the figures are 0.

    Parameters
    ----------
    period
        First and last day; None = all days with work.
    ward, shift, group
        One of ``HomeResult.wards``, ``shifts`` and ``groups``; None = all.
    intervention
        Its id; None = all.
    soll, ist
        Level called for and level of the person; None = all.
    """
    access.check_home(home_id)
    with access.reading() as session:
        home, connection = session.get_one(Home, home_id), session.connection()
        coverage = repository.read(connection, home_id, repository.COVERAGE)
        if coverage is None:
            return None
        available = _span(coverage)
        if not _sound(coverage, rulebook_calendar.stretches(session, home, *available)):
            return None
        chosen = period or available
        stretches = tuple(rulebook_calendar.stretches(session, home, *_inside(chosen, available)))
        months, days, known = (
            repository.read(connection, home_id, kind, _months(*_numbers(chosen)))
            for kind in (repository.MONTHS, repository.DAYS, repository.KNOWN)
        )
    wards = names_of(coverage, "ward")
    counted = int(only(coverage.between(*_numbers(chosen)), "ward", ward).columns["counted"].sum())
    months, days = _NO_CELLS if months is None else months, _NO_DAYS if days is None else days
    day = days.columns["day"]
    within = (day >= _numbers(chosen)[0]) & (day <= _numbers(chosen)[1])
    whole = bool(within.all())
    of_ward = having(months, "ward", ward)
    shifts, groups = names_of(months[of_ward], "shift"), groups_of(stretches, months[of_ward])
    asked = of_ward & having(months, "shift", shift) & of_group(months, stretches, group)
    asked &= having(months, "intervention", intervention) & at_level(months, soll, ist)
    every_day = (ward, shift, group, intervention, soll, ist) == (None,) * 6
    told = ShownFigures(months, OF_MONTHS, asked) if whole else None
    everything = told if np.array_equal(asked, of_ward) else ShownFigures(months, OF_MONTHS, of_ward)
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
        whole_months=whole,
        empty=not (asked.any() if whole else counted),
        told=told,
        told_by_day=ShownFigures(days, (OF_DAYS,), within) if every_day else None,
        violations=ShownFigures(months, OF_MONTHS, asked & violated(months)) if whole else None,
        covered=covered(everything, _NO_COVERAGE if known is None else known, ward) if whole and everything else None,
    )


def _table(shown: ShownFigures | None, row: str, column: str = "fit") -> ShownTable:
    return shown.table(row, column) if shown else ShownTable(total=None)


def days_with_work(access: Access, home_id: int, ward: str | None = None) -> list[date]:
    """Return the days of a home, or of one of its wards, that have counted work, in order."""
    access.check_home(home_id)
    with access.reading() as session:
        coverage = repository.read(session.connection(), home_id, repository.COVERAGE)
    return (
        [] if coverage is None else [day_of(int(day)) for day in np.unique(only(coverage, "ward", ward).columns["day"])]
    )


def every_shift(access: Access, home_id: int) -> list[str]:
    """Return all shifts that occur in the work of a home; ``NOT_GIVEN`` where work has none."""
    access.check_home(home_id)
    with access.reading() as session:
        stored = repository.read(session.connection(), home_id, repository.MONTHS)
    return [] if stored is None else names_of(stored, "shift")


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
