"""Which number a name in a file means. No name leaves this module (T1)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from importers.values.spelling import clean, fold

if TYPE_CHECKING:
    import pandas as pd

_TITLES: Final = re.compile(r"\b(?:frau|herrn?|hr|fr|dr|prof|med|dipl|sr|schw|schwester|pfleger|pflegerin|br)\b\.?")
_LOST: Final = ".{1,2}"
"""What a "?" may stand for: one letter that a character set lacked, which folding may have made two."""

_STROKES: Final = str.maketrans({"ı": "i", "ł": "l", "ø": "o", "đ": "d", "ð": "d", "æ": "ae", "œ": "oe"})
"""Letters whose stroke is no accent that folding removes."""


class NameIndex:
    """The residents or employees of a home by number and by name.

    Parameters
    ----------
    numbers
        Every known number.
    people
        Columns staff (the number), name, given.
    """

    def __init__(self, numbers: frozenset[str], people: pd.DataFrame) -> None:
        self._numbers = numbers
        self._full: dict[str, set[str]] = {}
        self._short: dict[str, set[str]] = {}
        self._found: dict[str, tuple[list[str], bool]] = {}
        for staff, name, given_name in zip(people["staff"], people["name"], people["given"], strict=True):
            last, first = _key(name), _key(given_name)
            if not last:
                continue
            if first:
                for key in (f"{last} {first}", f"{first} {last}"):
                    self._full.setdefault(key, set()).add(staff)
                for key in (f"{last} {first[0]}.", f"{first[0]}. {last}", last):
                    self._short.setdefault(key, set()).add(staff)
            else:
                self._full.setdefault(last, set()).add(staff)

    def knows(self, number: str) -> bool:
        """Return whether a number is known."""
        return number in self._numbers

    def find(self, name: str) -> tuple[list[str], bool]:
        """Return the numbers a name may stand for, and whether it is the whole name.

        Order of surname and given name, titles, case, accents and letters lost to "?" do not count. A surname alone or
        with an initial finds people too, as less than the whole name.
        """
        if name not in self._found:
            self._found[name] = self._find(clean(name))
        return self._found[name]

    def _find(self, written: str) -> tuple[list[str], bool]:
        last, comma, first = written.partition(",")
        key = f"{_key(last)} {_key(first)}".strip() if comma else _key(written)
        if not key:
            return [], True
        if "?" not in key:
            if numbers := self._full.get(key):
                return sorted(numbers), True
            initial = re.sub(r"(?<=^[a-z])(?= )|(?<= [a-z])$", ".", key)
            return sorted(self._short.get(initial, ())), False
        pattern = re.compile(re.escape(key).replace(r"\?", _LOST))
        return sorted({one for full, staff in self._full.items() if pattern.fullmatch(full) for one in staff}), False


def _key(name: str | None) -> str:
    written = _TITLES.sub(" ", fold(name or "").translate(_STROKES))
    return " ".join(re.sub(r"[.,]", " ", written).split())
