"""What is effective on which day: one state per resident and day, one supply per employee and day.

Everything with a period is valid for whole days, so a grid of days answers every question about a row by
one look-up. The grids are small (people x days of the period), the rows are many. Many homes are laid out in one go:
what numpy needs to begin with costs more than the few people of one.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Final

import numpy as np

from pebem.engine.day_numbers import FOR_EVER, SINCE_ALWAYS, days
from pebem.engine.keys import numbered
from pebem.engine.places import places_of
from pebem.engine.resident_records import ResidentFrames, ResidentRecords, states_between, states_of
from pebem.fit_classes import Supplies
from rules.language.condition import Unstable, leaves
from rules.vocabulary import HIGHEST_LEVEL

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd
    from numpy.typing import NDArray

    from rules import RuleBook
    from rules.states import States

NOBODY: Final = 0
UNKNOWN_PERSON: Final = 1
FIRST_PERSON: Final = 2
"""Codes of people: no number given, a number that is not in the master data, then the known ones."""

STATE_NOBODY: Final = 0
STATE_UNKNOWN: Final = 1
STATE_UNASSESSED: Final = 2
FIRST_ASSESSED: Final = 3
"""Codes of resident states; from the last one on an assessment is effective."""

OTHER_CRITERION: Final = ""
"""Stands for every instability criterion the rules do not name."""


_MOST_CODES: Final = 1 << 40
"""Codes are made dense again when there may be more: there is room for no more than 64 bits."""


@dataclass(frozen=True)
class ResidentTimeline:
    """States of the residents of a home.

    Attributes
    ----------
    grid : (residents + 2, days) int32
        State of each resident code on each day of the period.
    states : States
        Inputs of the rules, one row a state code.
    assessment : (states,) int64
        Row of the assessments frame a state rests on, -1 = none.
    """

    grid: NDArray[np.int32]
    states: States
    assessment: NDArray[np.int64]


@dataclass(frozen=True)
class ResidentTimelines:
    """States of the residents of several homes.

    Attributes
    ----------
    states : States
        Those of all homes, home after home.
    ends : (homes,)
        Where the states of each home end.
    homes : (homes,)
        Each with codes of its own; its states are a part of all.
    """

    states: States
    ends: Sequence[int]
    homes: Sequence[ResidentTimeline]


def resident_timeline(
    residents: pd.DataFrame,
    assessments: pd.DataFrame,
    instability: pd.DataFrame,
    first: int,
    last: int,
    criteria: Sequence[str] = (),
) -> ResidentTimeline:
    """Build the states of all residents for the days ``first`` to ``last`` (since 1970-01-01).

    States differ in assessment and in the active instability criteria. ``criteria`` are those the rules
    distinguish; all others count as one.
    """
    sizes = np.array([[len(frame)] for frame in (residents, assessments, instability)])
    frames = ResidentFrames(residents, assessments, instability, sizes, np.array([first]), np.array([last]))
    return resident_timelines(frames, criteria).homes[0]


def resident_timelines(frames: ResidentFrames, criteria: Sequence[str] = ()) -> ResidentTimelines:
    """Build the states of one or more homes in one go; see :func:`resident_timeline`."""
    records, names = ResidentRecords.of(frames, criteria), (*criteria, OTHER_CRITERION)
    row = _effective_assessments(records)
    active = _unstable(records, row.shape, len(names))
    # One code for each pair (assessment, active criteria) that occurs; those of a home follow one another.
    assessed = row >= 0
    code, codes = row[assessed].astype(np.int64), len(records.person)
    for bit in active:
        code, codes = 2 * code + bit[assessed], 2 * codes
        if codes > _MOST_CODES:
            distinct, code = numbered(code, codes)
            codes = len(distinct)
    distinct, code = numbered(code, codes)
    example = np.empty(len(distinct), np.intp)
    example[code] = np.arange(len(code))
    resting_on = row[assessed][example].astype(np.int64)
    starts = np.searchsorted(resting_on, _offsets(records.assessments)).tolist()
    # Every home has the states of people without assessment as well.
    rows = np.insert(resting_on, np.repeat(starts[:-1], FIRST_ASSESSED), -1)
    sets = np.zeros((len(rows), len(names)), bool)
    sets[rows >= 0] = active[:, assessed][:, example].T
    states = states_of(records, rows, sets, names)
    laid = np.full(row.shape, -1, np.int32)
    laid[assessed] = code
    ends = [end + FIRST_ASSESSED * number for number, end in enumerate(starts[1:], 1)]
    timelines = [
        ResidentTimeline(
            _grid(laid[person:next_person, :days], start),
            states_between(states, first, end),
            np.where(rows[first:end] < 0, -1, rows[first:end] - before),
        )
        for (person, next_person), days, before, start, (first, end) in zip(
            pairwise(_offsets(records.residents)),
            records.days.tolist(),
            _offsets(records.assessments)[:-1],
            starts[:-1],
            pairwise([0, *ends]),
            strict=True,
        )
    ]
    return ResidentTimelines(states, ends, timelines)


def _offsets(sizes: NDArray[np.int64]) -> list[int]:
    """Return where each of some parts begins, and where the last one ends."""
    return [0, *np.cumsum(sizes).tolist()]


def _grid(code: NDArray[np.int32], start: int) -> NDArray[np.int32]:
    """Return the states of a home from codes of all homes, -1 = not assessed; its own begin at ``start``."""
    grid = np.empty((len(code) + FIRST_PERSON, code.shape[1]), np.int32)
    grid[NOBODY] = STATE_NOBODY
    grid[UNKNOWN_PERSON] = STATE_UNKNOWN
    grid[FIRST_PERSON:] = np.where(code < 0, STATE_UNASSESSED, code - start + FIRST_ASSESSED)
    return grid


def named_criteria(book: RuleBook) -> tuple[str, ...]:
    """Return the instability criteria the rules of a book name one by one, in a fixed order."""
    conditions = [leaf for rule in book.rules for leaf in leaves(rule.condition) if isinstance(leaf, Unstable)]
    return tuple(sorted({name for leaf in conditions for name in leaf.criteria}))


def _effective_assessments(records: ResidentRecords) -> NDArray[np.int32]:
    """Return the row of the effective assessment, shape (residents, days), -1 = none."""
    residents, span = int(records.residents.sum()), np.arange(records.days.max())
    row = last_begun(records.person, records.begins, residents, span)
    if records.days.min() < len(span):
        row[span >= np.repeat(records.days, records.residents)[:, None]] = -1
    return row


def last_begun(
    person: NDArray[np.int64], start: NDArray[np.int64], people: int, span: NDArray[np.int64]
) -> NDArray[np.int32]:
    """Return the effective row, shape (people, days), -1 = none: the last to begin, of equals the later.

    Parameters
    ----------
    person, start
        Of each row: position of the person (-1 = unknown), and first day since 1970-01-01.
    """
    order = np.argsort(start, kind="stable")
    begins = np.maximum(start[order] - span[0], 0)
    used = (person[order] >= 0) & (begins < len(span))
    # Later ones have higher ranks: from its first day on, the highest rank so far counts.
    rank = np.zeros((people, len(span)), np.int32)
    np.maximum.at(rank, (person[order][used], begins[used]), np.flatnonzero(used).astype(np.int32) + 1)
    np.maximum.accumulate(rank, axis=1, out=rank)
    return np.append(-1, order).astype(np.int32)[rank]


def _unstable(records: ResidentRecords, shape: tuple[int, ...], kinds: int) -> NDArray[np.bool_]:
    """Return whether each criterion, and last any other, is active, shape (kinds, residents, days)."""
    kind, person, begins, ends = records.unstable
    # One more from the first day on, one fewer after the last: what is above zero is active.
    active = np.zeros((kinds, shape[0], shape[1] + 1), np.int32)
    np.add.at(active, (kind, person, begins), 1)
    np.add.at(active, (kind, person, ends), -1)
    return np.cumsum(active, axis=2, out=active)[:, :, :-1] > 0


@dataclass(frozen=True)
class StaffTimeline:
    """Supplies of the staff of a home.

    Attributes
    ----------
    grid : (staff + 2, days) int32
        Supply of each staff code on each day; 0 = unknown (no row of the person is valid).
    supplies : Supplies
        The supply of each code.
    """

    grid: NDArray[np.int32]
    supplies: Supplies


def certificates_of(book: RuleBook) -> tuple[str, ...]:
    """Return the certificates some intervention accepts, in a fixed order."""
    return tuple(sorted({entry.accepts.certificate for entry in book.interventions if entry.accepts}))


def staff_timeline(staff: pd.DataFrame, known: pd.Index, book: RuleBook, first: int, last: int) -> StaffTimeline:
    """Build the supplies of all staff for the days ``first`` to ``last`` (since 1970-01-01)."""
    return staff_timelines(staff, [len(staff)], [known], book, [(first, last)])[0]


def staff_timelines(
    staff: pd.DataFrame,
    sizes: Sequence[int],
    known: Sequence[pd.Index],
    book: RuleBook,
    spans: Sequence[tuple[int, int]],
) -> list[StaffTimeline]:
    """Build the supplies of the staff of several homes: the same supplies for all; see :func:`staff_timeline`.

    Parameters
    ----------
    staff, sizes
        One frame, home after home, and how many rows belong to each.
    known, spans
        Of each home.
    """
    of_row, supplies = _supplies(staff, book)
    effective = _effective_staff(staff, sizes, known, spans)
    return [StaffTimeline(of_row[grid], supplies) for grid in effective]


def _supplies(staff: pd.DataFrame, book: RuleBook) -> tuple[NDArray[np.int32], Supplies]:
    """Return the supply of each row of the staff, last that of nobody, and what each of them brings."""
    names = certificates_of(book)
    roles = {role.id: (role.otherwise, role.everyday) for role in book.roles}
    unknown = (0, 0, *(False for _ in names))
    codes, code_of = {unknown: 0}, {}
    of_row = []
    for brought in zip(*(staff[name].tolist() for name in ("qn", "role", "certificates")), strict=True):
        if brought not in code_of:
            qn, role, certificates = brought
            level = min(int(qn), HIGHEST_LEVEL)
            held = certificates.split(";") if isinstance(certificates, str) else ()
            supply = (*roles.get(role, (level, level)), *(name in held for name in names))
            code_of[brought] = codes.setdefault(supply, len(codes))
        of_row.append(code_of[brought])
    table = np.array(list(codes), np.uint8).reshape(len(codes), len(unknown))
    return np.array([*of_row, 0], np.int32), Supplies(table[:, 0], table[:, 1], table[:, 2:].astype(bool))


def effective_staff(staff: pd.DataFrame, known: pd.Index, first: int, last: int) -> NDArray[np.int32]:
    """Return the effective row of the staff frame, shape (staff + 2, days), -1 = none.

    Of the rows valid on a day the one that began last counts (of equals the later row).
    """
    return _effective_staff(staff, [len(staff)], [known], [(first, last)])[0]


def _effective_staff(
    staff: pd.DataFrame, sizes: Sequence[int], known: Sequence[pd.Index], spans: Sequence[tuple[int, int]]
) -> list[NDArray[np.int32]]:
    """Return the effective row of one frame for each home; see :func:`effective_staff`."""
    people = staff["staff"].tolist()
    start, after = days(staff["start"], SINCE_ALWAYS), days(staff["end"], FOR_EVER) + 1
    grids, row = [], 0
    for size, of_home, (first, last) in zip(sizes, known, spans, strict=True):
        grid = np.full((len(of_home) + FIRST_PERSON, last - first + 1), -1, np.int32)
        places, part = places_of(of_home), slice(row, row + size)
        begins = np.maximum(start[part] - first, 0).tolist()
        ends = np.maximum(after[part] - first, 0).tolist()
        for one in np.argsort(start[part], kind="stable").tolist():
            grid[places.get(people[row + one], -1) + FIRST_PERSON, begins[one] : ends[one]] = row + one
        grids.append(grid)
        row += size
    return grids
