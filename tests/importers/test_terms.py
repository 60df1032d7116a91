"""Suggestions for a home's own names: the right entry first, nothing for noise, every usual name known."""

from __future__ import annotations

import pytest

from importers.terms import LEAST, suggest, usual_names
from rules.model import RuleBook, folded


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Duschen", "4.12"),
        ("duschen inkl. Haarwäsche", "4.12"),
        ("Ganzkörperwäsche im Bett", "4.14"),
        ("Grundpflege komplett im Bett", "4.14"),
        ("Tabletten geben", "5.E17"),
        ("BZ-Kontrolle nüchtern", "5.E04"),
        ("Toilettengang mit Begleitung", "4.2"),
        ("Kompressionsstrümpfe anziehen", "5.E14"),
        ("Lagern / Positionswechsel", "1.2"),
        ("Essen reichen mittags", "4.17"),
        ("RR-Messung", "5.E26"),
        ("Insulingabe", "5.E12"),
        ("Koerperpflege: Baden", "4.11"),
        ("Intimpflege", "4.10"),
    ],
)
def test_the_right_entry_comes_first(book: RuleBook, name: str, expected: str) -> None:
    (found,) = suggest([name], book)
    assert found[0][0] == expected, found
    assert found[0][1] >= LEAST


@pytest.mark.parametrize("name", ["Xyz", "", "12345", "???", "Ölwechsel am Dienstwagen"])
def test_noise_gets_no_suggestion(book: RuleBook, name: str) -> None:
    assert suggest([name], book) == [[]]


def test_every_entry_is_found_by_its_own_title_and_listed_once(book: RuleBook) -> None:
    answers = suggest([entry.title for entry in book.interventions], book, limit=5)
    for entry, found in zip(book.interventions, answers, strict=True):
        assert found[0] == (entry.id, 100.0)
        assert len({name for name, _ in found}) == len(found) <= 5


def test_usual_names_belong_to_the_catalogue_and_to_one_entry_each(book: RuleBook) -> None:
    usual = usual_names()
    assert set(usual) <= set(book.index)
    every = [folded(name) for names in usual.values() for name in names]
    assert len(every) == len(set(every))
    assert not [name for name in every if book.find_intervention(name)], "an own title needs no usual name"
