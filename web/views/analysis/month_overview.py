"""Wo stehen wir? The answer of the month on one page."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Final

import pandas as pd
from flask import Blueprint, abort, render_template, request, url_for

from web import addresses, charts, period_filter
from web.security import gate
from web.services.analysis import overview
from web.views.analysis import act_links, fit_tables, page_selection, table_files
from web.wording import figures

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    from flask.typing import ResponseReturnValue

    from web.page_table import PageTable
    from web.services.analysis.overview import Group
    from web.views.analysis.page_selection import PageSelection

blueprint = Blueprint("home", __name__)

QUESTION: Final = "Wo stehen wir?"

SHOWS: Final = {"stunden": "Stunden", "anteil": "Anteil", "anzahl": "Anzahl"}
"""What the cells of the square can print."""

CAPTIONS: Final = {
    "stunden": "Stunden, darunter der Anteil der Minuten",
    "anteil": "Anteil der Minuten, darunter die Stunden",
    "anzahl": "Anzahl der Interventionen, darunter ihr Anteil",
}

TOP: Final = 5
"""Interventions that each of the two lists names."""

CLASS_TEXTS: Final = {
    "passend": "Das Niveau der Person ist das nötige – oder sie hat ein Zertifikat, das das Regelwerk dafür anerkennt.",
    "ueberqualifiziert": "Jemand mit einem niedrigeren Niveau hätte die Intervention leisten können.",
    "unterqualifiziert": "Das Niveau der Person liegt unter dem nötigen; kein anerkanntes Zertifikat gleicht das aus.",
    "vorbehalt_verletzt": "Eine Aufgabe, die § 4 PflBG Pflegefachpersonen vorbehält, tat jemand unter QN 4.",
    "nicht_bewertbar": "Das nötige Niveau oder das der Person ist nicht bekannt. Nichts wird dafür angenommen.",
}


@blueprint.get("/")
def index() -> ResponseReturnValue:
    """Show the home, or what to do where nothing has been read in yet."""
    chosen = page_selection.chosen()
    if chosen is None or chosen.result.empty:
        return page_selection.nothing(chosen, QUESTION)
    if not chosen.result.fit.columns:
        return page_selection.withheld(chosen, QUESTION)
    return render_template("analysis/home/index.html", **chosen.context, **_page(chosen, request.args.get("zeige", "")))


@blueprint.get(f"/uebersicht.{table_files.RULE}")
def table(form: str) -> ResponseReturnValue:
    """Download one of the tables."""
    chosen = page_selection.chosen()
    if chosen is None:
        abort(404)
    return table_files.answer(form, "home.index", _tables(chosen), told=chosen.filters.problems)


def _page(chosen: PageSelection, wanted: str) -> dict[str, Any]:
    result, total = chosen.result, overview.whole(chosen.result.fit)
    coverage = result.coverage
    show = wanted if wanted in SHOWS else "stunden" if total.in_minutes else "anzahl"
    days = overview.days(result.day)
    rows = overview.square(result.square, result.reserved, by_count=show == "anzahl")
    tables = _tables(chosen)
    return {
        "of": total,
        "parts": overview.out_of_100(total),
        "whole_months": result.whole_months,
        "trend": chosen.trend(),
        "certified": result.certified if result.whole_months else None,
        "square": rows,
        "square_shown": bool(result.square.cells),
        "remarkable": overview.remarkable(rows),
        "show": show,
        "shows": [
            {"label": label, "url": url_for("home.index", zeige=key, _anchor="quadrat"), "current": key == show}
            for key, label in SHOWS.items()
        ],
        "caption": f"{CAPTIONS[show]}, {chosen.filters.label}",
        **_links(),
        **_lists(chosen),
        "gaps": _gaps(chosen),
        "gaps_hidden": not result.whole_months
        or any(0 in levels for levels in result.square.hidden)
        or (coverage is not None and coverage["minuten"] is None),
        "missing_words": chosen.missing_words(),
        "coverage_shown": coverage is not None,
        "by_ward": tables[fit_tables.WARDS](),
        "by_shift": tables[fit_tables.SHIFTS](),
        "by_day": charts.by_day(pd.DataFrame(days)) if total.in_minutes and days else None,
        "days": _days(chosen, days),
        "days_open": f"sort_{fit_tables.DAYS}" in request.args,
        "days_hidden": any(row["hidden"] for row in days),
        "class_texts": CLASS_TEXTS,
        "coverage_of_all": chosen.by_shift_or_group,
        "coverage": [(label, coverage[key]) for key, label in figures.COVERAGE_WORDS.items()] if coverage else [],
    }


def _links() -> dict[str, Any]:
    return act_links.links() | {"cell_link": cell_link}


def _tables(chosen: PageSelection) -> table_files.Tables:
    links, result = _links(), chosen.result
    return {
        fit_tables.WARDS: partial(fit_tables.places, chosen, result.ward, fit_tables.WARDS, links["ward_link"]),
        fit_tables.SHIFTS: partial(fit_tables.places, chosen, result.shift, fit_tables.SHIFTS, links["shift_link"]),
        fit_tables.DAYS: lambda: fit_tables.days(chosen, overview.days(result.day), links["day_link"]),
        fit_tables.SQUARE: partial(fit_tables.square, chosen),
    }


def _days(chosen: PageSelection, days: list[dict[str, Any]]) -> PageTable[Any]:
    """Return the table of days; of a long time that of months, of which each leads to its days."""
    if len(days) <= charts.LONGEST_BY_DAY:
        return fit_tables.days(chosen, days, _links()["day_link"])
    start, end = chosen.filters.start, chosen.filters.end

    def days_of(month: date) -> str:
        first, last = period_filter.month_of(month)
        return addresses.here(von=max(first, start).isoformat(), bis=min(last, end).isoformat(), _anchor="verlauf")

    return fit_tables.days(chosen, by_month(days), days_of, by_month=True)


def by_month(rows: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the sums of the table of days by month, at the first day of each; hidden is what is on one of its days."""
    found: dict[date, dict[str, Any]] = {}
    for row in rows:
        first = row["day"].replace(day=1)
        if (month := found.get(first)) is None:
            found[first] = {**row, "day": first}
            continue
        for fit in figures.FIT_WORDS:
            month[fit] += row[fit]
        month["count"] = None if None in {month["count"], row["count"]} else month["count"] + row["count"]
        month["hidden"] = month["hidden"] | row["hidden"]
    return list(found.values())


