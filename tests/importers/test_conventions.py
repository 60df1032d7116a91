"""A home's own words take precedence and cause no warning; unknown words are counted by kind."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

import importers
from importers.conventions import HomeConventions
from importers.findings import Severity
from importers.home_words.kinds import KINDS, SHIFT_START
from rules.model import RuleBook
from tests.support.importers.files import Sheets, csv_files, home, intervention, with_interventions, xlsx


def staff(*rows: tuple[str, str, str]) -> list[list[Any]]:
    return [["Personal-Nr", "QN", "Rolle"], *map(list, rows)]


def worked() -> Sheets:
    """Return a home where P1 works 10 minutes, P2 20, with unknown qualifications and roles."""
    sheets = with_interventions(
        intervention(Personal_Nr="P1", Minuten=10, Schicht="F"),
        intervention(Personal_Nr="P2", Minuten=20, Schicht="f", Intervention="Zauberei"),
        intervention(Personal_Nr="P2", Minuten=20, Schicht="Früh"),
    )
    sheets["Mitarbeitende"] = staff(
        ("P1", "Azubi", "Küche"), ("P2", "Qualle", "Pflegefachperson"), ("P3", "4", "küche")
    )
    return sheets


def test_unknown_words_are_counted_by_kind_with_rows_and_minutes(book: RuleBook) -> None:
    sheets = worked()
    sheets["Dienstplan März 2026"] = [
        ["Personal-Nr", "Name", *[f"{day}.3.2026" for day in range(1, 6)]],
        ["P1", "A", "X9", "X9", "Q", "06:00-14:00", "frei"],
    ]
    result = importers.read([("heim.xlsx", xlsx(sheets))], book).unknown
    assert list(result) == [kind for kind in KINDS if kind != SHIFT_START]  # its rows name their shifts
    assert result == {
        "intervention": {"Zauberei": (1, 1200)},
        "qualifikation": {"Azubi": (1, 600), "Qualle": (1, 1200)},
        "rolle": {"Küche": (2, 600)},
        "schicht": {"F": (2, 1800)},
        "dienst": {"X9": (2, 0), "Q": (1, 0)},
    }


def test_settled_words_are_read_without_warning(book: RuleBook) -> None:
    conventions = HomeConventions(
        interventions={"zauberei": "4.12"},
        qualifications={"AZUBI": "2", "Qualle": "1 betreuung-43b"},
        roles={"KÜCHE": "Servicekraft"},
        shifts={"F": "Früh"},
    )
    result = importers.read([("heim.xlsx", xlsx(worked()))], book, conventions=conventions)
    assert result.unknown == {}
    assert result.tables.staff[["qn", "role"]].to_numpy().tolist() == [
        [2, "Servicekraft"],
        [1, "betreuung-43b"],
        [4, "Servicekraft"],
    ]
    assert result.tables.interventions["shift"].astype(object).tolist() == ["Früh"] * 3
    assert not [f.code for f in result.findings if f.severity is not Severity.NOTICE]
    assert "qualifikation-uebersetzt" not in {f.code for f in result.findings}


def test_file_takes_precedence_over_conventions(book: RuleBook) -> None:
    sheets = home()
    sheets["Mitarbeitende"] = staff(("P1", "QN 4", ""), ("007", "3", "43b"))
    conventions = HomeConventions(qualifications={"QN 4": "1", "3": "7"})
    frame = importers.read([("heim.xlsx", xlsx(sheets))], book, conventions=conventions).tables.staff
    assert frame["qn"].tolist() == [4, 3]
    assert frame["role"].tolist() == [None, "betreuung-43b"]


@pytest.mark.parametrize("meant", ["9", "", "Fachkraft", "4 Chef"])
def test_a_qualification_settled_to_nonsense_stays_unknown(book: RuleBook, meant: str) -> None:
    result = importers.read(
        [("heim.xlsx", xlsx(worked()))], book, conventions=HomeConventions(qualifications={"Qualle": meant})
    )
    assert "Qualle" in result.unknown["qualifikation"]
    assert "P2" not in result.tables.staff["staff"].tolist()


def test_a_word_counts_in_every_file_and_faulty_rows_count_too(book: RuleBook) -> None:
    left, right = (
        with_interventions(intervention(Intervention="Zauberei", Datum=day, Minuten=minutes))
        for day, minutes in (("2.3.2026", 5), ("gestern", 7))
    )
    files = [*csv_files({"Interventionen": left["Interventionen"]})]
    files += [("Interventionen 2.csv", csv_files({"x": right["Interventionen"]})[0][1])]
    assert importers.read(files, book, sheets_needed=()).unknown == {"intervention": {"Zauberei": (2, 720)}}


def test_unknown_interventions_are_counted_by_day_and_ward(book: RuleBook) -> None:
    """The ward is that of the row, else that of its resident; not performed is not missing, and twice is once."""

    def row(**cells: Any) -> list[Any]:
        usual = {"Intervention": "Zauberei", "Bewohner_Nr": "B1", "Datum": "2.3.2026", "Wohnbereich": ""}
        return intervention(**usual | cells)

    sheets = with_interventions(
        row(Minuten=5, Wohnbereich="Dach"),
        row(Minuten=7, Wohnbereich="Dach", Intervention="zauberei", Bewohner_Nr="B2"),
        row(Minuten=9),
        row(Minuten=4, Datum="gestern"),
        row(Minuten="", Datum="3.3.2026", Bewohner_Nr="B9"),
        row(Minuten=8, Datum="4.3.2026", Status="abgelehnt"),
        row(Minuten=6, Datum="5.3.2026", Intervention="Hexerei"),
        row(Minuten=6, Datum="5.3.2026", Intervention="1.1"),
    )
    sheets["Bewohner"] = [["Bewohner-Nr", "Wohnbereich"], ["B1", "Keller"], ["B2", "Keller"]]
    files = [("heim.xlsx", xlsx(sheets)), ("noch einmal.xlsx", xlsx(sheets))]
    assert sorted(importers.read(files, book, sheets_needed=()).unknown_days, key=str) == [
        ("Hexerei", date(2026, 3, 5), "Keller", 1, 360),
        ("Zauberei", None, "Keller", 1, 240),
        ("Zauberei", date(2026, 3, 2), "Dach", 2, 720),
        ("Zauberei", date(2026, 3, 2), "Keller", 1, 540),
        ("Zauberei", date(2026, 3, 3), None, 1, 0),
    ]


def named(book: RuleBook, *names: str) -> importers.ReadFiles:
    """Read rows with these names, with what the home has decided."""
    sheets = home()
    head, row, *_ = sheets["Interventionen"]
    column = head.index("Intervention")
    sheets["Interventionen"] = [head, *([*row[:column], name, *row[column + 1 :]] for name in names)]
    terms = {"Gehen üben": "1.1", "Kaffee": "ignorieren", "Rätsel": "später", "Altes": "99.9", "1.2": "1.1"}
    terms |= {"Körperpflege komplett": "aufteilen", "Bauchtanz": "passt nicht"}
    return importers.read([("a.xlsx", xlsx(sheets))], book, conventions=HomeConventions(terms))


def test_own_names_read_as_their_entry(book: RuleBook) -> None:
    """Case, umlaut spelling and blanks do not count; the catalogue's own names go first."""
    result = named(book, "Gehen üben", "GEHEN  UEBEN", "1.2")
    assert result.tables.interventions["intervention"].tolist() == ["1.1", "1.1", "1.2"]
    (note,) = [one for one in result.findings if one.code == "bezeichnung-zugeordnet"]
    assert (note.severity, note.count) == (Severity.NOTICE, 2)
    assert result.tables.faulty == 0
    assert result.unknown == {}


