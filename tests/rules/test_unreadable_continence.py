"""A continence finding that cannot be read leaves open whether its item counts: unknown, never 0."""

from __future__ import annotations

from datetime import date
from itertools import product

import numpy as np
import pytest

from rules import assessment
from rules.compile import compile_levels
from rules.explanation.explain import explain
from rules.explanation.facts import Facts
from rules.language.condition import FALSE, TRUE, UNKNOWN, evaluate, parse
from rules.model import RuleBook
from rules.reference import level, resident_at
from rules.score_bounds import scores_between
from rules.states import single, stacked
from rules.vocabulary import ASSESSMENT_CELLS, CONTINENCE_OPENS_FROM, MISSING, NO_FINDING, UNREADABLE_FINDING

DAY = date(2026, 3, 2)
NOTHING = dict.fromkeys(ASSESSMENT_CELLS, 0)


@pytest.mark.parametrize(("points", "total"), [(0, 0), (2, -1), (MISSING, -1)])
def test_the_sum_is_missing_unless_the_item_has_no_points(points: int, total: int) -> None:
    items = {cell: np.array([value]) for cell, value in (NOTHING | {"4.11": points}).items()}
    findings = np.array([UNREADABLE_FINDING])
    scores = assessment.score(items, continence_urine=findings, continence_stool=np.array([0]), on=DAY)
    assert scores.sums[4].tolist() == [total]
    assert scores.grade.tolist() == [total]


@pytest.mark.parametrize(("points", "truth"), [(0, FALSE), (3, UNKNOWN), (MISSING, UNKNOWN)])
def test_a_condition_on_the_item_is_unknown(book: RuleBook, points: int, truth: int) -> None:
    states = single({"4.11": points}, continence_urine=UNREADABLE_FINDING)
    assert int(evaluate(parse("grad(4.11) >= 1"), states, book.interventions[0])[0]) == truth
    opened = single({"4.11": 3}, continence_urine=CONTINENCE_OPENS_FROM)
    assert int(evaluate(parse("grad(4.11) >= 1"), opened, book.interventions[0])[0]) == TRUE


def test_bounds_are_those_of_a_closed_and_an_open_gate() -> None:
    full = NOTHING | {"4.11": 3, "4.12": 3}
    bounds = scores_between(single(full, continence_urine=UNREADABLE_FINDING, continence_stool=NO_FINDING))
    assert (bounds.low.sums[4].tolist(), bounds.high.sums[4].tolist()) == ([0], [3])


def test_compiled_levels_equal_the_reference(book: RuleBook) -> None:
    states = stacked(
        [
            single(NOTHING | {"4.11": urine, "4.12": stool}, continence_urine=first, continence_stool=second)
            for urine, stool in product((MISSING, 0, 3), repeat=2)
            for first, second in product((UNREADABLE_FINDING, NO_FINDING, CONTINENCE_OPENS_FROM), repeat=2)
        ]
    )
    table = compile_levels(book, states)
    for row in range(states.size):
        for position, entry in enumerate(book.interventions):
            expected = level(book, entry, resident_at(states, row))
            assert (int(table.low[row, position]), int(table.high[row, position])) == (expected.low, expected.high)


def test_an_explanation_does_not_say_that_the_item_does_not_count(book: RuleBook) -> None:
    entry = next(one for one in book.interventions if "4.11" in one.bi_items)
    facts = Facts(DAY, assessed=True, cells=NOTHING | {"4.11": 3}, continence_urine=UNREADABLE_FINDING)
    inputs = [one for rule in explain(book, entry, facts).rules for one in rule.inputs if one.item == "4.11"]
    assert {one.value for one in inputs} == {"nicht erfasst"}
