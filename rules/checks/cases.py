"""A rulebook compared with cases: where it differs from what a care expert wrote down."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from rules.compile import compile_levels
from rules.language.condition import FALSE, TRUE, UNKNOWN, evaluate, items_of
from rules.states import States, stacked
from rules.vocabulary import MISSING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from rules.cases import Case, Expectation
    from rules.catalogue import CatalogueEntry
    from rules.compile import LevelTable
    from rules.language.condition import Truth
    from rules.model import RuleBook

NONE: Final = "keines"
BARRED: Final = "gesperrt"
"""What an expectation can state about certificates, besides naming one: there is none; a deciding rule admits none."""


@dataclass(frozen=True, slots=True)
class Deviation:
    """Where a rulebook differs from a case. ``message`` is one German sentence."""

    case: str
    intervention: str
    message: str

    def __str__(self) -> str:
        return f"Fall {self.case}, Intervention {self.intervention}: {self.message}"


def states_of(book: RuleBook, cases: Sequence[Case]) -> States:
    """Return the residents of n cases as n states."""
    return stacked([case.facts(book.as_of, book.criteria).states() for case in cases])


def deviations(book: RuleBook, cases: Sequence[Case], states: States | None = None) -> list[Deviation]:
    """Compare a rulebook with cases: all states at once, by the compiled table.

    Parameters
    ----------
    states
        What :func:`states_of` returns for the cases, where several rulebooks are compared with them.

    Returns
    -------
    list of Deviation
        Empty where the rulebook agrees with the cases.
    """
    states = states or states_of(book, cases)
    table = compile_levels(book, states)
    criteria = {entry.id for entry in book.criteria}
    contradictions = []
    answers: dict[str, _Asked] = {}
    for row, case in enumerate(cases):
        for expected in case.expected:
            name = expected.intervention
            if name not in book.index:
                contradictions.append(Deviation(case.id, name, "Diese Intervention gibt es im Regelwerk nicht."))
                continue
            if name not in answers:
                answers[name] = _Asked.of(book, book.interventions[book.index[name]], states, table)
            problems = answers[name].differences(row, expected)
            contradictions.extend(Deviation(case.id, name, text) for text in problems)
        contradictions.extend(
            Deviation(case.id, "", f"Das Kriterium „{name}“ gibt es im Regelwerk nicht.")
            for name in case.unstable
            if name not in criteria
        )
    return contradictions


@dataclass(frozen=True, slots=True)
class _Asked:
    """A rulebook's answer for one intervention in all states; ``truth`` by rule id."""

    entry: CatalogueEntry
    titled: Callable[[str], bool]
    states: States
    low: NDArray[np.uint8]
    high: NDArray[np.uint8]
    barred: NDArray[np.bool_]
    truth: Mapping[str, Truth]
    level: Mapping[str, int]
    items: Mapping[str, tuple[str, ...]]

    @classmethod
    def of(cls, book: RuleBook, entry: CatalogueEntry, states: States, table: LevelTable) -> _Asked:
        column = book.index[entry.id]
        rules = [rule for rule in book.rules if entry.kind in rule.kinds]
        return cls(
            entry,
            lambda title: book.find_intervention(title) is entry,
            states,
            table.low[:, column],
            table.high[:, column],
            table.bars_certificates[:, column],
            {rule.id: evaluate(rule.condition, states, entry, book.as_of) for rule in rules},
            {rule.id: rule.level_for(entry) for rule in rules},
            {rule.id: items_of(rule.condition, entry) for rule in rules},
        )

    def differences(self, row: int, expected: Expectation) -> Iterator[str]:
        if expected.title and not self.titled(expected.title):
            yield f"Erwartet ist der Titel „{expected.title}“, im Regelwerk steht „{self.entry.title}“."
        low, high = int(self.low[row]), int(self.high[row])
        if (low, high) != (expected.low, expected.high):
            yield f"Erwartet ist {_span(expected.low, expected.high)}, das Regelwerk sagt {_span(low, high)}."
            return
        truth = {name: answer[row] for name, answer in self.truth.items()}
        if low == high > 0:
            deciding = {name for name, answer in truth.items() if answer == TRUE and self.level[name] == low}
            yield from _difference("Entscheidende Regeln", expected.deciding, deciding)
            yield from self._certificate(expected.certificate, barred=bool(self.barred[row]))
        elif low < high:
            open_rules = [name for name, answer in truth.items() if answer == UNKNOWN and self.level[name] > low]
            missing = {
                item for name in open_rules for item in self.items[name] if self.states.points(item)[row] == MISSING
            }
            yield from _difference("Fehlende Angaben", expected.missing, missing)
        wrong = [name for name in expected.fails if truth.get(name) != FALSE]
        if wrong:
            yield f"Diese Regeln dürften gefragt werden, aber nicht zutreffen: {', '.join(wrong)}."

    def _certificate(self, expected: str, *, barred: bool) -> Iterator[str]:
        accepts = str(self.entry.accepts) if self.entry.accepts else NONE
        actual = BARRED if barred else accepts
        if actual != expected and (expected or actual not in {NONE, BARRED}):
            yield f"Erwartet ist als Zertifikat „{expected or NONE}“, das Regelwerk sagt „{actual}“."


def _span(low: int, high: int) -> str:
    if low == high:
        return f"QN {low}" if low else "„nicht bewertbar“"
    return f"QN {low} bis {high}"


def _difference(what: str, expected: Sequence[str], actual: set[str]) -> Iterator[str]:
    if set(expected) != actual:
        yield f"{what}: erwartet {', '.join(sorted(expected))}; das Regelwerk sagt {', '.join(sorted(actual))}."
