"""Who lives in the home: the resident mix by Pflegegrad on a day or averaged over a period (§ 113c SGB XI)."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Final

import numpy as np

from pebem.assessments import assess
from pebem.engine.day_numbers import FOR_EVER, SINCE_ALWAYS, days, number_of
from pebem.engine.timeline import FIRST_PERSON, index_of, positions, resident_timeline

if TYPE_CHECKING:
    from datetime import date

    import pandas as pd
    from numpy.typing import NDArray

    from pebem.contracts import Tables
    from pebem.engine.timeline import ResidentTimeline

UNKNOWN_GRADE: Final = -1
"""Pflegegrad of a resident without an effective assessment, or with one that lacks items."""


def mix(tables: Tables, first: date, last: date, stays: pd.DataFrame | None = None) -> dict[int, Decimal]:
    """Return the mean number of residents by Pflegegrad from ``first`` to ``last``, both included.

    Parameters
    ----------
    stays
        Frame as :data:`pebem.history.statements.STAYS`, for residents who moved in more than once; None = the days of
        moving in and out of ``tables.residents``.

    Returns
    -------
    dict
        Pflegegrad 1-5, 0 (none) and -1 (unknown) -> residents, averaged over days: sum first, divide last.
        A resident counts from the day of moving in to the day of moving out.

    Raises
    ------
    ValueError
        Where ``last`` lies before ``first``.
    """
    if last < first:
        raise ValueError(f"the period ends ({last}) before it begins ({first})")
    begin, end = (number_of(day) for day in (first, last))
    timeline = resident_timeline(tables.residents, tables.assessments, tables.instability, begin, end)
    span = np.arange(begin, end + 1)
    moved_in = days(tables.residents["moved_in"], SINCE_ALWAYS)[:, None]
    moved_out = days(tables.residents["moved_out"], FOR_EVER)[:, None]
    present = (moved_in <= span) & (span <= moved_out)
    if stays is not None:
        present = _present(tables.residents, stays, span)
    grades = grades_of(tables, timeline)[timeline.grid[FIRST_PERSON:]][present]
    counts = np.bincount(grades - UNKNOWN_GRADE, minlength=7)
    return {grade: Decimal(int(counts[grade - UNKNOWN_GRADE])) / len(span) for grade in range(UNKNOWN_GRADE, 6)}


def _present(residents: pd.DataFrame, stays: pd.DataFrame, span: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Return who lived there on which day, shape (residents, days); somebody without a stay did on all."""
    known = index_of(residents["resident"])
    person = positions(stays["resident"], known)
    start, end = days(stays["start"], SINCE_ALWAYS), days(stays["end"], FOR_EVER)
    present = np.ones((len(known), len(span)), bool)
    present[person[person >= 0]] = False
    for row in (row for row in np.argsort(start, kind="stable").tolist() if person[row] >= 0):
        begun = span >= start[row]  # of the stays begun, the last to begin decides
        present[person[row], begun] = (span <= end[row])[begun]
    return present


def there_is(hours: pd.DataFrame, first: date, last: date, full_time: Decimal) -> dict[int, Decimal]:
    """Return the full-time equivalents there are, averaged over the days from ``first`` to ``last``.

    Parameters
    ----------
    hours
        Weekly hours of all employees of a level together: ``qn`` (1-4, 0 = § 43b SGB XI), ``start``, ``end``
        (NaT = open, last day included), ``hours`` (Decimal).
    full_time
        Weekly hours of a full-time post.

    Returns
    -------
    dict
        Level -> full-time equivalents; sum first, divide last.
    """
    begin, end = (number_of(day) for day in (first, last))
    start = np.maximum(days(hours["start"], SINCE_ALWAYS), begin)
    stop = np.minimum(days(hours["end"], FOR_EVER), end)
    sums: dict[int, Decimal] = {}
    for level, length, weekly in zip(hours["qn"].tolist(), (stop - start + 1).tolist(), hours["hours"], strict=True):
        sums[level] = sums.get(level, Decimal(0)) + weekly * max(length, 0)
    return {level: total / (end - begin + 1) / full_time for level, total in sorted(sums.items())}


def grades_of(tables: Tables, timeline: ResidentTimeline) -> NDArray[np.int64]:
    """Return the Pflegegrad of each state, shape (states,): 0-5, -1 = unknown."""
    grade = np.append(assess(tables.assessments).grade, UNKNOWN_GRADE)  # row -1 (no assessment) is the last entry
    return grade[timeline.assessment]
