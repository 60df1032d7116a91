"""What a home's own word probably means: a suggestion for the user to confirm, never applied automatically.

No number is shown: a suggestion fits very well or is possible, by how well it agrees and by how far it is ahead. What
agrees in all that counts (:attr:`NearWord.exact`) may be chosen beforehand, for a person to confirm all at once.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final, NamedTuple

from importers.home_words import lexicon_files, likeness
from importers.home_words.kinds import INTERVENTION, QUALIFICATION, level_target
from importers.home_words.lexicon_files import NOTHING
from importers.home_words.matching import Matcher
from importers.home_words.word_parts import core
from importers.values import word_meanings
from importers.values.spelling import clean, fold

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from importers.home_words.kinds import WordKind
    from importers.home_words.matching import Agreement
    from rules.model import RuleBook

FITS, POSSIBLE = "passt sehr gut", "möglich"
"""The bands, as pages and the command show them."""

MOST: Final = 3
"""Suggestions for one word."""

_LEAST: Final = 0.13
"""Agreement with an entry below this is noise."""

_FITS_ALIKE: Final = 0.9
"""Likeness above which another word fits very well."""

_FITS, _AHEAD, _AHEAD_OF_LEVEL = 0.6, 0.1, 0.2
"""What a suggestion that fits very well agrees at least, and is ahead of the next, and of one of another level."""

_AT_MOST: Final = 0.5
"""What others are at most where the home has said what a word means."""

_OWN: Final = 1.2
"""What counts more that the home has said itself."""

_CERTAIN: Final = 0.6
"""Share of the text that must be read without guessing for a suggestion to fit very well."""

NO_NURSE: Final = 3
"""Highest level of people without the training of a nurse."""

_NEAR: Final = 0.15
"""Within this the first and the next are a tie, to be told apart by a question."""


class NearWord(NamedTuple):
    """What a word might mean.

    Attributes
    ----------
    target
        What it might mean.
    band
        :data:`FITS` or :data:`POSSIBLE`.
    like
        The known word it is like.
    exact
        Whether it is a known word in all that counts, and that means nothing else.
    """

    target: str
    band: str
    like: str
    exact: bool = False


class Suggestions(NamedTuple):
    """What a word might mean, the likeliest first.

    Attributes
    ----------
    question
        What tells the first two apart where they are a tie, "" = they are none or nobody has said.
    split
        Whether the word often means both, so that it were better recorded separately.
    """

    nearest: tuple[NearWord, ...] = ()
    question: str = ""
    split: bool = False


def suggest(
    kind: WordKind, words: Sequence[str], book: RuleBook, own: Iterable[tuple[str, str]] = ()
) -> list[Suggestions]:
    """Suggest what words might mean; no target comes twice.

    Parameters
    ----------
    words
        Words as they are in a file.
    own
        What the home has settled before: (target, word).
    """
    settled = tuple(own)
    if kind.name != INTERVENTION:
        return _by_likeness(kind, words, [*settled, *kind.known_words(book)])
    catalogue, of_home = _catalogue(book), _of_home(settled) if settled else None
    levels = {entry.id: entry.base for entry in book.interventions}
    return [
        _weighed(_preferring(of_home.agreements(word) if of_home else [], catalogue.agreements(word)), levels)
        for word in words
    ]


@lru_cache(maxsize=4)
def _of_catalogue(entries: tuple[tuple[str, str], ...]) -> Matcher:
    """Return what is known of entries (id, title): their titles, and the lexicon."""
    lexicon = {
        target: entry for target, entry in lexicon_files.entries().items() if target in {NOTHING, *dict(entries)}
    }
    return Matcher(
        {target: (*entry.words, *([dict(entries)[target]] if target else [])) for target, entry in lexicon.items()}
        | {target: [title] for target, title in entries if target not in lexicon},
        {target: entry.heads for target, entry in lexicon.items()},
        {target: entry.counter_words for target, entry in lexicon.items()},
    )


def _catalogue(book: RuleBook) -> Matcher:
    return _of_catalogue(tuple((entry.id, entry.title) for entry in book.interventions))


@lru_cache(maxsize=8)
def _of_home(settled: tuple[tuple[str, str], ...]) -> Matcher:
    """Return what is known of a home's own words: each means what it was said to mean, whatever stands beside it."""
    words: dict[str, list[str]] = {}
    for target, word in settled:
        words.setdefault(target, []).append(core(word))
    return Matcher({}, words, {})


