"""How alike two references to persons are, and why: a suggestion to the person who decides, never a decision.

Sure is only what differs in the way it is written and in nothing else: a number with other zeros, the same name in
another order. What one slip of the hand could have made (a letter, two digits swapped, a lost sign), a surname alone or
a name under another number may as well be twins, father and son, or the neighbour: it is suggested as possible.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import permutations
from typing import TYPE_CHECKING, Final, NamedTuple

from rapidfuzz.distance import OSA

from importers.values.spelling import LOST, clean, fold, spellings

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

MOST: Final = 3
"""Suggestions for one reference."""

_TITLES: Final = re.compile(
    r"(?:frau|herrn?|fr|hr|hrn|drs?|prof|med|rer|nat|phil|jur|dipl|ing|sr|schw|schwester|br|bruder|pfleger|pflegerin|"
    r"pfl|pfk|bew|bewohner|bewohnerin)"
)
_PARTICLES: Final = re.compile("von|van|de|der|den|zu|zur|zum|vom")
_MOST_DIFFERING: Final = 4
"""Names in which more words differ have nothing in common."""

_NUMBER: Final = re.compile(r"([^\W\d_]{0,4})\D{0,2}?0*(\d+)(?:[.,]0+)?")
_IN_BRACKETS: Final = re.compile(r"(.+?) ?[(\[](?:nr\.? ?)?([^()\[\]]*\d[^()\[\]]*)[)\]]", re.IGNORECASE)
_NUMBER_FIRST: Final = re.compile(r"([^\s,]*\d[^\s,]*)[ ,:;\-–]+(\D+)")
_LOST_LETTER: Final = "[a-z]{1,2}"
"""What a "?" may stand for: one letter that a character set lacked, which folding may have made two."""

_SWAPPED_DIGITS, _ONE_DIGIT = 3, 5
"""Digits a number needs so that two swapped ones, or one that differs, say anything."""


@dataclass(frozen=True)
class PersonReference:
    """A person as a file or the home's own list gives one.

    Attributes
    ----------
    number
        Number, or what stands in its place: "42.0", "Müller, Ayşe", "Müller (42)".
    """

    number: str
    name: str = ""
    given: str = ""

    @cached_property
    def digits(self) -> tuple[str, str]:
        """Letters and digits of the number without what programs add or take away, ("", "") without a number."""
        match = _NUMBER.fullmatch(_apart(self.number)[0].casefold().strip())
        return (match[1], match[2]) if match else ("", "")

    @cached_property
    def surnames(self) -> tuple[_Word, ...]:
        """Words of the surname, where it is distinguishable from the given names."""
        return _words(self._names[0])

    @cached_property
    def givens(self) -> tuple[_Word, ...]:
        """Words of the given names, where they are distinguishable from the surname."""
        return _words(self._names[1])

    @cached_property
    def words(self) -> tuple[_Word, ...]:
        """All words of the name."""
        return self.surnames + self.givens

    @cached_property
    def ordered(self) -> bool:
        """Whether it is known which of the words are the surname."""
        return bool(self.name) or "," in _apart(self.number)[1]

    @property
    def _names(self) -> tuple[str, str]:
        if self.name or self.given:
            return self.name, self.given
        last, _, first = _apart(self.number)[1].partition(",")
        return last, first


@dataclass(frozen=True, slots=True)
class Likeness:
    """How alike two references are.

    Attributes
    ----------
    score
        1 to 100, to put suggestions in order; no probability.
    reason
        What agrees and what does not, in German. It may quote digits: it must stay where the names stay (T1).
    sure
        They differ in spelling alone, and no other person compared does.
    """

    score: int
    reason: str
    sure: bool = False


class _Word(NamedTuple):
    """A word of a name in both spellings of its umlauts."""

    long: str
    short: str


class _Fit(NamedTuple):
    """How one word agrees with another: best first."""

    cost: int
    why: str


_SAME: Final = _Fit(0, "")
_LETTERS: Final = _Fit(10, "verlorene Buchstaben ergänzt")
_INITIAL: Final = _Fit(15, "nur ein Anfangsbuchstabe")
_TYPING: Final = _Fit(20, "ein Buchstabe anders")


def suggest(unknown: PersonReference, known: Sequence[PersonReference], most: int = MOST) -> list[tuple[int, Likeness]]:
    """Return whom a reference may mean, the likeliest first, as positions in ``known``.

    Where two fit equally well (twins, father and son), neither is sure.
    """
    suggestions = [(place, like) for place, person in enumerate(known) if (like := alike(unknown, person))]
    suggestions.sort(key=lambda pair: (-pair[1].score, pair[0]))
    if sum(like.sure for _, like in suggestions) > 1:
        suggestions = [
            (place, replace(like, sure=False, reason=f"{like.reason}; das trifft auf mehrere Personen zu"))
            if like.sure
            else (place, like)
            for place, like in suggestions
        ]
    return suggestions[:most]


def alike(unknown: PersonReference, known: PersonReference) -> Likeness | None:
    """Return how alike two references are; None where nothing speaks for one person."""
    number, name = _numbers(unknown, known), _names(unknown, known)
    if number and number.sure and unknown.words and known.words:
        # A number that is used twice is commoner than a name that changes as a whole.
        if name is None:
            return Likeness(50, f"{number.reason}, aber ein anderer Name")
        return Likeness(number.score, f"{number.reason}; {name.reason}", sure=True)
    if name and not number and unknown.digits[1] and known.digits[1]:
        return Likeness(max(name.score - 15, 1), f"{name.reason}, aber eine andere Nummer")
    if name and number and not number.sure:
        return Likeness(min(name.score + 5, 95), f"{name.reason}; {number.reason}")
    return number or name


def _numbers(left: PersonReference, right: PersonReference) -> Likeness | None:
    (letters, digits), (other_letters, other_digits) = left.digits, right.digits
    if not digits or not other_digits:
        return None
    if digits == other_digits:
        if letters == other_letters:
            return Likeness(100, "gleiche Nummer, anders geschrieben", sure=True)
        if not (letters and other_letters):
            return Likeness(80, "gleiche Ziffern, aber die Buchstaben davor fehlen")
        return None
    if letters != other_letters:
        return None
    if len(digits) == len(other_digits) >= _SWAPPED_DIGITS and OSA.distance(digits, other_digits) == 1:
        if sorted(digits) == sorted(other_digits):
            return Likeness(40, "in der Nummer sind zwei Ziffern vertauscht")
        if len(digits) >= _ONE_DIGIT:
            return Likeness(30, "in der Nummer ist eine Ziffer anders")
    return None


def _names(left: PersonReference, right: PersonReference) -> Likeness | None:
    if not left.words or not right.words:
        return None
    fit = _whole(left, right)
    return fit or _part(left, right)


def _whole(left: PersonReference, right: PersonReference) -> Likeness | None:
    """Compare two names of which each word has its partner."""
    if len(left.words) != len(right.words) or len(left.words) < 2:
        return None
    fits = _paired(list(left.words), list(right.words))
    if fits is None or (len(fits) == len(left.words) and all(fit is _INITIAL for fit in fits)):
        return None
    if not fits:
        if left.ordered and right.ordered and not _same_words(left.surnames, right.surnames):
            return Likeness(75, "gleicher Name, aber Vor- und Nachname vertauscht oder anders verbunden")
        return Likeness(98, "gleicher Name", sure=True)
    if len(fits) > 1 and any(fit is not _LETTERS for fit in fits):
        return None  # two slips in one name are another name
    return Likeness(95 - fits[0].cost - 5 * (len(fits) - 1), f"gleicher Name bis auf: {fits[0].why}")


def _paired(left: list[_Word], right: list[_Word]) -> tuple[_Fit, ...] | None:
    """Return how the words that differ agree in their best pairing, None where one has no partner."""
    for word in tuple(left):
        if twin := next((full for full in right if _fit(word, full) is _SAME), None):
            left.remove(word)
            right.remove(twin)
    if len(left) > _MOST_DIFFERING:
        return None
    pairings = (tuple(_fit(*pair) for pair in zip(left, order, strict=True)) for order in permutations(right))
    whole = [tuple(fit for fit in fits if fit) for fits in pairings if all(fits)]
    return min(whole, key=lambda fits: sum(fit.cost for fit in fits), default=None)


def _part(left: PersonReference, right: PersonReference) -> Likeness | None:
    """Compare two names of which one says less: a surname alone, half of a double name, one given name of two."""
    less, more = sorted((left, right), key=lambda reference: len(reference.words))
    if not more.ordered or len(less.words) == len(more.words):
        return None
    if not all(any(_fit(word, full) is _SAME for full in more.words) for word in less.words):
        return None
    surname = [word for word in less.words if any(_fit(word, full) is _SAME for full in more.surnames)]
    if not surname:
        return None
    if len(surname) < len(less.words):
        whole = len(surname) == len(more.surnames)
        return Likeness(78, "ein Vorname fehlt" if whole else "ein Teil des Doppelnamens fehlt")
    if less.givens or (more.givens and len(surname) < len(more.surnames)):
        return Likeness(45, "nur ein Teil des Nachnamens ist gleich")
    return Likeness(60, "nur der Nachname ist gleich")


def _fit(left: _Word, right: _Word) -> _Fit | None:
    if {left.long, left.short} & {right.long, right.short}:
        return _SAME
    for written, full in ((left, right), (right, left)):
        if any(mark in written.long for mark in LOST):
            pattern = re.compile(_LOST_LETTER.join(map(re.escape, re.split(f"[{re.escape(LOST)}]", written.long))))
            letters = sum(sign.isalpha() for sign in written.long)
            return _LETTERS if letters > 1 and any(pattern.fullmatch(form) for form in full) else None
        if len(written.long) == 1:
            return _INITIAL if full.long.startswith(written.long) else None
    shorter = min(len(left.short), len(right.short))
    return _TYPING if shorter > 3 and OSA.distance(left.short, right.short, score_cutoff=1) == 1 else None


def _same_words(left: Sequence[_Word], right: Sequence[_Word]) -> bool:
    return len(left) == len(right) and all(any(_fit(word, twin) is _SAME for twin in right) for word in left)


def _words(name: str) -> tuple[_Word, ...]:
    marked = re.sub("[.,;:/'’`´()]+", " ", clean(name))
    spelled = (_Word(*spellings(word)) for part in marked.split() for word in _split(part))
    words = tuple(word for word in spelled if not _TITLES.fullmatch(word.long))
    return tuple(word for word in words if not _PARTICLES.fullmatch(word.long)) or words


def _split(part: str) -> Iterable[str]:
    # Folding takes a lost letter at an edge for punctuation of the text: it must stay in its word.
    return (piece for piece in re.split(r"[\-–_]+", part) if fold(piece))


def _apart(text: str) -> tuple[str, str]:
    """Return number and name of what stands in place of a number."""
    written = clean(text)
    if match := _IN_BRACKETS.fullmatch(written):
        return match[2].strip(), match[1]
    if match := _NUMBER_FIRST.fullmatch(written):
        return match[1], match[2]
    if any(sign.isdigit() for sign in written):
        return written, ""
    return "", written
