"""Bounds of incomplete records: scores with every gap at its least, and at its most."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Final

import numpy as np

from rules.assessment import Scores, score
from rules.vocabulary import (
    ASSESSMENT_CELLS,
    CONTINENCE_OPENS_FROM,
    COUNTED_ITEMS,
    NO_FINDING,
    UNREADABLE_FINDING,
    allowed_points,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from rules.states import States

_LATEST: Final = date.max
_VERY_OFTEN: Final = 999
"""A count that reaches the highest class in any unit of counting."""


@dataclass(frozen=True)
class ScoreBounds:
    """The lowest and the highest scores of n assessments, over all values of what is not known."""

    low: Scores
    high: Scores


def scores_between(states: States, on: date | None = None) -> ScoreBounds:
    """Return the lowest and highest scores of resident states; computed once for a day.

    Every score grows with every cell, so the ends are those of the least and the greatest filling.
    """
    if on not in states.derived:
        ends = [_filled(states, most=most, on=on or _LATEST) for most in (False, True)]
        states.derived[on] = ScoreBounds(*ends)
    bounds = states.derived[on]
    assert isinstance(bounds, ScoreBounds)
    return bounds


def _filled(states: States, *, most: bool, on: date) -> Scores:
    """Score states with the cells not recorded at their least (0) or greatest."""
    items = {}
    for cell in ASSESSMENT_CELLS:
        top = (_VERY_OFTEN if cell.split()[0] in COUNTED_ITEMS else max(allowed_points(cell))) if most else 0
        recorded = states.cells.get(cell)
        if recorded is None:
            items[cell] = np.full(states.size, top, np.int16)
        else:
            items[cell] = np.where(recorded < 0, top, recorded).astype(np.int16, copy=False)
    return score(
        items,
        continence_urine=_findings(states.continence_urine, most=most),
        continence_stool=_findings(states.continence_stool, most=most),
        special=None if states.special is None else states.special != 0 if most else states.special > 0,
        on=on,
    )


def _findings(recorded: NDArray[np.integer], *, most: bool) -> NDArray[np.integer]:
    """Return continence findings with those that cannot be read closed, or open."""
    return np.where(recorded == UNREADABLE_FINDING, CONTINENCE_OPENS_FROM if most else NO_FINDING, recorded)
