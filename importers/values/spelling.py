"""How two spellings of one name are compared."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Final

LOST: Final = "?\ufffd"
"""What stands where a program could not write a letter."""

MOST_LOST: Final = 4
"""Lost letters of a text that can still be restored; more would also make the patterns slow."""

_FEWEST_LETTERS: Final = 3
_UMLAUTS: Final = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "ı": "i", "ł": "l", "ø": "o", "đ": "d"})
_MARKED: Final = re.compile(r"'(?=\d)|=\"((?:[^\"]|\"\")*)\"")
"""How text is protected from becoming a number: '0042 and ="0042"."""
_INVISIBLE: Final = re.compile(
    "["
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f"
    "\ufeff\uffa0\ufff0-\ufff8\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
    "\u0600-\u0605\u06dd\u070f\u0890\u0891\u08e2\ufff9-\ufffb\U000110bd\U000110cd\U00013430-\U0001345f"
    "\x00-\x08\x0e-\x1b\x7f"
    "]+"
)
"""What Unicode lets a program leave out (Default_Ignorable_Code_Point), all other characters of its category Cf, and
the control characters of ASCII that are no blanks: marks of the writing direction, selectors of a glyph, joiners.

No reader sees them, so two texts that differ in nothing else are one. Those from 0x80 on stay: where they stand, the
encoding was guessed wrong, and that must be seen.
"""


def clean(text: str) -> str:
    """Return ``text`` as a reader of a spreadsheet sees it: without invisible characters and marks of text.

    Letters are composed, blanks of any kind are single ones.
    """
    if not (text.isascii() and text.isprintable()):
        text = unicodedata.normalize("NFC", _INVISIBLE.sub("", text))
    text = " ".join(text.split())
    if text[:1] not in {"'", "="} or not (mark := _MARKED.match(text)):
        return text
    if mark[1] is None:
        return text[1:]
    return mark[1].replace('""', '"').strip() if mark.end() == len(text) else text


@lru_cache(maxsize=4096)
def fold(text: str) -> str:
    """Return what names are compared by: case, umlaut spelling, hyphens and blanks do not count."""
    text = clean(text).casefold().translate(_UMLAUTS)
    text = unicodedata.normalize("NFKD", text)
    letters = "".join(c for c in text if not unicodedata.combining(c))
    return re.sub(r"[\s_\-‐-―−]+", " ", letters).strip(" *:")


def spellings(name: str) -> tuple[str, str]:
    """Return a name folded with its umlauts as two letters, and with the dots left off."""
    plain = name.casefold().translate(str.maketrans("äöü", "aou"))
    return fold(name), fold(plain)


@lru_cache(maxsize=4096)
def squash(text: str) -> str:
    """Return the letters and digits of a folded name alone: "Pers.-Nr." equals "PersNr"."""
    return re.sub(r"[^0-9a-zα-ωœæø✓✔☑]+", "", fold(text))


def lost_letters(text: str) -> re.Pattern[str] | None:
    """Return a pattern over squashed names for a text that has lost letters, None if it has lost none or too many."""
    if not 0 < sum(map(text.count, LOST)) <= MOST_LOST or len(squash(text)) < _FEWEST_LETTERS:
        return None
    parts = re.split(f"[{re.escape(LOST)}]", clean(text))
    return re.compile("[a-z0-9]{1,2}".join(re.escape(squash(part)) for part in parts))
