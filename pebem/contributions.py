"""Who contributed what: the cells of the aggregate by employee, for telling how many people stand behind a figure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from pebem.aggregate import DIMENSIONS
from pebem.engine.coded_table import CodedTable
from pebem.engine.decode import COVERAGE, OUTCOME_LABELS
from pebem.engine.encode import encode_rows
from pebem.engine.timeline import FIRST_PERSON
from pebem.resident_mix import UNKNOWN_GRADE, daily_grades
from pebem.score import ends

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pebem.engine.encode import Coded
    from pebem.engine.lookup_tables import CompiledHome

BY_EMPLOYEE: Final = (*DIMENSIONS, "outcome", "known", "grade", "staff")
"""What contributions are kept by."""

LACKING: Final = {name: 1 << place for place, name in enumerate((*COVERAGE, "ueberschrieben"))}
"""Bits of "known": each thing of ``COVERAGE`` that is not known of a row; the last one that a person set its level."""


GRADES: Final = (None, UNKNOWN_GRADE, 0, 1, 2, 3, 4, 5)
"""What "grade" stands for: the Pflegegrad that counts of the resident on that day; None = no known resident."""


def contributions(home: CompiledHome) -> CodedTable:
    """Return the work of a compiled home by :data:`BY_EMPLOYEE`.

    Returns
    -------
    CodedTable
        ``BY_EMPLOYEE``, ``count`` and ``seconds``; by all dimensions and outcome equal to the cells of
        :func:`pebem.score.score_home`. "known" is a sum of ``LACKING``; the label of an employee is the pseudonym or
        number of the rows, None = nobody is named.
    """
    work = home.people.interventions
    rows = encode_rows(work, home)
    staff = work["staff"].array
    code = staff.codes[rows.position].astype(np.int64)
    names: list[str | None] = staff.categories.tolist()
    end = ends(rows.rows, home)
    columns = {
        "day": rows.rows.day + home.first,
        "ward": rows.rows.ward,
        "shift": rows.rows.shift,
        "intervention": rows.rows.intervention,
        "outcome": home.ends.outcome[end],
        "known": lacking(rows, home, end),
        "grade": grades(rows, home),
        "staff": np.where(code < 0, len(names), code),
        "count": np.ones(len(code), np.int64),
        "seconds": rows.rows.seconds,
    }
    labels = {
        "ward": tuple(rows.wards),
        "shift": tuple(rows.shifts),
        "intervention": tuple(entry.id for entry in home.book.interventions),
        "outcome": OUTCOME_LABELS,
        "grade": GRADES,
        "staff": (*names, None),
    }
    return CodedTable(columns, labels).summed(*BY_EMPLOYEE)


def lacking(rows: Coded, home: CompiledHome, end: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return what is not known of each row, shape (n,), as a sum of ``LACKING``.

    Parameters
    ----------
    end
        As of :func:`pebem.score.ends`.
    """
    known = home.ends
    flags = {
        "bewohner": ~known.resident,
        "begutachtung": ~known.assessed,
        "mitarbeitende": ~known.staff,
        "ueberschrieben": known.overridden,
    }
    of_ends = sum((LACKING[name] * flag.astype(np.int64) for name, flag in flags.items()), np.zeros_like(known.outcome))
    without_minutes = home.people.interventions["seconds"].to_numpy()[rows.position] < 0
    return np.asarray(of_ends[end] + LACKING["minuten"] * without_minutes)


def grades(rows: Coded, home: CompiledHome) -> NDArray[np.int64]:
    """Return the position in ``GRADES`` of each row, shape (n,)."""
    person, day = rows.rows.resident_day // home.days, rows.rows.day
    known = person >= FIRST_PERSON
    found = np.zeros(len(person), np.int64)
    counted = daily_grades(home.people, home.residents, home.first).counted
    found[known] = counted[person[known] - FIRST_PERSON, day[known]] - UNKNOWN_GRADE + 1
    return found
