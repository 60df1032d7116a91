"""What the store knows of a home's work, for pages and reports: figures, demand behind them, and why."""

from __future__ import annotations

from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd
from sqlalchemy import func, or_, select

from pebem.aggregate import COVERAGE, COVERAGE_COUNTS, CUBE, Aggregate
from pebem.facts import UnknownResidentError, facts
from pebem.overrides import rate
from pebem.timeline import FIRST_PERSON, NOBODY, UNKNOWN_PERSON, named_criteria, resident_timeline
from rules.compile import compile_levels
from rules.explain import Explanation
from rules.explain import explain as explained
from web.services import care, holdings
from web.store import bulk
from web.store.models import Coverage, Cube, Home, Intervention, Resident

if TYPE_CHECKING:
    from datetime import date

    from sqlalchemy.orm import Session, sessionmaker

    from pebem.contracts import Tables
    from rules.model import Intervention as Entry
    from rules.model import RuleBook
    from web.services.holdings import Stretch

KEPT_HOMES: Final = 8
"""Homes whose figures stay in memory."""

_DONE: Final = "durchgeführt"
_kept: dict[tuple[str, int, int], tuple[pd.DataFrame, pd.DataFrame]] = {}
_lock = Lock()


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
        Exact counts and seconds by day, ward, shift and intervention, for the period and ward asked for.
    coverage
        Share (0..1) of the counted rows for which each thing is known.
    covered
        The same as numbers, with "counted" and "ueberschrieben" (level set by hand).
    """

    home_id: int
    home_name: str
    rulebook: RuleBook
    stretches: tuple[Stretch, ...]
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

    def find_intervention(self, name: str) -> Entry | None:
        """Return the catalogue entry of an intervention, from the latest rulebook of the period that has it."""
        found = (stretch.book.find_intervention(name) for stretch in reversed(self.stretches))
        return next((entry for entry in found if entry is not None), None)


@dataclass(frozen=True, slots=True)
class Demand:
    """What one resident's condition called for, over days in which it did not change. Nobody who did it.

    Attributes
    ----------
    resident
        Pseudonym; "" for work that names no resident.
    known
        Whether the resident is in the master data, so that the level can be explained.
    first_day, last_day
        First and last day with such an intervention.
    qn_soll, low, high
        Level and its bounds; 0 = unknown.
    overridden
        Whether a person has set the level in place of the rulebook.
    """

    resident: str
    known: bool
    first_day: date
    last_day: date
    qn_soll: int
    low: int
    high: int
    count: int
    seconds: int
    overridden: bool


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
        home = session.get_one(Home, home_id)
        cells, coverage = _analysed(session, home)
        if coverage.empty:
            return None
        available = (coverage["day"].min(), coverage["day"].max())
        if not holdings.rests_on(coverage, holdings.stretches(session, home, *available)):
            return None
        chosen = _inside(period or available, available)
        stretches = tuple(holdings.stretches(session, home, *chosen))
    wards = sorted(ward for ward in coverage["ward"].unique() if ward)
    coverage, cells = (_chosen(frame, chosen, ward) for frame in (coverage, cells))
    covered = {name: int(coverage[name].sum()) for name in COVERAGE_COUNTS}
    shares = {name: covered[name] / covered["counted"] if covered["counted"] else 0.0 for name in COVERAGE}
    aggregate = Aggregate({CUBE[0]: cells}, coverage, period=chosen)
    return HomeResult(
        home_id, home.name, stretches[-1].book, stretches, chosen, available, wards, aggregate, shares, covered
    )


def demands(reading: sessionmaker[Session], home_id: int, intervention: str, period: tuple[date, date]) -> list[Demand]:
    """Return the demand behind an intervention, by resident and time without change, most minutes first.

    The rulebook of each day decides; days whose rulebook does not have the intervention have no demand.
    """
    with reading() as session:
        work = _work(session, home_id, intervention, period)
        if work.empty:
            return []
        people = care.people_of(session, home_id)
        span = (work["date"].min(), work["date"].max())
        stretches = holdings.stretches(session, session.get_one(Home, home_id), *span)
    parts = [
        _rated(part, stretch.book, people, intervention)
        for stretch in stretches
        if intervention in stretch.book.index
        and len(part := work[(work["date"] >= stretch.first) & (work["date"] <= stretch.last)])
    ]
    return _segments(pd.concat(parts)) if parts else []


def explain(
    reading: sessionmaker[Session], home_id: int, resident: str, intervention: str, day: date
) -> Explanation | None:
    """Explain a level from what is stored; None where resident or intervention are not known here."""
    with reading() as session:
        book = holdings.on(session, session.get_one(Home, home_id), day)
        people = care.people_of(session, home_id)
    entry = book.find_intervention(intervention)
    if entry is None:
        return None
    try:
        return explained(book, entry, facts(people, book, resident, day, entry.id))
    except UnknownResidentError:
        return None


def _analysed(session: Session, home: Home) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return cube and coverage of a home. They change with an analysis only, and each page asks for them: kept."""
    key = (str(session.get_bind().engine.url), home.id, home.analysis)
    with _lock:
        kept = _kept.get(key)
    if kept is None:
        connection = session.connection()
        cube, coverage = (bulk.read_analysis(connection, model, home.id) for model in (Cube, Coverage))
        kept = (cube, coverage)
        with _lock:
            while len(_kept) >= KEPT_HOMES:
                del _kept[next(iter(_kept))]
            _kept[key] = kept
    return kept


