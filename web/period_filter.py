"""Period and ward of a page: read from its address, shown in its frame, kept in its links."""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Final, NamedTuple
from urllib.parse import urlencode

from web.services.analysis.overview import months
from web.wording import figures

if TYPE_CHECKING:
    from collections.abc import Mapping


_FIRST_YEAR: Final = 1900
_LAST_YEAR: Final = 2199
"""Beyond, a month or day further can no longer be counted."""


@dataclass(frozen=True, slots=True)
class FilterChoice:
    """What the address asks for; None = not chosen."""

    start: date | None = None
    end: date | None = None
    ward: str | None = None


def read(arguments: Mapping[str, str]) -> FilterChoice:
    """Return the choice in the query parameters ``von``, ``bis`` and ``wb``; what is not a day counts as not chosen."""
    start, end = day(arguments.get("von", "")), day(arguments.get("bis", ""))
    if start and end and start > end:
        start, end = end, start
    return FilterChoice(start, end, arguments.get("wb") or None)


def day(text: str) -> date | None:
    """Return an ISO day of an address; None for anything else, and for days no home has data of."""
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return None
    return found if _FIRST_YEAR <= found.year <= _LAST_YEAR else None


class Month(NamedTuple):
    """A month to choose."""

    label: str
    url: str
    current: bool


@dataclass(frozen=True)
class PeriodFilter:
    """The choice of a page, and what else could be chosen.

    Attributes
    ----------
    start, end
        The period shown, both days included.
    first, last
        The period for which there are data.
    action
        Address of the page without parameters.
    kept
        Other parameters of the page that a new choice must not lose.
    """

    start: date
    end: date
    first: date
    last: date
    ward: str | None
    wards: tuple[str, ...]
    action: str
    kept: tuple[tuple[str, str], ...] = ()

    @property
    def label(self) -> str:
        """Period and ward in words; the period alone on pages that know no wards."""
        period = figures.period(self.start, self.end)
        return f"{period} · {self.ward or 'alle Wohnbereiche'}" if self.wards else period

    @property
    def arguments(self) -> dict[str, str]:
        """The choice as query parameters; what is not narrowed is left out."""
        chosen = {}
        if (self.start, self.end) != (self.first, self.last):
            chosen = {"von": self.start.isoformat(), "bis": self.end.isoformat()}
        return chosen | ({"wb": self.ward} if self.ward else {})

    @property
    def months(self) -> list[Month]:
        """The whole period and its latest twelve months, to choose with one click."""
        spans = [("gesamter Zeitraum", self.first, self.last)]
        for first in months(self.first, self.last)[-12:]:
            last = first.replace(day=calendar.monthrange(first.year, first.month)[1])
            spans.append((figures.month(first), max(first, self.first), min(last, self.last)))
        return [Month(label, self._url(a, b), (a, b) == (self.start, self.end)) for label, a, b in spans]

    def _url(self, start: date, end: date) -> str:
        chosen = {"von": start.isoformat(), "bis": end.isoformat()} | ({"wb": self.ward} if self.ward else {})
        return f"{self.action}?{urlencode(chosen | dict(self.kept))}"
