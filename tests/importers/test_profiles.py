"""What a home remembers of a source, and which files are that source."""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import permutations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import importers
from importers.conventions import HomeConventions
from importers.findings import Severity
from importers.sheets.profiles import SheetProfile, SourceProfile, fingerprint
from importers.sheets.sheet_decision import SheetAnswer
from importers.sheets.sheet_guesses import SheetGuess, profile_of
from rules.model import RuleBook
from tests.support.importers.files import csv_files, home, recognised, text_of, xlsx

HEAD = ["Wer", "Wen", "Was", "Wann", "Wie lange"]
ROWS = [["P1", "0042", "4.10", "02.03.2026", "5"], ["007", "B2", "4.12", "03.03.2026", "7"]]
COLUMNS = {"Personal-Nr": 0, "Bewohner-Nr": 1, "Intervention": 2, "Datum": 3, "Minuten": 4}


def text(*rows: list[Any], name: str = "export.csv", encoding: str = "utf-8") -> list[tuple[str, bytes]]:
    return [(name, text_of(list(rows)).encode(encoding))]


def learnt(files: list[tuple[str, bytes]], answers: list[SheetAnswer], name: str = "Quelle") -> HomeConventions:
    """Return the profile of a source after a user has answered, as read back from the store."""
    profile = profile_of(name, recognised(files, answers=answers), answers)
    again = SourceProfile.of(json.loads(json.dumps(profile.written())))
    assert again == profile
    return HomeConventions(profiles=(again,))


@pytest.fixture(scope="module")
def known() -> HomeConventions:
    return learnt(text(HEAD, *ROWS), [SheetAnswer("export.csv", "", "Interventionen", 0, 1, COLUMNS, unit="h")])


def interventions(files: list[tuple[str, bytes]], book: RuleBook, conventions: HomeConventions) -> list[list[Any]]:
    frame = importers.read(files, book, sheets_needed=(), conventions=conventions).tables.interventions
    return frame[["staff", "resident", "intervention", "seconds"]].astype(object).to_numpy().tolist()


EXPECTED = [["P1", "0042", "4.10", 5 * 3600], ["007", "B2", "4.12", 7 * 3600]]


@pytest.mark.slow
@pytest.mark.parametrize("order", [*permutations(range(5))][::17])
@pytest.mark.parametrize("titles", [[], [["Bericht März"]], [["Bericht"], [], ["Stand", "1.4.2026"], []]])
def test_title_lines_and_column_order_may_change(
    book: RuleBook, known: HomeConventions, order: tuple[int, ...], titles: list[list[str]]
) -> None:
    rows = [[row[i] for i in order] for row in [HEAD, *ROWS]]
    files = text(*titles, *rows, name="april.csv")
    (guess,) = recognised(files, conventions=known)
    assert (guess.profile, guess.settled, guess.confidence, guess.unit, guess.row) == (
        "Quelle",
        True,
        1,
        "h",
        len(titles),
    )
    assert all(column.confidence == 1 for column in guess.columns)
    assert interventions(files, book, known) == EXPECTED
    findings = importers.read(files, book, sheets_needed=(), conventions=known).findings
    assert not [f for f in findings if f.code in {"blatt-vermutet", "spalten-zugeordnet"}]


@pytest.mark.parametrize(
    "head",
    [
        HEAD[:4],
        [*HEAD, "Bemerkung"],
        [*HEAD[:4], "Wie lang"],
        [*HEAD[:4], "Wie lange (s)"],
        [*HEAD, "Wann"],
        HEAD[:1],
    ],
)
def test_other_headings_are_another_source_and_asked_about(known: HomeConventions, head: list[str]) -> None:
    (guess,) = recognised(text(head, *[[*row, "", ""][: len(head)] for row in ROWS]), conventions=known)
    assert (guess.profile, guess.settled) == ("", False)


@pytest.mark.parametrize("head", [["WER", " wen ", "Was", "Wann", "wie  lange"], [*HEAD, ""], ["", *HEAD]])
def test_case_and_blanks_and_blank_columns_do_not_count(
    book: RuleBook, known: HomeConventions, head: list[str]
) -> None:
    start = int(head[0] == "")
    files = text(head, *[[*[""] * start, *row] for row in ROWS])
    assert recognised(files, conventions=known)[0].profile == "Quelle"
    assert interventions(files, book, known) == EXPECTED


