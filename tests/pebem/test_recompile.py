"""A home compiled again for other people or another rulebook is what compiling it from the beginning gives."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

import pebem
import rules
from pebem.contracts import Tables
from pebem.engine.lookup_tables import CompiledHome, compile_home, recompile
from pebem.engine.timeline import named_criteria
from rules.model import RuleBook
from tests.support.pebem.homes import DAYS, FIRST, random_home
from tests.support.rules.books import with_every_word

PERIOD = (FIRST, FIRST + timedelta(days=DAYS - 1))
BOOK = rules.load(date(2026, 3, 31))
RAISED = replace(BOOK, interventions=tuple(replace(e, base=min(e.base + 1, 4)) for e in reversed(BOOK.interventions)))
OTHER_CRITERIA = with_every_word()
PEOPLE = ("residents", "assessments", "instability", "staff", "overrides")


def changed(home: Tables, name: str) -> Tables:
    """Return a home without the first half of one frame; for residents in another order."""
    frame = getattr(home, name)
    kept = frame.iloc[::-1] if name == "residents" else frame.iloc[len(frame) // 2 :]
    return replace(home, **{name: kept.reset_index(drop=True)})


def cube(home: CompiledHome) -> pebem.Aggregate:
    return pebem.score_home(home, pebem.CUBE)


@pytest.mark.parametrize("book", [RAISED, OTHER_CRITERIA], ids=["other levels", "other criteria"])
@pytest.mark.parametrize("seed", [1, 2])
def test_another_rulebook(book: RuleBook, seed: int) -> None:
    home = random_home(BOOK, seed)
    before = compile_home(home, BOOK, PERIOD)
    after = recompile(before, home, book)
    assert after.book is book
    assert cube(after) == cube(compile_home(home, book, PERIOD)) != cube(before)
    assert (after.residents is before.residents) == (named_criteria(book) == named_criteria(BOOK))


def test_the_books_differ_in_what_they_need_of_residents() -> None:
    assert named_criteria(RAISED) == named_criteria(BOOK) != named_criteria(OTHER_CRITERIA)


@pytest.mark.parametrize("name", PEOPLE)
def test_other_people(name: str) -> None:
    home = random_home(BOOK, 4)
    before = compile_home(home, BOOK, PERIOD)
    other = changed(home, name)
    after = recompile(before, other, BOOK)
    expected = compile_home(other, BOOK, PERIOD)
    assert after.people is other
    assert (after.lookup.state == expected.lookup.state).all()
    assert cube(after) == cube(expected)
    assert (after.residents is before.residents) == (name in {"staff", "overrides"})


def test_other_work_of_the_same_people_needs_no_recompilation() -> None:
    home = random_home(BOOK, 5)
    before = compile_home(home, BOOK, PERIOD)
    other = replace(home, interventions=home.interventions.iloc[::2], faulty=0)
    after = recompile(before, other, BOOK)
    assert after.lookup is before.lookup
    assert cube(after) == pebem.score(other, BOOK, PERIOD, pebem.CUBE)
