"""Welche Interventionen stehen dahinter? What was performed, one by one, without whoever did it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for

from web import addresses, current, tables
from web.addresses import SHIFT, WARD
from web.services.analysis import acts
from web.services.analysis.small_groups import FEWEST
from web.views.analysis import page_selection, table_files
from web.wording import figures, order

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask.typing import ResponseReturnValue

    from web.services.analysis.acts import Act, ActList
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
    if chosen is None:
        return page_selection.not_analysed(QUESTION)
    if chosen.result.empty:
        return page_selection.nothing(chosen, QUESTION)
    asked = _asked()
    for problem in asked.problems:
        flash(problem, "warning")
    found = None if _too_long(chosen) else _load(chosen, asked)
    by = _order()
    pages = 1 + (len(found) - 1) // ROWS_SHOWN if found else 1
    page = min(max(request.args.get("seite", 1, int), 1), pages)
    shown = _sorted(chosen, found, by).acts((page - 1) * ROWS_SHOWN, page * ROWS_SHOWN) if found else []
    return render_template(
        "analysis/acts/index.html",
        **chosen.context,
        question=QUESTION,
        found=found,
        seconds=found.seconds if found else 0,
        rows=[_row(chosen, act) for act in shown],
        order=by,
        page=page,
        pages=pages,
        first=(page - 1) * ROWS_SHOWN + 1,
        choices=_choices(chosen, asked),
        files=table_files.downloads("acts.table", **_arguments(asked), sort=by.text),
        fewest=FEWEST,
        whole_months=chosen.result.whole_months,
        not_told=NOT_TOLD,
    )


@blueprint.get(f"/durchgefuehrt.{table_files.RULE}")
def table(form: str) -> ResponseReturnValue:
    """Download all of the acts."""
    chosen, asked = _chosen(), _asked()
    if chosen is None:
        abort(404)
    page = addresses.same_arguments("acts.index")
    if chosen.filters.problems or asked.problems or _too_long(chosen):
        return redirect(page)  # a file could not tell them
    found = _load(chosen, asked)
    if len(found) > MOST_IN_A_FILE:
        flash(
            f"Die Auswahl hat {figures.number(len(found))} Interventionen; eine Datei fasst "
            f"{figures.number(MOST_IN_A_FILE)}. Bitte wählen Sie einen kürzeren Zeitraum oder einen Wohnbereich.",
            "warning",
        )
        return redirect(page)
    lines = _table(chosen, _sorted(chosen, found, _order()).acts())
    return table_files.answer(chosen, form, "durchgefuehrte-interventionen", "Durchgeführte Interventionen", lines)


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


def _arguments(asked: ActQuestion) -> dict[str, Any]:
    return {"intervention": asked.intervention, "soll": asked.soll, "ist": asked.ist, "passung": asked.fit}


def _load(chosen: PageSelection, asked: ActQuestion) -> ActList:
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
    return acts.load(current.access(), current.home().id, question)


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


def _row(chosen: PageSelection, act: Act) -> dict[str, Any]:
    why = act.explained_on and url_for(
        "explain.show", intervention=act.intervention, resident=act.resident, am=act.explained_on
    )
    levels: dict[str, Any] = {name: request.args.get(name) or None for name in LEVELS}
    return {
        "act": act,
        "title": chosen.title(act.intervention),
        "url": url_for("interventions.detail", intervention=act.intervention, **levels),
        "time": _time(act),
        "why": why,
    }


def _time(act: Act) -> str:
    return "" if act.minute is None else f"{act.minute // 60:02}:{act.minute % 60:02}"


def _table(chosen: PageSelection, found: list[Act]) -> Iterator[list[object]]:
    yield [
        *("Nr.", "Intervention", "Bewohner:in", "QN-Soll", "QN-Ist", "Passung", "Minuten"),
        *("Wohnbereich", "Schicht", "Von", "Bis", "Uhrzeit", "Regelwerk"),
    ]
    books = " / ".join(book.display for book in chosen.result.books)
    for act in found:
        yield [
            act.intervention,
            chosen.title(act.intervention),
            act.resident,
            act.qn_soll or figures.UNKNOWN,
            act.qn_ist or figures.UNKNOWN,
            figures.FIT_WORDS[act.fit].word,
            None if act.seconds is None else act.seconds / 60,
            act.ward,
            NOT_TOLD if act.shift == "" else act.shift,
            figures.day(act.first_day),
            figures.day(act.last_day),
            _time(act),
            books,
        ]
