"""The staff of a home: who works there, how much, at which level on which day, with which certificates.

A home agrees on posts up to the ceiling of § 113c SGB XI and fills most of them; assistants are hardest to find.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Final

import numpy as np

from pebem.contracts import ROLE_BETREUUNG_43B
from rules.staffing import full_time_equivalents
from sample_data import names

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_SINCE: Final = date(2023, 7, 1)
"""First day for which § 113c has values; homes of earlier days are staffed alike."""
_FILLED: Final = {"nr3": 0.97, "nr2": 0.88, "nr1": 1.02}
"""Share of the most posts of § 113c Abs. 1 SGB XI that are filled."""
_VARIED: Final = 0.02
"""How much these shares differ from home to home (standard deviation)."""
_ON_TOP: Final = {"nr3": 0.0, "nr2": -0.2, "nr1": 0.6}
"""Posts beside these: in the first month some helper finishes training and another leaves."""
_LEVELS: Final = {"nr3": {6: 0.08, 5: 0.08, 4: 0.84}, "nr2": {3: 1.0}, "nr1": {2: 0.6, 1: 0.4}}
"""Share of the posts of a group by level."""
_FEWEST: Final = 4.6
"""Full-time equivalents that it takes for one person at all times: the least a home can have."""
_SMALL, _MORE = 12.5, 1.06
"""Below so many full-time equivalents a home needs up to this much more, to have enough people in each shift."""
_BETREUUNG: Final = 1 / 20
"""Full-time equivalents of § 43b SGB XI per resident."""
FULL_TIME: Final = 38.5
_WEEKLY_HOURS: Final = (38.5, 35.0, 30.0, 25.0, 19.5)
_SHARE_OF_STAFF: Final = (0.33, 0.14, 0.25, 0.13, 0.15)
_SHORTEST: Final = 10.0

_ROLES: Final = {
    6: "Wohnbereichsleitung",
    5: "Pflegefachperson mit Weiterbildung",
    4: "Pflegefachperson",
    3: "Pflegeassistenz",
    2: "Pflegehilfskraft",
    1: "Pflegehilfskraft",
}
CERTIFICATES: Final = ("LG1", "LG2")
_LG1: Final = {2: 0.35, 3: 0.7}
_LG2: Final = {3: 0.5}
"""Share of a level that holds the certificate."""
_LEAVES: Final = 0.012
"""Share of the staff that leaves in a month."""
_MONTH: Final = 30


@dataclass(frozen=True)
class Level:
    """A stretch of one person's employment; days count from the start of the period, None = without end.

    ``certificates`` are sorted names; ``last`` is the last day that counts.
    """

    qn: int
    role: str
    certificates: tuple[str, ...]
    first: int | None
    last: int | None


@dataclass(frozen=True)
class SampleEmployee:
    """One employee. ``history`` is in time order and without overlap; ``ward`` is where the person is at home."""

    number: str
    surname: str
    given: str
    ward: int
    weekly_hours: float
    history: tuple[Level, ...]

    @property
    def betreuung(self) -> bool:
        """Whether the person does additional company and activities under § 43b SGB XI."""
        return self.history[0].role == ROLE_BETREUUNG_43B


def draw(rng: np.random.Generator, mix: Mapping[int, float], on: date, days: int, wards: int) -> list[SampleEmployee]:
    """Draw the staff for residents by Pflegegrad; ``on`` is the day whose ceiling holds."""
    posts = _posts(rng, mix, on)
    order = rng.permutation(len(posts))  # a number must not give the level away
    surnames, given_names = names.people(rng, len(posts), names.GIVEN_NAMES_YOUNG)
    numbers = np.cumsum(rng.integers(1, 4, size=len(posts)))
    people = [
        SampleEmployee(
            number=f"P{number:04d}",
            surname=surname,
            given=given_name,
            ward=int(position) % wards,
            weekly_hours=posts[position][2],
            history=(_entered(rng, *posts[position][:2]),),
        )
        for number, surname, given_name, position in zip(numbers, surnames, given_names, order, strict=True)
    ]
    return _turnover(rng, _histories(rng, people, min(days, _MONTH + 1)), days)


def _posts(rng: np.random.Generator, mix: Mapping[int, float], on: date) -> list[tuple[int, str, float]]:
    """Return level, role and weekly hours of everybody, highest first, so that each ward gets its share of each."""
    ceiling = full_time_equivalents({grade: round(number, 4) for grade, number in mix.items()}, max(on, _SINCE))
    filled = {
        group: max(float(getattr(ceiling, group)) * (share + _VARIED * rng.normal()) + _ON_TOP[group], 0.3)
        for group, share in _FILLED.items()
    }
    total = sum(filled.values())
    least = max(1.0, _FEWEST / total, min(_MORE, _SMALL / total))
    posts = []
    for group, full_time in filled.items():
        hours = _hours(rng, full_time * least * FULL_TIME)
        levels = _by_share(_LEVELS[group], len(hours))
        posts += [(qn, _ROLES[qn], weekly) for qn, weekly in zip(levels, hours, strict=True)]
    betreuung = _hours(rng, sum(mix.values()) * _BETREUUNG * FULL_TIME)
    return posts + [(2 if i % 2 else 1, ROLE_BETREUUNG_43B, weekly) for i, weekly in enumerate(betreuung)]


def _hours(rng: np.random.Generator, total: float) -> list[float]:
    """Return weekly hours of people who have so many together, one in three full-time."""
    hours: list[float] = []
    while (rest := total - sum(hours)) >= _SHORTEST:
        wanted = float(rng.choice(_WEEKLY_HOURS, p=_SHARE_OF_STAFF))
        hours.append(wanted if rest - wanted >= _SHORTEST or wanted <= rest else min(round(2 * rest) / 2, FULL_TIME))
    return hours or [_SHORTEST]


def _by_share(shares: Mapping[int, float], count: int) -> list[int]:
    """Return ``count`` levels, the first of each ``shares`` before the last, in which the shares are kept."""
    reached = np.cumsum(list(shares.values()))
    return [list(shares)[int(np.searchsorted(reached, (i + 0.5) / count))] for i in range(count)]


def _entered(rng: np.random.Generator, qn: int, role: str) -> Level:
    return Level(qn, role, _certificates(rng, qn, role), _hired(rng), None)


def _certificates(rng: np.random.Generator, qn: int, role: str) -> tuple[str, ...]:
    if role == ROLE_BETREUUNG_43B:
        return ()
    basic, advanced = rng.random(2)
    trained = basic < _LG1.get(qn, 0), advanced < _LG2.get(qn, 0)
    return tuple(name for name, holds in zip(CERTIFICATES, trained, strict=True) if holds)


def _hired(rng: np.random.Generator) -> int | None:
    """Return the first day of work; every other person was entered without one."""
    return None if rng.integers(2) else -int(rng.integers(30, 4000))


def _histories(rng: np.random.Generator, people: list[SampleEmployee], days: int) -> list[SampleEmployee]:
    """Let something happen to up to four people: finished training, a certificate, a first and a last day."""
    changed = list(people)
    helpers, newcomers = _pick(rng, people, 2, 3), _pick(rng, people, 1, 1)

    def becomes(who: int, day: int, **new: object) -> None:
        old = people[who].history[0]
        later = replace(old, first=day, **new)  # type: ignore[arg-type]
        changed[who] = replace(people[who], history=(replace(old, last=day - 1), later))

    if len(helpers) > 0:
        becomes(helpers[0], _day(rng, days, 0.4, 0.6), qn=3, role=_ROLES[3])
    if len(helpers) > 1:
        becomes(helpers[1], _day(rng, days, 0.3, 0.6), certificates=CERTIFICATES[:1])
    for who in helpers[2:]:
        changed[who] = _employed(people[who], last=_day(rng, days, 0.6, 0.8))
    for who in newcomers:
        changed[who] = _employed(people[who], first=_day(rng, days, 0.3, 0.5))
    return changed


def _pick(rng: np.random.Generator, people: list[SampleEmployee], qn: int, count: int) -> list[int]:
    """Return up to ``count`` different people of care work at this level, without certificates if there are enough."""
    level = [i for i, person in enumerate(people) if person.history[0].qn == qn and not person.betreuung]
    plain = [i for i in level if not people[i].history[0].certificates]
    chosen = plain if len(plain) >= count else level
    return [int(i) for i in rng.choice(chosen, size=min(count, len(chosen)), replace=False)] if chosen else []


def _day(rng: np.random.Generator, days: int, earliest: float, latest: float) -> int:
    return int(rng.integers(int(earliest * days), int(latest * days) + 1))


def _employed(person: SampleEmployee, *, first: int | None = None, last: int | None = None) -> SampleEmployee:
    (level,) = person.history
    return replace(person, history=(replace(level, first=level.first if first is None else first, last=last),))


def _turnover(rng: np.random.Generator, people: list[SampleEmployee], days: int) -> list[SampleEmployee]:
    """Let people leave from the second month on; somebody of the same level and hours begins soon afterwards."""
    everybody = list(people)
    for begin in range(_MONTH, days - _MONTH, _MONTH):
        for _ in range(rng.poisson(_LEAVES * len(people))):
            staying = [i for i, person in enumerate(everybody) if _stays(person.history[-1], begin)]
            leaver = int(rng.choice(staying))
            old, last = everybody[leaver], begin + int(rng.integers(_MONTH))
            level = old.history[-1]
            everybody[leaver] = replace(old, history=(*old.history[:-1], replace(level, last=last)))
            begins = replace(_entered(rng, level.qn, level.role), first=last + 1 + int(rng.integers(20)))
            (surname,), (given,) = names.people(rng, 1, names.GIVEN_NAMES_YOUNG)
            number = f"P{int(everybody[-1].number[1:]) + 1:04d}"
            everybody.append(replace(old, number=number, surname=surname, given=given, history=(begins,)))
    return [person for person in everybody if (person.history[0].first or 0) < days]


def _stays(level: Level, begin: int) -> bool:
    """Return whether somebody works there before day ``begin``, with no end in sight."""
    return level.last is None and (level.first is None or level.first < begin)


def levels(people: list[SampleEmployee], days: int) -> np.ndarray:
    """Return the level of each person on each working day from -1 on, shape (people, days + 1); 0 = not employed."""
    return _per_day(people, days, lambda level: level.qn)


def holders(people: list[SampleEmployee], days: int, certificate: str) -> np.ndarray:
    """Return who holds a certificate on each working day from -1 on, shape (people, days + 1)."""
    return _per_day(people, days, lambda level: certificate in level.certificates) > 0


def _per_day(people: list[SampleEmployee], days: int, value: Callable[[Level], int]) -> np.ndarray:
    table = np.zeros((len(people), days + 1), np.int64)
    for who, person in enumerate(people):
        for level in person.history:
            first = 0 if level.first is None else max(level.first + 1, 0)
            last = days + 1 if level.last is None else level.last + 2
            table[who, first:last] = value(level)
    return table
