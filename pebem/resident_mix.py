"""Who lives in the home: the resident mix by Pflegegrad on a day or averaged over a period (§ 113c SGB XI).

What counts is the grade the fund has granted. Where none is known the one computed from the assessment stands in.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from operator import itemgetter
from typing import TYPE_CHECKING, Final

import numpy as np

from pebem.assessments import assess
from pebem.engine.day_numbers import FOR_EVER, SINCE_ALWAYS, day_of, days, number_of
from pebem.engine.places import index_of, positions
from pebem.engine.resident_records import assessment_starts
from pebem.engine.timeline import FIRST_PERSON, last_begun, resident_timeline

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    import pandas as pd
    from numpy.typing import NDArray

    from pebem.contracts import Tables
    from pebem.engine.timeline import ResidentTimeline

UNKNOWN_GRADE: Final = -1
"""Pflegegrad of a resident of whom none was granted or refused, and whose effective assessment gives none."""


@dataclass(frozen=True)
class ResidentMix:
    """Residents by Pflegegrad, averaged over days: sum first, divide last.

    Attributes
    ----------
    by_grade
        Pflegegrad 1-5, 0 (none) and -1 (unknown) -> residents.
    stood_in
        Those of them counted by the grade computed from the assessment, because none that was granted is known.
    """

    by_grade: dict[int, Decimal]
    stood_in: Decimal


@dataclass(frozen=True)
class DailyGrades:
    """Pflegegrade of n residents on each day of a period, arrays of shape (n, days); -1 = not known.

    Attributes
    ----------
    granted
        That of the fund's decision, which is the one that counts.
    computed
        That of the effective assessment.
    """

    granted: NDArray[np.int64]
    computed: NDArray[np.int64]

    @property
    def counted(self) -> NDArray[np.int64]:
        """The granted grade where there is one, otherwise the computed one."""
        return np.where(self.granted == UNKNOWN_GRADE, self.computed, self.granted)


@dataclass(frozen=True, slots=True)
class GradeDifference:
    """Somebody whose granted grade is another than the computed one; ``day`` is the first such, None = since always."""

    resident: str
    day: date | None
    granted: int
    computed: int


def mix(tables: Tables, first: date, last: date, stays: pd.DataFrame | None = None) -> ResidentMix:
    """Return the mean number of residents by Pflegegrad from ``first`` to ``last``, both included.

    A resident counts from the day of moving in to the day of moving out.

    Parameters
    ----------
    stays
        Frame as :data:`pebem.history.statements.STAYS`, for residents who moved in more than once; None = the days of
        moving in and out of ``tables.residents``.

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
    grades = daily_grades(tables, timeline, begin)
    counts = np.bincount(grades.counted[present] - UNKNOWN_GRADE, minlength=7)
    stood_in = present & (grades.granted == UNKNOWN_GRADE) & (grades.computed != UNKNOWN_GRADE)
    return ResidentMix(
        {grade: Decimal(int(counts[grade - UNKNOWN_GRADE])) / len(span) for grade in range(UNKNOWN_GRADE, 6)},
        Decimal(int(np.count_nonzero(stood_in))) / len(span),
    )


