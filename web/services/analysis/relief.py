"""Feasible relief of a home: kept by day and ward when the home is analysed, read for a period by its page.

What could have moved is told by role, never by person; where few people were of a role, they are told together with
others until they are enough (security row D3).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import structlog

from pebem.engine.coded_table import CodedTable
from pebem.engine.day_numbers import day_of, number_of
from pebem.relief.by_day import relief_by_day
from pebem.relief.feasible import OBSTACLES
from pebem.relief.solver import UnprovenError
from web.services.analysis.narrowing import only
from web.services.analysis.relief_parts import rows, takers, told_moves, unmet_parts
from web.services.analysis.small_groups import enough, grouped, together
from web.store.result import repository

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping
    from datetime import date

    from pebem.engine.lookup_tables import CompiledHome
    from web.services.analysis.relief_parts import ReliefMove, TakerShare, UnmetPart, Way
    from web.services.analysis.small_groups import People, Standing
    from web.store.access import Access

_DAYS_A_WEEK: Final = 7

FEWEST_DAYS: Final = 14
"""So many days with a roster must be there before a figure is projected to a week."""

_SMALL: Final = 15 * 60

_LABELLED: Final = ("third", "ward", "intervention", "way", "staff", "as")
_NOTHING: Final = CodedTable(
    {name: np.empty(0, np.int64) for name in (*_LABELLED, "hour", "qn_soll", "seconds")}, dict.fromkeys(_LABELLED, ())
)

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class ReliefLine:
    """An intervention: work above level in seconds, and what is told of it that could have moved, most first."""

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
    pooled
        What of ``movable`` could have moved, but would be about too few people for one intervention: several together.
    takers
        To whom what could have moved: in all, and by ward and by time of day where they are enough people.
    unmet
        When and where nobody else was there whom work would have fitted; all of the obstacle ``niemand_passend``. None
        where it is not known or not ``shown``, () where too few people did it.
    """

    days: int
    above: int
    placed: int
    movable: int
    obstacles: dict[str, int]
    shown: bool
    lines: tuple[ReliefLine, ...]
    pooled: tuple[ReliefMove, ...] = ()
    takers: tuple[TakerShare, ...] = ()
    unmet: tuple[UnmetPart, ...] | None = None

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
    """Return what ``repository.RELIEF`` and the kinds beside it store of days on which one book holds."""
    try:
        by_day = relief_by_day(home, unrated)
    except UnprovenError:  # a fault of ours: these days count as without a roster, the upload is not lost with them
        _log.error("relief unproven", first=day_of(home.first).isoformat(), last=day_of(home.last).isoformat())
        return {}
    if by_day is None:
        return {}
    kept = {repository.RELIEF: by_day.work, repository.SHIFTS: by_day.shifts, repository.UNMET: by_day.unmet}
    return kept | {repository.ROSTER_DAYS: by_day.days}


def load(
    access: Access,
    home_id: int,
    period: tuple[date, date],
    ward: str | None = None,
    of_group: Callable[[str], bool] | None = None,
    *,
    by_itself: Callable[[str], bool] = lambda _: True,
) -> HomeRelief | None:
    """Return the feasible relief of a period and ward; None where no day of the period has a roster.

    Parameters
    ----------
    of_group
        Whether the work of an intervention counts; None = all does. With it ``unmet`` is not told: it is not stored by
        intervention.
    by_itself
        Whether an intervention may be told by itself; all others are one line, whose intervention is "".
    """
    access.check_home(home_id)
    span = number_of(period[0]), number_of(period[1])
    months = range(*(int(repository.month_of(day)) + i for i, day in enumerate(span)))
    with access.reading() as session:
        connection = session.connection()
        days = repository.read(connection, home_id, repository.ROSTER_DAYS, months)
        if days is None or not len(days := days.between(*span)):
            return None
        kinds = (repository.RELIEF, repository.SHIFTS, *((repository.UNMET,) if of_group is None else ()))
        stored = [repository.read_days(connection, home_id, kind, span) for kind in kinds]
    work, shifts, *unmet = (_NOTHING if one is None else only(one, "ward", ward) for one in stored)
    if of_group is not None:
        inside = [of_group(str(name)) for name in work.labels["intervention"]]
        work = work[np.array(inside, bool)[work.columns["intervention"]]]
    told = _told(len(days), work, shifts, by_itself)
    return replace(told, unmet=unmet_parts(unmet[0])) if unmet and told.shown else told


def _told(days: int, work: CodedTable, shifts: CodedTable, by_itself: Callable[[str], bool]) -> HomeRelief:
    """Return what is shown of work and of those who were on shift."""
    obstacles = dict.fromkeys(OBSTACLES, 0)
    above: Counter[str] = Counter()
    moved: dict[str, Counter[Way]] = defaultdict(Counter)
    for (name, (soll, ist, obstacle, level, role, _)), seconds in rows(work, "intervention", "way"):
        intervention = name if by_itself(name) else ""
        above[intervention] += seconds
        if obstacle:
            obstacles[obstacle] += seconds
        else:
            moved[intervention][soll, ist, (level, role)] += seconds
    placed = above.total() - sum(obstacles[name] for name in OBSTACLES[:3])
    people = _people(shifts)
    taken = {standing for ways in moved.values() for _, _, standing in ways}
    groups = grouped({one: people[one] for one in taken})
    # Also that nobody had time is about those who were there; that nobody was there is about nobody.
    if people and not (enough(together(people.values())) and (groups or not taken)):
        lines = _lines(above, {})
        obstacles = {name: obstacles[name] for name in OBSTACLES[:3]}
        return HomeRelief(days, above.total(), placed, 0, obstacles, shown=False, lines=lines)
    alone, pooled = told_moves(moved, groups, people)
    movable = sum(one.total() for one in moved.values())
    ways: Any = work.labels["way"]
    could = np.array([not obstacle for _, _, obstacle, *_ in ways], bool)[work.columns["way"]]
    return HomeRelief(
        days,
        above.total(),
        placed,
        movable,
        obstacles,
        shown=True,
        lines=_lines(above, alone),
        pooled=tuple(pooled),
        takers=tuple(takers(work[could], shifts, groups)),
    )


def _people(shifts: CodedTable) -> dict[Standing, People]:
    """Return who could have taken on work, by level and role."""
    people: dict[Standing, People] = defaultdict(Counter)
    for (staff, standing), seconds in rows(shifts, "staff", "as"):
        people[standing][staff] += seconds
    return people


def _lines(above: Counter[str], moves: Mapping[str, list[ReliefMove]]) -> tuple[ReliefLine, ...]:
    lines = [
        ReliefLine(
            name,
            seconds,
            sum(move.seconds for move in moves.get(name, ())),
            tuple(sorted(moves.get(name, ()), key=lambda move: -move.seconds)),
        )
        for name, seconds in above.items()
    ]
    return tuple(sorted(lines, key=lambda line: (-line.movable, -line.above, line.intervention)))
