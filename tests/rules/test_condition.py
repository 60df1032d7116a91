"""The language of conditions: what it reads, what it refuses, three-valued truth."""

from __future__ import annotations

import unicodedata
from dataclasses import replace

import pytest

from rules.language.condition import FALSE, TRUE, UNKNOWN, ConditionError, evaluate, parse, words
from rules.model import RuleBook
from rules.states import single
from rules.vocabulary import ASSESSMENT_CELLS, MISSING, allowed_points


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
        "punktbereich(4) >= 3 und pflegegrad <= 4",
        "instabil(sturz, akute-infektion)",
        "zertifikat(LG2) oder pflegegrad = 5",
        "mindestens 2 von (grad(2.8) >= 2, instabil und immer, nicht (pflegegrad = 0))",
        "(immer und instabil) und immer",
    ],
)
def test_words_are_the_inverse_of_reading(text: str) -> None:
    assert words(parse(text)) == text
    assert parse(words(parse(text))) == parse(text)


def test_strict_comparisons_are_rewritten_as_whole_steps() -> None:
    assert parse("grad(2.10) > 1") == parse("grad(2.10) >= 2")
    assert parse("grad(2.10) < 3") == parse("grad(2.10) <= 2")


@pytest.mark.parametrize(
    ("text", "position", "part"),
    [
        ("", 0, "fehlt eine Bedingung"),
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
        ("grd(2.10) >= 2", 0, "meinten Sie „grad“"),
        ("Instabil", 0, "meinten Sie „instabil“"),
        ("haeufigkeit(3.3) >= 2", 0, "meinten Sie „häufigkeit“"),
        ("grad(3.3) >= 2", 5, r"Für 3.3 gibt es „häufigkeit\(3.3\)“"),
        ("grad(1.1) > 3", 12, "trifft nie zu"),
        ("grad(1.1) < 0", 12, "trifft nie zu"),
        ("punktbereich(7) >= 1", 13, "ist kein Modul; möglich sind 1 bis 6"),
        ("punktbereich(4) >= 5", 19, "reicht von 0 bis 4"),
        ("pflegegrad >= 6", 14, "reicht von 0 bis 5"),
        ("pflegegrad(3) >= 1", 10, "„>=“ oder „<=“"),
        ("instabil(strz)", 9, "meinten Sie „sturz“.*vorhanden sind: sturz, wunde"),
        ("instabil()", 9, "kein Kriterium"),
        ("instabil(sturz wunde)", 15, "„,“ oder „\\)“"),
        ("zertifikat(LG3)", 11, "meinten Sie „LG2“"),
        ("zertifikat(LG2, LG1)", 16, "genau ein Zertifikat"),
        ("mindestens von (immer, instabil)", 11, "wie viele zutreffen müssen"),
        ("mindestens 3 von (immer, instabil)", 11, "mindestens 1 bis 2"),
        ("mindestens 0 von (immer, instabil)", 11, "mindestens 1 bis 2"),
        ("mindestens 1 (immer)", 13, "„von“"),
        ("nicht nicht immer", 6, "hebt sich auf"),
        ("immer und", 9, "fehlt eine Bedingung"),
        ("(" * 30 + "immer" + ")" * 30, 20, "20 Klammern"),
        ("__import__('os')", 0, "keine Bedingung"),
    ],
)
def test_a_mistake_is_named_with_its_position(text: str, position: int, part: str) -> None:
    with pytest.raises(ConditionError, match=part) as caught:
        parse(text, ("sturz", "wunde"), ("LG1", "LG2"))
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


FULL_NEED = {f"{m}.{i}": 3 for m, n in ((1, 5), (2, 11), (6, 6)) for i in range(1, n + 1)}


