"""Who is on duty when: three shifts, a nurse in each, everybody near their weekly hours and eleven hours of rest.

How many are on duty follows from the hours there are, less leave and illness. First come the posts that must not stay
empty: a nurse in the early and the late shift of each ward, or of the home if there are too few, and the night. What
is left is spread over the early and the late shift.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, floor
from typing import Final

import numpy as np

from sample_data.staff import SampleEmployee, levels

SHIFTS: Final = ("Früh", "Spät", "Nacht")
SHIFT_ENDS: Final = (14 * 60, 22 * 60)
"""Minutes since midnight at which the early and the late shift end; the night ends at 6 o'clock."""

_DUTY: Final = ((6 * 60, 14 * 60 + 15), (13 * 60 + 45, 22 * 60), (21 * 60 + 45, 30 * 60 + 15))
"""Begin and end of a duty in minutes of the working day; neighbours overlap by the handover."""

_REST: Final = 11 * 60  # § 5 ArbZG: eleven hours between two duties
_DAY: Final = 24 * 60
HOURS: Final = 7.75
"""Working time of a duty, without the break."""
_LENT: Final = 0.3  # how much less, in weeks of work, an employee of another ward must have done to be called first
_PREFERRED: Final = 0.5  # how much more, in weeks of work, assistants may have done and are still called first
_NURSE, _ASSISTANT = 4, 3
_SMALLEST_WARD: Final = 8  # below this the wards share their people
_ALONE_AT_NIGHT: Final = 45
"""Most residents for one person at night."""
_NURSES_FOR: Final = (0.5, 1.0, 2.6)
"""Duties of nurses a day from which on one is there in the early, late and night shift; smaller homes can call one."""
_EARLY: Final = 0.58
"""Share of the remaining duties in the early shift."""
_HELPERS: Final = 0.8
"""Helpers for each ward in the early shift from which on they are not there for the whole home."""
_PRESENT_FOR: Final = 45.0
"""Days from one absence to the next, on average."""
_ABSENCES: Final = ((14, 0.3), (7, 0.25), (3, 0.25), (9, 0.15), (35, 0.05))
"""Leave and illness: days, and how often. All in all people are absent on every sixth or seventh day."""
_ABSENT: Final = 0.17
"""Share of the weekly hours that the plan allows for it."""
HOUSE: Final = -1
"""Area of a duty for the whole home."""


@dataclass(frozen=True)
class Post:
    """A place to fill in a shift of a day: for the ward ``area`` (or the home), by a nurse, Betreuung or anyone.

    An ``assistant`` (QN 3) is preferred where one is wanted. A post that ``must`` be filled has somebody even when no
    one has rested long enough.
    """

    shift: int
    area: int
    nurse: bool = False
    betreuung: bool = False
    assistant: bool = False
    must: bool = False


@dataclass(frozen=True)
class SampleRoster:
    """The duties of a home, one element per duty; ``day`` is the working day on which it begins, from -1 on.

    Attributes
    ----------
    person, day, shift, area
        Position of the person, working day, position in :data:`SHIFTS`, ward or :data:`HOUSE`.
    """

    person: np.ndarray
    day: np.ndarray
    shift: np.ndarray
    area: np.ndarray

    @property
    def begin(self) -> np.ndarray:
        """Begin of each duty in minutes since midnight of the first day."""
        return np.asarray(self.day * _DAY + np.array(_DUTY)[self.shift, 0])

    @property
    def end(self) -> np.ndarray:
        """End of each duty in minutes since midnight of the first day."""
        return np.asarray(self.day * _DAY + np.array(_DUTY)[self.shift, 1])

    def on_duty(self, days: int, wards: int) -> np.ndarray:
        """Return who can be called, shape (days + 1, shifts, wards, most people at once); -1 = no one."""
        slots: list[list[int]] = [[] for _ in range((days + 1) * len(SHIFTS) * wards)]
        for person, day, shift, area in zip(self.person, self.day, self.shift, self.area, strict=True):
            for ward in range(wards) if area == HOUSE else (area,):
                slots[((day + 1) * len(SHIFTS) + shift) * wards + ward].append(person)
        table = np.full((len(slots), max(map(len, slots))), -1)
        for row, people in zip(table, slots, strict=True):
            row[: len(people)] = people
        return table.reshape(days + 1, len(SHIFTS), wards, -1)


