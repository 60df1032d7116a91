"""Headings with what people add to them: formats, units, numbers, what a row stands for."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

import importers
from importers.findings import UnreadableError
from importers.sheets.synonyms import EXACT, PART, SURE
from importers.sheets.template_columns import begins_with, matches
from rules.model import RuleBook
from tests.support.importers.columns import both
from tests.support.importers.files import csv_files, home, recognised, xlsx


def read_renamed(book: RuleBook, form: str, **headings: str) -> importers.ReadFiles:
    """Read the home with some headings of its interventions changed; dashes are written as underscores."""
    sheets = home()
    new = {column.replace("_", "-"): heading for column, heading in headings.items()}
    rows = sheets["Interventionen"]
    sheets["Interventionen"] = [[new.get(heading, heading) for heading in rows[0]], *rows[1:]]
    return importers.read([("heim.xlsx", xlsx(sheets))] if form == "xlsx" else csv_files(sheets), book)


def sentences(result: importers.ReadFiles) -> str:
    return " ".join(f"{one.message} {one.repair}" for one in result.findings if one.sheet == "Interventionen")


@both
def test_columns_with_additions_are_read_like_those_without(book: RuleBook, form: str) -> None:
    result = read_renamed(
        book,
        form,
        Bewohner_Nr="1. Bewohner-Nr",
        Personal_Nr="(2) Personal-Nr (intern)",
        Intervention="3) Intervention (Katalog-Nr.)*",
        Datum="Datum der Leistung (TT.MM.JJJJ)",
        Uhrzeit="Uhrzeit (hh:mm)",
        Minuten="Minuten [min]",
        Minuten_Quelle="Spalte 7: Minuten-Quelle",
        Schicht="Schicht / Shift",
        Wohnbereich="Wohnbereich (optional)",
        Status="Status {Pflichtfeld}",
    )
    plain = importers.read([("heim.xlsx", xlsx(home()))], book)
    assert result.tables.interventions.equals(plain.tables.interventions)
    assert "Nichts zu tun" not in sentences(result)


@pytest.mark.parametrize(
    ("sheet", "heading", "column", "confidence"),
    [
        ("Interventionen", "Datum*", "Datum", EXACT),
        ("Interventionen", "Datum ¹", "Datum", SURE),
        ("Interventionen", "Datum\n(JJJJ-MM-TT)", "Datum", SURE),
        ("Interventionen", "Datum der Durchführung (dd.mm.yyyy)", "Datum", SURE),
        ("Interventionen", "Minuten der Maßnahme", "Minuten", SURE),
        ("Interventionen", "4. Dauer (Min.)*", "Minuten", SURE),
        ("Interventionen", "Bew.-Nr. (z. B. 0042)", "Bewohner-Nr", SURE),
        ("Interventionen", "Leistung › Datum", "Datum", SURE),
        ("Interventionen", "Leistung › Dauer (Min.)", "Minuten", SURE),
        ("Interventionen", "Datum / Date", "Datum", SURE),
        ("Interventionen", "Minuten (gerundet)", "Minuten", PART),
        ("Mitarbeitende", "QN (1-8)", "QN", SURE),
        ("Mitarbeitende", "Name des Mitarbeiters", "Name", SURE),
        ("Mitarbeitende", "7. Gültig ab (Datum)", "Gültig ab", SURE),
        ("Bewohner", "a) Einzug (TT.MM.JJ)", "Einzug", SURE),
        ("Begutachtungen", "Datum der Begutachtung (TT.MM.JJJJ)", "Datum", SURE),
    ],
)
def test_an_addition_leaves_the_column(sheet: str, heading: str, column: str, confidence: float) -> None:
    (match,) = matches(sheet, heading)[:1]
    assert (match.column, match.confidence) == (column, confidence)


@pytest.mark.parametrize(
    "heading",
    [
        "Datum (geplant)",
        "Minuten (Soll)",
        "Soll › Uhrzeit",
        "Personal-Nr (Vertretung)",
        "Datum (Rechnung)",
        "Datum der Geburt",
        "Datum der Eingabe",
        "Minuten (h)",
        "Dauer (Industriestunden)",
        "Minuten laut Plan",
        "Status / Bemerkung",
    ],
)
def test_an_addition_that_means_something_else_is_not_left_out(heading: str) -> None:
    assert matches("Interventionen", heading) == ()


@both
def test_a_column_that_only_begins_like_ours_is_asked_about(book: RuleBook, form: str) -> None:
    result = read_renamed(book, form, Minuten="Minuten laut Plan", Schicht="Schicht im Folgemonat")
    assert [one.value for one in result.findings if one.code == "spalte-mehrdeutig"] == [
        "Minuten laut Plan",
        "Schicht im Folgemonat",
    ]
    assert "Nichts zu tun" not in sentences(result)
    (guess,) = recognised([("Interventionen.csv", b"Intervention;Datum;Minuten laut Plan\n4.10;02.03.2026;5")])
    assert (guess.settled, guess.columns[2].candidates) == (False, ("Minuten",))


@both
def test_a_column_like_one_that_is_read_is_named_with_it(book: RuleBook, form: str) -> None:
    result = read_renamed(book, form, Uhrzeit="Datum der Eingabe", Schicht="Zimmer")
    (alike,) = [one for one in result.findings if one.code == "spalten-aehnlich"]
    assert "„Datum der Eingabe“ (als „Datum“ gilt „Datum“)" in alike.message
    assert alike.repair.startswith("Prüfen Sie")
    (unknown,) = [one for one in result.findings if one.code == "spalten-unbekannt"]
    assert unknown.value == "Zimmer"


def test_a_required_column_that_is_only_alike_is_named_in_the_refusal(book: RuleBook) -> None:
    with pytest.raises(UnreadableError, match=r"welche Spalte „Datum“ ist. Nicht eindeutig: „Datum der Eingabe“"):
        read_renamed(book, "csv", Datum="Datum der Eingabe")


def test_an_item_of_module_5_without_its_frequency_is_asked_about() -> None:
    assert begins_with("Begutachtungen", "5.1 Medikation") == "5.1 täglich"
    assert begins_with("Begutachtungen", "Zimmer 5.1") == ""


def with_line(line: list[str], sheets: Any = None, sheet: str = "Interventionen") -> Any:
    sheets = sheets or home()
    sheets[sheet] = [sheets[sheet][0], line, *sheets[sheet][1:]]
    return sheets


@both
@pytest.mark.parametrize(
    "signs",
    [
        [str(n) for n in range(1, 11)],
        [f"({n})" for n in range(1, 11)],
        [f"[{n}]" for n in range(1, 11)],
        [f"{n}." for n in range(1, 11)],
        list("ABCDEFGHIJ"),
        [f"Spalte {n}" for n in range(1, 11)],
        [str(n) for n in range(10)],
    ],
)
def test_a_line_that_counts_the_columns_is_no_row(book: RuleBook, form: str, signs: list[str]) -> None:
    sheets = with_line(signs)
    result = importers.read([("heim.xlsx", xlsx(sheets))] if form == "xlsx" else csv_files(sheets), book)
    assert (result.rows, result.tables.faulty) == (3, 0)
    assert [one.value for one in result.findings if one.code == "zeilen-uebersprungen"] == ["2"]


def test_a_line_that_counts_columns_is_left_out_of_lists_of_people_too(book: RuleBook) -> None:
    sheets = with_line(list("123456"), sheet="Bewohner")
    sheets = with_line(list("12345678"), sheets, "Mitarbeitende")
    tables = importers.read([("heim.xlsx", xlsx(sheets))], book).tables
    assert tables.residents["resident"].tolist() == ["0042", "B2"]
    assert tables.staff["staff"].tolist() == ["P1", "007"]


@pytest.mark.parametrize("line", [["1", "2", "4", "5", "6", "7", "8", "9", "10", "11"], ["1", "2", "3"]])
def test_other_numbers_below_the_headings_stay_a_row(book: RuleBook, line: list[str]) -> None:
    result = importers.read(csv_files(with_line(line)), book)
    assert (result.rows, result.tables.faulty) == (4, 1)


def test_a_staff_row_of_small_numbers_stays_a_row(book: RuleBook) -> None:
    sheets = home() | {"Mitarbeitende": [["Personal-Nr", "QN", "Wochenstunden"], ["1", "2", "3"]]}
    assert importers.read([("heim.xlsx", xlsx(sheets))], book).tables.staff["staff"].tolist() == ["1"]


@both
def test_the_line_that_counts_columns_comes_again_on_each_page(book: RuleBook, form: str) -> None:
    sheets = home()
    heads, first, second, third = sheets["Interventionen"]
    count = [str(n) for n in range(1, 11)]
    sheets["Interventionen"] = [heads, count, first, ["Seite 1"], heads, count, second, third]
    result = importers.read([("heim.xlsx", xlsx(sheets))] if form == "xlsx" else csv_files(sheets), book)
    assert (result.rows, result.tables.faulty) == (3, 0)


def test_groups_over_the_headings_name_the_columns(book: RuleBook) -> None:
    day = date(2026, 3, 2)
    sheets = home()
    del sheets["Interventionen"]
    sheets["Pflegemaßnahmen"] = [
        ["Bewohner", "", "Mitarbeiter", "", "Leistung", "", "", ""],
        ["Nr.", "Name", "Pers.-Nr.", "Name", "Bezeichnung", "Datum", "Uhrzeit", "Dauer (Min.)"],
        ["0042", "x", "P1", "y", "4.10", day, "08:05", 12.5],
        ["B2", "x", "007", "y", "4.1", day, "09:00", 20],
    ]
    frame = importers.read([("heim.xlsx", xlsx(sheets))], book).tables.interventions
    assert frame[["resident", "staff"]].astype(object).to_numpy().tolist() == [["0042", "P1"], ["B2", "007"]]
    assert frame[["intervention", "seconds"]].astype(object).to_numpy().tolist() == [["4.10", 750], ["4.1", 1200]]
