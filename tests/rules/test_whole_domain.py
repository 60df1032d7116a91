"""The compiled tables equal the slow reference on every state the rules can distinguish."""

from __future__ import annotations

from datetime import date
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules.catalogue import CatalogueEntry
from rules.checks.domain import domain, kinds_of
from rules.checks.entries import check_documents
from rules.compile import LevelTable, compile_levels
from rules.compile_plan import NO_RULE
from rules.language.condition import (
    FALSE,
    TRUE,
    Always,
    And,
    AtLeast,
    Certified,
    Condition,
    LargestComparison,
    Not,
    Or,
    PflegegradComparison,
    PunktbereichComparison,
    Reserved,
    Unstable,
    evaluate,
    parse,
    words,
)
from rules.model import RuleBook
from rules.reference import holds, level, resident_at
from rules.states import States
from rules.vocabulary import (
    ASSESSMENT_CELLS,
    COUNTED_ITEMS,
    FREQUENCY_ITEMS,
    GRADED_ITEMS,
    MISSING,
    allowed_points,
)
from tests.support.rules import toy

GRADES = (MISSING, 0, 1, 2, 3)
ON = date(2026, 1, 1)


def assert_equal(book: RuleBook, states: States, columns: list[int], rows: list[int] | None = None) -> int:
    """Hold the compiled table against the reference."""
    table = compile_levels(book, states)
    wanted = rows if rows is not None else list(range(states.size))
    for i in wanted:
        resident = resident_at(states, i)
        for column in columns:
            entry = book.interventions[column]
            answer = level(book, entry, resident)
            assert (table.low[i, column], table.high[i, column]) == (answer.low, answer.high), (entry.id, resident)
            assert_deciding(book, table, i, column, answer.deciding)
    return len(wanted) * len(columns)


def assert_deciding(book: RuleBook, table: LevelTable, i: int, column: int, deciding: tuple[str, ...]) -> None:
    """The rule named is among those that decide, and so is the one that bars certificates."""
    rule = table.rule[i, column]
    assert (rule == NO_RULE) == (not deciding)
    if deciding:
        assert book.rules[rule].id in deciding
    barring = {entry.id for entry in book.rules if entry.bars_certificates}
    assert table.bars_certificates[i, column] == bool(barring & set(deciding))


def test_compiled_equals_reference_everywhere(book: RuleBook) -> None:
    checked = 0
    for entries in kinds_of(book):
        walked = domain(book, entries[0])
        assert walked.whole
        checked += assert_equal(book, walked.states, [book.index[entry.id] for entry in entries])
    assert checked > 10_000


def test_the_domain_reaches_every_level_and_every_rule(book: RuleBook) -> None:
    reached: set[tuple[str, int]] = set()
    deciding: set[str] = set()
    for entries in kinds_of(book):
        walked = domain(book, entries[0])
        table = compile_levels(book, walked.states)
        column = book.index[entries[0].id]
        reached |= {(entries[0].kind, int(found)) for found in table.level[:, column]}
        deciding |= {book.rules[found].id for found in table.rule[:, column] if found != NO_RULE}
    assert {found for kind, found in reached if kind == "koerper"} == {0, 1, 2, 3, 4}
    assert {found for kind, found in reached if kind == "alltag"} == {0, 1, 2, 3, 4}
    # § 4 PflBG asks for what the reserved tasks ask for anyway, so the first rule is named.
    assert deciding == {rule.id for rule in book.rules} - {"vorbehalt"}


@pytest.mark.slow
def test_an_invented_book_with_every_word_of_the_language() -> None:
    assert check_documents(toy.documents()) == []
    book = toy.book()
    checked = 0
    for entries in kinds_of(book):
        walked = domain(book, entries[0])
        rng = np.random.default_rng(len(entries))
        rows = list(range(walked.size)) if walked.size <= 400 else rng.choice(walked.size, 400, replace=False).tolist()
        checked += assert_equal(book, walked.states, [book.index[entry.id] for entry in entries], rows)
    assert checked > 1000


@pytest.mark.deep
def test_the_invented_book_on_its_whole_domain() -> None:
    book = toy.book()
    for entries in kinds_of(book):
        walked = domain(book, entries[0])
        assert_equal(book, walked.states, [book.index[entries[0].id]], list(range(min(walked.size, 20_000))))


@pytest.mark.parametrize("items", [("1.1", "1.2", "1.3"), ("4.8", "4.9"), ("1.1", "4.1", "4.3")])
def test_a_largest_grade_is_right_for_every_combination_of_items(book: RuleBook, items: tuple[str, ...]) -> None:
    entry = next(e for e in book.interventions if set(items) <= set(e.bi_items))
    rows = list(product(GRADES, repeat=len(items)))
    grades = np.array(rows).T
    zeros = np.zeros(len(rows), np.int16)
    cells = dict.fromkeys((*entry.bi_items, "2.10", "3.3", "3.5", "3.8"), zeros)
    for name, values in zip(items, grades, strict=True):
        cells[name] = np.where(values < 0, MISSING, np.array(allowed_points(name))[values]).astype(np.int16)
    no_one = np.zeros((len(rows), 1), bool)
    states = States(np.ones(len(rows), bool), cells, zeros, zeros, no_one, ("sturz",))
    assert assert_equal(book, states, [book.index[entry.id]]) == 5 ** len(items)


def test_without_an_assessment_only_indirect_work_is_rated(book: RuleBook) -> None:
    none = np.array([-1])
    no_one = States(np.array([False]), {}, none, none, np.array([[False]]), ("sturz",))
    table = compile_levels(book, no_one)
    for column, entry in enumerate(book.interventions):
        answer = level(book, entry, None)
        assert (table.low[0, column], table.high[0, column]) == (answer.low, answer.high)
        assert (table.level[0, column] == 0) == (entry.kind not in {"organisation", "hauswirtschaft", "vorbehalt"})


