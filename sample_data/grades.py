"""The Pflegegrade of residents: how often each occurs, and what the fund has granted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

GRADE_SHARES: Final = np.array([0.01, 0.22, 0.35, 0.28, 0.14])
"""Share of the Pflegegrade 1-5 among the residents of a home, near the federal figures of full-time care."""
_NEWCOMERS: Final = np.array([0.02, 0.32, 0.37, 0.21, 0.08])
"""The same among those who move in."""
_ALIKE: Final = 300  # how alike homes are: the larger, the less the mix varies

_LOWEST, _HIGHEST = 1, 5
_GRANTED_LOWER, _GRANTED_HIGHER = 0.07, 0.03
"""Shares of residents who need more, or less, than what was granted when the fund decided last."""
_NOT_KNOWN: Final = 0.03
"""Share of residents whose decision the home does not have."""
_LONGEST_KNOWN: Final = 700
_DECIDED_AFTER: Final = (14, 45)
"""Days from a new assessment by the home to the day from which the fund grants another Pflegegrad."""


@dataclass(frozen=True)
class Granted:
    """A decision of the fund: the grade that holds from ``day`` on, counted from the start of the period."""

    day: int
    grade: int


def of_residents(rng: np.random.Generator, count: int) -> np.ndarray:
    """Draw the Pflegegrade of ``count`` residents: the usual mix, varied from home to home, in random order."""
    exact = rng.dirichlet(_ALIKE * GRADE_SHARES) * count
    whole = np.floor(exact).astype(np.int64)
    # The seats left over go to the grades with the largest remainders.
    whole[np.argsort(whole - exact, kind="stable")[: count - whole.sum()]] += 1
    return rng.permutation(np.repeat(np.arange(_LOWEST, _HIGHEST + 1), whole))


def of_newcomers(rng: np.random.Generator, count: int) -> np.ndarray:
    """Draw the Pflegegrade of people who move in."""
    return rng.choice(np.arange(_LOWEST, _HIGHEST + 1), size=count, p=_NEWCOMERS)


def first_decision(rng: np.random.Generator, needed: int, moved_in: int) -> list[Granted]:
    """Draw what was granted before the period, mostly the grade that is ``needed``; none where it is not known."""
    chance = rng.random()
    granted = needed
    if chance < _GRANTED_LOWER:
        granted = max(needed - 1, _LOWEST)
    elif chance < _GRANTED_LOWER + _GRANTED_HIGHER:
        granted = min(needed + 1, _HIGHEST)
    elif chance < _GRANTED_LOWER + _GRANTED_HIGHER + _NOT_KNOWN:
        return []
    return [Granted(min(moved_in - int(rng.integers(_LONGEST_KNOWN)), -1), granted)]


def decided_on(rng: np.random.Generator, assessed: int) -> int:
    """Return from which day on the fund grants what an assessment on day ``assessed`` has shown."""
    return assessed + int(rng.integers(*_DECIDED_AFTER))
