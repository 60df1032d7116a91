"""Which words of a short list another is like in its letters."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

from importers.values.spelling import clean

if TYPE_CHECKING:
    from collections.abc import Sequence

_LEAST: Final = 0.6
"""Likeness below this is chance."""

_SHORTENED: Final = 0.9
"""What a shortened abbreviation is like another: F* is not F."""

_TAIL: Final = re.compile(r"(?<=[^\W\d_])[\W\d_]+$")
"""What follows the letters of an abbreviation: F1, F*, F/2 are kinds of F."""


class Alike(NamedTuple):
    """A known word and how like it is, 0 to 1."""

    target: str
    score: float
    text: str


def alike(word: str, known: Sequence[tuple[str, str]], *, abbreviated: bool) -> list[Alike]:
    """Return what a word may mean, the likest first, no target twice.

    Parameters
    ----------
    known
        Known words: (target, word).
    abbreviated
        Whether words are abbreviations, of which F1 and F* are kinds of F.
    """
    from rapidfuzz import fuzz, process, utils  # noqa: PLC0415  # needed only where there are unknown words

    texts = [text for _, text in known]
    near = [
        # A word that holds all of a known one and more is not the same: the plain ratio breaks ties.
        ((0.9 * score + 0.1 * fuzz.ratio(part, text, processor=utils.default_process)) / 100, position)
        for part in ({word, _TAIL.sub("", word)} if abbreviated else {word})
        for text, score, position in process.extract(
            part, texts, scorer=fuzz.token_ratio, processor=utils.default_process, limit=None, score_cutoff=100 * _LEAST
        )
    ]
    if abbreviated:
        same = clean(word).casefold()
        near = [(score if texts[at].casefold() == same else _SHORTENED * score, at) for score, at in near]
    best: dict[str, Alike] = {}
    for score, position in sorted(near, reverse=True):
        target, text = known[position]
        best.setdefault(target, Alike(target, score, text))
    return list(best.values())
