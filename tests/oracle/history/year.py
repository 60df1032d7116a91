"""A year of a small home, and the files in which it can be delivered."""

from __future__ import annotations

import datetime as dt
import random
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from .records import ALWAYS, Act, Assessed, Choice, File, Level, Lives, Statements, Unstable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

FIRST, LAST = dt.date(2026, 1, 1), dt.date(2026, 12, 31)
MONTHS = range(1, 13)
EACH = tuple((month,) for month in MONTHS)
IN_PAIRS = tuple((month, month + 1) for month in range(1, 13, 2))
WARDS = ("WB 1", "WB 2")
FOR_RESIDENTS, FOR_NOBODY = ("1.1", "4.1", "5.E03"), "2.8"
CELLS = ("1.1", "1.2", "2.10", "3.3", "3.5", "3.8", "4.5", "4.6")
Upload = tuple[tuple[File, ...], Choice]


@dataclass(frozen=True)
class Year:
    """All that is said of a home in a year.

    Attributes
    ----------
    acts, assessed, unstable
        In order of days; an assessment without a day is the one a resident came with.
    promoted
        Employee -> day from which the level is one higher.
    stretches
        Months that are delivered together: each alone, or two, which takes half the uploads.
    """

    residents: dict[str, Lives]
    levels: dict[str, int]
    promoted: dict[str, dt.date]
    acts: tuple[Act, ...]
    assessed: tuple[Assessed, ...]
    unstable: tuple[Unstable, ...]
    stretches: tuple[tuple[int, ...], ...]

    def file(
        self,
        months: Iterable[int],
        about: Callable[[Act], bool] = lambda _: True,
        ward: str = "",
        half: int | None = None,
    ) -> File:
        """Return the file of some months.

        Parameters
        ----------
        about
            Which acts are in it.
        ward
            Ward whose residents alone are in it, "" = all.
        half
            Which half of the staff is in its list, None = all.
        """
        months = set(months)
        last = max(months)
        here = {
            who: row
            for who, row in self.residents.items()
            if (not ward or row.ward == ward) and (row.moved_in is None or row.moved_in <= _end(last))
        }
        staff = [who for i, who in enumerate(self.levels) if half is None or i % 2 == half]

        def told(day: dt.date | None, who: str) -> bool:
            came = self.residents[who].moved_in
            first = came.month if came is not None and came >= FIRST else 1
            return who in here and (first in months if day is None else day.month in months)

        return File(
            tuple(act for act in self.acts if act.day.month in months and about(act)),
            tuple(here.values()),
            tuple(row for row in self.assessed if told(row.day, row.resident)),
            tuple(row for row in self.unstable if told(row.first, row.resident)),
            tuple(row for who in staff for row in self._levels(who, months)),
        )

    def _levels(self, who: str, months: set[int]) -> list[Level]:
        """Return the rows of an employee: as in the last of some months, and as before where that changed in them."""
        day, level = self.promoted.get(who), self.levels[who]
        if day is None or day.month > max(months):
            return [Level(who, level)]
        if day.month not in months:
            return [Level(who, level + 1)]
        return [*([Level(who, level)] if min(months) < day.month or day.day > 1 else []), Level(who, level + 1, day)]


def year(seed: int, residents: int, acts_a_day: int, stretches: tuple[tuple[int, ...], ...] = EACH) -> Year:
    """Draw a year."""
    rng = random.Random(seed)
    people = {
        f"{n:04}": Lives(f"{n:04}", WARDS[n % 2], dt.date(2026, 6, 10) if n == residents else dt.date(2025, 1, n))
        for n in range(1, residents + 1)
    }
    staff = {f"P{n}": rng.randint(1, 3) for n in range(1, residents + 1)}
    promoted = {"P1": dt.date(2026, 4, 1), "P2": dt.date(2026, 8, 15)}
    assessed = [Assessed(who, None, _points(rng)) for who in people]
    assessed += [
        Assessed(who, max(_day(rng), row.moved_in or FIRST), _points(rng))
        for who, row in people.items()
        for _ in range(rng.randint(0, 2))
    ]
    unstable = []
    for who in rng.sample(sorted(people), k=min(3, residents)):
        first = max(_day(rng), people[who].moved_in or FIRST)
        unstable.append(Unstable(who, "sturz", first, first + dt.timedelta(rng.randint(0, 40))))
    acts: list[Act] = []
    for n in range((LAST - FIRST).days + 1):
        day = FIRST + dt.timedelta(n)
        there = [who for who, row in people.items() if row.moved_in is None or row.moved_in <= day]
        acts += [_act(rng, day, there, sorted(staff)) for _ in range(acts_a_day)]
    return Year(people, staff, promoted, tuple(acts), tuple(assessed), tuple(unstable), stretches)


