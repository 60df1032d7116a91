"""Rules in plain words, and the search in the catalogue."""

from __future__ import annotations

from datetime import date

import pytest

import rules
from rules.language.condition import parse
from web.views.rulebooks.entries import matches, rules_for
from web.wording.conditions import sentence

BOOK = rules.load(date(2026, 11, 21))


@pytest.mark.parametrize(
    ("condition", "words"),
    [
        ("immer", "Gilt immer"),
        ("vorbehaltsaufgabe", "Gilt, wenn die Intervention eine Vorbehaltsaufgabe ist"),
        ("instabil", "Gilt, wenn mindestens ein Kriterium einer instabilen Situation erfüllt ist"),
        ("grad(2.10) >= 2", "Gilt, wenn in 2.10 mindestens Grad 2 (von 0 bis 3) erreicht ist"),
        ("grad(2.8) <= 1", "Gilt, wenn in 2.8 höchstens Grad 1 (von 0 bis 3) erreicht ist"),
        ("häufigkeit(3.3, 3.5, 3.8) >= 3", "Gilt, wenn Verhalten nach 3.3, 3.5 oder 3.8 mindestens täglich auftritt"),
        (
            "nicht instabil",
            "Gilt, wenn nicht zutrifft, dass mindestens ein Kriterium einer instabilen Situation erfüllt ist",
        ),
    ],
)
def test_conditions_in_plain_words(condition: str, words: str) -> None:
    assert sentence(parse(condition)) == words


def test_every_rule_of_the_built_in_book_has_words() -> None:
    for rule in BOOK.rules:
        assert sentence(rule.condition).startswith("Gilt")


def test_the_search_finds_numbers_titles_and_kinds_and_needs_every_word() -> None:
    ids = {entry.id for entry in BOOK.interventions if matches(entry, "KÖRPERPFLEGE duschen")}
    assert ids == {"4.12"}
    assert "4.10" in {entry.id for entry in BOOK.interventions if matches(entry, "4.10")}
    assert all(matches(entry, "") for entry in BOOK.interventions)
    assert not any(matches(entry, "duschen raumfahrt") for entry in BOOK.interventions)


def test_reserved_rule_is_shown_only_with_reserved_interventions() -> None:
    for entry in BOOK.interventions:
        ids = [rule.id for rule in rules_for(BOOK, entry)]
        assert ("vorbehalt" in ids) == entry.reserved
        assert "basis" in ids


@pytest.mark.parametrize(
    ("condition", "words"),
    [
        ("pflegegrad >= 4", "Gilt, wenn mindestens Pflegegrad 4 vorliegt"),
        ("punktbereich(2) >= 3", "Gilt, wenn in Modul 2 mindestens Punktbereich 3 (von 0 bis 4) erreicht ist"),
        ("zertifikat(LG1)", "Gilt, wenn die Intervention das Zertifikat LG1 anerkennt"),
        (
            "mindestens 2 von (pflegegrad >= 4, vorbehaltsaufgabe, instabil)",
            (
                "Gilt, wenn mindestens 2 hiervon zutreffen: mindestens Pflegegrad 4 vorliegt; die Intervention eine "
                "Vorbehaltsaufgabe ist; mindestens ein Kriterium einer instabilen Situation erfüllt ist"
            ),
        ),
    ],
)
def test_statements_of_the_wider_language_in_plain_words(condition: str, words: str) -> None:
    assert sentence(parse(condition)) == words
