"""From rules to tables: for each resident state and intervention the lowest and highest level, and who decides.

Combining rules is a maximum, so the whole step is a few small maxima over conditions that are evaluated
once per state. No loop over performed interventions, ever.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from rules.condition import FALSE, TRUE, Condition, Truth, evaluate, seen_of
from rules.vocabulary import KINDS_WITHOUT_RESIDENT

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from rules.model import Intervention, RuleBook
    from rules.states import States

NO_RULE: Final = 0xFFFF
"""Deciding rule where the level is not known."""


@dataclass(frozen=True)
class LevelTable:
    """Levels of n resident states for the I interventions of a rulebook, in its order.

    Attributes
    ----------
    low, high : (n, I) uint8
        Lowest and highest level the recorded inputs allow, 1-4. 0 = not to be rated: the kind of
        intervention needs an assessment and none is in force.
    rule : (n, I) uint16
        Position in ``book.rules`` of the first rule that decides, or NO_RULE where low and high differ.
    bars_certificates : (n, I) bool
        A rule that admits no certificate is among those that decide.
    """

    low: NDArray[np.uint8]
    high: NDArray[np.uint8]
    rule: NDArray[np.uint16]
    bars_certificates: NDArray[np.bool_]

    @property
    def level(self) -> NDArray[np.uint8]:
        """QN-Soll, shape (n, I): 1-4, or 0 = unknown."""
        return np.where(self.low == self.high, self.low, np.uint8(0))


def _signature(entry: Intervention) -> tuple[object, ...]:
    """Return what the rules can see of an intervention: entries that agree here share a column."""
    return entry.kind, entry.bi_items, entry.base, entry.reserved, entry.accepts and entry.accepts.certificate


def compile_levels(book: RuleBook, states: States) -> LevelTable:
    """Compile a rulebook for resident states.

    Raises
    ------
    ValueError
        Where an intervention is covered by no rule at all: a level is never made up.
    """
    columns: dict[tuple[object, ...], int] = {}
    position = np.array([columns.setdefault(_signature(e), len(columns)) for e in book.interventions], np.intp)
    samples = {columns[_signature(entry)]: entry for entry in book.interventions}
    cache: dict[tuple[Condition, tuple[object, ...]], Truth] = {}
    parts = [_column(book, samples[i], states, cache) for i in range(len(columns))]
    low, high, rule, barred = (np.stack(part, axis=1) for part in zip(*parts, strict=True))
    return LevelTable(low[:, position], high[:, position], rule[:, position], barred[:, position])


def _column(
    book: RuleBook,
    entry: Intervention,
    states: States,
    cache: dict[tuple[Condition, tuple[object, ...]], Truth],
) -> tuple[NDArray[np.uint8], NDArray[np.uint8], NDArray[np.uint16], NDArray[np.bool_]]:
    """Compile one intervention: arrays of shape (n,) as in :class:`LevelTable`."""
    low, high = np.zeros((2, states.size), np.uint8)
    rule = np.full(states.size, NO_RULE, np.uint16)
    barred = np.zeros(states.size, np.bool_)
    covering = [(i, r) for i, r in enumerate(book.rules) if entry.kind in r.kinds]
    if not covering:
        raise ValueError(f"Für die Intervention {entry.id} ({entry.kind}) gilt keine Regel.")
    for i, current in covering:
        key = (current.condition, seen_of(current.condition, entry))
        if key not in cache:
            cache[key] = evaluate(current.condition, states, entry, book.as_of)
        truth, level = cache[key], np.uint8(current.level_for(entry))
        if not truth.any():
            continue  # false everywhere: it neither raises nor might
        holds = truth == TRUE
        raises = holds & (level > low)
        rule[raises] = i
        if current.bars_certificates:
            barred |= raises | (holds & (level == low))
        else:
            barred &= ~raises
        np.maximum(low, level, out=low, where=holds)
        np.maximum(high, level, out=high, where=truth != FALSE)
    if entry.kind not in KINDS_WITHOUT_RESIDENT:
        low, high = low * states.assessed, high * states.assessed
    unknown = (low != high) | (low == 0)
    rule[unknown] = NO_RULE
    return low, high, rule, barred & ~unknown
