"""Homes to measure with: frames as in :mod:`pebem.contracts`, drawn fast and at random, the same for the same seed.

Not for looking at, as those of :mod:`sample_data` are; but everything a row can need is there: residents and staff
with a history, instability, rows without resident, ward, shift or minutes, rows that were not done or lie outside.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from pebem.contracts import SECONDS_MISSING, STATUSES, Tables
from rules.vocabulary import (
    ASSESSMENT_CELLS,
    CONTINENCE,
    COUNTED_ITEMS,
    KINDS_WITHOUT_RESIDENT,
    MISSING,
    NO_FINDING,
    allowed_points,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from rules import RuleBook

START: Final = date(2026, 1, 1)
RESIDENTS: Final = 80
STAFF: Final = 50
WARDS: Final = ("Erdgeschoss", "Gartenhaus", "Obergeschoss", "Turm", "Wintergarten")
SHIFTS: Final = ("Früh", "Nacht", "Spät")

_STAYS: Final = 3
"""Stretches the period falls into; each has at most one time of instability, so that none overlap."""


def period(days: int) -> tuple[date, date]:
    """Return the first and last day of a period that begins on :data:`START`."""
    return START, START + timedelta(days=days - 1)


def assessments(rng: np.random.Generator, size: int) -> NDArray[np.int16]:
    """Return assessments, a row a cell, with one cell in a hundred not recorded."""
    matrix = np.empty((len(ASSESSMENT_CELLS), size), np.int16)
    for row, cell in zip(matrix, ASSESSMENT_CELLS, strict=True):
        item = cell.split()[0]
        row[:] = rng.integers(0, 4, size) if item in COUNTED_ITEMS else rng.choice(allowed_points(item), size)
        row[rng.random(size) < 0.01] = MISSING
    return matrix


def home(book: RuleBook, number: int, days: int, rows: int, seed: int) -> Tables:
    """Draw a home; its people carry its number, so that no two homes share one."""
    rng = np.random.default_rng([seed, number])
    residents = [f"H{number:03}-B{i:03}" for i in range(RESIDENTS)]
    staff = [f"H{number:03}-M{i:03}" for i in range(STAFF)]
    return Tables(
        residents=pd.DataFrame(
            {
                "resident": _texts(residents),
                "ward": _texts(rng.choice(WARDS, RESIDENTS)),
                "moved_in": _days(np.full(RESIDENTS, -200)),
                "moved_out": _days(np.full(RESIDENTS, np.nan)),
            }
        ),
        assessments=_assessed(rng, residents, days),
        instability=_unstable(rng, book, residents, days),
        staff=_staff(rng, staff, days),
        interventions=_interventions(rng, book, residents, staff, (days, rows)),
    )


def _texts(values: Iterable[str]) -> pd.Series:
    return pd.Series([str(value) for value in values], dtype=object)


def _days(offsets: NDArray[np.floating] | NDArray[np.integer]) -> pd.Series:
    """Return days counted from the first one of the period; NaN = not given."""
    first = np.datetime64(START, "s")
    days = first + np.nan_to_num(offsets).astype("timedelta64[D]").astype("timedelta64[s]")
    days[np.isnan(offsets)] = np.datetime64("NaT")
    return pd.Series(days)


def _assessed(rng: np.random.Generator, residents: list[str], days: int) -> pd.DataFrame:
    """Assess one resident in thirty not at all, the others once or more often: at last on moving in."""
    assessed, on = [], []
    for name in residents:
        if rng.random() < 1 / 30:
            continue
        later = rng.choice(days, rng.poisson(1), replace=False)
        assessed += [name] * (1 + len(later))
        on += [np.nan, *later]
    cells = dict(zip(ASSESSMENT_CELLS, assessments(rng, len(assessed)), strict=True))
    findings = rng.integers(NO_FINDING, len(CONTINENCE), (2, len(assessed))).astype(np.int16)
    return pd.DataFrame(
        {
            "resident": _texts(assessed),
            "date": _days(np.array(on, float)),
            "continence_urine": findings[0],
            "continence_stool": findings[1],
            "special": np.zeros(len(assessed), bool),
        }
        | cells
    )


def _unstable(rng: np.random.Generator, book: RuleBook, residents: list[str], days: int) -> pd.DataFrame:
    stretch = max(days // _STAYS, 1)
    resident, part = np.nonzero(rng.random((len(residents), _STAYS)) < 0.3)
    start = part * stretch + rng.integers(0, max(stretch // 2, 1), len(part))
    end = start + rng.integers(0, max(stretch // 2, 1), len(part)).astype(float)
    end[(part == _STAYS - 1) & (rng.random(len(part)) < 0.5)] = np.nan
    criteria = [criterion.id for criterion in book.criteria]
    return pd.DataFrame(
        {
            "resident": _texts(residents[i] for i in resident),
            "criterion": _texts(rng.choice(criteria, len(part))),
            "start": _days(start),
            "end": _days(end),
        }
    )


def _staff(rng: np.random.Generator, staff: list[str], days: int) -> pd.DataFrame:
    """Add a second row for three in ten; one in ten of those is not employed for a while in between."""
    employees, start, end = [], [], []
    for name in staff:
        employees.append(name)
        start.append(np.nan)
        if rng.random() < 0.3:
            change = int(rng.integers(1, max(days, 2)))
            employees.append(name)
            start.append(float(change))
            end.append(change - 1 - 5 * float(rng.random() < 0.1))
        end.append(np.nan)
    rows = len(employees)
    return pd.DataFrame(
        {
            "staff": _texts(employees),
            "qn": rng.integers(1, 9, rows),
            "role": _texts(rng.choice(["pflege", "betreuung-43b"], rows, p=[0.85, 0.15])),
            "certificates": _texts(rng.choice(["", "LG1", "LG1;LG2", "LG2"], rows)),
            "start": _days(np.array(start)),
            "end": _days(np.array(end)),
        }
    )


def _interventions(
    rng: np.random.Generator, book: RuleBook, residents: list[str], staff: list[str], size: tuple[int, int]
) -> pd.DataFrame:
    """Draw rows in the order of their days, one in a hundred on the day before the period or after it."""
    days, rows = size
    entries = [entry.id for entry in book.interventions]
    indirect = np.array([entry.kind in KINDS_WITHOUT_RESIDENT for entry in book.interventions])
    intervention = rng.integers(0, len(entries), rows, np.int16)
    unknown = f"{residents[0][:4]}-B999"
    resident = rng.integers(0, len(residents), rows, np.int16)
    resident[rng.random(rows, np.float32) < 0.002] = len(residents)
    resident[indirect[intervention] & (rng.random(rows, np.float32) < 0.8)] = -1
    seconds = (60 * rng.integers(1, 46, rows, np.int16)).astype(np.int32)
    seconds[rng.random(rows, np.float32) < 0.02] = SECONDS_MISSING
    statuses = rng.integers(0, len(STATUSES), rows, np.int8)
    statuses[rng.random(rows, np.float32) < 0.95] = 0
    on = rng.integers(0, days, rows, np.int32)
    outside = rng.random(rows, np.float32) < 0.01
    on[outside] = rng.choice([-1, days], np.count_nonzero(outside))
    on.sort()
    return pd.DataFrame(
        {
            "resident": _categories(resident, [*residents, unknown]),
            "staff": _drawn(rng, staff, rows, 0.01),
            "intervention": _categories(intervention, entries),
            "date": np.datetime64(START, "s") + on.astype("timedelta64[D]"),
            "minute_of_day": rng.integers(0, 1440, rows, np.int16).astype(np.int32),
            "seconds": seconds,
            "minutes_source": _categories(np.zeros(rows, np.int8), ["gemessen", "geplant", "norm"]),
            "shift": _drawn(rng, SHIFTS, rows, 0.01),
            "ward": _drawn(rng, WARDS, rows, 0.3),
            "status": _categories(statuses, STATUSES),
        }
    )


def _drawn(rng: np.random.Generator, names: Sequence[str], rows: int, missing: float) -> pd.Categorical:
    codes = rng.integers(0, len(names), rows, np.int8)
    codes[rng.random(rows, np.float32) < missing] = -1
    return _categories(codes, names)


def _categories(codes: NDArray[np.integer], names: Sequence[str]) -> pd.Categorical:
    column: pd.Categorical = pd.Categorical.from_codes(codes, pd.Index(list(names), dtype=object))
    return column
