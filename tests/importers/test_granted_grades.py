"""The granted Pflegegrad: columns of `Bewohner`, sheet `Pflegegrade`, and the comparison with the assessment."""

from __future__ import annotations

from datetime import date
from typing import Any

import pandas as pd
import pytest

import importers
import rules
from importers.findings import Severity
from rules.vocabulary import ASSESSMENT_CELLS
from tests.support.importers.files import home, xlsx

BOOK = rules.load(date(2026, 3, 31))
ERROR, WARNING, NOTICE = Severity.ERROR, Severity.WARNING, Severity.NOTICE


def read(*people: tuple[Any, ...], history: list[list[Any]] | None = None, **more: Any) -> importers.ReadFiles:
    """Read residents with granted grade and its first day; the first of them is the one of the small home."""
    sheets = home() | {"Bewohner": [["Bewohner-Nr", "Pflegegrad", "Pflegegrad seit"], *map(list, people)]}
    if history is not None:
        sheets["Pflegegrade"] = [["Bewohner-Nr", "Pflegegrad", "Seit"], *history]
    return importers.read([("a.xlsx", xlsx(sheets | more))], BOOK)


def grades(result: importers.ReadFiles) -> list[tuple[str, int, date | None]]:
    frame = result.for_engine().grades
    days = [None if pd.isna(day) else day.date() for day in frame["start"]]
    return list(zip(frame["resident"], frame["grade"].tolist(), days, strict=True))


def told(result: importers.ReadFiles) -> list[tuple[Severity, str, int, str]]:
    return [(f.severity, f.code, f.row, f.column) for f in result.findings if f.code.startswith("pflegegrad")]


@pytest.mark.parametrize(
    ("cell", "grade"),
    [
        (3, 3), (3.0, 3), ("4", 4), ("4,0", 4), ("PG 2", 2), ("PG2", 2), ("Pflegegrad 5", 5), ("pflegegrad: 1", 1),
        ("Grad 3", 3),
        ("kein", 0), ("Kein Pflegegrad", 0), ("ohne PG", 0), (0, 0), ("abgelehnt", 0),
    ],
)  # fmt: skip
def test_a_grade_is_read_as_homes_write_it(cell: Any, grade: int) -> None:
    result = read(("0042", cell, ""))
    assert grades(result) == [("0042", grade, None)]
    assert told(result) == []


@pytest.mark.parametrize("cell", [6, -1, 2.5, "Stufe 2", "Pflegestufe II", "3+", "III", True, "2-3"])
def test_what_is_no_grade_is_not_given_and_named(cell: Any) -> None:
    result = read(("0042", cell, ""), ("B2", 3, ""))
    assert grades(result) == [("B2", 3, None)]
    assert told(result) == [(ERROR, "pflegegrad-ungueltig", 2, "Pflegegrad")]
    assert len(result.tables.residents) == 2, "the resident stays"


@pytest.mark.parametrize("cell", ["beantragt", "Antrag läuft", "offen"])
def test_an_open_decision_is_no_grade(cell: str) -> None:
    result = read(("0042", cell, "01.02.2026"))
    assert grades(result) == []
    assert [code for _, code, *_ in told(result)] == ["pflegegrad-offen", "pflegegrad-fehlt"]


def test_a_day_without_a_grade_and_a_grade_without_a_readable_day() -> None:
    result = read(("0042", "", "01.02.2026"), ("B2", 3, "Februar"))
    assert grades(result) == [("B2", 3, None)]
    assert told(result) == [(WARNING, "pflegegrad-fehlt", 2, "Pflegegrad seit")]
    assert [(f.code, f.column) for f in result.findings if f.code == "datum-unlesbar"] == [
        ("datum-unlesbar", "Pflegegrad seit")
    ]


def test_the_history_has_a_sheet_of_its_own_and_what_holds_today_stands_beside_it() -> None:
    history = [["0042", 2, "01.01.2020"], ["0042", "PG 3", date(2024, 5, 1)], ["B2", "kein", ""]]
    assert grades(read(("0042", 3, ""), ("B2", "", ""), history=history)) == [
        ("0042", 2, date(2020, 1, 1)),
        ("0042", 3, date(2024, 5, 1)),
        ("B2", 0, None),
    ]
    assert told(read(("0042", 3, ""), ("B2", "", ""), history=history)) == []
    other = read(("0042", 4, ""), ("B2", "", ""), history=history)
    assert told(other) == [(WARNING, "pflegegrad-widerspricht", 2, "Pflegegrad")]
    assert grades(other) == grades(read(("0042", 3, ""), ("B2", "", ""), history=history))
    dated = read(("0042", 4, "01.06.2025"), ("B2", "", ""), history=history)
    assert ("0042", 4, date(2025, 6, 1)) in grades(dated)
    assert told(dated) == []


