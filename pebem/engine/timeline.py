"""What is effective on which day: one state per resident and day, one supply per employee and day.

Everything with a period is valid for whole days, so a grid of days answers every question about a row by
one look-up. The grids are small (people x days of the period), the rows are many.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from pebem.contracts import ITEM_MISSING
from pebem.engine.day_numbers import FOR_EVER, SINCE_ALWAYS, days
from pebem.fit_classes import Supplies
from rules.language.condition import Unstable, leaves
from rules.states import States
from rules.vocabulary import ASSESSMENT_CELLS, HIGHEST_LEVEL, NO_FINDING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from rules import RuleBook

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


_BITS_AT_ONCE: Final = 24
"""Criteria that may be fused into a code before codes are made dense again: there is room for no more than 64 bits."""

_NO_DAY: Final = FOR_EVER + 1

_CELLS: Final = pd.Index(ASSESSMENT_CELLS)


def index_of(people: pd.Series | NDArray[np.object_]) -> pd.Index:
    """Return people in the order of their codes.

    Kept as objects: pandas would turn small columns of text into another kind, and back, for every question.
    """
    return pd.Index(people, dtype=object)


def positions(values: pd.Series | pd.Index, index: pd.Index) -> NDArray[np.int64]:
    """Return the position of each value in ``index``, -1 = not there."""
    places: NDArray[np.int64] = index.get_indexer(pd.Index(values, dtype=object)).astype(np.int64)
    return places


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
    people = index_of(residents["resident"])
    span = np.arange(first, last + 1)
    effective = _effective_assessments(residents, assessments, people, span)
    names = (*criteria, OTHER_CRITERION)
    active = _unstable(instability, people, span, criteria)
    # One code for each pair (assessment, active criteria) that occurs.
    assessed = effective >= 0
    code = effective[assessed].astype(np.int64)
    for number, bit in enumerate(active, 1):
        code = 2 * code + bit[assessed]
        if number % _BITS_AT_ONCE == 0:
            code = np.unique(code, return_inverse=True)[1]
    _, example, code = np.unique(code, return_index=True, return_inverse=True)
    days_of_people = np.full(effective.shape, STATE_UNASSESSED, np.int32)
    days_of_people[assessed] = code + FIRST_ASSESSED
    grid = np.empty((len(people) + FIRST_PERSON, len(span)), np.int32)
    grid[NOBODY] = STATE_NOBODY
    grid[UNKNOWN_PERSON] = STATE_UNKNOWN
    grid[FIRST_PERSON:] = days_of_people
    assessment = np.concatenate([np.full(FIRST_ASSESSED, -1), effective[assessed][example]]).astype(np.int64)
    sets = np.concatenate([np.zeros((FIRST_ASSESSED, len(names)), bool), active[:, assessed][:, example].T])
    return ResidentTimeline(grid, states_of(assessments, assessment, sets, names), assessment)


def named_criteria(book: RuleBook) -> tuple[str, ...]:
    """Return the instability criteria the rules of a book name one by one, in a fixed order."""
    conditions = [leaf for rule in book.rules for leaf in leaves(rule.condition) if isinstance(leaf, Unstable)]
    return tuple(sorted({name for leaf in conditions for name in leaf.criteria}))


def states_of(
    assessments: pd.DataFrame, rows: NDArray[np.int64], criteria: NDArray[np.bool_], names: tuple[str, ...]
) -> States:
    """Return rule inputs for rows of the assessments frame (-1 = no assessment)."""
    assessed = rows >= 0
    chosen = np.maximum(rows, 0)

    def column(name: str, missing: int) -> NDArray[np.int16]:
        if name not in assessments.columns or assessments.empty:
            return np.full(len(rows), missing, np.int16)
        return np.where(assessed, assessments[name].to_numpy(np.int16)[chosen], np.int16(missing))

    cells = np.full((len(ASSESSMENT_CELLS), len(rows)), ITEM_MISSING, np.int16)
    place = assessments.columns.get_indexer(_CELLS)
    if (place >= 0).any() and not assessments.empty:
        # All cells of a frame at once: ninety columns one by one cost more than all that is done with them.
        values = assessments.iloc[:, place[place >= 0]].to_numpy(np.int16)[chosen].T
        cells[place >= 0] = np.where(assessed, values, np.int16(ITEM_MISSING))
    return States(
        assessed=assessed,
        cells=dict(zip(ASSESSMENT_CELLS, cells, strict=True)),
        continence_urine=column("continence_urine", NO_FINDING),
        continence_stool=column("continence_stool", NO_FINDING),
        criteria=criteria,
        criterion_ids=names,
        special=column("special", 0).astype(bool),
    )


def assessment_starts(residents: pd.DataFrame, assessments: pd.DataFrame) -> NDArray[np.int64]:
    """Return the first day of each assessment: its date, else the day of moving in, else since always."""
    person = positions(assessments["resident"], index_of(residents["resident"]))
    # Somebody who is not known stands at the end: since always.
    moved_in = np.append(days(residents["moved_in"], SINCE_ALWAYS), SINCE_ALWAYS)[person]
    dated = days(assessments["date"], _NO_DAY)
    return np.where(dated == _NO_DAY, moved_in, dated)


def _effective_assessments(
    residents: pd.DataFrame, assessments: pd.DataFrame, people: pd.Index, span: NDArray[np.int64]
) -> NDArray[np.int32]:
    """Return the row of the effective assessment, shape (residents, days), -1 = none."""
    person = positions(assessments["resident"], people)
    return last_begun(person, assessment_starts(residents, assessments), len(people), span)


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


def _unstable(
    instability: pd.DataFrame, people: pd.Index, span: NDArray[np.int64], criteria: Sequence[str]
) -> NDArray[np.bool_]:
    """Return whether each criterion, and last any other, is active, shape (criteria + 1, residents, days).

    First and last day are included.
    """
    person = positions(instability["resident"], people)
    kind = positions(instability["criterion"], pd.Index([*criteria], dtype=object)) % (len(criteria) + 1)
    last = len(span)
    begins = np.clip(days(instability["start"], SINCE_ALWAYS) - span[0], 0, last)
    ends = np.clip(days(instability["end"], FOR_EVER) - span[0] + 1, 0, last)
    used = (person >= 0) & (begins < ends)
    # One more from the first day on, one fewer after the last: what is above zero is active.
    active = np.zeros((len(criteria) + 1, len(people), last + 1), np.int32)
    np.add.at(active, (kind[used], person[used], begins[used]), 1)
    np.add.at(active, (kind[used], person[used], ends[used]), -1)
    return np.cumsum(active, axis=2, out=active)[:, :, :last] > 0


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


def staff_timeline(staff: pd.DataFrame, people: pd.Index, book: RuleBook, first: int, last: int) -> StaffTimeline:
    """Build the supplies of all staff for the days ``first`` to ``last`` (since 1970-01-01)."""
    names = certificates_of(book)
    level = np.minimum(staff["qn"].to_numpy(np.int64), HIGHEST_LEVEL)
    roles = {role.id: (role.otherwise, role.everyday) for role in book.roles}
    counting = [roles.get(role, (int(own), int(own))) for role, own in zip(staff["role"], level, strict=True)]
    certificates = [text.split(";") if isinstance(text, str) else () for text in staff["certificates"]]
    brought = [(*counting[row], *(name in certificates[row] for name in names)) for row in range(len(staff))]
    unknown = (0, 0, *(False for _ in names))
    codes = {key: i for i, key in enumerate(dict.fromkeys([unknown, *brought]))}
    of_row = np.array([*(codes[key] for key in brought), codes[unknown]], np.int32)
    table = np.array(list(codes), np.uint8).reshape(len(codes), 2 + len(names))
    supplies = Supplies(table[:, 0], table[:, 1], table[:, 2:].astype(bool))
    return StaffTimeline(of_row[effective_staff(staff, people, first, last)], supplies)


def effective_staff(staff: pd.DataFrame, people: pd.Index, first: int, last: int) -> NDArray[np.int32]:
    """Return the effective row of the staff frame, shape (staff + 2, days), -1 = none.

    Of the rows valid on a day the one that began last counts (of equals the later row).
    """
    grid = np.full((len(people) + FIRST_PERSON, last - first + 1), -1, np.int32)
    person = (positions(staff["staff"], people) + FIRST_PERSON).tolist()
    start = days(staff["start"], SINCE_ALWAYS)
    begins = np.maximum(start - first, 0).tolist()
    ends = np.maximum(days(staff["end"], FOR_EVER) + 1 - first, 0).tolist()
    for row in np.argsort(start, kind="stable").tolist():
        grid[person[row], begins[row] : ends[row]] = row
    return grid
