"""Addresses of the acts behind a figure: of a share, a cell of the square, a ward, a shift, a day."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import url_for

from web.addresses import END, SHIFT, START, WARD
from web.services.analysis.narrowing import NOT_GIVEN
from web.wording import figures

if TYPE_CHECKING:
    from collections.abc import Hashable
    from datetime import date


def links(**about: Any) -> dict[str, Any]:
    """Return what templates make addresses with: all keep what the page shows, and ``about``."""

    def place(name: str, label: Hashable) -> str:
        return _address(about, {name: NOT_GIVEN if label is None else label})

    return {
        "links": {fit: url_for("acts.index", **about, passung=fit) for fit in figures.FIT_WORDS},
        "cell_link": lambda soll, ist: url_for("acts.index", **about, soll=soll, ist=ist),
        "ward_link": lambda label: place(WARD, label),
        "shift_link": lambda label: place(SHIFT, label),
        "day_link": lambda day: _of_day(about, day),
    }


def _of_day(about: dict[str, Any], day: date) -> str:
    return _address(about, {START: day.isoformat(), END: day.isoformat()})


def _address(about: dict[str, Any], chosen: dict[str, Any]) -> str:
    return url_for("acts.index", **about, **chosen)
