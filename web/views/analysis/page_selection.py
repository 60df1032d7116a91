"""What an analysis page shows: home, period, ward, shift and group of the address, and the result."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from flask import abort, redirect, render_template, request

from web import addresses, current, period_filter
from web.addresses import GROUP, SHIFT, WARD
from web.page_table import PageTable
from web.period_filter import FilterChoice
from web.security import gate
from web.services.analysis import results
from web.services.analysis.narrowing import NOT_GIVEN
from web.services.history import trend
from web.services.words import missing_words
from web.wording import figures, order

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from web.services.analysis.results import HomeResult
    from web.services.history.trend import ShareTrend
    from web.services.words.missing_words import MissingWords

CHOICES: Final = {WARD: "Wohnbereich", SHIFT: "Schicht", GROUP: "Gruppe"}
"""What the figures by place can be narrowed to, and its word in files."""

EVERYTHING: Final = tuple(CHOICES)


@dataclass(frozen=True)
class PageSelection:
    """The figures asked for, and how they were asked for."""

    result: HomeResult
    filters: period_filter.PeriodFilter

    @property
    def ward(self) -> str | None:
        """The ward chosen; None = all."""
        return self.filters.labels.get(WARD)

    @property
    def by_shift_or_group(self) -> bool:
        """Whether the figures are those of a shift or a group alone; coverage is that of period and ward."""
        return not {SHIFT, GROUP}.isdisjoint(self.filters.narrowed)

    @property
    def context(self) -> dict[str, Any]:
        """What the frame of the page needs."""
        return {
            "filters": self.filters,
            "rulebook": self.result.rulebook,
            "books": self.result.books,
            # Of words nobody knows whose they are: how much they come to is for those who hold the files (D3).
            "may_settle": gate.may_open("terms.index"),
            "overridden": 0
            if self.by_shift_or_group or not self.result.covered
            else self.result.covered["ueberschrieben"],
        }

    def table(self, *, about: Iterable[tuple[str, object]] = (), of_all: bool = False, **parts: Any) -> PageTable[Any]:
        """Return a table of the selection.

        Parameters
        ----------
        about
            What its files say of every line besides the period, what the work is narrowed to, and the rulebook.
        of_all
            Whether it is of all wards, shifts and groups, whatever the address chooses.
        """
        narrowed = {} if of_all else self.filters.narrowed
        facts = [
            *about,
            ("Von", figures.day(self.filters.start)),
            ("Bis", figures.day(self.filters.end)),
            *(
                (f"Auswahl {word}", narrowed.get(name, "alle"))
                for name, word in CHOICES.items()
                if name in self.filters.offered
            ),
            ("Regelwerk", " / ".join(book.display for book in self.result.books)),
        ]
        return PageTable(**parts, facts=facts, period=(self.filters.start, self.filters.end))

    def trend(self) -> ShareTrend | None:
        """Return how the shares of the period came about; None where it is not made of whole months, or hidden."""
        start, end = self.filters.start, self.filters.end
        days = trend.window(start, end) if self.result.whole_months else None
        if days is None:
            return None
        wider = _load(FilterChoice(*days, self.filters.labels), self.filters.offered, {})
        return trend.of_months(wider, start, end) if wider and wider.whole_months else None

    def missing_words(self) -> MissingWords:
        """Return the undecided words of the period and ward; of all shifts and groups."""
        return missing_words.missing_words(current.access(), current.home().id, self.result.period, self.ward)

    def title(self, intervention: str) -> str:
        """Return the title of an intervention; of one that the rulebook does not know, its id."""
        entry = self.result.find_intervention(intervention)
        return entry.title if entry else intervention

    def of_group(self, intervention: str) -> bool:
        """Return whether an intervention belongs to the group chosen; to all, where none is."""
        group, entry = self.filters.labels.get(GROUP), self.result.find_intervention(intervention)
        return group is None or (entry.group if entry else NOT_GIVEN) == group


def chosen(
    by: Collection[str] = EVERYTHING,
    *,
    intervention: str | None = None,
    soll: int | None = None,
    ist: int | None = None,
) -> PageSelection | None:
    """Return what the address asks for of its home; None where nothing has been analysed yet.

    An address without a period is answered with one that names it. What an address says and cannot be meant is among
    the problems of ``PageSelection.filters``.

    Parameters
    ----------
    by
        What of ward, shift and group the page can tell apart.
    intervention, soll, ist
        What the page is about.
    """
    about = {"intervention": intervention, "soll": soll, "ist": ist}
    choice = _with_period(period_filter.read(request.args))
    if choice is None or (result := _load(choice, by, about)) is None:
        return None
    unknown = [name for name in by if not _known(result, name, choice.labels.get(name))]
    if unknown:
        choice = _without(choice, unknown)
        result = _load(choice, by, about) or result
    start, end = result.period
    shown = period_filter.PeriodFilter(
        start,
        end,
        *result.available_period,
        labels=choice.labels,
        offered={name: _offered(result, name, choice.labels.get(name)) for name in by},
        problems=choice.problems,
    )
    addresses.settle({addresses.START: start.isoformat(), addresses.END: end.isoformat(), **choice.labels})
    return PageSelection(result, shown)


def nothing(selection: PageSelection | None, question: str) -> str:
    """Return the page that says that a selection has no work, and leads to the nearest that has; None = none at all."""
    if selection is None:
        return not_analysed(question)
    start, end = selection.result.period
    days = results.days_with_work(current.access(), current.home().id, selection.ward)
    nearest = min(days, key=lambda day: max(start - day, day - end), default=start)
    return render_template(
        "analysis/home/nothing.html",
        question=question,
        nearest=None if start <= nearest <= end else period_filter.month_of(nearest),
        missing_words=selection.missing_words(),
        **selection.context,
    )


def withheld(selection: PageSelection, question: str) -> str:
    """Return the page that says that too few employees stand behind a selection, and how to widen it."""
    return render_template(
        "analysis/home/withheld.html",
        question=question,
        whole_months=selection.result.whole_months,
        **selection.context,
    )


def not_analysed(question: str) -> str:
    """Return the page of a home whose work has not been read in yet."""
    return render_template("analysis/home/empty.html", question=question, template_url=gate.way_to("uploads.template"))


def _with_period(choice: FilterChoice) -> FilterChoice | None:
    """Return the choice with both days; without any, answer with the address that names them. None = no work at all."""
    if choice.start and choice.end:
        return choice
    days = results.days_with_work(current.access(), current.home().id)
    if not days:
        return None
    start, end = period_filter.usual_period(days[0], days[-1])
    if choice.start:
        start, end = choice.start, max(choice.start, days[-1])
    elif choice.end:
        start, end = min(choice.end, days[0]), choice.end
    elif not choice.problems:
        abort(redirect(addresses.here(**choice.labels, von=start.isoformat(), bis=end.isoformat())))
    told = f"Die Adresse nennt keinen vollständigen Zeitraum; gezeigt: {figures.period(start, end)}."
    return replace(choice, start=start, end=end, problems=(*choice.problems, told))


def _load(choice: FilterChoice, by: Collection[str], about: dict[str, Any]) -> HomeResult | None:
    ward, shift, group = (choice.labels.get(name) if name in by else None for name in EVERYTHING)
    return results.load(
        current.access(),
        current.home().id,
        period=(choice.start or date.min, choice.end or date.max),
        ward=ward,
        shift=shift,
        group=group,
        **about,
    )


def _known(result: HomeResult, name: str, label: str | None) -> bool:
    """Return whether the home has such a ward, shift or group, if not in the period shown."""
    if label in {None, NOT_GIVEN} or label in _labels(result, name):
        return True
    return name == SHIFT and label in results.every_shift(current.access(), current.home().id)


def _without(choice: FilterChoice, unknown: Collection[str]) -> FilterChoice:
    told = [
        f"{period_filter.WORDS[name]} „{choice.labels[name]}“ gibt es in dieser Einrichtung nicht; "
        f"gezeigt: {period_filter.ALL[name]}."
        for name in unknown
    ]
    labels = {name: label for name, label in choice.labels.items() if name not in unknown}
    return replace(choice, labels=labels, problems=(*choice.problems, *told))


def _labels(result: HomeResult, name: str) -> list[str]:
    return {WARD: result.wards, SHIFT: result.shifts, GROUP: result.groups}[name]


def _offered(result: HomeResult, name: str, label: str | None) -> list[str]:
    """Return the labels to choose from in the order of all pages, the one chosen among them."""
    labels = _labels(result, name)
    labels = labels if label is None or label in labels else [*labels, label]
    keys = {WARD: order.ward_key, SHIFT: order.shift_key}
    if name not in keys:
        return labels
    return sorted(labels, key=lambda one: keys[name](None if one == NOT_GIVEN else one))
