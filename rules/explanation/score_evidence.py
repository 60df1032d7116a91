"""Punktbereich and Pflegegrad as an explanation shows them: the scores of the record, and what is missing."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from rules.instrument import MODULES, instrument
from rules.language.syntax import Condition, PflegegradComparison, PunktbereichComparison, leaves
from rules.score_bounds import scores_between
from rules.vocabulary import ASSESSMENT_CELLS, ITEMS_WITHOUT_DAILY, MISSING, module_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from rules.states import States

_NAMED: Final = 6
"""How many criteria of a module are named before they are only counted."""

SPECIAL: Final = "besondere Bedarfskonstellation"
"""What is missing where its cell cannot be read."""


@dataclass(frozen=True, slots=True)
class ScoreEvidence:
    """What a condition asks of sums.

    Attributes
    ----------
    title, value
        In German: "Pflegegrad", "2 bis 4, nicht alles ist erfasst".
    low, high
        Least and greatest value the record allows.
    missing
        Criteria not recorded, as "3.8 Abwehr …", or "9 Kriterien in Modul 5".
    """

    title: str
    value: str
    low: int
    high: int
    missing: tuple[str, ...]


def evidence_of_condition(condition: Condition, states: States, on: date) -> Iterator[ScoreEvidence]:
    """Yield the sums a condition compares, each once, for the first of some states."""
    for leaf in dict.fromkeys(leaves(condition)):
        if isinstance(leaf, PunktbereichComparison | PflegegradComparison):
            yield evidence_of_leaf(leaf, states, on)


def evidence_of_leaf(leaf: PunktbereichComparison | PflegegradComparison, states: States, on: date) -> ScoreEvidence:
    """Return what one statement on a sum looks at."""
    between = scores_between(states, on)
    if isinstance(leaf, PflegegradComparison):
        low, high = int(between.low.grade[0]), int(between.high.grade[0])
        special = 0 if states.special is None else int(states.special[0])
        evidence = _summed("Pflegegrad", low, high, () if special > 0 else MODULES, states, on)
        unknown = special == MISSING and low != high
        return replace(evidence, missing=(*evidence.missing, SPECIAL)) if unknown else evidence
    low, high = int(between.low.bands(leaf.module)[0]), int(between.high.bands(leaf.module)[0])
    title = f"Punktbereich in Modul {leaf.module} ({instrument(on).module_titles[leaf.module]})"
    return _summed(title, low, high, (leaf.module,), states, on)


def _summed(title: str, low: int, high: int, modules: tuple[int, ...], states: States, on: date) -> ScoreEvidence:
    missing = tuple(name for module in modules for name in _missing(module, states, on)) if low != high else ()
    return ScoreEvidence(
        title, str(low) if low == high else f"{low} bis {high}, nicht alles ist erfasst", low, high, missing
    )


def _missing(module: int, states: States, on: date) -> list[str]:
    """Name the criteria of a module that are not recorded, or count them where they are many."""
    titles = instrument(on).criteria
    items = []
    for cell in ASSESSMENT_CELLS:
        item, _, frequency = cell.partition(" ")
        if module_of(item) != module or (frequency == "täglich" and item in ITEMS_WITHOUT_DAILY):
            continue
        points = states.points(cell)[0] if cell in states.cells or not frequency else MISSING
        if int(points) == MISSING and item not in items:
            items.append(item)
    if len(items) > _NAMED:
        return [f"{len(items)} Kriterien in Modul {module}"]
    return [f"{item} {titles[item].title}" for item in items]
