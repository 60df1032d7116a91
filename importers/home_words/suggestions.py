"""What a home's own word probably means: a suggestion for the user to confirm, never applied automatically."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

from importers.home_words.kinds import QUALIFICATION
from importers.values import word_meanings
from importers.values.spelling import clean

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from importers.home_words.kinds import WordKind
    from rules.model import RuleBook

LEAST: Final = 60.0
"""Suggestions below this score (0 to 100) are noise and are not made."""

_TAIL: Final = re.compile(r"(?<=[^\W\d_])[\W\d_]+$")
"""What follows the letters of an abbreviation: F1, F*, F/2 are kinds of F."""


class NearWord(NamedTuple):
    """What a word might mean: target, similarity (0 to 100), and the known word it is like."""

    target: str
    score: float
    like: str


def suggest(
    kind: WordKind, words: Sequence[str], book: RuleBook, own: Iterable[tuple[str, str]] = (), limit: int = 3
) -> list[list[NearWord]]:
    """Suggest what words might mean, the most similar first.

    Parameters
    ----------
    words
        Words as they are in a file.
    own
        What the home has settled before: (target, word).
    limit
        Most suggestions for one word.

    Returns
    -------
    list
        For each word up to ``limit`` suggestions, no target twice. A suggestion is never applied automatically.
    """
    from rapidfuzz import fuzz, process, utils  # noqa: PLC0415  # needed only where there are unknown words

    pool = [*own, *kind.known_words(book)]
    texts = [text for _, text in pool]
    suggestions = []
    for word in words:
        near = [
            (0.9 * score + 0.1 * fuzz.ratio(part, text, processor=utils.default_process), position)
            for part in ({word, _TAIL.sub("", word)} if kind.abbreviated else {word})
            for text, score, position in process.extract(
                part, texts, scorer=fuzz.token_ratio, processor=utils.default_process, limit=None, score_cutoff=LEAST
            )
        ]  # A word that holds all of a known one and more is not the same: the plain ratio breaks ties.
        if kind.abbreviated:  # and F* is not F
            same = clean(word).casefold()
            near = [(score if texts[at].casefold() == same else 0.9 * score, at) for score, at in near]
        best: dict[str, NearWord] = {}
        for score, position in sorted(near, reverse=True):
            target, text = pool[position]
            best.setdefault(target, NearWord(target, round(score, 1), text))
        suggestions.append(list(best.values())[:limit])
    return suggestions


def doubt(kind: WordKind, word: str) -> str:
    """Return the sentence on how a word is read although it is not clear, "" = it is not read at all."""
    if kind.name != QUALIFICATION:
        return ""
    meaning = word_meanings.qualification(word)
    return meaning.doubt if meaning else ""
