"""Addresses of the acts behind a figure: of a share, a cell of the square, a ward, a shift, a day."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from web.addresses import END, SHIFT, START, WARD
from web.security import gate
from web.services.analysis.narrowing import NOT_GIVEN
from web.wording import figures

if TYPE_CHECKING:
    from collections.abc import Hashable
    from datetime import date


def links(**about: Any) -> dict[str, Any]:
    """Return what templates make addresses with: all keep what the page shows, and ``about``.

    Whoever may not see acts gets no address: ``links`` is empty, the others give None.
    """

    def place(name: str, label: Hashable) -> str | None:
        return _address(about, {name: NOT_GIVEN if label is None else label})

    return {
        "links": {fit: url for fit in figures.FIT_WORDS if (url := _address(about, {"passung": fit}))},
        "cell_link": lambda soll, ist: _address(about, {"soll": soll, "ist": ist}),
        "ward_link": lambda label: place(WARD, label),
        "shift_link": lambda label: place(SHIFT, label),
        "day_link": lambda day: _of_day(about, day),
    }


def _of_day(about: dict[str, Any], day: date) -> str | None:
    return _address(about, {START: day.isoformat(), END: day.isoformat()})


def _address(about: dict[str, Any], chosen: dict[str, Any]) -> str | None:
    return gate.way_to("acts.index", **about, **chosen)
