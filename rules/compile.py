"""From rules to tables: for each resident state and intervention the lowest and highest level, and who decides.

Combining rules is a maximum, so the whole step is a few maxima over conditions that are evaluated once per state. What
the rulebook alone decides of that is planned once (:mod:`rules.compile_plan`). No loop over performed interventions,
ever.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from rules.compile_plan import LEVEL_BITS, NO_RULE
from rules.language.condition import FALSE, TRUE, evaluate
from rules.vocabulary import KINDS_WITHOUT_RESIDENT

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from rules.model import RuleBook
    from rules.states import States

_AT_ONCE: Final = 1 << 12
"""States compiled together."""


@dataclass(frozen=True)
class LevelTable:
    """Levels of n resident states for the I interventions of a rulebook, in its order.

    Attributes
    ----------
    low, high : (n, I) uint8
        Lowest and highest level the recorded inputs allow, 1-4. 0 = not to be rated: the kind of
        intervention needs an assessment and none is effective.
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


def compile_levels(book: RuleBook, states: States) -> LevelTable:
    """Compile a rulebook for resident states.

    Raises
    ------
    ValueError
        Where an intervention is covered by no rule at all: a level is never made up.
    """
    plan = book.plan
    truths = np.full((len(plan.questions) + 1, states.size), FALSE, np.uint8)
    for truth, (condition, entry) in zip(truths, plan.questions, strict=False):
        truth[:] = evaluate(condition, states, entry, book.as_of)
    columns = plan.rank.shape[1]
    low, high = np.empty((2, columns, states.size), np.uint8)
    rule, barred = np.empty(low.shape, np.uint16), np.empty(low.shape, np.bool_)
    place, bars = plan.place[:, :, None], (plan.place * plan.bars)[:, :, None]
    level, first_rule = (plan.ranks >> LEVEL_BITS).astype(np.uint8), NO_RULE - (plan.ranks & NO_RULE)
    for start in range(0, states.size, _AT_ONCE):
        part = np.s_[:, start : start + _AT_ONCE]
        truth = truths[part][plan.question]
        surely = truth == TRUE
        best = (surely * place).max(axis=0)
        low[part], rule[part] = level[best], first_rule[best]
        high[part] = level[((truth != FALSE) * place).max(axis=0)]
        barred[part] = level[(surely * bars).max(axis=0)] == low[part]
    # Interventions of a column are of the same kind.
    sample = [book.interventions[i] for i in np.unique(plan.column, return_index=True)[1]]
    needs = np.array([entry.kind not in KINDS_WITHOUT_RESIDENT for entry in sample])
    rated = states.assessed | ~needs[:, None]
    low, high = low * rated, high * rated
    certain = (low == high) & (low > 0)
    decides = np.where(certain, rule, np.uint16(NO_RULE))
    of_columns = (low, high, decides, barred & certain)
    return LevelTable(*(np.ascontiguousarray(of_column[plan.column].T) for of_column in of_columns))