def test_ignored_names_leave_no_row_and_no_error(book: RuleBook) -> None:
    result = named(book, "kaffee", "1.1", "Kaffee")
    assert (len(result.tables.interventions), result.tables.faulty, result.ignored, result.rows) == (1, 0, 2, 3)
    assert [(one.severity, one.count) for one in result.findings if one.code == "zeilen-ignoriert"] == [
        (Severity.NOTICE, 2)
    ]
    assert not [one for one in result.findings if one.severity is Severity.ERROR]


def test_a_name_of_several_entries_or_of_none_costs_its_rows_with_the_reason(book: RuleBook) -> None:
    """Its minutes are neither guessed nor counted twice, it is asked no more, and nothing is lost in silence."""
    result = named(book, "körperpflege KOMPLETT", "Bauchtanz", "Bauchtanz", "1.1")
    assert (len(result.tables.interventions), result.tables.faulty, result.ignored, result.rows) == (1, 3, 0, 4)
    codes = ("bezeichnung-aufteilen", "bezeichnung-ohne-eintrag")
    assert [sum(one.count for one in result.findings if one.code == code) for code in codes] == [1, 2]
    assert not [one for one in result.findings if one.code == "bezeichnung-zugeordnet"]
    assert result.unknown == {}


def test_undecided_words_stay_errors_and_are_counted(book: RuleBook) -> None:
    """Put off, or mapped to what the catalogue does not have: as unknown as before."""
    result = named(book, "Rätsel", "rätsel", "Altes", "Neues", "1.1")
    assert result.tables.faulty == 4
    assert {name: rows for name, (rows, _) in result.unknown["intervention"].items()} == {
        "Rätsel": 2,
        "Altes": 1,
        "Neues": 1,
    }
    seconds = result.tables.interventions["seconds"].tolist()
    assert result.unknown["intervention"]["Neues"][1] == seconds[0] > 0
    unknown = [(one.value, one.count, one.rows) for one in result.findings if one.code == "intervention-unbekannt"]
    assert unknown == [("Rätsel", 2, (2, 3)), ("Altes", 1, ()), ("Neues", 1, ())]


def test_names_of_rows_with_errors_and_of_rosters_are_known_as_names(book: RuleBook) -> None:
    """T1: storing unknown words needs all names, also of people whose row is rejected."""
    sheets = {
        "Mitarbeitende": [
            ("Personal-Nr", "Name", "Vorname", "QN"),
            ("P1", "Dr. Quast", "Ute", "Zauberlehrling"),
            ("P2", "Blaschke", "Tom", 4),
        ],
        "Dienste": [("Personal-Nr", "Name", "Datum", "Dienst"), ("", "Meier, Eva", "08.02.2026", "F")],
        "Interventionen": [
            ("Personal-Nr", "Intervention", "Datum"),
            ("Schulz, Ida", "1.1", "08.02.2026"),
            ("P2", "1.1", ""),
        ],
    }
    result = importers.read([("heim.xlsx", xlsx(sheets))], book, sheets_needed=())
    assert result.people_staff["name"].tolist() == ["Blaschke"]
    assert {"Quast", "Ute", "Blaschke", "Tom", "Meier, Eva", "Schulz, Ida"} <= result.names
    assert "P2" not in result.names
