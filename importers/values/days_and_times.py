"""Days and times of day, as cells have them: 0805, 08:05, 8 Uhr, 01.02.2026, 2. März, ISO, numbers of Excel.

Every function raises ``ValueError`` for what it cannot read; "" is blank.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from importers.files.cell import shown
from importers.values.spelling import clean

_WEEKDAY: Final = r"(?:(?:mo|di|mi|do|fr|sa|so|tu|we|th|su)[a-z]*\.?,? )?"
_NAMED_WEEKDAY: Final = re.compile(r"([a-z]{2})[a-z]*\.?,? (?=\S)", re.IGNORECASE)
_WEEKDAYS: Final = {"mo": 0, "di": 1, "tu": 1, "mi": 2, "we": 2, "do": 3, "th": 3, "fr": 4, "sa": 5, "so": 6, "su": 6}
_DAY: Final = re.compile(
    _WEEKDAY + r"(\d{1,2})([./-])(\d{1,2})\2(\d{4}|\d{2})(?:(?:[ ,]+|T)(\S.*))?", re.IGNORECASE | re.ASCII
)
_NAMED: Final = re.compile(
    _WEEKDAY + r"(\d{1,2})(?:\.|st|nd|rd|th)?[ /-]?([a-zä]{3,9})(?:\.?[ /-]|\. )'?(\d{4}|\d{2})(?:[ ,]+(\S.*))?",
    re.IGNORECASE,
)
_NAME_FIRST: Final = re.compile(
    _WEEKDAY + r"([a-zä]{3,9})\.? (\d{1,2})(?:st|nd|rd|th)?,? (\d{4})(?:[ ,]+(\S.*))?", re.IGNORECASE
)
_ISO: Final = re.compile(r"(\d{4})([-/.])(\d{2})\2(\d{2})(?:[ T]+(\S.*))?", re.ASCII)
_PACKED_DAY: Final = re.compile(r"((?:19|20)\d{2})(\d{2})(\d{2})", re.ASCII)
_ZONE: Final = re.compile(r"(?:Z|[+-]\d{2}:?\d{2})$")
_CLOCK: Final = re.compile(
    r"(?:(\d{1,2})(?:[:.]| ?Uhr ?)(\d{2})(?::(\d{2})(?:\.\d+)?)?|(\d{1,2})(\d{2})|(\d{1,2}) ?(?=Uhr|h$))"
    r"(?: ?(?:Uhr|h))?",
    re.IGNORECASE | re.ASCII,
)
_HALF_DAY: Final = re.compile(r"(\d{1,2})((?:[:.]\d{2}){0,2}) ?([ap])\.? ?m\.?", re.IGNORECASE | re.ASCII)
_SPAN: Final = re.compile(r" ?(?:[-–—]|bis) ?", re.IGNORECASE)
_FRACTION: Final = re.compile(r"0[.,]\d{5,17}", re.ASCII)
"""A time as Excel keeps it, exported as text; with fewer digits it may be another minute, or no fraction of a day."""

_SERIAL: Final = re.compile(r"\d{5}(?:[.,]\d{1,12})?", re.ASCII)
SERIALS: Final = range(32874, 73051)
"""Numbers Excel has for the days from 1990 to 2099."""

_FIRST_SERIAL_DAY: Final = datetime(1899, 12, 30)  # noqa: DTZ001 - days and times are local by contract
_ZONED: Final = ZoneInfo("Europe/Berlin")
END_OF_DAY: Final = 1440
"""What 24:00 is read as: midnight at the end of the day, that is 0:00 of the next one."""

_YEARS: Final = range(1900, 2201)
_CENTURY_TURN: Final = 69
"""Two-digit years below belong to this century."""
GERMAN: Final = "."
"""Between dots the day stands first everywhere; what looks otherwise is a typing error."""

SURE: Final = 2
"""Different days that show one writing alone, until they settle a column: one may be a typing error."""

TYPOS: Final = 10
"""So many days in one writing outweigh one in the other, which is a typing error then."""


@dataclass(frozen=True, slots=True)
class ShortDay:
    """A day such as ``26-03-02``, whose year has two digits.

    Attributes
    ----------
    mark
        The separator.
    first, middle, last
        Its numbers.
    year_may_be_first, year_may_be_last
        Whether there is such a day.
    """

    mark: str
    first: int
    middle: int
    last: int
    year_may_be_first: bool
    year_may_be_last: bool


def moment(value: object) -> datetime | None:
    """Return day and time of day of a cell, None if blank. A day alone is its midnight.

    Text may be ``dd.mm.yyyy``, ``d.m.yyyy``, ``dd.mm.yy``, the same with ``/`` or ``-``, ``2. März 2026``,
    ``02-Mrz-26``, ``March 2, 2026``, ``yyyymmdd`` or ISO, with a weekday before and a time behind; never the number of
    the month first. Plain numbers are no days.
    """
    if isinstance(value, datetime):
        day_and_time = value.replace(tzinfo=None)
    elif isinstance(value, date):
        day_and_time = datetime(value.year, value.month, value.day)  # noqa: DTZ001 - days and times are local by contract
    elif isinstance(value, str):
        written = clean(value)
        if not written:
            return None
        day_and_time = _written_moment(written)
    else:
        raise ValueError(shown(value))  # noqa: TRY004 - one exception for everything unreadable
    if day_and_time.year not in _YEARS:
        raise ValueError(shown(value))
    return day_and_time


def sure_moment(value: object) -> datetime | None:
    """Return the same as :func:`moment` of a cell that no column explains: a two-digit year needs dots or a name."""
    day = short_day(value)
    if day and day.mark != GERMAN and day.year_may_be_first and day.first != day.last:
        raise ValueError(shown(value))
    return moment(value)


def _written_moment(written: str) -> datetime:
    zone = None
    if match := _DAY.fullmatch(written):
        day, month, year, rest = int(match[1]), int(match[3]), _year(match[4]), match[5]
    elif match := _ISO.fullmatch(written):
        year, month, day, rest = int(match[1]), int(match[3]), int(match[4]), match[5]
        zone = _ZONE.search(rest) if rest else None
    elif match := _PACKED_DAY.fullmatch(written):
        year, month, day, rest = int(match[1]), int(match[2]), int(match[3]), ""
    elif (match := _NAMED.fullmatch(written)) and (month := _month(match[2])):
        day, year, rest = int(match[1]), _year(match[3]), match[4]
    elif (match := _NAME_FIRST.fullmatch(written)) and (month := _month(match[1])):
        day, year, rest = int(match[2]), int(match[3]), match[4]
    else:
        raise ValueError(written)
    if zone:
        return datetime.fromisoformat(written).astimezone(_ZONED).replace(tzinfo=None)
    minute = clock(rest or "00:00")
    return datetime(year, month, day) + timedelta(minutes=minute)  # noqa: DTZ001


def _month(word: str) -> int:
    """Return the number of a month by its name, 0 = it is none."""
    return _months().get(word.casefold(), 0)


@cache
def _months() -> dict[str, int]:
    import yaml  # noqa: PLC0415  # needed only where days have names

    path = Path(__file__).parent / "words" / "months.yaml"
    names = yaml.load(path.read_text("utf-8"), Loader=yaml.BaseLoader)  # noqa: S506 - BaseLoader makes text alone
    return {str(name): number for number, month in enumerate(names, start=1) for name in month}


def _year(digits: str) -> int:
    year = int(digits)
    if len(digits) == len("26"):
        year += 2000 if year < _CENTURY_TURN else 1900
    return year


def weekday(value: object) -> int | None:
    """Return the day of the week a text such as "Mo, 02.03.2026" begins with, Monday = 0; None for anything else."""
    match = _NAMED_WEEKDAY.match(clean(value)) if isinstance(value, str) else None
    return _WEEKDAYS.get(match[1].casefold()) if match else None


def parts_of_day(value: object) -> tuple[str, int, int] | None:
    """Return separator, first and second number of a text such as ``01/02/2026``, None for anything else."""
    if isinstance(value, str) and (match := _DAY.fullmatch(clean(value))):
        return match[2], int(match[1]), int(match[3])
    return None


def short_day(value: object) -> ShortDay | None:
    """Return what a text such as ``26-03-02`` says, None for anything else."""
    match = _DAY.fullmatch(clean(value)) if isinstance(value, str) else None
    if not match or len(match[4]) != len("26"):
        return None
    first, middle, last = int(match[1]), int(match[3]), int(match[4])
    year_last = _is_day(_year(match[4]), middle, first) or _is_day(_year(match[4]), first, middle)
    year_first = len(match[1]) == len("26") and _is_day(_year(match[1]), middle, last)
    return ShortDay(match[2], first, middle, last, year_first, year_last)


def _is_day(year: int, month: int, day: int) -> bool:
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True


def year_first(written: str) -> str:
    """Return a text such as ``26-03-02 8:05``, whose year stands first, as ``02.03.2026 8:05``."""
    match = _DAY.fullmatch(text := clean(written))
    if not match:
        raise ValueError(written)
    day = f"{match[4]}.{match[3]}.{_year(match[1])}"
    return f"{text[: match.start(1)]}{day}{text[match.end(4) :]}"


def month_first(written: str) -> str:
    """Return a text such as ``03/14/2026 8:05``, whose month stands first, with the day first."""
    match = _DAY.fullmatch(text := clean(written))
    if not match:
        raise ValueError(written)
    (day, month), between = (match[3], match[1]), text[match.end(1) : match.start(3)]
    return f"{text[: match.start(1)]}{day}{between}{month}{text[match.end(3) :]}"


def serial(value: object) -> datetime | None:
    """Return the moment a number of Excel's calendar stands for, None if the value is no such number."""
    if isinstance(value, str) and _SERIAL.fullmatch(written := clean(value)):
        value = float(written.replace(",", "."))
    if isinstance(value, bool) or not isinstance(value, (int, float)) or int(value) not in SERIALS:
        return None
    return _FIRST_SERIAL_DAY + timedelta(seconds=round(value * 86400))