def test_workbook_sheet_of_any_name_is_identified_by_headings(book: RuleBook, known: HomeConventions) -> None:
    sheets = {"Januar": [HEAD, ROWS[0]], "Februar": [["Titel"], HEAD, ROWS[1]], "Deckblatt": [["Haus A"]]}
    files = [("heim.xlsx", xlsx(sheets))]
    assert [guess.settled for guess in recognised(files, conventions=known)] == [True] * 3
    assert interventions(files, book, known) == EXPECTED


def test_profile_overrides_sheet_name_and_answer_overrides_both(book: RuleBook, known: HomeConventions) -> None:
    files = [("heim.xlsx", xlsx({"Bewohner": [HEAD, *ROWS]}))]
    (guess,) = recognised(files, conventions=known)
    assert (guess.sheet, guess.settled) == ("Interventionen", True)
    answer = SheetAnswer("heim.xlsx", "Bewohner", "Bewohner", 0, 1, {"Bewohner-Nr": 1})
    (guess,) = recognised(files, conventions=known, answers=[answer])
    assert (guess.sheet, guess.profile) == ("Bewohner", "")
    result = importers.read(files, book, sheets_needed=(), conventions=known, answers=[answer])
    assert result.tables.residents["resident"].tolist() == ["0042", "B2"]


def test_hidden_sheets_are_not_read_by_a_profile(known: HomeConventions) -> None:
    data = xlsx({"Tabelle1": [HEAD, *ROWS], "Kopie": [HEAD, *ROWS]}, hidden=("Kopie",))
    assert [(g.sheet, g.settled) for g in recognised([("a.xlsx", data)], conventions=known)] == [
        ("Interventionen", True),
        ("", True),
    ]


def test_left_out_sheets_stay_left_out(book: RuleBook) -> None:
    sheets = {"Daten": [HEAD, *ROWS], "Auswertung": [["Monat", "Anzahl"], ["März", 3]], "Zahlen": [[1, 2], [3, 4]]}
    files = [("a.xlsx", xlsx(sheets))]
    answers = [
        SheetAnswer("a.xlsx", "Daten", "Interventionen", 0, 1, COLUMNS),
        SheetAnswer("a.xlsx", "Auswertung", ""),
        SheetAnswer("a.xlsx", "Zahlen", ""),
    ]
    known = learnt(files, answers)
    later = {**sheets, "Auswertung": [["Anzahl", "Monat"], [9, "April"]], "Zahlen": [[7, 8]]}
    files = [("b.xlsx", xlsx(later))]
    assert [(g.sheet, g.settled, g.profile) for g in recognised(files, conventions=known)] == [
        ("Interventionen", True, "Quelle"),
        ("", True, "Quelle"),
        ("", True, "Quelle"),
    ]
    assert importers.read(files, book, sheets_needed=(), conventions=known).rows == 2


def test_two_rows_of_headings_are_known_again(book: RuleBook) -> None:
    rows = [["Person", "", "Tat", ""], ["Wen", "Wer", "Was", "Wann"], ["0042", "P1", "4.10", "2.3.2026"]]
    answer = SheetAnswer(
        "export.csv", "", "Interventionen", 0, 2, {"Bewohner-Nr": 0, "Personal-Nr": 1, "Intervention": 2, "Datum": 3}
    )
    known = learnt(text(*rows), [answer])
    moved = [[row[i] for i in (2, 3, 0, 1)] for row in rows]
    files = text(["Neuer Titel"], *moved)
    (guess,) = recognised(files, conventions=known)
    assert (guess.row, guess.depth, guess.profile) == (1, 2, "Quelle")
    assert interventions(files, book, known) == [["P1", "0042", "4.10", -1]]
    assert recognised(text(*rows[1:]), conventions=known)[0].profile == "", "the group is part of the heading"


def test_a_heading_twice_is_known_again_in_the_same_order_only(book: RuleBook) -> None:
    rows = [["Wann", "Was", "Wann"], ["1.3.2026", "4.10", "2.3.2026"]]
    columns = {"Intervention": 1, "Datum": 2}
    known = learnt(text(*rows), [SheetAnswer("export.csv", "", "Interventionen", 0, 1, columns)])
    frame = importers.read(text(*rows), book, sheets_needed=(), conventions=known).tables.interventions
    assert frame["date"].dt.day.tolist() == [2]
    swapped = [[row[i] for i in (1, 0, 2)] for row in rows]
    assert recognised(text(*swapped), conventions=known)[0].profile == ""


