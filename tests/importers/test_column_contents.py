"""Columns recognised by their cells where no heading says so: told in a warning, and read as a person answers."""

from __future__ import annotations

from typing import Any

import pytest

import importers
from importers.findings import Severity
from importers.sheets.sheet_decision import SheetAnswer
from importers.sheets.sheet_guesses import ColumnGuess
from rules.model import RuleBook
from tests.support.importers.files import csv_files, home, recognised, text_of

STAFF = [["Personal-Nr", "QN", "Hdz."], ["P-17", "4", "MB"], ["P-18", "3", "SK"]]


def work(**columns: list[Any]) -> list[tuple[str, bytes]]:
    """Return performed interventions with further columns, heading -> cells."""
    count = len(next(iter(columns.values())))
    rows = [["Bewohner-Nr", "Intervention", "Datum", *columns]]
    rows += [
        ["0042", "4.12", f"{i + 1:02d}.03.2026", *cells] for i, cells in enumerate(zip(*columns.values(), strict=True))
    ]
    assert len(rows) == count + 1
    return [("Interventionen.csv", text_of(rows).encode())]


def column(files: list[tuple[str, bytes]], heading: str) -> ColumnGuess:
    return next(one for guess in recognised(files) for one in guess.columns if one.heading == heading)


def warned(files: list[tuple[str, bytes]], book: RuleBook, **options: Any) -> list[str]:
    found = importers.read(files, book, sheets_needed=(), **options).findings
    return [one.message for one in found if one.code == "spalte-sieht-aus-wie"]


@pytest.mark.parametrize(
    "cells",
    [
        ["j", "n", "j"],
        ["ja", "nein", "ja"],
        ["x", "", "x"],
        ["✓", "", "✓"],
        ["1", "0", "1"],
        ["+", "-", "+"],
        ["WAHR", "FALSCH", "WAHR"],
        ["erledigt", "verweigert", "KH"],
    ],
)
def test_a_column_of_yes_and_no_may_be_the_state(cells: list[str]) -> None:
    assert column(work(Sonstiges=cells), "Sonstiges").may_be == ("Status",)


@pytest.mark.parametrize(
    "cells",
    [
        ["x", "x", "x"],  # tells nothing apart
        ["ja", "vielleicht", "nein"],
        ["links", "rechts", "links"],
        ["", "", ""],
        ["1", "2", "3"],
        ["ja, aber die Bewohnerin wollte danach noch baden", "nein", "ja"],
    ],
)
def test_other_columns_are_no_state(cells: list[str]) -> None:
    assert "Status" not in column(work(Sonstiges=cells), "Sonstiges").may_be


@pytest.mark.parametrize(
    ("heading", "cells", "is_person"),
    [
        ("erfasst", ["MB", "SK", "MB"], True),  # both are in the list of employees
        ("erfasst", ["P-17", "p17", "P 18"], True),
        ("erfasst", ["AB", "CD", "EF", "AB", "CD", "EF"], True),  # nobody knows them, but they come again and again
        ("Schicht kurz", ["F", "S", "N", "F", "S", "N"], True),  # it is asked about, and no is an answer
        ("Zimmer", ["AB", "CD", "EF", "AB", "CD", "EF"], False),
        ("erfasst", ["ab", "cd", "ef", "ab", "cd", "ef"], False),
        ("erfasst", ["Baum", "Haus", "Hof", "Stall", "Feld", "Weg"], False),
    ],
)
def test_known_numbers_and_initials_may_be_who_did_it(heading: str, cells: list[str], *, is_person: bool) -> None:
    files = [*work(**{heading: cells}), ("Mitarbeitende.csv", text_of(STAFF).encode())]
    assert ("Personal-Nr" in column(files, heading).may_be) is is_person


@pytest.mark.parametrize(
    ("heading", "cells", "is_minutes"),
    [
        ("Aufwand ges.", ["10", "15", "20", "10"], True),
        ("Aufwand ges.", ["10 min", "7 min", "3 min", "10 min"], True),
        ("Zimmer", ["10", "15", "20", "10"], False),
        ("Aufwand ges.", ["101", "102", "203", "101"], False),
        ("Aufwand ges.", ["10", "15", "20", "25"], False),  # each once: may be any running number
    ],
)
def test_durations_may_be_the_minutes(heading: str, cells: list[str], *, is_minutes: bool) -> None:
    assert ("Minuten" in column(work(**{heading: cells}), heading).may_be) is is_minutes


