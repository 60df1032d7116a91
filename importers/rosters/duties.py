"""Rosters, in whatever shape: who was on duty from when to when.

A duty is stored whole, from beginning to end: when in it a pause was is not known. Times are those of the clock on the
wall, and so is the length of a duty: 24 hours are the most, also where the clock changes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
import pandas as pd

from importers.content.persons.name_index import NameIndex
from importers.files.grid import Grid
from importers.files.sheet_cells import SheetCells
from importers.findings import UnreadableError, error, notice, warning
from importers.rosters.clock_change import missing_on_the_clock, twice_on_the_clock
from importers.rosters.list_layout import read_list, read_table
from importers.rosters.month_grid import read_month_grid
from importers.rosters.reading_context import SHEET, RosterContext, RosterEntries, Wards
from importers.rosters.shift_codes import ShiftCodes
from importers.sheets.roster_headings import find_month_blocks
from pebem.contracts import DUTIES, empty

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from importers.content.table import Table
    from importers.findings import Finding, Problem
    from importers.sheets.heading_rows import HeadingPlace

LONGEST: Final = np.timedelta64(24, "h")
_TOO_LONG: Final = error(
    "dienst-zu-lang",
    "Der Dienst dauert länger als 24 Stunden; er ist ausgelassen.",
    "Berichtigen Sie Beginn oder Ende oder teilen Sie den Dienst.",
)
_OVERLAPPING: Final = warning(
    "dienste-ueberschneiden",
    "Dieser Dienst überschneidet sich mit einem anderen derselben Person.",
    "Prüfen Sie Beginn und Ende beider Dienste.",
)


@dataclass(frozen=True)
class ReadDuties:
    """The duties of rosters.

    Attributes
    ----------
    table
        One row per duty and file with start and end as local times, in the order of the files.
    findings
        Findings about them.
    unknown
        Unknown codes -> how often they occur.
    people
        Names that occur in them.
    files
        Position of the file each row of the table is from, shape (rows,).
    left_out
        Day of each entry that cannot be read, NaT = not readable, datetime64[s].
    tables
        Lists of which every row is complete in itself.
    """

    table: pd.DataFrame
    findings: list[Finding]
    unknown: dict[str, int]
    people: frozenset[str]
    files: NDArray[np.int32]
    left_out: np.ndarray
    tables: tuple[Table, ...] = ()


def read_rosters(
    sheets: Sequence[tuple[Grid, HeadingPlace]],
    names: NameIndex,
    codes: ShiftCodes,
    wards: Wards,
) -> ReadDuties:
    """Return the duties of all rosters.

    Parameters
    ----------
    sheets
        Each with the place of its headings; one without columns is a roster with a column a day.
    names, codes, wards
        The staff, the shift codes and the wards of the home.

    Raises
    ------
    UnreadableError
        If columns are missing or stand twice.
    """
    context = RosterContext(names, codes, wards)
    parts: list[RosterEntries] = []
    for grid, place in sheets:
        if place.trouble:
            raise UnreadableError(place.trouble)
        if place.columns:
            parts.append(read_list(grid, place, context))
        else:
            parts.extend(read_month_grid(grid, find_month_blocks(grid), context))
    checked = _checked(parts, context)
    return ReadDuties(
        checked.duties,
        context.findings,
        context.unknown_codes(),
        frozenset(context.people),
        checked.files,
        np.concatenate([np.zeros(0, dtype="datetime64[s]"), *context.left_out]),
        (*context.tables,),
    )


def read_duties(table: Table, staff: frozenset[str]) -> pd.DataFrame:
    """Return the duties of a table with our own headings."""
    names = NameIndex(staff, empty(dict.fromkeys(("staff", "name", "given"), "text")))
    context = RosterContext(names, ShiftCodes({}), Wards(()))
    grid = Grid(table.files[0], SHEET, SheetCells([], 0))
    duties = _checked([read_table(table, grid, context)], context).duties
    table.findings.extend(context.findings)
    return duties


class _CheckedDuties(NamedTuple):
    """Duties with the file of each, as :class:`ReadDuties` has them."""

    duties: pd.DataFrame
    files: NDArray[np.int32]


def _checked(parts: list[RosterEntries], context: RosterContext) -> _CheckedDuties:
    """Return all possible duties, each once per file, and report what is odd about them."""
    parts = [entries for entries in parts if len(entries.start)]
    if not parts:
        context.close()
        return _CheckedDuties(empty(DUTIES), np.zeros(0, dtype=np.int32))
    files = np.repeat([entries.grid.position for entries in parts], [len(entries.start) for entries in parts])
    files = files.astype(np.int32)
    duties = pd.DataFrame(
        {
            "staff": pd.Series(np.concatenate([entries.staff for entries in parts]), dtype="object"),
            "ward": pd.Series(np.concatenate([entries.ward for entries in parts]), dtype="object"),
            "start": np.concatenate([entries.start for entries in parts]).astype("datetime64[s]"),
            "end": np.concatenate([entries.end for entries in parts]).astype("datetime64[s]"),
        }
    )
    places = _Places(parts, context)
    too_long = _report_too_long(duties, places)
    context.leave_out(duties["start"].to_numpy()[too_long])
    again = _again(duties.assign(file=files), ~too_long)
    repaired = np.repeat([entries.grid.repairs for entries in parts], [len(entries.start) for entries in parts])
    repeated = again | _again(duties, ~too_long & ~repaired)
    _report_repeated(repeated, places)
    valid = ~too_long & ~repeated
    start, end = (duties[name].to_numpy("datetime64[s]") for name in ("start", "end"))
    places.report(_OVERLAPPING, _overlapping(duties["staff"], start, end, valid & duties["staff"].notna().to_numpy()))
    _report_clock_change(start, end, valid, places)
    context.close()
    kept = ~too_long & ~again
    return _CheckedDuties(duties[kept].reset_index(drop=True), files[kept])


def _report_too_long(duties: pd.DataFrame, places: _Places) -> np.ndarray:
    """Report duties that are too long; return which are."""
    too_long: np.ndarray = (duties["end"] - duties["start"]).to_numpy() > LONGEST
    places.report(_TOO_LONG, too_long)
    return too_long


def _again(duties: pd.DataFrame, asked: np.ndarray) -> np.ndarray:
    """Return which of the duties asked about are of a known person and stand above already, all columns equal."""
    again = np.zeros(len(duties), dtype=bool)
    rows = np.flatnonzero(asked & duties["staff"].notna().to_numpy())
    again[rows] = duties.iloc[rows].duplicated().to_numpy()
    return again


def _report_repeated(repeated: np.ndarray, places: _Places) -> None:
    if repeated.any():
        places.report(
            notice(
                "dienst-doppelt",
                f"{int(repeated.sum())} Dienste stehen mehrfach gleich da; jeder zählt einmal.",
                "Nichts zu tun.",
            ),
            repeated,
            together=True,
        )


def _overlapping(staff: pd.Series, start: np.ndarray, end: np.ndarray, asked: np.ndarray) -> np.ndarray:
    """Return which duties begin before an earlier one of the same person has ended."""
    rows = np.flatnonzero(asked)
    person = pd.factorize(staff.to_numpy()[rows])[0]
    begin, finish = start[rows].astype(np.int64), end[rows].astype(np.int64)
    order = np.lexsort((finish, begin, person))
    low, high = (int(begin.min()), int(finish.max())) if len(rows) else (0, 1)
    shift_by = person[order] * (high - low + 1)  # one axis of time for all, one person after the other
    reach = np.maximum.accumulate(finish[order] - low + shift_by)
    clash = np.zeros(len(start), dtype=bool)
    clash[rows[order[1:]]] = (begin[order] - low + shift_by)[1:] < reach[:-1]
    return clash


def _report_clock_change(start: np.ndarray, end: np.ndarray, valid: np.ndarray, places: _Places) -> None:
    second = np.timedelta64(1, "s")
    missing = missing_on_the_clock(start) | (missing_on_the_clock(end) & missing_on_the_clock(end - second))
    places.report(
        warning(
            "zeitumstellung-stunde-fehlt",
            "Beginn oder Ende liegt in der Stunde, die es in der Nacht der Zeitumstellung nicht gibt.",
            "Prüfen Sie die Uhrzeit.",
        ),
        missing & valid,
    )
    twice = twice_on_the_clock(start) | (twice_on_the_clock(end) & twice_on_the_clock(end - second))
    places.report(
        notice(
            "zeitumstellung-stunde-doppelt",
            "Beginn oder Ende liegt in der Stunde, die es in der Nacht der Zeitumstellung zweimal gibt.",
            "Nichts zu tun.",
        ),
        twice & valid,
    )


class _Places:
    """Where each duty stands."""

    def __init__(self, parts: list[RosterEntries], context: RosterContext) -> None:
        self._context = context
        self._parts = parts
        self._ends = np.cumsum([len(entries.start) for entries in parts])

    def report(self, problem: Problem, which: np.ndarray, *, together: bool = False) -> None:
        """Add a finding for each of the duties, or one for all of them at the first place."""
        wrong = np.flatnonzero(which)
        for index in wrong[:1].tolist() if together else wrong.tolist():
            part = int(np.searchsorted(self._ends, index, side="right"))
            entries = self._parts[part]
            own = index - (int(self._ends[part - 1]) if part else 0)
            self._context.report(
                problem,
                entries.grid,
                int(entries.row[own]),
                str(entries.column[own]),
                entries.value[own],
                len(wrong) if together else 1,
            )
