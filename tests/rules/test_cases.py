"""The cases care experts wrote down: the table, the slow reference and the explanation say what they expect."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from rules.cases import Case, cases_for, cases_of, load_cases, read_case
from rules.checks.cases import Deviation, deviations
from rules.explanation.explain import explain
from rules.instrument import instrument
from rules.model import RuleBook
from rules.problem import RuleBookError
from rules.reference import ReferenceResident, level
from rules.vocabulary import CONTINENCE_OPENS_FROM

FOLDER = Path(__file__).with_name("cases")
FILES = sorted(FOLDER.glob("*/*.yaml"))

every_case = pytest.mark.parametrize("path", FILES, ids=[f"{path.parent.name}/{path.stem}" for path in FILES])


@pytest.fixture(scope="module")
def cases() -> tuple[Case, ...]:
    return load_cases(FOLDER)


@pytest.fixture(scope="module")
def deviating(book: RuleBook, cases: tuple[Case, ...]) -> list[Deviation]:
    return deviations(book, cases)


# ---------------------------------------------------------------- each case


@every_case
def test_table_agrees_with_the_case(path: Path, deviating: list[Deviation]) -> None:
    name = read_case(path).id
    assert [str(deviation) for deviation in deviating if deviation.case == name] == []


@every_case
def test_reference_agrees_with_the_case(path: Path, book: RuleBook) -> None:
    case = read_case(path)
    resident = None
    if case.points is not None:
        resident = ReferenceResident(
            case.points,
            urine_opens=case.continence_urine >= CONTINENCE_OPENS_FROM,
            stool_opens=case.continence_stool >= CONTINENCE_OPENS_FROM,
            criteria=frozenset(case.unstable),
        )
    for expected in case.expected:
        entry = book.interventions[book.index[expected.intervention]]
        answer = level(book, entry, resident)
        assert (answer.low, answer.high) == (expected.low, expected.high), entry.id
        assert set(answer.deciding) == set(expected.deciding), entry.id


@every_case
def test_explanation_agrees_with_the_case(path: Path, book: RuleBook) -> None:
    case = read_case(path)
    for expected in case.expected:
        entry = book.interventions[book.index[expected.intervention]]
        answer = explain(replace(book, interventions=(entry,)), entry, case.facts(book.as_of, book.criteria))
        assert (answer.low, answer.high) == (expected.low, expected.high), entry.id
        assert {rule.id for rule in answer.rules if rule.decides} == set(expected.deciding), entry.id
        assert {text.split()[0] for text in answer.missing} == set(expected.missing), entry.id
        failing = {rule.id for rule in answer.rules if rule.applies is False}
        assert set(expected.fails) <= failing, entry.id


# ---------------------------------------------------------------- all cases together


def test_there_are_enough_and_no_two_are_the_same(cases: tuple[Case, ...]) -> None:
    assert len(cases) >= 120
    assert len({case.id for case in cases}) == len(cases)
    assert [title for title, count in Counter(case.title for case in cases).items() if count > 1] == []


def test_the_product_ships_the_cases_that_are_tested(cases: tuple[Case, ...]) -> None:
    assert cases_of("rekonstruktion-2026.2") == cases
    assert cases_of("gibt-es-nicht") == ()


def test_every_intervention_has_a_case_in_which_only_its_base_counts(book: RuleBook, cases: tuple[Case, ...]) -> None:
    plain = {
        e.intervention
        for case in cases
        for e in case.expected
        if set(e.deciding) in ({"basis"}, {"basis", "vorbehalt"})
    }
    assert [entry.id for entry in book.interventions if entry.id not in plain] == []


def test_every_rule_decides_twice_and_fails_once(book: RuleBook, cases: tuple[Case, ...]) -> None:
    decides = Counter(name for case in cases for name in {rule for e in case.expected for rule in e.deciding})
    fails = {name for case in cases for e in case.expected for name in e.fails}
    for rule in book.rules:
        assert decides[rule.id] >= 2, rule.id
    assert {rule.id for rule in book.rules} - fails == {"basis"}  # holds for everybody


def test_every_criterion_is_active_in_some_case(book: RuleBook, cases: tuple[Case, ...]) -> None:
    assert {name for case in cases for name in case.unstable} == {entry.id for entry in book.criteria}


def test_the_examples_of_an_intervention_are_those_that_name_it(cases: tuple[Case, ...]) -> None:
    shower = cases_for("4.12")
    assert "selbstversorgung/duschen-nach-krankenhaus" in {case.id for case in shower}
    assert all("4.12" in {e.intervention for e in case.expected} for case in shower)
    assert {"4.1", "4.10"} <= {e.intervention for case in cases for e in case.expected}
    assert cases_for("4.12", "gibt-es-nicht") == ()


def test_numbers_are_followed_by_their_titles(book: RuleBook, cases: tuple[Case, ...]) -> None:
    """Nobody knows 113 interventions and 64 criteria by number; a title that is wrong is worse than none."""
    assert [(case.id, e.intervention) for case in cases for e in case.expected if not e.title] == []
    criteria = instrument(book.as_of).criteria
    for path in FILES:
        for item, points, words in re.findall(
            r'^  "(\d\.\d+)": (\d)(.*)$', path.read_text(encoding="utf-8"), re.MULTILINE
        ):
            assert words == f"  # {criteria[item].title}: {criteria[item].word(int(points))}", (path, item)


# ---------------------------------------------------------------- writing a case

GOOD = """\
titel: Duschen
person: Herr K., 84, duscht mit viel Hilfe.
begutachtung: {"4.4": 2, "4.10": 0, "2.10": 0}
uebrige_kriterien: 0
erwartet:
  - {intervention: "4.12", qn: 2, weil: [basis, grad-2]}
  - {intervention: "4.10", qn: 2, weil: [basis]}
