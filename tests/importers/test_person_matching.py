"""Two references to persons: alike in spelling is sure, alike by a slip is possible, false friends are never sure."""

from __future__ import annotations

import pytest

from importers.home_words.person_matching import Likeness, PersonReference, alike, suggest

AYSE = PersonReference("0042", "Müller-Özdemir", "Ayşe")
HOME = [
    AYSE,
    PersonReference("77", "Żeromska", "Halina"),
    PersonReference("12345", "Weber", "Christian"),
    PersonReference("P-017", "Le", "Anh"),
]


def matching(written: str, *known: PersonReference) -> list[tuple[int, bool]]:
    """Return who is suggested for what a file says, and whether as sure."""
    return [(place, like.sure) for place, like in suggest(PersonReference(written), known or HOME)]


@pytest.mark.parametrize(
    "written",
    [
        "42",
        "042",
        "000042",
        "42.0",
        "42,00",
        "0042.0",
        "Müller-Özdemir, Ayşe",
        "Ayşe Müller-Özdemir",
        "ayse mueller oezdemir",
        "MÜLLER ÖZDEMIR AYŞE",
        "Muller-Ozdemir, Ayse",
        "Frau Müller-Özdemir, Ayşe",
        "Dr. med. Ayşe Müller-Özdemir",
        "Müller–Özdemir ,  Ayşe",
        "A\N{LATIN SMALL LETTER Y}s\N{COMBINING CEDILLA}e Müller-Özdemir",
        "Müller-Özdemir, Ayşe (42)",
        "42 Müller-Özdemir",
        "Müller (Nr. 0042)",
        "Özdemir-Müller, Ayşe",
    ],
)
def test_another_spelling_is_sure(written: str) -> None:
    assert matching(written)[0] == (0, True)
    assert [sure for _, sure in matching(written)].count(True) == 1


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        ("Ay?e Müller-Özdemir", "verlorene Buchstaben"),
        ("M?ller-?zdemir, Ay\N{REPLACEMENT CHARACTER}e", "verlorene Buchstaben"),
        ("Müler-Özdemir, Ayşe", "ein Buchstabe anders"),
        ("Müller-Özedmir, Ayşe", "ein Buchstabe anders"),
        ("Müller-Özdemir, A.", "Anfangsbuchstabe"),
        ("A. Müller-Özdemir", "Anfangsbuchstabe"),
        ("Müller, Ayşe", "Doppelnamens"),
        ("Ayşe Özdemir", "Doppelnamens"),
        ("Müller-Özdemir", "nur der Nachname"),
        ("Frau Özdemir", "ein Teil des Nachnamens"),
        ("Ayşe, Müller-Özdemir", "vertauscht"),
        ("B42", "Buchstaben davor"),
        ("Huber (42)", "ein anderer Name"),
        ("Müller-Özdemir, Ayşe (99)", "eine andere Nummer"),
    ],
)
def test_slips_are_possible_matches(written: str, reason: str) -> None:
    place, like = suggest(PersonReference(written), HOME)[0]
    assert (place, like.sure) == (0, False)
    assert reason in like.reason


@pytest.mark.parametrize(
    "written",
    [
        "24",
        "4200",
        "420",
        "1042",
        "Meier",
        "Ayşe",
        "A.",
        "?",
        "???",
        "",
        " ",
        "-",
        "M?",
        "Müller, Kemal",
        "A. M.",
        "Özgül Müler",
        "Frau",
        "Dr.",
        "Springer",
        "Zimmer 42 links",
        "0042/1",
        "٤",
        "🙂",
        "x" * 10_000,
        " ".join(["Müller"] * 500),
    ],
)
def test_no_match_without_evidence(written: str) -> None:
    assert matching(written) == []


@pytest.mark.parametrize(
    ("written", "known"),
    [
        ("Müller, Anna", [("1", "Müller", "Anne"), ("2", "Müller", "Hanna")]),
        ("Müller, Ann?", [("1", "Müller", "Anna"), ("2", "Müller", "Anne")]),
        ("Müller", [("1", "Müller", "Anna"), ("2", "Müller", "Otto")]),
        ("Müller, A.", [("1", "Müller", "Anna"), ("2", "Müller", "Anton")]),
        ("Müller, Karl", [("1", "Müller", "Karl"), ("2", "Müller", "Karl")]),
        ("Karl Müller", [("1", "Müller", "Karl"), ("2", "Karl", "Müller")]),
        ("Christina Weber", [("5", "Weber", "Christian")]),
        ("Müller, Maria", [("5", "Müller", "Marie")]),
        ("12354", [("1", "", ""), ("12345", "", "")]),
        ("123", [("132", "Meier", "Ute")]),
        ("12345", [("12346", "", "")]),
        ("0042", [("042", "", ""), ("42.0", "", "")]),
        ("P17", [("17", "", "")]),
        ("Huber (42)", [("42", "Müller", "Karl")]),
    ],
)
def test_false_friends_are_never_sure(written: str, known: list[tuple[str, str, str]]) -> None:
    """Twins, father and son, swapped digits, the neighbour in the list."""
    people = [PersonReference(*one) for one in known]
    assert matching(written, *people)
    assert not any(sure for _, sure in matching(written, *people))


def test_father_and_son_under_two_numbers_are_not_one() -> None:
    like = alike(PersonReference("9", "Müller", "Karl"), PersonReference("1", "Müller", "Karl"))
    assert like is not None
    assert not like.sure
    assert "andere Nummer" in like.reason
    assert alike(PersonReference("9", "Müller", "Karl"), PersonReference("1", "Müller", "Kurt")) is None


@pytest.mark.parametrize(("written", "other"), [("12", "21"), ("1234", "1243"), ("P1234", "Q1234"), ("123", "1234")])
def test_numbers_that_only_look_alike(written: str, other: str) -> None:
    """Short numbers are all alike; another letter or length is another number."""
    like = alike(PersonReference(written), PersonReference(other))
    assert like is None or (not like.sure and like.score < 50)
    assert (like is None) == (written != "1234")


def test_the_likelier_comes_first_and_no_more_than_wanted() -> None:
    people = [
        PersonReference(str(number), "Müller", first_name)
        for number, first_name in enumerate(["Anne", "Kurt", "Anna", "Ana"])
    ]
    places = [place for place, _ in suggest(PersonReference("Müller, Anna"), people)]
    assert places == [2, 0]
    assert len(suggest(PersonReference("Müller"), people)) == 3
    assert len(suggest(PersonReference("Müller"), people, most=1)) == 1


def test_same_person_both_ways() -> None:
    """Likeness does not depend on who is asked about whom, and everyone is like themselves."""
    people = [
        *HOME,
        PersonReference("Ay?e Müller"),
        PersonReference("M. Karl"),
        PersonReference("P17"),
        PersonReference("Müller, Karl (3)"),
    ]
    for person in people:
        for other in people:
            assert alike(person, other) == alike(other, person)
        assert alike(person, person) is not None
    assert isinstance(alike(AYSE, AYSE), Likeness)


def test_particles_and_short_surnames_stay() -> None:
    assert matching("Anh Le") == [(3, True)]
    assert matching("17", PersonReference("P-017", "Le", "Anh")) == [(0, False)]
    assert matching("p 17") == [(3, True)]
    people = [PersonReference("1", "von der Heide", "Ute")]
    assert matching("Heide, Ute von der", *people) == [(0, True)]
    assert matching("Ute Heide", *people) == [(0, True)]
