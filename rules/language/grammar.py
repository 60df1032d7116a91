"""Reading conditions: recursive descent over their words, with the position of every mistake."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Final, Literal

from rules.language.syntax import (
    INTERVENTION_ITEMS,
    Always,
    And,
    AtLeast,
    Certified,
    Condition,
    LargestComparison,
    Not,
    Or,
    PflegegradComparison,
    PunktbereichComparison,
    Reserved,
    Unstable,
)
from rules.problem import closest
from rules.vocabulary import FREQUENCY_ITEMS, GRADED_ITEMS

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

_TOKEN: Final = re.compile(r"\s*(?:(\d+\.\d+)|(\d+)|(>=|<=|=|>|<)|([(),])|([^\W\d_][\w-]*)|(\S))")
_STRICT: Final[Mapping[str, tuple[str, int]]] = {"<": ("<=", -1), ">": (">=", 1)}
_SCALES: Final[Mapping[str, int]] = {"grad": 3, "häufigkeit": 3, "punktbereich": 4, "pflegegrad": 5}
"""Largest value of each measure; all begin at 0."""

_MODULES: Final = tuple("123456")
_DEEPEST: Final = 20
_POSSIBLE: Final[Mapping[str, str]] = {
    "immer": "immer",
    "vorbehaltsaufgabe": "vorbehaltsaufgabe",
    "instabil": "instabil",
    "grad": "grad(…)",
    "häufigkeit": "häufigkeit(…)",
    "punktbereich": "punktbereich(…)",
    "pflegegrad": "pflegegrad",
    "zertifikat": "zertifikat(…)",
    "mindestens": "mindestens n von (…)",
    "nicht": "nicht",
    "(": "( )",
}


class ConditionError(ValueError):
    """A condition cannot be read. ``position`` counts characters from 0."""

    def __init__(self, message: str, position: int) -> None:
        super().__init__(message)
        self.position = position


def parse(text: str, criteria: Collection[str] | None = None, certificates: Collection[str] | None = None) -> Condition:
    """Read a condition.

    Parameters
    ----------
    text
        The words of the condition.
    criteria, certificates
        Known ids of instability criteria and known certificates; None = any is taken.

    Raises
    ------
    ConditionError
        With the position of the first thing that cannot be read and what would be right there.
    """
    return _Reader(unicodedata.normalize("NFC", text), criteria, certificates).whole()


class _Reader:
    """The words of one condition and how far they are read."""

    def __init__(self, text: str, criteria: Collection[str] | None, certificates: Collection[str] | None) -> None:
        self._text = text
        self._criteria = criteria
        self._certificates = certificates
        self._tokens = [
            (m.group().strip(), m.start() + len(m.group()) - len(m.group().lstrip()))
            for m in _TOKEN.finditer(text)
            if m.group().strip()
        ]
        self._next = 0
        self._depth = 0

    def _peek(self) -> str:
        return self._tokens[self._next][0] if self._next < len(self._tokens) else ""

    def _take(self, *tokens: str) -> str:
        token = self._peek()
        if tokens and token not in tokens:
            expected = " oder ".join(f"„{word}“" for word in tokens)
            there = f"es steht aber „{token}“" if token else "die Bedingung ist aber zu Ende"
            raise self._problem(f"Hier wird {expected} erwartet, {there}.")
        self._next += 1
        return token

    def _problem(self, message: str) -> ConditionError:
        at_end = self._next >= len(self._tokens)
        return ConditionError(message, len(self._text) if at_end else self._tokens[self._next][1])

    def whole(self) -> Condition:
        condition = self._either()
        if self._peek():
            raise self._problem(
                f"Nach dem Ende der Bedingung steht noch „{self._peek()}“; "
                "verbinden Sie Bedingungen mit „und“ oder „oder“."
            )
        return condition

    def _either(self) -> Condition:
        self._depth += 1
        if self._depth > _DEEPEST:
            raise self._problem(f"Mehr als {_DEEPEST} Klammern ineinander kann niemand lesen.")
        parts = [self._both()]
        while self._peek() == "oder":
            self._take()
            parts.append(self._both())
        self._depth -= 1
        return parts[0] if len(parts) == 1 else Or(tuple(parts))

    def _both(self) -> Condition:
        parts = [self._single()]
        while self._peek() == "und":
            self._take()
            parts.append(self._single())
        return parts[0] if len(parts) == 1 else And(tuple(parts))

    def _single(self) -> Condition:
        readers: Mapping[str, Callable[[], Condition]] = {
            "immer": Always,
            "vorbehaltsaufgabe": Reserved,
            "instabil": self._unstable,
            "grad": lambda: self._largest("grad"),
            "häufigkeit": lambda: self._largest("häufigkeit"),
            "punktbereich": self._band,
            "pflegegrad": lambda: PflegegradComparison(*self._comparison("pflegegrad")),
            "zertifikat": self._certified,
            "mindestens": self._at_least,
        }
        negations = 0
        while self._peek() == "nicht":
            self._take()
            negations += 1
        if negations > 1:
            raise ConditionError(
                "„nicht nicht“ hebt sich auf; bitte lassen Sie beide weg.", self._tokens[self._next - 1][1]
            )
        if self._peek() == "(":
            self._take()
            condition = self._either()
            self._take(")")
        elif self._peek() in readers:
            condition = readers[self._take()]()
        else:
            raise self._problem(self._not_a_condition(self._peek()))
        return Not(condition) if negations else condition

    def _not_a_condition(self, word: str) -> str:
        possible = ", ".join(_POSSIBLE.values())
        if not word:
            return f"Hier fehlt eine Bedingung; möglich sind: {possible}."
        return f"„{word}“ ist keine Bedingung{_meant(word, _POSSIBLE)}; möglich sind: {possible}."

    def _unstable(self) -> Unstable:
        if self._peek() != "(":
            return Unstable()
        return Unstable(self._names(self._criteria, "kein Kriterium einer instabilen gesundheitlichen Situation"))

    def _certified(self) -> Certified:
        position = self._next + 1
        names = self._names(self._certificates, "kein Zertifikat, das eine Intervention anerkennt")
        if len(names) > 1:
            self._next = position + 2
            raise self._problem("Hier steht genau ein Zertifikat; verbinden Sie mehrere mit „oder“.")
        return Certified(names[0])

    def _names(self, vocabulary: Collection[str] | None, what: str) -> tuple[str, ...]:
        """Read names in brackets."""
        self._take("(")
        names = []
        while True:
            name = self._peek()
            if not name or not name[0].isalpha() or (vocabulary is not None and name not in vocabulary):
                available = ", ".join(vocabulary) if vocabulary else "keine"
                raise self._problem(
                    f"„{name}“ ist {what}{_meant(name, vocabulary or ())}; vorhanden sind: {available}."
                )
            names.append(self._take())
            if self._take(",", ")") == ")":
                return tuple(names)

    def _largest(self, measure: Literal["grad", "häufigkeit"]) -> LargestComparison:
        self._take("(")
        items = self._items(measure)
        return LargestComparison(measure, items, *self._comparison(measure))

    def _items(self, measure: str) -> tuple[str, ...]:
        if measure == "grad" and self._peek() == INTERVENTION_ITEMS:
            self._take()
            self._take(")")
            return ()
        allowed = GRADED_ITEMS if measure == "grad" else FREQUENCY_ITEMS
        items = []
        while True:
            if self._peek() not in allowed:
                raise self._problem(self._wrong_item(self._peek(), measure))
            items.append(self._take())
            if self._take(",", ")") == ")":
                return tuple(items)

    def _wrong_item(self, item: str, measure: str) -> str:
        ranges = {"grad": "1.1-1.5, 2.1-2.11, 4.1-4.12, 6.1-6.6 und „intervention“", "häufigkeit": "3.1-3.13"}
        other = {"grad": "häufigkeit", "häufigkeit": "grad"}[measure]
        fits = item in (GRADED_ITEMS if other == "grad" else FREQUENCY_ITEMS)
        hint = f" Für {item} gibt es „{other}({item})“." if fits else ""
        return f"„{item}“ hat keinen Wert für {measure}; möglich: {ranges[measure]}.{hint}"

    def _band(self) -> PunktbereichComparison:
        self._take("(")
        if self._peek() not in _MODULES:
            raise self._problem(f"„{self._peek()}“ ist kein Modul; möglich sind 1 bis 6.")
        module = int(self._take())
        self._take(")")
        return PunktbereichComparison(module, *self._comparison("punktbereich"))

    def _comparison(self, measure: str) -> tuple[str, int]:
        """Read operator and number; strict comparisons become whole steps."""
        operator = self._take(">=", "<=", "=", ">", "<")
        top = _SCALES[measure]
        if not self._peek().isdecimal():
            raise self._problem(f"Nach „{operator}“ wird eine Zahl von 0 bis {top} erwartet.")
        plain, shift = _STRICT.get(operator, (operator, 0))
        value = int(self._peek())
        if value > top:
            raise self._problem(f"{measure} reicht von 0 bis {top}, hier steht {value}.")
        if not 0 <= value + shift <= top:
            raise self._problem(f"„{operator} {value}“ trifft nie zu: {measure} reicht von 0 bis {top}.")
        self._take()
        return plain, value + shift

    def _at_least(self) -> AtLeast:
        start = self._next
        if not self._peek().isdecimal():
            raise self._problem("Nach „mindestens“ steht, wie viele zutreffen müssen: mindestens 2 von (…, …).")
        count = int(self._take())
        self._take("von")
        self._take("(")
        parts = [self._either()]
        while self._take(",", ")") == ",":
            parts.append(self._either())
        if not 1 <= count <= len(parts):
            self._next = start
            raise self._problem(f"Es sind {len(parts)} Bedingungen; möglich ist mindestens 1 bis {len(parts)}.")
        return AtLeast(count, tuple(parts))


def _meant(word: str, vocabulary: Collection[str]) -> str:
    nearest = closest(word, vocabulary)
    return f" (meinten Sie „{nearest}“?)" if nearest else ""
