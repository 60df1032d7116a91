"""Was hätte jemand anderes übernehmen können? Work above level someone on shift there and then had time for."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, Final

from flask import Blueprint, Response, abort, redirect, render_template, request, url_for

from web import addresses, current, tables
from web.addresses import GROUP, WARD
from web.services import homes
from web.services.analysis import overview, relief
from web.services.analysis.small_groups import FEWEST
from web.views.analysis import page_selection
from web.wording import figures

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from flask.typing import ResponseReturnValue

    from web.services.analysis.relief import HomeRelief, ReliefLine
    from web.services.analysis.small_groups import Group
    from web.views.analysis.page_selection import PageSelection

blueprint = Blueprint("relief", __name__)

QUESTION: Final = "Was hätte jemand anderes übernehmen können?"
ABOVE: Final = "ueberqualifiziert"

ROWS_SHOWN: Final = 20
"""Interventions the list begins with; the rest is one click away, and always in the CSV."""


@blueprint.get("/entlastung")
def index() -> ResponseReturnValue:
    """Show the feasible relief of the selection, or which file is missing."""
    chosen = page_selection.chosen(by=(WARD, GROUP))
    if chosen is None:
        return page_selection.not_analysed(QUESTION)
    if chosen.result.empty:
        return page_selection.nothing(chosen, QUESTION)
    if not _can_be_told(chosen):
        return page_selection.withheld(chosen, QUESTION)
    relief_ = _load(chosen)
    above = overview.whole(chosen.result.fit).too_high.seconds
    if relief_ is None:
        return render_template("analysis/relief/empty.html", question=QUESTION, above=above, **chosen.context)
    told = [line for line in relief_.lines if not relief_.small(line.above)] or list(relief_.lines)
    others = relief_.lines if len(told) < len(relief_.lines) else ()
    return render_template(
        "analysis/relief/index.html",
        **chosen.context,
        question=QUESTION,
        found=relief_,
        above=above,
        days=(chosen.filters.end - chosen.filters.start).days + 1,
        reasons=[(figures.OBSTACLE_WORDS[name], seconds) for name, seconds in relief_.obstacles.items() if seconds],
        lines=[_line(chosen, relief_, line) for line in (told if "alle" in request.args else told[:ROWS_SHOWN])],
        number_of_lines=len(told),
        others=_others([line for line in others if relief_.small(line.above)]),
        every_url=url_for("relief.index", alle=1),
        csv_url=url_for("relief.table"),
        method=figures.RELIEF_METHOD,
        fewest=FEWEST,
        fewest_days=relief.FEWEST_DAYS,
    )


@blueprint.get("/entlastung.csv")
def table() -> ResponseReturnValue:
    """Download the same as CSV for a spreadsheet program, and log it."""
    chosen = page_selection.chosen(by=(WARD, GROUP))
    if chosen is not None and chosen.filters.problems:
        return redirect(addresses.same_arguments("relief.index"))  # a file could not tell them
    relief_ = _load(chosen) if chosen and _can_be_told(chosen) else None
    if chosen is None or relief_ is None:
        abort(404)
    who = current.visitor()
    homes.record_download(
        current.databases(), current.home(), tenant_id=who.tenant_id, account_id=who.account_id, what="entlastung"
    )
    start, end = chosen.filters.start, chosen.filters.end
    return Response(
        tables.csv_text(_table(chosen, relief_)),
        mimetype="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="entlastung_{start}_{end}.csv"'},
    )


def _load(chosen: PageSelection) -> HomeRelief | None:
    return relief.load(
        current.databases().reading,
        current.home().id,
        chosen.result.period,
        chosen.ward,
        chosen.of_group,
        told=lambda name: (name, ABOVE) not in chosen.result.intervention.hidden,
    )


def _can_be_told(chosen: PageSelection) -> bool:
    """Return whether enough employees did the work above the level, in whole months."""
    return chosen.result.whole_months and ABOVE not in overview.whole(chosen.result.fit).hidden


def _line(chosen: PageSelection, of_home: HomeRelief, line: ReliefLine) -> dict[str, Any]:
    moves: Counter[tuple[int, Group]] = Counter()
    for move in line.moves:
        moves[move.qn_ist, move.group] += move.seconds
    told = [
        (f"{_taker(chosen, group)} statt {figures.qn(ist)}", seconds)
        for (ist, group), seconds in moves.most_common()
        if not of_home.small(seconds)
    ]
    rest = line.movable - sum(seconds for _, seconds in told)
    return {
        "id": line.intervention,
        "title": _title(chosen, line.intervention),
        "url": url_for("interventions.detail", intervention=line.intervention) if line.intervention else None,
        "above": line.above,
        "movable": line.movable,
        "share": line.movable / line.above,
        "moves": [*told, *([("weitere" if told else "verteilt", rest)] if rest else [])],
    }


def _title(chosen: PageSelection, intervention: str) -> str:
    return chosen.title(intervention) if intervention else figures.PART_WORDS[figures.MERGED].word


def _others(lines: Sequence[ReliefLine]) -> dict[str, int] | None:
    """Return the sum of interventions that come to too little to be told one by one; None where there are none."""
    if not lines:
        return None
    return {
        "number": len(lines),
        "above": sum(line.above for line in lines),
        "movable": sum(line.movable for line in lines),
    }


def _taker(chosen: PageSelection, group: Group) -> str:
    """Return who could have taken on work, in words."""
    level, role = group
    if not level:
        return "verschiedene Niveaus"
    if role is None:
        return f"{figures.qn(level)}, verschiedene Rollen"
    titles = {one.id: one.title for book in chosen.result.books for one in book.roles}
    return f"{titles.get(role, role)} ({figures.qn(level)})" if role else f"{figures.qn(level)}, ohne Angabe der Rolle"


def _table(chosen: PageSelection, of_home: HomeRelief) -> Iterator[list[object]]:
    yield [
        "Nr.",
        "Intervention",
        "Ergebnis",
        "QN-Soll",
        "Getan von",
        "Möglich mit",
        "Minuten",
        "Minuten, hochgerechnet auf eine Woche",
        "Von",
        "Bis",
        "Tage mit Dienstplan",
        "Wohnbereich",
        "Gruppe",
        "Regelwerk",
    ]
    where = [
        figures.day(chosen.filters.start),
        figures.day(chosen.filters.end),
        of_home.days,
        *(chosen.filters.narrowed.get(name, "alle") for name in (WARD, GROUP)),
        " / ".join(book.display for book in chosen.result.books),
    ]
    rest = "nicht machbar oder nicht prüfbar" if of_home.shown else "nicht gezeigt: zu wenige Personen im Dienst"
    for line in of_home.lines:
        start = [line.intervention, _title(chosen, line.intervention)]
        for move in line.moves:
            way = [figures.qn(move.qn_soll), figures.qn(move.qn_ist), _taker(chosen, move.group)]
            yield [*start, "machbar", *way, *_minutes(of_home, move.seconds), *where]
        if left := line.above - line.movable:
            yield [*start, rest, "", "", "", *_minutes(of_home, left), *where]


def _minutes(of_home: HomeRelief, seconds: int) -> list[object]:
    return [seconds / 60, of_home.a_week(seconds) / 60 if of_home.by_week else ""]
