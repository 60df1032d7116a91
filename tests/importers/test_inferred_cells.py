"""What a cell leaves out and others say: a day that stands once for its group, beginning and end in one cell."""

from __future__ import annotations

from typing import Any

import pytest

import importers
from importers.findings import Severity
from rules.model import RuleBook
from tests.support.importers.columns import both, dates, outcome, read_column
from tests.support.importers.files import csv_files, home, xlsx

ERROR, WARNING, NOTICE = Severity.ERROR, Severity.WARNING, Severity.NOTICE
HEADS = ["Bewohner-Nr", "Datum", "Personal-Nr", "Intervention", "Minuten"]


def read(book: RuleBook, form: str, *rows: list[Any], heads: list[str] = HEADS) -> importers.ReadFiles:
    sheets = home() | {"Interventionen": [heads, *rows]}
    return importers.read([("heim.xlsx", xlsx(sheets))] if form == "xlsx" else csv_files(sheets), book)


@both
def test_a_day_that_stands_once_for_its_group_holds_for_the_rows_below_it(book: RuleBook, form: str) -> None:
    rows = [
        ["0042", "02.03.2026", "P1", "4.10", 5],
        ["", "", "P1", "4.13", 5],
        ["", "", "P1", "4.1", 5],
        ["B2", "03.03.2026", "P1", "4.10", 5],
        ["0042", "", "P1", "4.13", 5],
    ]
    result = read(book, form, *rows)
    assert dates(result) == ["2026-03-02"] * 3 + ["2026-03-03"] * 2
    assert result.tables.interventions["resident"].tolist() == ["0042", "0042", "0042", "B2", "0042"]
    assert (WARNING, "zeilen-gruppiert", 3, 3) in outcome(result)


@both
@pytest.mark.parametrize(
    "days",
    [
        ["02.03.2026", "", "03.03.2026", "04.03.2026"],  # one was forgotten
        ["02.03.2026", "02.03.2026", "", ""],  # a list that repeats the day
        ["02.03.2026", *(f"{day}.03.2026" for day in range(3, 11)), "", ""],  # two were forgotten
    ],
)
def test_a_day_that_was_forgotten_stays_an_error(book: RuleBook, form: str, days: list[str]) -> None:
    result = read(book, form, *(["0042", day, "P1", "4.10", 5] for day in days))
    errors = [(code, count) for severity, code, _, count in outcome(result) if severity is ERROR]
    assert errors == [("datum-fehlt", days.count(""))]


def test_a_group_ends_where_a_line_was_left_out(book: RuleBook) -> None:
    """Below the sum another group begins, and nobody knows its day."""
    rows = [["0042", "02.03.2026", "P1", "4.10", 5], ["", "", "P1", "4.13", 5], ["Summe", "", "", "", 10]]
    result = read(book, "xlsx", *rows, ["", "", "P1", "4.1", 5], ["", "", "P1", "4.13", 5])
    assert dates(result) == ["2026-03-02"] * 2
    assert [f.rows for f in result.findings if f.code == "datum-fehlt"] == [(5, 6)]


@both
@pytest.mark.parametrize("heading", ["Uhrzeit", "Von - bis", "Zeitraum"])
def test_beginning_and_end_in_one_cell_give_time_and_minutes(book: RuleBook, form: str, heading: str) -> None:
    cells = ["08:05-08:18", "09.00 – 09.20 Uhr", "23:50 bis 00:10", "10:00"]
    heads = [*HEADS[:4], heading]
    result = read(book, form, *(["0042", "02.03.2026", "P1", "4.10", cell] for cell in cells), heads=heads)
    frame = result.tables.interventions
    assert frame["minute_of_day"].tolist() == [485, 540, 1430, 600]
    assert frame["seconds"].tolist() == [780, 1200, 1200, -1]
    assert (NOTICE, "minuten-aus-ende", 0, 3) in outcome(result)


@pytest.mark.parametrize("cell", ["08:05-25:00", "08:05-08:18-09:00", "8-9", "-"])
def test_no_span_is_made_of_what_is_none(book: RuleBook, cell: str) -> None:
    result = read_column(book, "csv", "Uhrzeit", [cell], Minuten=5)
    assert result.tables.interventions["minute_of_day"].tolist() == [-1]
    assert result.tables.interventions["seconds"].tolist() == [300]


@both
def test_addresses_at_the_foot_of_a_page_are_no_data(book: RuleBook, form: str) -> None:
    foot = [
        ["Haus am Park gGmbH, Parkstr. 5, 12345 Berlin"],
        ["Tel.: 030 123456, info@haus.example"],
        ["Seite 1 von 2"],
    ]
    row = ["0042", "02.03.2026", "P1", "4.10", 5]
    result = read(book, form, row, *foot, HEADS, [*row[:3], "4.13", 5], *foot)
    assert len(result.tables.interventions) == 2
    assert {code for severity, code, *_ in outcome(result) if severity is not NOTICE} == set()
