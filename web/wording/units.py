"""How a value is written in a table: on a page with its unit, in a file as a number that can be reckoned with."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from web.wording import figures

if TYPE_CHECKING:
    from collections.abc import Callable

SECONDS_A_MINUTE: Final = 60


class Unit(NamedTuple):
    """What a value is of.

    Attributes
    ----------
    page, file
        Write a value.
    word
        What the heading of a file adds, since its numbers stand without a unit; "" = nothing.
    """

    page: Callable[[Any], str]
    file: Callable[[Any], object]
    word: str = ""


def _minutes(seconds: int) -> float:
    return seconds / SECONDS_A_MINUTE


def _per_cent(share: Any) -> float:
    return float(100 * share)


def _hours_or_dash(seconds: int) -> str:
    return figures.hours(seconds) if seconds else "–"


TEXT: Final = Unit(str, str)
COUNT: Final = Unit(figures.number, int)
HOURS: Final = Unit(figures.hours, _minutes, "Minuten")
"""Seconds; none as 0 Std."""
SOME_HOURS: Final = Unit(_hours_or_dash, _minutes, "Minuten")
"""Seconds; none as a dash."""
DURATION: Final = Unit(figures.duration, _minutes, "Minuten")
"""Seconds, to the minute."""
SHARE: Final = Unit(figures.percent, _per_cent, "Prozent")
"""A share (0..1)."""
POINTS: Final = Unit(figures.points, _per_cent, "Prozentpunkte")
"""A difference of two shares."""
LEVEL: Final = Unit(figures.qn, lambda level: level or figures.UNKNOWN)
DAY: Final = Unit(figures.day, figures.day)
MONTH: Final = Unit(figures.month, figures.month)
JOBS: Final = Unit(partial(figures.number, digits=2), float)
"""Full-time equivalents."""
MORE_JOBS: Final = Unit(figures.signed, float)
"""A difference of full-time equivalents."""
PERSONS: Final = Unit(partial(figures.number, digits=1), float)
"""A mean number of persons."""
