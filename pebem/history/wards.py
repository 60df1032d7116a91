"""Which ward a resident lives in on which day, asked for many rows at once."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

_DAYS: Final = 2**22
"""More than there are days in a calendar of four-digit years."""


@dataclass(frozen=True, eq=False)
class WardHistory:
    """Wards by resident and day, all as numbers.

    Attributes
    ----------
    key : (n,) int64
        Resident and first day as one number, ascending.
    ward : (n,) int64
        From that day on; above 0.
    """

    key: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, np.int64))
    ward: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, np.int64))

    @classmethod
    def of(cls, rows: Iterable[tuple[int, int, int]]) -> WardHistory:
        """Build it from resident, first day (0 = since always) and ward; of equal days the last row counts."""
        by_key = {resident * _DAYS + day: ward for resident, day, ward in rows}
        order = sorted(by_key)
        return cls(np.array(order, np.int64), np.array([by_key[key] for key in order], np.int64))

    def __eq__(self, other: object) -> bool:
        """Equal where everyone lives in the same wards from the same days on."""
        if not isinstance(other, WardHistory):
            return NotImplemented
        return np.array_equal(self.key, other.key) and np.array_equal(self.ward, other.ward)

    __hash__ = None  # type: ignore[assignment]  # arrays inside

    def at(self, resident: NDArray[np.int64], day: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return the ward of residents on days, arrays of one shape (n,); 0 = not known."""
        if not len(self.key):
            return np.zeros(len(resident), np.int64)
        place = np.searchsorted(self.key, resident.astype(np.int64) * _DAYS + day, "right") - 1
        in_ward = (place >= 0) & (self.key[place] // _DAYS == resident)
        return np.where(in_ward, self.ward[place], 0)
