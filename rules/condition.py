"""The language of rule conditions: parsed once, evaluated for all resident states at a time.

A condition is a German sentence fragment a care expert can read::

    immer
    vorbehaltsaufgabe
    grad(intervention) >= 2          largest grade among the items the intervention names
    grad(2.8) >= 2 oder grad(2.10) >= 2
    häufigkeit(3.3, 3.5, 3.8) >= 2   the most frequent of these
    instabil und nicht grad(1.1) = 0

Truth has three values (Kleene): what rests on an item nobody recorded is unknown, unless the recorded
ones already settle it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

import numpy as np

from rules.vocabulary import FREQUENCY_ITEMS, GRADED_ITEMS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import NDArray

    from rules.model import Intervention
    from rules.states import States

FALSE: Final = 0
UNKNOWN: Final = 1
TRUE: Final = 2
"""Truth values as small integers: *and* is the minimum, *or* the maximum, *not* is ``2 - x``."""

Truth: TypeAlias = "NDArray[np.uint8]"

INTERVENTION_ITEMS: Final = "intervention"
"""Stands in a condition for the items of the intervention in question."""

_SCALE_TOP: Final = 3
"""Grades and frequencies run from 0 to 3."""


class ConditionError(ValueError):
    """A condition cannot be read. ``position`` counts characters from 0."""

    def __init__(self, message: str, position: int) -> None:
        super().__init__(message)
        self.position = position


@dataclass(frozen=True, slots=True)
class Always:
    """Holds for everybody."""


@dataclass(frozen=True, slots=True)
class Reserved:
    """The intervention is reserved to registered nurses (§ 4 PflBG)."""


@dataclass(frozen=True, slots=True)
class Unstable:
    """At least one criterion of an unstable health situation is in force."""


@dataclass(frozen=True, slots=True)
class Largest:
    """Comparison of the largest grade or frequency among items with a number.

    ``items`` is empty where the items of the intervention are meant.
    """

    measure: Literal["grad", "häufigkeit"]
    items: tuple[str, ...]
    operator: str
    value: int


@dataclass(frozen=True, slots=True)
class Not:
    """The opposite."""

    part: Condition


@dataclass(frozen=True, slots=True)
class And:
    """All parts hold."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Or:
    """At least one part holds."""

    parts: tuple[Condition, ...]


Condition: TypeAlias = Always | Reserved | Unstable | Largest | Not | And | Or


# ---------------------------------------------------------------- reading

_TOKEN: Final = re.compile(r"\s*(?:(\d+\.\d+)|(\d+)|(>=|<=|=|>|<)|([(),])|([^\W\d_]+)|(\S))")
_COMPARISONS: Final[Mapping[str, tuple[str, int]]] = {"<": ("<=", -1), ">": (">=", 1)}


