"""Single cells into values. Every function raises ``ValueError`` for what it cannot read; "" is blank."""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from importers.files.cell import shown
from importers.values.spelling import clean

_NUMBER: Final = re.compile(r"[+-]?\d{1,12}(?:[.,]\d{1,40})?")
_WHOLE_AS_DECIMAL: Final = re.compile(r"(\d+)[.,]0+")


def text(value: object) -> str:
    """Return a cell as clean text; numbers without needless decimals."""
    if isinstance(value, str):
        return clean(value)
    return shown(value)


def identifier(value: object) -> str:
    """Return a number of a person as text: leading zeros stay, ``1234.0`` becomes ``1234``."""
    if isinstance(value, str):
        number = clean(value)
        match = _WHOLE_AS_DECIMAL.fullmatch(number)
        return match[1] if match else number
    if isinstance(value, (int, float)) and not isinstance(value, bool) and value == int(value):
        return str(int(value))
    raise ValueError(shown(value))


def number(value: object) -> Decimal | None:
    """Return a number exactly as written, None if blank; decimal comma or point."""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return Decimal(repr(value))
    if isinstance(value, str):
        written = clean(value)
        if not written:
            return None
        if _NUMBER.fullmatch(written):
            return Decimal(written.replace(",", "."))
    raise ValueError(shown(value))


def seconds(value: object, most: int) -> int:
    """Return minutes as whole seconds, rounded half up; -1 if blank; 0..``most`` minutes."""
    minutes = number(value)
    if minutes is None:
        return -1
    if not 0 <= minutes <= most:
        raise ValueError(shown(value))
    return int((minutes * 60).quantize(Decimal(1), rounding=ROUND_HALF_UP))


def whole(value: object) -> int | None:
    """Return a whole number, None if blank; ``3``, ``3.0`` and ``3,0`` are whole."""
    exact = number(value)
    if exact is None:
        return None
    if exact != exact.to_integral_value():
        raise ValueError(shown(value))
    return int(exact)
