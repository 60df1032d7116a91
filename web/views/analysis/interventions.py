"""Was passt nicht? All interventions, those done most below the level called for first, and a page for each."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Final

from flask import Blueprint, abort, flash, render_template, request, url_for

from web import addresses, current
from web.addresses import SHIFT, WARD
from web.page_table import PageCell, PageTable, TableColumn
from web.security import gate
from web.services.analysis import demand, overview
from web.views.analysis import act_links, fit_tables, page_selection, table_files
from web.wording import figures, units

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from web.services.analysis.demand import Demand
    from web.services.analysis.overview import Group
    from web.views.analysis.page_selection import PageSelection

blueprint = Blueprint("interventions", __name__)

QUESTION: Final = "Was passt nicht?"

DEMAND: Final = "bedarf"
"""Name of the table of what residents' conditions called for."""

DEMANDS_SHOWN: Final = 500

ROWS_SHOWN: Final = 25
"""Interventions the list begins with; the rest is one click away, and always in the files."""


@blueprint.get("/interventionen")
def index() -> ResponseReturnValue:
    """List the interventions of the selection."""
    chosen = page_selection.chosen()
    if chosen is None or chosen.result.empty:
        return page_selection.nothing(chosen, QUESTION)
    soll, ist = _level("soll"), _level("ist")
    for problem in _problems():
        flash(problem, "warning")
    if soll is not None or ist is not None:
        chosen = page_selection.chosen(soll=soll, ist=ist) or chosen
    if not chosen.result.intervention.columns and not chosen.result.intervention.cells:
        return page_selection.withheld(chosen, QUESTION)
    return render_template(
        "analysis/interventions/index.html",
        **chosen.context,
        of=overview.whole(chosen.result.intervention),
        table=_interventions(chosen, None if "alle" in request.args else ROWS_SHOWN),
        every_url=addresses.here(alle=1),
        selection=_selection_words(soll, ist),
        cell=None if soll is None or ist is None else (soll, ist),
        all_url=addresses.here(soll=None, ist=None),
        acts_url=gate.way_to("acts.index", soll=soll, ist=ist),
    )


@blueprint.get(f"/interventionen.{table_files.RULE}")
def table(form: str) -> ResponseReturnValue:
    """Download the same list."""
    chosen = page_selection.chosen(soll=_level("soll"), ist=_level("ist"))
    if chosen is None:
        abort(404)
    tables = {fit_tables.INTERVENTIONS: partial(_interventions, chosen)}
    return table_files.answer(form, "interventions.index", tables, told=(*chosen.filters.problems, *_problems()))


@blueprint.get("/interventionen/<intervention>")
def detail(intervention: str) -> ResponseReturnValue:
    """Show one intervention: its square, where and when, and the demand behind it."""
    chosen = page_selection.chosen(by=(WARD, SHIFT), intervention=intervention)
    if chosen is None:
        return page_selection.not_analysed(QUESTION)
    entry = chosen.result.find_intervention(intervention)
    result = chosen.result
    if result.empty:
        if entry is None:
            abort(404)
        return page_selection.nothing(chosen, entry.title)
    if not result.ward.columns:
        return page_selection.withheld(chosen, entry.title if entry else intervention)
    total = overview.whole(result.fit)
    soll, ist = _level("soll"), _level("ist")
    tables = {name: made() for name, made in _tables(chosen, intervention).items()}
    current.looked_at("leistungen.ansehen", f"haus {current.home().id}", intervention=intervention)
    return render_template(
        "analysis/interventions/detail.html",
        **chosen.context,
        entry=entry,
        title=chosen.title(intervention),
        group=entry.group if entry else "",
        of=total,
        parts=overview.out_of_100(total),
        certified=result.certified,
        square=overview.square(result.square, result.reserved),
        square_shown=bool(result.square.cells),
        caption=f"Stunden, darunter der Anteil der Minuten, {chosen.filters.label}",
        **_links(intervention, soll, ist),
        cell=_selection_words(soll, ist),
        by_ward=tables[fit_tables.WARDS],
        by_shift=tables[fit_tables.SHIFTS],
        demand=tables[DEMAND],
    )


@blueprint.get(f"/interventionen/<intervention>/tabelle.{table_files.RULE}")
def table_of_one(intervention: str, form: str) -> ResponseReturnValue:
    """Download a table of the page of one intervention."""
    chosen = page_selection.chosen(by=(WARD, SHIFT), intervention=intervention)
    if chosen is None or (chosen.result.empty and chosen.result.find_intervention(intervention) is None):
        abort(404)
    told = chosen.filters.problems
    return table_files.answer(form, "interventions.detail", _tables(chosen, intervention), told=told)


