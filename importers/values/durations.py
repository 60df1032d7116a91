"""Numbers and durations as programs write them, read with one decimal mark for a whole column."""

from __future__ import annotations

import re
from datetime import datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from importers.files.cell import shown
from importers.values.spelling import clean

if TYPE_CHECKING:
    from collections.abc import Iterable


class Mark(StrEnum):
    """The decimal mark of a column."""

    COMMA = ","
    POINT = "."
    MIXED = "mixed"
    UNKNOWN = ""


class AmbiguousError(ValueError):
    """A number such as 1.234 could be more than a thousand or little more than one."""


_LONGEST: Final = 60
"""No duration is written with more characters; patterns look at nothing longer."""

_PLAIN: Final = re.compile(r"[+-]?\d{1,12}", re.ASCII)
_GROUPED: Final = {
    Mark.COMMA: re.compile(r"[+-]?[1-9]\d{0,2}(?:\.\d{3})+(?:,\d{1,40})?", re.ASCII),
    Mark.POINT: re.compile(r"[+-]?[1-9]\d{0,2}(?:,\d{3})+(?:\.\d{1,40})?", re.ASCII),
}
_DECIMAL: Final = {
    Mark.COMMA: re.compile(r"[+-]?\d{0,12},\d{1,40}", re.ASCII),
    Mark.POINT: re.compile(r"[+-]?\d{0,12}\.\d{1,40}", re.ASCII),
}
_THREE: Final = re.compile(r"[+-]?[1-9]\d{0,2}[.,]\d{3}", re.ASCII)
_FIGURES: Final = re.compile(r"[+-]?[\d.,]*\d", re.ASCII)
_SPACED: Final = re.compile(r"(?<![\d.,])([1-9]\d{0,2})((?:[ '’]\d{3})+)(?!\d)", re.ASCII)
"""Thousands set apart by blanks or apostrophes."""

_COLONS: Final = re.compile(r"(\d{1,3}):(\d{2})(?::(\d{2}))?(?: ?(?:h|std\.?|stunden))?", re.IGNORECASE | re.ASCII)
_UNITS: Final = {
    "hours": r"(?:h|std|stdn|stunden?)\.?",
    "minutes": r"(?:m|min|mins|minuten?|minutes?|['’′])\.?",
    "seconds": r"(?:s|sek|sec|sekunden?|seconds?|''|\"|″)\.?",
}
_FIGURE: Final = r"([\d.,]*\d) ?"
_WITH_UNITS: Final = re.compile(
    ",? ?(?:und )?".join(f"(?:{_FIGURE}{unit})?" for unit in _UNITS.values()),
    re.IGNORECASE | re.ASCII,
)
_HOURS_AND: Final = re.compile(r"(\d{1,2}) ?(?:h|std\.?) ?([0-5]?\d)", re.IGNORECASE | re.ASCII)
"""Hours with a unit and minutes without: "1h 5", "1h05"."""

_SECONDS: Final = (3600, 60, 1)
UNITS: Final = {"min": 60, "s": 1, "h": 3600}
"""Units a user may choose for the numbers of a column -> seconds."""

_HEADING_UNIT: Final = {
    3600: re.compile(r"\b(?:h|std|stdn|stunden?|hours?)\b", re.IGNORECASE),
    1: re.compile(r"\b(?:s|sek|sec|sekunden?|seconds?)\b", re.IGNORECASE),
}
_MINUTES: Final = re.compile(r"\bmin", re.IGNORECASE)


def decimal_mark(cells: Iterable[Any]) -> Mark:
    """Return which mark the texts of a column use before decimals."""
    marks: set[Mark] = set()
    for cell in cells:
        if not isinstance(cell, str) or len(cell) > _LONGEST:
            continue
        for figure in _FIGURES.findall(cell):
            comma, point = figure.rfind(","), figure.rfind(".")
            if max(comma, point) < 0 or _THREE.fullmatch(figure):
                continue
            if figure.count(",") > 1 or figure.count(".") > 1:
                marks.add(Mark.POINT if figure.count(",") > 1 else Mark.COMMA)
            else:
                marks.add(Mark.COMMA if comma > point else Mark.POINT)
    if len(marks) > 1:
        return Mark.MIXED
    return marks.pop() if marks else Mark.UNKNOWN


