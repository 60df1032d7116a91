"""Begin and end of the duties of a list: clock times and moments in its columns, or the times of a code."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from importers.content.shared_columns import as_seconds, parse_moment
from importers.findings import error
from importers.rosters.shift_codes import Shift
from importers.sheets.roster_headings import CODE, DAY, END, START
from importers.values.roster_times import DAY_MINUTES, point

if TYPE_CHECKING:
    from collections.abc import Sequence

    from importers.content.table import Table
    from importers.rosters.shift_codes import Unread


class DutyTimes(NamedTuple):
    """Duties of a table, one array element each.

    Attributes
    ----------
    record
        Position of its row in the table.
    start, end : datetime64[s]
        Local times.
    column
        Heading its times stand under.
    """

    record: np.ndarray
    start: np.ndarray
    end: np.ndarray
    column: np.ndarray


def read_times(table: Table, day: np.ndarray, shifts: Sequence[Shift | Unread | None]) -> DutyTimes:
    """Return the duties in the order of the rows; what is wrong with their times is among the findings of the table.

    Parameters
    ----------
    day : datetime64[s]
        Day of each row, NaT where none is given.
    shifts
        What the code of each row stands for, None without a code.
    """
    without_code = np.array([one is None for one in shifts], dtype=bool)
    pairs = 1 + sum(table.has(f"{START} {number}") for number in range(2, 100))
    parts = [_read_pair(table, number, day, without_code) for number in range(1, pairs + 1)]
    timed = np.isin(np.arange(len(table.rows)), np.concatenate([part.record for part in parts]))
    coded = np.array([isinstance(one, Shift) for one in shifts], dtype=bool)
    _report_day(table, coded & ~timed & np.isnat(day))
    parts.append(_of_codes(table, np.flatnonzero(coded & ~timed & ~table.faulty), day, shifts))
    whole = DutyTimes(*(np.concatenate(part) for part in zip(*parts, strict=True)))
    order = np.argsort(whole.record, kind="stable")
    return DutyTimes(*(part[order] for part in whole))


def _read_pair(table: Table, number: int, day: np.ndarray, without_code: np.ndarray) -> DutyTimes:
    """Return the duties of two columns for beginning and end: of a divided shift its first, second ... part."""
    names = [f"{kind} {number}" if number > 1 else kind for kind in (START, END)]
    (start, start_minute), (end, end_minute) = (_points(table, name) for name in names)
    blank = [np.isnat(moment) & (minute < 0) for moment, minute in ((start, start_minute), (end, end_minute))]
    filled = ~(blank[0] & blank[1])
    needed = filled if number > 1 else filled | without_code
    for name, missing in zip(names, blank, strict=True):
        table.report(
            error("zeitpunkt-fehlt", f"„{name}“ fehlt.", "Tragen Sie Datum und Uhrzeit ein."),
            np.flatnonzero(missing & needed & ~table.faulty).tolist(),
            name,
            costs_row=True,
        )
    _report_day(table, (start_minute >= 0) & np.isnat(day))
    start = np.where(start_minute >= 0, day + _minutes(start_minute), start)
    end = np.where(end_minute >= 0, _closing(start, end_minute), end)
    table.report(
        error("ende-vor-beginn", "Das Ende liegt nicht nach dem Beginn.", "Berichtigen Sie Beginn oder Ende."),
        np.flatnonzero(filled & (end <= start) & ~table.faulty).tolist(),
        names[1],
        costs_row=True,
    )
    record = np.flatnonzero(filled)
    return DutyTimes(record, start[record], end[record], np.full(len(record), table.heading(names[0]), dtype=object))


def _closing(start: np.ndarray, minute: np.ndarray) -> np.ndarray:
    """Return the moment of a minute of the day: on the day of the start, or the next one if not after it."""
    closing: np.ndarray = start.astype("datetime64[D]").astype("datetime64[s]") + _minutes(minute)
    later: np.ndarray = np.where(closing > start, closing, closing + _minutes(DAY_MINUTES))
    return later


def _of_codes(table: Table, records: np.ndarray, day: np.ndarray, shifts: Sequence[Shift | Unread | None]) -> DutyTimes:
    """Return the duties of rows that give their times by a code alone."""
    rows = [
        (row, *times) for row in records.tolist() if isinstance(entry := shifts[row], Shift) for times in entry.spans
    ]
    record, begin, finish = np.array(rows, dtype=np.int64).reshape(-1, 3).T
    heading = np.full(len(rows), table.heading(CODE), dtype=object)
    return DutyTimes(record, day[record] + _minutes(begin), day[record] + _minutes(finish), heading)


def _points(table: Table, column: str) -> tuple[np.ndarray, np.ndarray]:
    """Return moment (NaT where there is none) and minute of the day (-1 where there is none) of each row."""
    codes, values = table.read(column, _parse_point, None, costs_row=True)
    moments = as_seconds([value if isinstance(value, datetime) else None for value in values])[codes]
    minutes = np.array([value if isinstance(value, int) else -1 for value in values], dtype=np.int64)[codes]
    return moments, minutes


def _parse_point(value: Any) -> int | datetime | None:
    try:
        return point(value)
    except ValueError:
        if isinstance(value, str) and ("." not in value or "uhr" in value.casefold()):
            raise error(
                "uhrzeit-unlesbar", "Diese Uhrzeit ist nicht lesbar.", "Schreiben Sie Stunde und Minute, etwa 06:30."
            ) from None
        return parse_moment(value)


def _minutes(minutes: np.ndarray | int) -> np.ndarray:
    durations: np.ndarray = np.asarray(minutes, dtype="timedelta64[m]").astype("timedelta64[s]")
    return durations


def _report_day(table: Table, missing: np.ndarray) -> None:
    table.report(
        error("datum-fehlt", "Der Tag dieses Dienstes ist nicht bekannt.", "Tragen Sie das Datum ein."),
        np.flatnonzero(missing & ~table.faulty).tolist(),
        DAY if table.has(DAY) else START,
        costs_row=True,
    )
