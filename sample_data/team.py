"""Who does which act: those on duty, called by what the task looks like, what they have learned, and time.

People do not consult a rulebook when they divide the work: they see what the task is and how dependent the person is,
they know who is unstable at present and what is reserved.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from rules.states import States
from rules.vocabulary import HIGHEST_LEVEL
from sample_data import staff
from sample_data.staff import CERTIFICATES

if TYPE_CHECKING:
    from rules.catalogue import CatalogueEntry
    from sample_data.act_columns import Acts
    from sample_data.residents import Residents
    from sample_data.setting import Setting

# How readily a person is called, by how demanding the act looks (rows: QN 1-4, then reserved tasks) and by the
# person's level (columns: QN 1-4). A team calls the lowest level that may do it; everybody does everything at times.
_CALLED: Final = np.array(
    [
        [6.0, 2.0, 0.4, 0.05],
        [0.5, 6.0, 0.9, 0.08],
        [0.1, 0.6, 8.0, 0.50],
        [0.02, 0.05, 0.5, 8.00],
        [0.01, 0.03, 0.12, 9.00],
    ]
)
_RESERVED: Final = 4
_NURSE: Final = HIGHEST_LEVEL - 1  # column
_CERTIFIED_CALLED: Final = 4.0
"""The same for staff with a certificate that covers the act."""
_WATCHED: Final = {"koerper", "behandlung", "verhalten"}
"""Kinds of work a team leaves to a nurse while a resident is unstable."""
# How readily staff of additional Betreuung (§ 43b) is called, compared with a person of care work.
_BETREUUNG_CALLED: Final = {"alltag": 12.0, "hauswirtschaft": 0.4, "organisation": 0.4}

_MOSTLY, _OFTEN = 2, 2
"""Grade of dependence from which on help is needed most of the time, and frequency of behaviour that is "häufig"."""

_MOST_MINUTES: Final = 400
"""Minutes of acts that fill a duty; then others are called."""
_BUSY: Final = 0.02
"""How readily somebody is still called then."""
_ROUNDS: Final = 4


def states_of(home: Residents) -> States:
    """Return the needs of every candidate of the pool as inputs of rules; no one is unstable here."""
    everybody = np.ones(len(home.pool.grade), bool)
    return States(everybody, home.pool.items, home.pool.urine, home.pool.stool, ~everybody[:, None], ("",))


@dataclass(frozen=True)
class Team:
    """The people of a home on their duties.

    Attributes
    ----------
    on_duty
        Who is there, shape (days + 1, shifts, wards, most people at once); -1 = no one.
    levels, holders
        Level 1-4 (0 = not employed), and who holds each certificate: shape (people, days + 1).
    dependent, unstable
        Level that an act looks like for a candidate of the pool, shape (candidates, catalogue), while nothing is
        unstable; and who is unstable when, shape (residents, days + 1).
    """

    setting: Setting
    on_duty: np.ndarray
    levels: np.ndarray
    holders: dict[str, np.ndarray]
    dependent: np.ndarray
    unstable: np.ndarray

    @classmethod
    def of(cls, setting: Setting) -> Team:
        """Return the team of a home."""
        people, days = setting.staff, setting.days
        return cls(
            setting,
            setting.roster.on_duty(days, len(setting.wards)),
            np.minimum(staff.levels(people, days), HIGHEST_LEVEL),
            {certificate: staff.holders(people, days, certificate) for certificate in CERTIFICATES},
            _dependent(setting.residents, setting.book.interventions),
            setting.residents.unstable,
        )

    def who(self, rng: np.random.Generator, acts: Acts, nurses: float) -> np.ndarray:
        """Return who of the people on duty does each act, -1 where no one is there.

        Parameters
        ----------
        nurses
            How readily nurses do themselves what others could, compared with usual.
        """
        on_duty = self.on_duty[acts.work_day + 1, acts.shift, acts.ward]
        called = self._called(acts, on_duty, nurses)
        days = self.setting.days + 1
        busy = np.zeros((len(self.levels), days))
        person = np.full(len(on_duty), -1)
        waiting = rng.permutation(len(on_duty))
        for left in reversed(range(_ROUNDS)):
            there, day = on_duty[waiting], acts.work_day[waiting] + 1
            full = busy[there, day[:, None]] >= _MOST_MINUTES
            reach = np.cumsum(np.where(there >= 0, called[waiting] * np.where(full, _BUSY, 1), 0), axis=1)
            pick = (reach <= rng.random(len(reach))[:, None] * reach[:, -1:]).sum(axis=1)
            chosen = there[np.arange(len(pick)), np.minimum(pick, there.shape[1] - 1)]
            minutes = acts.minutes[waiting]
            fits = busy[chosen, day] + _sums_before(chosen * days + day, minutes) < _MOST_MINUTES
            fits |= left == 0
            person[waiting[fits]] = chosen[fits]
            np.add.at(busy, (chosen[fits], day[fits]), minutes[fits])
            waiting = waiting[~fits]
        return person

    def _called(self, acts: Acts, on_duty: np.ndarray, nurses: float) -> np.ndarray:
        """Return how readily each person on duty is called for each act, shaped as ``on_duty``."""
        catalogue, day = self.setting.book.interventions, acts.work_day[:, None] + 1
        level = self.levels[on_duty, day]
        table = _CALLED.copy()
        table[:_NURSE, _NURSE] *= nurses
        called = table[self._demand(acts)[:, None], level - 1]
        for certificate, holders in self.holders.items():
            from_level = np.array([_accepted_from(entry, certificate) for entry in catalogue])[acts.intervention]
            certified = holders[on_duty, day] & (level >= from_level[:, None])
            called = np.where(certified, np.maximum(called, _CERTIFIED_CALLED), called)
        betreuung = np.array([person.betreuung for person in self.setting.staff])
        readiness = np.array([_BETREUUNG_CALLED.get(entry.kind, 0.01) for entry in catalogue])
        return np.asarray(np.where(betreuung[on_duty], readiness[acts.intervention][:, None], called))

    def _demand(self, acts: Acts) -> np.ndarray:
        """Return how demanding each act looks: the row of :data:`_CALLED`."""
        home, catalogue = self.setting.residents, self.setting.book.interventions
        candidate = home.candidate[np.maximum(acts.resident, 0), acts.work_day + 1]
        unstable = self.unstable[acts.resident, acts.work_day + 1] & (acts.resident >= 0)
        unstable &= np.array([entry.kind in _WATCHED for entry in catalogue])[acts.intervention]
        demand = np.where(unstable, HIGHEST_LEVEL, self.dependent[candidate, acts.intervention]) - 1
        reserved = np.array([entry.reserved for entry in catalogue])
        return np.where(reserved[acts.intervention], _RESERVED, demand)


def _dependent(home: Residents, catalogue: tuple[CatalogueEntry, ...]) -> np.ndarray:
    states = states_of(home)
    dependent = np.zeros((len(home.pool.grade), len(catalogue)), np.int64)
    # Everybody knows who no longer follows what is said, and who fends helpers off often or every day.
    fends_off = np.max([states.frequency(item) for item in ("3.3", "3.5", "3.8")], axis=0)
    trying = np.max(
        [np.where(states.grade("2.10") >= _MOSTLY, 3, 0), np.where(fends_off >= _OFTEN, fends_off + 1, 0)], axis=0
    )
    for position, entry in enumerate(catalogue):
        dependent[:, position] = entry.base
        if entry.kind == "koerper":
            grade = np.max([states.grade(item) for item in entry.bi_items], axis=0)
            dependent[:, position] = np.max([np.full_like(grade, entry.base), grade, trying], axis=0)
    return dependent


def _accepted_from(entry: CatalogueEntry, certificate: str) -> int:
    """Return the lowest level at which the certificate is accepted for the intervention; above all levels if never."""
    accepts = entry.accepts
    return accepts.from_level if accepts and accepts.certificate == certificate else HIGHEST_LEVEL + 1


def _sums_before(keys: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Return for each element the sum of the values of the same key before it."""
    order = np.argsort(keys, kind="stable")
    sums = np.cumsum(values[order]) - values[order]
    first = np.flatnonzero(np.append(True, keys[order][1:] != keys[order][:-1]))[: len(keys)]
    before = np.empty(len(keys))
    before[order] = sums - np.repeat(sums[first], np.diff(np.append(first, len(keys))))
    return before
