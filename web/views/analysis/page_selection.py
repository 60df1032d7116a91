"""What an analysis page shows: the home of the session, the period and ward of the address, and the result."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any

from flask import request, url_for

from web import current, period_filter
from web.services.analysis import results

if TYPE_CHECKING:
    import pandas as pd

    from web.services.analysis.results import HomeResult


@dataclass(frozen=True)
class PageSelection:
    """The figures asked for, and how they were asked for. ``frame`` holds them by ward, shift and intervention."""

    result: HomeResult
    filters: period_filter.PeriodFilter
    frame: pd.DataFrame

    @property
    def context(self) -> dict[str, Any]:
        """What the frame of the page needs."""
        return {
            "filters": self.filters,
            "rulebook": self.result.rulebook,
            "books": self.result.books,
            "overridden": self.result.covered["ueberschrieben"],
        }

    def url(self, endpoint: str, **more: Any) -> str:
        """Return the address of another page with the same period and ward."""
        return url_for(endpoint, **(self.filters.arguments | more))

    def title(self, intervention: str) -> str:
        """Return the title of an intervention; of one that the rulebook does not know, its id."""
        entry = self.result.find_intervention(intervention)
        return entry.title if entry else intervention


def chosen(*, by_ward: bool = True) -> PageSelection | None:
    """Return what the address asks for of the present home; None where nothing has been analysed yet.

    Pages about the whole home ask with ``by_ward=False`` and offer no ward.
    """
    choice = period_filter.read(request.args)
    if not by_ward:
        choice = replace(choice, ward=None)
    result = results.load(
        current.databases().reading,
        current.home().id,
        period=(choice.start or date.min, choice.end or date.max),
        ward=choice.ward,
    )
    if result is None:
        return None
    shown = period_filter.PeriodFilter(
        *result.period,
        *result.available_period,
        ward=choice.ward,
        wards=tuple(result.wards) if by_ward else (),
        action=request.path,
        kept=tuple((name, value) for name, value in request.args.items() if name not in {"von", "bis", "wb"}),
    )
    return PageSelection(result, shown, result.frame(results.BY_PLACE))
