"""The compiled tables equal the slow reference on every state the rules can tell apart."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

import numpy as np
import pytest

from rules.compile import NO_RULE, LevelTable, compile_levels
from rules.model import Intervention, RuleBook
from rules.reference import Resident, level
from rules.states import States
from rules.vocabulary import MISSING

GRADES = (MISSING, 0, 1, 2, 3)
FREQUENCY_POINTS = (MISSING, 0, 1, 3, 5)
STEP = {"4.8": 3, "4.9": 2, "4.10": 2}
NO_GATE, OPEN_GATE = 0, 3


def largest_classes(items: tuple[str, ...], values: tuple[int, ...], step: dict[str, int]) -> Iterator[dict[str, int]]:
    """Give each combination of (largest recorded value, is one missing) the items can show."""
    if not items:
        yield {}
        return
    first, *rest = items
    for value in values:
        scaled = value if value == MISSING else value * step.get(first, 1)
        yield {first: scaled} | dict.fromkeys(rest, 0)
        if rest and value != MISSING:
            yield {first: scaled} | dict.fromkeys(rest, MISSING)


def domain(entry: Intervention) -> Iterator[tuple[dict[str, int], int, bool]]:
    """Enumerate cells, continence finding and instability: all classes the rules for this kind can tell apart."""
    behaviour = ("3.3", "3.5", "3.8") if entry.kind == "koerper" else ("3.1", "3.3", "3.5", "3.8", "3.9")
    if entry.kind not in {"koerper", "alltag"}:
        behaviour = ()
    orientation = {"koerper": ("2.10",), "alltag": ("2.8", "2.10")}.get(entry.kind, ())
    gates = (NO_GATE, OPEN_GATE) if {"4.11", "4.12"} & set(entry.bi_items) else (NO_GATE,)
    for own, shown, seen, gate, unstable in product(
        largest_classes(entry.bi_items, GRADES, STEP),
        largest_classes(behaviour, FREQUENCY_POINTS, {}),
        product(GRADES, repeat=len(orientation)),
        gates,
        (False, True),
    ):
        yield own | shown | dict(zip(orientation, seen, strict=True)), gate, unstable


def states_of(cases: list[tuple[dict[str, int], int, bool]]) -> States:
    names = {name for cells, _, _ in cases for name in cells}
    return States(
        assessed=np.ones(len(cases), bool),
        cells={name: np.array([cells.get(name, MISSING) for cells, _, _ in cases], np.int16) for name in names},
        continence_urine=np.array([gate for _, gate, _ in cases]),
        continence_stool=np.array([gate for _, gate, _ in cases]),
        unstable=np.array([unstable for _, _, unstable in cases]),
    )


def resident_of(case: tuple[dict[str, int], int, bool]) -> Resident:
    cells, gate, unstable = case
    points = {name: value for name, value in cells.items() if value != MISSING}
    return Resident(points, urine_opens=gate == OPEN_GATE, stool_opens=gate == OPEN_GATE, unstable=unstable)


def signatures(book: RuleBook) -> list[Intervention]:
    """Return one intervention of each kind the rules can tell apart."""
    seen: dict[object, Intervention] = {}
    for entry in book.interventions:
        seen.setdefault((entry.kind, entry.bi_items, entry.base, entry.reserved), entry)
    return list(seen.values())


def test_compiled_equals_reference_everywhere(book: RuleBook) -> None:
    checked = 0
    for entry in signatures(book):
        cases = list(domain(entry))
        table = compile_levels(book, states_of(cases))
        column = book.index[entry.id]
        for i, case in enumerate(cases):
            answer = level(book, entry, resident_of(case))
            assert (table.low[i, column], table.high[i, column]) == (answer.low, answer.high), (entry.id, case)
            assert_deciding(book, table, i, column, answer.deciding)
            checked += 1
    assert checked > 10_000


def assert_deciding(book: RuleBook, table: LevelTable, i: int, column: int, deciding: tuple[str, ...]) -> None:
    """The rule named is among those that decide, and so is the one that bars certificates."""
    rule = table.rule[i, column]
    assert (rule == NO_RULE) == (not deciding)
    if deciding:
        assert book.rules[rule].id in deciding
    assert table.bars_certificates[i, column] == ("instabil" in deciding)


@pytest.mark.parametrize("items", [("1.1", "1.2", "1.3"), ("4.8", "4.9"), ("1.1", "4.1", "4.3")])
def test_a_largest_grade_is_right_for_every_combination_of_items(book: RuleBook, items: tuple[str, ...]) -> None:
    entry = next(e for e in book.interventions if set(items) <= set(e.bi_items))
    cases = [
        (
            {
                name: value if value == MISSING else value * STEP.get(name, 1)
                for name, value in zip(items, row, strict=True)
            }
            | dict.fromkeys(set(entry.bi_items) - set(items), 0)
            | {"2.10": 0, "3.3": 0, "3.5": 0, "3.8": 0},
            NO_GATE,
            False,
        )
        for row in product(GRADES, repeat=len(items))
    ]
    table = compile_levels(book, states_of(cases))
    column = book.index[entry.id]
    for i, case in enumerate(cases):
        answer = level(book, entry, resident_of(case))
        assert (table.low[i, column], table.high[i, column]) == (answer.low, answer.high), case


def test_without_an_assessment_only_indirect_work_is_rated(book: RuleBook) -> None:
    nobody = States(
        assessed=np.array([False]),
        cells={},
        continence_urine=np.array([-1]),
        continence_stool=np.array([-1]),
        unstable=np.array([False]),
    )
    table = compile_levels(book, nobody)
    for column, entry in enumerate(book.interventions):
        answer = level(book, entry, None)
        assert (table.low[0, column], table.high[0, column]) == (answer.low, answer.high)
        assert (table.level[0, column] == 0) == (entry.kind not in {"organisation", "hauswirtschaft", "vorbehalt"})


def test_more_need_never_lowers_a_level(book: RuleBook) -> None:
    """Raise one input by one step, anywhere in the domain: no level falls."""
    for entry in signatures(book):
        cases = [case for case in domain(entry) if MISSING not in case[0].values()]
        column = book.index[entry.id]
        levels = compile_levels(book, states_of(cases)).level[:, column]
        for name in {name for cells, _, _ in cases for name in cells}:
            scale = (0, 1, 3, 5) if name.startswith("3.") else tuple(g * STEP.get(name, 1) for g in range(4))
            raised = [
                (cells | {name: scale[min(scale.index(cells[name]) + 1, 3)]}, gate, unstable)
                for cells, gate, unstable in cases
            ]
            assert (compile_levels(book, states_of(raised)).level[:, column] >= levels).all(), (entry.id, name)
        unstable = [(cells, gate, True) for cells, gate, _ in cases]
        assert (compile_levels(book, states_of(unstable)).level[:, column] >= levels).all(), entry.id
