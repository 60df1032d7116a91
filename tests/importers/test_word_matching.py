"""Names of interventions in a home's own words: never a harmful confusion, bands that hold, one question a family."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path
from typing import Final

import pytest
import yaml

from importers.home_words import lexicon_files, word_parts
from importers.home_words.kinds import INTERVENTION, KINDS
from importers.home_words.lexicon_files import NOTHING
from importers.home_words.suggestions import FITS, POSSIBLE, Suggestions, suggest
from rules.model import RuleBook
from tests.support.importers.home_words import WORDS

CATALOGUE = KINDS[INTERVENTION]

CONFUSED: Final = [
    ("Hörgerät anziehen / ausziehen", "5.E09", "4.1"),
    ("Brille anziehen / ausziehen", "5.E09", "4.1"),
    ("ATS Strümpfe anziehen/ausziehen", "5.E14", "4.1"),
    ("Ortungsgerät anziehen / ausziehen", "3.3", "4.1"),
    ("Beinprothese anziehen", "5.E09", "4.1"),
    ("Hüftprotektor anziehen", "5.E09", "4.1"),
    ("Medikamente, Augensalbe verabreichen", "5.E03", "5.E17"),
    ("Medikamente, Augentropfen verabreichen", "5.E03", "5.E17"),
    ("Medikamente, Nasenspray geben", "5.E03", "5.E17"),
    ("Beratungsgespräch (Sturzprophylaxe)", "7.E09", "5.E20"),
    ("Beratung Dekubitusprophylaxe", "7.E09", "5.E20"),
    ("ERGO KiGa Besuch", "2.7", "6.E03"),
    ("Tische rücken f. Gottesdienst", "8.E09", "2.15"),
    ("Stühle stellen für die Andacht", "8.E09", "2.15"),
    ("Tochter im Transfer schulen", "7.E09", "1.3"),
    ("Sohn im Umgang mit Insulin anleiten", "7.E09", "5.E12"),
    ("Visite Pflege b. Bew. (WBL)", "7.E06", "5.E02"),
    ("Anleitung für Motorschiene", "1.1", "7.E10"),
    ("Anleitung zum Anlegen des Stützkorsetts", "5.E09", "7.E10"),
    ("Anleitung zur Behandlungspflege", "7.E09", "7.E10"),
    ("Medikamente, Injektion i.v.", "5.E10", "5.E13"),
    ("Medikamente, Injektion subcutan", "5.E12", "5.E13"),
    ("Medikamente, Injektion i.m.", "5.E13", "5.E12"),
    ("Wechsel Windelhose", "4.2", "5.3"),
    ("Vorlagen Wechsel", "4.2", "5.3"),
    ("Inkontinenzmaterial wechsel", "4.2", "5.3"),
    ("Rollator, Wartung", "8.E06", "5.E04"),
    ("Rollstuhl, Wartung", "8.E06", "5.E04"),
    ("Geristuhl, Wartung", "8.E06", "5.E04"),
    ("Hörgerät, Wartung", "8.E06", "5.E04"),
    ("Wechseldruckmatratze", "5.E20", "5.E04"),
    ("Tracheostoma, Wechsel Innenkanüle", "5.E25", "5.3"),
    ("Tracheostoma, Wechsel Kompresse", "5.E25", "5.3"),
    ("Tracheostoma, Wechsel der Kanüle", "5.E25", "5.3"),
    ("Ernährungsberatung", "7.E09", "4.4"),
    ("Medis richten", "5.E16", "4.18"),
]
"""Names, what they mean, and what one shared word or alike letters once made of them."""


def one(book: RuleBook, word: str) -> Suggestions:
    (offers,) = suggest(CATALOGUE, [word], book)
    return offers


@pytest.mark.parametrize(("word", "right", "wrong"), CONFUSED)
def test_harmful_confusions_do_not_come_back(book: RuleBook, word: str, right: str, wrong: str) -> None:
    first, *_ = one(book, word).nearest
    assert first.target == right != wrong
    assert not [near for near in one(book, word).nearest if near.target == wrong and near.band == FITS]


def test_a_suggestion_that_fits_very_well_is_never_of_another_level(book: RuleBook) -> None:
    """Over 330 names of several styles: most first suggestions are right, and those that fit very well nearly all."""
    levels = {entry.id: entry.base for entry in book.interventions}
    labelled = [(word, right.split(" ")) for right, words in WORDS.items() for word in words]
    right, fitting = [], []
    for (word, targets), offers in zip(labelled, suggest(CATALOGUE, [word for word, _ in labelled], book), strict=True):
        first = offers.nearest[0] if offers.nearest else None
        right.append((first.target if first else NOTHING) in targets)
        if first and first.band == FITS:
            fitting.append(first.target in targets)
            assert levels[first.target] in {levels[target] for target in targets if target}, (word, first)
    assert len(labelled) > 320
    assert sum(right) >= 0.9 * len(right)
    assert len(fitting) >= 0.5 * len(labelled)
    assert sum(fitting) >= 0.98 * len(fitting)


@pytest.mark.parametrize(
    ("word", "targets", "question"),
    [
        ("Verbandwechsel", {"5.E27", "5.E28"}, "einfach oder chronisch"),
        ("VW", {"5.E27", "5.E28"}, "einfach oder chronisch"),
        ("Injektion", {"5.E12", "5.E13"}, "s.c."),
        ("Spritze geben", {"5.E12", "5.E13"}, "i.m."),
        ("Medikamente", {"5.E16", "5.E17"}, "gestellt oder gegeben"),
        ("Körperpflege", {"4.13", "4.14"}, "Waschbecken oder im Bett"),
        ("Übergabe", {"7.E14", "7.E15"}, "geleitet"),
    ],
)
def test_a_near_tie_asks_what_tells_the_entries_apart(
    book: RuleBook, word: str, targets: set[str], question: str
) -> None:
    offers = one(book, word)
    assert {near.target for near in offers.nearest[:2]} == targets
    assert question in offers.question
    assert {near.band for near in offers.nearest} == {POSSIBLE}
    assert not [near for near in offers.nearest if near.exact]


@pytest.mark.parametrize(
    ("words", "target"),
    [
        (["Duschen", "Duschen A", "Duschen TÜ", "Duschen VÜ", "duschen (TÜ)", "Duschen - A", "Duschen 2x wö."], "4.12"),
        (["Insulin", "Insulin 12 IE", "Insulin 3x tgl.", "Insulin 8 IE U"], "5.E12"),
        (
            ["Nagelpflege", "ERGO Nagelpflege", "Nagelpflege Standard Nr. 7", "LK 14 Nagelpflege", "3. Nagelpflege"],
            "4.15",
        ),
    ],
)
def test_a_family_differs_in_help_dose_department_alone_and_is_one_question(
    book: RuleBook, words: list[str], target: str
) -> None:
    assert len({CATALOGUE.family(word) for word in words}) == 1
    for offers in suggest(CATALOGUE, words, book):
        assert (offers.nearest[0].target, offers.nearest[0].exact) == (target, True)


@pytest.mark.parametrize(
    ("left", "right"),
    [("Waschen im Bett", "Waschen am Waschbecken"), ("Vitamin B", "Vitamin C"), ("A", "TÜ"), ("Duschen", "Baden TÜ")],
)
def test_what_is_another_intervention_is_another_family(left: str, right: str) -> None:
    assert CATALOGUE.family(left) != CATALOGUE.family(right)


@pytest.mark.parametrize(
    ("word", "target"),
    [
        ("BW wechseln", "8.E01"),
        ("Gespräch mit BW", "6.E03"),
        ("AT 2x", "5.E03"),
        ("KG nachts", "7.E21"),
        ("TS-Pflege", "5.E25"),
        ("MP ändern", "7.E02"),
        ("MP morgens", "4.16"),
    ],
)
def test_a_two_sided_abbreviation_follows_its_case_and_the_words_beside_it(
    book: RuleBook, word: str, target: str
) -> None:
    assert one(book, word).nearest[0].target == target


@pytest.mark.parametrize("word", ["gewechselte Vorlage", "Vorlagenwechsl", "Wechsel v. Vorlagen", "Vorl. wechs."])
def test_forms_compounds_slips_and_cut_words_are_one(book: RuleBook, word: str) -> None:
    assert one(book, word).nearest[0].target == "4.2"


def test_the_home_itself_goes_before_what_we_know(book: RuleBook) -> None:
    """Of its own word and of one with another degree of help; a word that holds more is no exact one."""
    own = [("1.1", "Duschen"), ("aufteilen", "Grundpflege komplett")]
    same, family, more, split = suggest(
        CATALOGUE, ["duschen", "Duschen VÜ", "Duschen im Sitzen", "Grundpflege komplett A"], book, own
    )
    for offers in (same, family):
        assert (offers.nearest[0].target, offers.nearest[0].exact) == ("1.1", True)
    assert not more.nearest[0].exact
    assert (split.nearest[0].target, split.nearest[0].exact) == ("aufteilen", True)


def test_every_entry_of_the_catalogue_has_words_with_their_sources(book: RuleBook) -> None:
    path = Path(lexicon_files.__file__).with_name("lexicon") / "entries.yaml"
    content = yaml.safe_load(path.read_text("utf-8"))
    assert set(content["eintraege"]) == {*book.index, NOTHING}
    for target, entry in content["eintraege"].items():
        assert entry["quelle"], target
        assert set(entry["quelle"]) <= set(content["quellen"]), target
        assert entry["kopf"], target
        assert entry["worte"], target


def test_a_phrase_of_two_entries_has_its_question(book: RuleBook) -> None:
    """Otherwise the first of them by number would win without a word."""
    asked = {question.between for question in lexicon_files.questions()}
    assert all(between <= set(book.index) for between in asked)
    phrases = [
        (target, word_parts.tokens(phrase))
        for target, entry in lexicon_files.entries().items()
        for phrase in (*entry.words, *entry.heads)
    ]
    splitter = word_parts.Splitter(token.text for _, tokens in phrases for token in tokens)
    meant: defaultdict[frozenset[str], set[str]] = defaultdict(set)
    for target, tokens in phrases:
        meant[frozenset(part for token in tokens for part in splitter.parts(token.text))].add(target)
    assert not [(words, targets) for words, targets in meant.items() if len(targets) > 1 and targets not in asked]


def test_an_abbreviation_has_one_meaning_beside_the_same_words() -> None:
    seen = [(one.short, word) for one in lexicon_files.abbreviations() for word in one.beside or ("",)]
    assert sorted({pair for pair in seen if seen.count(pair) > 1}) == []