def test_sheets_with_equal_headings_and_different_answers_are_not_remembered() -> None:
    files = [("a.xlsx", xlsx({"Januar": [HEAD, *ROWS], "Alt": [HEAD, *ROWS], "Mehr": [["Wen", "Wo"], ["1", "WB"]]}))]
    answers = [
        SheetAnswer("a.xlsx", "Januar", "Interventionen", 0, 1, COLUMNS),
        SheetAnswer("a.xlsx", "Alt", ""),
        SheetAnswer("a.xlsx", "Mehr", "Bewohner", 0, 1, {"Bewohner-Nr": 0, "Wohnbereich": 1}),
    ]
    known = learnt(files, answers)
    assert [(sheet.sheet, sheet.columns) for sheet in known.profiles[0].sheets] == [
        ("Bewohner", {"Bewohner-Nr": "Wen", "Wohnbereich": "Wo"})
    ]
    assert [guess.settled for guess in recognised(files, conventions=known)] == [False, False, True]


def test_profile_is_extended_by_later_answers(known: HomeConventions) -> None:
    files = [*text(HEAD, *ROWS), ("mehr.csv", b"Wen;Wo\n1;WB\n")]
    answers = [SheetAnswer("mehr.csv", "", "Bewohner", 0, 1, {"Bewohner-Nr": 0})]
    grown = profile_of("Quelle", recognised(files, conventions=known, answers=answers), answers)
    assert [sheet.sheet for sheet in grown.sheets] == ["Interventionen", "Bewohner"]
    assert grown.sheets[0] == known.profiles[0].sheets[0]
    other = profile_of("Andere", recognised(files, conventions=known, answers=answers), answers)
    assert [sheet.sheet for sheet in other.sheets] == ["Bewohner"]


def test_the_first_of_two_profiles_for_the_same_headings_holds(known: HomeConventions) -> None:
    other = SourceProfile("Andere", (replace(known.profiles[0].sheets[0], unit="s"),))
    (guess,) = recognised(text(HEAD, *ROWS), conventions=HomeConventions(profiles=(other, *known.profiles)))
    assert (guess.profile, guess.unit) == ("Andere", "s")


UMLAUTS = [["Bewohner-Nr", "Größe", "Wohnbereich"], ["0042", "1,70", "Märchenweg"]]


@pytest.mark.parametrize("encoding", ["mac_roman", "cp850"])
def test_an_encoding_is_remembered_and_used_where_the_bytes_do_not_say(book: RuleBook, encoding: str) -> None:
    columns = {"Bewohner-Nr": 0, "Wohnbereich": 2}
    answer = SheetAnswer("export.csv", "", "Bewohner", 0, 1, columns, encoding=encoding)
    known = learnt(text(*UMLAUTS, encoding=encoding), [answer])
    for written in (encoding, "utf-8", "utf-8-sig"):
        files = text(*UMLAUTS, encoding=written)
        (guess,) = recognised(files, conventions=known)
        assert (guess.profile, guess.settled) == ("Quelle", True), written
        result = importers.read(files, book, sheets_needed=(), conventions=known)
        assert result.tables.residents["ward"].tolist() == ["Märchenweg"], written
        assert not [f.code for f in result.findings if f.severity is not Severity.NOTICE and f.sheet != "Instabilität"]


def test_rosters_with_a_column_a_day_are_known_again_next_month(book: RuleBook) -> None:
    def month(number: int) -> list[list[str]]:
        days = [f"{day}.{number}.2026" for day in range(1, 8)]
        return [["Personal-Nr", "Name", *days], ["P1", "Yılmaz", *["06:00-14:00"] * 7]]

    files = [("plan.xlsx", xlsx({"Tabelle1": month(3)}))]
    known = learnt(files, [SheetAnswer("plan.xlsx", "Tabelle1", "Dienste")])
    later = [("plan.xlsx", xlsx({"Tabelle1": month(4)})), *csv_files({"Mitarbeitende": home()["Mitarbeitende"]})]
    assert [guess.settled for guess in recognised(later, conventions=known)] == [True, True]
    assert len(importers.read(later, book, sheets_needed=(), conventions=known).tables.duties) == 7


