"""How well a home's own name for an intervention agrees with what is known to mean an entry of the catalogue.

Three quarters are words (stems, parts of compounds, written-out abbreviations, one slip of the hand), one quarter is
short runs of letters; both count by their rarity. ``docs/adr/0023`` says why.
"""

from __future__ import annotations

import math
from collections import defaultdict
from itertools import chain, zip_longest
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from importers.home_words.letter_runs import LetterRuns
from importers.home_words.lexicon_files import grammar
from importers.home_words.word_parts import Splitter, core, plain, stem, tokens

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from importers.home_words.word_parts import Token

WORDS, LETTERS = 0.75, 0.25
"""What agreement in words and in runs of letters counts."""

_LEAST_LIKE, _ALIKE = 0.25, 0.6
"""Likeness in letters below this is chance; from that on nothing is more like."""

_HEAD, _COUNTER = 1.35, 0.35
"""What a word counts that means its entry whatever stands beside it, and an entry beside one of its counter-words."""

_ASIDE: Final = 0.35
"""What a word counts that is said in passing."""

_CUT_SHORT, _SLIP, _HALF = 0.8, 0.8, 0.7
"""How sure a word is that is cut short, one with a slip of the hand, and a compound of which half is known."""

_LIGHT: Final = 0.5
"""Weight of words such as "aus" and "ins"."""

_UNKNOWN: Final = 0.4
"""Weight of a word nobody knows, as a share of the rarest."""

_SAID: Final = 0.999
"""Strength of a phrase that is said as a whole."""

_WHOLE: Final = 1.5
"""How sharply a phrase loses where only part of it is said: its share to this power."""

_SHORTEST_CUT: Final = 3
"""Letters an abbreviated word needs to be believed; one more without its full stop."""

_LONG, _VERY_LONG = 5, 9
"""Letters of words in which one slip and two are believed."""


class Agreement(NamedTuple):
    """How well a text agrees with an entry (0 to 1), and the known words it is most like.

    Attributes
    ----------
    certain
        Share of the text that is said in whole phrases of the entry, without a slip and without guessing, 0 to 1.
    exact
        Whether the text is a known word in all that counts, and that means no other entry.
    """

    target: str
    score: float
    like: str
    certain: float = 0.0
    exact: bool = False


class _Phrase(NamedTuple):
    target: str
    text: str
    parts: frozenset[str]
    head: bool
    weight: float


class _Slot(NamedTuple):
    """A word of the text: what it counts, and the known stems it may be, with how surely."""

    weight: float
    stems: Mapping[str, float]


_Best = dict[str, tuple[float, int]]
"""Entry -> how well a text agrees with it, and the position of its best phrase."""


