"""Eigene Festlegungen: levels that a registered nurse sets in place of the rulebook's, with reason and end."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import groupby
from typing import TYPE_CHECKING, Any, Final

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for

from web import current, period_filter
from web.errors import back_to
from web.services import clock, homes
from web.services.rulebooks import holdings, overrides

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from rules.model import RuleBook

blueprint = Blueprint("overrides", __name__, url_prefix="/festlegungen")

USUAL_DAYS: Final = 90
"""How long an override lasts unless another end is entered."""


@blueprint.get("/")
def index() -> ResponseReturnValue:
    """Show all overrides, and the form for a new one to those who may set it."""
    today = clock.today()
    start = period_filter.day(request.args.get("ab", "")) or today
    end = min(max(start, today) + timedelta(days=USUAL_DAYS), overrides.latest_end(start))
    fields = {
        "intervention": request.args.get("intervention", ""),
        "bewohner": request.args.get("bewohner", ""),
        "ab": start.isoformat(),
        "bis": end.isoformat(),
    }
    return _page(fields)


@blueprint.post("/")
def add() -> ResponseReturnValue:
    """Set a level; what is wrong with it is shown beside what was entered."""
    fields = {name: request.form.get(name, "").strip() for name in ("intervention", "bewohner", "niveau", "grund")}
    fields |= {name: request.form.get(name, "") for name in ("ab", "bis")}
    start, end = period_filter.day(fields["ab"]), period_filter.day(fields["bis"])
    entry = _book().find_intervention(fields["intervention"])
    if entry is None or fields["niveau"] not in {"1", "2", "3", "4"} or start is None or end is None:
        return _page(fields, "Bitte wählen Sie Intervention und Niveau, und geben Sie beide Tage an."), 422
    try:
        overrides.set_(
            current.access(),
            home_id=current.home().id,
            resident=fields["bewohner"],
            intervention=entry.id,
            level=int(fields["niveau"]),
            reason=fields["grund"],
            start=start,
            end=end,
        )
    except overrides.OverrideError as error:
        return _page(fields, str(error)), 422
    flash(f"Festgelegt: „{entry.title}“ verlangt QN {fields['niveau']}. Die Auswertung rechnet damit.", "good")
    # The form was sent to its own place on the page; the answer stands at the top.
    return redirect(url_for("overrides.index") + "#inhalt")


@blueprint.post("/<int:override_id>/zuruecknehmen")
@back_to("overrides.index")
def withdraw(override_id: int) -> ResponseReturnValue:
    """Take an override back: from the day given (else today) on the rulebook's level holds again."""
    access, home = current.access(), current.home()
    if overrides.find(access, home.id, override_id) is None:
        abort(404)
    from_day = period_filter.day(request.form.get("ab", ""))
    overrides.withdraw(
        access,
        home_id=home.id,
        override_id=override_id,
        from_day=from_day,
    )
    flash("Zurückgenommen: Es gilt wieder das Niveau des Regelwerks.", "good")
    return redirect(url_for("overrides.index"))


def _page(fields: dict[str, str], wrong: str = "") -> str:
    access, home, book, today = current.access(), current.home(), _book(), clock.today()
    rows = [_row(entry, book, today) for entry in overrides.list_(access, home.id)]
    live = [entry for entry in rows if entry["state"] == "gilt"]
    catalogue = [
        {"name": name, "entries": list(entries)}
        for name, entries in groupby(book.interventions, lambda entry: entry.group)
    ]
    current.looked_at("festlegungen.ansehen", f"haus {current.home().id}")
    return render_template(
        "rulebooks/overrides/index.html",
        rulebook=book,
        rows=sorted(rows, key=lambda row: row["state"] not in {"gilt", "künftig"}),
        live=len(live),
        for_residents=sum(bool(row["one"].resident) for row in live),
        may_set=overrides.may_set(access, current.home().id),
        given=fields,
        wrong=wrong,
        catalogue=catalogue,
        residents=homes.residents(access, home.id),
        reason_signs=overrides.REASON_SIGNS,
        no_names=overrides.NO_NAMES,
        most_months=overrides.MOST_MONTHS,
    )


def _row(override: overrides.OverrideRow, book: RuleBook, today: date) -> dict[str, Any]:
    entry, state = book.find_intervention(override.intervention), override.state(today)
    day = max(override.start, min(today, override.end))
    why = url_for("explain.show", intervention=override.intervention, resident=override.resident or "-", am=day)
    return {
        "one": override,
        "title": entry.title if entry else override.intervention,
        "state": state,
        "why_url": why if override.resident else None,
        "open": override.withdrawn_at is None,
        "usual_end": max(override.start, today) if state in {"gilt", "künftig"} else override.start,
    }


def _book() -> RuleBook:
    return holdings.effective(current.access(), current.home().id)
