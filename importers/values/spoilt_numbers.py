"""Numbers of persons and entries that a spreadsheet took for a number or a day, and saved as what it made of them."""

from __future__ import annotations

import re
from typing import Final

_MONTHS: Final = "jan|feb|mrz|mär|mar|apr|mai|may|jun|jul|aug|sep|okt|oct|nov|dez|dec"
_POWER: Final = re.compile(r"[+-]?\d(?:[.,]\d+)?e\+\d{1,3}|[+-]?\d[.,]\d+e-\d{1,3}", re.IGNORECASE)
_DAY: Final = re.compile(
    rf"\d{{1,2}}(?:\. ?|[- ])(?:{_MONTHS})[a-zä]*\.?(?:[ -]\d{{2,4}})?|(?:{_MONTHS})[a-zä]*\.?[ -]\d{{1,4}}",
    re.IGNORECASE,
)
_WHOLE_DAY: Final = re.compile(r"(?:\d{1,2}\.\d{1,2}\.(?:\d{2}|\d{4})|\d{4}-\d{2}-\d{2})(?:[ T]00:00(?::00)?)?")
_DECIMAL: Final = re.compile(r"\d,\d{1,2}")

MOST_EXACT: Final = 10**15
"""From here on a spreadsheet keeps the first fifteen digits of a number alone."""


def is_power_of_ten(text: str) -> bool:
    """Return whether a cell shows a number as Excel shows one too long for its column: 1,23E+05."""
    return bool(_POWER.fullmatch(text))


def is_day_of_year(text: str) -> bool:
    """Return whether a cell shows what Excel makes of 4.10 or 4-10: 04. Okt."""
    return bool(_DAY.fullmatch(text))


def is_whole_day(text: str) -> bool:
    """Return whether a cell holds a day, in figures."""
    return bool(_WHOLE_DAY.fullmatch(text))


def is_decimal(text: str) -> bool:
    """Return whether a cell shows what Excel makes of 4.1 and of 4.10 alike: 4,1."""
    return bool(_DECIMAL.fullmatch(text))