def test_qualifications_and_hours_in_a_list_of_employees() -> None:
    rows = [
        ["Personal-Nr", "Was", "Umfang", "Hz", "Zimmer"],
        ["1", "Pflegefachfrau", "38,5", "MB", "12"],
        ["2", "Pflegehelfer", "20", "SK", "30"],
        ["3", "Sonnenschein", "19,25", "TL", "31"],
        ["4", "Altenpflegerin", "30", "AN", "32"],
    ]
    files = [("Mitarbeitende.csv", text_of(rows).encode())]
    assert column(files, "Was").may_be == ("QN",)
    assert column(files, "Umfang").may_be == ("Wochenstunden",)
    assert column(files, "Hz").may_be == ("Personal-Nr",)
    assert "Wochenstunden" not in column(files, "Zimmer").may_be


def test_a_state_that_is_not_read_is_a_warning_with_its_numbers(book: RuleBook) -> None:
    files = work(Sonstiges=["j", "n", "j", "j"])
    (message,) = warned(files, book)
    assert "„Sonstiges“ wird nicht gelesen" in message
    assert "„j“ (3-mal), „n“ (1-mal)" in message
    assert "Jede Zeile zählt als durchgeführt." in message
    finding = next(one for one in importers.read(files, book, sheets_needed=()).findings if one.letter)
    assert (finding.severity, finding.letter, finding.count) == (Severity.WARNING, "D", 4)


@pytest.mark.parametrize("extra", [{"Status": ["", "", ""]}, {"Erledigt": ["ja", "ja", "nein"]}])
def test_nothing_is_said_where_the_state_is_read(book: RuleBook, extra: dict[str, list[str]]) -> None:
    assert warned(work(Sonstiges=["j", "n", "j"], **extra), book) == []


def test_the_template_is_not_doubted(book: RuleBook) -> None:
    assert warned(csv_files(home()), book) == []


def answered(**more: Any) -> list[SheetAnswer]:
    columns = {"Bewohner-Nr": 0, "Intervention": 1, "Datum": 2, **more.pop("columns", {})}
    return [SheetAnswer("Interventionen.csv", "", "Interventionen", 0, 1, columns, **more)]


def test_words_mean_what_a_person_says(book: RuleBook) -> None:
    """Blank cells too, and dashes, which are read as blank: beside a mark, blank is what was not done."""
    files = work(Sonstiges=["X", "", "?", "-"])
    meant = {"x": "durchgeführt", "": "nicht durchgeführt", "?": "abwesend"}
    answers = answered(columns={"Status": 3}, statuses=meant)
    read = importers.read(files, book, sheets_needed=(), answers=answers)
    assert read.tables.interventions["status"].tolist() == [
        "durchgeführt",
        "nicht durchgeführt",
        "abwesend",
        "nicht durchgeführt",
    ]
    assert read.tables.faulty == 0


def test_words_of_one_file_are_not_those_of_another(book: RuleBook) -> None:
    other = [
        (
            "Februar.csv",
            text_of([["Bewohner-Nr", "Intervention", "Datum", "Status"], ["1", "4.12", "01.02.2026", "x"]]).encode(),
        )
    ]
    answers = [
        *answered(columns={"Status": 3}, statuses={"x": "abgelehnt"}),
        SheetAnswer("Februar.csv", "", "Interventionen", 0, 1, {"Intervention": 1, "Datum": 2, "Status": 3}),
    ]
    read = importers.read([*work(Sonstiges=["x", "x"]), *other], book, sheets_needed=(), answers=answers)
    assert read.tables.interventions["status"].tolist() == ["abgelehnt", "abgelehnt", "durchgeführt"]


def test_a_no_is_not_doubted_again(book: RuleBook) -> None:
    files = work(Sonstiges=["j", "n", "j"])
    assert warned(files, book, answers=answered(declined=("Status",))) == []
    assert warned(files, book, answers=answered()) != []
