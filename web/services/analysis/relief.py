"""Feasible relief of a home: kept by day and ward when the home is analysed, read for a period by its page.

What could have moved is told by role, never by person; where few people were of a role, they are told together with
others until they are enough (security row D3).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import structlog

from pebem.engine.day_numbers import day_of, number_of
from pebem.relief.feasible import OBSTACLES, relief_by_day
from pebem.relief.solver import UnprovenError
from web.services.analysis.narrowing import only
from web.services.analysis.small_groups import MIXED, Group, grouped
from web.store.result import repository

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator
    from datetime import date

    from sqlalchemy.orm import Session, sessionmaker

    from pebem.engine.coded_table import CodedTable
    from pebem.engine.lookup_tables import CompiledHome

_ALL: Final = (0, "")
_DAYS_A_WEEK: Final = 7

FEWEST_DAYS: Final = 14
"""So many days with a roster must be there before a figure is projected to a week."""

_SMALL: Final = 15 * 60

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class ReliefMove:
    """Work that could have moved: from whom (level) to whom."""

    qn_soll: int
    qn_ist: int
    group: Group
    seconds: int


@dataclass(frozen=True, slots=True)
class ReliefLine:
    """An intervention: work above level in seconds, and what of it could have moved, most seconds first."""

    intervention: str
    above: int
    movable: int
    moves: tuple[ReliefMove, ...]


@dataclass(frozen=True)
class HomeRelief:
    """The feasible relief of a period and ward; seconds, on days with a roster.

    Attributes
    ----------
    days
        How many days of the period have a roster: somebody known was on shift in the home.
    above, placed, movable
        Work above level; part of it that could be examined; part of that which could have moved.
    obstacles
        Why the rest could not, all of ``pebem.relief.feasible.OBSTACLES``.
    shown
        Whether enough people stand behind ``movable``; else it is 0, ``lines`` name no moves and ``obstacles`` only
        what could not be examined.
    lines
        By intervention, what could have moved most first.
    """

    days: int
    above: int
    placed: int
    movable: int
    obstacles: dict[str, int]
    shown: bool
    lines: tuple[ReliefLine, ...]

    @property
    def by_week(self) -> bool:
        """Whether there are enough days to say what they come to in a week."""
        return self.days >= FEWEST_DAYS

    def a_week(self, seconds: int) -> int:
        """Return seconds of the period as seconds a week: of seven days with a roster, rounded."""
        return round(seconds * _DAYS_A_WEEK / self.days)

    def small(self, seconds: int) -> bool:
        """Return whether this is too little to be told by itself: less than 15 minutes a week, or in fewer days."""
        return (self.a_week(seconds) if self.by_week else seconds) < _SMALL


def stored_relief(home: CompiledHome, unrated: Collection[str]) -> dict[str, CodedTable]:
    """Return what ``repository.RELIEF`` and ``repository.SHIFTS`` store of days on which one book holds."""
    try:
        by_day = relief_by_day(home, unrated)
    except UnprovenError:  # a fault of ours: these days count as without a roster, the upload is not lost with them
        _log.error("relief unproven", first=day_of(home.first).isoformat(), last=day_of(home.last).isoformat())
        return {}
    if by_day is None:
        return {}
    return {repository.RELIEF: by_day.work, repository.SHIFTS: by_day.shifts}


def load(
    reading: sessionmaker[Session],
    home_id: int,
    period: tuple[date, date],
    ward: str | None = None,
    of_group: Callable[[str], bool] = lambda _: True,
    *,
    told: Callable[[str], bool] = lambda _: True,
) -> HomeRelief | None:
    """Return the feasible relief of a period and ward; None where no day of the period has a roster.

    Parameters
    ----------
    of_group
        Whether the work of an intervention counts.
    told
        Whether it may be told by itself; all others are one line, whose intervention is "".
    """
    first, last = (number_of(day) for day in period)
    months = range(int(repository.month_of(first)), int(repository.month_of(last)) + 1)
    with reading() as session:
        connection = session.connection()
        shifts = repository.read(connection, home_id, repository.SHIFTS, months)
        work = repository.read(connection, home_id, repository.RELIEF, months)
    if shifts is None or not len(shifts := shifts.between(first, last)):
        return None
    days = len(np.unique(shifts.columns["day"]))
    of_period = only(work.between(first, last), "ward", ward) if work is not None else None
    return _told(days, _sums(of_period, of_group, told), _groups(only(shifts, "ward", ward)))


def _groups(shifts: CodedTable) -> dict[Group, Group] | None:
    """Return how those are told who could have taken on work; None where nobody could: that is about nobody."""
    people: dict[Group, Counter[str]] = defaultdict(Counter)
    for (staff, group), seconds in _rows(shifts, "staff", "as"):
        if group != _ALL:
            people[group][staff] += seconds
    return grouped(people) if people else None


def _sums(
    work: CodedTable | None, of_group: Callable[[str], bool], told: Callable[[str], bool]
) -> list[tuple[str, tuple[Any, ...], int]]:
    """Return intervention, way (as ``feasible.WAY``) and seconds."""
    sums = _rows(work, "intervention", "way") if work is not None else ()
    return [(name if told(name) else "", way, seconds) for (name, way), seconds in sums if of_group(name)]


def _rows(table: CodedTable, *names: str) -> Iterator[tuple[list[Any], int]]:
    """Yield the labels of some columns with their seconds."""
    sums = table.summed(*names, sums=("seconds",))
    columns = [[sums.labels[name][code] for code in sums.columns[name].tolist()] for name in names]
    for *labels, seconds in zip(*columns, sums.columns["seconds"].tolist(), strict=True):
        yield labels, seconds


def _told(days: int, sums: list[tuple[str, tuple[Any, ...], int]], groups: dict[Group, Group] | None) -> HomeRelief:
    shown = groups is None or bool(groups)
    obstacles = dict.fromkeys(OBSTACLES, 0)
    above: Counter[str] = Counter()
    moved: dict[str, Counter[tuple[int, int, Group]]] = defaultdict(Counter)
    for intervention, (soll, ist, obstacle, level, role, _), seconds in sums:
        above[intervention] += seconds
        if obstacle:
            obstacles[obstacle] += seconds
        else:
            group = groups[level, role] if groups else MIXED
            moved[intervention][soll, ist, group] += seconds
    movable = sum(one.total() for one in moved.values())
    placed = sum(above.values()) - sum(obstacles[name] for name in OBSTACLES[:3])
    if not shown:
        moved, movable = defaultdict(Counter), 0
        obstacles = {name: obstacles[name] for name in OBSTACLES[:3]}
    lines = [_line(name, seconds, moved[name]) for name, seconds in above.items()]
    lines.sort(key=lambda line: (-line.movable, -line.above, line.intervention))
    return HomeRelief(days, sum(above.values()), placed, movable, obstacles, shown, tuple(lines))


def _line(intervention: str, above: int, moved: Counter[tuple[int, int, Group]]) -> ReliefLine:
    moves = sorted(
        (ReliefMove(*way, seconds) for way, seconds in moved.items()),
        key=lambda move: (-move.seconds, move.qn_soll, move.qn_ist, move.group[0], move.group[1] or ""),
    )
    return ReliefLine(intervention, above, moved.total(), tuple(moves))
