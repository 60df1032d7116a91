"""The work of a home in cells: rows that agree in everything a level or a fit can depend on count as one.

A cell has a day of its resident and a day of its employee that are equivalent to all days it represents. So
the cells are rows for the same kernel, and what it makes of them is what it would make of every single row.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from pebem.engine import kernel
from pebem.engine.decode import Codebook, Decoder, frame_of
from pebem.engine.encode import encode_rows
from pebem.engine.kernel import Buffers, Rows
from pebem.engine.keys import sum_by
from pebem.engine.lookup_tables import recompile
from pebem.engine.overrides import effective_overrides
from pebem.engine.sums import Sums
from pebem.engine.timeline import effective_staff, resident_timeline

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from pebem.contracts import Tables
    from pebem.engine.lookup_tables import CompiledHome
    from rules import RuleBook


class UnknownWorkError(ValueError):
    """A rulebook does not have interventions of the work: ``missing`` are their ids."""

    def __init__(self, missing: list[str]) -> None:
        super().__init__(f"the rulebook does not have the interventions {missing}")
        self.missing = missing


@dataclass(frozen=True)
class CondensedWork:
    """The work of a home in cells.

    Attributes
    ----------
    home
        As it is: its frames without its work, the rulebook whose interventions the cells are numbered by, its days.
    cells
        One row a cell, its weight that of all rows it represents; their day is not stored.
    wards, shifts
        Labels of the cells' codes.
    alike : two (people x days,) int64
        For residents and staff: the day of the same person that represents each of their days.
    """

    home: CompiledHome
    cells: Rows
    wards: Codebook
    shifts: Codebook
    alike: tuple[NDArray[np.int64], NDArray[np.int64]]


@dataclass(frozen=True)
class RatedWork:
    """The result of condensed work; frames as of ``Aggregate.by``, in any order.

    Attributes
    ----------
    by_place
        By ``ward`` and ``shift``.
    by_intervention
        By ``intervention``.
    """

    by_place: pd.DataFrame
    by_intervention: pd.DataFrame


def condense(home: CompiledHome) -> CondensedWork:
    """Group the equivalent rows of a home.

    What is condensed with one rulebook may be rated with any other: rows stay apart wherever a condition could
    distinguish them.

    Raises
    ------
    ValueError
        Where an intervention is not in the rulebook.
    """
    work = encode_rows(home.people.interventions, home)
    residents, staff = alike = _representatives(home)
    rows = replace(
        work.rows,
        resident_day=residents[work.rows.resident_day],
        staff_day=staff[work.rows.staff_day],
        day=np.zeros_like(work.rows.day),
    )
    people = replace(home.people, interventions=home.people.interventions.iloc[:0], faulty=0)
    wards, shifts = Codebook(), Codebook()
    wards.learn(work.wards)
    shifts.learn(work.shifts)
    cells = _merged(rows, home, (len(wards), len(shifts)))
    return CondensedWork(replace(home, people=people), cells, wards, shifts, alike)


def rerate(work: CondensedWork, people: Tables | None = None, book: RuleBook | None = None) -> RatedWork:
    """Rate condensed work with other people or another rulebook.

    Parameters
    ----------
    people
        Frames of the same home (None = as they are): the same residents, wards and staff in the same order. What is
        changed for one or all of them applies to whole spans of a person's days in which nothing changed so far.
    book
        Another rulebook (None = the one it was condensed with).

    Raises
    ------
    UnknownWorkError
        Where the rulebook lacks an intervention of the work.
    ValueError
        Where there are other people, or a change begins or ends within a span: that requires a full run.
    """
    home = recompile(work.home, people or work.home.people, book or work.home.book)
    _same_people(work, home)
    rows = work.cells
    if book is not None:
        rows = replace(rows, intervention=_renumbered(rows.intervention, work.home.book, book))
    sums = [
        Sums(("ward", "shift"), (len(work.wards), len(work.shifts)), home.lookup.ends),
        Sums(("intervention",), (len(home.book.interventions),), home.lookup.ends),
    ]
    buffers = Buffers()
    for chunk in rows.chunks():
        kernel.tally(chunk, home.lookup, sums, buffers)
    words = Decoder(home, work.wards, work.shifts)
    by_place, by_intervention = (total.columns() for total in sums)
    return RatedWork(
        frame_of(words.table(("ward", "shift"), by_place)), frame_of(words.table(("intervention",), by_intervention))
    )


def _representatives(home: CompiledHome) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return for each day of a resident, and of an employee, the first of their equivalent days."""
    people = home.people
    criteria = tuple(sorted(people.instability["criterion"].dropna().unique()))
    frames = (people.residents, people.assessments, people.instability)
    states = resident_timeline(*frames, home.first, home.last, criteria).grid
    set_by_hand = effective_overrides(people.overrides, home.known_residents, home.first, home.last)
    staff_rows = effective_staff(people.staff, home.known_staff, home.first, home.last)
    resident_days = states.astype(np.int64) * (int(set_by_hand.max(initial=0)) + 1) + set_by_hand
    return _first_like(resident_days), _first_like(staff_rows + 1)


def _first_like(grid: NDArray[np.integer]) -> NDArray[np.int64]:
    """Return for each cell of a grid, flattened, the position of the first equal cell of its row.

    Rows stay apart, even where several people are equivalent: a change may be about one of them.
    """
    who = np.arange(len(grid), dtype=np.int64)[:, None] * (int(grid.max(initial=0)) + 1)
    _, first, code = np.unique((who + grid).ravel(), return_index=True, return_inverse=True)
    return first[code]


def _merged(rows: Rows, home: CompiledHome, places: tuple[int, int]) -> Rows:
    """Add up the weights of equal rows."""
    # Few positions are left: renumbered, they leave room for the rest of the key.
    residents, resident = np.unique(rows.resident_day, return_inverse=True)
    staff, employee = np.unique(rows.staff_day, return_inverse=True)
    sizes = (len(residents), len(staff), len(home.book.interventions), *places)
    columns = (resident, employee, rows.intervention, rows.ward, rows.shift)
    (resident, employee, intervention, ward, shift), sums = sum_by(columns, sizes, {"weight": rows.weight})
    day = np.zeros_like(resident)
    return Rows(residents[resident], staff[employee], intervention, day, ward, shift, sums["weight"])


def _renumbered(intervention: NDArray[np.int64], before: RuleBook, after: RuleBook) -> NDArray[np.int64]:
    position = np.array([after.index.get(entry.id, -1) for entry in before.interventions], np.int64)
    numbers = position[intervention]
    if (numbers < 0).any():
        missing = sorted({before.interventions[i].id for i in np.unique(intervention[numbers < 0])})
        raise UnknownWorkError(missing)
    return numbers


def _same_people(work: CondensedWork, home: CompiledHome) -> None:
    people = work.home.people
    before, now = people.residents[["resident", "ward"]], home.people.residents[["resident", "ward"]]
    if not before.reset_index(drop=True).equals(now.reset_index(drop=True)):
        raise ValueError("condensed work can only be rated with the same residents and wards in the same order")
    if not work.home.known_staff.equals(home.known_staff):
        raise ValueError("condensed work can only be rated with the same staff in the same order")
    for grid, like in zip((home.lookup.state, home.lookup.supply), work.alike, strict=True):
        codes = grid.ravel()
        if not np.array_equal(codes, codes[like]):
            raise ValueError("a change begins or ends within a stretch of days that count as one; take a full run")
