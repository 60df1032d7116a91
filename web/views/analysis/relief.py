"""Was hätte jemand anderes übernehmen können? Work above level someone on shift there and then had time for."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

from flask import Blueprint, abort, render_template, request

from web import addresses, current
from web.addresses import GROUP, WARD
from web.services.analysis import overview, relief
from web.services.analysis.small_groups import FEWEST
from web.views.analysis import page_selection, relief_tables, relief_work, table_files
from web.wording import figures

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from web.services.analysis.relief import HomeRelief
    from web.views.analysis.page_selection import PageSelection

blueprint = Blueprint("relief", __name__)

QUESTION: Final = "Was hätte jemand anderes übernehmen können?"
ABOVE: Final = "ueberqualifiziert"

QUESTIONS_SHOWN: Final = 3
"""How many of the largest gaps of the roster are told as sentences."""

ROWS_SHOWN: Final = 20
"""Interventions the list begins with; the rest is one click away, and always in the files."""


@blueprint.get("/entlastung")
def index() -> ResponseReturnValue:
    """Show the feasible relief of the selection, or which file is missing."""
    chosen = page_selection.chosen(by=(WARD, GROUP))
    if chosen is None or chosen.result.empty:
        return page_selection.nothing(chosen, QUESTION)
    if not _can_be_told(chosen):
        return page_selection.withheld(chosen, QUESTION)
    relief_ = _load(chosen)
    above = overview.whole(chosen.result.fit).too_high.seconds
    if relief_ is None:
        return render_template("analysis/relief/empty.html", question=QUESTION, above=above, **chosen.context)
    tables = _tables(chosen, relief_)
    return render_template(
        "analysis/relief/index.html",
        **chosen.context,
        question=QUESTION,
        found=relief_,
        above=above,
        days=(chosen.filters.end - chosen.filters.start).days + 1,
        reasons=tables[relief_tables.REASONS](),
        takers=tables[relief_tables.TAKERS](),
        work=relief_work.page(chosen, relief_, None if "alle" in request.args else ROWS_SHOWN),
        unmet=relief_tables.unmet_grid(relief_.unmet) if relief_.unmet else None,
        questions=relief_tables.questions(relief_.unmet or (), QUESTIONS_SHOWN),
        nobody=relief_.obstacles.get("niemand_passend", 0),
        every_url=addresses.here(alle=1),
        any_group_url=addresses.here(**{GROUP: None}),
        method=figures.RELIEF_METHOD,
        fewest=FEWEST,
        fewest_days=relief.FEWEST_DAYS,
    )


@blueprint.get(f"/entlastung.{table_files.RULE}")
def table(form: str) -> ResponseReturnValue:
    """Download one of the tables."""
    chosen = page_selection.chosen(by=(WARD, GROUP))
    if chosen is None:
        abort(404)
    relief_ = _load(chosen) if _can_be_told(chosen) else None
    tables = _tables(chosen, relief_) if relief_ else {}
    return table_files.answer(form, "relief.index", tables, told=chosen.filters.problems)


def _tables(chosen: PageSelection, of_home: HomeRelief) -> table_files.Tables:
    return {
        relief_work.WORK: partial(relief_work.file, chosen, of_home),
        relief_tables.REASONS: partial(relief_tables.reasons, chosen, of_home),
        relief_tables.TAKERS: partial(relief_tables.takers, chosen, of_home),
        relief_tables.UNMET: partial(relief_tables.unmet, chosen, of_home),
    }


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
