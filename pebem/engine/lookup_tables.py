"""All of a home that no row changes: who counts as what on which day, what each need calls for, how each pair fits."""

from __future__ import annotations

import math
from dataclasses import dataclass, fields, replace
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from pebem.engine.day_numbers import day_of, number_of
from pebem.engine.kernel import LookupTables
from pebem.engine.keys import fuse, numbered, split
from pebem.engine.overrides import Rating, rate
from pebem.engine.places import index_of, places_of, values_by_part
from pebem.engine.resident_records import ResidentFrames
from pebem.engine.timeline import (
    STATE_NOBODY,
    STATE_UNKNOWN,
    ResidentTimeline,
    ResidentTimelines,
    certificates_of,
    named_criteria,
    resident_timelines,
    staff_timelines,
)
from pebem.fit_classes import OUTCOMES, Demands, classify
from rules.compile import LevelTable, compile_levels
from rules.vocabulary import KINDS_WITHOUT_RESIDENT

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from numpy.typing import NDArray

    from pebem.contracts import Tables
    from rules import RuleBook
    from rules.catalogue import CatalogueEntry


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

    @cached_property
    def resident_places(self) -> dict[object, int]:
        """Place of each known resident."""
        return places_of(self.known_residents)

    @cached_property
    def staff_places(self) -> dict[object, int]:
        """Place of each known employee."""
        return places_of(self.known_staff)

    @cached_property
    def lives_in(self) -> list[object]:
        """Ward of each known resident, as recorded."""
        wards: list[object] = self.people.residents["ward"].tolist()
        return wards


def compile_home(people: Tables, book: RuleBook, period: tuple[date, date]) -> CompiledHome:
    """Build the look-up tables of a home for some days, first and last one included.

    All that rates the same work with the same rulebook and days takes them: :func:`pebem.score.score_home`,
    :func:`pebem.relief.feasible.relief_of_home`, :func:`pebem.whatif.condensed.condense`,
    :func:`pebem.whatif.rulebook_effect.effect`, :func:`pebem.plausibility.shape`. Where people or the rulebook change,
    :func:`recompile` starts from them.
    """
    return compile_homes([people], book, [period])[0]


def compile_homes(homes: Sequence[Tables], book: RuleBook, periods: Sequence[tuple[date, date]]) -> list[CompiledHome]:
    """Build the look-up tables of one or more homes in one go, several times as fast as one by one.

    Each is what :func:`compile_home` makes of it, but for the numbers of demands, supplies and ends, which all share.

    Parameters
    ----------
    periods
        First and last day of each home, both included.
    """
    if not homes:
        return []
    try:
        stacked = _stacked(homes)
    except ValueError:  # frames that do not fit together: other columns, or moments one unit has no room for
        if len(homes) == 1:
            raise
        return [compile_home(home, book, period) for home, period in zip(homes, periods, strict=True)]
    spans = np.array([(number_of(first), number_of(last)) for first, last in periods])
    sizes = np.array([[len(frame) for frame in _about_residents(home)] for home in homes]).T
    frames = ResidentFrames(*_about_residents(stacked), sizes, *spans.T)
    residents = resident_timelines(frames, named_criteria(book))
    return _compiled(homes, stacked.staff, book, spans.tolist(), residents)


def _stacked(homes: Sequence[Tables]) -> Tables:
    """Put the frames about people under one another.

    Raises
    ------
    ValueError
        Where their columns differ, or moments do not fit into one column.
    """
    if len(homes) == 1:
        return homes[0]
    frames = {}
    for name in ("residents", "assessments", "instability", "staff"):
        all_parts = [getattr(home, name) for home in homes]
        filled = [part for part in all_parts if len(part)] or all_parts[:1]
        frames[name] = pd.concat(filled, ignore_index=True)
        if any(part.shape[1] != frames[name].shape[1] for part in filled):  # which has the columns of all
            raise ValueError(f"the columns of {name} differ")
    return replace(homes[0], **frames)


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
        residents = ResidentTimelines(home.residents.states, [home.residents.states.size], [home.residents])
        return _compiled([people], people.staff, book, [(home.first, home.last)], residents)[0]
    return compile_home(people, book, (day_of(home.first), day_of(home.last)))


_PEOPLE: Final = ("residents", "assessments", "instability", "staff", "overrides")


def _about_residents(people: Tables) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    return people.residents, people.assessments, people.instability


def _compiled(
    homes: Sequence[Tables],
    staff: pd.DataFrame,
    book: RuleBook,
    spans: Sequence[tuple[int, int]],
    residents: ResidentTimelines,
) -> list[CompiledHome]:
    """Build the look-up tables of homes whose residents are laid out; ``staff`` is that of all."""
    sizes = [len(home.staff) for home in homes]
    known_staff = [_different(part) for part in values_by_part(staff["staff"], np.array(sizes))]
    known = [(index_of(home.residents["resident"]), people) for home, people in zip(homes, known_staff, strict=True)]
    levels = compile_levels(book, residents.states)
    ratings = [
        rate(timeline.grid, _between(levels, *part), home.overrides, people, book, first)
        for timeline, part, home, (people, _), (first, _) in zip(
            residents.homes, pairwise([0, *residents.ends]), homes, known, spans, strict=True
        )
    ]
    supplied = staff_timelines(staff, sizes, known_staff, book, spans)
    codes, demands, flags = _demands(book, ratings, residents.homes)
    end, ends = _ends(classify(demands, supplied[0].supplies), flags)
    compiled = []
    for number, (rating, supply, code) in enumerate(zip(ratings, supplied, codes, strict=True)):
        states, supplies = rating.grid.astype(np.int64), supply.grid.astype(np.int64)
        lookup = LookupTables(states, code, supplies, end, len(ends.outcome))
        of_home = homes[number], book, *spans[number], *known[number], residents.homes[number]
        compiled.append(CompiledHome(*of_home, rating, lookup, ends))
    return compiled


