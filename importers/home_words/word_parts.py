"""What of a home's own name for an intervention tells what it is, and the parts that two such names share.

"Medikamentengabe TÜ", "Med. geben 2x tgl." and "Medikamente geben" are one thing: how much help, how often and how
strong is cut off, words are stems, compounds their parts.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from importers.home_words.lexicon_files import abbreviations, grammar
from importers.values.spelling import clean, fold

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from importers.home_words.lexicon_files import Abbreviation

_TOKEN: Final = re.compile(
    r"(?P<letters>\b[^\W\d_](?:\.\s?[^\W\d_])+\b\.?)"
    r"|(?P<word>[^\W\d_]+\d?(?=\b|\d)|[^\W\d_]+)(?P<dot>\.?)|(?P<mark>[(),;:/+&])"
)
_LETTER: Final = "[^\\W\\d_]"
_LINKS: Final = ("", "s", "n", "en", "es", "er", "e")
"""What joins the parts of a compound."""

_PLAIN: Final = str.maketrans("äöü", "aou", "") | {ord("ß"): "ss"}
_SHORTEST: Final = 3
"""Letters of the shortest part of a compound."""


_LONG_PART: Final = 4
"""Letters of a word in which a compound is believed to begin or end whose other part nobody knows."""


class Token(NamedTuple):
    """A word of a text.

    Attributes
    ----------
    cut
        Whether a full stop follows: it may be an abbreviation.
    aside
        Whether it is said in passing: in brackets, or after "bei", "nach", "inkl.".
    """

    text: str
    cut: bool = False
    aside: bool = False


def core(word: str) -> str:
    """Return a word without what makes no other intervention of it.

    That is the degree of help at its end, doses, frequencies, numbers of standards, and the department before it.
    """
    text = clean(word)
    for pattern in _cuts():
        shorter = pattern.sub(" ", text).strip(" -–,;:/")
        text = shorter if len(fold(shorter)) > 1 else text
    return " ".join(text.split())


def family(word: str) -> str:
    """Return what all words of one family have in common: "Duschen A", "Duschen TÜ", "duschen 2x wö."."""
    return fold(core(word))


def tokens(text: str) -> list[Token]:
    """Return the words of a text that say anything, abbreviations written out."""
    written = list(_written(text))
    long = (
        Token(part, token.cut and part == token.text, token.aside)
        for token in written
        for part in _long(token, written).split()
    )
    fillers = grammar().fillers
    return [token for token in long if len(token.text.strip(".")) > 1 and fold(token.text) not in fillers]


def _written(text: str) -> Iterator[Token]:
    asides = grammar().asides
    aside = bracket = False
    first = True
    for match in _TOKEN.finditer(text):
        if mark := match["mark"]:
            bracket = mark == "(" or (bracket and mark != ")")
            aside = aside and mark not in {",", ";", "+", "&"}
        elif (word := _joined(match["letters"]) or match["word"]) and fold(word.partition(".")[0]) in asides:
            aside = not first
        elif word:
            yield Token(word, bool(match["dot"]), aside or bracket)
            first = False


def _joined(letters: str | None) -> str:
    """Return single letters with full stops as one abbreviation: "i. m." is "i.m."."""
    return ".".join(re.findall(_LETTER, letters)) + "." if letters else ""


def _long(token: Token, written: Sequence[Token]) -> str:
    """Return what an abbreviation stands for beside the other words, or the word itself."""
    candidates = _by_case().get(token.text, ()) or _by_letters().get(token.text.casefold(), ())
    if not candidates:
        return token.text
    beside = {stem(other.text) for other in written if other is not token}
    fitting = [one for one in candidates if beside & {stem(word) for word in one.beside}]
    chosen = fitting or [one for one in candidates if not one.beside]
    return chosen[0].long if chosen else token.text


@cache
def _by_case() -> Mapping[str, Sequence[Abbreviation]]:
    return _grouped((one.short, one) for one in abbreviations())


@cache
def _by_letters() -> Mapping[str, Sequence[Abbreviation]]:
    return _grouped((one.short.casefold(), one) for one in abbreviations() if not one.exact)


def _grouped(pairs: Iterable[tuple[str, Abbreviation]]) -> Mapping[str, Sequence[Abbreviation]]:
    grouped: dict[str, list[Abbreviation]] = {}
    for key, one in pairs:
        grouped.setdefault(key, []).append(one)
    return grouped


@cache
def _cuts() -> tuple[re.Pattern[str], ...]:
    said = grammar()
    lists = (said.degrees, said.departments, said.rubrics)
    degrees, departments, rubrics = ("|".join(map(re.escape, words)) for words in lists)
    return (
        re.compile(rf"^(?:(?:{departments}|{rubrics})\s*[:,–]\s*|(?:{departments})\s+)(?={_LETTER}{{2}})"),
        *(re.compile(pattern, re.IGNORECASE) for pattern in said.doses),
        re.compile(rf"(?:[\s,;/(\-–]+(?:{degrees}))+\)?\s*$"),
    )


@lru_cache(maxsize=20_000)
def stem(word: str) -> str:
    """Return the stem of a word: "Lagerung" and "lagern" have one, "Füße", "Fuesse" and "Fuß" too."""
    folded = word.casefold()
    if own := grammar().stems.get(plain(word)):
        return own
    for ending in ("ungen", "ung"):
        if folded.endswith(ending) and len(folded) - len(ending) > _SHORTEST:
            folded = folded.removesuffix(ending)
            break
    return str(_stemmer().stemWord(folded))


@cache
def _stemmer() -> Any:
    import snowballstemmer  # noqa: PLC0415  # needed only where there are unknown words

    return snowballstemmer.stemmer("german")


class Splitter:
    """Splits compounds along the words of a vocabulary: Verbandswechsel into the stems of Verband and Wechsel."""

    def __init__(self, words: Iterable[str]) -> None:
        without = grammar().fillers | grammar().light | set(map(stem, grammar().light))
        self._stems: dict[str, str] = {}
        for word in words:
            folded = plain(word)
            if len(folded) >= _SHORTEST and fold(word) not in without:
                self._stems[folded] = stem(word)
        stems = {one: one for one in self._stems.values() if len(one) >= _SHORTEST and one not in without}
        self._stems = stems | self._stems
        self._parts: dict[str, tuple[str, ...]] = {}

    def __contains__(self, stemmed: str) -> bool:
        return stemmed in self._stems

    def stems(self) -> Iterable[str]:
        """Return the stems of the vocabulary."""
        return set(self._stems.values())

    def parts(self, word: str) -> tuple[str, ...]:
        """Return the stems of the parts of a word; of one that is no compound its own."""
        key = plain(word)
        if key not in self._parts:
            whole = self._stems.get(key) or stem(word)
            self._parts[key] = self._split(key, whole) or (whole,)
        return self._parts[key]

    def _split(self, key: str, whole: str) -> tuple[str, ...]:
        for end in range(len(key) - _SHORTEST, _SHORTEST - 1, -1):
            left = self._left(key[:end])
            if not left:
                continue
            for rest, stemmed in ((key[end:], ""), (whole[end:], whole[end:])):
                right = self._stems.get(rest) or (stemmed if stemmed in self._stems else "")
                if right and len(rest) >= _SHORTEST:
                    return (*self.parts(left), *self.parts(rest))
                if len(rest) > 2 * _SHORTEST and (more := self._split(rest, stemmed)):
                    return (*self.parts(left), *more)
        return ()

    def tail(self, word: str) -> str:
        """Return the longest known word that a compound ends with, "" = none: of "Osterandacht" the Andacht."""
        key, whole = plain(word), stem(word)
        for begin in range(_SHORTEST, len(key) - _LONG_PART + 1):
            if known := self._stems.get(key[begin:]) or (whole[begin:] if whole[begin:] in self._stems else ""):
                return known
        return ""

    def beginnings(self, word: str) -> Iterator[tuple[str, str]]:
        """Yield the known words that a compound may begin with, the longest first, and the rest of it."""
        key = plain(word)
        for end in range(len(key) - _SHORTEST, _LONG_PART - 1, -1):
            if known := self._left(key[:end]):
                yield known, key[end:]

    def _left(self, text: str) -> str:
        for link in _LINKS:
            if text.endswith(link) and len(shorter := text.removesuffix(link)) >= _SHORTEST and shorter in self._stems:
                return shorter
        return ""


def plain(word: str) -> str:
    """Return a word in the letters of stems: small, without the dots of umlauts."""
    return word.casefold().translate(_PLAIN)
