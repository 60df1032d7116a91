"""Exports with beginning and end instead of minutes."""

from __future__ import annotations

import importers
from importers.findings import Severity
from rules.model import RuleBook
from tests.support.importers.columns import both
from tests.support.importers.files import csv_files, home, xlsx

FROM_TO = ["Bewohner-Nr", "Hdz.", "Maßnahme", "Datum", "von", "bis"]


def lasting(book: RuleBook, form: str, *times: tuple[str, ...], heads: list[str] = FROM_TO) -> importers.ReadFiles:
    rows = [heads, *[["0042", "P1", "4.10", "02.03.2026", *time] for time in times]]
    sheets = home() | {"Interventionen": rows}
    return importers.read([("heim.xlsx", xlsx(sheets))] if form == "xlsx" else csv_files(sheets), book)


def codes(result: importers.ReadFiles) -> set[str]:
    found = [one for one in result.findings if one.sheet == "Interventionen"]
    return {one.code for one in found if one.severity is not Severity.NOTICE}


@both
def test_minutes_follow_from_beginning_and_end(book: RuleBook, form: str) -> None:
    result = lasting(book, form, ("08:05", "08:18"), ("23:50", "00:10"), ("09:00", "09:20"))
    assert result.tables.interventions["seconds"].tolist() == [780, 1200, 1200]
    assert result.tables.interventions["minute_of_day"].tolist() == [485, 1430, 540]
    assert codes(result) == set()
    assert [one.count for one in result.findings if one.code == "minuten-aus-ende"] == [3]


@both
def test_an_end_before_the_beginning_gives_no_minutes(book: RuleBook, form: str) -> None:
    result = lasting(book, form, ("08:05", "08:00"), ("08:05", "08:05"), ("", "09:00"), ("08:05", ""))
    assert result.tables.interventions["seconds"].tolist() == [-1, -1, -1, -1]
    assert codes(result) == {"ende-vor-beginn"}


@both
def test_minutes_that_are_given_are_compared_with_the_end(book: RuleBook, form: str) -> None:
    times = [("08:05", "08:18", "13"), ("08:05", "08:18", "30"), ("08:05", "kurz darauf", ""), ("09:00", "9:10", "")]
    result = lasting(
        book, form, *times, *[("10:00", f"10:{n}", str(n)) for n in range(10, 40)], heads=[*FROM_TO, "Minuten"]
    )
    assert result.tables.interventions["seconds"].tolist()[:4] == [780, 1800, -1, 600]
    assert codes(result) == {"minuten-gegen-ende", "ende-unlesbar"}
