"""Which shift a time of day belongs to, by when the shifts of a home begin (``docs/adr/0022``).

A home says it once among its own words, or the files say it in their sheet ``Dienstzeiten``. Nothing is derived from
what other homes do.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeAlias

import numpy as np

from importers.files.coded_column import CodedColumn
from importers.values import days_and_times
from importers.values.roster_times import DAY_MINUTES
from importers.values.spelling import fold

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray


CODES: Final = {
    "Früh": ("Früh", "F", "FD", "Frühdienst", "Frühschicht"),
    "Spät": ("Spät", "S", "SD", "Spätdienst", "Spätschicht"),
    "Nacht": ("Nacht", "N", "ND", "NW", "Nachtdienst", "Nachtwache", "Nachtschicht"),
}
"""The shifts asked about, and the codes of rosters that stand for them where the files give their times."""

DERIVED: Final = "{} (aus Uhrzeit)"
"""What a derived shift is called: it is told apart from one that was written, in every figure."""

_FEWEST: Final = 2

Spans: TypeAlias = "Sequence[tuple[int, int]]"


def minute(written: str) -> int | None:
    """Return the minute of the day of a time such as "6:00"; None if it is none."""
    try:
        found = days_and_times.clock(written)
    except ValueError:
        return None
    return found if 0 <= found < DAY_MINUTES else None


def settled_starts(own: Mapping[str, str], codes: Mapping[str, Spans]) -> Mapping[str, str]:
    """Return what the home says of its shifts; where it leaves one open, what the codes of the files say of all.

    Parameters
    ----------
    own
        Shift -> time of day, or anything else where the home has no such shift.
    codes
        Codes of the files' sheet ``Dienstzeiten`` -> first and last minute of each time on duty.
    """
    if all(fold(shift) in set(map(fold, own)) for shift in CODES):
        return own
    begins: dict[str, str] = {}
    for shift, words in CODES.items():
        usual = set(map(fold, words))
        times = {spans[0][0] for code, spans in codes.items() if fold(code) in usual and len(spans) == 1}
        if len(times) != 1:  # some have several, or none: it is not clear when it begins
            return own
        begins[shift] = as_time(times.pop())
    return begins


def starts(own: Mapping[str, str]) -> dict[str, int]:
    """Return shift -> minute of the day at which it begins; nothing where one of those asked about is open."""
    if not all(fold(shift) in set(map(fold, own)) for shift in CODES):
        return {}
    found = {shift: at for shift, text in own.items() if (at := minute(text)) is not None}
    return found if len(set(found.values())) >= _FEWEST else {}


def as_time(minute: int) -> str:
    """Return a minute of the day as people write it."""
    return f"{minute // 60 % 24:02d}:{minute % 60:02d}"


def fill(
    written: CodedColumn, minutes: NDArray[np.int32], begins: Mapping[str, int]
) -> tuple[CodedColumn, dict[str, int]]:
    """Return the shift of each row, derived where it is blank, and how many rows were derived to each shift.

    Parameters
    ----------
    minutes
        Minute of the day of each row, -1 = not given: nothing is derived then.
    begins
        Shift -> minute of the day at which it begins, as :func:`starts` has them; blank: nothing is derived.
    """
    blank = np.array([not word for word in written.values], dtype=bool)[written.codes]
    derived = np.flatnonzero(blank & (minutes >= 0)) if begins else np.zeros(0, dtype=np.intp)
    if not len(derived):
        return written, {}
    found = at(minutes[derived], begins)
    codes = written.codes.copy()
    codes[derived] = len(written.values) + found
    counts = np.bincount(found, minlength=len(begins)).tolist()
    return CodedColumn(codes, [*written.values, *map(DERIVED.format, begins)]), dict(zip(begins, counts, strict=True))


def at(minutes: NDArray[np.int32], begins: Mapping[str, int]) -> NDArray[np.int64]:
    """Return for each minute of the day the position of its shift: the one that began last, also the day before."""
    order = sorted(range(len(begins)), key=lambda position: [*begins.values()][position])
    times = np.array([[*begins.values()][position] for position in order])
    found: NDArray[np.int64] = np.array(order)[np.searchsorted(times, minutes, side="right") - 1]
    return found
