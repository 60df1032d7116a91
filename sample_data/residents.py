"""The residents of a home: who lives there, what they need on which day, and what changes in the period."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import numpy as np

from sample_data import assessments, names

if TYPE_CHECKING:
    from datetime import date

GRADE_SHARES: Final = np.array([0.01, 0.18, 0.36, 0.30, 0.15])
"""Share of the Pflegegrade 1-5 in full-time care, federal figures of April 2022; PG 1 as the remainder."""

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

_WITHOUT_DATE: Final = 0.1
"""Share of first assessments entered without a date: since moving in."""

_LASTING: Final = ("aspiration", "gewichtsverlust", "schmerz")
_LASTING_SHARE: Final = (0.0, 0.01, 0.04, 0.12, 0.25)
"""Share of the residents of Pflegegrad 1-5 who are unstable for the whole period, with no end in sight."""


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
class Residents:
    """All residents of a home. Day arrays have one column per working day from -1 (the night before) on.

    Attributes
    ----------
    ward
        Position of the ward, shape (n,).
    moved_in, moved_out
        Days counted from the start of the period; ``moved_out`` None = still there.
    candidate
        Whose needs the resident has on which day, shape (n, days + 1): position in ``pool``.
    away
        In hospital, shape (n, days + 1).
    """

    number: list[str]
    surname: list[str]
    given: list[str]
    ward: np.ndarray
    moved_in: list[int]
    moved_out: list[int | None]
    pool: assessments.Candidates
    candidate: np.ndarray
    away: np.ndarray
    assessed: list[SampleAssessment] = field(default_factory=list)
    instability: list[SampleInstability] = field(default_factory=list)

    @property
    def present(self) -> np.ndarray:
        """Living in the home (also while in hospital), shape (n, days + 1)."""
        day = np.arange(-1, self.candidate.shape[1] - 1)
        moved_in = np.array(self.moved_in)
        out = np.array([len(day) if leaving is None else leaving for leaving in self.moved_out])
        return (moved_in[:, np.newaxis] <= day) & (day <= out[:, np.newaxis])

    @property
    def unstable(self) -> np.ndarray:
        """Any active criterion of instability, shape (n, days + 1)."""
        table = np.zeros_like(self.away)
        for entry in self.instability:
            last = table.shape[1] if entry.end is None else entry.end + 2
            table[entry.resident, max(entry.start + 1, 0) : max(last, 0)] = True
        return table


def grades(rng: np.random.Generator, count: int) -> np.ndarray:
    """Draw the Pflegegrade of ``count`` residents: the usual mix, varied from home to home, in random order."""
    exact = rng.dirichlet(80 * GRADE_SHARES) * count
    whole = np.floor(exact).astype(np.int64)
    # The seats left over go to the grades with the largest remainders.
    whole[np.argsort(whole - exact, kind="stable")[: count - whole.sum()]] += 1
    return rng.permutation(np.repeat(np.arange(1, 6), whole))


def draw(rng: np.random.Generator, count: int, days: int, wards: int, on: date) -> Residents:
    """Draw the residents of one home for a period of ``days`` days that starts ``on``."""
    pool, picks = assessments.of_grades(rng, grades(rng, count), on)
    surnames, given_names = names.people(rng, count, names.GIVEN_NAMES_OLD)
    home = Residents(
        number=[f"{number:04d}" for number in np.cumsum(rng.integers(1, 4, size=count))],
        surname=surnames,
        given=given_names,
        ward=rng.permutation(np.arange(count) % wards),
        moved_in=(-rng.integers(60, 1500, size=count)).tolist(),
        moved_out=[None] * count,
        pool=pool,
        candidate=np.repeat(picks[:, None], days + 1, axis=1),
        away=np.zeros((count, days + 1), bool),
    )
    ordinary = _histories(rng, home, days)
    _episodes(rng, home, ordinary, days)
    home.assessed.sort(key=lambda entry: (entry.resident, -(10**6) if entry.day is None else entry.day))
    home.instability.sort(key=lambda entry: (entry.resident, entry.start))
    return home


def _histories(rng: np.random.Generator, home: Residents, days: int) -> list[int]:
    """Give some residents a history within the period; return those without."""
    count = len(home.number)
    order: list[int] = rng.permutation(count).tolist()
    months = days / 30
    cases = (
        (_worsens, months / 40),
        (_moves_in, months / 60),
        (_goes_to_hospital, months / 30),
        (_is_open_and_overlapping, months / 90),
        (_dies, months / 60),
    )
    newcomers: set[int] = set()
    for case, share in cases:
        for _ in range(min(max(1, round(share * count)), max(1, count // 8))):
            if order:
                resident = order.pop()
                case(rng, home, resident, days)
                if case is _moves_in:
                    newcomers.add(resident)
    for resident in range(count):
        if resident not in newcomers:
            first = int(rng.integers(home.moved_in[resident], -20))
            since_moving_in = rng.random() < _WITHOUT_DATE
            picked = int(home.candidate[resident, 0])
            home.assessed.append(SampleAssessment(resident, None if since_moving_in else first, picked))
    return order


def _day(rng: np.random.Generator, days: int, earliest: float, latest: float) -> int:
    return int(rng.integers(int(earliest * days), int(latest * days) + 1))


def _worsens(rng: np.random.Generator, home: Residents, resident: int, days: int) -> None:
    changed = _day(rng, days, 0.3, 0.7)
    worse = assessments.worse(home.pool, int(home.candidate[resident, 0]), np.unique(home.candidate))
    home.candidate[resident, changed + 1 :] = worse
    home.assessed.append(SampleAssessment(resident, changed, worse))


def _moves_in(rng: np.random.Generator, home: Residents, resident: int, days: int) -> None:
    arrival = _day(rng, days, 0.25, 0.6)
    home.moved_in[resident] = arrival
    home.assessed.append(SampleAssessment(resident, arrival + 6, int(home.candidate[resident, 0])))
    home.instability.append(SampleInstability(resident, "neuaufnahme", arrival, arrival + 5))


def _goes_to_hospital(rng: np.random.Generator, home: Residents, resident: int, days: int) -> None:
    leaves = _day(rng, days, 0.2, 0.6)
    returns = leaves + int(rng.integers(4, 9))
    home.away[resident, leaves + 1 : returns + 1] = True
    home.instability.append(SampleInstability(resident, "postoperativ", returns, returns + 7))


def _is_open_and_overlapping(rng: np.random.Generator, home: Residents, resident: int, days: int) -> None:
    fever = _day(rng, days, 0.3, 0.7)
    home.instability.append(SampleInstability(resident, "wunde", -int(rng.integers(5, 40)), None))
    home.instability.append(SampleInstability(resident, "akute-infektion", fever, fever + 6))


def _dies(rng: np.random.Generator, home: Residents, resident: int, days: int) -> None:
    last = _day(rng, days, 0.5, 0.9)
    home.moved_out[resident] = last
    home.instability.append(SampleInstability(resident, "sterbephase", last - 6, last))


def _episodes(rng: np.random.Generator, home: Residents, residents: list[int], days: int) -> None:
    criteria = list(_EPISODES)
    for resident in sorted(residents):
        grade = int(home.pool.grade[home.candidate[resident, 0]]) - 1
        if rng.random() < _LASTING_SHARE[grade]:
            lasting = _LASTING[rng.integers(len(_LASTING))]
            home.instability.append(SampleInstability(resident, lasting, -int(rng.integers(10, 200)), None))
        for _ in range(rng.poisson(_EPISODES_PER_MONTH[grade] * days / 30)):
            criterion = criteria[rng.integers(len(criteria))]
            start = int(rng.integers(-5, days - 1))
            length = max(1, _EPISODES[criterion] + int(rng.integers(-2, 3)))
            home.instability.append(SampleInstability(resident, criterion, start, start + length - 1))