def cell_link(soll: int | None, ist: int | None) -> str:
    """Return the address of the interventions behind a cell of the square."""
    return url_for("interventions.index", soll=soll, ist=ist)


def _lists(chosen: PageSelection) -> dict[str, list[dict[str, Any]]]:
    """Return what was done most below the level called for, and most above it: two lists, never one sum."""
    groups = overview.groups(chosen.result.intervention)
    low = [group for group in groups if group.whole.too_low.count]
    high = [group for group in groups if group.whole.too_high.count]
    high.sort(key=lambda group: (-group.whole.too_high.seconds, -group.whole.too_high.count))
    return {
        "too_low": [_line(chosen, group, overview.TOO_LOW) for group in low[:TOP]],
        "too_high": [_line(chosen, group, ("ueberqualifiziert",)) for group in high[:TOP]],
    }


def _line(chosen: PageSelection, group: Group, fits: Sequence[str]) -> dict[str, Any]:
    parts = sorted((group.whole[fit] for fit in fits if group.whole[fit].count), key=lambda part: -part.seconds)
    return {
        "title": chosen.title(str(group.key)),
        "url": gate.way_to("interventions.detail", intervention=group.key),
        "whole": group.whole,
        "parts": parts,
        "seconds": sum(part.seconds for part in parts),
    }


def _gaps(chosen: PageSelection) -> list[dict[str, Any]]:
    leads = {"soll": url_for("interventions.index", soll=0), "ist": url_for("interventions.index", ist=0)}
    # Which rows have no minutes is known by period and ward alone.
    coverage = {} if chosen.by_shift_or_group else chosen.result.coverage
    gaps = overview.gaps(chosen.result.square, coverage)
    return [
        {"kind": g.kind, "count": g.count, "seconds": g.seconds, "share": g.share, "url": leads.get(g.kind)}
        for g in gaps
    ]