# ---------------------------------------------------------------- any condition, any resident

CRITERIA = ("sturz", "wunde", "fieber")


def _compared(top: int) -> st.SearchStrategy[tuple[str, int]]:
    return st.tuples(st.sampled_from((">=", "<=", "=")), st.integers(0, top))


def _some(names: tuple[str, ...], least: int = 1) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(st.sampled_from(names), min_size=least, max_size=3, unique=True).map(tuple)


LEAVES: st.SearchStrategy[Condition] = st.one_of(
    st.just(Always()),
    st.just(Reserved()),
    st.sampled_from(("LG1", "LG2")).map(Certified),
    _some(CRITERIA, 0).map(Unstable),
    st.builds(lambda items, c: LargestComparison("grad", items, *c), _some(GRADED_ITEMS, 0), _compared(3)),
    st.builds(lambda items, c: LargestComparison("häufigkeit", items, *c), _some(FREQUENCY_ITEMS), _compared(3)),
    st.builds(lambda module, c: PunktbereichComparison(module, *c), st.integers(1, 6), _compared(4)),
    _compared(5).map(lambda c: PflegegradComparison(*c)),
)


def _joined(parts: st.SearchStrategy[Condition]) -> st.SearchStrategy[Condition]:
    several = st.lists(parts, min_size=2, max_size=4).map(tuple)
    at_least = several.flatmap(lambda conditions: st.integers(1, len(conditions)).map(lambda n: AtLeast(n, conditions)))
    return st.one_of(parts.map(Not), several.map(And), several.map(Or), at_least)


CONDITIONS = st.recursive(LEAVES, _joined, max_leaves=8)


@given(CONDITIONS)
def test_reading_is_the_inverse_of_words(condition: Condition) -> None:
    assert parse(words(condition), CRITERIA, ("LG1", "LG2")) == condition


def residents(seed: int, size: int) -> States:
    """Draw residents of all degrees of need, with gaps."""
    rng = np.random.default_rng(seed)
    need, gaps = rng.random(size), rng.choice((0, 0.02, 0.3), size)
    cells = {}
    for cell in ASSESSMENT_CELLS:
        scale = (0, 1, 2, 3, 7, 21) if cell.split()[0] in COUNTED_ITEMS else allowed_points(cell)
        value = np.where(rng.random(size) < need, rng.choice(scale, size), 0)
        cells[cell] = np.where(rng.random(size) < gaps, MISSING, value).astype(np.int16)
    findings = rng.integers(-1, 6, (2, size))
    active = rng.random((size, len(CRITERIA))) < 0.3
    return States(np.ones(size, bool), cells, *findings, active, CRITERIA, rng.random(size) < 0.05)


def truths(book: RuleBook, entry: CatalogueEntry, states: States) -> set[tuple[int, ...]]:
    """Return what the rules for an intervention say of states, each combination once."""
    asked = [rule.condition for rule in book.rules if entry.kind in rule.kinds]
    return set(zip(*(evaluate(each, states, entry, book.as_of).tolist() for each in asked), strict=True))


@pytest.mark.parametrize("gaps", [False, True], ids=["recorded", "with gaps"])
def test_no_resident_is_outside_the_domain(book: RuleBook, gaps: bool) -> None:  # noqa: FBT001
    """What the rules say of any resident they say of some state of the domain."""
    states = residents(3, 4000)
    if not gaps:
        for values in states.cells.values():
            np.maximum(values, 0, out=values)
    books = [book] if gaps else [book, toy.book()]
    for own_book in books:
        for entries in kinds_of(own_book):
            walked = domain(own_book, entries[0])
            assert truths(own_book, entries[0], states) <= truths(own_book, entries[0], walked.states), entries[0].id


@pytest.mark.slow
@settings(deadline=None)
@given(CONDITIONS, st.integers(0, 50))
def test_any_condition_means_the_same_to_both_readers(condition: Condition, seed: int) -> None:
    states = residents(seed, 12)
    entries = toy.book().interventions
    for entry in (entries[1], entries[2], entries[5]):
        result = evaluate(condition, states, entry, ON).tolist()
        expected = [holds(condition, entry, resident_at(states, i), ON) for i in range(states.size)]
        assert result == [{True: TRUE, False: FALSE, None: 1}[answer] for answer in expected]


def test_more_recorded_never_unsettles_what_is_known() -> None:
    """Fill one gap after the other: bounds only narrow, and a settled truth stays."""
    states = residents(7, 200)
    complete = residents(7, 200)
    rng = np.random.default_rng(1)
    for cell, values in complete.cells.items():
        scale = (0, 1, 2, 3) if cell.split()[0] in COUNTED_ITEMS else allowed_points(cell)
        complete.cells[cell][values < 0] = rng.choice(scale, int((values < 0).sum()))  # type: ignore[index]
    for text in (
        "pflegegrad >= 3",
        "punktbereich(5) >= 2",
        "punktbereich(3) <= 1",
        "mindestens 2 von (pflegegrad = 2, grad(1.1) >= 1, punktbereich(6) >= 2)",
    ):
        entry = toy.book().interventions[0]
        before, after = (evaluate(parse(text), held, entry, ON) for held in (states, complete))
        assert set(after.tolist()) <= {FALSE, TRUE}
        settled = before != 1
        assert (before[settled] == after[settled]).all()
        assert (~settled).any()
