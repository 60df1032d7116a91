"""Levels a qualified person has set: while effective, they replace the levels of the rulebook.

A resident's own override beats the home's; of several effective ones the last to begin counts (of equals the
later row). A reserved task stays at the highest level regardless of overrides. Work that needs a resident and names
none stays unrated: a level for the home does not show whose need it was.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from pebem.engine.day_numbers import FOR_EVER, SINCE_ALWAYS, days
from pebem.engine.places import positions
from pebem.engine.timeline import FIRST_PERSON, STATE_NOBODY
from rules.compile import LevelTable
from rules.vocabulary import HIGHEST_LEVEL, KINDS_WITHOUT_RESIDENT

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from rules import RuleBook

OVERRIDDEN: Final = 0xFFFE
"""Deciding rule where a person has set the level."""


@dataclass(frozen=True)
class Rating:
    """What is called for, by state and intervention, overrides included.

    Attributes
    ----------
    grid : (residents + 2, days) int32
        State of each resident code on each day.
    base : (states,) int64
        State of the resident timeline behind each of these states.
    levels : LevelTable
        Of shape (states, interventions).
    overridden : (states, interventions) bool
        A person has set the level.
    """

    grid: NDArray[np.int32]
    base: NDArray[np.int64]
    levels: LevelTable
    overridden: NDArray[np.bool_]


def rate(
    grid: NDArray[np.int32],
    levels: LevelTable,
    overrides: pd.DataFrame,
    residents: pd.Index,
    book: RuleBook,
    first: int,
) -> Rating:
    """Apply overrides to the levels of the rulebook.

    Parameters
    ----------
    grid, levels
        States by resident code and day, and their levels.
    overrides
        Frame as in :mod:`pebem.contracts`; those for unknown residents or interventions have no effect.
    residents
        Known residents in the order of their codes.
    first
        First day of the grid, since 1970-01-01.
    """
    nothing = Rating(grid, np.arange(len(levels.low)), levels, np.zeros(levels.low.shape, bool))
    if overrides.empty:
        return nothing
    ordered = _ordered(overrides, residents, book.index)
    sets, members = _sets(grid.shape, ordered, first)
    if len(members) == 1:
        return nothing
    pairs, code = np.unique(grid.astype(np.int64) * len(members) + sets, return_inverse=True)
    base, chosen = np.divmod(pairs, len(members))
    low, high = levels.low[base], levels.high[base]
    rule, barred = levels.rule[base], levels.bars_certificates[base]
    overridden = np.zeros(low.shape, bool)
    columns, set_to = ordered["column"].tolist(), ordered["level"].tolist()
    for state, (origin, of_set) in enumerate(zip(base, chosen, strict=True)):
        for position in members[of_set]:
            column, level = columns[position], set_to[position]
            entry = book.interventions[column]
            if origin == STATE_NOBODY and entry.kind not in KINDS_WITHOUT_RESIDENT:
                continue
            low[state, column] = high[state, column] = HIGHEST_LEVEL if entry.reserved else level
            rule[state, column] = OVERRIDDEN
            barred[state, column] = False
            overridden[state, column] = True
    table = LevelTable(low, high, rule, barred)
    return Rating(code.reshape(grid.shape).astype(np.int32), base, table, overridden)


def effective_overrides(overrides: pd.DataFrame, residents: pd.Index, first: int, last: int) -> NDArray[np.int64]:
    """Return which overrides are effective, shape (residents + 2, days): equal numbers for equal sets."""
    columns = {name: i for i, name in enumerate(overrides["intervention"].unique())}
    shape = (len(residents) + FIRST_PERSON, last - first + 1)
    return _sets(shape, _ordered(overrides, residents, columns), first)[0]


def _ordered(overrides: pd.DataFrame, residents: pd.Index, columns: Mapping[str, int]) -> pd.DataFrame:
    """Return known overrides in the order in which each replaces the one before: house first, then by start."""
    frame = pd.DataFrame(
        {
            "house": overrides["resident"].isna(),
            "person": positions(overrides["resident"], residents),
            "column": [columns.get(name, -1) for name in overrides["intervention"]],
            "level": overrides["level"].to_numpy(np.int64),
            "start": days(overrides["start"], SINCE_ALWAYS),
            "end": days(overrides["end"], FOR_EVER),
        }
    )
    matching = frame[(frame["column"] >= 0) & (frame["house"] | (frame["person"] >= 0))]
    own = ~matching["house"]
    return matching.assign(own=own).sort_values(["own", "start"], kind="stable").reset_index(drop=True)


def _sets(shape: tuple[int, ...], ordered: pd.DataFrame, first: int) -> tuple[NDArray[np.int64], list[tuple[int, ...]]]:
    """Return for each (resident code, day) which set of overrides is effective, and the sets in order of effect."""
    grid = np.zeros(shape, np.int64)
    members: list[tuple[int, ...]] = [()]
    set_numbers: dict[tuple[int, ...], int] = {(): 0}
    for position, house, person, start, end in zip(
        ordered.index, ordered["house"], ordered["person"], ordered["start"], ordered["end"], strict=True
    ):
        people = slice(None) if house else slice(FIRST_PERSON + person, FIRST_PERSON + person + 1)
        part = grid[people, max(start - first, 0) : max(end - first + 1, 0)]
        sets, code = np.unique(part, return_inverse=True)
        extended = []
        for before in sets:
            grown = (*members[before], position)
            if grown not in set_numbers:
                set_numbers[grown] = len(members)
                members.append(grown)
            extended.append(set_numbers[grown])
        part[:] = np.array(extended, np.int64)[code].reshape(part.shape) if extended else part
    return grid, members
