"""Times and days as rosters write them: clock times, spans, the days above the columns, month and year of a title."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final

from importers.files.cell import shown
from importers.values import days_and_times
from importers.values.spelling import clean, fold

DAY_MINUTES: Final = 1440
DASH: Final = r"\s*(?:[-–—−]|bis)\s*"
_CLOCK: Final = r"(?:\d{1,2}[:.]\d{2}(?::\d{2})?|\d{3,4})(?: ?(?:uhr|h))?|\d{1,2} ?(?:uhr|h)"
_ONE: Final = re.compile(
    r"(?:(\d{1,2})[:.](\d{2})(?::\d{2})?|(\d{1,2})(\d{2})|(\d{1,2}))(?: ?(?:uhr|h))?", re.IGNORECASE
)
_ALONE: Final = re.compile(_CLOCK, re.IGNORECASE)
_SPAN: Final = re.compile(rf"({_CLOCK}){DASH}({_CLOCK})", re.IGNORECASE)
_NO_DAY: Final = 1905
"""Spreadsheets keep a time of day as a moment at the beginning of their calendar (1899, 1900 or 1904)."""

WEEKDAYS: Final = ("mo", "di", "mi", "do", "fr", "sa", "so")
_WEEKDAY: Final = (
    r"(mo|di|mi|do|fr|sa|so|montag|dienstag|mittwoch|donnerstag|freitag|samstag|sonnabend|sonntag)(?![a-z])\.?,?"
)
_DAY: Final = re.compile(
    rf"(?:{_WEEKDAY}\s*)?(?:(\d{{4}})-(\d{{2}})-(\d{{2}})|(\d{{1,2}})(?:\.(?:\s?(\d{{1,2}})(?:\.(?:\s?(\d{{4}}|\d{{2}}))?)?)?)?)(?:,?\s*{_WEEKDAY})?"
)
_MIDNIGHT: Final = re.compile(r"[ t]00:00(?::00(?:\.0+)?)?$")
_FULL: Final = r"(\d{1,2})\.\s?(\d{1,2})\.\s?(\d{4}|\d{2})"
_RANGE: Final = re.compile(rf"{_FULL}{DASH}{_FULL}")
_MONTHS: Final = {
    word: number
    for number, words in enumerate(
        (
            "januar jaenner jan",
            "februar feber feb",
            "maerz mrz maer marz mar",
            "april apr",
            "mai",
            "juni jun",
            "juli jul",
            "august aug",
            "september sept sep",
            "oktober okt",
            "november nov",
            "dezember dez",
        ),
        1,
    )
    for word in words.split()
}
_MONTH_WORD: Final = re.compile(
    rf"(?<![a-z])({'|'.join(sorted(_MONTHS, key=len, reverse=True))})(?![a-z])\.?(?:\s*'?(\d{{4}}|\d{{2}})(?!\d))?"
)
_MONTH_NUMBER: Final = re.compile(
    r"(?<![\d.])(?:(20\d\d) ?[-/.]? ?(0[1-9]|1[0-2])(?!\d)|(0?[1-9]|1[0-2]) ?[-/.] ?(20\d\d))(?![.\d])"
)
_MONTH_IN_NAME: Final = re.compile(_MONTH_WORD.pattern.replace("maerz", "maerz|märz|jänner"), re.IGNORECASE)
_ROSTER_WORD: Final = re.compile(
    r"dienst(?:e|plan|pläne|plaene)?\b|schichtplan|roster|einsatzplan|monat\b", re.IGNORECASE
)
_YEAR: Final = re.compile(r"(?<!\d)(20\d\d)(?!\d)")
_PRINTED: Final = re.compile(r"(?:stand|druck|ausdruck|gedruckt|erstellt|version)\b")


def clock(text: str) -> int | None:
    """Return the minute of the day of "6:30", "06.30", "0630" or "6 Uhr"; 24:00 is 1440; None if it is no time."""
    written = clean(text)
    if not _ALONE.fullmatch(written):
        return None
    match = _ONE.fullmatch(written)
    assert match
    hour, minute = int(match[1] or match[3] or match[5]), int(match[2] or match[4] or 0)
    minutes = hour * 60 + minute
    return minutes if minute < 60 and minutes <= DAY_MINUTES else None


def span(text: str) -> tuple[int, int] | None:
    """Return first and last minute of "06:00-14:00"; an end not after its start is on the next day; None if no span."""
    match = _SPAN.fullmatch(clean(text))
    if not match:
        return None
    start, end = clock(match[1]), clock(match[2])
    if start is None or end is None or start == DAY_MINUTES:
        return None
    return start, end if end > start else end + DAY_MINUTES


def point(value: object) -> int | datetime | None:
    """Return a cell of ``Beginn`` or ``Ende``: a minute of the day, or a moment with its day; None if blank.

    Raises
    ------
    ValueError
        If it is neither.
    """
    match value:
        case datetime():
            near = (value + timedelta(microseconds=500_000)).replace(microsecond=0, tzinfo=None)
            return near.hour * 60 + near.minute if near.year < _NO_DAY else near
        case time():
            return days_and_times.clock(value)
        case timedelta() if timedelta(0) <= value <= timedelta(days=1):
            return round(value.total_seconds()) // 60
        case bool():
            raise ValueError(shown(value))
        case int() | float():
            return _of_number(value)
        case str():
            written = re.sub(rf"^{_WEEKDAY}\s+", "", clean(value), flags=re.IGNORECASE)
            minute = clock(written)
            return days_and_times.sure_moment(written) if minute is None else minute
        case _:
            return days_and_times.sure_moment(value)


def _of_number(value: float) -> int:
    """Read a fraction of a day, or a time typed without its colon (630, 2215)."""
    if 0 <= value < 1:
        return min(round(value * 86_400) // 60, DAY_MINUTES)
    if value == int(value) and 100 <= value <= 2400 and value % 100 < 60:
        return int(value) // 100 * 60 + int(value) % 100
    raise ValueError(shown(value))


@dataclass(frozen=True, slots=True)
class DayHeading:
    """The day a column or a row is headed with; 0 = not given. Weekday: 0 = Monday, -1 = not given."""

    day: int
    month: int = 0
    year: int = 0
    weekday: int = -1

    def dated(self) -> date | None:
        """Return the date where it is complete, None where there is no such day."""
        return made_date(self.year, self.month, self.day) if self.month and self.year else None


def made_date(year: int, month: int, day: int) -> date | None:
    """Return a date, None where the calendar has none."""
    try:
        return date(year, month, day)
    except ValueError:
        return None


def heading(cell: object) -> DayHeading | None:
    """Return the day a cell names: a date, "Mo 02.03.", "1", "Mo 01."; None if it names none."""
    if isinstance(cell, date):
        return DayHeading(cell.day, cell.month, cell.year) if cell.year >= _NO_DAY else None
    if isinstance(cell, (int, float)) and not isinstance(cell, bool) and cell in range(1, 32):
        return DayHeading(int(cell))
    if moment := days_and_times.serial(cell):
        return DayHeading(moment.day, moment.month, moment.year)
    if not isinstance(cell, str) or len(cell) > 30:
        return None
    match = _DAY.fullmatch(_MIDNIGHT.sub("", clean(cell).casefold()))
    if not match:
        return None
    before, iso_year, iso_month, iso_day, day, month, year, after = match.groups()
    day_heading = DayHeading(
        int(iso_day or day),
        int(iso_month or month or 0),
        _full_year(iso_year or year),
        weekday(before or after or ""),
    )
    known = (
        1 <= day_heading.day <= 31
        and day_heading.month <= 12
        and (not day_heading.month or made_date(day_heading.year or 2024, day_heading.month, day_heading.day))
    )
    return day_heading if known else None


def weekday(text: object) -> int:
    """Return 0 for Monday ... 6 for Sunday, -1 for anything else."""
    if not isinstance(text, str):
        return -1
    written = clean(text).casefold().rstrip(".,")
    if not re.fullmatch(_WEEKDAY, written):
        return -1
    return WEEKDAYS.index(written[:2])


def _full_year(text: str | None) -> int:
    return 0 if not text else int(text) + (2000 if len(text) == 2 else 0)


def period_start(cell: object) -> date | None:
    """Return the first day of "16.03.2026 - 15.04.2026" in a title, None if there is no such period."""
    match = _RANGE.search(clean(cell)) if isinstance(cell, str) else None
    return made_date(_full_year(match[3]), int(match[2]), int(match[1])) if match else None


def month_and_year(cell: object) -> tuple[int, int]:
    """Return month and year in a name or title, 0 where there are none.

    A single day counts only if it is the first of its month: others are the day a roster was printed.
    """
    if isinstance(cell, date):
        return (cell.month, cell.year) if cell.day == 1 else (0, 0)
    if isinstance(cell, float) and cell in range(2000, 2100):
        return 0, int(cell)
    if not isinstance(cell, str) or _PRINTED.match(fold(cell[:300])):
        return 0, 0
    written = clean(cell[:300]).replace("_", " ")
    if match := _RANGE.search(written):
        return int(match[2]), _full_year(match[3])
    days = re.findall(_FULL, written)
    written = re.sub(_FULL, " ", written)
    text = fold(written)
    lone = _YEAR.search(text)
    if match := _MONTH_WORD.search(text):
        return _MONTHS[match[1]], _full_year(match[2]) or (int(lone[1]) if lone else 0)
    if match := _MONTH_NUMBER.search(written):
        return int(match[2] or match[3]), int(match[1] or match[4])
    if days and int(days[0][0]) == 1:
        return int(days[0][1]), _full_year(days[0][2])
    return 0, int(lone[1]) if lone else 0


def without_month(name: str) -> str:
    """Return the name of a sheet without month, year and the words for a roster: what is left may be a ward."""
    rest = clean(name).replace("_", " ")
    for pattern in (_RANGE, _FULL, _MONTH_NUMBER, _MONTH_IN_NAME, _ROSTER_WORD, _YEAR):
        rest = re.sub(pattern, " ", rest)
    return " ".join(rest.split()).strip(" -–.,:;/()'")


def only_day(text: str) -> date | None:
    """Return the day of a line or title that names one day and next to nothing else, None for others."""
    days = re.findall(_FULL, clean(text))
    if len(days) != 1 or _PRINTED.match(fold(text)):
        day_heading = heading(text)
        return day_heading.dated() if day_heading else None
    rest = re.sub(rf"{_WEEKDAY}|\b(?:fuer|für|vom|am|den)\b", " ", without_month(text), flags=re.IGNORECASE)
    (day, month, year), plain = days[0], rest.strip(" ,.:-–")
    return None if plain else made_date(_full_year(year), int(month), int(day))