@pytest.mark.parametrize(
    ("text", "cells", "truth"),
    [
        ("punktbereich(1) >= 1", {"1.1": 2, "1.2": 0, "1.3": 0, "1.4": 0, "1.5": 0}, TRUE),
        ("punktbereich(1) >= 1", {"1.1": 1, "1.2": 0, "1.3": 0, "1.4": 0, "1.5": 0}, FALSE),
        ("punktbereich(1) >= 1", {"1.1": 2}, TRUE),
        ("punktbereich(1) >= 2", {"1.1": 2}, UNKNOWN),
        ("punktbereich(1) <= 1", {"1.1": 3, "1.2": 1}, FALSE),
        ("punktbereich(1) = 4", {"1.1": 3, "1.2": 3, "1.3": 3, "1.4": 3}, TRUE),
        ("punktbereich(2) = 0", {}, UNKNOWN),
        ("punktbereich(5) >= 4", {"5.1 täglich": 9, "5.8 täglich": 3}, TRUE),
        ("punktbereich(5) >= 1", {"5.1 täglich": 1}, TRUE),
        ("punktbereich(5) <= 0", {"5.1 täglich": 1}, FALSE),
        ("pflegegrad >= 1", FULL_NEED, TRUE),
        ("pflegegrad >= 3", FULL_NEED, UNKNOWN),
        ("pflegegrad <= 1", FULL_NEED, FALSE),
        ("pflegegrad >= 0", {}, TRUE),
        ("pflegegrad = 5", {}, UNKNOWN),
    ],
)
def test_sums_from_part_of_the_record_are_bounds(book: RuleBook, text: str, cells: dict[str, int], truth: int) -> None:
    assert int(evaluate(parse(text), single(cells), book.interventions[0])[0]) == truth


def test_the_special_constellation_is_grade_5(book: RuleBook) -> None:
    assert int(evaluate(parse("pflegegrad = 5"), single({}, special=True), book.interventions[0])[0]) == TRUE


@pytest.mark.parametrize(
    ("text", "points", "truth"),
    [
        ("pflegegrad >= 1", 0, UNKNOWN),
        ("pflegegrad <= 5", 0, TRUE),
        ("pflegegrad = 5", 3, TRUE),
        ("punktbereich(1) = 0", 0, TRUE),
    ],
)
def test_a_special_constellation_that_cannot_be_read_leaves_open_what_would_differ(
    book: RuleBook, text: str, points: int, truth: int
) -> None:
    cells = {cell: min(points, max(allowed_points(cell))) if " " not in cell else points for cell in ASSESSMENT_CELLS}
    states = single(cells, continence_urine=3, continence_stool=3, special=MISSING)
    assert int(evaluate(parse(text), states, book.interventions[0])[0]) == truth


@pytest.mark.parametrize(
    ("active", "truths"), [((), (FALSE, FALSE)), (("fieber",), (TRUE, FALSE)), (("fieber", "wunde"), (TRUE, TRUE))]
)
def test_certain_criteria(book: RuleBook, active: tuple[str, ...], truths: tuple[int, int]) -> None:
    states = single({}, criteria=active)
    evaluated = [
        int(evaluate(parse(t), states, book.interventions[0])[0]) for t in ("instabil", "instabil(sturz, wunde)")
    ]
    assert tuple(evaluated) == truths


def test_certificates_are_a_matter_of_the_intervention(book: RuleBook) -> None:
    accepting = next(entry for entry in book.interventions if entry.accepts)
    assert accepting.accepts is not None
    text = f"zertifikat({accepting.accepts.certificate})"
    assert int(evaluate(parse(text), single({}), accepting)[0]) == TRUE
    assert int(evaluate(parse(text), single({}), replace(accepting, accepts=None))[0]) == FALSE
    assert int(evaluate(parse("zertifikat(ANDERES)"), single({}), accepting)[0]) == FALSE


@pytest.mark.parametrize(
    ("count", "cells", "truth"),
    [
        (2, {"2.8": 3, "2.10": 3}, TRUE),
        (2, {"2.8": 3, "2.10": 0, "6.1": 0}, FALSE),
        (2, {"2.8": 3, "2.10": 0}, UNKNOWN),
        (2, {"2.8": 0, "2.10": 0}, FALSE),
        (3, {"2.8": 3, "2.10": 3}, UNKNOWN),
        (1, {"2.8": 0, "2.10": 0, "6.1": 0}, FALSE),
    ],
)
def test_at_least_so_many(book: RuleBook, count: int, cells: dict[str, int], truth: int) -> None:
    text = f"mindestens {count} von (grad(2.8) >= 2, grad(2.10) >= 2, grad(6.1) >= 2)"
    assert int(evaluate(parse(text), single(cells), book.interventions[0])[0]) == truth


def test_umlauts_in_two_pieces_are_read() -> None:
    assert parse(unicodedata.normalize("NFD", "häufigkeit(3.3) >= 2")) == parse("häufigkeit(3.3) >= 2")
