"""The rules, interpreted one by one for one resident: slow and obvious, the measure of the compiled tables.

Nothing here is shared with :mod:`rules.compile` but the entries themselves.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from rules.condition import Always, And, Condition, Largest, Not, Or, Reserved, Unstable
from rules.vocabulary import KINDS_WITHOUT_RESIDENT

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rules.model import Intervention, Rule, RuleBook


@dataclass(frozen=True)
class Resident:
    """What the rules know of a resident at one moment. ``points`` lacks what was not recorded."""

    points: Mapping[str, int] = field(default_factory=dict)
    urine_opens: bool = False
    stool_opens: bool = False
    unstable: bool = False


@dataclass(frozen=True)
class Answer:
    """Lowest and highest possible level (0 = not to be rated) and the ids of the rules that decide."""

    low: int
    high: int
    deciding: tuple[str, ...]


def grade(resident: Resident, item: str) -> int | None:
    """Return the grade of independence of an item, or None where it was not recorded."""
    if item == "4.11" and not resident.urine_opens:
        return 0
    if item == "4.12" and not resident.stool_opens:
        return 0
    if item not in resident.points:
        return None
    step = {"4.8": 3, "4.9": 2, "4.10": 2}.get(item, 1)
    return resident.points[item] // step


def frequency(resident: Resident, item: str) -> int | None:
    """Return the frequency of a module 3 item, or None where it was not recorded."""
    if item not in resident.points:
        return None
    return {0: 0, 1: 1, 3: 2, 5: 3}[resident.points[item]]


def holds(condition: Condition, intervention: Intervention, resident: Resident) -> bool | None:
    """Return whether a condition holds: True, False, or None for unknown."""
    if isinstance(condition, Always):
        return True
    if isinstance(condition, Reserved):
        return intervention.reserved
    if isinstance(condition, Unstable):
        return resident.unstable
    if isinstance(condition, Largest):
        return _compare(condition, intervention, resident)
    if isinstance(condition, Not):
        inner = holds(condition.part, intervention, resident)
        return None if inner is None else not inner
    answers = [holds(part, intervention, resident) for part in condition.parts]
    if isinstance(condition, And):
        return False if False in answers else None if None in answers else True
    if isinstance(condition, Or):
        return True if True in answers else None if None in answers else False
    raise TypeError(condition)


def _compare(condition: Largest, intervention: Intervention, resident: Resident) -> bool | None:
    """Try every way the unrecorded items could turn out."""
    of = grade if condition.measure == "grad" else frequency
    known = [0]
    open_items = False
    for item in condition.items or intervention.bi_items:
        value = of(resident, item)
        if value is None:
            open_items = True
        else:
            known.append(value)
    largest = max(known)
    possible = range(largest, 4) if open_items else [largest]
    operator = condition.operator
    outcomes = set()
    for value in possible:
        if operator == ">=":
            outcomes.add(value >= condition.value)
        elif operator == "<=":
            outcomes.add(value <= condition.value)
        else:
            outcomes.add(value == condition.value)
    return outcomes.pop() if len(outcomes) == 1 else None


def level(book: RuleBook, intervention: Intervention, resident: Resident | None) -> Answer:
    """Return the level of one intervention. ``resident`` None = nobody, or nobody with an assessment."""
    if resident is None:
        if intervention.kind not in KINDS_WITHOUT_RESIDENT:
            return Answer(0, 0, ())
        resident = Resident()
    met: list[Rule] = []
    possible: list[Rule] = []
    for rule in book.rules:
        if intervention.kind not in rule.kinds:
            continue
        answer = holds(rule.condition, intervention, resident)
        if answer is True:
            met.append(rule)
        if answer is not False:
            possible.append(rule)
    low = max(rule.level_for(intervention) for rule in met)
    high = max(rule.level_for(intervention) for rule in possible)
    if low != high:
        return Answer(low, high, ())
    return Answer(low, high, tuple(rule.id for rule in met if rule.level_for(intervention) == low))
