"""Reports of interventions without a column for the day, which stands in a line of its own."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

import importers
from importers.conventions import HomeConventions
from importers.findings import Severity, UnreadableError
from importers.sheets.sheet_decision import SheetAnswer
from importers.sheets.sheet_guesses import SheetGuess, profile_of
from rules.model import RuleBook
from tests.support.importers.columns import both, dates
from tests.support.importers.files import Sheets, csv_files, home, xlsx

HEADS = ["Bewohner-Nr", "Personal-Nr", "Intervention", "Minuten"]
ROW = ["0042", "P1", "4.10", 5]


def files(form: str, *rows: list[Any]) -> list[tuple[str, bytes]]:
    sheets = home() | {"Interventionen": list(rows)}
    return [("heim.xlsx", xlsx(sheets))] if form == "xlsx" else csv_files(sheets)


@both
@pytest.mark.parametrize(
    "lines",
    [
        [["Datum: 02.03.2026"], HEADS, ROW],
        [["Leistungsnachweis"], ["Tag", "02.03.2026"], HEADS, ROW],
        [HEADS, ["Montag, 02.03.2026"], ROW],
        [["Datum: 02.03.2026"], HEADS, ROW, ["Datum", "03.03.2026"], ROW],
        [["Leistungsnachweis vom 02.03.2026"], HEADS, ROW],
        [["Datum: 02.03.2026"], HEADS, ROW, ["Datum: 03.03.2026"], HEADS, ROW],
        [["01.03.2026"], HEADS, ["02.03.2026"], ROW, ["Di 03.03.2026"], ROW],
    ],
)
def test_a_line_gives_the_day_of_the_rows_below_it(book: RuleBook, form: str, lines: list[list[Any]]) -> None:
    result = importers.read(files(form, *lines), book)
    assert dates(result) == ["2026-03-02", "2026-03-03"][: lines.count(ROW)]
    told = [f for f in result.findings if f.sheet == "Interventionen" and f.code == "spalten-zugeordnet"]
    assert [(f.severity, f.column, f.message) for f in told] == [
        (
            Severity.WARNING,
            "",
            "Gelesen wird „Tag in einer eigenen Zeile“ als „Datum“; eine davon ist nur vermutet.",
        )
    ]
    assert not [f for f in result.findings if f.severity is Severity.ERROR]


@both
@pytest.mark.parametrize(
    "lines",
    [
        [["Stand: 02.03.2026"], HEADS, ROW],
        [["Leistungsnachweis"], ["02.03.2026", "03.03.2026"], HEADS, ROW],
        [["Leistungsnachweis vom 02.03.2026 bis 31.03.2026"], HEADS, ROW],
        [["Leistungsnachweis erstellt am 02.03.2026"], HEADS, ROW],
        [["01.03.2026 - 31.03.2026"], HEADS, ROW],
        [["Datum: 26-03-02"], HEADS, ROW],
        [HEADS, ["26/03/02"], ROW],
        [["Datum: 02.03.2026"], ["Datum: 03.03.2026"], HEADS, ROW],
        [["Datum: 02.03.2026"], HEADS, ROW, ["Datum: 05.04.2026"]],
    ],
)
def test_what_may_be_another_day_refuses_the_sheet(book: RuleBook, form: str, lines: list[list[Any]]) -> None:
    """As when it was printed or signed, or a period."""
    with pytest.raises(UnreadableError, match="fehlt die Spalte „Datum“"):
        importers.read(files(form, *lines), book)


def test_headings_of_two_columns_that_come_again_go_on_below_a_line(book: RuleBook) -> None:
    heads, row = ["Bewohner-Nr", "Intervention"], ["0042", "4.10"]
    lines = [["Datum: 02.03.2026"], heads, row, ["Datum: 03.03.2026"], heads, row]
    assert dates(importers.read(files("csv", *lines), book)) == ["2026-03-02", "2026-03-03"]


def test_rows_before_the_first_day_are_errors(book: RuleBook) -> None:
    result = importers.read(files("csv", HEADS, ROW, ["02.03.2026"], ROW), book)
    assert dates(result) == ["2026-03-02"]
    assert [(f.code, f.row) for f in result.findings if f.severity is Severity.ERROR] == [("datum-fehlt", 2)]


def test_the_column_can_be_answered_as_it_was_shown(book: RuleBook) -> None:
    given = files("xlsx", ["Datum: 02.03.2026"], HEADS, ROW)
    (shown,) = [one for one in importers.look(given).guesses if one.sheet == "Interventionen"]
    assert not shown.settled
    columns = {column.column: column.position for column in shown.columns if column.column}
    answer = SheetAnswer("heim.xlsx", "Interventionen", "Interventionen", row=1, columns=columns)
    result = importers.read(given, book, answers=[answer])
    assert result.tables.interventions["date"].dt.date.tolist() == [date(2026, 3, 2)]


@pytest.mark.parametrize("name", ["Interventionen", "Tabelle1"])
def test_a_profile_knows_the_next_file_whose_day_stands_in_a_line(book: RuleBook, name: str) -> None:
    first = files("xlsx", ["Datum: 02.03.2026"], HEADS, ROW)
    (shown,) = [one for one in importers.look(first).guesses if one.sheet == "Interventionen"]
    columns = {column.column: column.position for column in shown.columns if column.column}
    answers = [SheetAnswer("heim.xlsx", "Interventionen", "Interventionen", row=1, columns=columns)]
    known = HomeConventions(profiles=(profile_of("Quelle", importers.look(first, answers=answers).guesses, answers),))

    def guess(sheets: Sheets) -> SheetGuess:
        given = [("april.xlsx", xlsx(sheets))]
        return next(one for one in importers.look(given, conventions=known).guesses if one.name == name)

    people = {sheet: rows for sheet, rows in home().items() if sheet != "Interventionen"}
    later = people | {name: [["Titel"], ["Datum: 03.03.2026"], HEADS, ROW]}
    assert (guess(later).settled, guess(later).profile) == (True, "Quelle")
    result = importers.read([("april.xlsx", xlsx(later))], book, conventions=known)
    assert dates(result) == ["2026-03-03"]
    assert not [f for f in result.findings if f.sheet == "Interventionen" and f.severity is not Severity.NOTICE]
    assert not guess(people | {name: [["Datum: 03.03.2026"], [*HEADS[:3], "Sekunden"], ROW]}).profile
    assert not guess(people | {name: [HEADS, ROW]}).profile