def _preferring(own: Sequence[Agreement], others: Sequence[Agreement]) -> list[Agreement]:
    """Return both together; what the home has said goes before what we know."""
    if own and own[0].exact:
        others = [one._replace(score=min(one.score, _AT_MOST), exact=False) for one in others]
    best: dict[str, Agreement] = {}
    own = [one._replace(score=min(_OWN * one.score, 1.0)) for one in own]
    for one in sorted((*own, *others), key=lambda one: (not one.exact, -one.score)):
        best.setdefault(one.target, one)
    return list(best.values())


def _weighed(agreements: Sequence[Agreement], levels: Mapping[str, int]) -> Suggestions:
    """Return the best of what an intervention may be, in bands."""
    good = [one for one in agreements if one.score >= _LEAST]
    if not good or good[0].target == NOTHING:
        return Suggestions()
    first, *rest = good
    level = levels.get(first.target)
    ahead = first.score - max((one.score for one in rest), default=0)
    of_level = first.score - max((one.score for one in rest if levels.get(one.target) != level), default=0)
    clear = first.certain >= _CERTAIN and ahead >= _AHEAD and of_level >= _AHEAD_OF_LEVEL
    fits = first.exact or (first.score >= _FITS and clear)
    shown = [one for one in good if one.target != NOTHING][:MOST]
    tie = {one.target for one in shown[:2] if first.score - one.score < _NEAR and not first.exact}
    asked = next((question for question in lexicon_files.questions() if question.between == tie), None)
    return Suggestions(
        tuple(NearWord(one.target, FITS if fits and one is first else POSSIBLE, one.like, one.exact) for one in shown),
        asked.text if asked else "",
        bool(asked and asked.split),
    )


def _by_likeness(kind: WordKind, words: Sequence[str], known: Sequence[tuple[str, str]]) -> list[Suggestions]:
    """Return what words of short lists might mean, by likeness of their letters."""
    suggestions = []
    for word in words:
        alike = likeness.alike(word, known, abbreviated=kind.abbreviated)
        most = max((one.score for one in alike), default=0.0)
        nearest = [
            NearWord(
                one.target,
                FITS if one.score > _FITS_ALIKE and one.score == most else POSSIBLE,
                one.text,
                _same(kind, word, one.text),
            )
            for one in alike
        ]
        if kind.name == QUALIFICATION and (meaning := word_meanings.qualification(word)):
            nearest = _behind(NearWord(level_target(meaning), FITS, word), nearest)
        suggestions.append(Suggestions(tuple(nearest[:MOST])))
    return suggestions


def _behind(read: NearWord, others: Iterable[NearWord]) -> list[NearWord]:
    """Return how a profession is read, and others behind it; none makes a nurse of who is none."""
    highest = max(int(read.target[0]), NO_NURSE)
    return [
        read,
        *(
            one._replace(band=POSSIBLE, exact=False)
            for one in others
            if one.target != read.target and int(one.target[0]) <= highest
        ),
    ]


def _same(kind: WordKind, word: str, known: str) -> bool:
    """Return whether a word is a known one; F* is not F, and nobody's times are known."""
    if kind.own_times:
        return False
    if kind.abbreviated:
        return clean(word).casefold() == clean(known).casefold()
    return fold(word) == fold(known)


def doubt(kind: WordKind, word: str) -> str:
    """Return the sentence on how a word is read although it is not clear, "" = it is not read at all."""
    if kind.name != QUALIFICATION:
        return ""
    meaning = word_meanings.qualification(word)
    return meaning.doubt if meaning else ""
