"""Lines of a report that are no rows: what holds for all rows below, sums of groups, legends, places to sign."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

import importers
from importers.findings import Severity
from rules.model import RuleBook
from tests.support.importers.columns import both, dates
from tests.support.importers.files import csv_files, home, text_of, xlsx

HEADS = ["Datum", "Uhrzeit", "Maßnahme", "Hdz.", "Dauer (Min)"]
FIRST = ["02.03.2026", "08:05", "4.10", "P1", "10"]
SECOND = ["03.03.2026", "09:00", "4.12", "007", "20"]
WITH_NUMBER = [["Bewohner-Nr", *HEADS], ["0042", *FIRST], ["B2", *SECOND]]


def read_rows(book: RuleBook, rows: list[list[Any]], form: str) -> importers.ReadFiles:
    """Read a report of interventions beside the master data of the home."""
    sheets = home() | {"Interventionen": rows}
    return importers.read([("heim.xlsx", xlsx(sheets))] if form == "xlsx" else csv_files(sheets), book)


def column(result: importers.ReadFiles, name: str) -> list[str | None]:
    values = result.tables.interventions[name].astype(object)
    return list(values.where(values.notna(), None))


def codes(result: importers.ReadFiles, *, sheet: str = "Interventionen") -> set[str]:
    return {one.code for one in result.findings if one.sheet == sheet and one.severity is not Severity.NOTICE}


@both
@pytest.mark.parametrize(
    "line",
    [
        ["Bewohner:", "Groß, Jörg", "", "Nr.", "B2"],
        ["Bewohner: Groß, Jörg (B2)"],
        ["Bewohner: Groß, Jörg"],
        ["Bewohnerin Groß, Jörg (B2)"],
        ["Klient:", "B2"],
        ["Bewohner-Nr", "B2"],
        ["Bew.-Nr.: B2", "Zimmer: 12"],
    ],
)
def test_a_line_above_the_headings_names_the_resident_of_all_rows(book: RuleBook, form: str, line: list[str]) -> None:
    result = read_rows(book, [["Pflegebericht"], line, ["Zeitraum:", "März 2026"], [], HEADS, FIRST, SECOND], form)
    assert column(result, "resident") == ["B2", "B2"]
    assert codes(result) == set()
    (above,) = [one for one in result.findings if one.code == "zeilen-ueber-ueberschrift"]
    assert (above.value, "bis auf Zeile 2" in above.message) == ("1, 3", True)


@both
def test_blocks_begin_above_the_headings_and_go_on_below(book: RuleBook, form: str) -> None:
    rows = [
        ["Durchgeführte Maßnahmen"],
        ["Bewohner: Müller-Lüdenscheidt, Änne (0042)"],
        HEADS,
        FIRST,
        FIRST,
        ["Summe", "", "", "", "20"],
        [],
        ["Bewohner: Groß, Jörg (B2)"],
        HEADS,
        SECOND,
    ]
    result = read_rows(book, rows, form)
    assert (column(result, "resident"), result.tables.faulty) == (["0042", "0042", "B2"], 0)


@both
def test_wards_begin_above_the_headings(book: RuleBook, form: str) -> None:
    heads, first, second = WITH_NUMBER
    rows = [["Wohnbereich: Rosenhof"], heads, first, first, [], ["Wohnbereich: Lindenhof"], second]
    assert column(read_rows(book, rows, form), "ward") == ["Rosenhof", "Rosenhof", "Lindenhof"]


@both
def test_a_page_that_repeats_its_ward_above_the_headings_is_a_section_again(book: RuleBook, form: str) -> None:
    heads, first, second = WITH_NUMBER
    rows = [["Wohnbereich: A"], heads, first, ["Wohnbereich: B"], second, ["Seite 1"], ["Wohnbereich: A"], heads, first]
    assert column(read_rows(book, rows, form), "ward") == ["A", "B", "A"]


@both
def test_shift_and_employee_are_read_from_lines_as_well(book: RuleBook, form: str) -> None:
    heads, row = ["Bewohner-Nr", "Datum", "Maßnahme"], ["0042", "02.03.2026", "4.10"]
    rows = [["Mitarbeiter:", "P1"], ["Schicht: Früh"], heads, row, ["Spätdienst"], row]
    result = read_rows(book, rows, form)
    assert (column(result, "staff"), column(result, "shift")) == (["P1", "P1"], ["Früh", "Spätdienst"])


@both
def test_a_new_block_ends_what_stood_inside_the_one_before(book: RuleBook, form: str) -> None:
    heads, row = ["Maßnahme", "Datum"], ["4.10", "02.03.2026"]
    blocks = [["Bewohner: 0042"], ["Mitarbeiter: P1"], row, ["Mitarbeiter: 007"], row, ["Bewohner: B2"], row]
    result = read_rows(book, [heads, *blocks], form)
    assert (column(result, "resident"), column(result, "staff")) == (["0042", "0042", "B2"], ["P1", "007", None])
    blocks = [["Bewohner: 0042"], row, ["Abgelehnte Leistungen"], row, ["Bewohner: B2"], row]
    assert column(read_rows(book, [heads, *blocks], form), "status") == [None, "abgelehnt", None]
    blocks = [["Abgelehnte Leistungen"], ["Bewohner: 0042"], row, ["Bewohner: B2"], row]
    assert column(read_rows(book, [heads, *blocks], form), "status") == ["abgelehnt", "abgelehnt"]
    blocks = [["Wohnbereich: A"], ["Schicht: Früh"], row, ["Wohnbereich: B"], row]
    assert column(read_rows(book, [heads, *blocks], form), "shift") == ["Früh", "Früh"]


@both
def test_records_below_the_title_of_a_legend_are_records(book: RuleBook, form: str) -> None:
    rows = [["Maßnahme", "Datum"], ["4.10", "02.03.2026"], ["Legende"], ["4.12", "03.03.2026"]]
    assert read_rows(book, rows, form).rows == 2


@both
def test_days_are_read_from_lines_where_rows_have_none(book: RuleBook, form: str) -> None:
    heads, first, second = WITH_NUMBER
    without = [[*row[:1], "", *row[2:]] for row in (first, second)]
    rows = [heads, ["Montag, 02.03.2026"], without[0], ["Mittwoch, 4. März 2026"], without[1], without[0]]
    result = read_rows(book, rows, form)
    assert dates(result) == ["2026-03-02", "2026-03-04", "2026-03-04"]
    assert (result.tables.faulty, codes(result)) == (0, set())


@both
def test_a_row_of_which_only_the_day_is_there_is_no_line_for_others(book: RuleBook, form: str) -> None:
    rows = [["Datum", "Bewohner-Nr", "Maßnahme"], ["02.03.2026"], ["", "0042", "4.10"]]
    assert read_rows(book, rows, form).tables.faulty == 2


@both
@pytest.mark.parametrize(
    "line", [["Wohnbereich: alle"], ["Wohnbereich:", "alle Wohnbereiche"], ["Bewohner:", "alle"], ["Bereich", "-"]]
)
def test_a_filter_of_the_report_is_no_value(book: RuleBook, form: str, line: list[str]) -> None:
    result = read_rows(book, [line, *WITH_NUMBER], form)
    assert (column(result, "ward"), column(result, "resident")) == ([None, None], ["0042", "B2"])


@both
@pytest.mark.parametrize(
    "title",
    [
        ["Wohnbereich Rosenhof – Leistungsnachweis März 2026"],
        ["Station 3 März"],
        ["Bereich: Pflege"],
        ["Bewohner Stand 31.03.2026"],
        ["Wohnbereich", "1", "bis", "3"],
        ["Patient gestürzt, Arzt informiert"],
    ],
)
def test_a_title_that_only_begins_like_a_section_is_none(book: RuleBook, form: str, title: list[str]) -> None:
    result = read_rows(book, [title, HEADS, FIRST], form)
    assert (column(result, "ward"), column(result, "resident")) == ([None], [None])


@both
@pytest.mark.parametrize("title", ["Wohnbereich Rosenhof", "WB 2", "Station 3", "Wohnbereich: Rosenhof"])
def test_a_title_that_is_nothing_but_a_ward_is_one(book: RuleBook, form: str, title: str) -> None:
    result = read_rows(book, [["Leistungsnachweis"], [title], *WITH_NUMBER], form)
    assert column(result, "ward") == [title.removeprefix("Wohnbereich: ")] * 2


@both
def test_several_wards_in_one_line_are_not_one_ward(book: RuleBook, form: str) -> None:
    heads, first, second = WITH_NUMBER
    result = read_rows(book, [heads, ["Wohnbereich: Rosenhof"], first, ["Wohnbereich: WB 1, WB 2"], second], form)
    assert (column(result, "ward"), codes(result)) == (["Rosenhof", None], {"abschnitt-unklar"})
    assert column(read_rows(book, [["Wohnbereich: WB 1, WB 2"], *WITH_NUMBER], form), "ward") == [None, None]


@both
def test_lines_above_that_contradict_each_other_are_not_read(book: RuleBook, form: str) -> None:
    result = read_rows(book, [["Wohnbereich: A"], ["Wohnbereich: B"], *WITH_NUMBER], form)
    assert column(result, "ward") == [None, None]
    assert any(one.code == "zeilen-ueber-ueberschrift" and one.value == "1–2" for one in result.findings)


@both
def test_a_line_that_is_not_understood_ends_the_section_above_it(book: RuleBook, form: str) -> None:
    rows = [["Bewohner: 0042"], HEADS, FIRST, ["Indirekte Leistungen"], ["03.03.2026", "09:00", "7.E16", "P1", "5"]]
    result = read_rows(book, rows, form)
    assert (column(result, "resident"), codes(result)) == (["0042", None], {"abschnitt-unklar"})


def test_each_sheet_of_a_workbook_has_its_own_resident(book: RuleBook) -> None:
    sheets = home()
    del sheets["Interventionen"]
    for name, number, rows in (("Müller", "0042", [FIRST, FIRST]), ("Groß", "B2", [SECOND])):
        sheets[name] = [["Pflegebericht"], ["Bewohner:", name, "", "Nr.", number], [], HEADS, *rows]
    result = importers.read([("heim.xlsx", xlsx(sheets))], book)
    assert column(result, "resident") == ["0042", "0042", "B2"]


def test_each_file_has_its_own_resident(book: RuleBook) -> None:
    files = csv_files({name: rows for name, rows in home().items() if name != "Interventionen"})
    for number in ("0042", "B2"):
        text = text_of([[f"Bewohner-Nr.: {number}"], HEADS, FIRST])
        files.append((f"Interventionen {number}.csv", text.encode()))
    assert column(importers.read(files, book), "resident") == ["0042", "B2"]


@both
@pytest.mark.parametrize(
    "line",
    [
        ["0042 Ergebnis", "", "", "", "", "30"],
        ["Gesamtergebnis", "", "", "", "", "30"],
        ["WB 1 Gesamt", "", "", "", "", "30"],
        ["Müller, Änne", "", "", "", "Summe", "30 Min."],
        ["Teilergebnis 0042", "", "", "", "", "0:30"],
        ["", "", "", "", "Zwischensumme", "30"],
        ["0042 Total", "", "", "", "", "30"],
    ],
)
def test_sums_of_groups_are_no_rows(book: RuleBook, form: str, line: list[str]) -> None:
    heads, first, second = WITH_NUMBER
    result = read_rows(book, [heads, first, line, second], form)
    assert (result.rows, result.tables.faulty, codes(result)) == (2, 0, set())
    assert [one.value for one in result.findings if one.code == "zeilen-uebersprungen"] == ["3"]


@both
def test_a_row_with_its_day_missing_is_no_sum(book: RuleBook, form: str) -> None:
    heads, first, _ = WITH_NUMBER
    rows = [heads, first, ["0042", "", "", "Bad gesamt", "P1", "10"], ["0042", "02.03.2026", "", "", "P1", "10"]]
    result = read_rows(book, rows, form)
    assert (result.rows, result.tables.faulty) == (3, 2)


@both
def test_a_legend_is_no_row(book: RuleBook, form: str) -> None:
    rows = [*WITH_NUMBER, [], ["Legende"], ["P1", "Elif Ş."], [], ["F", "Frühdienst"], ["K = krank"]]
    result = read_rows(book, rows, form)
    assert (result.rows, result.tables.faulty, codes(result)) == (2, 0, set())
    assert "Elif" not in str(result.findings)


@both
def test_a_legend_below_a_list_of_residents_adds_none(book: RuleBook, form: str) -> None:
    sheets = home()
    sheets["Bewohner"] += [[], ["Zeichenerklärung"], ["A", "abwesend"], ["K", "Krankenhaus"]]
    result = importers.read([("heim.xlsx", xlsx(sheets))] if form == "xlsx" else csv_files(sheets), book)
    assert result.tables.residents["resident"].tolist() == ["0042", "B2"]


@both
def test_rows_below_a_legend_are_rows_again(book: RuleBook, form: str) -> None:
    heads, first, second = WITH_NUMBER
    result = read_rows(book, [heads, first, ["Legende"], ["P1", "Elif Ş."], heads, second], form)
    assert column(result, "resident") == ["0042", "B2"]


@both
@pytest.mark.parametrize(
    "line",
    [
        ["Datum, Unterschrift PDL:", "____________"],
        ["Unterschrift:", "", "______", "Datum:", "______"],
        ["Geprüft am 01.04.2026"],
        ["F=Frühdienst"],
        ["Ort, Datum"],
        ["Zeitraum:", "März 2026"],
    ],
)
def test_places_to_sign_are_no_rows(book: RuleBook, form: str, line: list[str]) -> None:
    result = read_rows(book, [*WITH_NUMBER, [], line], form)
    assert (result.rows, result.tables.faulty) == (2, 0)


@pytest.mark.parametrize(
    "names",
    [
        ("Januar 2026", "Februar 2026", "März 2026"),
        ("01-2026", "02-2026", "03-2026"),
        ("WB 1", "WB 2", "EG"),
        ("Jan", "Feb", "Mrz"),
    ],
)
def test_sheets_called_like_a_month_or_ward_are_looked_at_first(book: RuleBook, names: tuple[str, ...]) -> None:
    sheets = home()
    heads, *rows = sheets.pop("Interventionen")
    sheets |= {name: [heads, row] for name, row in zip(names, rows, strict=True)}
    result = importers.read([("heim.xlsx", xlsx(sheets))], book)
    expected = importers.read([("heim.xlsx", xlsx(home()))], book)
    assert result.tables.interventions.equals(expected.tables.interventions)


def test_a_month_of_duties_stays_a_roster(book: RuleBook) -> None:
    duties = [["Personal-Nr", "Datum", "Beginn", "Ende"], ["P1", date(2026, 3, 2), "06:00", "14:00"]]
    result = importers.read([("heim.xlsx", xlsx(home() | {"März 2026": duties}))], book)
    assert len(result.tables.duties) == 1