def _rated(work: pd.DataFrame, book: RuleBook, people: Tables, intervention: str) -> pd.DataFrame:
    """Give each resident and day of the work the level one book calls for."""
    first, last = int(work["day"].min()), int(work["day"].max())
    frames = (people.residents, people.assessments, people.instability)
    timeline = resident_timeline(*frames, first, last, named_criteria(book))
    known = pd.Index(people.residents["resident"])
    rating = rate(timeline.grid, compile_levels(book, timeline.states), people.overrides, known, book, first)
    place = known.get_indexer(pd.Index(work["resident"]))
    code = np.where(work["resident"] == "", NOBODY, np.where(place < 0, UNKNOWN_PERSON, place + FIRST_PERSON))
    state, column = rating.grid[code, work["day"] - first], book.index[intervention]
    return work.assign(
        known=place >= 0,
        overridden=rating.overridden[state, column],
        qn_soll=rating.levels.level[state, column],
        low=rating.levels.low[state, column],
        high=rating.levels.high[state, column],
    )


def _chosen(frame: pd.DataFrame, period: tuple[date, date], ward: str | None) -> pd.DataFrame:
    wanted = (frame["day"] >= period[0]) & (frame["day"] <= period[1])
    if ward is not None:
        wanted &= frame["ward"] == ward
    return frame[wanted].reset_index(drop=True)


def _inside(period: tuple[date, date], available: tuple[date, date]) -> tuple[date, date]:
    start, end = (min(max(day, available[0]), available[1]) for day in period)
    return (start, end)


def _work(session: Session, home_id: int, intervention: str, period: tuple[date, date]) -> pd.DataFrame:
    seconds: Any = func.sum(Intervention.seconds).filter(Intervention.seconds > 0)
    rows = session.execute(
        select(Resident.pseudonym, Intervention.day, func.count(), seconds)
        .select_from(Intervention)
        .outerjoin(Resident, Resident.id == Intervention.resident_id)
        .where(
            Intervention.home_id == home_id,
            Intervention.intervention == intervention,
            Intervention.day.between(*period),
            or_(Intervention.status.is_(None), Intervention.status == _DONE),
        )
        .group_by(Resident.pseudonym, Intervention.day),
    ).all()
    return pd.DataFrame({
        "resident": [row[0] or "" for row in rows],
        "day": np.array([row[1] for row in rows], dtype="datetime64[D]").astype(np.int64),
        "date": [row[1] for row in rows],
        "count": [int(row[2]) for row in rows],
        "seconds": [int(row[3] or 0) for row in rows],
    })  # fmt: skip


def _segments(work: pd.DataFrame) -> list[Demand]:
    ordered = work.sort_values(["resident", "day"], ignore_index=True)
    same = ["resident", "qn_soll", "low", "high", "overridden"]
    segment = (ordered[same] != ordered[same].shift()).any(axis=1).cumsum()
    found = [
        Demand(
            resident=str(part["resident"].iloc[0]),
            known=bool(part["known"].iloc[0]),
            overridden=bool(part["overridden"].iloc[0]),
            first_day=part["date"].iloc[0],
            last_day=part["date"].iloc[-1],
            qn_soll=int(part["qn_soll"].iloc[0]),
            low=int(part["low"].iloc[0]),
            high=int(part["high"].iloc[0]),
            count=int(part["count"].sum()),
            seconds=int(part["seconds"].sum()),
        )
        for _, part in ordered.groupby(segment)
    ]
    return sorted(found, key=lambda one: (-one.seconds, -one.count, one.resident, one.first_day))
