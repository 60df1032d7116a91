"""Who was on shift where: duties as seconds by person, ward and clock hour.

Hours are those of the clock on the wall, counted from midnight of the first day of the period. Where the clock goes
forward an hour does not exist, and no work is in it; where it goes back an hour comes twice and counts once.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from pebem.engine.places import positions

if TYPE_CHECKING:
    from numpy.typing import NDArray

HOURS_OF_DAY: Final = 24
HOUR: Final = 3600
"""Seconds."""

_ZONE: Final = "Europe/Berlin"


@dataclass(frozen=True)
class StaffOnShift:
    """Seconds on shift, cells sorted by key and each key once.

    Attributes
    ----------
    by_ward : (k,) int64
        ``(person * wards + ward) * hours + hour``.
    by_person : (m,) int64
        ``person * hours + hour``; a person on two wards at once is there once.
    seconds_by_ward, seconds_by_person : int64
        At least 1, at most :data:`HOUR`.
    """

    by_ward: NDArray[np.int64]
    seconds_by_ward: NDArray[np.int64]
    by_person: NDArray[np.int64]
    seconds_by_person: NDArray[np.int64]


def hours_that_exist(first: int, days: int) -> NDArray[np.bool_]:
    """Return which hours of the wall clock there are, shape (days * 24,), from the day ``first`` on."""
    start = np.datetime64(first, "D").astype("datetime64[h]")
    walls = pd.DatetimeIndex((start + np.arange(days * HOURS_OF_DAY)).astype("datetime64[s]"))
    local = walls.tz_localize(_ZONE, nonexistent="NaT", ambiguous=np.ones(len(walls), bool))
    return ~np.isnat(local.to_numpy("datetime64[s]"))


def on_shift(duties: pd.DataFrame, staff: pd.Index, wards: pd.Index, first: int, days: int) -> StaffOnShift:
    """Distribute the duties of a period over hours.

    Parameters
    ----------
    duties
        As in ``pebem.contracts.DUTIES``. A duty without a ward is for the whole house: it is one on every ward.
        Duties of people who are not in ``staff`` are left out: their level is unknown.
    staff, wards
        Known people and wards; their positions are the codes.
    first, days
        First day since 1970-01-01, and number of days.
    """
    hours = days * HOURS_OF_DAY
    midnight = np.datetime64(first, "D").astype("datetime64[s]")
    complete = duties[duties["start"].notna() & duties["end"].notna()]
    start, end = (
        np.clip((complete[name].to_numpy("datetime64[s]") - midnight).astype(np.int64), 0, hours * HOUR)
        for name in ("start", "end")
    )
    person = positions(complete["staff"], staff)
    counts = (person >= 0) & (start < end)
    person, start, end = person[counts], start[counts], end[counts]
    ward = positions(complete["ward"], wards)[counts]
    anywhere = complete["ward"].isna().to_numpy()[counts]
    somewhere = np.flatnonzero(ward >= 0)
    everywhere = np.repeat(np.flatnonzero(anywhere), len(wards))
    duty = np.concatenate([somewhere, everywhere])
    place = np.concatenate([ward[somewhere], np.tile(np.arange(len(wards)), int(anywhere.sum()))])
    in_wards = _by_hour(person[duty] * len(wards) + place, start[duty], end[duty], hours)
    return StaffOnShift(*in_wards, *_by_hour(person, start, end, hours))


def _by_hour(
    key: NDArray[np.int64], start: NDArray[np.int64], end: NDArray[np.int64], hours: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return cells ``key * hours + hour`` and the seconds in each; what overlaps under one key counts once."""
    if not len(key):
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    # One axis of time for all keys, one after the other, so that a single running maximum finds the overlaps.
    offset = key * (hours * HOUR)
    order = np.argsort(start + offset, kind="stable")
    start, end = (start + offset)[order], (end + offset)[order]
    reach = np.maximum.accumulate(end)
    begins = np.flatnonzero(np.concatenate([[True], start[1:] > reach[:-1]]))
    start, end = start[begins], np.maximum.reduceat(end, begins)
    begin, last = start // HOUR, (end - 1) // HOUR
    touched = last - begin + 1
    cell = np.repeat(begin, touched) + np.arange(touched.sum()) - np.repeat(np.cumsum(touched) - touched, touched)
    seconds = np.minimum(np.repeat(end, touched), (cell + 1) * HOUR) - np.maximum(
        np.repeat(start, touched), cell * HOUR
    )
    cells, place = np.unique(cell, return_inverse=True)
    return cells, np.bincount(place, seconds, len(cells)).astype(np.int64)
