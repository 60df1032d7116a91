"""How fit and coverage move: counts and seconds before and after, ratios come last."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, cast

import numpy as np

from pebem.engine.day_numbers import number_of
from pebem.engine.decode import COVERAGE_COUNTS
from pebem.fit_classes import FIT_CLASSES, OUTCOME_COLUMNS
from web.store.result import repository
from web.store.result.packed import FormatError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from sqlalchemy import Connection

    from pebem.engine.coded_table import CodedTable

_FIT, _SOLL, _IST = (OUTCOME_COLUMNS.index(name) for name in ("fit", "qn_soll", "qn_ist"))
_NOT_RATED: Final = "nicht_bewertbar"

UNRATED: Final = {"soll": _SOLL, "ist": _IST}
"""Which level is unknown where something cannot be rated: the one called for, that of the person; sometimes both."""

Figures = tuple["CodedTable | None", "CodedTable | None"]
"""Sums by day, and coverage."""


def figures(connection: Connection, home_id: int) -> Figures:
    """Return the stored sums by day and the coverage of a home; None where there are none, or they cannot be read."""
    try:
        return (
            repository.read(connection, home_id, repository.OUTCOMES),
            repository.read(connection, home_id, repository.COVERAGE),
        )
    except FormatError:
        return None, None


def fit_and_coverage(before: Figures, after: Figures, days: Iterable[date] | None) -> dict[str, Any]:
    """Return fit and coverage of some days (None = all) before and after: counts and seconds, ratios come last."""
    chosen = None if days is None else np.array(sorted(number_of(day) for day in days), np.int64)
    return {
        "days": None if chosen is None else len(chosen),
        "before": _sums(before, chosen),
        "after": _sums(after, chosen),
    }


def _sums(found: Figures, days: Any) -> dict[str, Any]:
    of_days, coverage = (
        one if one is None or days is None else one[np.isin(one.columns["day"], days)] for one in found
    )
    fit: dict[Any, list[int]] = {name: [0, 0] for name in FIT_CLASSES}
    unrated = {name: [0, 0] for name in UNRATED}
    if of_days is not None:
        code = of_days.columns["outcome"]
        for position, label in enumerate(of_days.labels["outcome"]):
            outcome, here = cast("tuple[Any, ...]", label), code == position
            sums = [fit[outcome[_FIT]]]
            if outcome[_FIT] == _NOT_RATED:
                sums += [unrated[name] for name, place in UNRATED.items() if not outcome[place]]
            for i, name in enumerate(("count", "seconds")):
                amount = int(of_days.columns[name][here].sum())
                for one in sums:
                    one[i] += amount
    counts = {name: int(coverage.columns[name].sum()) if coverage is not None else 0 for name in COVERAGE_COUNTS}
    return {"fit": fit, "unrated": unrated, "coverage": counts}
