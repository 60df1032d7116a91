"""All of a home that no row changes: who counts as what on which day, what each need calls for, how each pair fits."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np

from pebem.engine.day_numbers import day_of, number_of
from pebem.engine.kernel import LookupTables
from pebem.engine.keys import fuse, split
from pebem.engine.overrides import Rating, rate
from pebem.engine.timeline import (
    STATE_NOBODY,
    STATE_UNKNOWN,
    ResidentTimeline,
    certificates_of,
    index_of,
    named_criteria,
    resident_timeline,
    staff_timeline,
)
from pebem.fit_classes import OUTCOMES, Demands, classify
from rules.compile import compile_levels
from rules.vocabulary import KINDS_WITHOUT_RESIDENT

if TYPE_CHECKING:
    from datetime import date

    import pandas as pd
    from numpy.typing import NDArray

    from pebem.contracts import Tables
    from rules import RuleBook


@dataclass(frozen=True)
class RowOutcomes:
    """The possible outcomes of a row, arrays of shape (ends,).

    Attributes
    ----------
    outcome : int64
        Position in ``fit.OUTCOMES``.
    resident, assessed, staff, overridden : bool
        The row's resident and assessment are known or not needed; the employee's level is known; a person has set
        the level called for.
    """

    outcome: NDArray[np.int64]
    resident: NDArray[np.bool_]
    assessed: NDArray[np.bool_]
    staff: NDArray[np.bool_]
    overridden: NDArray[np.bool_]


@dataclass(frozen=True)
class CompiledHome:
    """A home ready for its rows.

    Attributes
    ----------
    people
        The frames it was made from; no look-up table depends on their interventions and duties.
    first, last
        Days of the period since 1970-01-01, both included.
    known_residents, known_staff
        Known people in the order of their codes.
    """

    people: Tables
    book: RuleBook
    first: int
    last: int
    known_residents: pd.Index
    known_staff: pd.Index
    residents: ResidentTimeline
    rating: Rating
    lookup: LookupTables
    ends: RowOutcomes

    @property
    def days(self) -> int:
        """Number of days."""
        return self.last - self.first + 1


def compile_home(people: Tables, book: RuleBook, period: tuple[date, date]) -> CompiledHome:
    """Build the look-up tables of a home for some days, first and last one included.

    All that rates the same work with the same rulebook and days takes them: :func:`pebem.score.score_home`,
    :func:`pebem.relief.feasible.relief_of_home`, :func:`pebem.whatif.condensed.condense`,
    :func:`pebem.whatif.rulebook_effect.effect`, :func:`pebem.plausibility.shape`. Where people or the rulebook change,
    :func:`recompile` starts from them.
    """
    first, last = (number_of(day) for day in period)
    residents = resident_timeline(*_about_residents(people), first, last, named_criteria(book))
    return _compiled(people, book, first, last, residents)


def recompile(home: CompiledHome, people: Tables, book: RuleBook) -> CompiledHome:
    """Build the look-up tables of the same days for people who differ in part, or for another rulebook.

    What neither touches is taken over: everything where frames and book are the very same objects; the states of the
    residents where theirs are, and the book names the same criteria. Levels and supplies go by the book.
    """
    same_people = all(getattr(people, name) is getattr(home.people, name) for name in _PEOPLE)
    if same_people and book is home.book:
        return replace(home, people=people)
    same_residents = all(now is then for now, then in zip(*map(_about_residents, (people, home.people)), strict=True))
    if same_residents and named_criteria(book) == named_criteria(home.book):
        return _compiled(people, book, home.first, home.last, home.residents)
    return compile_home(people, book, (day_of(home.first), day_of(home.last)))


_PEOPLE: Final = ("residents", "assessments", "instability", "staff", "overrides")


def _about_residents(people: Tables) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    return people.residents, people.assessments, people.instability


def _compiled(people: Tables, book: RuleBook, first: int, last: int, residents: ResidentTimeline) -> CompiledHome:
    resident_index, staff_index = index_of(people.residents["resident"]), index_of(people.staff["staff"].unique())
    rating = rate(residents.grid, compile_levels(book, residents.states), people.overrides, resident_index, book, first)
    staff = staff_timeline(people.staff, staff_index, book, first, last)
    code, demands, flags = _demands(book, rating, residents)
    outcome = classify(demands, staff.supplies)
    end, ends = _ends(outcome, flags)
    lookup = LookupTables(
        rating.grid.astype(np.int64),
        code,
        staff.grid.astype(np.int64),
        end,
        len(ends.outcome),
    )
    return CompiledHome(people, book, first, last, resident_index, staff_index, residents, rating, lookup, ends)


def _demands(
    book: RuleBook, rating: Rating, residents: ResidentTimeline
) -> tuple[NDArray[np.int64], Demands, NDArray[np.bool_]]:
    """Return the demand code, shape (states, interventions), and for each code what it asks for and what is known.

    Work that needs no resident is covered without one; an unknown number is a gap all the same.
    """
    names = certificates_of(book)
    accepts = [entry.accepts for entry in book.interventions]
    admits = np.array([names.index(one.certificate) if one else -1 for one in accepts])
    admits_from = np.array([one.from_level if one else 0 for one in accepts])
    needs_none = np.array([entry.kind in KINDS_WITHOUT_RESIDENT for entry in book.interventions])
    levels, base = rating.levels, rating.base[:, None]
    parts = (
        (levels.level, 5),
        (np.array([entry.reserved for entry in book.interventions]), 2),
        (np.where(levels.bars_certificates, 0, admits + 1), len(names) + 1),
        (np.where(levels.bars_certificates, 0, admits_from), 5),
        (np.array([entry.kind == "alltag" and not entry.reserved for entry in book.interventions]), 2),
        ((base > STATE_UNKNOWN) | (needs_none & (base == STATE_NOBODY)), 2),
        (residents.states.assessed[base] | needs_none, 2),
        (rating.overridden, 2),
    )
    columns, sizes = zip(*parts, strict=True)
    distinct, code = _numbered(fuse(columns, sizes), math.prod(sizes))
    level, reserved, certificate, from_level, everyday, *flags = split(distinct, sizes)
    demands = Demands(
        level.astype(np.uint8),
        reserved.astype(bool),
        (certificate - 1).astype(np.int16),
        from_level.astype(np.uint8),
        everyday.astype(bool),
    )
    return code, demands, np.stack(flags, axis=1).astype(bool)


def _ends(outcome: NDArray[np.int32], flags: NDArray[np.bool_]) -> tuple[NDArray[np.int64], RowOutcomes]:
    """Return outcome codes of each demand with each supply, shape (demands, supplies); supply 0 is the unknown one."""
    columns = (outcome, *(column[:, None] for column in flags.T), np.arange(outcome.shape[1]) > 0)
    sizes = (len(OUTCOMES), 2, 2, 2, 2)
    distinct, end = _numbered(fuse(columns, sizes), math.prod(sizes))
    of_outcome, *recorded = split(distinct, sizes)
    resident, assessed, overridden, staff = (flag.astype(bool) for flag in recorded)
    return end, RowOutcomes(of_outcome, resident, assessed, staff, overridden)


def _numbered(fused: NDArray[np.int64], size: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the different values below ``size``, in order, and for each cell which of them it is."""
    occurs = np.zeros(size, bool)
    occurs[fused] = True
    return np.flatnonzero(occurs), (np.cumsum(occurs) - 1)[fused]
