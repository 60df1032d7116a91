"""What homes and programs call their columns; words with two meanings are decided by the cells or left open."""

from __future__ import annotations

from datetime import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import importers
from importers.content.table import Table
from importers.files.grid import Grid
from importers.files.sheet_cells import SheetCells
from importers.findings import Severity, UnreadableError
from importers.sheets.synonyms import EXACT, LIKELY, PART, SURE, load, usual
from importers.sheets.template_columns import SHEETS, column_of, matches
from rules.model import RuleBook
from tests.support.importers.files import csv_files, home, written, xlsx


def first(sheet: str, heading: str) -> tuple[str, float, str] | None:
    result = matches(sheet, heading)
    return (result[0].column, result[0].confidence, result[0].shape) if result else None


@pytest.mark.parametrize(
    ("heading", "column", "confidence"),
    [
        ("Bewohner-Nr", "Bewohner-Nr", EXACT),
        (" bewohner-nr ", "Bewohner-Nr", EXACT),
        ("Bew.-Nr.", "Bewohner-Nr", SURE),
        ("BewNr", "Bewohner-Nr", SURE),
        ("Bewohner Nr.", "Bewohner-Nr", SURE),
        ("IDBEWOHNER", "Bewohner-Nr", SURE),
        ("Klienten-ID", "Bewohner-Nr", SURE),
        ("Klient", "Bewohner-Nr", LIKELY),
        ("Bewohner › Nr.", "Bewohner-Nr", SURE),
        ("Maßnahme", "Intervention", SURE),
        ("MASSNAHME", "Intervention", SURE),
        ("Ma?nahme", "Intervention", SURE),
        ("Ma\ufffdnahme", "Intervention", SURE),
        ("Leistungsbezeichnung", "Intervention", SURE),
        ("LK", "Intervention", LIKELY),
        ("Durchgeführt am", "Datum", SURE),
        ("Durchgef?hrt am", "Datum", SURE),
        ("erledigt am", "Datum", SURE),
        ("Durchführung › Datum", "Datum", SURE),
        ("Pflege › Datum", "Datum", PART),
        ("Hdz.", "Personal-Nr", LIKELY),
        ("Handzeichen", "Personal-Nr", LIKELY),
        ("Durchgeführt von", "Personal-Nr", LIKELY),
        ("Pers.-Nr.", "Personal-Nr", SURE),
        ("Mitarbeiter › Pers.-Nr.", "Personal-Nr", SURE),
        ("Dauer (Min.)", "Minuten", SURE),
        ("Dauer", "Minuten", LIKELY),
        ("WB", "Wohnbereich", SURE),
        ("Station", "Wohnbereich", SURE),
        ("Dienst", "Schicht", SURE),
        ("Ergebnis", "Status", SURE),
    ],
)
def test_synonyms(heading: str, column: str, confidence: float) -> None:
    assert first("Interventionen", heading) == (column, confidence, "")


@pytest.mark.parametrize("heading", ["Bemerkung", "", "?", "??", 3.5, None, "Datum der Geburt", "geb. am", "Zimmer"])
def test_no_synonyms(heading: Any) -> None:
    assert matches("Interventionen", heading) == ()


def test_no_synonym_repeats_our_own_names() -> None:
    for sheet, names in usual().sheets.items():
        assert {match.column for found in names.values() for match in found} <= {
            *SHEETS[sheet].columns,
            *SHEETS[sheet].aids,
        }
        assert [name for name in names if column_of(sheet, name) not in {None, names[name][0].column}] == []


def columns(rows: list[list[Any]], sheet: str = "Interventionen", form: str = "xlsx") -> tuple[dict[str, str], Table]:
    """Return column -> heading of a sheet, and the table."""
    width = max(map(len, rows))
    cells = np.full((len(rows), width), "", dtype=object)
    for number, row in enumerate(rows):
        for column, cell in enumerate(row):
            cells[number, column] = written(cell) if form == "csv" else cell
    grid = Grid("f", sheet, SheetCells.of(cells))
    table = Table(sheet, [grid])
    return {c: table.heading(c) for c in (*SHEETS[sheet].columns, *SHEETS[sheet].aids) if table.has(c)}, table