def test_our_own_sheets_need_no_profile() -> None:
    files = csv_files(home())
    guesses = recognised(files)
    assert profile_of("Vorlage", guesses, []).sheets == ()


@pytest.mark.parametrize(
    ("written", "message"),
    [
        (None, "kein Profil"),
        ([], "kein Profil"),
        ({"name": "x"}, "kein Profil"),
        ({"name": "", "sheets": []}, "Namen"),
        ({"name": 3, "sheets": []}, "Namen"),
        ({"name": "x" * 101, "sheets": []}, "Namen"),
        ({"name": "x", "sheets": [3]}, "Blatt 1"),
        ({"name": "x", "sheets": [{}]}, "Angaben"),
        ({"name": "x", "sheets": [{"fingerprint": "zz", "sheet": ""}]}, "Kennzeichen"),
        ({"name": "x", "sheets": [{"fingerprint": "ab", "sheet": "Essen"}]}, "„Essen“"),
        ({"name": "x", "sheets": [{"fingerprint": "ab", "sheet": ["Bewohner"]}]}, "kein Text"),
        ({"name": "x", "sheets": [{"fingerprint": "ab", "sheet": "Bewohner", "unit": "Tage"}]}, "„Tage“"),
        (
            {"name": "x", "sheets": [{"fingerprint": "ab", "sheet": "Bewohner", "encoding": "unicode_escape"}]},
            "kodierung",
        ),
        ({"name": "x", "sheets": [{"fingerprint": "ab", "sheet": "", "columns": {"Name": "a"}}]}, "Spalten"),
        ({"name": "x", "sheets": [{"fingerprint": "ab", "sheet": "Bewohner", "columns": {"QN": "a"}}]}, "„QN“"),
        ({"name": "x", "sheets": [{"fingerprint": "ab", "sheet": "Bewohner", "columns": {"Name": 3}}]}, "Überschrift"),
        ({"name": "x", "sheets": [{"fingerprint": "ab", "sheet": "Bewohner", "pickle": "x"}]}, "„pickle“"),
        ({"name": "x", "sheets": [{"fingerprint": "ab"}] * 201}, "200"),
    ],
)
def test_invalid_profile_is_refused_in_one_sentence(written: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message) as refused:
        SourceProfile.of(written)
    assert str(refused.value).endswith(".")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=12), inner, max_size=3),
    max_leaves=8,
)
SHEET = st.fixed_dictionaries(
    {},
    optional=dict.fromkeys(("fingerprint", "sheet", "columns", "unit", "encoding"), JSON | st.just("ab") | st.just("")),
)


@pytest.mark.slow
@given(st.fixed_dictionaries({"name": JSON | st.just("x"), "sheets": st.lists(SHEET | JSON, max_size=3) | JSON}))
def test_any_input_is_a_profile_or_refused(written: Any) -> None:
    try:
        profile = SourceProfile.of(written)
    except ValueError:
        return
    assert SourceProfile.of(profile.written()) == profile


WORDS = st.lists(st.text(st.characters(codec="utf-8"), min_size=1, max_size=6), min_size=1, max_size=6)


@given(WORDS, st.randoms(use_true_random=False))
def test_the_fingerprint_forgets_order_and_case_and_dashes_alone(words: list[str], chance: Any) -> None:
    mixed = [word.replace("-", "–") for word in words]
    if len({fingerprint([word]) for word in words} - {""}) == len([word for word in words if fingerprint([word])]):
        chance.shuffle(mixed)
    assert fingerprint(mixed) == fingerprint(words)
    assert fingerprint([*words, ""]) == fingerprint(words)
    assert fingerprint([*words, "zusätzlich"]) != fingerprint(words)


def test_a_guess_is_not_changed_by_a_profile_of_other_headings(known: HomeConventions) -> None:
    files = [("heim.xlsx", xlsx(home()))]
    before: tuple[SheetGuess, ...] = recognised(files)
    assert recognised(files, conventions=known) == before
    assert SheetProfile("ab", "").columns == {}