def _links(intervention: str, soll: int | None, ist: int | None) -> dict[str, Any]:
    """Return the addresses of the acts behind an intervention, and behind its figures."""
    about: dict[str, Any] = {"intervention": intervention, "soll": soll, "ist": ist}
    return act_links.links(intervention=intervention) | {
        "acts_url": url_for("acts.index", **about),
        "cell_url": url_for("interventions.index", soll=soll, ist=ist),
    }


def _tables(chosen: PageSelection, intervention: str) -> table_files.Tables:
    """Return the tables of one intervention."""
    links, result = act_links.links(intervention=intervention), chosen.result
    about = _about(chosen, intervention)
    places = partial(fit_tables.places, chosen, about=about)
    return {
        fit_tables.WARDS: partial(places, result.ward, fit_tables.WARDS, links["ward_link"]),
        fit_tables.SHIFTS: partial(places, result.shift, fit_tables.SHIFTS, links["shift_link"]),
        fit_tables.SQUARE: partial(fit_tables.square, chosen, about),
        DEMAND: partial(_demand, chosen, intervention),
    }


def _about(chosen: PageSelection, intervention: str) -> list[tuple[str, object]]:
    return [("Nr.", intervention), ("Intervention", chosen.title(intervention))]


def _demand(chosen: PageSelection, intervention: str) -> PageTable[Demand]:
    """Return what residents' conditions called for; of all wards and shifts, whatever the address chooses."""

    def why(row: Demand) -> PageCell:
        url = url_for("explain.show", intervention=intervention, resident=row.resident, am=row.last_day)
        words = f"Warum {figures.qn(row.qn_soll)}?" if row.qn_soll else "Was fehlt?"
        return PageCell((words if row.known else "",), url=url if row.known else None)

    columns: list[TableColumn[Demand]] = [
        TableColumn(
            heading="Bewohner:in",
            value=lambda row: row.resident or "ohne Bewohner:in",
            key="bewohner",
            rising=True,
            order=lambda row: row.resident or None,
            css="",
        ),
        TableColumn(
            heading="Nötiges Niveau",
            value=lambda row: figures.level_range(row.qn_soll, row.low, row.high),
            key="niveau",
            order=lambda row: (row.qn_soll or row.low, row.qn_soll or row.high),
            below=TableColumn(heading="Von Hand", value=lambda row: "festgelegt" if row.overridden else ""),
            strong=True,
            css="",
        ),
        TableColumn(
            heading="Zeitraum",
            value=lambda row: figures.days(row.first_day, row.last_day),
            key="zeitraum",
            rising=True,
            order=lambda row: (row.first_day, row.last_day),
            file=None,
            css="whole",
        ),
        TableColumn(heading="Erster Tag", value=lambda row: row.first_day, unit=units.DAY, page=False),
        TableColumn(heading="Letzter Tag", value=lambda row: row.last_day, unit=units.DAY, page=False),
        TableColumn(heading="Begründung", value=lambda _: None, cell=why, file=None, unseen=True, css=""),
    ]
    found = demand.behind(current.access(), current.home().id, intervention, chosen.result.period)
    rows, by = table_files.sort(columns, found, "bewohner", DEMAND)
    about = _about(chosen, intervention)
    return chosen.table(
        name=DEMAND, title="Bedarf je Bewohner:in", columns=columns, rows=rows, order=by, most=DEMANDS_SHOWN,
        about=about, of_all=True,
    )  # fmt: skip


def _interventions(chosen: PageSelection, most: int | None = None) -> PageTable[Group]:
    levels: dict[str, Any] = {name: _level(name) for name in ("soll", "ist")}

    def links(group: Group) -> tuple[str | None, str | None]:
        return (
            gate.way_to("interventions.detail", intervention=group.key, **levels),
            gate.way_to("acts.index", intervention=group.key, **levels),
        )

    words = {"soll": "Auswahl QN-Soll", "ist": "Auswahl QN-Ist"}
    about = [(words[name], "alle" if level is None else units.LEVEL.file(level)) for name, level in levels.items()]
    return fit_tables.interventions(chosen, links, of_cell=None not in levels.values(), most=most, about=about)


def _problems() -> list[str]:
    """Return what the address says of levels and cannot be meant."""
    return [
        f"„{name}“ ist ein Niveau von 0 (unbekannt) bis 4; gezeigt sind alle."
        for name in ("soll", "ist")
        if request.args.get(name) and _level(name) is None
    ]


def _level(name: str) -> int | None:
    text = request.args.get(name, "")
    return int(text) if text in {"0", "1", "2", "3", "4"} else None


def _selection_words(soll: int | None, ist: int | None) -> str:
    words = [] if soll is None else [f"nötiges Niveau {figures.qn(soll)}"]
    return ", ".join(words if ist is None else [*words, f"Niveau der Person {figures.qn(ist)}"])