def test_rows_of_the_history_that_cannot_count_are_left_out_and_named() -> None:
    history = [
        ["0042", "", "01.01.2020"],
        ["", 3, ""],
        ["999", 3, ""],
        ["0042", 9, ""],
        ["0042", 2, "x"],
        ["0042", 4, ""],
    ]
    result = read(("0042", "", ""), history=history)
    assert grades(result) == [("0042", 4, None)]
    found = [(f.row, f.code) for f in result.findings if f.sheet == "Pflegegrade"]
    assert sorted(found) == [
        (2, "pflegegrad-fehlt"), (3, "nummer-fehlt"), (4, "bewohner-unbekannt"), (5, "pflegegrad-ungueltig"),
        (6, "datum-unlesbar"),
    ]  # fmt: skip


def test_two_grades_since_one_day_are_named_and_the_later_holds() -> None:
    result = read(("0042", "", ""), history=[["0042", 2, "01.01.2024"], ["0042", 3, "01.01.2024"]])
    assert told(result) == [(WARNING, "pflegegrad-doppelt", 3, "Seit")]


def test_a_column_of_ones_says_whether_there_is_a_grade() -> None:
    people = [(f"B{i}", "1", "") for i in range(3)]
    result = read(*people, ("B9", "0", ""))
    assert grades(result) == [("B9", 0, None)]
    assert told(result) == [(WARNING, "pflegegrad-nur-ob", 0, "Pflegegrad")]
    assert len(grades(read(*people, ("B9", "2", "")))) == 4
    assert len(grades(read(*((number, "PG 1", "") for number, *_ in people)))) == 3
    assert len(grades(read(*people[:2]))) == 2


def test_a_table_of_the_das_export_says_it_with_a_single_one() -> None:
    sheets = home() | {"Bewohner": [["IDBEWOHNER", "PFLEGEGRAD"], ["0042", 1], ["B2", 0]]}
    assert grades(importers.read([("a.xlsx", xlsx(sheets))], BOOK)) == [("B2", 0, None)]


@pytest.mark.parametrize("heading", ["PG", "Aktueller Pflegegrad", "Pflegegrad lt. Bescheid", "pflege-grad"])
def test_other_programs_call_the_column_otherwise(heading: str) -> None:
    sheets = home() | {"Bewohner": [["Bewohner-Nr", heading, "PG seit"], ["0042", 3, "01.01.2025"]]}
    assert grades(importers.read([("a.xlsx", xlsx(sheets))], BOOK)) == [("0042", 3, date(2025, 1, 1))]


def test_a_sheet_of_that_name_with_other_figures_is_no_history() -> None:
    sheets = home() | {"Pflegegrade": [["Pflegegrad", "Anzahl"], [2, 14], [3, 30]]}
    result = importers.read([("a.xlsx", xlsx(sheets))], BOOK)
    assert result.tables.grades.empty
    (finding,) = [f for f in result.findings if f.code == "blaetter-unbekannt"]
    assert "„Pflegegrade“" in finding.message


def assessments(*days: str) -> list[list[Any]]:
    """Assessments with 0 everywhere: no Pflegegrad."""
    return [["Bewohner-Nr", "Datum", *ASSESSMENT_CELLS], *(["0042", day, *[0] * len(ASSESSMENT_CELLS)] for day in days)]


def test_who_is_granted_another_grade_than_computed_is_named_with_the_day() -> None:
    result = read(("0042", 2, ""), Begutachtungen=assessments("01.02.2026"))
    assert told(result) == [(NOTICE, "pflegegrad-weicht-ab", 2, "Pflegegrad")]
    (finding,) = [f for f in result.findings if f.code == "pflegegrad-weicht-ab"]
    assert finding.message == (
        "Zuerkannt: Pflegegrad 2; aus der Begutachtung ab 01.02.2026 errechnet: kein Pflegegrad. "
        "Für § 113c zählt der zuerkannte."
    )
    assert told(read(("0042", "kein", ""), Begutachtungen=assessments("01.02.2026"))) == []
    assert told(read(("0042", 2, ""), Begutachtungen=assessments())) == []


def test_files_of_one_home_are_compared_as_they_hold_together() -> None:
    """The list of January says Pflegegrad 2 and that of March none; the assessment fits the later one."""
    january = xlsx(home() | {"Bewohner": [["Bewohner-Nr", "Pflegegrad", "Pflegegrad seit"], ["0042", 2, "01.01.2026"]]})
    march = xlsx(
        {
            "Bewohner": [["Bewohner-Nr", "Pflegegrad", "Pflegegrad seit"], ["0042", "kein", "01.01.2026"]],
            "Begutachtungen": assessments("01.03.2026"),
        }
    )
    result = importers.read([("a.xlsx", january), ("b.xlsx", march)], BOOK)
    assert grades(result) == [("0042", 0, date(2026, 1, 1))]
    assert told(result) == []
