"""The rules, interpreted one by one for one resident: slow and obvious, the measure of the compiled tables.

Nothing here is shared with :mod:`rules.compile` but the entries themselves.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from rules.instrument import Instrument, instrument
from rules.language.syntax import (
    Always,
    And,
    Certified,
    Condition,
    LargestComparison,
    Not,
    Or,
    PflegegradComparison,
    PunktbereichComparison,
    Reserved,
    Unstable,
)
from rules.vocabulary import (
    CONTINENCE_OPENS_FROM,
    COUNTED_ITEMS,
    ITEMS,
    KINDS_WITHOUT_RESIDENT,
    MISSING,
    UNREADABLE_FINDING,
    allowed_points,
)

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from rules.catalogue import CatalogueEntry
    from rules.model import RuleBook
    from rules.rule import Rule
    from rules.states import States


@dataclass(frozen=True)
class ReferenceResident:
    """What the rules know of a resident at one moment.

    ``points`` lacks what was not recorded; counts of module 5 are under their cells ("5.1 täglich").
    """

    points: Mapping[str, int] = field(default_factory=dict)
    urine_opens: bool | None = False
    stool_opens: bool | None = False
    criteria: frozenset[str] = frozenset()
    special: bool | None = False


@dataclass(frozen=True)
class ReferenceLevel:
    """Lowest and highest possible level (0 = not to be rated) and the ids of the rules that decide."""

    low: int
    high: int
    deciding: tuple[str, ...]


def resident_at(states: States, row: int) -> ReferenceResident:
    """Return one row of the compiler's states as a resident."""
    cells = {cell: int(values[row]) for cell, values in states.cells.items()}
    return ReferenceResident(
        points={cell: value for cell, value in cells.items() if value != MISSING},
        urine_opens=_opens(int(states.continence_urine[row])),
        stool_opens=_opens(int(states.continence_stool[row])),
        criteria=frozenset(name for name, held in zip(states.criterion_ids, states.criteria[row], strict=True) if held),
        special=states.special is not None and _truth(int(states.special[row])),
    )


def _truth(value: int) -> bool | None:
    """Return what a truth value stands for; None where it cannot be read."""
    return None if value == MISSING else bool(value)


def _opens(finding: int) -> bool | None:
    """Return whether a continence finding opens its item; None where it cannot be read."""
    return None if finding == UNREADABLE_FINDING else finding >= CONTINENCE_OPENS_FROM


def grade(resident: ReferenceResident, item: str) -> int | None:
    """Return the grade of independence of an item, or None where it was not recorded."""
    opens = {"4.11": resident.urine_opens, "4.12": resident.stool_opens}.get(item, True)
    if opens is False:
        return 0
    if item not in resident.points or (opens is None and resident.points[item]):
        return None
    step = {"4.8": 3, "4.9": 2, "4.10": 2}.get(item, 1)
    return resident.points[item] // step


def frequency(resident: ReferenceResident, item: str) -> int | None:
    """Return the frequency of a module 3 item, or None where it was not recorded."""
    if item not in resident.points:
        return None
    return {0: 0, 1: 1, 3: 2, 5: 3}[resident.points[item]]


def holds(condition: Condition, intervention: CatalogueEntry, resident: ReferenceResident, on: date) -> bool | None:
    """Return whether a condition holds: True, False, or None for unknown."""
    if isinstance(condition, Always):
        return True
    if isinstance(condition, Reserved):
        return intervention.reserved
    if isinstance(condition, Certified):
        return intervention.accepts is not None and intervention.accepts.certificate == condition.certificate
    if isinstance(condition, Unstable):
        return bool(resident.criteria & set(condition.criteria) if condition.criteria else resident.criteria)
    if isinstance(condition, LargestComparison | PunktbereichComparison | PflegegradComparison):
        return _compare(condition, _possible(condition, intervention, resident, on))
    if isinstance(condition, Not):
        inner = holds(condition.part, intervention, resident, on)
        return None if inner is None else not inner
    answers = [holds(part, intervention, resident, on) for part in condition.parts]
    if isinstance(condition, And):
        return False if False in answers else None if None in answers else True
    if isinstance(condition, Or):
        return True if True in answers else None if None in answers else False
    if answers.count(True) >= condition.count:
        return True
    return False if answers.count(True) + answers.count(None) < condition.count else None


