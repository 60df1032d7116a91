"""What a page shows of a home's work: read from its address, shown in its frame, kept in its links."""

from __future__ import annotations

import calendar
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final, NamedTuple

from web.addresses import END, GROUP, SHIFT, START, WARD
from web.services.analysis.narrowing import NOT_GIVEN
from web.services.analysis.overview import months
from web.wording import figures

if TYPE_CHECKING:
    from collections.abc import Mapping

    from werkzeug.datastructures import MultiDict


_FIRST_YEAR: Final = 1900
_LAST_YEAR: Final = 2199
"""Beyond, a month or day further can no longer be counted."""

_ONE_DAY: Final = timedelta(days=1)
_MONTHS_SHOWN: Final = 12

WORDS: Final = {WARD: "Wohnbereich", SHIFT: "Schicht", GROUP: "Gruppe von Interventionen"}
ALL: Final = {WARD: "alle Wohnbereiche", SHIFT: "alle Schichten", GROUP: "alle Interventionen"}
"""How the parameters of an address are called on the page, and each of them where nothing is chosen."""


@dataclass(frozen=True, slots=True)
class FilterChoice:
    """What the address asks for.

    Attributes
    ----------
    start, end
        First and last day; None = not said, or not legible.
    labels
        Ward, shift and group chosen, by the name of their parameter.
    problems
        What of the address cannot be meant, as German sentences.
    """

    start: date | None = None
    end: date | None = None
    labels: Mapping[str, str] = field(default_factory=dict)
    problems: tuple[str, ...] = ()


def read(arguments: MultiDict[str, str]) -> FilterChoice:
    """Return what the query parameters ask for, and what of them cannot be meant."""
    problems = [
        f"Die Adresse nennt „{name}“ mehrmals; es gilt das erste Mal."
        for name in (START, END, *WORDS)
        if len(set(arguments.getlist(name))) > 1
    ]
    labels = {name: arguments[name] for name in WORDS if arguments.get(name)}
    said = {name: arguments[name] for name in (START, END) if arguments.get(name)}
    days = {name: day(text) for name, text in said.items()}
    wrong = [f"„{said[name]}“ ist kein Tag, wie ihn „{name}“ braucht (2026-03-01)." for name in said if not days[name]]
    if wrong:
        return FilterChoice(None, None, labels, (*problems, *wrong))
    start, end = days.get(START), days.get(END)
    if start and end and start > end:
        start, end = end, start
        problems.append("In der Adresse liegt „von“ nach „bis“; beide sind vertauscht.")
    return FilterChoice(start, end, labels, tuple(problems))


def day(text: str) -> date | None:
    """Return an ISO day of an address; None for anything else, and for days no home has data of."""
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return None
    return found if _FIRST_YEAR <= found.year <= _LAST_YEAR else None


def month_of(value: date) -> tuple[date, date]:
    """Return first and last day of the month of a day."""
    return value.replace(day=1), value.replace(day=calendar.monthrange(value.year, value.month)[1])


def usual_period(first: date, last: date) -> tuple[date, date]:
    """Return the latest whole month within the days with data; all of them where there is none."""
    end = month_of(last)[0] - _ONE_DAY if month_of(last)[1] > last else last
    start = end.replace(day=1)
    return (start, end) if start >= first else (first, last)


class Preset(NamedTuple):
    """A period to choose with one click."""

    label: str
    start: date
    end: date
    current: bool


class Dimension(NamedTuple):
    """What can be chosen of wards, shifts or groups: parameter, word, value ("" = all), values with words."""

    name: str
    word: str
    all: str
    value: str
    options: list[tuple[str, str]]


@dataclass(frozen=True)
class PeriodFilter:
    """The choice of a page, and what else could be chosen.

    Attributes
    ----------
    start, end
        The period shown, both days included.
    first, last
        The period for which there are data.
    labels
        Ward, shift and group chosen, by parameter.
    offered
        What can be chosen of each; parameters that mean nothing to the page are missing.
    problems
        What of the address cannot be meant, as German sentences.
    """

    start: date
    end: date
    first: date
    last: date
    labels: Mapping[str, str]
    offered: Mapping[str, list[str]]
    problems: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        """Period and what the work is narrowed to, in words; of wards also that it is not."""
        words = [figures.period(self.start, self.end)]
        words += [self._words(name) for name in self.offered if name in self.labels or name == WARD]
        return " · ".join(words)

    @property
    def narrowed(self) -> dict[str, str]:
        """What the work shown is narrowed to: label by parameter."""
        return {name: given(label) for name, label in self.labels.items() if name in self.offered}

    @property
    def whole_months(self) -> tuple[date, date]:
        """First and last day of the months the period touches, as far as there are data."""
        return max(month_of(self.start)[0], month_of(self.first)[0]), min(month_of(self.end)[1], month_of(self.last)[1])

    @property
    def without_effect(self) -> str:
        """What the address chooses and the page cannot tell apart, in words; "" = nothing."""
        return ", ".join(self._words(name) for name in self.labels if name not in self.offered)

    @property
    def uncovered(self) -> str:
        """The days of the period before and after all data, in words; "" = none."""
        spans = []
        if self.start < self.first <= self.end:
            spans.append(figures.period(self.start, self.first - _ONE_DAY))
        if self.start <= self.last < self.end:
            spans.append(figures.period(self.last + _ONE_DAY, self.end))
        return " und ".join(spans)

    @property
    def dimensions(self) -> list[Dimension]:
        """What can be chosen, as fields of a form."""
        return [
            Dimension(
                name, WORDS[name], ALL[name], self.labels.get(name, ""), [(label, given(label)) for label in labels]
            )
            for name, labels in self.offered.items()
        ]

    @property
    def presets(self) -> list[Preset]:
        """The month shown last, the one before, their quarter and year, and all days."""
        end = min(max(self.end, self.first), self.last)
        this, before = month_of(end), month_of(end.replace(day=1) - _ONE_DAY)
        number = (end.month + 2) // 3
        quarter = (date(end.year, 3 * number - 2, 1), month_of(date(end.year, 3 * number, 1))[1])
        spans = [
            (figures.month(end), this),
            (f"Vormonat: {figures.month(before[0])}", before),
            (f"{number}. Quartal {end.year}", quarter),
            (f"Jahr {end.year}", (date(end.year, 1, 1), date(end.year, 12, 31))),
            ("Gesamter Zeitraum", (self.first, self.last)),
        ]
        return [self._preset(label, span) for label, span in spans if span[1] >= self.first]

    @property
    def months(self) -> list[Preset]:
        """The latest twelve months with data."""
        latest = months(self.first, self.last)[-_MONTHS_SHOWN:]
        return [self._preset(figures.month(first), month_of(first)) for first in latest]

    def _preset(self, label: str, span: tuple[date, date]) -> Preset:
        return Preset(label, *span, current=span == (self.start, self.end))

    def _words(self, name: str) -> str:
        label = self.labels.get(name)
        if label is None:
            return ALL[name]
        return f"{WORDS[name]} {given(label)}" if name == SHIFT or label == NOT_GIVEN else label


def given(label: str) -> str:
    """Return a label as the page writes it."""
    return figures.NO_LABEL if label == NOT_GIVEN else label
