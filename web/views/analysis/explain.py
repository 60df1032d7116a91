"""Warum QN 4? The rules, records and sources behind one level called for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, abort, flash, render_template, request, url_for

from rules.checks.coverage import CERTAINTY
from web import current, period_filter
from web.services import clock
from web.services.analysis import explanations

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

blueprint = Blueprint("explain", __name__)


@blueprint.get("/warum/<intervention>/<resident>")
def show(intervention: str, resident: str) -> ResponseReturnValue:
    """Explain the level of one intervention for one resident (pseudonym) on the day ``am``, else today."""
    said = request.args.get("am", "")
    day = period_filter.day(said) or clock.today()
    why = explanations.explain(current.access(), current.home().id, resident, intervention, day)
    if why is None:
        abort(404)
    current.looked_at(
        "begruendung.ansehen", f"haus {current.home().id}", bewohner=resident, intervention=intervention, tag=str(day)
    )
    if said and not period_filter.day(said):
        flash(f"„{said}“ ist kein Tag, wie ihn „am“ braucht (2026-03-01); gezeigt ist heute.", "warning")
    return render_template(
        "analysis/explain/show.html",
        certainty=CERTAINTY,
        why=why,
        title=why.intervention.title,
        resident=resident,
        day=day,
        override_url=url_for("overrides.index", intervention=why.intervention.id, bewohner=resident, ab=day) + "#neu",
        back_url=url_for("interventions.detail", intervention=why.intervention.id),
        rulebook=why.book,
    )