def _present(residents: pd.DataFrame, stays: pd.DataFrame, span: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Return who lived there on which day, shape (residents, days); a person without a stay did on all."""
    people = index_of(residents["resident"])
    person = positions(stays["resident"], people)
    start, end = days(stays["start"], SINCE_ALWAYS), days(stays["end"], FOR_EVER)
    present = np.ones((len(people), len(span)), bool)
    present[person[person >= 0]] = False
    for row in (row for row in np.argsort(start, kind="stable").tolist() if person[row] >= 0):
        begun = span >= start[row]  # of the stays begun, the last to begin decides
        present[person[row], begun] = (span <= end[row])[begun]
    return present


def employed_equivalents(hours: pd.DataFrame, first: date, last: date, full_time: Decimal) -> dict[int, Decimal]:
    """Return the full-time equivalents employed, averaged over the days from ``first`` to ``last``.

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


def daily_grades(tables: Tables, timeline: ResidentTimeline, first: int) -> DailyGrades:
    """Return the Pflegegrade of all residents on the days of a timeline, which begins on day ``first``."""
    states = timeline.grid[FIRST_PERSON:]
    return DailyGrades(granted_grades(tables, first, states.shape[1]), grades_of(tables, timeline)[states])


def granted_grades(tables: Tables, first: int, length: int) -> NDArray[np.int64]:
    """Return the granted Pflegegrad of each resident on the days from ``first`` on, shape (residents, length)."""
    people = index_of(tables.residents["resident"])
    start = days(tables.grades["start"], SINCE_ALWAYS)
    span = np.arange(first, first + length)
    row = last_begun(positions(tables.grades["resident"], people), start, len(people), span)
    granted: NDArray[np.int64] = np.append(tables.grades["grade"].to_numpy(np.int64), UNKNOWN_GRADE)[row]
    return granted


def differences(tables: Tables, first: date | None = None, last: date | None = None) -> list[GradeDifference]:
    """Return the residents whose granted and computed grade differ on a day they lived there, ``first`` to ``last``."""
    begin = SINCE_ALWAYS if first is None else number_of(first)
    end = FOR_EVER if last is None else number_of(last)
    graded = _by_person(tables.grades["resident"], days(tables.grades["start"], SINCE_ALWAYS), tables.grades["grade"])
    rows = tables.assessments["resident"].isin(list(graded)).to_numpy()
    assessments = tables.assessments[rows].reset_index(drop=True)
    starts = assessment_starts(tables.residents, assessments)
    computed = _by_person(assessments["resident"], starts, assess(assessments, noted=False).grade)
    moves = (days(tables.residents["moved_in"], SINCE_ALWAYS), days(tables.residents["moved_out"], FOR_EVER))
    stays = dict(zip(tables.residents["resident"], np.stack(moves, axis=1).tolist(), strict=True))
    found_differences = []
    for resident, granted in graded.items():
        assessed = computed.get(resident, [])
        moved_in, moved_out = stays.get(resident, (SINCE_ALWAYS, FOR_EVER))
        from_day, to_day = max(begin, moved_in), min(end, moved_out)
        changes = sorted({max(start, from_day) for start, _ in (*granted, *assessed) if from_day <= to_day >= start})
        pairs = ((day, _on(granted, day), _on(assessed, day)) for day in changes)
        comparable = ((day, *pair) for day, *pair in pairs if UNKNOWN_GRADE not in pair and pair[0] != pair[1])
        if differing := next(comparable, None):
            day, *grades = differing
            found_differences.append(GradeDifference(resident, None if day == SINCE_ALWAYS else day_of(day), *grades))
    return found_differences


def _by_person(people: pd.Series, start: NDArray[np.int64], grade: Iterable[int]) -> dict[str, list[tuple[int, int]]]:
    """Return first day and grade of each row of a person, in order of days, of equals in that of the rows."""
    rows: dict[str, list[tuple[int, int]]] = {}
    for person, day, value in zip(people, start.tolist(), grade, strict=True):
        rows.setdefault(person, []).append((day, int(value)))
    return {person: sorted(own, key=itemgetter(0)) for person, own in rows.items()}


def _on(rows: list[tuple[int, int]], day: int) -> int:
    """Return the grade effective on a day: of the row that began last."""
    return next((grade for start, grade in reversed(rows) if start <= day), UNKNOWN_GRADE)


def grades_of(tables: Tables, timeline: ResidentTimeline) -> NDArray[np.int64]:
    """Return the Pflegegrad computed for each state, shape (states,): 0-5, -1 = unknown."""
    grade = np.append(
        assess(tables.assessments, noted=False).grade, UNKNOWN_GRADE
    )  # row -1 (no assessment) is the last entry
    return grade[timeline.assessment]