class Matcher:
    """Known words, and how well a text agrees with what they mean.

    Parameters
    ----------
    words
        Target -> words and phrases that mean it.
    heads
        Target -> words that mean it whatever stands beside them.
    counter_words
        Target -> words beside which it is not meant.
    """

    def __init__(
        self,
        words: Mapping[str, Iterable[str]],
        heads: Mapping[str, Iterable[str]],
        counter_words: Mapping[str, Iterable[str]],
    ) -> None:
        known = {
            (target, text): head
            for of_target, head in ((words, False), (heads, True))
            for target, texts in of_target.items()
            for text in texts
        }
        said = {text: tokens(text) for _, text in known}
        spoken = {token.text for some in said.values() for token in some}
        self._splitter = Splitter(spoken)
        self._spelled = {plain(word): self._splitter.parts(word) for word in sorted(spoken)}
        parts = {text: frozenset(chain.from_iterable(map(self._parts, some))) for text, some in said.items()}
        self._rarity = _rarity((target, parts[text]) for target, text in known)
        self._rarest = max(self._rarity.values())
        self._phrases = [
            _Phrase(target, text, parts[text], head, sum(self._rarity[part] for part in parts[text]))
            for (target, text), head in known.items()
            if parts[text]
        ]
        self._counter = {
            target: [frozenset(chain.from_iterable(map(self._parts, tokens(word)))) for word in some]
            for target, some in counter_words.items()
        }
        self._index(said)

    def _index(self, said: Mapping[str, Sequence[Token]]) -> None:
        self._postings: defaultdict[str, list[int]] = defaultdict(list)
        self._meanings: defaultdict[frozenset[str], set[str]] = defaultdict(set)
        for place, phrase in enumerate(self._phrases):
            self._meanings[phrase.parts].add(phrase.target)
            for part in phrase.parts:
                self._postings[part].append(place)
        self._letters = LetterRuns([_letters(said[phrase.text]) for phrase in self._phrases])

    def agreements(self, text: str) -> list[Agreement]:
        """Return the entries a text agrees with, the best first."""
        said = tokens(core(text))
        slots = [slot for token in said for slot in self._slots(token)]
        if not slots:
            return []
        (words, certain), letters = self._by_words(slots), self._by_letters(_letters(said))
        stems = frozenset(part for slot in slots for part, sure in slot.stems.items() if sure == 1)
        meant = self._meanings.get(stems, set()) if all(1 in slot.stems.values() for slot in slots) else set()
        agreements = []
        for target in words.keys() | letters.keys():
            by_words, by_letters = words.get(target, (0.0, -1)), letters.get(target, (0.0, -1))
            score = WORDS * by_words[0] + LETTERS * by_letters[0]
            if target not in meant and any(words <= stems for words in self._counter.get(target, ())):
                score *= _COUNTER
            like = self._phrases[(by_letters if by_letters[0] >= _ALIKE else max(by_words, by_letters))[1]].text
            agreements.append(Agreement(target, min(score, 1.0), like, certain.get(target, 0.0), meant == {target}))
        return sorted(agreements, key=lambda one: (not one.exact, -one.score, one.target))

    def _parts(self, token: Token) -> tuple[str, ...]:
        return self._splitter.parts(token.text)

    def _slots(self, token: Token) -> Iterator[_Slot]:
        """Yield what a word of the text may be, of a compound each part."""
        share = _ASIDE if token.aside else 1.0
        readings, sure = self._readings(token)
        for stems in zip_longest(*readings):
            known = {part: sure for part in stems if part in self._rarity}
            weight = max((self._rarity[part] for part in known), default=_UNKNOWN * self._rarest)
            yield _Slot(weight * share, known)

    def _readings(self, token: Token) -> tuple[list[tuple[str, ...]], float]:
        """Return what a word may be, each in its parts, and how surely: as it is, another form, cut short, mistyped."""
        parts = self._parts(token)
        if self._known(parts):
            return [parts], 1
        for form in _forms(stem(token.text)):
            if self._known(of_form := self._splitter.parts(form)):
                return [of_form], 1
        spelled = plain(token.text)
        if longer := self._longer(spelled, cut=token.cut):
            return longer, _CUT_SHORT
        if mistyped := self._mistyped(spelled):
            return mistyped, _SLIP
        halves = self._halves(token)
        return (halves, _HALF) if halves else ([parts], 1)

    def _longer(self, spelled: str, *, cut: bool) -> list[tuple[str, ...]]:
        """Return the words a text is the beginning of."""
        if len(spelled) < (_SHORTEST_CUT if cut else _SHORTEST_CUT + 1):
            return []
        return sorted({parts for word, parts in self._spelled.items() if word.startswith(spelled)})

    def _halves(self, token: Token) -> list[tuple[str, ...]]:
        """Return what a compound may be of which one part is cut short, or unknown: its end says more."""
        for known, rest in self._splitter.beginnings(token.text):
            if longer := self._longer(rest, cut=token.cut):
                return [(*self._splitter.parts(known), *parts) for parts in longer]
        if tail := self._splitter.tail(token.text):
            return [self._splitter.parts(tail)]
        return [self._splitter.parts(known) for known, _ in self._splitter.beginnings(token.text)][:1]

    def _mistyped(self, spelled: str) -> list[tuple[str, ...]]:
        from rapidfuzz import process  # noqa: PLC0415  # needed only where there are unknown words
        from rapidfuzz.distance import OSA  # noqa: PLC0415

        if len(spelled) < _LONG:
            return []
        most = 2 if len(spelled) >= _VERY_LONG else 1
        near = process.extract(spelled, self._spelled.keys(), scorer=OSA.distance, score_cutoff=most, limit=5)
        return [self._spelled[word] for word, distance, _ in near if distance == near[0][1]]

    def _known(self, parts: Iterable[str]) -> bool:
        return all(part in self._rarity for part in parts)

    def _by_words(self, slots: Sequence[_Slot]) -> tuple[_Best, dict[str, float]]:
        """Return for each entry the share of the text that its phrases explain with the best of them, and certainly."""
        strength = self._strength(slots)
        total = sum(slot.weight for slot in slots)
        explained: defaultdict[str, float] = defaultdict(float)
        certain: defaultdict[str, float] = defaultdict(float)
        best: _Best = {}
        for slot in slots:
            here: _Best = {}
            whole: set[str] = set()
            for part, sure in slot.stems.items():
                for place in self._postings[part]:
                    target = self._phrases[place].target
                    here[target] = max(here.get(target, (0.0, -1)), (strength[place] * sure, place))
                    if sure == 1 and strength[place] >= _SAID:
                        whole.add(target)
            for target, (share, place) in here.items():
                explained[target] += slot.weight * share
                best[target] = max(best.get(target, (0.0, -1)), (slot.weight * share, place))
            for target in whole:
                certain[target] += slot.weight / total
        return {target: (weight / total, best[target][1]) for target, weight in explained.items()}, certain

    def _strength(self, slots: Sequence[_Slot]) -> dict[int, float]:
        """Return for each phrase that shares a word with the text how much of it the text says."""
        said: defaultdict[int, dict[str, float]] = defaultdict(dict)
        for slot in slots:
            for part, sure in slot.stems.items():
                for place in self._postings[part]:
                    said[place][part] = max(said[place].get(part, 0.0), sure)
        return {
            place: (sum(self._rarity[part] * sure for part, sure in parts.items()) / self._phrases[place].weight)
            ** _WHOLE
            * (_HEAD if self._phrases[place].head else 1)
            for place, parts in said.items()
        }

    def _by_letters(self, text: str) -> _Best:
        likeness = self._letters.likeness(text)
        best: _Best = {}
        for place in np.flatnonzero(likeness > _LEAST_LIKE).tolist():
            target = self._phrases[place].target
            best[target] = max(best.get(target, (0.0, -1)), (float(likeness[place]), place))
        return best


def _letters(said: Iterable[Token]) -> str:
    return plain(" ".join(token.text for token in said))


def _forms(stemmed: str) -> Iterator[str]:
    """Yield what a stem may be a form of: "gewechselt" of "wechsel"."""
    yield stemmed.removesuffix("t")
    if stemmed.startswith("ge"):
        yield stemmed[2:]
        yield stem(stemmed[2:].removesuffix("t"))


def _rarity(users: Iterable[tuple[str, Iterable[str]]]) -> dict[str, float]:
    """Return for each stem how much it tells: the fewer entries use it, the more."""
    targets: defaultdict[str, set[str]] = defaultdict(set)
    for target, parts in users:
        for part in parts:
            targets[part].add(target)
    count = len(set().union(*targets.values()))
    rarity = {part: math.log((count + 1) / (len(by) + 0.5)) for part, by in targets.items()}
    return rarity | {part: _LIGHT for part in map(stem, grammar().light) if part in rarity}
