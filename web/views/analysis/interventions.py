"""Was passt nicht? All interventions, those done most below the level called for first, and a page for each."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, Any, Final

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for

from web import addresses, current, tables
from web.addresses import SHIFT, WARD
from web.services.analysis import demand, overview
from web.views.analysis import act_links, page_selection, table_files
from web.wording import figures

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask.typing import ResponseReturnValue

    from web.services.analysis.overview import Group
    from web.views.analysis.page_selection import PageSelection

blueprint = Blueprint("interventions", __name__)

QUESTION: Final = "Was passt nicht?"

WHERE: Final = ("Wohnbereich", "Schicht", "Gruppe")
"""Columns of a file that say what its figures are narrowed to."""

SHORT_WORDS: Final = {
    "passend": "Passend",
    "ueberqualifiziert": "Über",
    "unterqualifiziert": "Unter",
    "vorbehalt_verletzt": "Vorbehalt",
    "nicht_bewertbar": "Nicht bewertbar",
}
"""The five classes as headings of narrow columns; the full word is their explanation."""

SORTS: Final = ("titel", "-zu_niedrig", "-zu_hoch", "-stunden", "-anzahl", *(f"-{fit}" for fit in figures.FIT_WORDS))

_HIDDEN: Final = "zu wenige Personen"
"""What a file has in place of a figure that is not shown."""

DEMANDS_SHOWN: Final = 500

ROWS_SHOWN: Final = 25
"""Interventions the list begins with; the rest is one click away, and always in the CSV."""


@blueprint.get("/interventionen")
def index() -> ResponseReturnValue:
    """List the interventions of the selection."""
    chosen = page_selection.chosen()
    if chosen is None:
        return page_selection.not_analysed(QUESTION)
    if chosen.result.empty:
        return page_selection.nothing(chosen, QUESTION)
    soll, ist = _level("soll"), _level("ist")
    for name, level in (("soll", soll), ("ist", ist)):
        if level is None and request.args.get(name):
            flash(f"„{name}“ ist ein Niveau von 0 (unbekannt) bis 4; gezeigt sind alle.", "warning")
    if soll is not None or ist is not None:
        chosen = page_selection.chosen(soll=soll, ist=ist) or chosen
    if not chosen.result.intervention.columns and not chosen.result.intervention.cells:
        return page_selection.withheld(chosen, QUESTION)
    order = _order(default="-zu_niedrig" if soll is None or ist is None else "-stunden")
    rows = _rows(chosen, order)
    return render_template(
        "analysis/interventions/index.html",
        **chosen.context,
        of=overview.whole(chosen.result.intervention),
        rest=chosen.result.intervention.rest,
        order=order,
        rows=rows if "alle" in request.args else rows[:ROWS_SHOWN],
        number_of_rows=len(rows),
        every_url=url_for("interventions.index", soll=soll, ist=ist, sort=order.text, alle=1),
        selection=_selection_words(soll, ist),
        cell=None if soll is None or ist is None else (soll, ist),
        all_url=url_for("interventions.index", sort=order.text),
        acts_url=url_for("acts.index", soll=soll, ist=ist),
        files=table_files.downloads("interventions.table", soll=soll, ist=ist, sort=order.text),
        short_words=SHORT_WORDS,
    )


@blueprint.get(f"/interventionen.{table_files.RULE}")
def table(form: str) -> ResponseReturnValue:
    """Download the same list."""
    chosen = page_selection.chosen(soll=_level("soll"), ist=_level("ist"))
    if chosen is None:
        abort(404)
    if chosen.filters.problems:
        return redirect(addresses.same_arguments("interventions.index"))  # a file could not tell them
    return table_files.answer(chosen, form, "interventionen", "Interventionen", _table(chosen, _rows(chosen, _order())))


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
    demands = demand.behind(current.access(), current.home().id, intervention, chosen.result.period)
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
        by_ward=overview.places(result.ward, "ward"),
        ward_rest=result.ward.rest,
        by_shift=overview.places(result.shift, "shift"),
        shift_rest=result.shift.rest,
        demands=[_demand(one, intervention) for one in demands[:DEMANDS_SHOWN]],
        more=max(0, len(demands) - DEMANDS_SHOWN),
    )


def _links(intervention: str, soll: int | None, ist: int | None) -> dict[str, Any]:
    """Return the addresses of the acts behind an intervention, and behind its figures."""
    about: dict[str, Any] = {"intervention": intervention, "soll": soll, "ist": ist}
    return act_links.links(intervention=intervention) | {
        "acts_url": url_for("acts.index", **about),
        "cell_url": url_for("interventions.index", soll=soll, ist=ist),
    }


def _demand(row: demand.Demand, intervention: str) -> dict[str, Any]:
    where = url_for("explain.show", intervention=intervention, resident=row.resident, am=row.last_day)
    return {spot.name: getattr(row, spot.name) for spot in fields(row)} | {"url": where if row.known else None}


def _level(name: str) -> int | None:
    text = request.args.get(name, "")
    return int(text) if text in {"0", "1", "2", "3", "4"} else None


def _selection_words(soll: int | None, ist: int | None) -> str:
    words = [] if soll is None else [f"nötiges Niveau {figures.qn(soll)}"]
    return ", ".join(words if ist is None else [*words, f"Niveau der Person {figures.qn(ist)}"])


def _order(default: str = "-zu_niedrig") -> tables.TableOrder:
    keys = {key.removeprefix("-") for key in SORTS}
    key, descending = tables.read_order(request.args.get("sort", ""), keys, default=default)
    return tables.TableOrder(key, descending, frozenset({"titel"}))


def _rows(chosen: PageSelection, order: tables.TableOrder) -> list[dict[str, Any]]:
    rows = [_row(chosen, group) for group in overview.groups(chosen.result.intervention)]
    return tables.sort_rows(rows, order, _value)


def _row(chosen: PageSelection, group: Group) -> dict[str, Any]:
    cell: dict[str, Any] = {"soll": _level("soll"), "ist": _level("ist")}
    return {
        "id": group.key,
        "title": chosen.title(str(group.key)),
        "url": url_for("interventions.detail", intervention=group.key, **cell),
        "acts_url": url_for("acts.index", intervention=group.key, **cell),
        "whole": group.whole,
    }


def _table(chosen: PageSelection, rows: list[dict[str, Any]]) -> Iterator[list[object]]:
    classes = [f"{word.word}, Minuten" for word in figures.FIT_WORDS.values()]
    yield ["Nr.", "Intervention", "Anzahl", "Minuten", *classes, "Von", "Bis", *WHERE, "Regelwerk"]
    where = [
        figures.day(chosen.filters.start),
        figures.day(chosen.filters.end),
        *(chosen.filters.narrowed.get(name, "alle") for name in page_selection.EVERYTHING),
        " / ".join(book.display for book in chosen.result.books),
    ]
    for row in rows:
        whole = row["whole"]
        minutes = [_HIDDEN if fit in whole.hidden else whole[fit].seconds / 60 for fit in figures.FIT_WORDS]
        known = not whole.hidden or whole.merged
        sums = [whole.count, whole.seconds / 60] if known else [_HIDDEN, _HIDDEN]
        yield [row["id"], row["title"], *sums, *minutes, *where]
    rest = chosen.result.intervention.rest
    if rest is None or rest.count:
        sums = [_HIDDEN, _HIDDEN] if rest is None else [rest.count, rest.seconds / 60]
        word = figures.PART_WORDS[figures.MERGED].word
        yield ["", word, *sums, *[_HIDDEN] * len(classes), *where]


def _value(row: dict[str, Any], key: str) -> object:
    whole = row["whole"]
    if key in figures.FIT_WORDS:
        return whole[key].seconds, whole[key].count
    return {
        "titel": row["title"].casefold(),
        "zu_niedrig": (whole.too_low.seconds, whole.too_low.count),
        "zu_hoch": (whole.too_high.seconds, whole.too_high.count),
        "stunden": whole.seconds,
        "anzahl": whole.count,
    }[key]
