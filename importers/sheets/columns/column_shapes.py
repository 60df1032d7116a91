"""What the cells of a column look like, to decide between two meanings of a heading."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any, Final

from importers.values.spelling import clean
from importers.values.word_meanings import is_qualification, is_status

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

SAMPLE: Final = 300
"""Different cells looked at."""

_CLEAR: Final = 0.9
"""Share of the cells that must look alike."""

_LONGEST: Final = 200
"""Characters of a cell looked at."""

_EARLIEST_HOUR: Final = 5
"""Columns that never reach this hour could be durations as well."""

_CLOCK: Final = re.compile(
    r"([01]?\d|2[0-4])[:.]([0-5]\d)(?::[0-5]\d)?(?: ?uhr| ?[ap]\.?m\.?)?|([01]?\d|2[0-4]) ?(?:uhr|[ap]m)", re.IGNORECASE
)
_SPAN: Final = re.compile(
    r"([01]?\d|2[0-4])[:.][0-5]\d()()(?: uhr)? ?(?:[-–—]|bis) ?\d{1,2}[:.]\d{2}(?: uhr)?", re.IGNORECASE
)
_PACKED: Final = re.compile(r"(?:[01]?\d|2[0-3])[0-5]\d")
_DURATION: Final = re.compile(r"\d{1,4}(?:[.,]\d+)? ?(?:min\w*\.?|')?|\d+ ?(?:h|std\.?|sek\.?|s)\b.*", re.IGNORECASE)
_DAY: Final = re.compile(r"(?:\w{2,10}\.?,? )?(?:\d{1,2}[./-]\d{1,2}[./-](?:\d{4}|\d{2})|\d{4}-\d{2}-\d{2})")
_NUMBER: Final = re.compile(r"[A-Za-z]{0,4}[-_/. ]?\d[\d\-/.]*[A-Za-z]?")
_NAME: Final = re.compile(r"[^\W\d_][\w'’?.\-]*(?:, ?| )[^\W\d_][\w'’?.\- ]*")
_INITIALS: Final = re.compile(r"[^\W\d_]{1,4}\d?")
_CATALOGUE: Final = re.compile(r"\d\.[A-Z]?\d{1,2}")


def fits(shape: str, cells: Iterable[Any]) -> bool:
    """Return whether the cells of a column have a shape; a column without cells has none.

    Parameters
    ----------
    shape
        One of :data:`importers.sheets.synonyms.SHAPES`.
    cells
        Cells that are not blank, the different ones.
    """
    sample = [clean(cell)[:_LONGEST] if isinstance(cell, str) else cell for cell in cells]
    if not sample:
        return False
    if shape in {"uhrzeit", "dauer"}:
        return _reading(sample) == shape
    looks = _LOOKS[shape]
    return sum(map(looks, sample)) >= _CLEAR * len(sample)


def _reading(sample: list[Any]) -> str:
    """Return whether cells are times of day or durations, "" where both could be meant."""
    hours: list[int] = []
    plain = 0
    packed = True
    for cell in sample:
        if isinstance(cell, (time, datetime)):
            hours.append(cell.hour)
        elif isinstance(cell, timedelta):
            hours.append(int(cell.total_seconds()) // 3600)
        elif (
            isinstance(cell, str) and (match := _SPAN.fullmatch(cell) or _CLOCK.fullmatch(cell)) and not _decimal(cell)
        ):
            hours.append(int(match[1] or match[3]))
        elif isinstance(cell, float) and 0 < cell < 1:
            hours.append(int(cell * 24))
        elif (isinstance(cell, (int, float)) and not isinstance(cell, bool)) or (
            isinstance(cell, str) and _DURATION.fullmatch(cell)
        ):
            plain += 1
            packed = packed and bool(_PACKED.fullmatch(cell if isinstance(cell, str) else f"{cell:.15g}"))
    most = max(len(hours), plain)
    if most < _CLEAR * len(sample):
        return ""
    if len(hours) >= plain:
        return "uhrzeit" if max(hours) >= _EARLIEST_HOUR else ""
    if packed:
        return ""
    return "dauer"


def _decimal(cell: str) -> bool:
    return cell.count(".") == 1 and ":" not in cell and "uhr" not in cell.casefold()


def _is_day(cell: Any) -> bool:
    if isinstance(cell, date):
        return not isinstance(cell, datetime)
    return isinstance(cell, str) and bool(_DAY.fullmatch(cell))


def _is_moment(cell: Any) -> bool:
    if isinstance(cell, datetime):
        return True
    match = _DAY.match(cell) if isinstance(cell, str) else None
    return match is not None and ":" in cell[match.end() :]


def _is_number(cell: Any) -> bool:
    if isinstance(cell, str):
        return bool(_NUMBER.fullmatch(cell))
    return isinstance(cell, (int, float)) and not isinstance(cell, bool) and cell == int(cell)


def _text(pattern: re.Pattern[str]) -> Callable[[Any], bool]:
    return lambda cell: isinstance(cell, str) and bool(pattern.fullmatch(cell))


_LOOKS: Final[dict[str, Callable[[Any], bool]]] = {
    "tag": _is_day,
    "zeitpunkt": _is_moment,
    "nummer": _is_number,
    "name": _text(_NAME),
    "kuerzel": _text(_INITIALS),
    "katalog": _text(_CATALOGUE),
    "status": lambda cell: isinstance(cell, bool) or (isinstance(cell, str) and is_status(cell)),
    "qualifikation": lambda cell: isinstance(cell, str) and is_qualification(cell),
}
