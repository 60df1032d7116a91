"""The shift of a row that names none: from its time of day, once it is known when the shifts of the home begin."""

from __future__ import annotations

from typing import Any

import pytest

import importers
from importers.conventions import HomeConventions
from importers.home_words.kinds import KINDS, SHIFT_START
from rules.model import RuleBook
from tests.support.importers.files import text_of

STARTS = {"Früh": "06:00", "Spät": "14:00", "Nacht": "22:00"}
TIMES = ["05:59", "06:00", "13:59", "14:00", "21:59", "22:00", "00:00", ""]
DERIVED = ["Nacht", "Früh", "Früh", "Spät", "Spät", "Nacht", "Nacht"]


def read(
    book: RuleBook, shifts: list[str] | None = None, starts: dict[str, str] | None = None, codes: list[Any] = ()
) -> importers.ReadFiles:
    """Read a row for each time of day, with shifts where they are given."""
    head = ["Intervention", "Datum", "Uhrzeit", "Minuten", *(["Schicht"] if shifts else [])]
    rows = [["4.12", "02.03.2026", time, "10", *([shifts[i]] if shifts else [])] for i, time in enumerate(TIMES)]
    files = [("Interventionen.csv", text_of([head, *rows]).encode())]
    if codes:
        files.append(("Dienstzeiten.csv", text_of([["Kürzel", "Beginn", "Ende"], *codes]).encode()))
    return importers.read(files, book, sheets_needed=(), conventions=HomeConventions(shift_starts=starts or {}))


def shifts_of(result: importers.ReadFiles) -> list[str]:
    return result.tables.interventions["shift"].astype(object).fillna("").tolist()


def test_nothing_is_derived_before_the_home_has_said_when_its_shifts_begin(book: RuleBook) -> None:
    """It is asked for instead, once for each shift, with all rows that a time of day could tell."""
    result = read(book)
    assert set(shifts_of(result)) == {""}
    assert result.unknown[SHIFT_START] == dict.fromkeys(STARTS, (7, 4200))


def test_a_shift_follows_from_the_time_of_day_and_is_marked(book: RuleBook) -> None:
    result = read(book, starts=STARTS)
    assert shifts_of(result) == [*(f"{shift} (aus Uhrzeit)" for shift in DERIVED), ""]
    assert SHIFT_START not in result.unknown
    (told,) = [one for one in result.findings if one.code == "schicht-abgeleitet"]
    assert told.message == (
        "Schicht aus der Uhrzeit abgeleitet: 7 Zeilen (Früh ab 06:00: 2, Spät ab 14:00: 2, Nacht ab 22:00: 3)."
    )


def test_what_a_row_says_itself_stays(book: RuleBook) -> None:
    said = ["Früh", "", "", "Nachtwache", "", "", "", ""]
    found = shifts_of(read(book, said, STARTS))
    assert [found[0], found[3]] == ["Früh", "Nachtwache"]
    assert found[1] == "Früh (aus Uhrzeit)"
    assert SHIFT_START not in read(book, said).unknown  # a home that writes shifts is not asked


@pytest.mark.parametrize(
    ("starts", "told"),
    [
        ({"Früh": "06:00", "Spät": "14:00"}, []),  # where the night begins is open: it would count as Spät
        ({**STARTS, "Nacht": "ignorieren"}, ["Früh", "Spät"]),
        ({"Früh": "06:00", "Spät": "ignorieren", "Nacht": "ignorieren"}, []),
        (dict.fromkeys(STARTS, "06:00"), []),
    ],
)
def test_only_a_whole_answer_counts(book: RuleBook, starts: dict[str, str], told: list[str]) -> None:
    found = {shift for shift in shifts_of(read(book, starts=starts)) if shift}
    assert found == {f"{shift} (aus Uhrzeit)" for shift in told}


@pytest.mark.parametrize(
    ("codes", "first"),
    [
        ([["F", "06:30", "14:00"], ["S", "13:30", "21:00"], ["N", "21:00", "06:30"]], "Nacht"),
        ([["FD", "05:30", "14:00"], ["SD", "13:30", "21:00"], ["ND", "21:00", "06:00"]], "Früh"),
        ([["F", "06:30", "14:00"], ["FD", "06:00", "14:00"], ["S", "13", "21"], ["N", "21", "06"]], ""),
        ([["F", "06:30", "14:00"], ["S", "13:30", "21:00"]], ""),
        ([["T1", "06:30", "14:00"], ["T2", "13:30", "21:00"], ["T3", "21:00", "06:30"]], ""),
    ],
)
def test_the_times_of_the_files_own_codes_say_it_as_well(book: RuleBook, codes: list[Any], first: str) -> None:
    """Where they say it of every shift, and of each one thing."""
    assert shifts_of(read(book, codes=codes))[0] == (f"{first} (aus Uhrzeit)" if first else "")


def test_the_homes_own_word_goes_before_the_files_codes(book: RuleBook) -> None:
    codes = [["F", "05:00", "14:00"], ["S", "13:30", "21:00"], ["N", "21:00", "06:30"]]
    assert shifts_of(read(book, starts=STARTS, codes=codes))[0] == "Nacht (aus Uhrzeit)"


@pytest.mark.parametrize(("written", "stored"), [("6:30", "06:30"), ("6.30 Uhr", "06:30"), ("0630", "06:30")])
def test_a_time_is_stored_in_one_way(book: RuleBook, written: str, stored: str) -> None:
    assert KINDS[SHIFT_START].target(written, "Früh", book) == stored


@pytest.mark.parametrize("written", ["", "morgens", "25:00", "06:00-14:00"])
def test_what_is_no_time_is_refused(book: RuleBook, written: str) -> None:
    assert KINDS[SHIFT_START].target(written, "Früh", book) == ""