def number(text: str, mark: Mark) -> Decimal:
    """Return a written number exactly.

    Raises
    ------
    AmbiguousError
        For one such as 1.234 where the column does not show what the point means.
    ValueError
        If it is none.
    """
    if _PLAIN.fullmatch(text):
        return Decimal(text)
    if _THREE.fullmatch(text):
        # A comma is what separates decimals here, unless all other cells of the column show a point.
        known = Mark.COMMA if mark is not Mark.POINT and "," in text else mark
        if known not in _GROUPED:
            raise AmbiguousError(text)
        return _exact(text, known)
    for tried in (Mark.COMMA, Mark.POINT):
        if _DECIMAL[tried].fullmatch(text) or _GROUPED[tried].fullmatch(text):
            return _exact(text, tried)
    raise ValueError(text)


def seconds(value: object, most: int, mark: Mark = Mark.UNKNOWN, unit: int = 60) -> int:
    """Return a duration as whole seconds, rounded half up; -1 if blank.

    ``1:30`` is one hour and a half, ``0:05:30`` has seconds.

    Parameters
    ----------
    most
        Longest duration in minutes.
    mark
        Decimal mark of the column.
    unit
        Seconds of a number without a unit of its own.

    Raises
    ------
    ValueError
        For anything else, for negative durations and for longer ones.
    """
    duration = _seconds(value, mark, unit)
    if duration is None:
        return -1
    if not 0 <= duration <= 60 * most:
        raise ValueError(shown(value))
    return int(duration.quantize(Decimal(1), rounding=ROUND_HALF_UP))


def _seconds(value: object, mark: Mark, unit: int) -> Decimal | None:
    match value:
        case bool() | datetime():
            raise ValueError(shown(value))
        case int() | float():
            return Decimal(repr(value)) * unit
        case timedelta():
            return Decimal(round(value.total_seconds()))
        case time():
            return Decimal(value.hour * 3600 + value.minute * 60 + value.second + (value.microsecond >= 500_000))
        case str():
            written = clean(value)
            if len(written) > _LONGEST:
                raise ValueError(written)
            return _written(written, mark, unit) if written else None
        case _:
            raise ValueError(shown(value))


def _written(text: str, mark: Mark, unit: int) -> Decimal:
    text = _SPACED.sub(lambda match: match[1] + re.sub(r"\D", "", match[2]), text)
    if match := _COLONS.fullmatch(text):
        hours, minutes, rest = int(match[1]), int(match[2]), int(match[3] or 0)
        time(0, minutes, rest)  # raises where out of range
        return Decimal(hours * 3600 + minutes * 60 + rest)
    if _FIGURES.fullmatch(text):
        return number(text, mark) * unit
    if match := _HOURS_AND.fullmatch(text):
        return Decimal(int(match[1]) * 3600 + int(match[2]) * 60)
    match = _WITH_UNITS.fullmatch(text)
    if not match or not any(match.groups()):
        raise ValueError(text)
    return sum(
        (number(figure, mark) * each for figure, each in zip(match.groups(), _SECONDS, strict=True) if figure),
        Decimal(0),
    )


def has_colon(value: object) -> bool:
    """Return whether a text is hours and minutes with a colon between."""
    return isinstance(value, str) and bool(_COLONS.fullmatch(clean(value)))


def unit_of(heading: str) -> int:
    """Return the seconds of a number under a heading such as "Dauer (h)"; minutes by default."""
    if not _MINUTES.search(heading):
        for unit, pattern in _HEADING_UNIT.items():
            if pattern.search(heading):
                return unit
    return 60


def _exact(text: str, mark: Mark) -> Decimal:
    if not (_DECIMAL[mark].fullmatch(text) or _GROUPED[mark].fullmatch(text)):
        raise ValueError(text)
    group = "." if mark is Mark.COMMA else ","
    return Decimal(text.replace(group, "").replace(mark.value, "."))
