"""The order in which wards and shifts stand on every page: as people count and as a day goes, not given last."""

from __future__ import annotations

import re
from typing import Final

from importers.values.shift_starts import CODES

_SHIFTS: Final = ("früh", "zwischen", "tag", "spät", "nacht")
"""How the words for shifts begin, as a day goes."""

_PLACES: Final = {code.casefold(): _SHIFTS.index(shift.casefold()) for shift, codes in CODES.items() for code in codes}

_NUMBER: Final = re.compile(r"(\d+)")

OrderKey = tuple[object, ...]


def ward_key(name: object) -> OrderKey:
    """Return what wards are sorted by: Wohnbereich 2 before Wohnbereich 10; None last."""
    return (name is None, _natural(name))


def shift_key(name: object) -> OrderKey:
    """Return what shifts are sorted by: Früh, Früh (aus Uhrzeit), Spät, Nacht, others by name; None last."""
    folded = "" if name is None else str(name).casefold()
    begins = (i for i, word in enumerate(_SHIFTS) if folded.startswith(word))
    place = _PLACES.get(folded, next(begins, len(_SHIFTS)))
    return (name is None, place, _natural(name))


def _natural(name: object) -> tuple[tuple[bool, object], ...]:
    """Return the parts of a name, numbers as such and before words."""
    text = "" if name is None else str(name).casefold()
    return tuple(
        (not part.isdecimal(), int(part) if part.isdecimal() else part) for part in _NUMBER.split(text) if part
    )
