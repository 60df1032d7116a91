"""Numbers that a spreadsheet turned into something else are errors with honest advice, and never merge two people."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

import importers
from importers.content.interventions import intervention_parser
from importers.content.shared_columns import parse_number
from importers.findings import Problem, Severity
from tests.support.importers.files import csv_files, home, intervention, with_interventions, xlsx

if TYPE_CHECKING:
    from rules.model import RuleBook
    from tests.support.importers.files import ReadHome


@pytest.mark.parametrize(
    "number",
    [
        "1,23E+05",
        "1.23e+05",
        "1E+05",
        "1,23457E+11",
        "4,5E-05",
        "04. Okt",
        "4. Apr",
        "04-Oct",
        "10. Mai",
        "Jan 04",
        "Okt 2010",
        1e15,
        1.5,
    ],
)
def test_a_spoilt_number_of_a_person_is_refused(number: object) -> None:
    with pytest.raises(Problem) as caught:
        parse_number(number)
    assert caught.value.severity is Severity.ERROR


@pytest.mark.parametrize(
    "number", ["12E3", "E+05", "B-7", "04.10", "4,10", "Mai, Anna", "1234567", "7E", "Okt", "WB 4-10"]
)
def test_a_number_that_only_resembles_one_stays(number: str) -> None:
    assert parse_number(number) == number


def test_two_people_whose_numbers_became_one_are_nobody(book: RuleBook) -> None:
    sheets = {
        name: [["1,23E+05" if cell in {"0042", "B2"} else cell for cell in row] for row in rows]
        for name, rows in home().items()
    }
    result = importers.read(csv_files(sheets), book)
    spoilt = {one.sheet: one for one in result.findings if one.code == "nummer-verwandelt"}
    assert set(spoilt) == {"Bewohner", "Begutachtungen", "Instabilität", "Interventionen"}
    assert spoilt["Bewohner"].count == 2
    assert result.tables.residents.empty
    assert result.tables.interventions["resident"].dropna().empty


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("4,1", "mehrdeutig"),
        ("4,10", "mehrdeutig"),
        ("04. Okt", "mehrdeutig"),
        ("01. Apr", "mehrdeutig"),
        ("4-Oct", "mehrdeutig"),
        ("Okt 04", "mehrdeutig"),
        ("4.10.2026", "ist-datum"),
        ("2026-10-04 00:00:00", "ist-datum"),
        ("4.1O", "unbekannt"),
        ("Waschen am 4.10.", "unbekannt"),
    ],
)
def test_an_id_that_became_a_number_or_a_day_gets_advice_that_helps(written: str, code: str, book: RuleBook) -> None:
    with pytest.raises(Problem) as caught:
        intervention_parser(book, {})(written)
    assert caught.value.code == f"intervention-{code}"
    assert ("Ordnen Sie das Wort einmal zu" in caught.value.repair) is (code == "unbekannt")


def test_spoilt_ids_are_not_offered_as_words_of_the_home(book: RuleBook) -> None:
    rows = [intervention(Intervention=word) for word in ("04. Okt", "4,1", "4.10.2026", "Kämmen")]
    assert set(importers.read(csv_files(with_interventions(*rows)), book).unknown["intervention"]) == {"Kämmen"}


@pytest.mark.parametrize(
    ("written", "known"), [("42", "0042"), ("042", "0042"), ("00042", "0042"), ("b2", "B2"), ("B02", "B2")]
)
def test_lost_zeros_are_named_with_the_number_that_is_known(written: str, known: str, read_home: ReadHome) -> None:
    rows = [intervention(Bewohner_Nr=written), intervention(Bewohner_Nr="77")]
    found = [one for one in read_home(with_interventions(*rows)).findings if one.code == "bewohner-unbekannt"]
    hints = {one.value: f"„{known}“" in one.repair and "Nullen" in one.repair for one in found}
    assert hints == {"77": False} | ({written: True} if written != "b2" else {"b2": True})


def test_lost_zeros_of_an_employee_and_in_an_assessment(read_home: ReadHome) -> None:
    sheets = with_interventions(intervention(Personal_Nr="7"))
    sheets["Begutachtungen"][1][0] = "42"
    found = read_home(sheets).findings
    assert "„007“" in next(one.repair for one in found if one.code == "personal-unbekannt")
    assert "„0042“" in next(one.repair for one in found if one.code == "bewohner-unbekannt")


def test_two_known_numbers_that_differ_in_zeros_alone_give_no_hint(read_home: ReadHome) -> None:
    sheets = with_interventions(intervention(Bewohner_Nr="00042"))
    sheets["Bewohner"] += [["42", "Alt", "Udo"]]
    assert "Nullen" not in next(one.repair for one in read_home(sheets).findings if one.code == "bewohner-unbekannt")


def test_numbers_of_sixteen_digits_in_a_workbook_are_refused(book: RuleBook) -> None:
    sheets = with_interventions(intervention(Bewohner_Nr=1234567890123456))
    result = importers.read([("heim.xlsx", xlsx(sheets))], book)
    assert [one.code for one in result.findings if one.severity is Severity.ERROR] == ["nummer-verwandelt"]
