"""Weekly hours of the staff, summed by level while they are read: the hours of a person go no further (T1)."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from importers.findings import warning
from importers.values import durations
from pebem.contracts import empty
from rules.roles import level_for_staffing

if TYPE_CHECKING:
    from collections.abc import Iterator

    from importers.content.table import Table

HOURS: Final = {"qn": "int", "start": "day", "end": "day", "hours": "number"}
"""Columns: level as which § 113c counts the hours (1-4; 0 = not at all: § 43b SGB XI), first and last day (NaT = open),
Decimal.
"""

MOST: Final = 80
_HOUR: Final = 3600
_CENT: Final = Decimal("0.01")
_DAY: Final = timedelta(days=1)


def read_hours(table: Table, staff: pd.DataFrame) -> pd.DataFrame:
    """Return the weekly hours of all employees of a level together, over time, as :data:`HOURS`.

    Rows of one level do not overlap: each holds the sum for its days.

    Parameters
    ----------
    table
        Sheet ``Mitarbeitende``, read already: rows with errors are known.
    staff
        The frame read from it.
    """
    if not table.has("Wochenstunden"):
        return empty(HOURS)
    codes, values = table.read("Wochenstunden", _parse, None)
    weekly = [values[code] for code in codes[~table.faulty]]
    if not any(weekly):
        return empty(HOURS)
    changes: dict[int, dict[date, Decimal]] = {}
    rows = staff.assign(hours=pd.Series(weekly, dtype="object"))
    for _, own in rows.sort_values("start", kind="stable", na_position="first").groupby("staff", sort=False):
        for first, last, level, hours in _effective(own):
            of_level = changes.setdefault(level, {})
            of_level[first] = of_level.get(first, Decimal(0)) + hours
            if last < date.max:
                of_level[last + _DAY] = of_level.get(last + _DAY, Decimal(0)) - hours
    periods = [(level, *span) for level in sorted(changes) for span in _sums(changes[level])]
    return _frame(periods)


def _effective(own: pd.DataFrame) -> Iterator[tuple[date, date, int, Decimal]]:
    """Yield the periods of one employee: of the rows valid on a day, the one that began last is effective."""
    rows: list[tuple[date, date, int, Any]] = [
        (_day(row.start, date.min), _day(row.end, date.max), _level(row), row.hours)
        for row in own.itertuples(index=False)
    ]
    cuts = {start for start, *_ in rows} | {end + _DAY for _, end, *_ in rows if end < date.max}
    for first, following in pairwise([*sorted(cuts), None]):
        if first is None:
            continue
        valid = [row for row in rows if row[0] <= first <= row[1]]
        if valid and valid[-1][3]:
            yield first, following - _DAY if following else date.max, valid[-1][2], valid[-1][3]


def _sums(changes: dict[date, Decimal]) -> Iterator[tuple[date | None, date | None, Decimal]]:
    """Yield first day, last day (None = open) and sum of each period without change."""
    total = Decimal(0)
    for first, following in pairwise([*sorted(changes), None]):
        if first is None:
            continue
        total += changes[first]
        if total:
            yield first if first > date.min else None, following - _DAY if following else None, total


def _level(row: Any) -> int:
    return level_for_staffing(row.role if isinstance(row.role, str) else None, int(row.qn))


def _day(value: Any, missing: date) -> date:
    return missing if pd.isna(value) else value.date()


def _frame(rows: list[tuple[int, date | None, date | None, Decimal]]) -> pd.DataFrame:
    days = np.array([row[1:3] for row in rows], dtype="datetime64[D]").astype("datetime64[s]").reshape(-1, 2)
    return pd.DataFrame(
        {
            "qn": np.array([row[0] for row in rows], dtype=np.int32),
            "start": days[:, 0],
            "end": days[:, 1],
            "hours": pd.Series([row[3] for row in rows], dtype="object"),
        }
    )


def _parse(value: Any) -> Decimal | None:
    try:
        seconds = durations.seconds(value, 60 * MOST, unit=_HOUR)
    except ValueError:
        raise warning(
            "wochenstunden-ungueltig",
            f"Die Wochenstunden sind keine Zahl von 0 bis {MOST}; sie zählen nicht mit.",
            "Tragen Sie die vereinbarten Stunden je Woche ein, zum Beispiel 19,25; weder Stunden im Monat noch Anteile "
            "einer Stelle.",
        ) from None
    return (Decimal(seconds) / _HOUR).quantize(_CENT, ROUND_HALF_UP) if seconds > 0 else None