@pytest.mark.parametrize("form", ["xlsx", "csv"])
@pytest.mark.parametrize(
    ("cells", "column"),
    [
        (["08:05", "14:30", "7:15 Uhr"], "Uhrzeit"),
        ([time(8, 5), time(14, 30), time(21)], "Uhrzeit"),
        ([15, 20, 7.5], "Minuten"),
        (["15 Min", "20 Min.", "7,5"], "Minuten"),
        (["0:15", "0:30", "1:05"], None),
        ([805, 1430, 915], None),
        (["08:05", 15, "x"], None),
        (["", "", ""], None),
    ],
)
def test_zeit_is_time_of_day_or_minutes_by_its_cells(cells: list[Any], column: str | None, form: str) -> None:
    rows = [["Datum", "Maßnahme", "Zeit"], *[["02.03.2026", "4.10", cell] for cell in cells]]
    matched, table = columns(rows, form=form)
    assert {name for name, heading in matched.items() if heading == "Zeit"} == ({column} if column else set())
    open_ones = [f.value for f in table.findings if f.code == "spalte-mehrdeutig"]
    assert open_ones == ([] if column else ["Zeit"])


def test_kuerzel_is_staff_or_intervention_by_its_cells() -> None:
    rows = [["Datum", "Maßnahme", "Kürzel"], ["02.03.2026", "Intimpflege", "AY"], ["02.03.2026", "Duschen", "jb"]]
    assert columns(rows)[0]["Personal-Nr"] == "Kürzel"
    rows = [["Datum", "Hdz.", "Kürzel"], ["02.03.2026", "AY", "4.10"], ["02.03.2026", "JB", "2.11"]]
    assert columns(rows)[0]["Intervention"] == "Kürzel"
    rows = [["Datum", "Hdz.", "Kürzel"], ["02.03.2026", "AY", "KPF"], ["02.03.2026", "JB", "LAG"]]
    with pytest.raises(UnreadableError, match="„Kürzel“"):
        columns(rows)


@pytest.mark.parametrize(
    ("cells", "column"),
    [([1001, 1002.0], "Personal-Nr"), (["0042", "P-7"], "Personal-Nr"), (["Bond, Jo", "Eva Maria Groß"], "Name")],
)
def test_mitarbeiter_is_number_or_name_by_its_cells(cells: list[Any], column: str) -> None:
    other = "Nachname" if column == "Personal-Nr" else "Personalnummer"
    matched, _ = columns(
        [["Mitarbeiter", other, "Qualifikation"], *[[cell, i, "PFK"] for i, cell in enumerate(cells)]], "Mitarbeitende"
    )
    assert matched[column] == "Mitarbeiter"
    assert matched["QN"] == "Qualifikation"


def test_equal_candidates_stay_open() -> None:
    matched, table = columns([["Datum", "Maßnahme", "Dauer", "Zeitaufwand"], ["2.3.2026", "4.10", 10, 20]])
    assert "Minuten" not in matched
    assert [f.value for f in table.findings if f.code == "spalte-mehrdeutig"] == ["Dauer", "Zeitaufwand"]


def test_among_person_columns_the_one_with_numbers_comes_first() -> None:
    rows = [["Datum", "Maßnahme", "Hdz.", "Mitarbeiter"], ["2.3.2026", "4.10", "AY", 1001]]
    assert columns(rows)[0]["Personal-Nr"] == "Mitarbeiter"


def test_our_own_name_takes_precedence() -> None:
    matched, table = columns(
        [["Durchgeführt am", "Datum", "Maßnahme", "Intervention"], ["1.1.2026", "2.3.2026", "x", "4.10"]]
    )
    assert (matched["Datum"], matched["Intervention"]) == ("Datum", "Intervention")
    assert [(f.code, f.value) for f in table.findings] == [
        ("spalte-doppelt", "Durchgeführt am"),
        ("spalten-unbekannt", "Maßnahme"),
    ]


def test_guesses_are_reported_with_confidence_and_the_template_has_none(book: RuleBook) -> None:
    _, table = columns([["Datum", "Maßnahme", "Hdz."], ["2.3.2026", "4.10", "AY"]])
    (finding,) = table.findings
    assert (finding.code, finding.severity) == ("spalten-zugeordnet", Severity.NOTICE)
    assert finding.value == "Maßnahme = Intervention (90%); Hdz. = Personal-Nr (70%)"
    result = importers.read([("heim.xlsx", xlsx(home()))], book)
    assert not {"spalten-zugeordnet", "spalte-mehrdeutig"} & {f.code for f in result.findings}


def test_column_that_changes_a_rows_meaning_is_reported() -> None:
    rows = [["Datum", "Maßnahme", "Anzahl", "Menge", "Storniert", "Abgelehnt"], ["2.3.2026", "4.10", 1, 1, "", 1]]
    rows.append(["3.3.2026", "4.10", 3, "", "nein", ""])
    _, table = columns(rows)
    warned = [(f.severity, f.value) for f in table.findings if f.code == "spalte-aendert-bedeutung"]
    assert warned == [(Severity.WARNING, "Anzahl"), (Severity.WARNING, "Abgelehnt")]