quelle: Regelwerk Rekonstruktion 2026.1
"""


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "gruppe" / "fall.yaml"
    path.parent.mkdir()
    path.write_text(text, encoding="utf-8")
    return path


def test_a_case_is_read_as_it_is_written(tmp_path: Path, book: RuleBook) -> None:
    case = read_case(written(tmp_path, GOOD))
    assert (case.id, case.group) == ("gruppe/fall", "gruppe")
    assert [e.intervention for e in case.expected] == ["4.12", "4.10"]
    assert case.points is not None
    assert (case.points["4.4"], case.points["4.10"], case.points["4.1"]) == (2, 0, 0)
    assert deviations(book, [case]) == []


def test_the_example_of_the_guide_is_a_case(tmp_path: Path, book: RuleBook) -> None:
    guide = (FOLDER / "LIESMICH.md").read_text(encoding="utf-8")
    case = read_case(written(tmp_path, guide.split("```yaml\n")[1].split("```")[0]))
    assert deviations(book, [case]) == []


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ('{"4.4": 2,', '{"4.4": 2, "4.4": 3,', "Zeile 3: „4.4“ steht zweimal"),
        ('"4.4": 2', "4.4: 2", "Zeile 3: Der Schlüssel 4.4 ist kein Text; bitte setzen Sie ihn in Anführungszeichen"),
        ('"4.4": 2', '"4.4": 4', "Zeile 3: 4 Punkte gibt es bei 4.4 nicht; erlaubt sind 0, 1, 2, 3."),
        ('"4.4": 2', '"4.8": 2', "Zeile 3: 2 Punkte gibt es bei 4.8 nicht; erlaubt sind 0, 3, 6, 9."),
        ('"4.4": 2', '"3.8": 2', "Zeile 3: 2 Punkte gibt es bei 3.8 nicht"),
        ('"4.4": 2', '"1.6": 2', "Zeile 3: Das Kriterium 1.6 kann hier nicht stehen"),
        ('"4.4": 2', '"5.1": 2', "Zeile 3: Das Kriterium 5.1 kann hier nicht stehen"),
        ("titel:", "tittel:", "Zeile 1: „tittel“ gehört nicht hierher. Meinten Sie „titel“?"),
        ("weil: [basis]", "weil: []", "Zeile 7: weil: die Liste ist leer"),
        (", weil: [basis]", "", "Zeile 7: nötig ist „qn“ mit „weil“"),
        ("qn: 2, weil: [basis]", "qn: 5, weil: [basis]", "Zeile 7: qn: 5 ist nicht möglich; erlaubt sind 1 bis 4."),
        ("qn: 2, weil: [basis]", "qn: 2, weil: [basis], mindestens: 1", "Zeile 7: nötig ist „qn“ mit „weil“"),
        (
            "qn: 2, weil: [basis]",
            "qn: 2, weil: [basis], zertifikat: LG1",
            "Zeile 7: zertifikat: „LG1“ ist nicht möglich",
        ),
        ("qn: 2, weil: [basis]", 'mindestens: 3, hoechstens: 2, fehlt: ["3.8"]', "Zeile 7: „mindestens“ muss unter"),
        (
            "qn: 2, weil: [basis]",
            'mindestens: 2, hoechstens: 3, fehlt: ["3.99"]',
            "Zeile 7: Das Kriterium 3.99 gibt es",
        ),
        ('intervention: "4.10"', 'intervention: "4.12 Duschen"', "Zeile 7: Die Intervention 4.12 steht zweimal"),
        ('intervention: "4.10"', "intervention: 4.10", "Zeile 7: intervention: 4.1 ist nicht möglich"),
        ('{"4.4": 2, "4.10": 0, "2.10": 0}', "keine", "Zeile 4: Ohne Begutachtung kann „uebrige_kriterien“"),
        ("uebrige_kriterien: 0", "kontinenz: {harn: Stoma}", "Zeile 4: harn: „Stoma“ ist nicht möglich"),
        ("person: Herr K.", "person: [", "keine lesbare YAML-Datei"),
    ],
)
def test_a_faulty_case_is_refused_with_file_and_spot(tmp_path: Path, old: str, new: str, expected: str) -> None:
    assert old in GOOD
    path = written(tmp_path, GOOD.replace(old, new, 1))
    with pytest.raises(RuleBookError) as refused:
        load_cases(tmp_path)
    assert str(path) in str(refused.value)
    assert expected in str(refused.value)


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("qn: 2, weil: [basis, grad-2]", "qn: 3, weil: [grad-3]", "Erwartet ist QN 3, das Regelwerk sagt QN 2."),
        (
            "weil: [basis, grad-2]",
            "weil: [basis]",
            "Entscheidende Regeln: erwartet basis; das Regelwerk sagt basis, grad-2.",
        ),
        ("weil: [basis]", "weil: [basis], trifft_nicht_zu: [basis]", "aber nicht zutreffen: basis."),
        ("weil: [basis]", "weil: [basis], zertifikat: LG1 ab QN 2", "„LG1 ab QN 2“, das Regelwerk sagt „keines“."),
        ("qn: 2, weil: [basis]", "nicht_bewertbar: ja", "Erwartet ist „nicht bewertbar“, das Regelwerk sagt QN 2."),
        ('intervention: "4.10"', 'intervention: "4.99"', "Diese Intervention gibt es im Regelwerk nicht."),
        ('"4.10", qn', '"4.10 Baden", qn', "Erwartet ist der Titel „Baden“, im Regelwerk steht „Intimpflege“."),
        ("uebrige_kriterien: 0", "uebrige_kriterien: 0\ninstabil: [heimweh]", "Das Kriterium „heimweh“ gibt es"),
        ("uebrige_kriterien: 0\n", "", "Erwartet ist QN 2, das Regelwerk sagt QN 2 bis 4."),
    ],
)
def test_a_wrong_expectation_is_named_in_a_sentence(
    tmp_path: Path, book: RuleBook, old: str, new: str, expected: str
) -> None:
    assert old in GOOD
    case = read_case(written(tmp_path, GOOD.replace(old, new, 1)))
    assert any(expected in str(deviation) for deviation in deviations(book, [case]))
