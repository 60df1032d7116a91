"""Single cells into values. Every function raises ``ValueError`` for what it cannot read; "" is blank."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from importers.grid import Odd
from importers.headings import clean

_DAY: Final = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4}|\d{2})(?:[ ,T]+(\S.*))?")
_ISO: Final = re.compile(r"(\d{4})-(\d{2})-(\d{2})(?:[ T](\S.*))?")
_CLOCK: Final = re.compile(r"(?:(\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?|(\d{2})(\d{2}))(?: ?Uhr)?")
_NUMBER: Final = re.compile(r"[+-]?\d{1,12}(?:[.,]\d{1,12})?")
_WHOLE_AS_DECIMAL: Final = re.compile(r"(\d+)[.,]0+")
_YEARS: Final = range(1900, 2201)
_CENTURY_TURN: Final = 69
"""Two-digit years below belong to this century."""
MIDNIGHT: Final = time(0)


def text(value: object) -> str:
    """Return a cell as clean text; numbers without needless decimals."""
    if isinstance(value, str):
        return clean(value)
    return shown(value)


def shown(value: object) -> str:
    """Return a cell as its reader sees it in a German spreadsheet."""
    match value:
        case str():
            return value
        case Odd():
            return value.shown
        case bool():
            return "WAHR" if value else "FALSCH"
        case int() | float():
            return f"{value:.15g}".replace(".", ",")
        case datetime():
            return f"{value:%d.%m.%Y %H:%M}"
        case date():
            return f"{value:%d.%m.%Y}"
        case time():
            return f"{value:%H:%M}"
        case timedelta():
            minutes = round(value.total_seconds() / 60)
            return f"{minutes // 60}:{minutes % 60:02d}"
        case _:
            return str(value)


def identifier(value: object) -> str:
    """Return a number of a person as text: leading zeros stay, ``1234.0`` becomes ``1234``."""
    if isinstance(value, str):
        number = clean(value)
        match = _WHOLE_AS_DECIMAL.fullmatch(number)
        return match[1] if match else number
    if isinstance(value, (int, float)) and not isinstance(value, bool) and value == int(value):
        return str(int(value))
    raise ValueError(shown(value))


def moment(value: object) -> datetime | None:
    """Return day and time of day of a cell, None if blank. A day alone is its midnight.

    Text may be ``dd.mm.yyyy``, ``d.m.yyyy``, ``dd.mm.yy`` or ISO, never month first; plain numbers are no days.
    """
    if isinstance(value, datetime):
        found = value.replace(tzinfo=None)
    elif isinstance(value, date):
        found = datetime(value.year, value.month, value.day)  # noqa: DTZ001 - days and times are local by contract
    elif isinstance(value, str):
        written = clean(value)
        if not written:
            return None
        if match := _DAY.fullmatch(written):
            day, month, year = int(match[1]), int(match[2]), int(match[3])
            if len(match[3]) == len("26"):
                year += 2000 if year < _CENTURY_TURN else 1900
        elif match := _ISO.fullmatch(written):
            year, month, day = int(match[1]), int(match[2]), int(match[3])
        else:
            raise ValueError(written)
        minute = clock(match[4] or "00:00")
        found = datetime(year, month, day, minute // 60, minute % 60)  # noqa: DTZ001
    else:
        raise ValueError(shown(value))  # noqa: TRY004 - one exception for everything unreadable
    if found.year not in _YEARS:
        raise ValueError(shown(value))
    return found


def clock(value: object) -> int:
    """Return the minute of the day (0..1439), -1 if blank; seconds are dropped."""
    match value:
        case str():
            written = clean(value)
            if not written:
                return -1
            match = _CLOCK.fullmatch(written)
            if not match:
                raise ValueError(written)
            hour, minute = int(match[1] or match[4]), int(match[2] or match[5])
            time(hour, minute, int(match[3] or 0))  # raises where out of range
            return hour * 60 + minute
        case datetime():
            return _minute(value.time())
        case time():
            return _minute(value)
        case timedelta() if timedelta(0) <= value < timedelta(days=1):
            return round(value.total_seconds()) // 60
        case _:
            raise ValueError(shown(value))


def _minute(value: time) -> int:
    # Excel keeps times as fractions of a day; 8:05 may come as a hair below 8:05:00.
    seconds = value.hour * 3600 + value.minute * 60 + value.second + (value.microsecond >= 500_000)
    return min(seconds // 60, 1439)


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
