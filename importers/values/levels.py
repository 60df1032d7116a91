"""Levels with an explanation beside them: "4 - Pflegefachkraft", "QN2 (Basiskurs)", "Pflegehelfer 1-jährig (QN 3)"."""

from __future__ import annotations

import re
from typing import Final

_BEFORE: Final = re.compile(
    r"(?:QN ?-?([1-8])(?: ?[-–—:=,;/(\[] ?| )|([1-8])(?: [-–—] | ?[:=;(\[] ?))(.+)", re.IGNORECASE | re.ASCII
)
_BEHIND: Final = re.compile(r"(.+?)(?: ?[-–—:=,;/(\[] ?| )QN ?-?([1-8])[)\]]?", re.IGNORECASE | re.ASCII)
_ANOTHER: Final = re.compile(
    r"(?:oder|bis|und|od\.|u\.)?\s*(?:QN ?-?)?\d(?![\d-]* ?(?:-|j|Std|Stunden|Tage))", re.IGNORECASE
)
"""A second number, as in "QN 1/2" or "QN 3 oder 4": then it is no single level. "1-jährig" is none."""

_LEVEL: Final = re.compile(r"QN ?-?[1-8]", re.IGNORECASE | re.ASCII)


def explained(text: str) -> tuple[int, str] | None:
    """Return the one level a text states, and the words beside it; None if it states none, or two."""
    if match := _BEFORE.fullmatch(text):
        level, words = int(match[1] or match[2]), match[3]
    elif match := _BEHIND.fullmatch(text):
        level, words = int(match[2]), match[1]
    else:
        return None
    words = words.strip(" ()[]-–—:=,;/")
    if not any(letter.isalpha() for letter in words) or _ANOTHER.match(words) or _LEVEL.search(words):
        return None
    return level, words
