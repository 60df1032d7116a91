"""Days whose year has two digits: whether it stands first or last, decided for each separator of a column."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any, Final

from importers.values import days_and_times
from importers.values.days_and_times import SURE, TYPOS

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

_FEWEST: Final = 3
"""Different days it takes until what they have in common is a year."""

_FIRST_YEAR: Final = 20
"""Numbers from here to 31 may be a day of the month or a year of the data; those below are days."""


class YearPlace(Enum):
    """Where the year stands in the days with one separator."""

    FIRST = "first"
    LAST = "last"
    OPEN = "no day shows it"


@dataclass(frozen=True, slots=True)
class YearWriting:
    """The days of a column with one separator and two digits for the year.

    Attributes
    ----------
    place
        As far as the column shows it.
    years
        The last two digits of the years they have in common, as far as they were decided by them.
    """

    place: YearPlace
    years: frozenset[int] = frozenset()

    def of(self, day: days_and_times.ShortDay) -> YearPlace:
        """Return where the year of one of the days stands, OPEN where nobody knows."""
        if day.first == day.last or not (day.year_may_be_first and day.year_may_be_last):
            only_first = day.year_may_be_first and self.place is YearPlace.FIRST
            return YearPlace.FIRST if only_first else YearPlace.LAST
        year, other = (day.first, day.last) if self.place is YearPlace.FIRST else (day.last, day.first)
        return YearPlace.OPEN if year not in self.years and other in self.years else self.place


def year_writings(cells: Iterable[Any]) -> Mapping[str, YearWriting]:
    """Return the separators of the days of a column that have a two-digit year, each with the place of the year."""
    days: dict[str, set[days_and_times.ShortDay]] = defaultdict(set)
    for cell in cells:
        if day := days_and_times.short_day(cell):
            days[day.mark].add(day)
    return {mark: _writing(mark, found) for mark, found in days.items()}


def _writing(mark: str, days: Collection[days_and_times.ShortDay]) -> YearWriting:
    either = [day for day in days if day.year_may_be_first and day.year_may_be_last]
    first = _common_years([(day.first, day.middle, day.last) for day in either])
    last = _common_years([(day.last, day.middle, day.first) for day in either])
    german = mark == days_and_times.GERMAN
    if last and not first:
        return YearWriting(YearPlace.LAST, last)
    if first and not last:
        return YearWriting(YearPlace.OPEN if german else YearPlace.FIRST, first)
    only_first = sum(not day.year_may_be_last for day in days if day.year_may_be_first)
    only_last = sum(not day.year_may_be_first for day in days if day.year_may_be_last)
    if german or only_last >= max(SURE, TYPOS * only_first):
        return YearWriting(YearPlace.LAST)
    return YearWriting(YearPlace.FIRST if only_first >= max(SURE, TYPOS * only_last) else YearPlace.OPEN)


def _common_years(numbers: list[tuple[int, int, int]]) -> frozenset[int]:
    """Return the year, or the two that follow one another, of all days but a few if the first number is it; else none.

    Parameters
    ----------
    numbers
        What may be the year, the number in the middle, and what is the day of the month then.
    """
    counts = Counter(year for year, _, _ in numbers)
    begin = max(counts, key=lambda year: (counts[year] + counts[year + 1], counts[year]), default=0)
    years = frozenset({begin, begin + 1} & counts.keys())
    days = {(month, day) for year, month, day in numbers if year in years}
    agree = sum(counts[year] for year in years)
    varied = len(days) >= _FEWEST and min(day for _, day in days) < _FIRST_YEAR
    return years if varied and begin >= _FIRST_YEAR and agree >= TYPOS * (len(numbers) - agree) else frozenset()


__all__ = ["YearPlace", "YearWriting", "year_writings"]
