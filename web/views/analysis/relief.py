"""Was hätte jemand anderes übernehmen können? Work above level someone on shift there and then had time for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from flask import Blueprint, abort, redirect, render_template, request, url_for

from web import addresses, current
from web.addresses import GROUP, WARD
from web.services.analysis import overview, relief
from web.services.analysis.small_groups import FEWEST
from web.views.analysis import page_selection, relief_tables, table_files
from web.wording import figures

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from web.services.analysis.relief import HomeRelief
    from web.views.analysis.page_selection import PageSelection

blueprint = Blueprint("relief", __name__)

QUESTION: Final = "Was hätte jemand anderes übernehmen können?"
ABOVE: Final = "ueberqualifiziert"

TABLES: Final = {"arbeit": "entlastung", "an-wen": "entlastung_an_wen", "dienstplan": "entlastung_dienstplan"}
"""The tables of the page by their name in the address, and the names of their files."""

QUESTIONS_SHOWN: Final = 3
"""How many of the largest gaps of the roster are told as sentences."""

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
    order = relief_tables.order(request.args.get("sort", ""))
    told = [line for line in relief_.lines if not relief_.small(line.above)] or list(relief_.lines)
    told = relief_tables.sorted_lines(chosen, told, order)
    others = relief_.lines if len(told) < len(relief_.lines) else ()
    return render_template(
        "analysis/relief/index.html",
        **chosen.context,
        question=QUESTION,
        found=relief_,
        above=above,
        days=(chosen.filters.end - chosen.filters.start).days + 1,
        reasons=[(figures.OBSTACLE_WORDS[name], seconds) for name, seconds in relief_.obstacles.items() if seconds],
        order=order,
        lines=[
            relief_tables.line(chosen, relief_, line)
            for line in (told if "alle" in request.args else told[:ROWS_SHOWN])
        ],
        number_of_lines=len(told),
        others=relief_tables.others(chosen, relief_, [line for line in others if relief_.small(line.above)]),
        pooled=relief_tables.move_words(chosen, relief_, relief_.pooled),
        pooled_seconds=sum(move.seconds for move in relief_.pooled),
        takers=relief_tables.taker_rows(chosen, relief_),
        unmet=relief_tables.unmet_grid(relief_.unmet) if relief_.unmet else None,
        questions=relief_tables.questions(relief_.unmet or (), QUESTIONS_SHOWN),
        nobody=relief_.obstacles.get("niemand_passend", 0),
        every_url=url_for("relief.index", sort=order.text, alle=1),
        files={name: table_files.downloads("relief.table", tabelle=name, sort=order.text) for name in TABLES},
        any_group_url=addresses.here(**{GROUP: None}),
        method=figures.RELIEF_METHOD,
        fewest=FEWEST,
        fewest_days=relief.FEWEST_DAYS,
    )


@blueprint.get(f"/entlastung.{table_files.RULE}")
def table(form: str) -> ResponseReturnValue:
    """Download one of the tables."""
    which = request.args.get("tabelle", "arbeit")
    if which not in TABLES:
        abort(404)
    chosen = page_selection.chosen(by=(WARD, GROUP))
    if chosen is not None and chosen.filters.problems:
        return redirect(addresses.same_arguments("relief.index"))  # a file could not tell them
    relief_ = _load(chosen) if chosen and _can_be_told(chosen) else None
    if chosen is None or relief_ is None:
        abort(404)
    rows = relief_tables.csv_rows(chosen, relief_, which, relief_tables.order(request.args.get("sort", "")))
    return table_files.answer(chosen, form, "entlastung", "Entlastung", rows, name=TABLES[which])


def _load(chosen: PageSelection) -> HomeRelief | None:
    return relief.load(
        current.access(),
        current.home().id,
        chosen.result.period,
        chosen.ward,
        chosen.of_group if GROUP in chosen.filters.labels else None,
        by_itself=lambda name: (name, ABOVE) not in chosen.result.intervention.hidden,
    )


def _can_be_told(chosen: PageSelection) -> bool:
    """Return whether enough employees did the work above the level, in whole months."""
    return chosen.result.whole_months and ABOVE not in overview.whole(chosen.result.fit).hidden
