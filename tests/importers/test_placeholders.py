"""NULL, a dash, 31.12.9999: what stands in cells where there is nothing, or no end."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import pytest

import importers
from importers.findings import Severity
from tests.support.importers.files import DAY, csv_files, home, intervention, with_interventions, xlsx

if TYPE_CHECKING:
    from rules.model import RuleBook
    from tests.support.importers.files import ReadHome, Sheets

OPEN = [
    "31.12.9999", "31.12.2999", "01.01.4000", "9999-12-31", "9999-12-31 00:00:00", "99991231", "31-Dez-9999",
    date(9999, 12, 31), datetime(9999, 12, 31), 2958465, "unbefristet", "Unbefristet", "offen",  # noqa: DTZ001
    "nicht befristet",
    "bis auf Weiteres", "b.a.w.", "laufend", "lfd.", "heute", "∞", "-", "–", "--", "NULL", "null", "\\N", "n/a", "k.A.",
    "00.01.1900", "00.00.0000", "0000-00-00", "01.01.1900", "30.12.1899", "#NV", "./.",
]  # fmt: skip
NOTHING = [
    "NULL", "(null)", "<NULL>", "\\N", "None", "NaN", "n/a", "N/A", "#NV", "#N/A", "-", "–", "---", "./.", "k.A.",
    "k. A.", "keine Angabe", "ohne Angabe", "nicht angegeben", "unbekannt", " NULL ", "\ufeffNULL",
]  # fmt: skip


def both_forms(book: RuleBook, sheets: Sheets, *, text_only: bool) -> list[importers.ReadFiles]:
    files = [csv_files(sheets)] if text_only else [csv_files(sheets), [("heim.xlsx", xlsx(sheets))]]
    return [importers.read(one, book) for one in files]


def wrong(result: importers.ReadFiles) -> list[str]:
    return [one.code for one in result.findings if one.severity is not Severity.NOTICE]


@pytest.mark.parametrize("end", OPEN, ids=str)
@pytest.mark.parametrize(
    ("sheet", "column", "frame", "name"),
    [
        ("Mitarbeitende", "Gültig bis", "staff", "end"),
        ("Bewohner", "Auszug", "residents", "moved_out"),
        ("Instabilität", "Bis", "instability", "end"),
    ],
)
def test_an_open_end_costs_no_row(book: RuleBook, end: Any, sheet: str, column: str, frame: str, name: str) -> None:
    sheets = home()
    position = sheets[sheet][0].index(column)
    for row in sheets[sheet][1:]:
        row[position] = end
    rows = len(sheets[sheet]) - 1
    for result in both_forms(book, sheets, text_only=isinstance(end, int)):
        assert getattr(result.tables, frame)[name].isna().tolist() == [True] * rows
        assert wrong(result) == []
        (note,) = [one for one in result.findings if one.code in {"ende-offen", "platzhalter-leer"}]
        assert (note.sheet, note.column, note.count) == (sheet, column, rows)


@pytest.mark.parametrize("end", ["31.12.2026", "31.12.2099", date(2027, 1, 1)])
def test_an_end_that_may_be_meant_stays_one(read_home: ReadHome, end: Any) -> None:
    sheets = home()
    sheets["Mitarbeitende"][1][7] = end
    assert read_home(sheets).tables.staff["end"].notna().tolist() == [True, True]


@pytest.mark.parametrize(("column", "value"), [("Datum", "31.12.9999"), ("Datum", "unbefristet"), ("Uhrzeit", "offen")])
def test_elsewhere_words_for_an_open_end_mean_nothing_else(read_home: ReadHome, column: str, value: str) -> None:
    result = read_home(with_interventions(intervention(**{column: value}), intervention()))
    assert [one.value for one in result.findings if one.severity is not Severity.NOTICE] == [value]


@pytest.mark.parametrize("word", NOTHING)
def test_words_for_nothing_are_blank_in_every_column(book: RuleBook, word: str) -> None:
    cells = {"Bewohner_Nr": word, "Uhrzeit": word, "Minuten": word, "Minuten_Quelle": word, "Schicht": word}
    sheets = with_interventions(intervention(**cells, Wohnbereich=word), intervention(Datum=date(2026, 3, 3)))
    sheets["Bewohner"][1][3] = word
    for result in both_forms(book, sheets, text_only=False):
        row = result.tables.interventions.iloc[0]
        assert row[["resident", "minutes_source", "shift", "ward"]].isna().all()
        assert (row["minute_of_day"], row["seconds"], result.tables.faulty) == (-1, -1, 0)
        assert result.tables.residents["ward"].tolist() == [None, "WB 2"]
        assert wrong(result) == ["bewohner-fehlt"]
        assert [one.count for one in result.findings if one.code == "platzhalter-leer"] == [1] * 7


@pytest.mark.parametrize("word", ["NULL", "-", "n/a"])
def test_a_status_for_nothing_counts_and_is_told_as_a_warning(read_home: ReadHome, word: str) -> None:
    result = read_home(with_interventions(intervention(Status=word), intervention(Datum=date(2026, 3, 3))))
    assert result.tables.interventions["status"].isna().tolist() == [True, True]
    assert wrong(result) == ["platzhalter-leer"]


@pytest.mark.parametrize("column", ["Intervention", "Datum"])
def test_a_word_for_nothing_where_something_must_stand_is_an_error_that_quotes_it(
    read_home: ReadHome, column: str
) -> None:
    result = read_home(with_interventions(intervention(**{column: "NULL"}), intervention()))
    (finding,) = [one for one in result.findings if one.severity is Severity.ERROR]
    assert (finding.code, finding.value) == (f"{column.lower()}-fehlt", "NULL")
    assert result.faulty_rows[0].rows[0].cells[{"Intervention": 2, "Datum": 3}[column]] == "NULL"


def test_the_days_of_programs_for_no_day_are_blank(book: RuleBook) -> None:
    sheets = home()
    for row, cell in zip(sheets["Begutachtungen"][1:], ["00.01.1900", "01.01.0001"], strict=True):
        row[1] = cell
    sheets["Bewohner"][1][4] = "1900-01-01"
    for result in both_forms(book, sheets, text_only=False):
        assert result.tables.assessments["date"].isna().all()
        assert result.tables.residents["moved_in"].isna().tolist() == [True, False]
        assert wrong(result) == []


def test_a_row_of_words_for_nothing_is_no_row(read_home: ReadHome) -> None:
    nothing = intervention(**dict.fromkeys(("Bewohner_Nr", "Personal_Nr", "Intervention", "Datum"), "NULL"))
    blank = [cell if cell == "NULL" else "-" for cell in nothing]
    assert read_home(with_interventions(intervention(), blank)).rows == 1


def test_no_certificate_in_words_is_none(read_home: ReadHome) -> None:
    sheets = home()
    for row, cell in zip(sheets["Mitarbeitende"][1:], ["keine", "LG1; LG2"], strict=True):
        row[5] = cell
    assert read_home(sheets).tables.staff["certificates"].tolist() == ["", "LG1;LG2"]


def test_a_person_whose_row_has_an_error_is_said_to_have_one(read_home: ReadHome) -> None:
    sheets = with_interventions(intervention(), intervention(Personal_Nr="P7", Datum=date(2026, 3, 3)))
    sheets["Mitarbeitende"][1][6] = "irgendwann"
    told = {(one.code, one.value) for one in read_home(sheets).findings if one.column == "Personal-Nr"}
    assert told == {("personal-fehlerhaft", "P1"), ("personal-unbekannt", "P7")}


def test_a_person_with_one_good_row_is_known(read_home: ReadHome) -> None:
    sheets = with_interventions(intervention(Datum=DAY))
    sheets["Mitarbeitende"].append(["P1", "", "", 4, "", "", "irgendwann", ""])
    assert [one.code for one in read_home(sheets).findings if one.column == "Personal-Nr"] == []
