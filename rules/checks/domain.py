"""Every resident state the rules of a book can distinguish for an intervention, as states the engine can score.

Rules see little of a resident: the largest of some grades, some criteria, a Punktbereich. What they see falls into
axes (items all rules look at together, a criterion of instability, the rest of a module), and each axis into classes
between which some threshold lies. The domain is the product of the axes, one state for each combination.
"""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

import numpy as np

from rules.instrument import instrument
from rules.language.syntax import (
    LargestComparison,
    Leaf,
    PflegegradComparison,
    PunktbereichComparison,
    Unstable,
    leaves,
    seen_of,
)
from rules.states import GATES, States
from rules.vocabulary import (
    ASSESSMENT_CELLS,
    CONTINENCE,
    CONTINENCE_OPENS_FROM,
    COUNTED_ITEMS,
    MISSING,
    NO_FINDING,
    allowed_points,
    module_of,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from numpy.typing import NDArray

    from rules.catalogue import CatalogueEntry
    from rules.model import RuleBook

MOST_STATES: Final = 50_000
SAMPLE: Final = 10_000
"""Products of more than so many states are not walked whole: so many of them are drawn, always the same ones."""

_TOP: Final = 3
_SPECIAL: Final = "besondere Bedarfskonstellation"
_CLOSED: Final = 0
_FINDINGS: Final = {"continence_urine": "Harn", "continence_stool": "Stuhl"}

_MODULE_5: Final[Mapping[int, Mapping[str, int]]] = {
    0: {},
    1: {"5.1 täglich": 1},
    2: {"5.1 täglich": 4},
    3: {"5.1 täglich": 9},
    4: {"5.1 täglich": 9, "5.8 wöchentlich": 1},
    5: {"5.1 täglich": 9, "5.8 täglich": 1},
    6: {"5.1 täglich": 9, "5.8 täglich": 3},
    9: {"5.1 täglich": 9, "5.8 täglich": 3, "5.16": 3},
    15: {"5.1 täglich": 9, "5.8 täglich": 3, "5.16": 3, "5.12 täglich": 1},
}
"""Counts that result in a sum of module 5."""


@dataclass(frozen=True)
class Axis:
    """One thing the rules look at.

    Attributes
    ----------
    name
        What it is, in German.
    classes
        Cells, findings ("continence_urine", "continence_stool"), criteria or the special constellation by class.
    rising
        The first so many classes are recorded ones of ever more need.
    """

    name: str
    classes: tuple[Mapping[str, int], ...]
    rising: int


@dataclass(frozen=True)
class Domain:
    """States of one intervention.

    Attributes
    ----------
    axes
        What is varied; ``positions`` has one row an axis: the class of each state, shape (axes, n).
    whole
        Every combination is there; otherwise a sample.
    """

    axes: tuple[Axis, ...]
    positions: NDArray[np.intp] = field(repr=False)
    whole: bool
    states: States = field(repr=False)

    @property
    def size(self) -> int:
        """Number of states."""
        return self.states.size

    def words(self, state: int) -> str:
        """Return one state in German, as far as it differs from no need."""
        phrases = []
        for name, value in self.inputs(state).items():
            if name in GATES.values():
                phrases += [f"{_FINDINGS[name]} {CONTINENCE[value]}"] if value > 0 else []
            elif value == MISSING:
                phrases.append(f"{name} nicht erfasst")
            elif value and " " in name and name.split()[0] not in COUNTED_ITEMS:
                phrases.append(name)
            elif value:
                phrases.append(f"{name} = {value}")
        return ", ".join(phrases) or "kein Bedarf"

    def inputs(self, state: int) -> dict[str, int]:
        """Return all cells, findings and criteria of one state that some axis sets."""
        values: dict[str, int] = {}
        for axis, position in zip(self.axes, self.positions[:, state], strict=True):
            values.update(axis.classes[position])
        return values


def domain(book: RuleBook, intervention: CatalogueEntry, *, recorded: bool = False) -> Domain:
    """Return the domain of an intervention.

    Parameters
    ----------
    recorded
        Only classes of ever more need in which everything is recorded: the lattice on which a level may not fall.
    """
    axes = tuple(_axes(book, intervention))
    sizes = [axis.rising if recorded else len(axis.classes) for axis in axes]
    count = math.prod(sizes)
    if count <= MOST_STATES:
        positions = np.indices(sizes).reshape(len(sizes), count) if sizes else np.zeros((0, 1), np.intp)
    else:
        rng = np.random.default_rng(0)
        positions = np.stack([rng.integers(0, size, SAMPLE) for size in sizes])
    return Domain(axes, positions, count <= MOST_STATES, states_at(book, axes, positions))


def states_at(book: RuleBook, axes: tuple[Axis, ...], positions: NDArray[np.intp]) -> States:
    """Return the states with the given class on each axis, ``positions`` of shape (axes, n)."""
    size = positions.shape[1]
    values: dict[str, NDArray[np.int16]] = {}
    for axis, position in zip(axes, positions, strict=True):
        for name in dict.fromkeys(key for entry in axis.classes for key in entry):
            default = NO_FINDING if name in GATES.values() else 0
            column = np.array([entry.get(name, default) for entry in axis.classes], np.int16)[position]
            values[name] = column
    ids = tuple(criterion.id for criterion in book.criteria)
    none = np.zeros(size, np.int16)
    return States(
        assessed=np.ones(size, np.bool_),
        cells={cell: values[cell] for cell in ASSESSMENT_CELLS if cell in values},
        continence_urine=values.get("continence_urine", none + NO_FINDING),
        continence_stool=values.get("continence_stool", none + NO_FINDING),
        criteria=np.stack([values.get(_criterion(name), none) > 0 for name in ids], 1)
        if ids
        else np.zeros((size, 0), np.bool_),
        criterion_ids=ids,
        special=values.get(_SPECIAL, none),
    )


def leaves_for(book: RuleBook, intervention: CatalogueEntry) -> list[Leaf]:
    """Return what the rules for an intervention ask, its own items named."""
    statements: list[Leaf] = []
    for rule in book.rules:
        if intervention.kind in rule.kinds:
            for leaf in leaves(rule.condition):
                if isinstance(leaf, LargestComparison) and not leaf.items:
                    statements.append(replace(leaf, items=intervention.bi_items))
                else:
                    statements.append(leaf)
    return statements


def _axes(book: RuleBook, intervention: CatalogueEntry) -> Iterator[Axis]:
    conditions = leaves_for(book, intervention)
    compared = [leaf for leaf in conditions if isinstance(leaf, LargestComparison)]
    by_grade = any(isinstance(leaf, PflegegradComparison) for leaf in conditions)
    banded = sorted({leaf.module for leaf in conditions if isinstance(leaf, PunktbereichComparison)})
    summed = range(1, 7) if by_grade else banded
    used_items: set[str] = set()
    for items, cuts in _groups(compared):
        used_items.update(items)
        yield _items(items, cuts, summed=module_of(items[0]) in summed)
    edition = instrument(book.as_of)
    rest = {m: [c for c in ASSESSMENT_CELLS if module_of(c) == m and c not in used_items] for m in summed}
    fills = {m: [_filled(m, rest[m], total) for total in (0, *edition.bands_from[m])] for m in summed}
    for module in banded:
        yield _module(module, fills[module], rest[module])
    if by_grade:
        unbanded = [m for m in summed if m not in banded]
        yield _assessment({m: fills[m] for m in unbanded}, [cell for m in unbanded for cell in rest[m]])
        yield Axis(_SPECIAL, ({_SPECIAL: 0}, {_SPECIAL: 1}, {_SPECIAL: MISSING}), 2)
    yield from _instability([leaf for leaf in conditions if isinstance(leaf, Unstable)], book)


# ---------------------------------------------------------------- items compared one by one


def _groups(compared: list[LargestComparison]) -> Iterator[tuple[tuple[str, ...], tuple[int, ...]]]:
    """Group items that the same comparisons use, with the values at which their results change."""
    by_item: dict[str, list[LargestComparison]] = {}
    for leaf in compared:
        for item in leaf.items:
            by_item.setdefault(item, []).append(leaf)
    groups: dict[tuple[object, ...], list[str]] = {}
    for item, leaves_of_item in by_item.items():
        alone = item if item in GATES else ""  # a gate is a finding of its own
        groups.setdefault((alone, *dict.fromkeys(leaves_of_item)), []).append(item)
    for items in groups.values():
        cuts = {cut for leaf in by_item[items[0]] for cut in _cuts(leaf)}
        yield tuple(items), tuple(sorted({0} | {cut for cut in cuts if 0 < cut <= _TOP}))


def _cuts(leaf: LargestComparison) -> tuple[int, ...]:
    """Return the values from which on a comparison has another result than below."""
    return {">=": (leaf.value,), "<=": (leaf.value + 1,), "=": (leaf.value, leaf.value + 1)}[leaf.operator]


def _items(items: tuple[str, ...], cuts: tuple[int, ...], *, summed: bool) -> Axis:
    """Return the axis of items seen together: one at each class, the others at nothing, full need, or not recorded."""
    first, *further = items
    gate = GATES.get(first)
    opened = {gate: CONTINENCE_OPENS_FROM} if gate else {}
    nothing = dict.fromkeys(further, 0)
    rising = [opened | nothing | {first: _points(first, value)} for value in cuts]
    if gate:  # behind a closed gate points do not count
        rising.insert(0, {gate: _CLOSED, first: _points(first, _TOP)})
    rising.append(opened | {item: _points(item, _TOP) for item in items})
    more = [opened | dict.fromkeys(items, MISSING)]
    if further:
        more += [opened | dict.fromkeys(further, MISSING) | {first: _points(first, value)} for value in cuts]
    if summed:  # the same largest value with more points in all
        more += [opened | {item: _points(item, cut - 1) for item in items} for cut in cuts[1:]]
    rising = [entry for i, entry in enumerate(rising) if entry not in rising[:i]]
    return Axis(", ".join(items), (*rising, *(entry for entry in more if entry not in rising)), len(rising))


def _points(item: str, value: int) -> int:
    """Return the points of a grade or frequency 0 to 3."""
    return allowed_points(item)[value]


# ---------------------------------------------------------------- sums


def _filled(module: int, cells: list[str], total: int) -> dict[str, int]:
    """Return recorded cells that add up to a sum of item points, or to the highest possible."""
    filled = dict.fromkeys(cells, 0)
    if module == module_of(COUNTED_ITEMS[0]):
        return {**filled, **_MODULE_5[max(sum_ for sum_ in _MODULE_5 if sum_ <= total)]}
    for cell in cells:
        if cell in GATES:
            continue  # without a finding it does not count
        enough = [points for points in allowed_points(cell) if points >= total]
        filled[cell] = enough[0] if enough else max(allowed_points(cell))
        total = max(total - filled[cell], 0)
    return filled


def _module(module: int, fills: list[dict[str, int]], cells: list[str]) -> Axis:
    """Return the axis of what no comparison looks at in a module: one class a Punktbereich, and not recorded."""
    rising = _rising(fills)
    return Axis(f"Modul {module}", (*rising, dict.fromkeys(cells, MISSING)), len(rising))


def _assessment(fills: Mapping[int, list[dict[str, int]]], cells: list[str]) -> Axis:
    """Return the axis of the modules only the Pflegegrad looks at, one raised after the other."""
    step = dict.fromkeys(fills, 0)
    chain: list[dict[str, int]] = []
    for module, levels in fills.items():
        for position in range(len(levels)):
            step[module] = position
            chain.append({cell: value for other, at in step.items() for cell, value in fills[other][at].items()})
    rising = _rising(chain)
    return Axis("übrige Module", (*rising, dict.fromkeys(cells, MISSING)), len(rising))


def _rising(fills: list[dict[str, int]]) -> list[dict[str, int]]:
    """Return each filling at least as high as the one before, cell by cell."""
    rising: list[dict[str, int]] = []
    for fill in fills:
        raised = {cell: max(value, rising[-1][cell]) for cell, value in fill.items()} if rising else fill
        if not rising or raised != rising[-1]:
            rising.append(raised)
    return rising


# ---------------------------------------------------------------- instability


def _criterion(name: str) -> str:
    return f"instabil: {name}"


def _instability(conditions: list[Unstable], book: RuleBook) -> Iterator[Axis]:
    """Return one axis for criteria that the same conditions name."""
    groups: dict[tuple[bool, ...], str] = {}
    for criterion in book.criteria:
        mentioned_by = tuple(not leaf.criteria or criterion.id in leaf.criteria for leaf in conditions)
        if any(mentioned_by):
            groups.setdefault(mentioned_by, criterion.id)
    for name in groups.values():
        key = _criterion(name)
        yield Axis(key, ({key: 0}, {key: 1}), 2)


def kinds_of(book: RuleBook) -> Iterator[list[CatalogueEntry]]:
    """Group the interventions that no rule of the book distinguishes."""

    def key(entry: CatalogueEntry) -> str:
        return repr(
            (entry.kind, entry.base, *(seen_of(r.condition, entry) for r in book.rules if entry.kind in r.kinds))
        )

    for _, kind in itertools.groupby(sorted(book.interventions, key=key), key):
        yield list(kind)
