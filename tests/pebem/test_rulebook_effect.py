"""The effect of another rulebook, against the obvious scorer that goes row by row."""

from __future__ import annotations

import copy
from collections import Counter
from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest

import pebem
from pebem import measures
from pebem.whatif.rulebook_effect import effect
from rules.edition import build, documents
from rules.model import RuleBook
from rules.statute import SHELF
from tests.support.pebem.homes import DAYS, FIRST, obvious, random_home

pytestmark = pytest.mark.slow

LAST = FIRST + timedelta(days=DAYS - 1)
PERIOD = (FIRST, LAST)


@pytest.fixture(scope="module")
def before() -> RuleBook:
    return build(documents(SHELF / "rekonstruktion-2026.2"), LAST)


@pytest.fixture(scope="module")
def after() -> RuleBook:
    """Return a house rulebook: other levels, another order, a rule less, a rule changed."""
    changed_documents = copy.deepcopy(documents(SHELF / "rekonstruktion-2026.2"))
    entries = changed_documents["interventions.yaml"]["interventionen"]
    for entry in entries[::3]:
        entry["qn"] = entry["qn"] % 4 + 1
    entries.reverse()
    rules = changed_documents["rules.yaml"]["regeln"]
    changed_documents["rules.yaml"]["regeln"] = [rule for rule in rules if rule["id"] != "verhalten-taeglich"]
    next(rule for rule in rules if rule["id"] == "grad-2")["bedingung"] = "grad(intervention) >= 1"
    return build(changed_documents, LAST)


@pytest.mark.parametrize("seed", range(5))
def test_moves_equal_the_obvious_count(before: RuleBook, after: RuleBook, seed: int) -> None:
    home = random_home(before, seed, rows=70)
    result = effect(pebem.compile_home(home, before, PERIOD), after)
    counts: Counter[tuple[str, int, int]] = Counter()
    seconds: Counter[tuple[str, int, int]] = Counter()
    fit: Counter[tuple[str, str]] = Counter()
    for position in range(len(home.interventions)):
        keep = np.zeros(len(home.interventions), bool)
        keep[position] = True
        alone = replace(home, interventions=home.interventions[keep].reset_index(drop=True), faulty=0)
        was, its_seconds, counted = obvious(alone, before, FIRST, LAST)
        now, _, _ = obvious(alone, after, FIRST, LAST)
        if not counted:
            continue
        (key,), (other,) = was, now
        fit[key[6], other[6]] += 1  # type: ignore[index]
        if key[4] != other[4]:  # type: ignore[index]
            move = (key[3], key[4], other[4])  # type: ignore[index]
            counts[move] += 1
            seconds[move] += its_seconds[key]
    assert {(m.intervention, m.before, m.after): m.amount.count for m in result.levels} == counts
    assert {(m.intervention, m.before, m.after): m.amount.seconds for m in result.levels} == {
        move: seconds[move] for move in counts
    }
    assert {pair: amount.count for pair, amount in result.fit.items()} == fit
    assert result.compared.count == sum(fit.values())
    assert result.moved.count == sum(counts.values()) > 0


def test_fit_before_and_after_equals_each_rulebooks_score(before: RuleBook, after: RuleBook) -> None:
    home = random_home(before, 77, rows=2000)
    result = effect(pebem.compile_home(home, before, PERIOD), after)
    for book, side in ((before, result.fit_before), (after, result.fit_after)):
        scored = measures.fit(pebem.score(home, book).by())
        assert {name: side(name) for name in pebem.FIT_CLASSES} == scored


def test_the_same_rulebook_moves_nothing(before: RuleBook) -> None:
    home = random_home(before, 5)
    result = effect(pebem.compile_home(home, before, PERIOD), before)
    assert result.levels == ()
    assert all(was == now for was, now in result.fit)
    assert result.uncompared.count == 0


def test_rows_unknown_to_the_second_rulebook_are_counted_separately(before: RuleBook) -> None:
    home = random_home(before, 9, rows=1000)
    gone = home.interventions["intervention"].mode()[0]
    after = replace(before, interventions=tuple(e for e in before.interventions if e.id != gone))
    result = effect(pebem.compile_home(home, before, PERIOD), after)
    whole = effect(pebem.compile_home(home, before, PERIOD), before)
    assert result.uncompared.count > 0
    assert result.compared.count + result.uncompared.count == whole.compared.count
    assert result.compared.seconds + result.uncompared.seconds == whole.compared.seconds
    assert result.levels == ()


def test_moves_are_listed_by_time(before: RuleBook, after: RuleBook) -> None:
    times = [
        move.amount.seconds for move in effect(pebem.compile_home(random_home(before, 3), before, PERIOD), after).levels
    ]
    assert times == sorted(times, reverse=True)
    assert len(times) > 3