def _different(people: Sequence[object]) -> pd.Index:
    return pd.Index(list(dict.fromkeys(people)), dtype=object)


def _between(levels: LevelTable, first: int, end: int) -> LevelTable:
    """Return the levels of some states, without copying."""
    return LevelTable(*(getattr(levels, column.name)[first:end] for column in fields(levels)))


def _demands(
    book: RuleBook, ratings: Sequence[Rating], residents: Sequence[ResidentTimeline]
) -> tuple[list[NDArray[np.int64]], Demands, NDArray[np.bool_]]:
    """Return the demand codes of each home, shape (states, interventions), and what each asks for and what is known.

    Work that needs no resident is covered without one; an unknown number is a gap all the same. What an entry asks for
    and what hangs on the state are numbered apart first, in a byte: few cells of the tables differ.
    """
    names = certificates_of(book)
    asked = {_asked(entry, names): None for entry in book.interventions}
    kinds = {one: kind for kind, one in enumerate(asked)}
    kind = np.array([kinds[_asked(entry, names)] for entry in book.interventions], np.int64)
    needs_none = np.array([entry.kind in KINDS_WITHOUT_RESIDENT for entry in book.interventions])
    keys = [
        kind * _OF_STATE + _of_state(rating, timeline.states.assessed, needs_none)
        for rating, timeline in zip(ratings, residents, strict=True)
    ]
    occurs = np.zeros(len(kinds) * _OF_STATE, bool)
    for key in keys:
        occurs[key] = True
    distinct = np.flatnonzero(occurs)
    of_entry, of_state = np.divmod(distinct, _OF_STATE)
    level, barred, *flags = split(of_state, _STATE_SIZES)
    reserved, certificate, from_level, everyday = np.array(list(kinds), np.int64).reshape(-1, 4)[of_entry].T
    columns = (
        level,
        reserved,
        np.where(barred, 0, certificate),
        np.where(barred, 0, from_level),
        everyday,
        *flags,
    )
    sizes = (5, 2, len(names) + 1, 5, 2, 2, 2, 2)
    demand, number = np.unique(fuse(columns, sizes), return_inverse=True)
    level, reserved, certificate, from_level, everyday, *flags = split(demand, sizes)
    code = np.zeros(len(occurs), np.int64)
    code[distinct] = number
    demands = Demands(
        level.astype(np.uint8),
        reserved.astype(bool),
        (certificate - 1).astype(np.int16),
        from_level.astype(np.uint8),
        everyday.astype(bool),
    )
    return [code.take(key) for key in keys], demands, np.stack(flags, axis=1).astype(bool)


_STATE_SIZES: Final = (5, 2, 2, 2, 2)
"""Level, whether it bars certificates, whether resident and assessment are known, whether a person set the level."""

_OF_STATE: Final = math.prod(_STATE_SIZES)


def _asked(entry: CatalogueEntry, certificates: Sequence[str]) -> tuple[int, int, int, int]:
    """Return what an entry asks for in any state: reserved, certificate (0 = none), from what level, everyday."""
    reserved, everyday = entry.reserved, entry.kind == "alltag" and not entry.reserved
    if entry.accepts is None:
        return int(reserved), 0, 0, int(everyday)
    return int(reserved), certificates.index(entry.accepts.certificate) + 1, entry.accepts.from_level, int(everyday)


def _of_state(rating: Rating, assessed: NDArray[np.bool_], needs_none: NDArray[np.bool_]) -> NDArray[np.uint8]:
    """Return what of a demand hangs on the state as one number below ``_OF_STATE``, shape (states, interventions)."""
    base = rating.base[:, None]
    key: NDArray[np.uint8] = rating.levels.level * np.uint8(2)
    key += rating.levels.bars_certificates
    for known in (
        (base > STATE_UNKNOWN) | (needs_none & (base == STATE_NOBODY)),
        assessed[base] | needs_none,
        rating.overridden,
    ):
        key *= np.uint8(2)
        key += known
    return key


def _ends(outcome: NDArray[np.int32], flags: NDArray[np.bool_]) -> tuple[NDArray[np.int64], RowOutcomes]:
    """Return outcome codes of each demand with each supply, shape (demands, supplies); supply 0 is the unknown one."""
    columns = (outcome, *(column[:, None] for column in flags.T), np.arange(outcome.shape[1]) > 0)
    sizes = (len(OUTCOMES), 2, 2, 2, 2)
    distinct, end = numbered(fuse(columns, sizes), math.prod(sizes))
    of_outcome, *recorded = split(distinct, sizes)
    resident, assessed, overridden, staff = (flag.astype(bool) for flag in recorded)
    return end, RowOutcomes(of_outcome, resident, assessed, staff, overridden)
