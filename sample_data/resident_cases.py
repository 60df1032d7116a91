"""What happens to residents in a month: they move in, fall ill, go to hospital, need more care, and die."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import numpy as np

from sample_data import assessments, grades

if TYPE_CHECKING:
    from collections.abc import Callable

    from sample_data.grades import Granted

_ASSESSED_AFTER: Final = 6
"""Days from moving in to the first assessment."""

_EPISODES: Final = {
    "akute-infektion": 7,
    "sturz": 3,
    "schmerz": 9,
    "gewichtsverlust": 14,
    "risikomedikation": 6,
    "blutzucker": 5,
    "dekompensation": 8,
    "verhaltenskrise": 4,
}
"""Passing instability: criterion and usual length in days."""

_EPISODES_PER_MONTH: Final = (0.05, 0.1, 0.25, 0.45, 0.7)
"""Expected number for Pflegegrad 1-5: who needs more care is less stable."""

_LASTING: Final = ("aspiration", "gewichtsverlust", "schmerz")
_LASTING_SHARE: Final = (0.0, 0.01, 0.04, 0.12, 0.25)
"""Share of the residents of Pflegegrad 1-5 who are unstable for the whole period, with no end in sight."""

_WORSENS, _HOSPITAL, _WOUND, _DIES, _GRANTED_LATE = 1 / 60, 1 / 30, 1 / 90, 1 / 26, 1 / 60
"""Share of the residents to whom it happens in a month. Who moves in stays for about two years."""
_MOST_AT_ONCE: Final = 8  # no case happens to more than one in so many in the first month


@dataclass(frozen=True)
class SampleInstability:
    """One criterion for one resident; days count from the start of the period, ``end`` None = open."""

    resident: int
    criterion: str
    start: int
    end: int | None


@dataclass(frozen=True)
class SampleAssessment:
    """One assessment; ``day`` counts from the start of the period, None = since moving in."""

    resident: int
    day: int | None
    candidate: int


@dataclass
class SampleStay:
    """The stay of one resident while it is drawn; days count from the start of the period.

    Attributes
    ----------
    candidate
        Position in the pool of assessments when the stay or the period begins.
    changes
        Day of an assessment and position in the pool, in order of time.
    away
        First and last day in hospital.
    unstable
        Criterion, first and last day (None = open).
    busy_until
        Last day of what happens at present; nothing else begins before.
    """

    ward: int
    moved_in: int
    candidate: int
    moved_out: int | None = None
    newcomer: bool = False
    replaced: bool = False
    busy_until: int = -1
    changes: list[tuple[int | None, int]] = field(default_factory=list)
    away: list[tuple[int, int]] = field(default_factory=list)
    unstable: list[tuple[str, int, int | None]] = field(default_factory=list)
    granted: list[Granted] = field(default_factory=list)

    @property
    def needs_now(self) -> int:
        """Position in the pool after the latest change."""
        return self.changes[-1][1] if self.changes else self.candidate

    def assessments(self, resident: int) -> list[SampleAssessment]:
        """Return the assessments under the resident's position."""
        return [SampleAssessment(resident, day, candidate) for day, candidate in self.changes]

    def phases(self, resident: int, days: int) -> list[SampleInstability]:
        """Return the phases of instability: none outlasts the stay, and no one knows an end that is still to come."""
        rows = []
        for criterion, start, end in self.unstable:
            known = end if end is not None and end < days else None
            last = known if self.moved_out is None else min(self.moved_out, days if known is None else known)
            rows.append(SampleInstability(resident, criterion, start, last))
        return rows


