"""Which rows an edit of people, levels set by hand or rulebook rates differently: compared by meaning, not by text.

Before and after the edit the engine's own tables say what each resident calls for and what each employee provides on
each day. Where they agree a row has the same result, however the records behind them were rewritten. The tables are
small (people x days, states x catalogue); the rows are never scored to find out.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from pebem.contracts import DONE
from pebem.engine.day_numbers import days, number_of
from pebem.engine.overrides import rate
from pebem.engine.places import index_of, positions
from pebem.engine.timeline import (
    FIRST_ASSESSED,
    FIRST_PERSON,
    NOBODY,
    UNKNOWN_PERSON,
    ResidentTimeline,
    certificates_of,
    named_criteria,
    resident_timeline,
    staff_timeline,
)
from pebem.resident_mix import UNKNOWN_GRADE, grades_of, granted_grades
from rules.compile import compile_levels

if TYPE_CHECKING:
    from datetime import date

    from numpy.typing import NDArray

    from pebem.contracts import Tables
    from rules import RuleBook
    from rules.catalogue import CatalogueEntry


@dataclass(frozen=True)
class RatingBasis:
    """What a row is rated on, besides the row itself.

    Attributes
    ----------
    tables
        Of these the people and the levels set by hand.
    period
        First and last day, both included; None = all days.
    """

    tables: Tables
    book: RuleBook
    period: tuple[date, date] | None = None


@dataclass(frozen=True)
class TouchedRows:
    """What rates rows differently after an edit. People are numbered as in :mod:`pebem.engine.timeline`.

    Attributes
    ----------
    first
        First day of the grids, since 1970-01-01.
    residents, staff, interventions : Index
        All that are known before or after, in the order of their codes.
    change : (residents + 2, days) int64
        Row of ``differs`` for each resident code and day.
    differs : (changes, interventions) bool
        Another demand, or another effective assessment.
    moved : (residents + 2,) bool
        Lives in another ward, which counts for rows without one.
    brings : (staff + 2, days) bool
        Another supply.
    inside : (days,) bool
        The day is in one period and not in the other.
    """

    first: int
    residents: pd.Index
    staff: pd.Index
    interventions: pd.Index
    change: NDArray[np.int64]
    differs: NDArray[np.bool_]
    moved: NDArray[np.bool_]
    brings: NDArray[np.bool_]
    inside: NDArray[np.bool_]

    def span(self) -> tuple[int, int] | None:
        """Return the first and last day, since 1970-01-01, on which anything is touched; None where nothing is."""
        inside = self.inside | self.brings.any(axis=0) | self.moved.any()
        inside |= np.any(self.differs, axis=1, keepdims=True)[:, 0][self.change].any(axis=0)
        touched_days = np.flatnonzero(inside)
        return (self.first + int(touched_days[0]), self.first + int(touched_days[-1])) if len(touched_days) else None

    def rows(self, frame: pd.DataFrame) -> NDArray[np.bool_]:
        """Return which interventions (frame as in :mod:`pebem.contracts`) are touched; none outside the days looked at.

        Those that neither of the books has always are; what was not done is rated on nothing.
        """
        day = days(frame["date"], 0) - self.first
        covered = (day >= 0) & (day < len(self.inside))
        day = np.where(covered, day, 0)
        resident, staff = _codes(frame["resident"], self.residents), _codes(frame["staff"], self.staff)
        entry = positions(frame["intervention"].cat.categories, self.interventions)
        differs = np.append(self.differs, np.ones((len(self.differs), 1), bool), axis=1)
        demanded = differs[self.change[resident, day], entry[frame["intervention"].cat.codes.to_numpy()]]
        moved = self.moved[resident] & frame["ward"].isna().to_numpy()
        status = frame["status"].cat
        rated = np.append(status.categories == DONE, True)[status.codes.to_numpy()]
        return covered & (rated & (demanded | moved | self.brings[staff, day]) | self.inside[day])


def touched(before: RatingBasis, after: RatingBasis, span: tuple[int, int]) -> TouchedRows:
    """Compare the state before and after an edit.

    Parameters
    ----------
    span
        First and last day to look at, since 1970-01-01.
    """
    bases = (before, after)
    residents = _all_of(*(basis.tables.residents["resident"] for basis in bases))
    staff = _all_of(*(basis.tables.staff["staff"] for basis in bases))
    entries = [{entry.id: entry for entry in basis.book.interventions} for basis in bases]
    interventions = pd.Index(list(entries[0] | entries[1]), dtype=object)
    numbers: dict[bytes, int] = {}
    demands = [_demands(basis, residents, interventions, span, numbers) for basis in bases]
    change, differs = _differing(demands[0], demands[1])
    differs = differs[:, :-1] | differs[:, -1:]
    # What the fit makes of a level: an entry that one of the books does not have differs in any case.
    sides = [[_fitting(known, name) for name in interventions] for known in entries]
    differs |= np.array([one is None or one != other for one, other in zip(*sides, strict=True)], bool)
    shared = set(certificates_of(before.book)) & set(certificates_of(after.book))
    supplies = [_supplies(basis, staff, shared, span) for basis in bases]
    pair, unlike = _differing(supplies[0], supplies[1])
    wards = [_wards(basis, residents) for basis in bases]
    return TouchedRows(
        first=span[0],
        residents=residents,
        staff=staff,
        interventions=interventions,
        change=change,
        differs=differs,
        moved=np.array([one != other for one, other in zip(*wards, strict=True)], bool),
        brings=np.any(unlike, axis=1, keepdims=True)[:, 0][pair],
        inside=_inside(before, span) != _inside(after, span),
    )


_GRADES: Final = 7
"""Pflegegrade 0 to 5, and none that is known."""

_Grid = tuple["NDArray[np.integer]", "NDArray[np.int64]"]
"""Codes by person and day, and what each code means in columns of integers."""


def _demands(
    basis: RatingBasis, residents: pd.Index, interventions: pd.Index, span: tuple[int, int], numbers: dict[bytes, int]
) -> _Grid:
    """Return states by resident and day, and what each calls for by intervention; last, what is recorded of it."""
    tables, book = basis.tables, basis.book
    frames = (tables.residents, tables.assessments, tables.instability)
    timeline = resident_timeline(*frames, *span, named_criteria(book))
    people = index_of(tables.residents["resident"])
    levels = compile_levels(book, timeline.states)
    rating = rate(timeline.grid, levels, tables.overrides, people, book, span[0])
    accepts = np.array([entry.accepts is not None for entry in book.interventions], bool)
    demands = (rating.levels.low.astype(np.int64) << 8) + rating.levels.high
    demands = demands * 4 + rating.overridden * 2 + (rating.levels.bars_certificates & accepts)
    meaning = np.zeros((len(demands), len(interventions) + 1), np.int64)
    meaning[:, interventions.get_indexer(pd.Index(list(book.index), dtype=object))] = demands
    meaning[:, -1] = _recorded(tables, timeline, numbers)[rating.base]
    grid, meaning = _with_granted(tables, rating.grid, meaning, span[0])
    return grid[_places(residents, people)], meaning


def _with_granted(tables: Tables, grid: NDArray[np.int32], meaning: NDArray[np.int64], first: int) -> _Grid:
    """Return states and their meaning, also distinguished by the granted Pflegegrad."""
    granted = np.zeros(grid.shape, np.int64)
    granted[FIRST_PERSON:] = granted_grades(tables, first, grid.shape[1]) - UNKNOWN_GRADE
    pairs, code = np.unique(grid.astype(np.int64) * _GRADES + granted, return_inverse=True)
    state, grade = np.divmod(pairs, _GRADES)
    meaning = meaning[state]
    meaning[:, -1] = meaning[:, -1] * _GRADES + grade
    return code.reshape(grid.shape).astype(np.int64), meaning


def _recorded(tables: Tables, timeline: ResidentTimeline, numbers: dict[bytes, int]) -> NDArray[np.int64]:
    """Return a number for what is recorded behind each state; ``numbers`` grows.

    More hangs on an assessment than the levels: the computed Pflegegrad, which the law of its own day decides.
    """
    states = timeline.states
    assessed = (timeline.assessment >= 0).any()
    grade = grades_of(tables, timeline) if assessed else np.full(states.size, UNKNOWN_GRADE)
    kind = np.minimum(np.arange(states.size), FIRST_ASSESSED)
    findings = (
        states.continence_urine,
        states.continence_stool,
        np.zeros(states.size, bool) if states.special is None else states.special,
    )
    content = np.stack([kind, grade, *findings, *states.cells.values()], axis=1).astype(np.int64)
    return np.array([numbers.setdefault(row.tobytes(), len(numbers)) for row in content], np.int64)


def _supplies(basis: RatingBasis, staff: pd.Index, certificates: set[str], span: tuple[int, int]) -> _Grid:
    """Return supplies by employee and day, and the meaning of each.

    Certificates only one of the books knows are left out: work that admits them differs by its entry.
    """
    people = index_of(basis.tables.staff["staff"].unique())
    timeline = staff_timeline(basis.tables.staff, people, basis.book, *span)
    chosen = np.array([name in certificates for name in certificates_of(basis.book)], bool)
    brought = timeline.supplies
    levels = np.stack([np.arange(len(brought.level)) > 0, brought.level, brought.level_everyday], axis=1)
    meaning = np.concatenate([levels, brought.certificates[:, chosen]], axis=1).astype(np.int64)
    return timeline.grid[_places(staff, people)], meaning


def _differing(before: _Grid, after: _Grid) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Return each pair of codes that meet on a day, by person and day, and in which columns they differ."""
    pairs, code = np.unique(before[0].astype(np.int64) * len(after[1]) + after[0], return_inverse=True)
    was, now = np.divmod(pairs, len(after[1]))
    return code.reshape(before[0].shape).astype(np.int64), before[1][was] != after[1][now]


