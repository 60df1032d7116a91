"""Reports as programs write them: rows above the headings, two rows of them, merged cells, sums, pages, sections."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
import pytest
import xlsxwriter

import importers
from importers.files.grid import Grid
from importers.files.sheet_cells import SheetCells
from importers.findings import Severity, UnreadableError
from importers.sheets.heading_rows import locate
from importers.sheets.layout import row_numbers, stands_over_headings
from rules.model import RuleBook
from tests.support.importers.columns import both
from tests.support.importers.files import DAY, csv_files, home, text_of, xlsx

HEADS = ["Datum", "Bew.-Nr.", "Maßnahme", "Hdz.", "Min."]
ROW = ["02.03.2026", "0042", "4.10", "P1", "10"]
OTHER = ["03.03.2026", "B2", "4.12", "007", "20"]


def read_rows(book: RuleBook, rows: list[list[Any]], form: str) -> importers.ReadFiles:
    """Read a report of interventions beside the master data of the home."""
    sheets = home()
    sheets["Interventionen"] = rows
    return importers.read([("heim.xlsx", xlsx(sheets))] if form == "xlsx" else csv_files(sheets), book)


def notices(result: importers.ReadFiles, code: str) -> list[tuple[str, int]]:
    return [(f.value, f.count) for f in result.findings if f.code == code and f.sheet == "Interventionen"]


def bad(result: importers.ReadFiles) -> set[tuple[str, int]]:
    return {(f.code, f.row) for f in result.findings if f.severity is not Severity.NOTICE}


@both
def test_title_blank_and_note_lines_above_are_skipped_and_reported(book: RuleBook, form: str) -> None:
    above = [
        ["Haus Musterblick – Leistungsnachweis"],
        [],
        ["Zeitraum:", "01.03.2026", "–", "31.03.2026"],
        ["Datum", "alle"],
        [],
    ]
    result = read_rows(book, [*above, HEADS, ROW, OTHER], form)
    assert (result.rows, result.tables.faulty) == (2, 0)
    (finding,) = [f for f in result.findings if f.code == "zeilen-ueber-ueberschrift"]
    assert (finding.count, finding.value) == (5, "1, 3–4")
    assert bad(result) == set()


@both
def test_headings_are_found_down_to_row_20_and_no_further(book: RuleBook, form: str) -> None:
    result = read_rows(book, [["Notiz"] for _ in range(19)] + [HEADS, ROW], form)
    assert result.rows == 1
    with pytest.raises(UnreadableError, match="„Intervention“"):
        read_rows(book, [["Notiz"] for _ in range(20)] + [HEADS, ROW], form)


@both
def test_sums_pages_and_repeated_headings_are_no_rows(book: RuleBook, form: str) -> None:
    rows = [
        ["Leistungsnachweis"],
        HEADS,
        ROW,
        ["Zwischensumme", "", "", "", "10"],
        ["Seite 1 von 2"],
        [],
        ["Leistungsnachweis"],
        HEADS,
        OTHER,
        ["", "", "Gesamt:", "", "30 Min."],
        ["Anzahl Maßnahmen", "2"],
        ["", "", "", "Gedruckt am 01.04.2026"],
        ["* Handzeichen laut Liste"],
    ]
    result = read_rows(book, rows, form)
    assert (result.rows, result.tables.faulty) == (2, 0)
    assert result.tables.interventions["seconds"].tolist() == [600, 1200]
    assert notices(result, "zeilen-uebersprungen") == [("4, 10–11", 3), ("5, 12–13", 3), ("8", 1), ("7", 1)]
    assert bad(result) == set()


@both
def test_repeated_headings_in_another_order_are_refused(book: RuleBook, form: str) -> None:
    turned = [HEADS[1], HEADS[0], *HEADS[2:]]
    with pytest.raises(UnreadableError, match=r"Zeile 3 noch einmal.*anders angeordnet.*Bitte teilen"):
        read_rows(book, [HEADS, ROW, turned, [ROW[1], ROW[0], *ROW[2:]]], form)


@both
def test_faulty_rows_that_only_look_like_sums_stay_rows(book: RuleBook, form: str) -> None:
    rows = [
        HEADS,
        ["", "0042", "Gesamtwäsche", "P1", "10"],
        ["", "0042", "Anzahl", "P1", "10"],
        ["02.03.2026", "", "", "", ""],
        ["02.03.2026", "0042", "Summe", "P1", "10"],
    ]
    result = read_rows(book, rows, form)
    assert (result.rows, result.tables.faulty) == (4, 4)
    assert notices(result, "zeilen-uebersprungen") == []


@both
def test_row_with_text_in_unread_columns_only_is_reported(book: RuleBook, form: str) -> None:
    result = read_rows(book, [[*HEADS, "Bemerkung"], [*ROW, "a"], ["", "", "", "", "", "Fortsetzung von oben"]], form)
    assert (result.rows, notices(result, "zeilen-uebersprungen")) == (1, [("3", 1)])
    assert "Fortsetzung" not in str(result.findings)


@both
def test_sections_name_the_ward_of_the_rows_below(book: RuleBook, form: str) -> None:
    rows = [HEADS, ROW, ["Wohnbereich: Rosengarten"], ROW, OTHER, ["WB 2"], OTHER, ["Summe", "", "", "", "60"], ROW]
    result = read_rows(book, rows, form)
    wards = result.tables.interventions["ward"].astype(object)
    assert wards.where(wards.notna(), None).tolist() == [None, "Rosengarten", "Rosengarten", "WB 2", "WB 2"]
    assert notices(result, "abschnitt-gelesen") == [("3, 6", 2)]
    assert result.rows == 5


@both
def test_sections_name_the_person_where_no_column_does(book: RuleBook, form: str) -> None:
    heads, row = ["Datum", "Maßnahme", "Hdz."], ["02.03.2026", "4.10", "P1"]
    rows = [heads, ["Bewohner: Müller-Lüdenscheidt, Änne"], row, ["Bewohnerin: Groß, Jörg (B2)"], row, row]
    result = read_rows(book, rows, form)
    assert result.tables.interventions["resident"].astype(object).tolist() == ["0042", "B2", "B2"]


@both
def test_ward_column_takes_precedence_over_the_section(book: RuleBook, form: str) -> None:
    rows = [[*HEADS, "WB"], ["Station 3"], [*ROW, "WB 1"], [*OTHER, ""]]
    assert read_rows(book, rows, form).tables.interventions["ward"].astype(object).tolist() == ["WB 1", "Station 3"]


@both
def test_a_word_alone_is_a_finding_and_no_context(book: RuleBook, form: str) -> None:
    result = read_rows(book, [HEADS, ["Rosengarten"], ROW, OTHER], form)
    assert (result.rows, notices(result, "abschnitt-unklar")) == (2, [("2", 1)])
    assert result.tables.interventions["ward"].isna().all()


def merged_workbook(ranges: dict[str, tuple[int, int, int, int, str]], rows: dict[tuple[int, int], Any]) -> bytes:
    """Return the home as a workbook whose interventions have merged cells."""
    buffer = io.BytesIO()
    sheets = {name: cells for name, cells in home().items() if name != "Interventionen"}
    with xlsxwriter.Workbook(buffer) as workbook:
        for name, lines in sheets.items():
            page = workbook.add_worksheet(name)
            for number, line in enumerate(lines):
                for column, cell in enumerate(line):
                    page.write_string(number, column, f"{cell:%d.%m.%Y}" if hasattr(cell, "year") else str(cell))
        page = workbook.add_worksheet("Interventionen")
        for top, left, bottom, right, text in ranges.values():
            page.merge_range(top, left, bottom, right, text)
        for (row, column), cell in rows.items():
            page.write_string(row, column, cell)
    return buffer.getvalue()


def test_two_rows_of_merged_headings_and_a_ward_merged_down(book: RuleBook) -> None:
    ranges = {
        "title": (0, 0, 0, 6, "Leistungsnachweis März"),
        "day": (1, 0, 2, 0, "Datum"),
        "ward": (1, 1, 2, 1, "Station"),
        "resident": (1, 2, 1, 3, "Bewohner"),
        "staff": (1, 4, 1, 5, "Mitarbeiter"),
        "task": (1, 6, 2, 6, "Maßnahme"),
        "first ward": (3, 1, 4, 1, "WB 1"),
    }
    rows = {(2, 2): "Nr.", (2, 3): "Name", (2, 4): "Pers.-Nr.", (2, 5): "Name"}
    for number, (resident, staff) in enumerate([("0042", "P1"), ("B2", "P1"), ("0042", "007")], start=3):
        line = ("02.03.2026", None, resident, "Geheim, Gerda", staff, "Wichtig, Willi", "4.10")
        rows |= {(number, column): cell for column, cell in enumerate(line) if cell}
    result = importers.read([("heim.xlsx", merged_workbook(ranges, rows))], book)
    frame = result.tables.interventions
    assert frame["resident"].astype(object).tolist() == ["0042", "B2", "0042"]
    assert frame["staff"].astype(object).tolist() == ["P1", "P1", "007"]
    wards = frame["ward"].astype(object)
    assert wards.where(wards.notna(), None).tolist() == ["WB 1", "WB 1", None]
    assert "Mitarbeiter › Pers.-Nr. = Personal-Nr (90%)" in notices(result, "spalten-zugeordnet")[0][0].replace(
        "\xa0", ""
    )
    assert "Geheim" not in str(result)
    assert "Wichtig" not in str(result)


@both
def test_two_rows_of_headings_without_merged_cells(book: RuleBook, form: str) -> None:
    rows = [
        ["Datum", "Bewohner", "", "Mitarbeiter", "", "Maßnahme", ""],
        ["", "Nr.", "Zimmer", "Pers.-Nr.", "Funktion", "Bezeichnung", "Dauer"],
        ["02.03.2026", "0042", "12", "P1", "PFK", "Intimpflege", "5"],
        ["Datum", "Bewohner", "", "Mitarbeiter", "", "Maßnahme", ""],
        ["", "Nr.", "Zimmer", "Pers.-Nr.", "Funktion", "Bezeichnung", "Dauer"],
        ["03.03.2026", "B2", "13", "007", "PHK", "Intimpflege", "7"],
    ]
    result = read_rows(book, rows, form)
    frame = result.tables.interventions
    assert frame["staff"].astype(object).tolist() == ["P1", "007"]
    assert frame["seconds"].tolist() == [300, 420]
    assert result.rows == 2


@pytest.mark.parametrize(
    ("merged", "below", "over"),
    [
        (((0, 0, 0, 1),), ["Nr", "Name", "Tag"], True),
        (((0, 0, 1, 0),), ["", "Name", "Tag"], True),
        (((1, 0, 1, 1),), ["Nr", "Name", "Tag"], False),
        (((0, 0, 2, 0),), ["", "Name", "Tag"], False),
        ((), ["Nr", "Name", "Tag"], False),
        (((0, 0, 0, 1),), ["Nr", "Name", "02.03.2026"], False),
        (((0, 0, 0, 1),), ["", "", ""], False),
    ],
)
def test_merged_cells_make_groups_of_headings(merged: Any, below: list[str], over: bool) -> None:  # noqa: FBT001
    cells = np.array([["Bewohner", "", "Datum"], below, ["1", "x", "02.03.2026"]], dtype=object)
    assert stands_over_headings(Grid("f", "Interventionen", SheetCells.of(cells), merged=merged), 0) is over


def test_merged_data_fill_no_further_than_their_range() -> None:
    cells = np.array([["Intervention", "Datum", "Wohnbereich"]] + [["4.10", "1.1.2026", ""] for _ in range(4)], object)
    cells[2, 2] = "A"
    grid = Grid("f", "Interventionen", SheetCells.of(cells), merged=((2, 2, 3, 2), (4, 0, 4, 2)))
    table = importers.Table("Interventionen", [grid])
    codes, wards = table.raw("Wohnbereich")
    assert [wards[code] for code in codes] == ["", "A", "A", ""]
    assert grid.cells[3, 2] == ""
    assert locate(grid, "Interventionen").row == 0


def test_rows_as_a_reader_writes_them() -> None:
    assert row_numbers([7, 3, 4, 5]) == "3–5, 7"
    assert row_numbers(range(1, 100, 2)).endswith("21, 23 und weitere")


def test_a_faulty_last_row_of_the_template_is_no_note(book: RuleBook) -> None:
    sheets = home()
    sheets["Interventionen"] += [["0042"], ["", "", "4.10"]]
    result = importers.read([("heim.xlsx", xlsx(sheets))], book)
    assert (result.rows, result.tables.faulty) == (5, 2)


def test_text_file_of_a_program_is_found_by_its_headings(book: RuleBook) -> None:
    files = [(name, data) for name, data in csv_files(home()) if not name.startswith("Int")]
    files.append(("export_2026.csv", text_of([["Leistungsnachweis"], HEADS, ROW]).encode("cp1252")))
    assert importers.read(files, book).rows == 1
    assert DAY.year == 2026
