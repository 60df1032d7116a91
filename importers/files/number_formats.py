"""What a number shows in a cell with a format of its own, where that matters for a number of a person or an entry.

Known are the formats in which ids are kept: leading zeros (``0000``), fixed decimals (``0.00``), text around or between
the digits (``"P"000``, ``000-000``). All others show nothing that is not in the number.
"""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from typing import Final

BUILT_IN: Final = {2: "0.00", 4: "#,##0.00"}
"""Those of Excel's own formats that show more than the number."""

_TOKEN: Final = re.compile(
    r"\"(?P<quoted>[^\"]*)\"|\\(?P<escaped>.)|_.|\*.|\[[^\]]*\]|(?P<digit>[0#])|(?P<point>\.)|(?P<comma>,)"
    r"|(?P<plain>[-+ ()/:]|[^\x00-\x7f])",
    re.DOTALL,
)
_MOST_DIGITS: Final = 30


@lru_cache(maxsize=4096)
def shown_number(value: float, code: str) -> str | None:
    """Return what a cell with a number shows in a German spreadsheet; None where it shows but the number.

    Parameters
    ----------
    code
        The format as it is in the file, not translated.
    """
    tokens = _tokens(code)
    if tokens is None or not 0 <= value < 10**15:
        return None
    whole, decimals, telling = tokens
    if not telling:
        return None
    written = str(
        Decimal(repr(value)).quantize(Decimal(1).scaleb(-len([d for d in decimals if d in "0#"])), ROUND_HALF_UP)
    )
    left, _, right = written.partition(".")
    return _filled(left, whole) + (
        "," + _behind(right, decimals) if any(d in "0#" for d in decimals) else "".join(decimals)
    )


@lru_cache(maxsize=512)
def _tokens(code: str) -> tuple[tuple[str, ...], tuple[str, ...], bool] | None:
    """Return the signs before and behind the decimal point, and whether they show more than a number."""
    code = code.partition(";")[0]
    whole: list[str] = []
    decimals: list[str] = []
    part, at = whole, 0
    while at < len(code):
        match = _TOKEN.match(code, at)
        if match is None:
            return None  # a day, a share, a power of ten: something else is shown than digits
        at = match.end()
        if match["digit"]:
            part.append(match["digit"])
        elif match["point"]:
            if part is decimals:
                return None
            part = decimals
        elif not match["comma"]:
            literal = next((text for name in ("quoted", "escaped", "plain") if (text := match[name])), "")
            part.extend(f"\0{sign}" for sign in literal)
    digits = sum(sign in "0#" for sign in whole)
    literals = any(sign not in "0#" and sign[1:].strip() for sign in (*whole, *decimals))
    if not digits or digits + len(decimals) > _MOST_DIGITS:
        return None
    return tuple(whole), tuple(decimals), whole.count("0") > 1 or decimals.count("0") > 0 or literals


def _filled(digits: str, signs: tuple[str, ...]) -> str:
    """Return digits put into places from the right; those left over stand before the first one."""
    left = list(digits)
    shown: list[str] = []
    places = sum(sign in "0#" for sign in signs)
    for sign in reversed(signs):
        if sign not in "0#":
            shown.append(sign[1:])
            continue
        places -= 1
        if left and not (sign == "#" and left == ["0"]):
            shown.append(left.pop())
        elif sign == "0":
            shown.append("0")
        if not places:
            shown.extend(reversed(left))
            left = []
    return "".join(reversed(shown)).strip()


def _behind(digits: str, signs: tuple[str, ...]) -> str:
    rest = iter(digits)
    return "".join(next(rest, "") if sign in "0#" else sign[1:] for sign in signs).rstrip()
