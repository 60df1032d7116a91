"""Passt das Regelwerk zur Wirklichkeit? Minutes by level called for, beside the shape of § 113c."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from flask import Blueprint, render_template

from web import current
from web.services.analysis import plausibility
from web.views.analysis import page_selection

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from web.services.analysis.plausibility import PlausibilityComparison, Shape

blueprint = Blueprint("plausibility", __name__)

QUESTION: Final = "Passt das Regelwerk zur Wirklichkeit?"

BAND_WORDS = [(f"band-{i + 1}", word) for i, (word, _) in enumerate(plausibility.BANDS.values())]


@blueprint.get("/plausibilitaet")
def index() -> ResponseReturnValue:
    """Show the comparison for the period."""
    chosen = page_selection.chosen(by=())
    if chosen is None:
        return page_selection.not_analysed(QUESTION)
    if not chosen.result.empty and (not chosen.result.whole_months or chosen.result.fit.total is None):
        return page_selection.withheld(chosen, QUESTION)
    comparison = plausibility.of_home(current.access(), current.home().id, chosen.result.period)
    if comparison is None:
        return page_selection.nothing(chosen, QUESTION)
    return render_template(
        "analysis/plausibility/index.html",
        **chosen.context,
        **row_of_grades(comparison),
        found=comparison,
        band_words=BAND_WORDS,
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