def _compare(
    condition: LargestComparison | PunktbereichComparison | PflegegradComparison, possible: range
) -> bool | None:
    """Try every value that is possible."""
    outcomes = set()
    for value in possible:
        if condition.operator == ">=":
            outcomes.add(value >= condition.value)
        elif condition.operator == "<=":
            outcomes.add(value <= condition.value)
        else:
            outcomes.add(value == condition.value)
    return outcomes.pop() if len(outcomes) == 1 else None


def _possible(
    condition: LargestComparison | PunktbereichComparison | PflegegradComparison,
    intervention: CatalogueEntry,
    resident: ReferenceResident,
    on: date,
) -> range:
    """Return the values the compared quantity can have, for any values of unrecorded items."""
    if isinstance(condition, LargestComparison):
        return _largest(condition, intervention, resident)
    edition = instrument(on)
    if isinstance(condition, PunktbereichComparison):
        low, high = (_band(edition, condition.module, resident, most=most) for most in (False, True))
    else:
        low, high = (_pflegegrad(edition, resident, most=most) for most in (False, True))
    return range(low, high + 1)


def _largest(condition: LargestComparison, intervention: CatalogueEntry, resident: ReferenceResident) -> range:
    """Return what the largest of some grades or frequencies can be."""
    measured = grade if condition.measure == "grad" else frequency
    values = [measured(resident, item) for item in condition.items or intervention.bi_items]
    largest = max((value for value in values if value is not None), default=0)
    return range(largest, 4 if None in values else largest + 1)


def _points(resident: ReferenceResident, item: str, *, most: bool) -> int:
    """Return the points of an item that is not counted, the unrecorded ones at their least or greatest."""
    opens = {"4.11": resident.urine_opens, "4.12": resident.stool_opens}.get(item, True)
    if opens is False or (opens is None and not most):
        return 0
    return resident.points.get(item, max(allowed_points(item)) if most else 0)


def _count(resident: ReferenceResident, item: str, frequency: str, *, most: bool) -> int:
    """Return how often something is done; unrecorded: never, or without end."""
    return resident.points.get(f"{item} {frequency}", 10_000 if most else 0)


def _module_5(edition: Instrument, resident: ReferenceResident, *, most: bool) -> int:
    """Return the sum of item points of module 5."""
    book, total = edition.module_5, _points(resident, "5.16", most=most)
    for part in "abc":
        units = 0
        for item in book[part]["kriterien"]:
            weights = book[part]["gewicht"] if part in "ab" else book[part]["kriterien"][item]
            for name, weight in weights.items():
                if name == "täglich_pauschal":
                    units += weight * min(_count(resident, item, "täglich", most=most), 1)
                else:
                    units += weight * _count(resident, item, name, most=most)
        reached = sum(units >= start for start in book[part]["klassen_ab"])
        total += book[part]["punkte"][reached]
    return total


def _band(edition: Instrument, module: int, resident: ReferenceResident, *, most: bool) -> int:
    """Return the Punktbereich of a module."""
    if module == 5:
        total = _module_5(edition, resident, most=most)
    else:
        items = [item for item in ITEMS if item.startswith(f"{module}.") and item not in COUNTED_ITEMS]
        total = sum(_points(resident, item, most=most) for item in items)
    return sum(total >= start for start in edition.bands_from[module])


def _pflegegrad(edition: Instrument, resident: ReferenceResident, *, most: bool) -> int:
    """Return the Pflegegrad."""
    if resident.special or (resident.special is None and most):
        return edition.special_grade
    points = {m: edition.weighted[m][_band(edition, m, resident, most=most)] for m in edition.weighted}
    total = points[1] + max(points[2], points[3]) + points[4] + points[5] + points[6]
    return sum(total >= start for start in edition.grades_from)


def level(book: RuleBook, intervention: CatalogueEntry, resident: ReferenceResident | None) -> ReferenceLevel:
    """Return the level of one intervention. ``resident`` None = no resident, or none with an assessment."""
    if resident is None:
        if intervention.kind not in KINDS_WITHOUT_RESIDENT:
            return ReferenceLevel(0, 0, ())
        resident = ReferenceResident()
    met: list[Rule] = []
    possible: list[Rule] = []
    for rule in book.rules:
        if intervention.kind not in rule.kinds:
            continue
        answer = holds(rule.condition, intervention, resident, book.as_of)
        if answer is True:
            met.append(rule)
        if answer is not False:
            possible.append(rule)
    low = max(rule.level_for(intervention) for rule in met)
    high = max(rule.level_for(intervention) for rule in possible)
    if low != high:
        return ReferenceLevel(low, high, ())
    return ReferenceLevel(low, high, tuple(rule.id for rule in met if rule.level_for(intervention) == low))
