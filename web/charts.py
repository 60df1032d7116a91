"""Charts: a drawing that every browser and printer shows, and the Plotly figure a page replaces it with.

Both carry the fit class of each part; style sheet and script give it the colour of light, dark or paper.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np

from web.wording.figures import FIT_WORDS, number

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    import pandas as pd

HEIGHT: Final = 320
"""Of a chart, in pixels."""
LONGEST_BY_DAY: Final = 92
"""Days that stand side by side as columns of their own; beyond that a column is a week."""

_PLOT: Final = 284
"""The part of the height above the dates, in pixels."""
_TOP: Final = 8
_GAP: Final = 0.15
_MOST_DATES: Final = 6
_MOST_LINES: Final = 5


class ColumnPart(NamedTuple):
    """One part of a stacked column: place and width in per cent of the width, the others in pixels."""

    css: str
    x: str
    width: str
    y: str
    height: str


class GridLine(NamedTuple):
    """One line across the chart, in pixels from the top, and its number of hours."""

    y: str
    text: str


class DateMark(NamedTuple):
    """A date below the columns, at the middle of its column in per cent of the width."""

    x: str
    text: str


@dataclass(frozen=True)
class Chart:
    """Stacked columns of hours a day, one part a fit class.

    Attributes
    ----------
    figure
        For Plotly.
    parts, lines, marks
        The same as a drawing.
    weekly
        Whether a column is the mean day of a week.
    """

    figure: dict[str, Any]
    parts: list[ColumnPart]
    lines: list[GridLine]
    marks: list[DateMark]
    weekly: bool


def by_day(frame: pd.DataFrame) -> Chart:
    """Return hours a day as stacked columns; of more than :data:`LONGEST_BY_DAY` days, the mean day of every week.

    Parameters
    ----------
    frame
        One row per day with data, in order: ``day`` (datetime.date) and one column of seconds per fit class.
    """
    first = frame["day"].iloc[0]
    weekly = (frame["day"].iloc[-1] - first).days >= LONGEST_BY_DAY
    table = _weeks(frame) if weekly else frame
    hours = {fit: (table[fit] / 3600).to_numpy(float) for fit in FIT_WORDS}
    days = list(table["day"])
    width = 7 if weekly else 1
    longest = float(np.sum(list(hours.values()), axis=0).max())
    step = _step(longest) if longest else 1.0
    highest = step * max(int(np.ceil(longest / step)), 1)
    scale = (_PLOT - _TOP) / highest
    return Chart(
        _figure(days, hours, weekly=weekly),
        _parts(days, hours, width, scale),
        _lines(highest, step, scale),
        _marks(days, width),
        weekly,
    )


def _weeks(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the mean of the days with data of every week, at its Monday."""
    mondays = [day - timedelta(days=day.weekday()) for day in frame["day"]]
    return frame[list(FIT_WORDS)].groupby(mondays).mean().rename_axis("day").reset_index()


def _parts(days: Sequence[date], hours: dict[str, np.ndarray], width: int, scale: float) -> list[ColumnPart]:
    """Return the parts of all columns; ``width`` is that of a column in days, ``scale`` in pixels an hour."""
    whole = _span(days, width)
    left = (np.array([(day - days[0]).days for day in days]) + _GAP / 2 * width) / whole * 100
    part_width = f"{width * (1 - _GAP) / whole * 100:.3f}"
    parts, top = [], np.full(len(days), float(_PLOT))
    for fit, values in hours.items():
        top = top - values * scale
        parts += [
            ColumnPart(FIT_WORDS[fit].css, f"{x:.3f}", part_width, f"{y:.1f}", f"{height:.1f}")
            for x, y, height in zip(left, top, values * scale, strict=True)
            if height
        ]
    return parts


def _lines(highest: float, step: float, scale: float) -> list[GridLine]:
    values = [step * number for number in range(round(highest / step) + 1)]
    return [GridLine(f"{_PLOT - value * scale:.1f}", number(value, 0 if step >= 1 else 1)) for value in values]


def _marks(days: Sequence[date], width: int) -> list[DateMark]:
    form = "%d.%m.%y" if width > 1 else "%d.%m."
    every = -(-len(days) // _MOST_DATES)
    return [
        DateMark(f"{((day - days[0]).days + width / 2) / _span(days, width) * 100:.2f}", day.strftime(form))
        for day in days[::every]
    ]


def _span(days: Sequence[date], width: int) -> int:
    return (days[-1] - days[0]).days + width


def _step(highest: float) -> float:
    """Return the distance of lines, in hours: 1, 2 or 5 times a power of ten, for at most `_MOST_LINES` of them."""
    power = 10.0 ** np.floor(np.log10(highest / _MOST_LINES))
    return next(float(factor * power) for factor in (1, 2, 5, 10) if highest <= factor * power * _MOST_LINES)


def _figure(days: Sequence[date], hours: dict[str, np.ndarray], *, weekly: bool) -> dict[str, Any]:
    # Plotly's own classes would check every value: 36 ms for three years of days.
    x = [day.isoformat() for day in days]
    return {
        "data": [
            {
                "type": "bar",
                "x": x,
                "y": hours[fit].round(3).tolist(),
                "name": f"{word.sign} {word.word}",
                "meta": word.css,
                "marker": {"color": word.colour, **({"pattern": {"shape": "/"}} if fit == "nicht_bewertbar" else {})},
                "hovertemplate": "%{y:,.1f} Std.",
            }
            for fit, word in FIT_WORDS.items()
        ],
        "layout": {
            "barmode": "stack",
            "bargap": _GAP,
            "height": HEIGHT,
            "margin": {"l": 48, "r": 8, "t": 8, "b": 40},
            "hovermode": "x unified",
            "separators": ",.",
            "dragmode": False,
            "showlegend": False,
            "xaxis": {
                "type": "date",
                "tickformat": "%d.%m.%y" if weekly else "%d.%m.",
                "hoverformat": "Woche ab %d.%m.%Y" if weekly else "%a, %d.%m.%Y",
                "fixedrange": True,
            },
            "yaxis": {
                "title": {"text": "Stunden"},
                "rangemode": "tozero",
                "fixedrange": True,
                "tickformat": ",.0f",
            },
        },
    }
