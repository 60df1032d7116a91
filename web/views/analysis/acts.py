"""Welche Interventionen stehen dahinter? What was performed, one by one, without whoever did it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from flask import Blueprint, abort, flash, render_template, request, url_for

from web import addresses, current, tables
from web.addresses import SHIFT, WARD
from web.page_table import PageCell, PageTable, TableColumn
from web.services import releases
from web.services.analysis import acts
from web.services.analysis.small_groups import FEWEST
from web.views.analysis import page_selection, table_files
from web.wording import figures, order, units

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from web.services.analysis.acts import Act, ActList
    from web.services.releases import ReleaseRow
    from web.views.analysis.page_selection import PageSelection

blueprint = Blueprint("acts", __name__)

QUESTION: Final = "Welche Interventionen stehen dahinter?"

ROWS_SHOWN: Final = 50
MOST_IN_A_FILE: Final = 100_000
LONGEST: Final = 92
"""Days of a period whose acts are listed: each is rated anew."""

LEVELS: Final = {"soll": "nötiges Niveau", "ist": "Niveau der Person"}

SORTS: Final = {
    "wann": "first",
    "intervention": "intervention",
    "bewohner": "resident",
    "soll": "qn_soll",
    "ist": "qn_ist",
    "passung": "fit",
    "minuten": "seconds",
    "wohnbereich": "ward",
    "schicht": "shift",
}
"""Columns by the name of their order in the address."""

NOT_TOLD: Final = "nicht gezeigt"

TABLE: Final = "durchgefuehrte-interventionen"

_CLOCK: Final = units.TEXT._replace(page=lambda time: f"{time} Uhr" if time else "")


@dataclass(frozen=True)
class ActQuestion:
    """What the address asks for besides home, period, ward, shift and group; None = all."""

    intervention: str | None
    soll: int | None
    ist: int | None
    fit: str | None
    problems: tuple[str, ...]


@blueprint.get("/durchgefuehrt")
def index() -> ResponseReturnValue:
    """List the acts of the selection, by pages."""
    chosen = _chosen()
    if chosen is None or chosen.result.empty:
        return page_selection.nothing(chosen, QUESTION)
    asked = _asked()
    for problem in asked.problems:
        flash(problem, "warning")
    release = releases.in_force(current.access(), current.home().id)
    found = None if _too_long(chosen) else _load(chosen, asked, release)
    by = _order()
    pages = 1 + (len(found) - 1) // ROWS_SHOWN if found else 1
    page = min(max(request.args.get("seite", 1, int), 1), pages)
    listed = _sorted(chosen, found, by).acts((page - 1) * ROWS_SHOWN, page * ROWS_SHOWN) if found else []
    start, end = chosen.result.period
    current.looked_at("leistungen.ansehen", f"haus {current.home().id}", zeitraum=[str(start), str(end)])
    return render_template(
        "analysis/acts/index.html",
        **chosen.context,
        question=QUESTION,
        found=found,
        seconds=found.seconds if found else 0,
        table=_table(chosen, listed, by),
        page=page,
        pages=pages,
        first=(page - 1) * ROWS_SHOWN + 1,
        choices=_choices(chosen, asked),
        fewest=FEWEST,
        release=release,
        whole_months=chosen.result.whole_months,
    )


@blueprint.get(f"/durchgefuehrt.{table_files.RULE}")
def table(form: str) -> ResponseReturnValue:
    """Download all of the acts."""
    chosen, asked = _chosen(), _asked()
    if chosen is None:
        abort(404)
    offered = {TABLE: partial(_every_act, chosen, asked)}
    return table_files.answer(form, "acts.index", offered, told=(*chosen.filters.problems, *asked.problems))


def _every_act(chosen: PageSelection, asked: ActQuestion) -> PageTable[Act] | None:
    """Return the table of all acts; None where the page says why there is none."""
    if _too_long(chosen):
        return None
    found = _load(chosen, asked, releases.in_force(current.access(), current.home().id))
    if len(found) > MOST_IN_A_FILE:
        flash(
            f"Die Auswahl hat {figures.number(len(found))} Interventionen; eine Datei fasst "
            f"{figures.number(MOST_IN_A_FILE)}. Bitte wählen Sie einen kürzeren Zeitraum oder einen Wohnbereich.",
            "warning",
        )
        return None
    by = _order()
    listed = _sorted(chosen, found, by).acts()
    return _table(chosen, listed, by, **({"rest": None} if found.withheld or found.few else {}))


def _chosen() -> PageSelection | None:
    """Return what the address asks for; the group says nothing of one intervention."""
    return page_selection.chosen(by=(WARD, SHIFT) if request.args.get("intervention") else page_selection.EVERYTHING)


def _too_long(chosen: PageSelection) -> bool:
    return (chosen.filters.end - chosen.filters.start).days >= LONGEST


def _asked() -> ActQuestion:
    said = {name: request.args.get(name, "") for name in ("intervention", *LEVELS, "passung")}
    levels = {name: int(said[name]) if said[name] in {"0", "1", "2", "3", "4"} else None for name in LEVELS}
    problems = [
        f"„{name}“ ist ein Niveau von 0 (unbekannt) bis 4; gezeigt sind alle."
        for name, level in levels.items()
        if said[name] and level is None
    ]
    fit = said["passung"] if said["passung"] in figures.FIT_WORDS else None
    if said["passung"] and fit is None:
        problems.append(f"„passung“ ist eines von {', '.join(figures.FIT_WORDS)}; gezeigt sind alle.")
    return ActQuestion(said["intervention"] or None, levels["soll"], levels["ist"], fit, tuple(problems))


def _load(chosen: PageSelection, asked: ActQuestion, release: ReleaseRow | None) -> ActList:
    question = acts.ActFilter(
        chosen.result.period,
        chosen.filters.labels.get(WARD),
        chosen.filters.labels.get(SHIFT),
        chosen.of_group if asked.intervention is None else lambda _: True,
        asked.intervention,
        asked.soll,
        asked.ist,
        asked.fit,
    )
    if release is not None:
        releases.record_view(current.access(), current.home().id, release.id)
    return acts.load(current.access(), current.home().id, question, released=release is not None)


def _order() -> tables.TableOrder:
    key, descending = tables.read_order(request.args.get("sort", ""), SORTS, default="wann")
    return tables.TableOrder(key, descending, frozenset({"wann", "intervention", "bewohner", "wohnbereich", "schicht"}))


def _sorted(chosen: PageSelection, found: ActList, by: tables.TableOrder) -> ActList:
    ranks = {
        "intervention": lambda name: chosen.title(str(name or "")).casefold(),
        "bewohner": lambda name: (name is None, name or ""),
        "wohnbereich": order.ward_key,
        "schicht": order.shift_key,
    }
    return found.ordered(SORTS[by.key], ranks.get(by.key), descending=by.descending)


def _choices(chosen: PageSelection, asked: ActQuestion) -> list[tuple[str, str]]:
    """Return what the list is narrowed to by the address of this page alone: words, and the address without it."""
    words = {
        "intervention": chosen.title(asked.intervention) if asked.intervention else "",
        "soll": "" if asked.soll is None else f"{LEVELS['soll']} {figures.qn(asked.soll)}",
        "ist": "" if asked.ist is None else f"{LEVELS['ist']} {figures.qn(asked.ist)}",
        "passung": figures.FIT_WORDS[asked.fit].word if asked.fit else "",
    }
    return [(word, addresses.here(**{name: None}, seite=None)) for name, word in words.items() if word]


def _table(chosen: PageSelection, listed: list[Act], by: tables.TableOrder, **parts: Any) -> PageTable[Act]:
    levels: dict[str, Any] = {name: request.args.get(name) or None for name in LEVELS}

    def title(act: Act) -> PageCell:
        url = url_for("interventions.detail", intervention=act.intervention, **levels)
        return PageCell((chosen.title(act.intervention),), url=url, quiet=act.intervention)

    columns: list[TableColumn[Act]] = [
        TableColumn(heading="Nr.", value=lambda act: act.intervention, page=False, of_rest=lambda _: ""),
        TableColumn(
            heading="Intervention",
            value=lambda act: chosen.title(act.intervention),
            key="intervention",
            cell=title,
            of_rest=lambda _: "weitere Interventionen der Auswahl",
            css="title",
        ),
        TableColumn(
            heading="Bewohner:in", value=lambda act: act.resident or "ohne Bewohner:in", key="bewohner", css=""
        ),
        TableColumn(
            heading="Nötig", file="QN-Soll", value=lambda act: act.qn_soll, unit=units.LEVEL, key="soll", css="whole"
        ),
        TableColumn(
            heading="Person", file="QN-Ist", value=lambda act: act.qn_ist, unit=units.LEVEL, key="ist", css="whole"
        ),
        TableColumn(
            heading="Passung",
            value=lambda act: figures.FIT_WORDS[act.fit].word,
            key="passung",
            cell=lambda act: PageCell((figures.FIT_WORDS[act.fit].word,), sign=act.fit),
            css="",
        ),
        TableColumn(
            heading="Minuten", file="Minuten", value=lambda act: act.seconds, unit=units.DURATION, key="minuten"
        ),
        TableColumn(heading="Wohnbereich", value=lambda act: act.ward or figures.NO_LABEL, key="wohnbereich", css=""),
        TableColumn(heading="Schicht", value=_shift, key="schicht", css=""),
        TableColumn(
            heading="Wann",
            value=lambda act: figures.days(act.first_day, act.last_day),
            key="wann",
            below=TableColumn(heading="Uhrzeit", value=_time, unit=_CLOCK),
            file=None,
            css="whole",
        ),
        TableColumn(heading="Erster Tag", value=lambda act: act.first_day, unit=units.DAY, page=False),
        TableColumn(heading="Letzter Tag", value=lambda act: act.last_day, unit=units.DAY, page=False),
        TableColumn(heading="Begründung", value=lambda _: None, cell=_why, file=None, unseen=True, css=""),
    ]
    title_ = "Durchgeführte Interventionen"
    return chosen.table(name=TABLE, title=title_, columns=columns, rows=listed, order=by, **parts)


def _why(act: Act) -> PageCell:
    if not act.explained_on:
        return PageCell(("",))
    url = url_for("explain.show", intervention=act.intervention, resident=act.resident, am=act.explained_on)
    return PageCell((f"Warum {figures.qn(act.qn_soll)}?" if act.qn_soll else "Was fehlt?",), url=url)


def _shift(act: Act) -> str:
    return NOT_TOLD if act.shift == "" else act.shift or figures.NO_LABEL


def _time(act: Act) -> str:
    return "" if act.minute is None else f"{act.minute // 60:02}:{act.minute % 60:02}"
