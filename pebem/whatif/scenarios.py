"""What if: another rulebook, another staff mix, people trained, interventions moved to a level.

A scenario is a change of the engine's input, so the engine itself computes its effects: :func:`apply_scenario`
returns the changed input, and rating condensed work with it equals a full run on it.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from pebem.contracts import OVERRIDES, empty
from pebem.engine.timeline import FIRST_PERSON
from pebem.fit_classes import OUTCOMES, UNTERQUALIFIZIERT
from pebem.score import outcomes
from pebem.whatif.condensed import rerate
from rules.vocabulary import HIGHEST_LEVEL

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from pebem.contracts import Tables
    from pebem.whatif.condensed import CondensedWork, RatedWork
    from rules import RuleBook


class PeopleError(ValueError):
    """A scenario asks for another number of people than there can be.

    Attributes
    ----------
    asked, there
        Numbers of people.
    """

    def __init__(self, requested: int, available: int) -> None:
        super().__init__(f"{requested} people are asked for, there are {available} with one level throughout")
        self.requested, self.available = requested, available


@dataclass(frozen=True)
class Scenario:
    """Changes that hold for the whole period.

    Attributes
    ----------
    book
        Another rulebook, None = the same.
    levels
        Employee -> QN (1-8) in place of their own. A role whose level depends on the kind of work stays.
    moved
        Intervention -> QN-Soll (1-4) for the whole house. What is reserved stays reserved, and a level that was set by
        hand for certain days or for one resident stays.
    """

    book: RuleBook | None = None
    levels: Mapping[str, int] = field(default_factory=dict)
    moved: Mapping[str, int] = field(default_factory=dict)


def apply_scenario(people: Tables, scenario: Scenario) -> Tables:
    """Return the frames of a home as they are in a scenario.

    Raises
    ------
    ValueError
        Where it names an employee the home does not have, or a level there is not.
    """
    unknown = sorted(set(scenario.levels) - set(people.staff["staff"]))
    if unknown:
        raise ValueError(f"no such staff: {unknown}")
    wrong = [level for level in scenario.moved.values() if not 1 <= level <= HIGHEST_LEVEL]
    wrong += [level for level in scenario.levels.values() if not 1 <= level <= 8]
    if wrong:
        raise ValueError(f"no such level: {sorted(wrong)}")
    staff = _with_levels(people.staff, scenario.levels)
    return replace(people, staff=staff, overrides=_with_moved(people.overrides, scenario.moved))


def what_if(work: CondensedWork, scenario: Scenario) -> RatedWork:
    """Rate condensed work as it would be in a scenario; equal to a full run on the changed input.

    Raises
    ------
    ValueError
        As :func:`apply_scenario`, and where the other rulebook lacks an intervention of the work.
    """
    return rerate(work, apply_scenario(work.home.people, scenario), scenario.book)


def training_scenario(work: CondensedWork, number: int, before: int, after: int) -> Scenario:
    """Return the scenario in which some people of one level have another.

    Those are chosen who spend the most seconds on work that calls for more than they have; of equals the earlier in
    the frame of staff.

    Parameters
    ----------
    before
        QN (1-4) they have throughout the period; people whose role decides what counts are not chosen.
    after
        QN (1-8) they have then.

    Raises
    ------
    PeopleError
        Where there are fewer such people.
    """
    short = _seconds_below(work)
    level = _levels(work)
    able = [one for one in short if level[one] == before]
    if len(able) < number:
        raise PeopleError(number, len(able))
    chosen = sorted(able, key=lambda one: -short[one])[:number]
    return Scenario(levels=dict.fromkeys(chosen, after))


def staff_mix_scenario(work: CondensedWork, heads: Mapping[int, int]) -> Scenario:
    """Return the scenario in which so many people have each level (1-4).

    As few people as possible change: those of a level that has too many, the last in the frame of staff first, take the
    lowest level that still lacks someone. People without one level throughout, or whose role decides what counts,
    stay as they are and are not counted.

    Raises
    ------
    PeopleError
        Where the heads do not add up to the people there are.
    """
    level = {one: value for one, value in _levels(work).items() if value}
    if sum(heads.values()) != len(level):
        raise PeopleError(sum(heads.values()), len(level))
    staff_of = {value: [one for one, own in level.items() if own == value] for value in range(1, HIGHEST_LEVEL + 1)}
    surplus = [one for value, people in staff_of.items() for one in people[heads.get(value, 0) :]]
    lacking = [value for value, people in staff_of.items() for _ in range(heads.get(value, 0) - len(people))]
    return Scenario(levels=dict(zip(surplus, lacking, strict=True)))


def _with_levels(staff: pd.DataFrame, levels: Mapping[str, int]) -> pd.DataFrame:
    if not levels:
        return staff
    own = staff["qn"].to_numpy(np.int64)
    new = [levels.get(one, level) for one, level in zip(staff["staff"], own.tolist(), strict=True)]
    return staff.assign(qn=np.array(new, own.dtype))


def _with_moved(overrides: pd.DataFrame, moved: Mapping[str, int]) -> pd.DataFrame:
    """Place the moves before all levels set by hand: overrides with a first day come after them."""
    if not moved:
        return overrides
    rows = empty(OVERRIDES).reindex(range(len(moved)))
    rows = rows.assign(
        resident=pd.Series([None] * len(moved), dtype=object),
        intervention=pd.Series(list(moved), dtype=object),
        level=np.array(list(moved.values()), np.int32),
        reason=pd.Series(["Szenario"] * len(moved), dtype=object),
        by=pd.Series([""] * len(moved), dtype=object),
    )
    return pd.concat([rows, overrides], ignore_index=True) if len(overrides) else rows


def _levels(work: CondensedWork) -> dict[str, int]:
    """Return the QN (1-4) each employee has throughout; 0 where it changes or a role decides what counts."""
    roles = {role.id for role in work.home.book.roles}
    staff = work.home.people.staff
    throughout: dict[str, int] = {}
    for one, qn, role in zip(staff["staff"], staff["qn"].tolist(), staff["role"], strict=True):
        level = 0 if role in roles else min(qn, HIGHEST_LEVEL)
        throughout[one] = level if throughout.get(one, level) == level else 0
    return throughout


def _seconds_below(work: CondensedWork) -> dict[str, int]:
    """Return for each employee the seconds of work that calls for more than they have."""
    home = work.home
    fit = np.array([outcome.fit for outcome in OUTCOMES])[outcomes(work.cells, home)]
    below = work.cells[fit == UNTERQUALIFIZIERT]
    seconds: NDArray[np.int64] = np.zeros(len(home.known_staff) + FIRST_PERSON, np.int64)
    np.add.at(seconds, below.staff_day // home.days, below.seconds)
    return dict(zip(home.known_staff, seconds[FIRST_PERSON:].tolist(), strict=True))
