"""Who is on duty when: three shifts, a nurse in each, everybody near their weekly hours and eleven hours of rest."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil
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
_HOURS: Final = 8  # working time of a duty
_LENT: Final = 0.3  # how much less, in weeks of work, an employee of another ward must have done to be called first
_NURSE: Final = 4
_SMALLEST_WARD: Final = 8  # below this the wards share their people
HOUSE: Final = -1
"""Area of a duty for the whole home."""


@dataclass(frozen=True)
class Post:
    """A place to fill in a shift of every day: for the ward ``area`` (or the home), by a nurse, Betreuung or anyone."""

    shift: int
    area: int
    nurse: bool
    betreuung: bool = False


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


def posts(ward_sizes: np.ndarray) -> list[Post]:
    """Return the posts of one day for wards of these sizes; those that need a nurse come first."""
    residents = int(ward_sizes.sum())
    areas = dict(enumerate(ward_sizes.tolist())) if ward_sizes.min() >= _SMALLEST_WARD else {HOUSE: residents}
    wanted = [(shift, area, ceil(size / per)) for area, size in areas.items() for shift, per in ((0, 7), (1, 9))]
    wanted.append((2, HOUSE, ceil(residents / 40)))
    all_posts = [Post(shift, area, nurse=i == 0) for shift, area, count in wanted for i in range(count)]
    # Betreuung comes in the afternoon first: that is when most company and activities are.
    all_posts += [Post(1 - i % 2, HOUSE, nurse=False, betreuung=True) for i in range(ceil(residents / 50))]
    return sorted(all_posts, key=lambda post: (post.shift, post.betreuung, not post.nurse, post.area))


def draw(rng: np.random.Generator, people: list[SampleEmployee], ward_sizes: np.ndarray, days: int) -> SampleRoster:
    """Fill the posts of every day; a post for which no rested employee is left stays empty, save that of a nurse."""
    level = levels(people, days)
    hours = np.array([person.weekly_hours for person in people])
    betreuung = np.array([person.betreuung for person in people])
    home_ward = np.array([person.ward for person in people])
    daily = posts(ward_sizes)
    worked = rng.uniform(0, _HOURS, size=len(people))
    free_from = np.full(len(people), -_DAY)
    duties: list[tuple[int, int, int, int]] = []
    for day in range(-1, days):
        for group in (True, False):
            # Everybody owes a share of the day's work by weekly hours; who owes most is called first.
            due = np.where((level[:, day + 1] > 0) & (betreuung == group), hours, 0)
            worked -= due / due.sum() * _HOURS * sum(post.betreuung == group for post in daily)
        for post in daily if day >= 0 else [post for post in daily if SHIFTS[post.shift] == "Nacht"]:
            begin, end = (day * _DAY + minute for minute in _DUTY[post.shift])
            # Who works a night must still be employed when it ends.
            employed = (level[:, day + 1] > 0) & (level[:, min(end // _DAY + 1, days)] > 0)
            able = employed & (betreuung == post.betreuung) & (level[:, day + 1] >= (_NURSE if post.nurse else 1))
            free = able & (free_from <= begin)
            if not free.any() and post.nurse:
                free = able & (free_from == free_from[able].min())
            if not free.any():
                continue
            owed = worked / hours + np.where((post.area != HOUSE) & (home_ward != post.area), _LENT, 0)
            person = int(np.where(free, owed, np.inf).argmin())
            duties.append((person, day, post.shift, post.area))
            worked[person] += _HOURS
            free_from[person] = end + _REST
    return SampleRoster(*np.array(duties).T)