class _Reader:
    """Recursive descent over the tokens of one condition."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens = [
            (m.group().strip(), m.start() + len(m.group()) - len(m.group().lstrip()))
            for m in _TOKEN.finditer(text)
            if m.group().strip()
        ]
        self._next = 0

    def _peek(self) -> str:
        return self._tokens[self._next][0] if self._next < len(self._tokens) else ""

    def _position(self) -> int:
        return self._tokens[self._next][1] if self._next < len(self._tokens) else len(self._text)

    def _take(self, *wanted: str) -> str:
        token = self._peek()
        if wanted and token not in wanted:
            raise self._problem(
                f"Hier wird {' oder '.join(repr(w) for w in wanted)} erwartet, es steht aber {token!r}."
            )
        self._next += 1
        return token

    def _problem(self, message: str) -> ConditionError:
        return ConditionError(message, self._position())

    def whole(self) -> Condition:
        found = self._either()
        if self._peek():
            raise self._problem(f"Nach dem Ende der Bedingung steht noch {self._peek()!r}.")
        return found

    def _either(self) -> Condition:
        parts = [self._both()]
        while self._peek() == "oder":
            self._take()
            parts.append(self._both())
        return parts[0] if len(parts) == 1 else Or(tuple(parts))

    def _both(self) -> Condition:
        parts = [self._single()]
        while self._peek() == "und":
            self._take()
            parts.append(self._single())
        return parts[0] if len(parts) == 1 else And(tuple(parts))

    def _single(self) -> Condition:
        match self._peek():
            case "nicht":
                self._take()
                return Not(self._single())
            case "(":
                self._take()
                inner = self._either()
                self._take(")")
                return inner
            case "immer":
                self._take()
                return Always()
            case "vorbehaltsaufgabe":
                self._take()
                return Reserved()
            case "instabil":
                self._take()
                return Unstable()
            case "grad" | "häufigkeit":
                return self._comparison()
            case other:
                known = "immer, vorbehaltsaufgabe, instabil, grad(…), häufigkeit(…), nicht, ( )"
                raise self._problem(f"{other!r} ist keine Bedingung; möglich sind: {known}.")

    def _comparison(self) -> Largest:
        measure: Literal["grad", "häufigkeit"] = "grad" if self._take() == "grad" else "häufigkeit"
        self._take("(")
        items = self._items(measure)
        self._take(")")
        operator = self._take(">=", "<=", "=", ">", "<")
        if not self._peek().isdigit():
            raise self._problem(f"Nach {operator!r} wird eine Zahl von 0 bis {_SCALE_TOP} erwartet.")
        value = int(self._peek())
        if value > _SCALE_TOP:
            raise self._problem(f"{measure} reicht von 0 bis {_SCALE_TOP}, hier steht {value}.")
        self._take()
        plain, shift = _COMPARISONS.get(operator, (operator, 0))
        return Largest(measure, items, plain, value + shift)

    def _items(self, measure: str) -> tuple[str, ...]:
        if measure == "grad" and self._peek() == INTERVENTION_ITEMS:
            self._take()
            return ()
        allowed = GRADED_ITEMS if measure == "grad" else FREQUENCY_ITEMS
        items = []
        while True:
            if self._peek() not in allowed:
                raise self._problem(
                    f"{self._peek()!r} hat keinen Wert für {measure}; möglich: {allowed[0]} bis {allowed[-1]}."
                )
            items.append(self._take())
            if self._peek() != ",":
                return tuple(items)
            self._take()


def parse(text: str) -> Condition:
    """Read a condition.

    Raises
    ------
    ConditionError
        With the position of the first thing that cannot be read and what would be right there.
    """
    return _Reader(text).whole()


# ---------------------------------------------------------------- asking

_TESTS: Final[Mapping[str, Callable[[NDArray[np.int8], NDArray[np.int8], int], tuple[Truth, Truth]]]] = {
    ">=": lambda low, high, n: ((low >= n).view(np.uint8), (high >= n).view(np.uint8)),
    "<=": lambda low, high, n: ((high <= n).view(np.uint8), (low <= n).view(np.uint8)),
    "=": lambda low, high, n: (
        ((low == n) & (high == n)).view(np.uint8),
        ((low <= n) & (high >= n)).view(np.uint8),
    ),
}
"""For the interval [low, high] a largest value lies in: does the comparison hold surely, and possibly?"""


def bounds(condition: Largest, states: States, items: tuple[str, ...]) -> tuple[NDArray[np.int8], NDArray[np.int8]]:
    """Return the least and greatest value the largest of ``items`` can have, both of shape (n,)."""
    of = states.grade if condition.measure == "grad" else states.frequency
    low = np.zeros(states.size, np.int8)
    high = np.zeros(states.size, np.int8)
    for item in items:
        value = of(item)
        np.maximum(low, value, out=low)  # unknown is -1, below every value
        np.maximum(high, np.where(value < 0, np.int8(_SCALE_TOP), value), out=high)
    return low, high


def evaluate(condition: Condition, states: States, intervention: Intervention) -> Truth:
    """Evaluate a condition for all states.

    Returns
    -------
    ndarray of uint8, shape (n,)
        FALSE, UNKNOWN or TRUE.
    """
    match condition:
        case Always():
            return np.full(states.size, TRUE, np.uint8)
        case Reserved():
            return np.full(states.size, TRUE if intervention.reserved else FALSE, np.uint8)
        case Unstable():
            return np.where(states.unstable, np.uint8(TRUE), np.uint8(FALSE))
        case Largest(operator=operator, value=value):
            low, high = bounds(condition, states, condition.items or intervention.bi_items)
            surely, possibly = _TESTS[operator](low, high, value)
            return surely + possibly
        case Not(part):
            return TRUE - evaluate(part, states, intervention)
        case And(parts):
            return np.minimum.reduce([evaluate(part, states, intervention) for part in parts])
        case Or(parts):
            return np.maximum.reduce([evaluate(part, states, intervention) for part in parts])


def comparisons(condition: Condition) -> tuple[Largest, ...]:
    """Return the comparisons a condition is made of, in reading order."""
    match condition:
        case Largest():
            return (condition,)
        case Not(part):
            return comparisons(part)
        case And(parts) | Or(parts):
            return tuple(found for part in parts for found in comparisons(part))
        case _:
            return ()


def items_of(condition: Condition, intervention: Intervention) -> tuple[str, ...]:
    """Return the assessment items a condition looks at, each once, in reading order."""
    items = [item for found in comparisons(condition) for item in (found.items or intervention.bi_items)]
    return tuple(dict.fromkeys(items))


def mentions(condition: Condition, kind: type[Always | Reserved | Unstable | Largest]) -> bool:
    """Return whether a part of this type occurs in the condition."""
    match condition:
        case Not(part):
            return mentions(part, kind)
        case And(parts) | Or(parts):
            return any(mentions(part, kind) for part in parts)
        case _:
            return isinstance(condition, kind)


def words(condition: Condition) -> str:
    """Return the condition in the words of the rule files."""
    match condition:
        case Always():
            return "immer"
        case Reserved():
            return "vorbehaltsaufgabe"
        case Unstable():
            return "instabil"
        case Largest(measure, items, operator, value):
            return f"{measure}({', '.join(items) or INTERVENTION_ITEMS}) {operator} {value}"
        case Not(part):
            return f"nicht ({words(part)})"
        case And(parts):
            return " und ".join(f"({words(p)})" if isinstance(p, Or) else words(p) for p in parts)
        case Or(parts):
            return " oder ".join(words(p) for p in parts)
