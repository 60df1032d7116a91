"""Passwords and words that attackers try first, offline: each in all its usual disguises.

The list is vendored (``vendor/VENDOR.json`` says from where) as sorted fingerprints of eight bytes; a
look-up is a binary search. What is looked up is not the password as typed but what is left of it without its disguise:
in small letters, without digits and signs around it, and with letters for what stands for them ("P@ssw0rd2026!" is
"password").
"""

from __future__ import annotations

import unicodedata
from bisect import bisect_left
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Final

LIST: Final = Path(__file__).parent / "vendor" / "known-passwords.bin"
SHORTEST: Final = 3
"""Letters of the shortest entry; what is shorter is part of too many words."""

WIDTH: Final = 8
"""Bytes of an entry: of 10^6 passwords nobody knows, one in ten million is taken for a known one."""

_LEET: Final = str.maketrans("013457@$!|€", "oieastasiie")
_UMLAUTS: Final = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})
_OTHER_ONE: Final = str.maketrans("1!|", "lll")
_NO_DECORATION: Final = str.maketrans("@$€", "ase")
"""Signs that are letters at the beginning and end too, where others are more often decoration."""


def is_known(password: str) -> bool:
    """Return whether a password is nothing but one or two known passwords or words, whatever is around them."""
    return any(_listed(form) or _two_listed(form) for form in reductions(password))


def reductions(password: str) -> set[str]:
    """Return what a password may be without its disguise: letters alone, in all readings."""
    plain = unicodedata.normalize("NFKC", password).casefold()
    cores = {_trimmed(plain), _trimmed(plain.translate(_NO_DECORATION))}
    readings = {
        plain,
        *cores,
        *(core.translate(table).translate(_LEET) for core in cores for table in ({}, _OTHER_ONE)),
    }
    letters = {"".join(sign for sign in reading if sign.isalpha()) for reading in readings}
    return {form for text in letters for form in (text.translate(_UMLAUTS), _without_marks(text)) if form}


def fingerprint(text: str) -> bytes:
    """Return what the list holds of an entry."""
    return sha256(text.encode()).digest()[:WIDTH]


def _trimmed(text: str) -> str:
    letters = [place for place, sign in enumerate(text) if sign.isalpha()]
    return text[letters[0] : letters[-1] + 1] if letters else ""


def _without_marks(text: str) -> str:
    return "".join(sign for sign in unicodedata.normalize("NFD", text) if not unicodedata.combining(sign))


def _two_listed(text: str) -> bool:
    return any(_listed(text[:cut]) and _listed(text[cut:]) for cut in range(SHORTEST, len(text) - SHORTEST + 1))


def _listed(text: str) -> bool:
    content, wanted = _content(), fingerprint(text)

    def entry(place: int) -> bytes:
        return content[place * WIDTH : (place + 1) * WIDTH]

    place = bisect_left(range(len(content) // WIDTH), wanted, key=entry)
    return len(text) >= SHORTEST and entry(place) == wanted


@cache
def _content() -> bytes:
    return LIST.read_bytes()
