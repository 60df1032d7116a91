"""What compiling a rulebook needs of it alone: which conditions to ask, and which of them raise what."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final

import numpy as np

from rules.language.syntax import Condition, seen_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from rules.catalogue import CatalogueEntry
    from rules.rule import Rule

LEVEL_BITS: Final = 16
"""Where the level is in a rank; below it the rule, the first one highest."""

NO_RULE: Final = 0xFFFF
"""Deciding rule where the level is not known."""


@dataclass(frozen=True)
class CompilePlan:
    """How to compile a rulebook.

    Interventions of which the rules see the same share one of c columns. A column is covered by at most r rules.

    Attributes
    ----------
    column : (interventions,) intp
        Column of each intervention.
    questions
        Conditions to evaluate, each with an intervention it is asked for: where two see the same, they are one.
    question : (r, c) intp
        Question of each covering rule; the one after the last question is never true.
    rank : (r, c) uint32
        ``level << LEVEL_BITS | NO_RULE - rule``: the greatest rank is the highest level, of equals the first rule.
    bars : (r, c) bool
        The rule admits no certificate while it decides.
    """

    column: NDArray[np.intp]
    questions: tuple[tuple[Condition, CatalogueEntry], ...]
    question: NDArray[np.intp]
    rank: NDArray[np.uint32]
    bars: NDArray[np.bool_]

    @cached_property
    def ranks(self) -> NDArray[np.uint32]:
        """The different ranks in ascending order, first none at all (0)."""
        return np.unique(np.append(self.rank, np.uint32(0)))

    @cached_property
    def place(self) -> NDArray[np.unsignedinteger]:
        """The place of each rank in ``ranks``, shape (r, c): narrow, so that many states fit into the cache."""
        place = np.searchsorted(self.ranks, self.rank)
        return place.astype(np.min_scalar_type(len(self.ranks)))


def plan_of(interventions: Sequence[CatalogueEntry], rules: Sequence[Rule]) -> CompilePlan:
    """Plan the compiling of a rulebook.

    Raises
    ------
    ValueError
        Where an intervention is covered by no rule at all: a level is never made up.
    """
    samples: dict[tuple[object, ...], CatalogueEntry] = {}
    for entry in interventions:
        samples.setdefault(_signature(entry), entry)
    places = {signature: i for i, signature in enumerate(samples)}
    covering = [[(i, rule) for i, rule in enumerate(rules) if e.kind in rule.kinds] for e in samples.values()]
    size = max(map(len, covering), default=0), len(samples)
    rank, bars = np.zeros(size, np.uint32), np.zeros(size, bool)
    question = np.full(size, -1, np.intp)
    questions: dict[tuple[Condition, tuple[object, ...]], int] = {}
    askers: list[tuple[Condition, CatalogueEntry]] = []
    for c, (entry, own_rules) in enumerate(zip(samples.values(), covering, strict=True)):
        if not own_rules:
            raise ValueError(f"Für die Intervention {entry.id} ({entry.kind}) gilt keine Regel.")
        for r, (i, rule) in enumerate(own_rules):
            key = rule.condition, seen_of(rule.condition, entry)
            if key not in questions:
                questions[key] = len(askers)
                askers.append((rule.condition, entry))
            question[r, c] = questions[key]
            rank[r, c] = rule.level_for(entry) << LEVEL_BITS | NO_RULE - i
            bars[r, c] = rule.bars_certificates
    question[question < 0] = len(askers)
    return CompilePlan(
        np.array([places[_signature(e)] for e in interventions], np.intp), tuple(askers), question, rank, bars
    )


def _signature(entry: CatalogueEntry) -> tuple[object, ...]:
    """Return what the rules can see of an intervention: entries that agree here share a column."""
    return entry.kind, entry.bi_items, entry.base, entry.reserved, entry.accepts and entry.accepts.certificate