def test_a_file_of_the_user_adds_and_overrides(tmp_path: Path) -> None:
    own = tmp_path / "haus.yaml"
    own.write_text("Interventionen:\n  Datum: {sicher: [Wann war das]}\n  Minuten: {sicher: [Zeit]}\n", "utf-8")
    words = usual(own)
    assert [m.column for m in matches("Interventionen", "wann war das?", words)] == ["Datum"]
    assert [(m.column, m.shape) for m in matches("Interventionen", "Zeit", words)] == [("Minuten", "")]
    assert [m.column for m in matches("Interventionen", "Maßnahme", words)] == ["Intervention"]


@pytest.mark.parametrize("text", ["[", "- a", "Interventionen: 3", "Interventionen:\n  Datum: {wann: [x]}", "\udce4"])
def test_a_broken_file_of_the_user_is_refused(tmp_path: Path, text: str) -> None:
    own = tmp_path / "haus.yaml"
    own.write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(UnreadableError, match=r"haus\.yaml"):
        load([own])


@pytest.mark.parametrize("form", ["xlsx", "csv"])
def test_people_by_handzeichen_and_by_name(book: RuleBook, form: str) -> None:
    sheets = home()
    sheets["Mitarbeitende"] = [
        ["Personalnummer", "Name, Vorname", "Hdz.", "Qualifikation"],
        ["0815", "Yılmaz, Ayşe", "AY", "Pflegefachkraft"],
        ["4711", "Bond, Jo", "JB", "Betreuungskraft § 43b"],
        ["4712", "Bond, Jim", "BJ", "Azubi"],
    ]
    rows = [
        ("Müller-Lüdenscheidt, Änne", "AY"),
        ("Jörg Groß", "jb"),
        ("Frau Dr. Änne Müller-Lüdenscheidt", "Ayşe Yilmaz"),
        ("0042", "Bond"),
        ("Gro?, Jörg", "Niemand"),
    ]
    sheets["Interventionen"] = [
        ["Datum", "Bewohner", "Maßnahme", "Hdz."],
        *[["2.3.2026", b, "4.10", h] for b, h in rows],
    ]
    files = [("heim.xlsx", xlsx(sheets))] if form == "xlsx" else csv_files(sheets)
    result = importers.read(files, book)
    frame = result.tables.interventions
    assert frame["resident"].astype(object).tolist() == ["0042", "B2", "0042", "0042", "B2"]
    assert frame["staff"].astype(object).tolist() == ["0815", "4711", "0815", "Bond", "Niemand"]
    assert result.tables.staff["qn"].tolist() == [4, 1, 1]
    assert result.tables.staff["role"].tolist() == [None, "betreuung-43b", None]
    assert result.people_staff["given"].tolist() == ["Ayşe", "Jo", "Jim"]
    errors = {(f.code, f.sheet, f.row) for f in result.findings if f.severity is Severity.WARNING}
    assert {
        ("person-mehrdeutig", "Interventionen", 5),
        ("person-mehrdeutig", "Interventionen", 6),
        ("personal-unbekannt", "Interventionen", 5),
        ("personal-unbekannt", "Interventionen", 6),
        ("qualifikation-mehrdeutig", "Mitarbeitende", 4),
    } == errors


def test_users_headings_file_applies_to_a_whole_reading(book: RuleBook, tmp_path: Path) -> None:
    own = tmp_path / "haus.yaml"
    own.write_text("Interventionen:\n  Intervention: {sicher: [Was]}\n  Datum: {sicher: [Wann genau]}\n", "utf-8")
    files = [file for file in csv_files(home()) if not file[0].startswith("Int")]
    files.append(("export.csv", b"Was;Wann genau\n4.10;14.02.2026\n"))
    with pytest.raises(UnreadableError, match="keinem Blatt"):
        importers.read(files, book)
    assert importers.read(files, book, headings=own).rows == 1


def test_name_alone_is_read_as_resident_with_a_warning() -> None:
    matched, table = columns([["Datum", "Name", "Maßnahme"], ["2.3.2026", "Groß, Jörg", "4.10"]])
    assert matched["Bewohner-Nr"] == "Name"
    assert [(f.code, f.severity) for f in table.findings] == [("spalten-zugeordnet", Severity.WARNING)]
    matched, _ = columns([["Datum", "Name", "Maßnahme", "Bew.-Nr."], ["2.3.2026", "Groß, Jörg", "4.10", "B2"]])
    assert matched["Bewohner-Nr"] == "Bew.-Nr."
