"""The cases notice: change any entry of the rulebook in any small way, and at least one named case fails."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from itertools import chain

import pytest

import rules
from rules.cases import Case, cases_of
from rules.catalogue import CatalogueEntry
from rules.checks.cases import deviations, states_of
from rules.model import InstabilityCriterion
from rules.rule import Rule
from rules.states import States
from tests.support.rules.mutants import Mutant, of_criterion, of_intervention, of_rule

BOOK = rules.load(date(2026, 3, 31))
CASES = cases_of("rekonstruktion-2026.2")

WITHOUT_ITEMS = ("behandlung", "verhalten", "alltag", "organisation", "hauswirtschaft", "vorbehalt")

EQUIVALENT = {
    "The scale ends at 3, so “= 3” and “>= 3” are the same statement.": {
        "grad-3: bedingung grad(intervention) = 3",
        "verhalten-taeglich: bedingung häufigkeit(3.3, 3.5, 3.8) = 3",
        "verhalten-alltag: bedingung häufigkeit(3.1, 3.3, 3.5, 3.8, 3.9) = 3",
    },
    "Every reserved task has base level 4, the level the rule names.": {"vorbehalt: qn basis"},
    "Only bodily care names items; the largest grade among no items is 0, so the rule never holds.": {
        f"{rule}: arten mit {kind}" for rule in ("grad-2", "grad-3") for kind in WITHOUT_ITEMS
    },
    "Every intervention of that kind has a base level above the one the rule asks for.": {
        "kognition: arten mit vorbehalt",
        "verhalten-haeufig: arten mit vorbehalt",
        "instabil-alltag: arten mit vorbehalt",
        "orientierung-alltag: arten mit vorbehalt",
        "orientierung-alltag: arten mit verhalten",
        "verhalten-alltag: arten mit vorbehalt",
    },
    "For these kinds the rule “instabil” asks for level 4 under the same condition.": {
        f"instabil-alltag: arten mit {kind}" for kind in ("koerper", "behandlung", "verhalten")
    },
}
"""Changes that make no difference to any resident, by the reason. None of them is a wrong level, threshold or item."""


@pytest.fixture(scope="module")
def states() -> States:
    return states_of(BOOK, CASES)


def about(intervention: str) -> list[Case]:
    """Cut the cases down to what they expect of one intervention."""
    cut = (replace(c, expected=tuple(e for e in c.expected if e.intervention == intervention)) for c in CASES)
    return [case for case in cut if case.expected]


def unnoticed(mutants: Iterable[Mutant], cases: Iterable[Case], states: States) -> set[str]:
    """Name the changes with which no named case disagrees."""
    names = {case.id for case in cases}
    return {
        name
        for name, book in mutants
        if not any(found.case in names for found in deviations(book, list(cases), states))
    }


def test_the_unchanged_book_contradicts_no_case(states: States) -> None:
    assert deviations(BOOK, CASES, states) == []


@pytest.mark.slow
@pytest.mark.parametrize("rule", BOOK.rules, ids=lambda rule: rule.id)
def test_a_changed_rule_is_noticed(rule: Rule, states: States) -> None:
    mutants = list(of_rule(BOOK, rule))
    assert len(mutants) >= 10
    expected = {name for names in EQUIVALENT.values() for name in names if name.startswith(f"{rule.id}:")}
    assert unnoticed(mutants, CASES, states) == expected


@pytest.mark.slow
@pytest.mark.parametrize("entry", BOOK.interventions, ids=lambda entry: entry.id)
def test_a_changed_intervention_is_noticed(entry: CatalogueEntry) -> None:
    mutants = list(of_intervention(BOOK, entry))
    assert len(mutants) >= 3
    cases = about(entry.id)
    assert unnoticed(mutants, cases, states_of(BOOK, cases)) == set()


@pytest.mark.parametrize("criterion", BOOK.criteria, ids=lambda criterion: criterion.id)
def test_a_missing_criterion_is_noticed(criterion: InstabilityCriterion, states: States) -> None:
    assert unnoticed([of_criterion(BOOK, criterion)], CASES, states) == set()


def test_the_changes_cover_levels_thresholds_items_kinds_and_certificates() -> None:
    """A generator that quietly stops making a sort of change would make all of the above pass."""
    names = set(chain.from_iterable((name for name, _ in of_rule(BOOK, rule)) for rule in BOOK.rules))
    names |= set(chain.from_iterable((name for name, _ in of_intervention(BOOK, e)) for e in BOOK.interventions))
    assert len(names) > 1400
    assert {
        "basis: qn 1",
        "instabil: qn 3",
        "grad-2: qn 3",
        "grad-2: bedingung grad(intervention) >= 1",
        "grad-2: bedingung grad(intervention) >= 3",
        "grad-2: bedingung grad(intervention) <= 2",
        "verhalten-haeufig: bedingung häufigkeit(3.3, 3.8) >= 2",
        "orientierung-alltag: bedingung grad(2.8) >= 3 oder grad(2.10) >= 2",
        "orientierung-alltag: bedingung grad(2.8) >= 2 und grad(2.10) >= 2",
        "orientierung-alltag: bedingung grad(2.10) >= 2",
        "instabil: bedingung nicht (instabil)",
        "instabil: arten ohne verhalten",
        "instabil: zertifikat_gesperrt umgekehrt",
        "4.12: qn 1",
        "4.12: qn 3",
        "4.12: art alltag",
        "4.12: vorbehalt umgekehrt",
        "4.14: bi_items ohne 1.1",
        "5.E12: zertifikat LG1 ab QN 3",
        "5.E12: zertifikat LG2 ab QN 2",
        "5.E12: zertifikat LG2 ab QN 4",
    } <= names
