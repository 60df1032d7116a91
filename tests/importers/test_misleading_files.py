"""Files that would be read smoothly and wrongly: plans beside what was done, pages without headings, several homes."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

import importers
from importers.findings import Severity, UnreadableError
from rules.model import RuleBook
from tests.support.importers import das_files
from tests.support.importers.columns import both
from tests.support.importers.files import csv_files, home, recognised, xlsx
from tests.support.importers.rosters import duties, read, with_roster

HEADS = ["Bewohner-Nr", "Personal-Nr", "Intervention", "Datum", "Minuten"]
FIRST = ["0042", "P1", "4.10", "02.03.2026", "10"]
SECOND = ["B2", "007", "4.12", "03.03.2026", "20"]


def read_rows(book: RuleBook, rows: list[list[Any]], form: str) -> importers.ReadFiles:
    sheets = home() | {"Interventionen": rows}
    return importers.read([("heim.xlsx", xlsx(sheets))] if form == "xlsx" else csv_files(sheets), book)


def worse(result: importers.ReadFiles) -> list[tuple[str, str]]:
    """Return code and value of what is more than a notice."""
    return [(one.code, one.value) for one in result.findings if one.severity is not Severity.NOTICE]


@both
@pytest.mark.parametrize(
    ("heading", "cells", "column"),
    [
        ("Durchgeführt am", ["04.03.2026", "04.03.2026"], "Datum"),
        ("Durchgeführt von", ["007", "007"], "Personal-Nr"),
        ("2. Mitarbeiter", ["007", ""], "Personal-Nr"),
        ("Klienten-ID", ["B2", "B2"], "Bewohner-Nr"),
        ("Dauer", ["10", "25"], "Minuten"),
        ("Dauer (h)", ["1", "1"], "Minuten"),
    ],
)
def test_a_second_column_with_other_content_is_asked_about(
    book: RuleBook, form: str, heading: str, cells: list[str], column: str
) -> None:
    rows = [[*HEADS, heading], [*FIRST, cells[0]], [*SECOND, cells[1]]]
    result = read_rows(book, rows, form)
    (doubt,) = [one for one in result.findings if one.code == "spalte-doppelt"]
    assert doubt.message.startswith(f"Als „{column}“ gilt die Spalte „{column}“; auch „{heading}“ kann es sein")
    assert not recognised([("Interventionen.csv", "\n".join(map(";".join, rows)).encode())])[0].settled


@both
@pytest.mark.parametrize(
    ("heading", "cells"),
    [
        ("Durchgeführt am", ["02.03.2026 08:05", "3.3.26"]),
        ("Mitarbeiter", ["Yılmaz, Ayşe", "Bond, Jo"]),
        ("Dauer", ["10 min", ""]),
        ("Dauer (s)", ["600", "1200"]),
        ("Dokumentiert am", ["05.03.2026", "05.03.2026"]),
    ],
)
def test_a_second_column_that_says_the_same_is_no_question(
    book: RuleBook, form: str, heading: str, cells: list[str]
) -> None:
    result = read_rows(book, [[*HEADS, heading], [*FIRST, cells[0]], [*SECOND, cells[1]]], form)
    assert worse(result) == []


@both
@pytest.mark.parametrize("heading", ["Einrichtung", "Haus", "IK-Nummer", "Mandant"])
def test_several_homes_in_one_file_are_told(book: RuleBook, form: str, heading: str) -> None:
    result = read_rows(book, [[*HEADS, heading], [*FIRST, "101"], [*SECOND, "102"]], form)
    assert worse(result) == [("mehrere-einrichtungen", heading)]
    result = read_rows(book, [[*HEADS, heading], [*FIRST, "101"], [*SECOND, "101"]], form)
    assert worse(result) == []


def test_das_exports_of_two_homes_are_told(book: RuleBook) -> None:
    export = das_files.text(das_files.resident())
    files = [("a.xml", export.encode()), ("b.xml", export.replace("100001", "100002").encode())]
    told = [value for code, value in worse(importers.read(files, book, sheets_needed=())) if "mehrere" in code]
    assert told == ["100001; 100002"]
    files = [("a.xml", export.encode()), ("b.xml", export.encode())]
    assert "mehrere-einrichtungen" not in dict(worse(importers.read(files, book, sheets_needed=())))


@both
@pytest.mark.parametrize("heading", ["Soll-Minuten", "Geplante Minuten", "Minuten (Plan)", "Dauer (Industriestunden)"])
def test_minutes_of_the_plan_are_not_the_minutes(book: RuleBook, form: str, heading: str) -> None:
    result = read_rows(book, [[*HEADS[:-1], heading], FIRST, SECOND], form)
    assert result.tables.interventions["seconds"].tolist() == [-1, -1]
    assert [code for code, _ in worse(result)] in (["spalten-aehnlich"], ["spalte-mehrdeutig"])


@both
@pytest.mark.parametrize(("mark", "blank"), [("x", ""), ("✓", ""), ("ja", "")])
def test_marks_for_done_make_blank_cells_doubtful(book: RuleBook, form: str, mark: str, blank: str) -> None:
    result = read_rows(book, [[*HEADS, "Erledigt"], [*FIRST, mark], [*SECOND, blank]], form)
    assert worse(result) == [("status-leer", "")]
    result = read_rows(book, [[*HEADS, "Status"], [*FIRST, "durchgeführt"], [*SECOND, ""]], form)
    assert worse(result) == []


@both
@pytest.mark.parametrize(
    ("title", "status"),
    [
        ("Nicht durchgeführte Maßnahmen", "nicht durchgeführt"),
        ("Abgelehnte Leistungen:", "abgelehnt"),
        ("Geplante Maßnahmen April", "nicht durchgeführt"),
        ("Status: abgelehnt", "abgelehnt"),
    ],
)
def test_a_second_table_of_what_was_not_done_does_not_count(book: RuleBook, form: str, title: str, status: str) -> None:
    result = read_rows(book, [HEADS, FIRST, [], [title], HEADS, SECOND], form)
    states = result.tables.interventions["status"].astype(object)
    assert states.where(states.notna(), None).tolist() == [None, status]
    assert worse(result) == [("abschnitt-gelesen", "4")]
    above = read_rows(book, [[title], HEADS, FIRST], form)
    assert above.tables.interventions["status"].tolist() == [status]


@both
def test_a_day_of_printing_is_no_status(book: RuleBook, form: str) -> None:
    result = read_rows(book, [["Durchgeführte Maßnahmen"], ["Stand: 31.03.2026"], HEADS, FIRST], form)
    assert result.tables.interventions["status"].isna().all()
    assert worse(result) == []


@both
@pytest.mark.parametrize(
    "again", [["", "", *HEADS], [*HEADS[:3], "", *HEADS[3:]], HEADS[1:], [HEADS[1], HEADS[0], *HEADS[2:]]]
)
def test_headings_that_come_again_elsewhere_are_refused(book: RuleBook, form: str, again: list[str]) -> None:
    with pytest.raises(UnreadableError, match=r"Zeile 3 noch einmal, aber anders angeordnet"):
        read_rows(book, [HEADS, FIRST, again, ["", *SECOND]], form)


def test_a_page_without_headings_is_an_error_and_not_lost_in_silence(book: RuleBook) -> None:
    sheets: dict[str, list[list[Any]]] = home()
    del sheets["Interventionen"]
    result = importers.read([("heim.xlsx", xlsx(sheets | {"Table 1": [HEADS, FIRST], "Table 2": [SECOND]}))], book)
    assert worse(result) == [("blatt-vermutet", "Table 1"), ("blatt-ohne-ueberschriften", "Table 2")]
    (lost,) = [one for one in result.findings if one.code == "blatt-ohne-ueberschriften"]
    assert (lost.severity, "setzt wohl „Table 1“ fort" in lost.message) == (Severity.ERROR, True)
    result = importers.read([("heim.xlsx", xlsx(home() | {"Notizen": [["Wer", "Wann"], ["alle", "morgen"]]}))], book)
    assert worse(result) == []


@pytest.mark.parametrize(
    "name", ["Geplant", "Nicht durchgeführt", "Abgelehnte Leistungen", "Maßnahmen Soll", "Vorlage"]
)
def test_a_sheet_called_like_a_plan_is_asked_about(book: RuleBook, name: str) -> None:
    sheets: dict[str, list[list[Any]]] = home()
    del sheets["Interventionen"]
    files = [("heim.xlsx", xlsx(sheets | {"Leistungen": [HEADS, FIRST], name: [HEADS, SECOND]}))]
    result = importers.read(files, book)
    assert result.rows == 1
    assert ("blatt-unsicher", name) in worse(result)
    assert not recognised(files)[-1].settled


def test_a_sheet_like_one_that_has_our_name_is_told(book: RuleBook) -> None:
    result = importers.read([("heim.xlsx", xlsx(home() | {"Interventionen (2)": [HEADS, FIRST]}))], book)
    assert worse(result) == [("blatt-unsicher", "Interventionen (2)")]


def test_a_roster_that_is_not_understood_is_told() -> None:
    turned = [["Tag", "P1", "P2"], *[[date(2026, 3, 1) + timedelta(days=n), "F1", "S2"] for n in range(4)]]
    result = read(with_roster(Dienstplan=turned))
    assert ("blatt-unsicher", "Dienstplan") in worse(result)


DAYS = [date(2026, 3, 1) + timedelta(days=n) for n in range(7)]


@pytest.mark.parametrize(
    ("first", "second"),
    [(["P1", "Yılmaz", "Plan"], ["", "", "Ist"]), (["P1", "Yılmaz", "Soll"], ["P1", "Yılmaz", "Ist"])],
)
def test_of_a_line_for_the_plan_and_one_for_the_work_the_work_is_read(first: list[str], second: list[str]) -> None:
    rows = [["Personal-Nr", "Name", "", *DAYS], [*first, "F1", "F1", *[""] * 5], [*second, "F1", "N", *[""] * 5]]
    result = read(with_roster(Dienstplan=rows))
    assert [start for _, _, start, _ in duties(result)] == ["01.03. 06:00", "02.03. 21:00"]
    assert [one.count for one in result.findings if one.code == "plan-und-ist"] == [1]


@pytest.mark.parametrize(
    "heads",
    [
        [["", "", "Plan", "", "Ist", ""], ["Personal-Nr", "Datum", "Beginn", "Ende", "Beginn", "Ende"]],
        [["Personal-Nr", "Datum", "Soll-Beginn", "Soll-Ende", "Ist-Beginn", "Ist-Ende"]],
        [["Personal-Nr", "Datum", "Beginn (Plan)", "Ende (Plan)", "Beginn (Ist)", "Ende (Ist)"]],
    ],
)
def test_planned_times_are_no_divided_shift(heads: list[list[str]]) -> None:
    rows = [*heads, ["P1", "02.03.2026", "06:00", "10:00", "12:15", "14:30"]]
    result = read(with_roster(Dienstplan=rows))
    assert duties(result) == [("P1", None, "02.03. 12:15", "02.03. 14:30")]


def test_two_pairs_without_a_word_for_the_plan_stay_a_divided_shift() -> None:
    heads = ["Personal-Nr", "Datum", "Beginn", "Ende", "Beginn", "Ende"]
    result = read(with_roster(Dienstplan=[heads, ["P1", "02.03.2026", "06:00", "10:00", "16:00", "20:00"]]))
    assert len(duties(result)) == 2
