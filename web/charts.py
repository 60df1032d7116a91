"""Figures for the page, as Plotly JSON. The page's own script gives them the colours of light or dark."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import plotly.graph_objects as go

from web.wording.figures import FIT_WORDS

if TYPE_CHECKING:
    import pandas as pd


def days(frame: pd.DataFrame) -> dict[str, Any]:
    """Return stacked columns of hours by day, one stack per fit class.

    Parameters
    ----------
    frame
        One row per day in order: ``day`` (datetime.date) and one column of seconds per fit class.
    """
    x = [value.isoformat() for value in frame["day"]]
    figure = go.Figure()
    for fit, word in FIT_WORDS.items():
        figure.add_bar(
            x=x,
            y=(frame[fit] / 3600).round(3).tolist(),
            name=f"{word.sign} {word.word}",
            meta=word.css,
            marker={"color": word.colour, **({"pattern": {"shape": "/"}} if fit == "nicht_bewertbar" else {})},
            hovertemplate="%{y:,.1f} Std.",
        )
    figure.update_layout(
        template="none",
        barmode="stack",
        bargap=0.15,
        height=320,
        margin={"l": 48, "r": 8, "t": 8, "b": 40},
        hovermode="x unified",
        separators=",.",
        dragmode=False,
        showlegend=False,
        xaxis={"type": "date", "tickformat": "%d.%m.", "hoverformat": "%a, %d.%m.%Y", "fixedrange": True},
        yaxis={"title": {"text": "Stunden"}, "rangemode": "tozero", "fixedrange": True, "tickformat": ",.0f"},
    )
    document: dict[str, Any] = figure.to_plotly_json()
    return document
