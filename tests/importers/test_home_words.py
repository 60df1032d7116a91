"""A home's own words: the right suggestion first, nothing for noise, every choice read again as it is called."""

from __future__ import annotations

from dataclasses import fields

import pytest
from hypothesis import given
from hypothesis import strategies as st

from importers.content.intervention_names import IGNORE, LATER, NO_ENTRY, SPLIT
from importers.conventions import HomeConventions
from importers.home_words.kinds import DUTY, INTERVENTION, KINDS, QUALIFICATION, WordKind
from importers.home_words.suggestions import FITS, MOST, POSSIBLE, doubt, suggest
from importers.rosters import shift_codes
from rules.model import RuleBook

CATALOGUE = KINDS[INTERVENTION]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Duschen", "4.12"),
        ("duschen inkl. Haarwäsche", "4.12"),
        ("Ganzkörperwäsche im Bett", "4.14"),
        ("Grundpflege komplett im Bett", "4.14"),
        ("Tabletten geben", "5.E17"),
        ("BZ-Kontrolle nüchtern", "5.E04"),
        ("Toilettengang mit Begleitung", "4.2"),
        ("Kompressionsstrümpfe anziehen", "5.E14"),
        ("Lagern / Positionswechsel", "1.2"),
        ("Essen reichen mittags", "4.17"),
        ("RR-Messung", "5.E26"),
        ("Insulingabe", "5.E12"),
        ("Koerperpflege: Baden", "4.11"),
        ("Intimpflege", "4.10"),
    ],
)
def test_the_right_entry_comes_first(book: RuleBook, name: str, expected: str) -> None:
    (offers,) = suggest(CATALOGUE, [name], book)
    assert offers.nearest[0].target == expected, offers


@pytest.mark.parametrize("name", ["Xyz", "", "12345", "???", "Ölwechsel am Dienstwagen"])
def test_noise_gets_no_suggestion(book: RuleBook, name: str) -> None:
    (offers,) = suggest(CATALOGUE, [name], book)
    assert not offers.nearest


def test_every_entry_is_found_by_its_own_title_and_listed_once(book: RuleBook) -> None:
    answers = suggest(CATALOGUE, [entry.title for entry in book.interventions], book)
    for entry, offers in zip(book.interventions, answers, strict=True):
        first = offers.nearest[0]
        assert (first.target, first.band, first.exact) == (entry.id, FITS, True), offers
        assert len({one.target for one in offers.nearest}) == len(offers.nearest) <= MOST


@pytest.mark.parametrize(
    ("kind", "word", "expected"),
    [
        ("qualifikation", "Pflegehelferin", "2"),
        ("qualifikation", "Gesundheits-/Krankenpflegerin", "4"),
        ("qualifikation", "Fachkraft für Gerontopsychiatrie", "5"),
        ("qualifikation", "Betreuungskraft (§ 43b)", "1 betreuung-43b"),
        ("rolle", "stellv. PDL", "Pflegedienstleitung"),
        ("rolle", "Betreuung 43b", "betreuung-43b"),
        ("schicht", "F1", "Früh"),
        ("schicht", "Nachtw.", "Nacht"),
        ("schicht", "N*", "Nacht"),
        ("dienst", "F12", "06:00-14:00"),
        ("dienst", "SD", "13:30-21:30"),
        ("dienst", "Berufsschule", "frei"),
    ],
)
def test_words_of_other_kinds_get_usual_suggestions(book: RuleBook, kind: str, word: str, expected: str) -> None:
    (offers,) = suggest(KINDS[kind], [word], book)
    assert offers.nearest[0].target == expected, offers


def test_earlier_answers_of_the_home_are_suggested_too(book: RuleBook) -> None:
    (offers,) = suggest(CATALOGUE, ["Kaffeerunde am Freitag"], book, own=[(IGNORE, "Kaffeerunde")])
    assert (offers.nearest[0].target, offers.nearest[0].like) == (IGNORE, "Kaffeerunde")


def test_a_shortened_abbreviation_is_never_as_like_as_the_same_one(book: RuleBook) -> None:
    same, other = suggest(KINDS[DUTY], ["F", "F7"], book)
    assert (same.nearest[0].band, same.nearest[0].exact) == (FITS, False), "every home sets its times itself"
    assert (other.nearest[0].band, other.nearest[0].exact) == (POSSIBLE, False)


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_every_choice_and_suggestion_is_read_again_as_it_is_called(book: RuleBook, kind: WordKind) -> None:
    """What a page or a table shows comes back as what it was."""
    offered = {target for target, _ in kind.known_words(book)}
    for target in {*kind.choices(book), *offered}:
        assert kind.target(kind.called(target, book), "ein Wort", book) == target
        assert kind.target(target, "ein Wort", book) == target
    assert kind.target("  SPÄTER ", "ein Wort", book) == LATER
    for answer in (IGNORE, SPLIT, NO_ENTRY):
        assert kind.target(answer.capitalize(), "ein Wort", book) == (answer if answer in kind.answers else "")
    assert kind.target("", "", book) == ""


def test_each_kind_has_its_field_in_the_conventions() -> None:
    assert {kind.field for kind in KINDS.values()} == {one.name for one in fields(HomeConventions)} - {"profiles"}


@pytest.mark.parametrize(
    "written",
    ["", "9", "25:00-26:00", "06:00", "06:00-14:00/13:00-15:00", "06:00-06:30, Pause 30", "Frühdienst", "frei, krank"],
)
def test_roster_code_needs_valid_times(book: RuleBook, written: str) -> None:
    assert KINDS[DUTY].target(written, "F1", book) == ""


@given(
    spans=st.lists(st.tuples(st.integers(0, 1439), st.integers(0, 1439)), min_size=1, max_size=4),
    pause=st.integers(0, 300),
)
def test_stored_times_are_valid_shifts(spans: list[tuple[int, int]], pause: int) -> None:
    """Property: nothing overlaps and some time is left, whatever was written."""
    parts = [f"{a // 60:02d}:{a % 60:02d}-{b // 60:02d}:{b % 60:02d}" for a, b in spans]
    kept = KINDS[DUTY].read(f"{'/'.join(parts)}, Pause {pause}", "X", None)
    meant = sorted(shift_codes.shift(f"{'/'.join(parts)}, Pause {pause}").spans)
    minutes = {minute for start, end in meant for minute in range(start, end)}
    total = sum(end - start for start, end in meant)
    assert bool(kept) == (len(minutes) == total > pause)


@pytest.mark.parametrize("word", ["3", "QN 3", "qn-8"])
def test_a_level_needs_no_meaning(book: RuleBook, word: str) -> None:
    assert KINDS[QUALIFICATION].explains_itself(word, book)
    assert not KINDS[QUALIFICATION].explains_itself("Helfer", book)


def test_unclear_profession_shows_its_provisional_reading() -> None:
    assert "es gilt QN 2" in doubt(KINDS[QUALIFICATION], "PHK")
    assert doubt(KINDS[QUALIFICATION], "Raumpfleger") == doubt(KINDS[DUTY], "PHK") == ""


def test_roster_codes_are_distinguished_by_case_and_signs() -> None:
    assert len({KINDS[DUTY].key(code) for code in ("F", "f", "F*", "F-1", " F ")}) == 4
