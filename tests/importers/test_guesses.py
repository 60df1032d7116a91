"""What sheets and columns seem to be, and that reading takes exactly what recognition and answers say."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import date
from typing import Any

import pandas as pd
import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import importers
from importers.conventions import HomeConventions
from importers.findings import PasswordNeededError, Severity, UnreadableError
from importers.sheets.sheet_decision import SheetAnswer
from importers.sheets.sheet_guesses import SheetGuess, profile_of
from importers.sheets.template_columns import SHEETS
from rules.model import RuleBook
from tests.support.importers.das_files import export, resident
from tests.support.importers.files import Sheets, csv_files, home, locked, recognised, text_of, xlsx

EXPORT = [
    ["Maßnahmenexport Haus A", "", "", "", "", ""],
    ["", "", "", "", "", ""],
    ["Bew.-Nr.", "Hdz.", "Maßnahme", "Durchgeführt am", "Zeit", "Dauer"],
    ["0042", "P1", "4.10", date(2026, 3, 2), "08:05", 12.5],
    ["B2", "007", "4.12", date(2026, 3, 3), "09:00", 20],
]
MASTER = {name: rows for name, rows in home().items() if name != "Interventionen"}


def proposed(guess: SheetGuess, **changes: Any) -> SheetAnswer:
    """Return the answer of a user who agrees with a guess, but for some changes."""
    columns = {column.column: column.position for column in guess.columns if column.column}
    answer = SheetAnswer(guess.file, guess.name, guess.sheet, max(0, guess.row), guess.depth, columns, guess.unit)
    return replace(answer, **changes)


def by_name(files: list[tuple[str, bytes]], **options: Any) -> dict[str, SheetGuess]:
    return {guess.name or guess.file: guess for guess in recognised(files, **options)}


def same(left: importers.ReadFiles, right: importers.ReadFiles) -> None:
    for name in ("residents", "assessments", "instability", "staff", "interventions", "duties"):
        pd.testing.assert_frame_equal(getattr(left.tables, name), getattr(right.tables, name))
    assert (left.rows, left.unknown, left.tables.faulty) == (right.rows, right.unknown, right.tables.faulty)


def foreign(rows: list[list[Any]] = EXPORT, name: str = "Tabelle1") -> list[tuple[str, bytes]]:
    return [("heim.xlsx", xlsx({**MASTER, name: rows}))]


@pytest.mark.parametrize("files", [[("heim.xlsx", xlsx(home()))], csv_files(home()), [export(resident())]])
def test_our_own_names_and_das_files_leave_nothing_to_ask(files: list[tuple[str, bytes]]) -> None:
    guesses = recognised(files)
    assert guesses
    assert all(guess.settled and guess.confidence == 1 and not guess.missing for guess in guesses)
    assert {guess.sheet for guess in guesses} <= set(SHEETS)
    assert all(column.column and column.confidence == 1 for guess in guesses for column in guess.columns)


def test_a_foreign_sheet_is_guessed_by_its_headings_and_asked_about() -> None:
    guess = by_name(foreign())["Tabelle1"]
    assert (guess.sheet, guess.settled, guess.row, guess.depth, guess.missing) == ("Interventionen", False, 2, 1, ())
    assert 0 < guess.confidence < 1
    columns = {column.column: (column.letter, column.heading, column.samples) for column in guess.columns}
    assert columns["Datum"] == ("D", "Durchgeführt am", ("02.03.2026", "03.03.2026"))
    assert columns["Minuten"] == ("F", "Dauer", ("12,5", "20"))
    assert {column.column: column.candidates for column in guess.columns}["Uhrzeit"] == ("Datum", "Minuten")
    assert guess.preview[0] == ("Maßnahmenexport Haus A", *[""] * 5)
    assert guess.rows == len(EXPORT)


def test_confirmed_guesses_are_read_as_guessed(book: RuleBook) -> None:
    guesses = recognised(foreign())
    guessed = importers.read(foreign(), book)
    answered = importers.read(foreign(), book, answers=[proposed(guess) for guess in guesses])
    same(guessed, answered)
    warned = [f.code for f in guessed.findings if f.severity is Severity.WARNING]
    assert warned == ["blatt-vermutet"]
    assert not [f.code for f in answered.findings if f.severity is Severity.WARNING]


def test_foreign_sheet_beside_our_own_is_left_out_until_chosen(book: RuleBook) -> None:
    files = [("heim.xlsx", xlsx({**home(), "Alte Bewohner": [["Bewohner-Nr", "Name"], ["99", "Alt"]]}))]
    assert importers.read(files, book).tables.residents["resident"].tolist() == ["0042", "B2"]
    guess = by_name(files)["Alte Bewohner"]
    assert (guess.sheet, guess.settled) == ("Bewohner", False)
    read = importers.read(files, book, answers=[proposed(guess)])
    assert read.tables.residents["resident"].tolist() == ["0042", "B2", "99"]


def test_unrelated_list_is_not_read_as_residents(book: RuleBook) -> None:
    sheets = {**home(), "Zimmer": [["Bewohner-Nr", "Zimmer", "Telefon", "Schlüssel"], ["0042", "12", "34", "ja"]]}
    del sheets["Bewohner"]
    with pytest.raises(UnreadableError, match=r"Es fehlt das Blatt „Bewohner“\. Nicht gelesen: Zimmer"):
        importers.read([("heim.xlsx", xlsx(sheets))], book)


def test_two_sheets_of_a_kind_are_read_one_after_the_other(book: RuleBook) -> None:
    files = [("heim.xlsx", xlsx({**MASTER, "Januar": EXPORT[:4], "Februar": [*EXPORT[2:3], *EXPORT[4:]]}))]
    guesses = by_name(files)
    assert {name: (guesses[name].sheet, guesses[name].settled) for name in ("Januar", "Februar")} == {
        "Januar": ("Interventionen", False),
        "Februar": ("Interventionen", False),
    }
    rows = importers.read(files, book).tables.interventions
    assert rows["resident"].astype(object).tolist() == ["0042", "B2"]
    only = importers.read(files, book, answers=[proposed(guesses["Januar"]), proposed(guesses["Februar"], sheet="")])
    assert only.tables.interventions["resident"].astype(object).tolist() == ["0042"]


HIDDEN = xlsx({**MASTER, "Tabelle1": EXPORT, "Archiv": EXPORT, "Notiz": [["x"]]}, hidden=("Archiv", "Notiz"))


@pytest.mark.parametrize(
    "files",
    [[("heim.xlsx", xlsx(home()))], csv_files(home()), [export(resident())], foreign(), [("heim.xlsx", HIDDEN)]],
    ids=["workbook", "text", "das", "foreign", "hidden"],
)
def test_read_after_look_equals_direct_read(book: RuleBook, files: list[tuple[str, bytes]]) -> None:
    left, right = importers.look(files).read(book, sheets_needed=()), importers.read(files, book, sheets_needed=())
    same(left, right)
    assert left.findings == right.findings


def test_hidden_sheets_are_listed_unselected_and_read_when_chosen(book: RuleBook) -> None:
    data = xlsx(
        {**MASTER, "Tabelle1": EXPORT, "Archiv": [*EXPORT[2:3], ["B2", "P1", "4.2", "1.3.2026", "9:15", 7]]},
        hidden=("Archiv", "Instabilität"),
    )
    guesses = by_name([("heim.xlsx", data)])
    assert {name for name, guess in guesses.items() if guess.hidden} == {"Archiv", "Instabilität"}
    assert all((guess.sheet, guess.settled) == ("", True) for guess in guesses.values() if guess.hidden)
    assert importers.read([("heim.xlsx", data)], book).rows == 2
    answers = [SheetAnswer("heim.xlsx", "Archiv", "Interventionen")]
    again = by_name([("heim.xlsx", data)], answers=answers)["Archiv"]
    assert {column.column for column in again.columns} == {
        "Bewohner-Nr",
        "Personal-Nr",
        "Intervention",
        "Datum",
        "Uhrzeit",
        "Minuten",
    }
    result = importers.read([("heim.xlsx", data)], book, answers=[proposed(again), proposed(guesses["Tabelle1"])])
    assert result.rows == 3
    assert result.tables.instability.empty


def test_another_row_of_headings_gives_other_columns(book: RuleBook) -> None:
    rows = [["Datum", "Maßnahme", "Zusatz"], ["Wann", "Was", "Wer"], ["2.3.2026", "4.10", "P1"]]
    files = [("export.csv", text_of(rows).encode())]
    assert by_name(files)["export.csv"].row == 0
    (other,) = recognised(files, answers=[SheetAnswer("export.csv", "", "Interventionen", 1)])
    assert [column.heading for column in other.columns] == ["Wann", "Was", "Wer"]
    assert "Intervention" in other.missing
    assert not other.settled
    columns = {"Datum": 0, "Intervention": 1, "Personal-Nr": 2}
    answer = SheetAnswer("export.csv", "", "Interventionen", 1, 1, columns)
    (guess_,) = recognised(files, answers=[answer])
    assert (guess_.settled, guess_.missing, guess_.confidence) == (True, (), 1)
    frame = importers.read(files, book, sheets_needed=(), answers=[answer]).tables.interventions
    assert frame["staff"].astype(object).tolist() == ["P1"]


def merged(rows: list[list[Any]], *spans: tuple[int, int, int, int]) -> bytes:
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer) as book:
        page = book.add_worksheet("Tabelle1")
        for span in spans:
            page.merge_range(*span, rows[span[0]][span[1]])
        for r, row in enumerate(rows):
            page.write_row(r, 0, row)
    return buffer.getvalue()


def test_two_rows_of_headings_with_groups(book: RuleBook) -> None:
    rows = [
        ["Bewohner", "Mitarbeiter", "Pflege", "", ""],
        ["Nr.", "Pers.-Nr.", "Datum", "Maßnahme", "Bemerkung"],
        ["0042", "P1", "02.03.2026", "4.10", "x"],
    ]
    files = [("export.xlsx", merged(rows, (0, 2, 0, 4)))]
    (guess,) = recognised(files)
    assert (guess.sheet, guess.row, guess.depth, guess.settled) == ("Interventionen", 0, 2, False)
    assert [(column.heading, column.column) for column in guess.columns] == [
        ("Bewohner › Nr.", "Bewohner-Nr"),
        ("Mitarbeiter › Pers.-Nr.", "Personal-Nr"),
        ("Pflege › Datum", "Datum"),
        ("Pflege › Maßnahme", "Intervention"),
        ("Pflege › Bemerkung", ""),
    ]
    frame = importers.read(files, book, sheets_needed=(), answers=[proposed(guess)]).tables.interventions
    assert frame[["resident", "staff"]].astype(object).to_numpy().tolist() == [["0042", "P1"]]
    assert importers.read(files, book, sheets_needed=()).rows == 0, "only likely: no one was asked"


def test_a_heading_that_could_mean_two_columns_is_shown_with_both(book: RuleBook) -> None:
    rows = [["Datum", "Hdz.", "Kürzel"], ["02.03.2026", "AY", "KPF"], ["02.03.2026", "JB", "LAG"]]
    (guess,) = recognised([("Interventionen.csv", text_of(rows).encode())])
    assert (guess.sheet, guess.confidence, guess.missing, guess.settled) == (
        "Interventionen",
        1,
        ("Intervention",),
        False,
    )
    assert guess.columns[2].column == ""
    assert "Intervention" in guess.columns[2].candidates
    answer = proposed(guess, columns={"Datum": 0, "Personal-Nr": 1, "Intervention": 2})
    files = [("Interventionen.csv", text_of(rows).encode())]
    with pytest.raises(UnreadableError, match="„Kürzel“"):
        importers.read(files, book, sheets_needed=())
    assert set(importers.read(files, book, sheets_needed=(), answers=[answer]).unknown["intervention"]) == {
        "KPF",
        "LAG",
    }


def test_a_heading_twice_is_asked_about_and_the_one_chosen_is_read(book: RuleBook) -> None:
    rows = [["Intervention", "Datum", "Datum"], ["4.10", "1.3.2026", "2.3.2026"]]
    files = [("Interventionen.csv", text_of(rows).encode())]
    (guess,) = recognised(files)
    assert (guess.missing, guess.settled) == (("Datum",), False)
    assert [column.candidates for column in guess.columns[1:]] == [("Datum",), ("Datum",)]
    with pytest.raises(UnreadableError, match="„Datum“ mehrfach"):
        importers.read(files, book, sheets_needed=())
    answer = SheetAnswer("Interventionen.csv", "", "Interventionen", 0, 1, {"Intervention": 0, "Datum": 2})
    frame = importers.read(files, book, sheets_needed=(), answers=[answer]).tables.interventions
    assert frame["date"].dt.day.tolist() == [2]


def test_items_spoilt_by_excel_can_be_assigned() -> None:
    rows = [["Bewohner-Nr", 4.1, 4.1], ["0042", 1, 2]]
    (guess,) = recognised([("heim.xlsx", xlsx({"Begutachtungen": rows}))])
    assert (guess.settled, guess.missing) == (False, ())


@pytest.mark.parametrize(("unit", "seconds"), [("", 90 * 60), ("min", 90 * 60), ("s", 90), ("h", 324_000)])
def test_answered_unit_holds_for_this_file_only(book: RuleBook, unit: str, seconds: int) -> None:
    sheet = [["Intervention", "Datum", "Dauer"], ["4.10", "2.3.2026", "90"]]
    other = [["Intervention", "Datum", "Dauer (s)"], ["4.10", "2.3.2026", "90"]]
    files = [("Interventionen.csv", text_of(sheet).encode()), ("Interventionen 2.csv", text_of(other).encode())]
    first, _ = recognised(files)
    result = importers.read(files, book, sheets_needed=(), answers=[proposed(first, unit=unit)])
    if unit == "h":
        assert [(f.code, f.file) for f in result.findings if f.severity is Severity.ERROR] == [
            ("minuten-ungueltig", "Interventionen.csv")
        ]
        assert result.tables.interventions["seconds"].tolist() == [90]
    else:
        expected = [seconds, 90] if seconds != 90 else [90]  # equal rows of two files count once
        assert result.tables.interventions["seconds"].tolist() == expected


@pytest.mark.parametrize("encoding", ["mac_roman", "cp850", "cp1252", "utf-16-le"])
def test_preview_follows_the_chosen_encoding(book: RuleBook, encoding: str) -> None:
    rows = [["Bewohner-Nr", "Name", "Vorname"], ["0042", "Müller-Lüdenscheidt", "Änne"]]
    files = [("Bewohner.csv", text_of(rows).encode(encoding))]
    (guess,) = recognised(files, answers=[SheetAnswer("Bewohner.csv", "", "Bewohner", encoding=encoding)])
    assert (guess.preview[1][1:], guess.encoding) == (("Müller-Lüdenscheidt", "Änne"), encoding)
    result = importers.read(files, book, sheets_needed=(), answers=[proposed(guess, encoding=encoding)])
    assert result.people_residents["given"].tolist() == ["Änne"]
    assert not [f.code for f in result.findings if f.code.startswith("zeichen")]


def test_undecodable_letters_are_reported(book: RuleBook) -> None:
    files = [("Bewohner.csv", "Bewohner-Nr;Name\n0042;Müller\n".encode("cp1252"))]
    answer = SheetAnswer("Bewohner.csv", "", "Bewohner", encoding="utf-8")
    assert recognised(files, answers=[answer])[0].preview[1][1] == "M\ufffdller"
    assert "zeichen-verdaechtig" in {
        f.code for f in importers.read(files, book, sheets_needed=(), answers=[answer]).findings
    }
    with pytest.raises(UnreadableError, match="unicode_escape"):
        recognised(files, answers=[replace(answer, encoding="unicode_escape")])


@pytest.mark.parametrize(
    "answer",
    [
        SheetAnswer("a.csv", "", "Interventionen", 9),
        SheetAnswer("a.csv", "", "Interventionen", -1),
        SheetAnswer("a.csv", "", "Interventionen", 0, 3),
        SheetAnswer("a.csv", "", "Interventionen", 1, 2),
        SheetAnswer("a.csv", "", "Interventionen", 0, 1, {"Datum": 7}),
        SheetAnswer("a.csv", "", "Mittagessen"),
    ],
)
def test_answers_that_do_not_fit_the_file_are_refused_in_one_sentence(book: RuleBook, answer: SheetAnswer) -> None:
    files = [("a.csv", b"Intervention;Datum\n4.10;2.3.2026\n")]
    with pytest.raises(UnreadableError, match="„a“"):
        importers.read(files, book, sheets_needed=(), answers=[answer])
    with pytest.raises(UnreadableError, match=r"„a\.csv“"):
        recognised(files, answers=[answer])


def test_answer_without_a_required_column_names_it(book: RuleBook) -> None:
    files = [("a.csv", b"Intervention;Datum\n4.10;2.3.2026\n")]
    answer = SheetAnswer("a.csv", "", "Interventionen", 0, 1, {"Intervention": 0})
    (guess,) = recognised(files, answers=[answer])
    assert (guess.missing, guess.settled) == (("Datum",), False)
    with pytest.raises(UnreadableError, match="fehlt die Spalte „Datum“"):
        importers.read(files, book, sheets_needed=(), answers=[answer])


def test_rosters_are_settled_by_their_name_and_asked_about_without(book: RuleBook) -> None:
    days = [f"{day}.3.2026" for day in range(1, 8)]
    wide = [["Personal-Nr", "Name", *days], ["P1", "Yılmaz", *["06:00-14:00"] * 7]]
    long = [["Name", "Datum", "Dienst"], ["Bond, Jo", "2.3.2026", "07:00-15:00"]]
    files = [("heim.xlsx", xlsx({**home(), "Dienstplan März": wide, "Tabelle7": wide, "Tabelle8": long}))]
    guesses = by_name(files)
    assert {name: (guesses[name].sheet, guesses[name].settled) for name in list(guesses)[-3:]} == {
        "Dienstplan März": ("Dienste", True),
        "Tabelle7": ("Dienste", False),
        "Tabelle8": ("Dienste", False),
    }
    assert (guesses["Tabelle7"].columns, guesses["Tabelle7"].missing) == ((), ())
    assert {c.column for c in guesses["Tabelle8"].columns} == {"Name", "Datum", "Dienst"}
    assert guesses["Tabelle8"].missing == ()
    assert len(importers.read(files, book).tables.duties) == 7
    result = importers.read(
        files, book, answers=[proposed(guesses["Tabelle8"]), proposed(guesses["Tabelle7"], sheet="")]
    )
    assert sorted(result.tables.duties["staff"]) == ["007", *["P1"] * 7]


def test_roster_in_foreign_words_is_read_as_answered(book: RuleBook) -> None:
    rows = [["Wer?", "Tag im Haus", "Los", "Feierabend"], ["P1", "2.3.2026", "06:00", "14:00"]]
    files = [("plan.csv", text_of(rows).encode()), *csv_files({"Mitarbeitende": home()["Mitarbeitende"]})]
    answer = SheetAnswer("plan.csv", "", "Dienste", 0, 1, {"Personal-Nr": 0, "Datum": 1, "Beginn": 2, "Ende": 3})
    duties = importers.read(files, book, sheets_needed=(), answers=[answer]).tables.duties
    assert duties[["staff", "start"]].to_numpy().tolist() == [["P1", pd.Timestamp(2026, 3, 2, 6)]]
    short = replace(answer, columns={"Personal-Nr": 0, "Datum": 1})
    assert recognised(files, answers=[short])[0].missing == ("Beginn", "Ende")


def test_sheets_that_surely_hold_no_data_are_not_asked_about() -> None:
    sheets = {
        **home(),
        "Deckblatt": [["Haus A"], ["Stand 2026"]],
        "Leer": [],
        "Zahlen": [["Monat", "Anzahl"], ["März", 3]],
    }
    guesses = by_name([("heim.xlsx", xlsx(sheets))])
    assert {name: (guesses[name].sheet, guesses[name].settled) for name in ("Deckblatt", "Leer", "Zahlen")} == {
        "Deckblatt": ("", True),
        "Leer": ("", True),
        "Zahlen": ("", False),
    }
    assert (guesses["Zahlen"].row, [c.heading for c in guesses["Zahlen"].columns]) == (0, ["Monat", "Anzahl"])


def test_a_text_file_of_nothing_we_know_is_asked_about_and_can_be_left_out(book: RuleBook) -> None:
    files = [*csv_files(home()), ("speisen.csv", b"Tag;Menge\nMontag;3\n")]
    guess = by_name(files)["speisen.csv"]
    assert (guess.sheet, guess.settled, guess.row) == ("", False, 0)
    with pytest.raises(UnreadableError, match="keinem Blatt"):
        importers.read(files, book)
    assert importers.read(files, book, answers=[proposed(guess)]).rows == 3


@pytest.mark.parametrize(
    ("data", "message"),
    [(b"", "leer"), (b";" * 1_000_000, "mehr als 500 Spalten"), (b'Bewohner-Nr;Name\n1;"x\n2;y', "Anführungszeichen")],
)
def test_files_that_cannot_be_read_as_a_whole_are_refused(data: bytes, message: str) -> None:
    with pytest.raises(UnreadableError, match=message):
        recognised([("a.csv", data)])


def test_many_columns_are_cut_in_the_preview_alone() -> None:
    rows = [["Intervention", "Datum", *[f"Zusatz {n}" for n in range(400)]], ["4.10", "2.3.2026", *["x" * 200] * 400]]
    (guess,) = recognised([("Interventionen.csv", text_of(rows).encode())])
    assert {len(row) for row in guess.preview} == {60}
    assert max(len(cell) for row in guess.preview for cell in row) <= 80
    assert len(guess.columns) == 402
    assert guess.columns[401].letter == "OL"
    assert guess.settled


def test_a_password_is_asked_for() -> None:
    data = locked(xlsx(home()), "geheim")
    with pytest.raises(PasswordNeededError):
        recognised([("a.xlsx", data)])
    assert all(guess.settled for guess in recognised([("a.xlsx", data)], passwords={"a.xlsx": "geheim"}))


def test_two_files_of_one_name_are_distinguished(book: RuleBook) -> None:
    left, right = (text_of(rows).encode() for rows in (EXPORT[2:4], [*EXPORT[2:3], *EXPORT[4:]]))
    files = [("x/export.csv", left), ("y/export.csv", right)]
    guesses = recognised(files)
    assert [guess.file for guess in guesses] == ["export.csv", "export (2).csv"]
    answers = [proposed(guesses[0]), proposed(guesses[1], sheet="")]
    assert importers.read(files, book, sheets_needed=(), answers=answers).rows == 1


def test_a_das_sheet_can_be_left_out(book: RuleBook) -> None:
    files = [export(resident())]
    residents, assessments = recognised(files)
    assert (residents.sheet, assessments.sheet) == ("Bewohner", "Begutachtungen")
    assert importers.read(
        files, book, sheets_needed=(), answers=[proposed(assessments, sheet="")]
    ).tables.assessments.empty
    result = importers.read(files, book, sheets_needed=(), answers=[proposed(residents, sheet="")])
    assert result.tables.residents.empty
    assert [sheet.sheet for sheet in result.faulty_rows] == ["Begutachtungen"], "the resident is no longer known"


HEADINGS = {
    "Bewohner-Nr": ("Bewohner-Nr", "Bew.-Nr.", "Klient"),
    "Personal-Nr": ("Personal-Nr", "Hdz."),
    "Intervention": ("Intervention", "Maßnahme", "Leistung"),
    "Datum": ("Datum", "Durchgeführt am"),
    "Minuten": ("Minuten", "Dauer (Min.)", "Dauer (h)"),
    "Schicht": ("Schicht", "Dienst"),
    "": ("Bemerkung", "Zusatz"),
}
CELLS = {
    "Bewohner-Nr": ("0042", "B2", "99", ""),
    "Personal-Nr": ("P1", "007", ""),
    "Intervention": ("4.10", "1.2", "Waschen"),
    "Datum": ("2.3.2026", "03.03.26", "gestern"),
    "Minuten": ("12,5", "7", "0:15", ""),
    "Schicht": ("Früh", "F", ""),
    "": ("x", ""),
}


@st.composite
def exports(draw: st.DrawFn) -> list[list[str]]:
    kept = draw(st.permutations([*HEADINGS]))
    kept = [column for column in kept if column in {"Intervention", "Datum"} or draw(st.booleans())]
    head = [draw(st.sampled_from(HEADINGS[column])) for column in kept]
    rows = [[draw(st.sampled_from(CELLS[column])) for column in kept] for _ in range(draw(st.integers(0, 4)))]
    titles = [[draw(st.sampled_from(["", "Bericht März"])), *[""] * (len(kept) - 1)]] * draw(st.integers(0, 3))
    return [*titles, head, *rows]


@pytest.mark.slow
@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(st.lists(exports(), min_size=1, max_size=2), st.sampled_from(["csv", "xlsx"]))
def test_confirming_every_proposal_equals_reading_without_questions(
    book: RuleBook, drawn: list[list[list[str]]], form: str
) -> None:
    sheets: Sheets = {f"Blatt {number}": rows for number, rows in enumerate(drawn)}
    files = csv_files(sheets) if form == "csv" else [("heim.xlsx", xlsx(sheets))]
    files += csv_files({name: rows for name, rows in home().items() if name in {"Bewohner", "Mitarbeitende"}})
    guesses = recognised(files)
    answers = [proposed(guess) for guess in guesses]
    assert [one.settled for one in recognised(files, answers=answers)] == [True] * len(guesses)
    answered = importers.read(files, book, sheets_needed=(), answers=answers)
    same(importers.read(files, book, sheets_needed=()), answered)
    profile = profile_of("Quelle", guesses, answers)
    remembered = HomeConventions(profiles=(profile,))
    assert all(guess.settled for guess in recognised(files, conventions=remembered))
    same(importers.read(files, book, sheets_needed=(), conventions=remembered), answered)
