"""The acts of care: what falls due for whom in the period, and who of those on duty does it."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Final

import numpy as np

from pebem.contracts import STATUSES
from rules.states import States
from rules.vocabulary import HIGHEST_LEVEL
from sample_data import roster, staff, work
from sample_data.staff import CERTIFICATES

if TYPE_CHECKING:
    from rules.catalogue import CatalogueEntry
    from sample_data.residents import Residents
    from sample_data.setting import Setting

_ACTS_WITH_A_RESIDENT: Final = 18.6  # per resident and day; with the work without a resident about 25
_WRITTEN_IN_ABSENCE: Final = 0.1
"""Share of the usual work that is recorded as missed while a resident is in hospital."""
_DAY: Final = 24 * 60
SOURCES: Final = ("gemessen", "geplant", "Norm")
_MEASURED_TO_THE_HALF: Final = 0.4
DONE, REFUSED, NOT_DONE, ABSENT = range(len(STATUSES))

# How readily a person is called, by how demanding the act looks (rows: QN 1-4, then reserved tasks) and by the
# person's level (columns: QN 1-4). Everybody does everything at times; nurses take what is left.
_CALLED: Final = np.array(
    [
        [4.0, 2.5, 1.0, 0.40],
        [1.0, 4.0, 1.6, 0.55],
        [0.4, 0.7, 6.0, 1.60],
        [0.1, 0.3, 0.8, 5.00],
        [0.3, 0.7, 2.0, 5.00],
    ]
)
_RESERVED: Final = 4
_CERTIFIED_CALLED: Final = 4.0
"""The same for staff with a certificate that covers the act."""
_WATCHED: Final = {"koerper", "behandlung", "verhalten"}
"""Kinds of work a team leaves to a nurse while a resident is unstable."""

# How readily staff of additional Betreuung (§ 43b) is called, compared with a person of care work.
_BETREUUNG_CALLED: Final = {"alltag": 12.0, "hauswirtschaft": 0.4, "organisation": 0.4}


@dataclass
class Acts:
    """Performed interventions as arrays of one length, in order of time.

    Attributes
    ----------
    resident, person, ward
        Positions; ``resident`` -1 = work without a resident.
    intervention
        Position in the catalogue.
    day, minute
        Calendar day counted from the start of the period, and minute of that day.
    shift, source, status
        Positions in ``roster.SHIFTS``, :data:`SOURCES` and ``pebem.contracts.STATUSES``.
    minutes
        Duration in minutes, whole or half.
    """

    resident: np.ndarray
    intervention: np.ndarray
    ward: np.ndarray
    work_day: np.ndarray
    due: np.ndarray
    minutes: np.ndarray
    source: np.ndarray
    status: np.ndarray
    person: np.ndarray

    @property
    def day(self) -> np.ndarray:
        """Calendar day: the night after midnight belongs to the next one."""
        return np.asarray(self.work_day + self.due // _DAY)

    @property
    def minute(self) -> np.ndarray:
        """Minute of the calendar day."""
        return self.due % _DAY

    @property
    def shift(self) -> np.ndarray:
        """Position in ``roster.SHIFTS``."""
        return np.searchsorted(roster.SHIFT_ENDS, self.due, side="right")

    def take(self, rows: np.ndarray) -> Acts:
        """Return the acts at these positions (or under this mask)."""
        return Acts(*(getattr(self, spot.name)[rows] for spot in fields(self)))


def draw(rng: np.random.Generator, setting: Setting) -> Acts:
    """Draw the acts of the whole period, in order of time."""
    home, days = setting.residents, setting.days
    resident, work_of, work_day, ward = _due_work(rng, home, len(setting.wards))
    all_work = work.DIRECT + work.INDIRECT
    due = _times(rng, all_work, work_of)
    minutes, source = _durations(rng, np.array([entry.minutes for entry in all_work])[work_of])
    acts = Acts(
        resident=resident,
        intervention=np.array([setting.book.index[entry.intervention] for entry in all_work])[work_of],
        ward=ward,
        work_day=work_day,
        due=due,
        minutes=minutes,
        source=source,
        status=_statuses(rng, home, resident, work_day),
        person=np.full(len(due), -1),
    )
    present = home.present[resident, np.minimum(acts.day + 1, days)] | (resident < 0)
    written = (acts.status != ABSENT) | (rng.random(len(due)) < _WRITTEN_IN_ABSENCE)
    acts = acts.take((acts.day >= 0) & (acts.day < days) & present & written)
    acts.person = _who(rng, acts, setting)
    return _in_order(acts)


def _in_order(acts: Acts) -> Acts:
    """Return the acts in order of time; no one does the same for the same person twice in one minute."""
    keys = (acts.person, acts.intervention, acts.ward, acts.resident, acts.minute, acts.day)
    order = np.lexsort(keys)
    repeated = np.logical_and.reduce([key[order][1:] == key[order][:-1] for key in keys])
    return acts.take(order[np.append(True, ~repeated)])


def _states(home: Residents) -> States:
    """Return the needs of every candidate of the pool as inputs of rules; no one is unstable here."""
    everybody = np.ones(len(home.pool.grade), bool)
    return States(everybody, home.pool.items, home.pool.urine, home.pool.stool, ~everybody[:, None], ("",))


def _due_work(rng: np.random.Generator, home: Residents, wards: int) -> tuple[np.ndarray, ...]:
    """Return resident, position of the work, working day and ward of everything that falls due."""
    present = home.present
    rates = work.rates(_states(home))
    usual = rates[home.candidate[present]].sum(axis=1).mean()
    # Residents with high needs get more, but all get something; the mean is that of the docstring of ``work``.
    rates *= _ACTS_WITH_A_RESIDENT / usual
    acts = []
    for resident in range(len(present)):
        days = np.flatnonzero(present[resident])
        expected = rates[home.candidate[resident, days]]
        # Regular work is regular: three a day are three, 0.5 a day are none or one.
        count = np.floor(expected + rng.random(expected.shape)).astype(np.int64)
        day, which = np.nonzero(count)
        times = count[day, which]
        acts.append(np.repeat([np.full(len(day), resident), which, days[day] - 1], times, axis=1))
    base = np.array([entry.base for entry in work.INDIRECT])
    for ward in range(wards):
        count = rng.poisson(present[home.ward == ward].sum(axis=0)[:, None] * base)
        day, which = np.nonzero(count)
        rows = [np.full(len(day), -1 - ward), which + len(work.DIRECT), day - 1]
        acts.append(np.repeat(rows, count[day, which], axis=1))
    resident, work_of, work_day = np.concatenate(acts, axis=1)
    ward = np.where(resident >= 0, home.ward[resident], -1 - resident)
    return np.maximum(resident, -1), work_of, work_day, ward


def _times(rng: np.random.Generator, all_work: tuple[work.RecurringWork, ...], work_of: np.ndarray) -> np.ndarray:
    pattern = np.array([entry.pattern for entry in all_work])[work_of]
    due = np.empty(len(work_of), np.int64)
    for name in work.PATTERNS:
        rows = np.flatnonzero(pattern == name)
        due[rows] = work.times(rng, name, len(rows))
    return due


def _durations(rng: np.random.Generator, usual: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return minutes (a norm is always the usual value, a plan nearly so, what was measured varies) and source."""
    source = rng.choice(len(SOURCES), size=len(usual), p=[0.35, 0.25, 0.4])
    spread = np.array([0.35, 0.15, 0.0])[source]
    minutes = usual * np.exp(spread * rng.normal(size=len(usual)))
    step = np.where((source == 0) & (rng.random(len(usual)) < _MEASURED_TO_THE_HALF), 0.5, 1.0)
    return np.clip(np.rint(minutes / step) * step, 1, 60), source


