"""Times of day in a column of days: where every day has the same late one, a program has moved them all."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from importers.findings import warning

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from importers.content.table import Table

_FEWEST: Final = 2
"""Days that it takes before their times are compared."""

_FEWEST_OF_ANY, _FEWEST_DAYS = 6, 3
"""Rows and different days that it takes before one time of all is no time of an act."""

_LATE: Final = frozenset({22 * 60, 23 * 60})
"""Local midnight in Germany as Greenwich has it, in summer and in winter."""

_LAST_MINUTE: Final = 24 * 60 - 1
_ENDS: Final = frozenset({"Auszug", "Bis", "Gültig bis"})
"""Columns in which 23:59 is the end of the last day."""


class DayTimes(NamedTuple):
    """The times of day of a column.

    Attributes
    ----------
    rows
        Records that have a day.
    minutes
        Different minutes of the day, if every day has one besides midnight; else blank.
    shifted
        Whether they say that every day is one too early.
    """

    rows: int
    minutes: tuple[int, ...]
    shifted: bool


def day_times(column: str, codes: np.ndarray, moments: Sequence[datetime | None]) -> DayTimes:
    """Return what the times of day in a column of moments have in common."""
    counts = np.bincount(codes, minlength=len(moments)) if len(codes) else np.zeros(len(moments), dtype=np.int64)
    there = [(moment, int(count)) for moment, count in zip(moments, counts, strict=True) if moment and count]
    rows = sum(count for _, count in there)
    minutes = {moment.hour * 60 + moment.minute for moment, _ in there}
    if rows < _FEWEST or not minutes or any(not (one.hour or one.minute or one.second) for one, _ in there):
        return DayTimes(rows, (), shifted=False)
    late = _LATE if column in _ENDS else _LATE | {_LAST_MINUTE}
    shifted = minutes <= late
    several_days = len({moment.date() for moment, _ in there}) >= _FEWEST_DAYS
    one_for_all = len(minutes) == 1 and rows >= _FEWEST_OF_ANY and several_days
    return DayTimes(rows, tuple(sorted(minutes)) if shifted or one_for_all else (), shifted)


def note_times(table: Table, column: str, codes: np.ndarray, moments: Sequence[datetime | None]) -> None:
    """Warn where every day of a column has the same late time of day."""
    times = day_times(column, codes, moments)
    if not times.shifted:
        return
    first = next(moment for moment in moments if moment)
    table.report_sheet(
        warning(
            "datum-verschoben",
            f"Alle {times.rows} Tage dieser Spalte tragen die Uhrzeit {_named(times.minutes)}; vermutlich hat ein "
            f"Programm Mitternacht verschoben, und jeder Tag ist einer zu früh: Gelesen wird {first:%d.%m.%Y}, wo "
            f"{first:%d.%m.%Y %H:%M:%S} steht.",
            "Vergleichen Sie die Tage mit der Quelle und exportieren Sie die Spalte als Datum ohne Uhrzeit.",
        ),
        column=column,
        count=times.rows,
    )


def _named(minutes: Sequence[int]) -> str:
    return " oder ".join(f"{minute // 60:02d}:{minute % 60:02d}" for minute in minutes)


def note_contradictions(table: Table, in_date: np.ndarray, minutes: np.ndarray) -> None:
    """Warn where a day has another time of day than the column ``Uhrzeit``; both -1 = none, of each record."""
    both = (in_date >= 0) & (minutes >= 0)
    other = np.flatnonzero(both & (in_date != minutes))
    if len(other):
        table.report(
            warning(
                "datum-uhrzeit-widerspruch",
                f"In {len(other)} von {int(both.sum())} Zeilen trägt das Datum eine andere Uhrzeit als die Spalte "
                "„Uhrzeit“; es gilt „Uhrzeit“, und der Tag kann falsch sein.",
                "Vergleichen Sie die Tage mit der Quelle und exportieren Sie das Datum ohne Uhrzeit.",
            ),
            [int(other[0])],
            "Datum",
            count=len(other),
        )
