"""The acts of care: what falls due for whom in the period, and who of those on duty does it."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, Final

import numpy as np

from pebem.contracts import STATUSES
from sample_data import work
from sample_data.act_columns import SOURCES, Acts
from sample_data.team import Team, states_of

if TYPE_CHECKING:
    from sample_data.residents import Residents
    from sample_data.setting import Setting

_ACTS_WITH_A_RESIDENT: Final = 11.4  # per resident and day; with the work without a resident about 16
_WRITTEN_IN_ABSENCE: Final = 0.1
"""Share of the usual work that is recorded as missed while a resident is in hospital."""
_MEASURED_TO_THE_HALF: Final = 0.4
LONGEST: Final = 60
"""Minutes of the longest act."""
DONE, REFUSED, NOT_DONE, ABSENT = range(len(STATUSES))

_CHUNK: Final = 31  # days drawn at once: memory does not grow with the period
_DRIFT: Final = 0.05
"""How much the work of a kind, and what nurses do themselves, changes from month to month (standard deviation)."""
_LASTS: Final = 0.8
"""Share of such a change that is still there a month later."""


def draw(rng: np.random.Generator, setting: Setting) -> Acts:
    """Draw the acts of the whole period, in order of time."""
    team = Team.of(setting)
    begins = range(-1, setting.days, _CHUNK)
    drift = _drift(rng, len(begins), len(work.DIRECT) + 1)
    parts = []
    for begin, changed in zip(begins, drift, strict=True):
        span = range(begin, min(begin + _CHUNK, setting.days))
        acts = _of_days(rng, setting, span, changed[:-1])
        acts.person = team.who(rng, acts, float(changed[-1]))
        parts.append(acts.take(acts.person >= 0))  # what there was no one for was not done
    return _in_order(Acts(*(np.concatenate([getattr(part, spot.name) for part in parts]) for spot in fields(Acts))))


def _drift(rng: np.random.Generator, months: int, kinds: int) -> np.ndarray:
    """Return factors near 1, shape (months, kinds): no month is like the last, and none is far from the usual."""
    logs = np.zeros((months, kinds))
    for month, change in enumerate(_DRIFT * rng.normal(size=logs.shape)):
        logs[month] = change + (_LASTS * logs[month - 1] if month else 0)
    return np.exp(logs)


def _of_days(rng: np.random.Generator, setting: Setting, span: range, changed: np.ndarray) -> Acts:
    """Draw what falls due on some working days; no one does it yet."""
    home, days = setting.residents, setting.days
    resident, work_of, work_day, ward = _due_work(rng, home, len(setting.wards), span, changed)
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
    return acts.take((acts.day >= 0) & (acts.day < days) & present & written)


def _in_order(acts: Acts) -> Acts:
    """Return the acts in order of time; no one does the same for the same person twice in one minute."""
    keys = (acts.person, acts.intervention, acts.ward, acts.resident, acts.minute, acts.day)
    order = np.lexsort(keys)
    repeated = np.logical_and.reduce([key[order][1:] == key[order][:-1] for key in keys])
    return acts.take(order[np.append(True, ~repeated)])


def _due_work(
    rng: np.random.Generator, home: Residents, wards: int, span: range, changed: np.ndarray
) -> tuple[np.ndarray, ...]:
    """Return resident, position of the work, working day and ward of everything that falls due on some days."""
    present = home.present
    rates = work.rates(states_of(home))
    usual = rates[home.candidate[present]].sum(axis=1).mean()
    # Residents with high needs get more, but all get something; the mean is that of the docstring of ``work``.
    rates *= changed * _ACTS_WITH_A_RESIDENT / usual
    there = np.zeros_like(present)
    there[:, span.start + 1 : span.stop + 1] = present[:, span.start + 1 : span.stop + 1]
    acts = [np.empty((3, 0), np.int64)]
    for resident in range(len(present)):
        days = np.flatnonzero(there[resident])
        expected = rates[home.candidate[resident, days]]
        # Regular work is regular: three a day are three, 0.5 a day are none or one.
        count = np.floor(expected + rng.random(expected.shape)).astype(np.int64)
        day, which = np.nonzero(count)
        times = count[day, which]
        acts.append(np.repeat([np.full(len(day), resident), which, days[day] - 1], times, axis=1))
    base = np.array([entry.base for entry in work.INDIRECT])
    for ward in range(wards):
        count = rng.poisson(there[home.ward == ward].sum(axis=0)[:, None] * base)
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
    return np.clip(np.rint(minutes / step) * step, 1, LONGEST), source


def _statuses(rng: np.random.Generator, home: Residents, resident: np.ndarray, work_day: np.ndarray) -> np.ndarray:
    status = rng.choice(3, size=len(resident), p=[0.98, 0.012, 0.008])
    status[resident < 0] = DONE
    away = (resident >= 0) & home.away[resident, work_day + 1]
    return np.where(away, ABSENT, status)
