"""The input of feasible relief: who did what, whom it would fit, and who was on shift."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from pebem.engine.encode import encode_rows
from pebem.engine.places import positions
from pebem.engine.timeline import FIRST_PERSON, effective_staff
from pebem.relief.on_shift import HOURS_OF_DAY, hours_that_exist, on_shift
from pebem.score import outcomes

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pebem.engine.lookup_tables import CompiledHome
    from pebem.relief.on_shift import StaffOnShift

NO_HOUR: Final = -1
NO_WARD: Final = -1
STRANGER: Final = -1


@dataclass(frozen=True)
class ReliefProblem:
    """Who did what, and whom it would fit; people and wards in alphabetical order, regardless of the order of rows.

    Attributes
    ----------
    work
        Rows that count: ``staff``, ``ward`` (-1 = not known), ``day`` and ``hour`` of the period (hour -1 = not known
        or not there), ``demand``, ``intervention``, ``outcome``, ``seconds``.
    outcome : (demands, supplies) int64
        Position in ``fit.OUTCOMES``.
    supply, role : (staff, days) int64
        Supply, and position in ``roles``.
    roles, staff, wards
        The meaning of positions.
    roster
        Who was on shift.
    first
        First day of the period, since 1970-01-01.
    """

    work: pd.DataFrame
    outcome: NDArray[np.int64]
    supply: NDArray[np.int64]
    role: NDArray[np.int64]
    roles: pd.Index
    staff: pd.Index
    wards: pd.Index
    roster: StaffOnShift
    first: int
    hours: int


def problem_of(home: CompiledHome) -> ReliefProblem:
    """Gather all that is needed; the one place that knows how the engine codes rows."""
    tables = home.people
    coded_rows = encode_rows(tables.interventions, home)
    rows, lookup = coded_rows.rows, home.lookup
    staff = pd.Index(sorted(home.known_staff))
    wards = pd.Index(sorted(name for name in coded_rows.wards if name is not None), dtype=object)
    person = rows.staff_day // home.days - FIRST_PERSON
    minute = tables.interventions["minute_of_day"].to_numpy(np.int64)[coded_rows.position]
    hour = rows.day * np.int64(HOURS_OF_DAY) + np.maximum(minute, 0) // 60
    placed = (minute >= 0) & hours_that_exist(home.first, home.days)[hour]
    work = pd.DataFrame(
        {
            # Codes of strangers are below 0 and so count from the end.
            "staff": np.append(staff.get_indexer(home.known_staff), [STRANGER] * FIRST_PERSON)[person],
            "ward": np.array([NO_WARD, *wards.get_indexer(pd.Index(coded_rows.wards[1:], dtype=object))])[rows.ward],
            "day": rows.day.astype(np.int64),
            "hour": np.where(placed, hour, NO_HOUR),
            "demand": lookup.demand[lookup.state.ravel()[rows.resident_day], rows.intervention],
            "intervention": rows.intervention,
            "outcome": outcomes(rows, home),
            "seconds": rows.seconds,
        }
    )
    supply = lookup.supply[FIRST_PERSON:][home.known_staff.get_indexer(staff)].astype(np.int64)
    roles = pd.Index(sorted({"", *tables.staff["role"].dropna()}), dtype=object)
    return ReliefProblem(
        work,
        home.ends.outcome[lookup.end],
        supply,
        _roles(home, staff, roles),
        roles,
        staff,
        wards,
        on_shift(tables.duties, staff, wards, home.first, home.days),
        home.first,
        home.days * HOURS_OF_DAY,
    )


def _roles(home: CompiledHome, staff: pd.Index, roles: pd.Index) -> NDArray[np.int64]:
    """Return the role of each person on each day; from the row that also determines the level."""
    frame = home.people.staff
    row = effective_staff(frame, staff, home.first, home.last)[FIRST_PERSON:]
    of_row = np.append(
        positions(frame["role"].fillna(""), roles), positions(pd.Index([""]), roles)
    )  # no row is the last entry
    return of_row[row]
