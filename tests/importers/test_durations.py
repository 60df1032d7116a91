"""Durations as programs write them; what a point or a colon means, the whole column and its heading decide."""

from __future__ import annotations

from datetime import time, timedelta
from typing import Any

import pytest

import importers
from importers.findings import Severity
from importers.values import durations
from rules.model import RuleBook
from tests.support.importers.columns import both, outcome, read_column
from tests.support.importers.files import csv_files, intervention, with_interventions, xlsx

NOTICE = Severity.NOTICE


@pytest.mark.parametrize(
    ("cell", "seconds"),
    [
        ("12,5", 750),
        ("12,5 Min", 750),
        ("12,5 Min.", 750),
        ("12 Minuten", 720),
        ("12min", 720),
        ("12'", 720),
        ("1:30", 5400),
        ("01:30 h", 5400),
        ("0:05:30", 330),
        ("24:00", 86400),
        ("90 s", 90),
        ("90 Sek.", 90),
        ("1 Std. 15 Min.", 4500),
        ("1h 15m", 4500),
        ("1 Stunde und 5 Minuten", 3900),
        ("1,5 h", 5400),
        ("0,5 Std", 1800),
        ("1.234,5", 74070),
        ("1,234.5", 74070),
        ("1234.5", 74070),
        ("1234,5", 74070),
        ("0.675", 41),
        ("0,675", 41),
        ("1,005", 60),
        (",5", 30),
        (time(0, 12), 720),
        (time(0, 12, 30), 750),
        (timedelta(hours=1, minutes=30), 5400),
        (timedelta(minutes=7), 420),
        (12.5, 750),
    ],
)
def test_durations(book: RuleBook, cell: Any, seconds: int) -> None:
    assert durations.seconds(cell, 1440) == seconds
    result = read_column(book, "xlsx", "Minuten", [cell])
    assert result.tables.interventions["seconds"].tolist() == [seconds]
    assert [f for f in outcome(result) if f[0] is not NOTICE] == []


@pytest.mark.parametrize(
    "cell",
    [
        "-1",
        "-0:30",
        "24:01",
        "25 h",
        "1441 Min",
        "1:60",
        "1:5",
        "abc",
        "Min",
        "h",
        "1..5",
        "1,2,3",
        "12.34.567",
        "1 Min 2 Min",
        "10-15",
        "ca. 10",
        "٣",
        "1e2",
        timedelta(hours=24, seconds=1),
        timedelta(minutes=-5),
    ],
)
def test_invalid_durations(cell: Any) -> None:
    with pytest.raises(ValueError):
        durations.seconds(cell, 1440)


@pytest.mark.parametrize(
    ("cells", "seconds", "codes"),
    [
        (["1.234", "1.000,5"], [74040, 60030], []),
        (["1.234", "12.5"], [74, 750], []),
        (["1.234", "12,5"], [74040, 750], []),
        (["1.234", "15"], [900], ["minuten-mehrdeutig"]),
        (["1.234", "12,5", "12.5"], [750, 750], ["minuten-mehrdeutig", "zahlen-gemischt"]),
        (["1,234", "7.25"], [74040, 435], []),
    ],
)
def test_whole_column_decides_what_a_point_means(
    book: RuleBook, cells: list[str], seconds: list[int], codes: list[str]
) -> None:
    result = read_column(book, "csv", "Minuten", cells)
    assert result.tables.interventions["seconds"].tolist() == seconds
    assert [code for _, code, _, _ in outcome(result)] == codes


@both
def test_colons_are_reported_as_hours_and_minutes(book: RuleBook, form: str) -> None:
    result = read_column(book, form, "Minuten", ["0:15", "0:20", "10"])
    assert result.tables.interventions["seconds"].tolist() == [900, 1200, 600]
    assert outcome(result) == [(NOTICE, "minuten-mit-doppelpunkt", 0, 2)]


@both
@pytest.mark.parametrize(
    ("heading", "seconds"),
    [("Dauer (h)", 5400), ("Dauer in Stunden", 5400), ("Dauer (Sek.)", 2), ("Dauer (Min.)", 90), ("Dauer", 90)],
)
def test_heading_determines_the_unit(book: RuleBook, form: str, heading: str, seconds: int) -> None:
    sheets = with_interventions(intervention(Minuten=1.5))
    sheets["Interventionen"][0][5] = heading
    files = [("heim.xlsx", xlsx(sheets))] if form == "xlsx" else csv_files(sheets)
    assert importers.read(files, book).tables.interventions["seconds"].tolist() == [seconds]


@pytest.mark.slow
@pytest.mark.parametrize(
    "text",
    [",." * 60_000, "1" * 100_000, "?" * 3000 + "abc", "(1" * 50_000, "Müller (" + "1" * 90_000, "Dr. " * 30_000],
)
def test_endless_cells_end(book: RuleBook, text: str) -> None:
    others = {"Bewohner_Nr": text, "Personal_Nr": text, "Status": text, "Uhrzeit": text, "Datum": text, "Schicht": text}
    result = read_column(book, "csv", "Minuten", [text], **others)
    assert (result.rows, result.tables.faulty) == (1, 1)