class Cases:
    """Lets things happen to residents, month by month."""

    def __init__(self, rng: np.random.Generator, pool: assessments.Candidates, days: int) -> None:
        self._rng, self._pool, self._days = rng, pool, days
        self._taken: set[int] = set()

    def happen(self, stays: list[SampleStay], beds: int, begin: int, end: int, *, first: bool) -> None:
        """Let something happen to some of those who live there, from day ``begin`` to before ``end``.

        In the ``first`` month each case happens at least once, as far as there are residents enough.
        """
        free = [stay for stay in stays if stay.moved_out is None and max(stay.moved_in, stay.busy_until) < begin]
        self._taken |= {stay.needs_now for stay in stays}
        order = [free[i] for i in self._rng.permutation(len(free))]
        length = end - begin
        cases: list[tuple[Callable[[SampleStay, int, int], None], float]] = [
            (self._worsens, _WORSENS),
            (self._arrives, _DIES if first else 0),
            (self._goes_to_hospital, _HOSPITAL),
            (self._is_open_and_overlapping, _WOUND),
            (self._dies, _DIES),
            (self._is_granted_late, _GRANTED_LATE),
        ]
        for case, share in cases:
            count = int(self._rng.poisson(share * beds))
            if first:
                count = min(max(1, round(share * beds)), max(1, beds // _MOST_AT_ONCE))
            for _ in range(min(count, len(order))):
                case(order.pop(), begin, length)
        for stay in order:
            self._episodes(stay, begin, length, first=first)

    def fits(self, arrival: int) -> bool:
        """Return whether somebody who moves in on that day is assessed before the period ends."""
        return arrival + _ASSESSED_AFTER < self._days

    def move_in(self, stay: SampleStay) -> None:
        """Let somebody move in: no assessment for some days, then one, and unstable until then."""
        stay.newcomer = True
        assessed = stay.moved_in + _ASSESSED_AFTER
        stay.changes = [(assessed, stay.candidate)]
        stay.unstable = [("neuaufnahme", stay.moved_in, assessed - 1)]
        stay.granted = grades.first_decision(self._rng, int(self._pool.grade[stay.candidate]), stay.moved_in)
        stay.busy_until = assessed

    def _day(self, begin: int, length: int, earliest: float, latest: float) -> int:
        return begin + int(self._rng.integers(int(earliest * length), int(latest * length) + 1))

    def _worsens(self, stay: SampleStay, begin: int, length: int) -> None:
        changed = self._day(begin, length, 0.3, 0.7)
        worse = assessments.worse(self._pool, stay.needs_now, np.array(sorted(self._taken)))
        self._taken.add(worse)
        stay.changes.append((changed, worse))
        stay.granted.append(grades.Granted(grades.decided_on(self._rng, changed), int(self._pool.grade[worse])))

    def _arrives(self, stay: SampleStay, begin: int, length: int) -> None:
        stay.moved_in = self._day(begin, length, 0.25, 0.6)
        self.move_in(stay)

    def _goes_to_hospital(self, stay: SampleStay, begin: int, length: int) -> None:
        leaves = self._day(begin, length, 0.2, 0.6)
        returns = leaves + int(self._rng.integers(4, 9))
        stay.away.append((leaves, returns - 1))
        stay.unstable.append(("postoperativ", returns, returns + 7))
        stay.busy_until = returns + 7

    def _is_open_and_overlapping(self, stay: SampleStay, begin: int, length: int) -> None:
        fever = self._day(begin, length, 0.3, 0.7)
        stay.unstable.append(("wunde", max(begin - int(self._rng.integers(5, 40)), stay.moved_in), None))
        stay.unstable.append(("akute-infektion", fever, fever + 6))

    def _dies(self, stay: SampleStay, begin: int, length: int) -> None:
        last = self._day(begin, length, 0.5, 0.9)
        stay.moved_out = last
        stay.unstable.append(("sterbephase", max(last - 6, stay.moved_in), last))

    def _is_granted_late(self, stay: SampleStay, begin: int, length: int) -> None:
        """Grant what is needed only now; until then a lower grade holds."""
        needed = int(self._pool.grade[stay.needs_now])
        granted = [one for one in stay.granted if one.day < begin][-1:] or [grades.Granted(stay.moved_in, needed)]
        earlier = grades.Granted(granted[0].day, max(needed - 1, 1))
        stay.granted = [earlier, grades.Granted(self._day(begin, length, 0.3, 0.7), needed)]

    def _episodes(self, stay: SampleStay, begin: int, length: int, *, first: bool) -> None:
        grade = int(self._pool.grade[stay.needs_now]) - 1
        if first and self._rng.random() < _LASTING_SHARE[grade]:
            lasting = _LASTING[self._rng.integers(len(_LASTING))]
            stay.unstable.append((lasting, max(-int(self._rng.integers(10, 200)), stay.moved_in), None))
        for _ in range(self._rng.poisson(_EPISODES_PER_MONTH[grade] * length / 30)):
            criterion = list(_EPISODES)[self._rng.integers(len(_EPISODES))]
            start = begin + int(self._rng.integers(-5 if first else 0, length - 1))
            days = max(1, _EPISODES[criterion] + int(self._rng.integers(-2, 3)))
            stay.unstable.append((criterion, start, start + days - 1))