def _fitting(entries: dict[str, CatalogueEntry], name: str) -> tuple[object, ...] | None:
    entry = entries.get(name)
    return (entry.kind, entry.reserved, entry.accepts) if entry else None


def _wards(basis: RatingBasis, residents: pd.Index) -> list[str | None]:
    """Return the ward of each resident code."""
    pairs = zip(basis.tables.residents["resident"], basis.tables.residents["ward"], strict=True)
    lives_in = {resident: ward if isinstance(ward, str) else None for resident, ward in pairs}
    return [None] * FIRST_PERSON + [lives_in.get(resident) for resident in residents]


def _inside(basis: RatingBasis, span: tuple[int, int]) -> NDArray[np.bool_]:
    day = np.arange(span[0], span[1] + 1)
    if basis.period is None:
        return np.ones(len(day), bool)
    return (day >= number_of(basis.period[0])) & (day <= number_of(basis.period[1]))


def _all_of(*columns: pd.Series) -> pd.Index:
    return pd.Index(list(dict.fromkeys(name for column in columns for name in column)), dtype=object)


def _places(people: pd.Index, index: pd.Index) -> NDArray[np.int64]:
    """Return the row of a grid for each code; for a person not known there, that of unknown persons."""
    rows = positions(people, index)
    own = np.where(rows < 0, UNKNOWN_PERSON, rows + FIRST_PERSON)
    return np.concatenate([[NOBODY, UNKNOWN_PERSON], own]).astype(np.int64)


def _codes(column: pd.Series, index: pd.Index) -> NDArray[np.int64]:
    """Return the person code of each row."""
    of_category = _places(pd.Index(column.cat.categories), index)[FIRST_PERSON:]
    return np.append(of_category, NOBODY)[column.cat.codes.to_numpy()]
