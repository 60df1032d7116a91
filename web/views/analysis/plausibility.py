"""Passt das Regelwerk zur Wirklichkeit? Minutes by level called for, beside the shape of § 113c."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Final

from flask import Blueprint, abort, render_template

from web import current
from web.page_table import HIDDEN, PageCell, PageTable, TableColumn
from web.services.analysis import plausibility
from web.views.analysis import page_selection, table_files
from web.wording import units

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from web.services.analysis.plausibility import PlausibilityComparison, Shape
    from web.views.analysis.page_selection import PageSelection

blueprint = Blueprint("plausibility", __name__)

QUESTION: Final = "Passt das Regelwerk zur Wirklichkeit?"

TABLE: Final = "plausibilitaet"
"""Name of the table, in addresses and of its files."""

BAND_WORDS = [(f"band-{i + 1}", word) for i, (word, _) in enumerate(plausibility.BANDS.values())]


@blueprint.get("/plausibilitaet")
def index() -> ResponseReturnValue:
    """Show the comparison for the period."""
    chosen = page_selection.chosen(by=())
    if chosen is None:
        return page_selection.not_analysed(QUESTION)
    if _hidden(chosen):
        return page_selection.withheld(chosen, QUESTION)
    comparison = plausibility.of_home(current.access(), current.home().id, chosen.result.period)
    if comparison is None:
        return page_selection.nothing(chosen, QUESTION)
    return render_template(
        "analysis/plausibility/index.html",
        **chosen.context,
        table=_table(chosen, comparison),
        **row_of_grades(comparison),
        found=comparison,
        few=any(shape.hidden for shape in comparison.shapes),
        band_words=BAND_WORDS,
    )


@blueprint.get(f"/plausibilitaet.{table_files.RULE}")
def table(form: str) -> ResponseReturnValue:
    """Download the table."""
    chosen = page_selection.chosen(by=())
    if chosen is None:
        abort(404)
    tables = {} if _hidden(chosen) else {TABLE: partial(_file, chosen)}
    return table_files.answer(form, "plausibility.index", tables, told=chosen.filters.problems)


def _file(chosen: PageSelection) -> PageTable[Shape] | None:
    comparison = plausibility.of_home(current.access(), current.home().id, chosen.result.period)
    return _table(chosen, comparison) if comparison else None


def _hidden(chosen: PageSelection) -> bool:
    return not chosen.result.empty and (not chosen.result.whole_months or chosen.result.fit.total is None)


def _table(chosen: PageSelection, comparison: PlausibilityComparison) -> PageTable[Shape]:
    columns: list[TableColumn[Shape]] = [
        TableColumn(
            heading="Pflegegrad",
            value=lambda shape: f"Pflegegrad {shape.grade}",
            key="grad",
            rising=True,
            cell=lambda shape: PageCell((f"Pflegegrad {shape.grade}",), "§ 113c"),
            css="",
        ),
        *(_band(place, word) for place, (word, _) in enumerate(plausibility.BANDS.values())),
        TableColumn(
            heading="QN 4: Unterschied",
            value=lambda shape: (
                HIDDEN
                if shape.hidden
                else shape.called_for[-1].share - shape.statute[-1].share
                if shape.called_for
                else None
            ),
            unit=units.POINTS,
            key="unterschied",
        ),
        TableColumn(
            heading="Zeit",
            file="Minuten",
            value=lambda shape: HIDDEN if shape.hidden else shape.seconds,
            unit=units.HOURS,
            key="zeit",
        ),
        TableColumn(
            heading="Bewertbar",
            value=lambda shape: HIDDEN if shape.hidden else shape.rated if shape.seconds else None,
            unit=units.SHARE,
            key="bewertbar",
        ),
    ]
    rows, by = table_files.sort(columns, comparison.shapes, "grad")
    caption = f"{chosen.filters.label}, Anteil der bewertbaren Minuten nach QN-Soll; darunter der Anteil nach § 113c"
    title = "Anteile nach Pflegegrad"
    return chosen.table(name=TABLE, title=title, columns=columns, rows=rows, order=by, caption=caption)


def _band(place: int, word: str) -> TableColumn[Shape]:
    return TableColumn(
        heading=word,
        value=lambda shape: HIDDEN if shape.hidden else shape.called_for[place].share if shape.called_for else None,
        unit=units.SHARE,
        key=f"gruppe_{place + 1}",
        below=TableColumn(
            heading=f"{word} nach § 113c", value=lambda shape: shape.statute[place].share, unit=units.SHARE
        ),
        strong=True,
    )


def row_of_grades(comparison: PlausibilityComparison) -> dict[str, Any]:
    """Return the Pflegegrade that have minutes, their ends, whether their shares rise, and where both differ most."""
    shown = [shape for shape in comparison.shapes if shape.called_for]
    printed = [round(100 * shape.called_for[-1].share) for shape in shown]
    return {
        "with_minutes": shown,
        "rising": printed == sorted(printed),
        "lowest": shown[0] if shown else None,
        "highest": shown[-1] if len(shown) > 1 else None,
        "farthest": max(shown, key=distance) if shown else None,
    }


def distance(shape: Shape) -> float:
    """Return by how much the shares of QN 4 differ."""
    return abs(shape.called_for[-1].share - shape.statute[-1].share)
