"""The built-in rulebook and its compiled tables against the oracle's own catalogue and ``if`` statements."""

from __future__ import annotations

import datetime as dt
import random

import numpy as np
import pytest

import rules
from rules.compile import compile_levels
from rules.states import States
from rules.vocabulary import CONTINENCE

from . import statute
from .home import CELLS, POINTS
from .oracle import CATALOGUE, CRITERIA, Assessment, rules_of

BOOK = rules.load(dt.date(2026, 2, 1))
USED = ("2.8", "2.10", "3.1", "3.3", "3.5", "3.8", "3.9", "4.11", "4.12")


def test_catalogue_is_that_of_the_specification() -> None:
    assert [entry.id for entry in BOOK.interventions] == list(CATALOGUE)
    for entry in BOOK.interventions:
        expected = CATALOGUE[entry.id]
        accepts = f"{entry.accepts.certificate}>={entry.accepts.from_level}" if entry.accepts else ""
        found = (entry.title, entry.kind, " ".join(entry.bi_items), str(entry.base), str(int(entry.reserved)), accepts)
        assert found == tuple(expected[k] for k in ("title", "kind", "bi_items", "base", "reserved", "accepts"))


def test_criteria_are_those_of_the_specification() -> None:
    assert {entry.id for entry in BOOK.criteria} == set(CRITERIA.values())
    for name, criterion in CRITERIA.items():
        assert BOOK.find_criterion(name.upper()).id == criterion


def test_ids_are_exact_and_titles_are_not() -> None:
    assert BOOK.find_intervention("4.1").id == "4.1"
    assert BOOK.find_intervention("4.10").id == "4.10"
    assert BOOK.find_intervention("04.1") is None
    for entry in BOOK.interventions:
        assert BOOK.find_intervention(f" {entry.title.swapcase()} ") is entry


@pytest.mark.parametrize("seed", range(4))
def test_levels_of_random_residents(seed: int) -> None:
    """Each of 150 residents against all 113 interventions: bounds, level, and whether certificates are barred."""
    rng = random.Random(seed)
    people = [_person(rng) for _ in range(150)]
    unstable = [rng.random() < 0.2 for _ in people]
    table = compile_levels(BOOK, _states(people, unstable))
    for i, person in enumerate(people):
        assessment = Assessment(person)
        for j, (name, entry) in enumerate(CATALOGUE.items()):
            answers = rules_of(entry, assessment, unstable=unstable[i])
            low = max(level for _, level, met in answers if met is True)
            high = max(level for _, level, met in answers if met is not False)
            assert (table.low[i, j], table.high[i, j]) == (low, high), (name, person)
            if low == high:
                barred = ("instabil", low, True) in answers
                assert table.bars_certificates[i, j] == barred, (name, person)


def test_without_assessments_only_indirect_work_is_rated() -> None:
    states = _states([_person(random.Random(1))], [True])
    table = compile_levels(
        BOOK, States(np.array([False]), states.cells, *_findings([{}]), np.array([[True]]), ("sturz",))
    )
    for j, entry in enumerate(CATALOGUE.values()):
        indirect = entry["kind"] in {"organisation", "hauswirtschaft", "vorbehalt"}
        assert table.level[0, j] == (int(entry["base"]) if indirect else 0)


def _person(rng: random.Random) -> dict[str, object]:
    need, blanks = rng.random(), rng.choice((0, 0.05, 0.3))
    row: dict[str, object] = {"bewohner-nr": "B1"} | dict.fromkeys(CELLS, 0)
    for cell in POINTS:
        chance = need if cell not in USED else need * 0.6
        row[cell] = None if rng.random() < blanks else rng.choice(statute.allowed(cell)) if rng.random() < chance else 0
    return row | {name.lower(): rng.choice((None, *CONTINENCE)) for name in statute.GATE.values()}


def _states(people: list[dict[str, object]], unstable: list[bool]) -> States:
    cells = {c: np.array([-1 if p[c] is None else p[c] for p in people]) for c in CELLS}
    return States(np.ones(len(people), bool), cells, *_findings(people), np.array(unstable)[:, None], ("sturz",))


def _findings(people: list[dict[str, object]]) -> list[np.ndarray]:
    found = [[p.get(name.lower()) for p in people] for name in ("Harnkontinenz", "Stuhlkontinenz")]
    return [np.array([-1 if f is None else CONTINENCE.index(f) for f in column]) for column in found]
