"""Times of day as programs write them, beside their day or within it; and midnight."""

from __future__ import annotations

from datetime import date, time
from typing import Any

import pytest

import importers
from importers.findings import Severity
from rules.model import RuleBook
from tests.support.importers.columns import both, dates, outcome, read_column
from tests.support.importers.files import csv_files, moment_of, with_interventions, xlsx

WARNING, NOTICE = Severity.WARNING, Severity.NOTICE


@both
def test_times_of_day_in_all_spellings(book: RuleBook, form: str) -> None:
    cells: list[Any] = [
        "8:05",
        "08:05",
        "0805",
        "805",
        "08:05 Uhr",
        "8:05h",
        "8.05",
        "8.05 Uhr",
        "08:05:59",
        time(8, 5),
        805,
    ]
    result = read_column(book, form, "Uhrzeit", [*cells, "8 Uhr", "08.30 UHR"])
    assert result.tables.interventions["minute_of_day"].tolist() == [485] * len(cells) + [480, 510]
    assert outcome(result) == []


@pytest.mark.parametrize(
    ("cell", "minute"),
    [
        (0.3368055555555556, 485),
        (0.302083, 435),
        (0.9999, 1439),
        (0.999999, 1439),
        (805.0, 485),
        (100, 60),
        (2359, 1439),
        (46054.5, 720),
    ],
)
def test_times_of_day_as_numbers(book: RuleBook, cell: float, minute: int) -> None:
    assert read_column(book, "xlsx", "Uhrzeit", [cell]).tables.interventions["minute_of_day"].tolist() == [minute]


@both
def test_times_of_day_that_excel_wrote_as_fractions_are_read_with_enough_digits(book: RuleBook, form: str) -> None:
    """With four digits 8:03 would be 8:02; "0,5" may be half an hour as well."""
    cells = ["0,33542", "0.336805555555556", "0,99999", "0,3354", "0,5", "1,33680"]
    result = read_column(book, form, "Uhrzeit", cells)
    assert result.tables.interventions["minute_of_day"].tolist() == [483, 485, 1439, -1, -1, -1]
    assert [(severity, code) for severity, code, *_ in outcome(result)] == [(WARNING, "uhrzeit-unlesbar")] * 3


@both
def test_midnight_at_the_end_of_the_day_is_the_next_day(book: RuleBook, form: str) -> None:
    result = read_column(
        book, form, "Uhrzeit", ["24:00", "00:00", "23:59", "24:00 Uhr", "2400"], Datum=date(2026, 2, 28)
    )
    assert dates(result) == ["2026-03-01", "2026-02-28", "2026-02-28", "2026-03-01", "2026-03-01"]
    assert result.tables.interventions["minute_of_day"].tolist() == [0, 0, 1439, 0, 0]
    assert outcome(result) == [(NOTICE, "uhrzeit-24", 2, 3)]
    assert dates(read_column(book, form, "Datum", ["31.12.2025 24:00"])) == ["2026-01-01"]


def test_midnight_counts_for_the_staff_of_the_next_day(book: RuleBook) -> None:
    result = read_column(book, "xlsx", "Uhrzeit", ["24:00"], Datum=date(2026, 3, 31), Personal_Nr="007")
    assert (WARNING, "personal-nicht-gueltig", 2, 1) in outcome(result)


@both
def test_a_moment_in_the_date_column_feeds_day_and_time(book: RuleBook, form: str) -> None:
    sheets = with_interventions()
    sheets["Interventionen"] = [
        ["Durchgeführt am", "Maßnahme", "Uhrzeit"],
        [moment_of(14, 6, 5), "4.10", ""],
        [moment_of(15, 6, 5), "4.10", "7:00"],
    ]
    files = [("heim.xlsx", xlsx(sheets))] if form == "xlsx" else csv_files(sheets)
    result = importers.read(files, book)
    assert dates(result) == ["2026-03-14", "2026-03-15"]
    assert result.tables.interventions["minute_of_day"].tolist() == [365, 420]
