"""The staff of a home: who works there, at which level on which day, with which certificates."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import ceil
from typing import TYPE_CHECKING, Final

import numpy as np

from pebem.contracts import ROLE_BETREUUNG_43B
from sample_data import names

if TYPE_CHECKING:
    from collections.abc import Callable

_MIX: Final = {6: 0.03, 5: 0.06, 4: 0.36, 3: 0.12, 2: 0.25, 1: 0.18}
"""Share of the staff by level."""

_ROLES: Final = {
    6: "Wohnbereichsleitung",
    5: "Pflegefachperson mit Weiterbildung",
    4: "Pflegefachperson",
    3: "Pflegeassistenz",
    2: "Pflegehilfskraft",
    1: "Servicekraft",
}
CERTIFICATES: Final = ("LG1", "LG2")
_LG1: Final = {2: 0.35, 3: 0.7}
_LG2: Final = {3: 0.5}
"""Share of a level that holds the certificate."""

_WEEKLY_HOURS: Final = (38.5, 38.5, 35.0, 30.0, 25.0, 19.5)


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


def draw(rng: np.random.Generator, care: int, betreuung: int, days: int, wards: int) -> list[SampleEmployee]:
    """Draw a staff that can fill so many posts of care and of Betreuung every day, leave and illness included."""
    per_post = 7 * 8 / (np.mean(_WEEKLY_HOURS) * 0.85)
    levels = _levels(max(12, ceil(care * per_post)), round(betreuung * per_post))
    order = rng.permutation(len(levels))  # a number must not give the level away
    surnames, given_names = names.people(rng, len(levels), names.GIVEN_NAMES_YOUNG)
    numbers = np.cumsum(rng.integers(1, 4, size=len(levels)))
    people = [
        SampleEmployee(
            number=f"P{number:04d}",
            surname=surname,
            given=given_name,
            ward=int(position) % wards,
            weekly_hours=float(rng.choice(_WEEKLY_HOURS)),
            history=(_entered(rng, *levels[position]),),
        )
        for number, surname, given_name, position in zip(numbers, surnames, given_names, order, strict=True)
    ]
    return _histories(rng, people, days)


def _levels(care: int, betreuung: int) -> list[tuple[int, str]]:
    """Return level and role of everybody, highest first, so that each ward gets its share of each level."""
    total = care + betreuung
    counts = {qn: round(share * total) for qn, share in _MIX.items()}
    counts[4] += round(0.45 * total) - counts[4] - counts[5] - counts[6]  # rounding must not eat nurses
    counts[2] = max(3, care - sum(counts.values()) + counts[2])
    levels = [(qn, _ROLES[qn]) for qn, count in counts.items() for _ in range(count)]
    return levels + [(2 if i % 2 else 1, ROLE_BETREUUNG_43B) for i in range(betreuung)]


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
    """Let something happen to four people: finished training, a certificate, a first and a last day."""
    changed = list(people)
    trained, certified, leaver = (int(i) for i in _pick(rng, people, 2, 3))
    newcomer = int(_pick(rng, people, 1, 1)[0])

    def becomes(who: int, day: int, **new: object) -> None:
        old = people[who].history[0]
        later = replace(old, first=day, **new)  # type: ignore[arg-type]
        changed[who] = replace(people[who], history=(replace(old, last=day - 1), later))

    becomes(trained, _day(rng, days, 0.4, 0.6), qn=3, role=_ROLES[3])
    becomes(certified, _day(rng, days, 0.3, 0.6), certificates=CERTIFICATES[:1])
    changed[leaver] = _employed(people[leaver], last=_day(rng, days, 0.6, 0.8))
    changed[newcomer] = _employed(people[newcomer], first=_day(rng, days, 0.3, 0.5))
    return changed


def _pick(rng: np.random.Generator, people: list[SampleEmployee], qn: int, count: int) -> np.ndarray:
    """Return ``count`` different people of care work at this level without certificates, if there are enough."""
    level = [i for i, person in enumerate(people) if person.history[0].qn == qn and not person.betreuung]
    plain = [i for i in level if not people[i].history[0].certificates]
    return rng.choice(plain if len(plain) >= count else level, size=count, replace=False)


def _day(rng: np.random.Generator, days: int, earliest: float, latest: float) -> int:
    return int(rng.integers(int(earliest * days), int(latest * days) + 1))


def _employed(person: SampleEmployee, *, first: int | None = None, last: int | None = None) -> SampleEmployee:
    (level,) = person.history
    return replace(person, history=(replace(level, first=level.first if first is None else first, last=last),))


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
