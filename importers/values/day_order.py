"""In which order a column of days writes day and month: decided for each separator, from the cells that show it."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any, Final

from importers.values import cell_values, days_and_times
from importers.values.days_and_times import SURE, TYPOS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

MONTHS: Final = 12


class Order(Enum):
    """What is known of the days with one separator."""

    DAY_FIRST = "day first"
    MONTH_FIRST = "month first"
    MONTH_FIRST_PERHAPS = "one day shows that the month stands first"
    MIXED = "some days show one order, some the other"
    OPEN = "no day shows it"


@dataclass(frozen=True, slots=True)
class DayWriting:
    """The days of a column with one separator.

    Attributes
    ----------
    order
        As far as the column shows it.
    month_first
        A cell that shows that the month stands first, "" = none does.
    """

    order: Order
    month_first: str = ""


def day_orders(cells: Iterable[Any]) -> Mapping[str, DayWriting]:
    """Return the separators of a column of days written as numbers, each with the order of day and month."""
    shown: dict[str, tuple[set[tuple[int, int]], dict[tuple[int, int], str]]] = defaultdict(lambda: (set(), {}))
    for cell in cells:
        if parts := days_and_times.parts_of_day(cell):
            mark, first, second = parts
            day_first, month_first = shown[mark]
            if first > MONTHS:
                day_first.add((first, second))
            elif second > MONTHS:
                month_first.setdefault((first, second), cell_values.text(cell))
    return {
        mark: DayWriting(_order(mark, len(day_first), len(month_first)), next(iter(month_first.values()), ""))
        for mark, (day_first, month_first) in shown.items()
    }


def _order(mark: str, day_first: int, month_first: int) -> Order:
    """Return the order, from the numbers of different days that show either."""
    if not day_first and not month_first:
        return Order.OPEN
    if not month_first or (day_first and mark == days_and_times.GERMAN) or day_first >= TYPOS * month_first:
        return Order.DAY_FIRST
    if day_first and month_first < TYPOS * day_first:
        return Order.MIXED
    return Order.MONTH_FIRST if month_first >= SURE and mark != days_and_times.GERMAN else Order.MONTH_FIRST_PERHAPS
