"""The work of a home in cells: rows that agree in all a level or a fit can depend on count as one.

A cell keeps a day of its resident and a day of its employee on which the same holds as on all days it stands for. So
the cells are rows for the same kernel, and what it makes of them is what it would make of every single row.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from pebem.engine import kernel
from pebem.engine.decode import Codebook, Decoder, frame_of
from pebem.engine.encode import coded
from pebem.engine.kernel import Buffers, Rows
from pebem.engine.keys import sum_by
from pebem.engine.lookup_tables import compile_home
from pebem.engine.overrides import effective_overrides
from pebem.engine.sums import Sums
from pebem.engine.timeline import effective_staff, index_of, resident_timeline
from pebem.score import period_of

if TYPE_CHECKING:
    from datetime import date

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
    people
        The frames of the home, without its work.
    book
        The rulebook whose interventions the cells are numbered by.
    period
        First and last day, both included.
    cells
        One row a cell, its weight for all the rows it stands for; their day is not kept.
    wards, shifts
        Labels of the cells' codes.
    alike : two (people x days,) int64
        For residents and staff: the day of the same person that stands for each of their days.
    """

    people: Tables
    book: RuleBook
    period: tuple[date, date]
    cells: Rows
    wards: Codebook
    shifts: Codebook
    alike: tuple[NDArray[np.int64], NDArray[np.int64]]


@dataclass(frozen=True)
class RatedWork:
    """What condensed work comes to; frames as in ``Aggregate.tables``.

    Attributes
    ----------
    by_place
        By ``ward`` and ``shift``.
    by_intervention
        By ``intervention``.
    """

    by_place: pd.DataFrame
    by_intervention: pd.DataFrame


def condense(tables: Tables, book: RuleBook, period: tuple[date, date] | None = None) -> CondensedWork:
    """Put the rows of a home that agree together.

    What is condensed with one rulebook may be rated with any other: rows stay apart wherever a condition could tell
    them apart.

    Raises
    ------
    pebem.engine.encode.EmptyError
        Without a period and without rows.
    ValueError
        Where an intervention is not in the rulebook.
    """
    period = period or period_of(tables.interventions)
    home = compile_home(tables, book, period)
    found = coded(tables.interventions, home)
    residents, staff = alike = _representatives(tables, home)
    rows = replace(
        found.rows,
        resident_day=residents[found.rows.resident_day],
        staff_day=staff[found.rows.staff_day],
        day=np.zeros_like(found.rows.day),
    )
    people = replace(tables, interventions=tables.interventions.iloc[:0], faulty=0)
    wards, shifts = Codebook(), Codebook()
    wards.learn(found.wards)
    shifts.learn(found.shifts)
    return CondensedWork(people, book, period, _merged(rows, home, (len(wards), len(shifts))), wards, shifts, alike)


def rerate(work: CondensedWork, people: Tables | None = None, book: RuleBook | None = None) -> RatedWork:
    """Rate condensed work with other people or another rulebook.

    Parameters
    ----------
    people
        Frames of the same home (None = as they are): the same residents, wards and staff in the same order. What is
        changed for one or all of them holds for whole stretches of a person's days on which nothing changed so far.
    book
        Another rulebook (None = the one it was condensed with).

    Raises
    ------
    UnknownWorkError
        Where the rulebook lacks an intervention of the work.
    ValueError
        Where there are other people, or a change begins or ends within a stretch: that takes a full run.
    """
    home = compile_home(people or work.people, book or work.book, work.period)
    _same_people(work, home)
    rows = work.cells
    if book is not None:
        rows = replace(rows, intervention=_renumbered(rows.intervention, work.book, book))
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


def _representatives(people: Tables, home: CompiledHome) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return for each day of a resident, and of an employee, the first of their days on which the same holds."""
    criteria = tuple(sorted(people.instability["criterion"].dropna().unique()))
    frames = (people.residents, people.assessments, people.instability)
    states = resident_timeline(*frames, home.first, home.last, criteria).grid
    set_by_hand = effective_overrides(people.overrides, home.known_residents, home.first, home.last)
    held = effective_staff(people.staff, home.known_staff, home.first, home.last)
    return _first_like(states.astype(np.int64) * (int(set_by_hand.max(initial=0)) + 1) + set_by_hand), _first_like(
        held + 1
    )


def _first_like(grid: NDArray[np.integer]) -> NDArray[np.int64]:
    """Return for each cell of a grid, flattened, the position of the first equal cell of its row.

    Rows stay apart, even where the same holds for several people: a change may be about one of them.
    """
    who = np.arange(len(grid), dtype=np.int64)[:, None] * (int(grid.max(initial=0)) + 1)
    _, first, code = np.unique((who + grid).ravel(), return_index=True, return_inverse=True)
    return first[code]


def _merged(rows: Rows, home: CompiledHome, places: tuple[int, int]) -> Rows:
    """Add up the weights of equal rows."""
    # Few positions are left: numbered anew, they leave room for the rest of the key.
    residents, resident = np.unique(rows.resident_day, return_inverse=True)
    staff, employee = np.unique(rows.staff_day, return_inverse=True)
    sizes = (len(residents), len(staff), len(home.book.interventions), *places)
    columns = (resident, employee, rows.intervention, rows.ward, rows.shift)
    (resident, employee, intervention, ward, shift), sums = sum_by(columns, sizes, {"weight": rows.weight})
    day = np.zeros_like(resident)
    return Rows(residents[resident], staff[employee], intervention, day, ward, shift, sums["weight"])


def _renumbered(intervention: NDArray[np.int64], before: RuleBook, after: RuleBook) -> NDArray[np.int64]:
    position = np.array([after.index.get(entry.id, -1) for entry in before.interventions], np.int64)
    found = position[intervention]
    if (found < 0).any():
        missing = sorted({before.interventions[i].id for i in np.unique(intervention[found < 0])})
        raise UnknownWorkError(missing)
    return found


def _same_people(work: CondensedWork, home: CompiledHome) -> None:
    before, now = work.people.residents[["resident", "ward"]], home.people.residents[["resident", "ward"]]
    if not before.reset_index(drop=True).equals(now.reset_index(drop=True)):
        raise ValueError("condensed work can only be rated with the same residents and wards in the same order")
    if not index_of(work.people.staff["staff"].unique()).equals(home.known_staff):
        raise ValueError("condensed work can only be rated with the same staff in the same order")
    for grid, like in zip((home.lookup.state, home.lookup.supply), work.alike, strict=True):
        held = grid.ravel()
        if not np.array_equal(held, held[like]):
            raise ValueError("a change begins or ends within a stretch of days that count as one; take a full run")
