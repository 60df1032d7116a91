"""The language of conditions: what it reads, what it refuses, three-valued truth."""

from __future__ import annotations

from dataclasses import replace

import pytest

from rules.condition import FALSE, TRUE, UNKNOWN, ConditionError, evaluate, parse, words
from rules.model import RuleBook
from rules.states import single

MISSING = -1


@pytest.mark.parametrize(
    "text",
    [
        "immer",
        "vorbehaltsaufgabe",
        "grad(intervention) >= 2",
        "häufigkeit(3.3, 3.5, 3.8) >= 2",
        "grad(2.8) >= 2 oder grad(2.10) >= 2",
        "instabil und nicht (grad(1.1) = 0)",
        "(instabil oder immer) und grad(4.10) <= 1",
    ],
)
def test_words_are_the_inverse_of_reading(text: str) -> None:
    assert words(parse(text)) == text
    assert parse(words(parse(text))) == parse(text)


def test_strict_comparisons_become_whole_steps() -> None:
    assert parse("grad(2.10) > 1") == parse("grad(2.10) >= 2")
    assert parse("grad(2.10) < 3") == parse("grad(2.10) <= 2")


@pytest.mark.parametrize(
    ("text", "position", "part"),
    [
        ("", 0, "keine Bedingung"),
        ("grad(2.10) >= ", 14, "Zahl von 0 bis 3"),
        ("grad(2.10) 2", 11, "erwartet"),
        ("grad(3.1) >= 2", 5, "keinen Wert für grad"),
        ("grad(4.13) >= 2", 5, "keinen Wert für grad"),
        ("häufigkeit(2.10) >= 2", 11, "keinen Wert für häufigkeit"),
        ("häufigkeit(intervention) >= 2", 11, "keinen Wert für häufigkeit"),
        ("grad(2.10) >= 4", 14, "reicht von 0 bis 3"),
        ("instabil instabil", 9, "Nach dem Ende"),
        ("(instabil", 9, "erwartet"),
        ("instabil & immer", 9, "Nach dem Ende"),
    ],
)
def test_a_mistake_is_named_with_its_position(text: str, position: int, part: str) -> None:
    with pytest.raises(ConditionError, match=part) as caught:
        parse(text)
    assert caught.value.position == position


@pytest.mark.parametrize(
    ("text", "cells", "truth"),
    [
        ("grad(2.10) >= 2", {"2.10": 2}, TRUE),
        ("grad(2.10) >= 2", {"2.10": 1}, FALSE),
        ("grad(2.10) >= 2", {}, UNKNOWN),
        ("grad(4.8) >= 2", {"4.8": 6}, TRUE),
        ("grad(4.8) >= 2", {"4.8": 3}, FALSE),
        ("grad(4.10) = 3", {"4.10": 6}, TRUE),
        ("häufigkeit(3.3, 3.5) >= 2", {"3.3": 3, "3.5": MISSING}, TRUE),
        ("häufigkeit(3.3, 3.5) >= 2", {"3.3": 1, "3.5": MISSING}, UNKNOWN),
        ("häufigkeit(3.3, 3.5) >= 3", {"3.3": 3, "3.5": 1}, FALSE),
        ("häufigkeit(3.3, 3.5) <= 1", {"3.3": 3, "3.5": MISSING}, FALSE),
        ("nicht grad(2.10) >= 2", {}, UNKNOWN),
        ("nicht grad(2.10) >= 2", {"2.10": 0}, TRUE),
        ("grad(2.8) >= 2 oder grad(2.10) >= 2", {"2.8": 2}, TRUE),
        ("grad(2.8) >= 2 oder grad(2.10) >= 2", {"2.8": 0}, UNKNOWN),
        ("grad(2.8) >= 2 und grad(2.10) >= 2", {"2.8": 0}, FALSE),
        ("grad(2.8) >= 2 und grad(2.10) >= 2", {"2.8": 3}, UNKNOWN),
        ("grad(1.1, 1.2) = 2", {"1.1": 2, "1.2": MISSING}, UNKNOWN),
        ("grad(1.1, 1.2) = 2", {"1.1": 3, "1.2": MISSING}, FALSE),
    ],
)
def test_unknown_only_where_the_recorded_does_not_settle_it(
    book: RuleBook, text: str, cells: dict[str, int], truth: int
) -> None:
    entry = book.interventions[0]
    assert int(evaluate(parse(text), single(cells), entry)[0]) == truth


@pytest.mark.parametrize(
    ("finding", "truth"), [(-1, FALSE), (0, FALSE), (1, FALSE), (2, TRUE), (3, TRUE), (4, TRUE), (5, TRUE)]
)
def test_continence_gate(book: RuleBook, finding: int, truth: int) -> None:
    states = single({"4.11": 3, "4.12": 0}, continence_urine=finding)
    assert int(evaluate(parse("grad(4.11, 4.12) = 3"), states, book.interventions[0])[0]) == truth


def test_a_closed_gate_needs_no_points(book: RuleBook) -> None:
    closed = single({}, continence_urine=0)
    opened = single({}, continence_urine=3)
    entry = book.interventions[0]
    assert int(evaluate(parse("grad(4.11) >= 1"), closed, entry)[0]) == FALSE
    assert int(evaluate(parse("grad(4.11) >= 1"), opened, entry)[0]) == UNKNOWN


def test_reserved_is_a_matter_of_the_intervention(book: RuleBook) -> None:
    entry = book.interventions[0]
    assert int(evaluate(parse("vorbehaltsaufgabe"), single({}), entry)[0]) == FALSE
    assert int(evaluate(parse("vorbehaltsaufgabe"), single({}), replace(entry, reserved=True))[0]) == TRUE
