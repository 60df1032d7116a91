"""The input frames of the engine: their columns, types and meaning, checked in one place.

Importers and the store produce :class:`Tables`; the engine takes nothing else. Everything with a
period is valid for whole days, first and last day included; days are days in Europe/Berlin.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from functools import cache
from typing import Final

import numpy as np
import pandas as pd

ITEM_MISSING: Final = -1
"""Value of an assessment cell that was left blank: unknown, not zero."""

SECONDS_MISSING: Final = -1
"""Value of ``seconds`` where a row has no minutes: it counts in numbers, with 0 seconds."""

DONE: Final = "durchgeführt"
"""The status of an intervention that counts; so does one without a status."""

STATUSES: Final = (DONE, "abgelehnt", "nicht durchgeführt", "abwesend")

ROLE_BETREUUNG_43B: Final = "betreuung-43b"
"""The staff role of additional carers (§ 43b SGB XI)."""

# Column -> dtype kind: "text" (str or missing), "category" (text categories, missing allowed),
# "day" (datetime64, midnight, NaT allowed), "int" (integer), "truth" (bool, or integer: 1 = yes,
# 0 = no, -1 = not readable).
RESIDENTS: Final = {"resident": "text", "ward": "text", "moved_in": "day", "moved_out": "day"}
ASSESSMENTS: Final = {
    "resident": "text",
    "date": "day",  # NaT = since moving in
    "continence_urine": "int",  # position in rules.vocabulary.CONTINENCE, -1 = no finding, -2 = not readable
    "continence_stool": "int",
    "special": "truth",  # besondere Bedarfskonstellation
}
"""Besides these, one integer column per cell of the instrument, named as in the workbook
(``rules.vocabulary.ASSESSMENT_CELLS``: "1.1" ... "4.13", "5.1 täglich", ..., "6.6"); -1 = unknown."""
INSTABILITY: Final = {"resident": "text", "criterion": "text", "start": "day", "end": "day"}
GRADES: Final = {
    "resident": "text",
    "grade": "int",  # the Pflegegrad of the fund's decision, 0 = none was granted
    "start": "day",  # NaT = since always
}
STAFF: Final = {
    "staff": "text",
    "qn": "int",  # 1-8
    "role": "text",
    "certificates": "text",  # upper case, sorted, joined by ";"; "" = none
    "start": "day",
    "end": "day",
}
INTERVENTIONS: Final = {
    "resident": "category",
    "staff": "category",
    "intervention": "category",  # categories are catalogue ids
    "date": "day",
    "minute_of_day": "int",  # local time 0..1439, -1 = not given
    "seconds": "int",  # -1 = no minutes given
    "minutes_source": "category",  # "gemessen", "geplant", "norm"
    "shift": "category",
    "ward": "category",
    "status": "category",  # categories are STATUSES; missing = durchgeführt
}
OVERRIDES: Final = {
    "resident": "text",  # missing = the whole house
    "intervention": "text",  # catalogue id
    "level": "int",  # 1-4
    "start": "day",
    "end": "day",
    "reason": "text",
    "by": "text",
}
DUTIES: Final = {"staff": "text", "ward": "text", "start": "time", "end": "time"}


class ContractError(ValueError):
    """A frame does not have the columns or types this module promises."""


def empty(columns: dict[str, str]) -> pd.DataFrame:
    """Return a frame without rows that satisfies ``columns``."""
    return _empty(tuple(columns.items())).copy()


@cache
def _empty(columns: tuple[tuple[str, str], ...]) -> pd.DataFrame:
    series: dict[str, pd.Series] = {}
    for name, kind in columns:
        match kind:
            case "day" | "time":
                series[name] = pd.Series([], dtype="datetime64[s]")
            case "int":
                series[name] = pd.Series([], dtype="int32")
            case "truth":
                series[name] = pd.Series([], dtype="int8")
            case "category":
                series[name] = pd.Series(pd.Categorical([], categories=pd.Index([], dtype="object")))
            case _:
                series[name] = pd.Series([], dtype="object")
    return pd.DataFrame(series)


@dataclass(frozen=True)
class Tables:
    """Everything the engine knows of one home, as frames.

    Attributes
    ----------
    residents, assessments, instability, staff, interventions, duties, grades
        Frames with the columns above, in any order, with a plain range index. ``interventions`` has
        the rows that could be read, whatever their status; rows left out as faulty are only counted.
    overrides
        Levels a qualified person has set in place of the rulebook's, with reason and expiry.
    faulty
        Number of intervention rows that could not be taken.
    """

    residents: pd.DataFrame = field(default_factory=lambda: empty(RESIDENTS))
    assessments: pd.DataFrame = field(default_factory=lambda: empty(ASSESSMENTS))
    instability: pd.DataFrame = field(default_factory=lambda: empty(INSTABILITY))
    staff: pd.DataFrame = field(default_factory=lambda: empty(STAFF))
    interventions: pd.DataFrame = field(default_factory=lambda: empty(INTERVENTIONS))
    duties: pd.DataFrame = field(default_factory=lambda: empty(DUTIES))
    overrides: pd.DataFrame = field(default_factory=lambda: empty(OVERRIDES))
    faulty: int = 0
    grades: pd.DataFrame = field(default_factory=lambda: empty(GRADES))


_SPECS: Final = {
    "residents": RESIDENTS,
    "assessments": ASSESSMENTS,
    "instability": INSTABILITY,
    "grades": GRADES,
    "staff": STAFF,
    "interventions": INTERVENTIONS,
    "duties": DUTIES,
    "overrides": OVERRIDES,
}


def check(tables: Tables) -> Tables:
    """Return ``tables`` unchanged, or raise.

    Raises
    ------
    ContractError
        Naming frame, column and what was expected.
    """
    for spot in fields(tables):
        if spot.name not in _SPECS:
            continue
        frame = getattr(tables, spot.name)
        for column, kind in _SPECS[spot.name].items():
            if column not in frame.columns:
                raise ContractError(f"{spot.name}: column {column!r} is missing")
            if not _fits(frame[column], kind):
                raise ContractError(f"{spot.name}.{column}: expected {kind}, got {frame[column].dtype}")
    return tables


def _fits(column: pd.Series, kind: str) -> bool:
    match kind:
        case "category":
            return isinstance(column.dtype, pd.CategoricalDtype)
        case "day" | "time":
            return bool(np.issubdtype(np.dtype(str(column.dtype)), np.datetime64))
        case "int":
            return pd.api.types.is_integer_dtype(column.dtype)
        case "truth":
            return pd.api.types.is_bool_dtype(column.dtype) or pd.api.types.is_integer_dtype(column.dtype)
        case _:
            return pd.api.types.is_object_dtype(column.dtype) or pd.api.types.is_string_dtype(column.dtype)