def whole(of: Year) -> list[Upload]:
    """The whole year in one file."""
    return [((of.file(MONTHS),), Choice())]


def by_month(of: Year) -> list[Upload]:
    """One upload a month."""
    return [((of.file(months),), Choice()) for months in of.stretches]


def by_ward(of: Year) -> list[Upload]:
    """One upload a month, a file of each ward."""

    def lives(act: Act) -> str | None:
        return act.ward or (of.residents[act.resident].ward if act.resident else None)

    return [
        (tuple(of.file(months, lambda act, ward=ward: lives(act) == ward, ward) for ward in WARDS), Choice())
        for months in of.stretches
    ]


def by_staff(of: Year) -> list[Upload]:
    """Two uploads a month, each with the work of one half of the staff."""
    halves = [{who for i, who in enumerate(of.levels) if i % 2 == half} for half in (0, 1)]
    return [
        ((of.file(months, lambda act, half=half: act.employee in halves[half], half=half),), Choice())
        for months in of.stretches
        for half in (0, 1)
    ]


def one_late(of: Year) -> list[Upload]:
    """The second month comes at the end of the year."""
    first, late, *others = by_month(of)
    return [first, *others, late]


def one_twice(of: Year) -> list[Upload]:
    """The third month comes again two months later."""
    uploads = by_month(of)
    return [*uploads[:5], uploads[2], *uploads[5:]]


def one_corrected(of: Year) -> list[Upload]:
    """The third month came with wrong minutes, and again with the right ones two months later, as a correction."""
    uploads = by_month(of)
    (right,), _ = uploads[2]
    wrong = replace(right, acts=tuple(_wrong(n, act) for n, act in enumerate(right.acts)))
    return [*uploads[:2], ((wrong,), Choice()), *uploads[3:5], ((right,), Choice("similar")), *uploads[5:]]


WAYS = (whole, by_month, by_ward, by_staff, one_late, one_twice, one_corrected)


def by_day(found: Statements, residents: Iterable[str], staff: Iterable[str]) -> dict[tuple[dt.date, str], tuple]:
    """Return what holds of each person on each day of the year: the last to begin."""
    held: dict[tuple[dt.date, str], tuple] = {}
    for n in range((LAST - FIRST).days + 1):
        on = FIRST + dt.timedelta(n)
        for who in residents:
            moved_in = found.moved_in(who)
            assessed = [
                (moved_in if first == ALWAYS else first, sorted(cells.items()), special)
                for (one, first), (cells, special) in found.assessed.items()
                if one == who and (moved_in if first == ALWAYS else first) <= on
            ]
            criteria = {
                criterion
                for (one, criterion, first), last in found.unstable.items()
                if one == who and first <= on and (last is None or on <= last)
            }
            stays = [(first, last) for (one, first), last in found.stays.items() if one == who and first <= on]
            there = not stays or max(stays)[1] is None or on <= max(stays)[1]
            held[on, who] = (max(assessed, default=())[1:], criteria, found.ward_of(who, on), there)
        for who in staff:
            levels = [
                (first, row[:3])
                for (one, first), row in found.levels.items()
                if one == who and first <= on and (row[3] is None or on <= row[3])
            ]
            held[on, who] = max(levels, key=lambda one: one[0])[1] if levels else ()
    return held


def _points(rng: random.Random) -> tuple[tuple[str, int], ...]:
    need = rng.randint(0, 3)
    return tuple((cell, rng.choice((0, need)) if cell[0] != "3" else rng.choice((0, 0, 1, 3, 5))) for cell in CELLS)


def _act(rng: random.Random, day: dt.date, residents: list[str], staff: list[str]) -> Act:
    nobody = rng.random() < 0.1
    return Act(
        None if nobody else rng.choice(residents),
        rng.choice(staff),
        FOR_NOBODY if nobody else rng.choice(FOR_RESIDENTS),
        day,
        rng.randrange(360, 1260, 10) if rng.random() < 0.7 else None,
        rng.choice((300, 600, 750)),
        shift=rng.choice(("Früh", "Spät")),
        ward=rng.choice(WARDS) if nobody else None,
        status=rng.choice((None, None, None, "abgelehnt")),
    )


def _wrong(number: int, act: Act) -> Act:
    return replace(act, seconds=60) if number % 3 == 0 else act


def _day(rng: random.Random) -> dt.date:
    return FIRST + dt.timedelta(rng.randint(1, 364))


def _end(month: int) -> dt.date:
    return LAST if month == max(MONTHS) else dt.date(2026, month + 1, 1) - dt.timedelta(1)