def clock(value: object) -> int:
    """Return the minute of the day (0..1439), -1 if blank, 1440 for 24:00; seconds are dropped.

    Numbers may be hours and minutes as in 805, or a fraction of a day, as Excel keeps times: as text with at least
    five digits.
    """
    match value:
        case str():
            written = clean(value)
            if not written:
                return -1
            return clock(float(written.replace(",", "."))) if _FRACTION.fullmatch(written) else _written_clock(written)
        case datetime():
            return _minute(value.time())
        case time():
            return _minute(value)
        case timedelta() if timedelta(0) <= value <= timedelta(days=1):
            return round(value.total_seconds()) // 60
        case bool():
            raise ValueError(shown(value))
        case float() | int() if 0 < value < 1:
            return min(round(value * 86400) // 60, END_OF_DAY - 1)
        case float() | int() if value == int(value) and 100 <= value <= 2400:
            return _written_clock(f"{int(value):04d}")
        case float() if serial(value):
            return _minute(serial(value).time())  # type: ignore[union-attr]
        case _:
            raise ValueError(shown(value))


def clock_span(value: object) -> tuple[str, str] | None:
    """Return beginning and end of a text such as "08:05 - 08:18 Uhr", None for anything else."""
    parts = _SPAN.split(clean(value)) if isinstance(value, str) else []
    try:
        return (parts[0], parts[1]) if len(parts) == 2 and min(map(clock, parts)) >= 0 else None
    except ValueError:
        return None


def _written_clock(written: str) -> int:
    if half := _HALF_DAY.fullmatch(written):
        return _of_half_day(int(half[1]), half[2], afternoon=half[3].casefold() == "p")
    match = _CLOCK.fullmatch(written)
    if not match:
        day_and_time = _written_moment(written) if len(written) > len("08:05:30 Uhr") else None
        if day_and_time is None:
            raise ValueError(written)
        return day_and_time.hour * 60 + day_and_time.minute
    hour, minute = int(match[1] or match[4] or match[6]), int(match[2] or match[5] or 0)
    if (hour, minute, int(match[3] or 0)) == (24, 0, 0):
        return END_OF_DAY
    time(hour, minute, int(match[3] or 0))  # raises where out of range
    return hour * 60 + minute


def _of_half_day(hour: int, rest: str, *, afternoon: bool) -> int:
    """Return the minute of the day of a time such as 8:05 PM; 12 AM is midnight, 12 PM noon."""
    if not 1 <= hour <= 12:
        raise ValueError(f"{hour}{rest}")
    return _written_clock(f"{hour % 12 + 12 * afternoon}{rest or ':00'}")


def _minute(value: time) -> int:
    # Excel keeps times as fractions of a day; 8:05 may come as a hair below 8:05:00.
    seconds = value.hour * 3600 + value.minute * 60 + value.second + (value.microsecond >= 500_000)
    return min(seconds // 60, 1439)
