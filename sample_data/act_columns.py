"""The acts of care as arrays: who does what for whom, when and for how long."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Final

import numpy as np

from sample_data import roster

_DAY: Final = 24 * 60
SOURCES: Final = ("gemessen", "geplant", "Norm")


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