def _statuses(rng: np.random.Generator, home: Residents, resident: np.ndarray, work_day: np.ndarray) -> np.ndarray:
    status = rng.choice(3, size=len(resident), p=[0.98, 0.012, 0.008])
    status[resident < 0] = DONE
    away = (resident >= 0) & home.away[resident, work_day + 1]
    return np.where(away, ABSENT, status)


def _demand(acts: Acts, home: Residents, catalogue: tuple[CatalogueEntry, ...]) -> np.ndarray:
    """Return how demanding each act looks: the row of :data:`_CALLED`.

    People do not consult a rulebook when they divide the work: they see what the task is and how dependent the
    person is, they know who is unstable at present and what is reserved.
    """
    states = _states(home)
    dependent = np.zeros((len(home.pool.grade), len(catalogue)), np.int64)
    for position, entry in enumerate(catalogue):
        dependent[:, position] = entry.base
        if entry.kind == "koerper":
            grade = np.max([states.grade(item) for item in entry.bi_items], axis=0)
            dependent[:, position] = np.maximum(entry.base, grade)
    candidate = home.candidate[np.maximum(acts.resident, 0), acts.work_day + 1]
    unstable = home.unstable[acts.resident, acts.work_day + 1] & (acts.resident >= 0)
    unstable &= np.array([entry.kind in _WATCHED for entry in catalogue])[acts.intervention]
    demand = np.where(unstable, HIGHEST_LEVEL, dependent[candidate, acts.intervention]) - 1
    reserved = np.array([entry.reserved for entry in catalogue])
    return np.where(reserved[acts.intervention], _RESERVED, demand)


def _accepted_from(entry: CatalogueEntry, certificate: str) -> int:
    """Return the lowest level at which the certificate is accepted for the intervention; above all levels if never."""
    accepts = entry.accepts
    return accepts.from_level if accepts and accepts.certificate == certificate else HIGHEST_LEVEL + 1


def _who(rng: np.random.Generator, acts: Acts, setting: Setting) -> np.ndarray:
    """Return who of the people on duty does each act."""
    catalogue, people, days = setting.book.interventions, setting.staff, setting.days
    on_duty = setting.roster.on_duty(days, len(setting.wards))[acts.work_day + 1, acts.shift, acts.ward]
    level = np.minimum(staff.levels(people, days), HIGHEST_LEVEL)[on_duty, acts.work_day[:, None] + 1]
    called = _CALLED[_demand(acts, setting.residents, catalogue)[:, None], level - 1]
    for certificate in CERTIFICATES:
        from_level = np.array([_accepted_from(entry, certificate) for entry in catalogue])[acts.intervention]
        holds = staff.holders(people, days, certificate)[on_duty, acts.work_day[:, None] + 1]
        called = np.where(holds & (level >= from_level[:, None]), np.maximum(called, _CERTIFIED_CALLED), called)
    betreuung = np.array([person.betreuung for person in people])
    readiness = np.array([_BETREUUNG_CALLED.get(entry.kind, 0.01) for entry in catalogue])
    called = np.where(betreuung[on_duty], readiness[acts.intervention][:, None], called)
    reach = np.cumsum(np.where(on_duty >= 0, called, 0), axis=1)
    pick = (reach <= rng.random(len(reach))[:, None] * reach[:, -1:]).sum(axis=1)
    return np.asarray(on_duty[np.arange(len(pick)), pick])
