"""Who contributed what: the cells of the aggregate by employee, for telling how many people stand behind a figure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from pebem.aggregate import DIMENSIONS
from pebem.engine.coded_table import CodedTable
from pebem.engine.decode import OUTCOME_LABELS
from pebem.engine.encode import encode_rows
from pebem.score import outcomes

if TYPE_CHECKING:
    from pebem.engine.lookup_tables import CompiledHome

BY_EMPLOYEE: Final = (*DIMENSIONS, "outcome", "staff")
"""What contributions are kept by."""


def contributions(home: CompiledHome) -> CodedTable:
    """Return the work of a compiled home by day, ward, shift, intervention, outcome and employee.

    Returns
    -------
    CodedTable
        ``BY_EMPLOYEE``, ``count`` and ``seconds``; without the employee equal to the cells of
        :func:`pebem.score.score_home` by all dimensions. The label of an employee is the pseudonym or number of the
        rows, None = nobody is named.
    """
    work = home.people.interventions
    rows = encode_rows(work, home)
    staff = work["staff"].array
    code = staff.codes[rows.position].astype(np.int64)
    names: list[str | None] = staff.categories.tolist()
    columns = {
        "day": rows.rows.day + home.first,
        "ward": rows.rows.ward,
        "shift": rows.rows.shift,
        "intervention": rows.rows.intervention,
        "outcome": outcomes(rows.rows, home),
        "staff": np.where(code < 0, len(names), code),
        "count": np.ones(len(code), np.int64),
        "seconds": rows.rows.seconds,
    }
    labels = {
        "ward": tuple(rows.wards),
        "shift": tuple(rows.shifts),
        "intervention": tuple(entry.id for entry in home.book.interventions),
        "outcome": OUTCOME_LABELS,
        "staff": (*names, None),
    }
    return CodedTable(columns, labels).summed(*BY_EMPLOYEE)
