"""Names and numbers of persons as programs write them: in one column or two, with titles, with decimals."""

from __future__ import annotations

import pytest

import importers
from importers.content.persons.person_names import without_titles
from importers.values import cell_values
from rules.model import RuleBook
from tests.support.importers.columns import both
from tests.support.importers.files import csv_files, home, xlsx


@both
@pytest.mark.parametrize(
    ("heads", "rows", "expected"),
    [
        (
            ["Name"],
            [["Müller, Anna"], ["Dr. Groß, Jörg"], ["van der Berg"]],
            [("Müller", "Anna"), ("Groß", "Jörg"), ("van der Berg", None)],
        ),
        (
            ["Vorname Nachname"],
            [["Anna Maria Müller"], ["Herr Prof. Dr. Jörg Groß"], ["Ayşe"]],
            [("Müller", "Anna Maria"), ("Groß", "Jörg"), ("Ayşe", None)],
        ),
        (
            ["Nachname", "Vorname"],
            [["Frau Müller", "Anna"], ["Groß, Jörg", ""], ["Müller, geb. Ott", "Eva"]],
            [("Müller", "Anna"), ("Groß", "Jörg"), ("Müller, geb. Ott", "Eva")],
        ),
    ],
)
def test_names(
    book: RuleBook, form: str, heads: list[str], rows: list[list[str]], expected: list[tuple[str, str | None]]
) -> None:
    sheets = home()
    sheets["Bewohner"] = [["Bewohner-Nr", *heads], *[[f"B{i}", *row] for i, row in enumerate(rows)]]
    files = [("heim.xlsx", xlsx(sheets))] if form == "xlsx" else csv_files(sheets)
    people = importers.read(files, book).people_residents
    assert list(zip(people["name"], people["given"], strict=True)) == expected


@pytest.mark.parametrize(
    ("name", "left"),
    [
        ("Frau Dr. med. Maier", "Maier"),
        ("Frauke Herr", "Frauke Herr"),
        ("Dr.", "Dr."),
        ("Herrmann", "Herrmann"),
        ("Fr. Ott", "Ott"),
    ],
)
def test_titles(name: str, left: str) -> None:
    assert without_titles(name) == left


def test_numbers_of_people_keep_zeros_and_lose_decimals() -> None:
    assert [cell_values.identifier(cell) for cell in ("0042", "1234.0", 1234.0, "1234,00", " 7 ", "00.0")] == [
        "0042",
        "1234",
        "1234",
        "1234",
        "7",
        "00",
    ]
