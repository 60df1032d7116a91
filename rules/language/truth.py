"""Asking a condition of all resident states at a time, with three truth values.

*And* is the minimum, *or* the maximum, *not* is ``2 - x``; what depends on an unrecorded item is unknown,
unless the recorded ones already settle it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeAlias

import numpy as np

from rules.language.syntax import (
    Always,
    And,
    AtLeast,
    Certified,
    Condition,
    LargestComparison,
    Not,
    Or,
    PflegegradComparison,
    PunktbereichComparison,
    Reserved,
    Unstable,
)
from rules.score_bounds import scores_between

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import date

    from numpy.typing import NDArray

    from rules.catalogue import CatalogueEntry
    from rules.states import States

FALSE: Final = 0
UNKNOWN: Final = 1
TRUE: Final = 2

Truth: TypeAlias = "NDArray[np.uint8]"

_SCALE_TOP: Final = 3
"""Grades and frequencies run from 0 to 3."""

_TESTS: Final[Mapping[str, Callable[[NDArray[np.integer], NDArray[np.integer], int], tuple[Truth, Truth]]]] = {
    ">=": lambda low, high, n: ((low >= n).view(np.uint8), (high >= n).view(np.uint8)),
    "<=": lambda low, high, n: ((high <= n).view(np.uint8), (low <= n).view(np.uint8)),
    "=": lambda low, high, n: (
        ((low == n) & (high == n)).view(np.uint8),
        ((low <= n) & (high >= n)).view(np.uint8),
    ),
}
"""For the interval [low, high] a value lies in: does the comparison hold surely, and possibly?"""


def bounds(
    condition: LargestComparison, states: States, items: tuple[str, ...]
) -> tuple[NDArray[np.int8], NDArray[np.int8]]:
    """Return the least and greatest value the largest of ``items`` can have, both of shape (n,)."""
    measured = states.grade if condition.measure == "grad" else states.frequency
    low = np.zeros(states.size, np.int8)
    high = np.zeros(states.size, np.int8)
    for item in items:
        value = measured(item)
        np.maximum(low, value, out=low)  # unknown is -1, below every value
        np.maximum(high, np.where(value < 0, np.int8(_SCALE_TOP), value), out=high)
    return low, high


def evaluate(condition: Condition, states: States, intervention: CatalogueEntry, on: date | None = None) -> Truth:
    """Evaluate a condition for all states.

    Parameters
    ----------
    on
        Day whose thresholds apply to Punktbereich and Pflegegrad; None = the latest edition.

    Returns
    -------
    ndarray of uint8, shape (n,)
        FALSE, UNKNOWN or TRUE.
    """
    match condition:
        case Always():
            return np.full(states.size, TRUE, np.uint8)
        case Reserved():
            return np.full(states.size, TRUE if intervention.reserved else FALSE, np.uint8)
        case Certified(certificate):
            accepted = intervention.accepts is not None and intervention.accepts.certificate == certificate
            return np.full(states.size, TRUE if accepted else FALSE, np.uint8)
        case Unstable(criteria):
            return np.where(states.any_active(criteria), np.uint8(TRUE), np.uint8(FALSE))
        case LargestComparison() | PunktbereichComparison() | PflegegradComparison():
            low, high = _interval(condition, states, intervention, on)
            surely, possibly = _TESTS[condition.operator](low, high, condition.value)
            return surely + possibly
        case Not(part):
            return TRUE - evaluate(part, states, intervention, on)
        case And(parts) | Or(parts) | AtLeast(_, parts):
            truths = np.stack([evaluate(part, states, intervention, on) for part in parts])
            return _joined(condition, truths)


def _joined(condition: And | Or | AtLeast, truths: NDArray[np.uint8]) -> Truth:
    """Join the truths of the parts, shape (parts, n)."""
    match condition:
        case And():
            return np.minimum.reduce(truths)
        case Or():
            return np.maximum.reduce(truths)
        case AtLeast(count):  # the count-th largest truth: so many parts are at least that true
            return np.partition(truths, len(truths) - count, axis=0)[len(truths) - count]


def _interval(
    condition: LargestComparison | PunktbereichComparison | PflegegradComparison,
    states: States,
    intervention: CatalogueEntry,
    on: date | None,
) -> tuple[NDArray[np.integer], NDArray[np.integer]]:
    """Return the least and greatest value the records allow for what is compared, both of shape (n,)."""
    if isinstance(condition, LargestComparison):
        return bounds(condition, states, condition.items or intervention.bi_items)
    between = scores_between(states, on)
    if isinstance(condition, PflegegradComparison):
        return between.low.grade, between.high.grade
    return between.low.bands(condition.module), between.high.bands(condition.module)
