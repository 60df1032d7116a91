"""The residents of a home: who lives there, what they need on which day, and what changes in the period.

A home has beds. Somebody who dies leaves one empty for some days; then somebody else moves in, usually with a lower
Pflegegrad than those who have lived there for long, and needs more care as time goes by.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import numpy as np

from sample_data import assessments, grades, names, resident_cases
from sample_data.resident_cases import SampleStay

if TYPE_CHECKING:
    from datetime import date

    from sample_data.resident_cases import SampleAssessment, SampleInstability

_MOVED_IN: Final = (60, 1500)
"""Days that residents have lived in the home when the period begins: least, most."""
_OLDEST: Final = 400  # days: homes assess again after a year or so
_WITHOUT_DATE: Final = 0.1
"""Share of first assessments entered without a date: since moving in."""
_ARRIVALS: Final = 0.06  # more than move in per bed and month
_STAYS_EMPTY: Final = (3, 15)
"""Days a bed stays empty: least, and more than most."""


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
    granted
        The fund's decisions for each resident, in order of time.
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
    granted: list[list[grades.Granted]]
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

    @property
    def mix(self) -> dict[int, float]:
        """Residents by Pflegegrad, averaged over the period."""
        counts = np.bincount(self.pool.grade[self.candidate[self.present]], minlength=6)
        return {grade: float(counts[grade]) / self.candidate.shape[1] for grade in range(1, 6)}


def draw(rng: np.random.Generator, beds: int, days: int, wards: int, on: date) -> Residents:
    """Draw the residents of a home with so many beds for a period of ``days`` days that starts ``on``."""
    months = max(1, round(days / 30))
    newcomers = int(beds * _ARRIVALS * (months - 1)) + beds // 8 + 2
    wanted = np.append(grades.of_residents(rng, beds), grades.of_newcomers(rng, newcomers))
    pool, picks = assessments.of_grades(rng, wanted, on)
    in_ward = rng.permutation(np.arange(beds) % wards)
    stays = [
        SampleStay(ward=int(ward), moved_in=-int(rng.integers(*_MOVED_IN)), candidate=int(pick))
        for ward, pick in zip(in_ward, picks[:beds], strict=True)
    ]
    for stay in stays:
        stay.granted = grades.first_decision(rng, int(pool.grade[stay.candidate]), stay.moved_in)
    cases = resident_cases.Cases(rng, pool, days)
    for month in range(months):
        cases.happen(stays, beds, month * days // months, (month + 1) * days // months, first=month == 0)
        vacated = [stay for stay in stays if stay.moved_out is not None and not stay.replaced]
        for left in vacated:
            left.replaced = True
            arrival = (left.moved_out or 0) + int(rng.integers(*_STAYS_EMPTY))
            if len(stays) < len(picks) and cases.fits(arrival):
                stay = SampleStay(ward=left.ward, moved_in=arrival, candidate=int(picks[len(stays)]))
                cases.move_in(stay)
                stays.append(stay)
    return _finished(rng, stays, pool, days)


def _finished(rng: np.random.Generator, stays: list[SampleStay], pool: assessments.Candidates, days: int) -> Residents:
    count = len(stays)
    surnames, given_names = names.people(rng, count, names.GIVEN_NAMES_OLD)
    home = Residents(
        number=[f"{number:04d}" for number in np.cumsum(rng.integers(1, 4, size=count))],
        surname=surnames,
        given=given_names,
        ward=np.array([stay.ward for stay in stays]),
        moved_in=[stay.moved_in for stay in stays],
        moved_out=[stay.moved_out for stay in stays],
        pool=pool,
        candidate=np.repeat([[stay.candidate] for stay in stays], days + 1, axis=1),
        away=np.zeros((count, days + 1), bool),
        granted=[[one for one in stay.granted if one.day < days] for stay in stays],
    )
    for resident, stay in enumerate(stays):
        for first, last in stay.away:
            home.away[resident, first + 1 : last + 2] = True
        for day, candidate in stay.changes:
            home.candidate[resident, (day or 0) + 1 :] = candidate
        if not stay.newcomer:
            first_day = int(rng.integers(max(stay.moved_in, -_OLDEST), -20))
            undated = rng.random() < _WITHOUT_DATE
            stay.changes.insert(0, (None if undated else first_day, stay.candidate))
        home.assessed += stay.assessments(resident)
        home.instability += stay.phases(resident, days)
    home.instability.sort(key=lambda entry: (entry.resident, entry.start))
    return home
