"""Single cells into values. Every function raises ``ValueError`` for what it cannot read; "" is blank."""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from importers.files.cell import Formatted, shown
from importers.values.spelling import clean
from importers.values.spoilt_numbers import MOST_EXACT, is_day_of_year, is_power_of_ten

_NUMBER: Final = re.compile(r"[+-]?\d{1,12}(?:[.,]\d{1,40})?")
_WHOLE_AS_DECIMAL: Final = re.compile(r"(\d+)[.,]0+")


def text(value: object) -> str:
    """Return a cell as clean text; numbers without needless decimals."""
    if isinstance(value, str):
        return clean(value)
    return shown(value)


class SpoiltError(ValueError):
    """A spreadsheet took the number for something else, and what it made of it may stand for several numbers."""


def identifier(value: object) -> str:
    """Return a number of a person as text, as its cell shows it: leading zeros stay, ``1234.0`` becomes ``1234``."""
    if isinstance(value, Formatted):
        value = value.shown
    if isinstance(value, str):
        number = clean(value)
        if number[1:2].isalnum():
            number = number.removeprefix("'")  # which Excel hides before a text
        if is_power_of_ten(number) or is_day_of_year(number):
            raise SpoiltError(number)
        match = _WHOLE_AS_DECIMAL.fullmatch(number)
        return match[1] if match else number
    if isinstance(value, (int, float)) and not isinstance(value, bool) and value == int(value):
        if abs(value) >= MOST_EXACT:
            raise SpoiltError(shown(value))
        return str(int(value))
    raise ValueError(shown(value))


def identifier_or_blank(value: object) -> str:
    """Return a number of a person, "" where it cannot be read: its finding is reported where the cell is read."""
    try:
        return identifier(value)
    except (ValueError, OverflowError):
        return ""


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