@dataclass(frozen=True)
class Plan:
    """The posts of each day: ``fixed`` ones, and early and late ones whose number need not be whole.

    Attributes
    ----------
    more, betreuung
        Duties a day in the early and the late shift, beside the fixed ones; on average.
    areas
        Where those of them are, in turn, who are not assistants: these are there for the whole home.
    """

    fixed: tuple[Post, ...]
    more: tuple[float, float]
    betreuung: tuple[float, float]
    areas: tuple[int, ...]

    def posts(self, day: int) -> list[Post]:
        """Return the posts of a working day; those that must be filled come first in their shift."""
        if day < 0:  # of the day before the period only its night
            return [post for post in self.fixed if SHIFTS[post.shift] == "Nacht"]
        all_posts = list(self.fixed)
        for shift, rate in enumerate(self.more):
            count = _on(day, rate)
            all_posts += [Post(shift, HOUSE, assistant=True)] * ceil(count / 2)
            all_posts += [Post(shift, self.areas[(day + i) % len(self.areas)]) for i in range(count // 2)]
        for shift, rate in enumerate(self.betreuung):
            all_posts += [Post(shift, HOUSE, betreuung=True) for _ in range(_on(day, rate))]
        return sorted(
            all_posts,
            key=lambda post: (post.shift, post.betreuung, not post.must, not post.nurse, not post.assistant, post.area),
        )


def _on(day: int, rate: float) -> int:
    """Return how many of ``rate`` a day fall on this day, so that the mean is kept."""
    return floor((day + 1) * rate) - floor(day * rate)


def plan(people: list[SampleEmployee], ward_sizes: np.ndarray, days: int) -> Plan:
    """Return the posts that the staff can fill, leave and illness allowed for."""
    nurses, helpers, betreuung = _duties_a_day(people, days)
    residents, wards = int(ward_sizes.sum()), len(ward_sizes)
    apart = ward_sizes.min() >= _SMALLEST_WARD
    by_ward = apart and nurses >= 2 * wards + 0.5
    # By day one nurse for each ward, or as many for the whole home as there are.
    areas = range(wards) if by_ward else [HOUSE] * max(1, int((nurses - 1) / 2 + 0.25))
    fixed = [Post(shift, area, nurse=nurses >= _NURSES_FOR[shift], must=True) for area in areas for shift in (0, 1)]
    fixed.append(Post(2, HOUSE, nurse=nurses >= _NURSES_FOR[2], must=True))
    fixed += [Post(2, HOUSE)] * (ceil(residents / _ALONE_AT_NIGHT) - 1)
    rest = max(nurses + helpers - len(fixed), 0)
    return Plan(
        tuple(fixed),
        (rest * _EARLY, rest * (1 - _EARLY)),
        (betreuung * (1 - _EARLY), betreuung * _EARLY),  # most company and activities are in the afternoon
        tuple(range(wards)) if apart and rest * _EARLY / 2 >= _HELPERS * wards else (HOUSE,),
    )


def _duties_a_day(people: list[SampleEmployee], days: int) -> tuple[float, float, float]:
    """Return how many duties a day nurses, other care staff and Betreuung can do."""
    employed = (levels(people, days) > 0).mean(axis=1)
    sums = [0.0, 0.0, 0.0]
    for person, share in zip(people, employed, strict=True):
        group = 2 if person.betreuung else int(person.history[0].qn < _NURSE)
        sums[group] += person.weekly_hours * share * (1 - _ABSENT) / 7 / HOURS
    return sums[0], sums[1], sums[2]


def _absences(rng: np.random.Generator, people: int, days: int) -> np.ndarray:
    """Draw leave and illness: whether a person is absent on a working day from -1 on, shape (people, days + 1)."""
    absent = np.zeros((people, days + 1), bool)
    lengths, odds = zip(*_ABSENCES, strict=True)
    for person in range(people):
        day = int(rng.uniform(-lengths[0], _PRESENT_FOR))
        while day <= days:
            length = int(rng.choice(lengths, p=odds))
            absent[person, max(day, 0) : max(day + length, 0)] = True
            day += length + 1 + int(rng.exponential(_PRESENT_FOR))
    return absent


def draw(rng: np.random.Generator, people: list[SampleEmployee], ward_sizes: np.ndarray, days: int) -> SampleRoster:
    """Fill the posts of every day; one for which no rested employee is left stays empty, unless it must be filled."""
    level = levels(people, days)
    hours = np.array([person.weekly_hours for person in people])
    betreuung = np.array([person.betreuung for person in people])
    home_ward = np.array([person.ward for person in people])
    absent = _absences(rng, len(people), days)
    planned = plan(people, ward_sizes, days)
    worked = rng.uniform(0, HOURS, size=len(people))
    worked_until = np.full(len(people), -2 * _DAY)
    duties: list[tuple[int, int, int, int]] = []
    for day in range(-1, days):
        daily = planned.posts(day)
        for group in (True, False):
            # Everybody owes a share of the day's work by weekly hours; who owes most is called first.
            due = np.where((level[:, day + 1] > 0) & ~absent[:, day + 1] & (betreuung == group), hours, 0)
            worked -= due / max(due.sum(), 1) * HOURS * sum(post.betreuung == group for post in daily)
        for post in daily:
            begin, end = (day * _DAY + minute for minute in _DUTY[post.shift])
            # Who works a night must still be employed when it ends.
            employed = (level[:, day + 1] > 0) & (level[:, min(end // _DAY + 1, days)] > 0)
            employed &= betreuung == post.betreuung
            free = _free(post, employed, level[:, day + 1] >= _NURSE, begin - worked_until, absent[:, day + 1])
            if not free.any():
                continue
            owed = worked / hours + np.where((post.area != HOUSE) & (home_ward != post.area), _LENT, 0)
            owed -= np.where(post.assistant & (level[:, day + 1] == _ASSISTANT), _PREFERRED, 0)
            person = int(np.where(free, owed, np.inf).argmin())
            duties.append((person, day, post.shift, post.area))
            worked[person] += HOURS
            worked_until[person] = end
    return SampleRoster(*np.array(duties).T)


def _free(post: Post, employed: np.ndarray, nurses: np.ndarray, rest: np.ndarray, absent: np.ndarray) -> np.ndarray:
    """Return who can be called.

    For a post that must be filled people are called from leave as well, in need after less than eleven hours of rest
    (``rest`` in minutes, negative while still on duty), and in the end whoever is not a nurse.
    """
    able = employed & nurses if post.nurse else employed
    choices = [able & (rest >= _REST) & ~absent]
    if post.must:
        choices += [who & (rest >= least) for who in (able, employed) for least in (_REST, 0)]
    return next((free for free in choices if free.any()), choices[0])
