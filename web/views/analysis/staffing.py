"""Wie viele Stellen sind vereinbar? § 113c Abs. 1 for the residents of the home, beside the staff there is."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from flask import Blueprint, flash, redirect, render_template, request, url_for

from rules.staffing import GROUPS
from web import current, period_filter
from web.errors import back_to
from web.services import clock
from web.services.analysis import staffing, staffing_inputs
from web.services.analysis.plausibility import BarSegment
from web.services.uploads import records
from web.views.analysis import page_selection, staffing_tables, table_files
from web.wording import figures

if TYPE_CHECKING:
    from datetime import date

    from flask.typing import ResponseReturnValue

    from web.period_filter import FilterChoice

blueprint = Blueprint("staffing", __name__, url_prefix="/stellen")

LEAST_HOURS: Final = Decimal(20)
MOST_HOURS: Final = Decimal(48)


@blueprint.get("/")
def index() -> ResponseReturnValue:
    """Show ceiling, agreement, minimum and staff for the period, or for a day where there are no other data."""
    access, home = current.access(), current.home()
    chosen = page_selection.chosen(by=())
    first, last = chosen.result.period if chosen else _asked()
    return _page(first, last, chosen.context if chosen else {}, staffing_inputs.inputs(access, home.id, last))


@blueprint.post("/angaben")
@back_to("staffing.index")
def enter() -> ResponseReturnValue:
    """Store what the home has agreed, and the minimum of its state, from a day on."""
    try:
        values = {kind: {group: amount(f"{kind}_{group}") for group in GROUPS} for kind in ("minimum", "agreed")}
        full_time = amount("vollzeit")
    except InvalidOperation:
        flash("Bitte geben Sie Zahlen wie 12,5 ein; leere Felder sind erlaubt.", "warning")
        return redirect(url_for("staffing.index"))
    day = period_filter.day(request.form.get("ab", ""))
    if day is None or full_time is None or not LEAST_HOURS <= full_time <= MOST_HOURS:
        flash(
            f"Bitte geben Sie einen Tag an und eine Vollzeit zwischen {LEAST_HOURS} und {MOST_HOURS} Wochenstunden.",
            "warning",
        )
        return redirect(url_for("staffing.index"))
    staffing_inputs.enter(
        current.access(),
        home_id=current.home().id,
        valid_from=day,
        full_time=full_time,
        **values,
    )
    flash("Ihre Angaben sind gespeichert.", "good")
    return redirect(url_for("staffing.index"))


def amount(name: str) -> Decimal | None:
    """Return a number of the form, written with a comma or a point; None where the field is blank.

    Raises
    ------
    InvalidOperation
        For anything that is no number of at least 0.
    """
    text = request.form.get(name, "").strip().replace(" ", "").replace("\N{NO-BREAK SPACE}", "")
    if not text:
        return None
    number = Decimal(text.replace(".", "").replace(",", ".") if "," in text else text)
    if not number.is_finite() or number < 0:
        raise InvalidOperation
    return number


def bars(groups: list[staffing.StaffingLine]) -> list[tuple[str, list[BarSegment]]]:
    """Return a bar for the ceiling, what was agreed and what there is, all on one scale; without what is not known."""
    rows: dict[str, list[Decimal | None]] = {
        "Obergrenze": [line.ceiling for line in groups],
        "Vereinbart": [line.agreed for line in groups],
        "Vorhanden": [line.actual for line in groups],
    }
    known = [
        (name, [value for value in values if value is not None]) for name, values in rows.items() if None not in values
    ]
    longest = max(sum(values, Decimal(0)) for _, values in known) or Decimal(1)
    return [(name, _bar(groups, values, longest)) for name, values in known]


def _bar(groups: list[staffing.StaffingLine], values: list[Decimal], longest: Decimal) -> list[BarSegment]:
    return [
        BarSegment(
            word=line.levels,
            css=f"band-{i + 1}",
            share=float(value / longest),
            start=float(sum(values[:i], Decimal(0)) / longest),
            figure=figures.number(value, 2),
        )
        for i, (line, value) in enumerate(zip(groups, values, strict=True))
    ]


@blueprint.get(f"/tabelle.{table_files.RULE}")
def table(form: str) -> ResponseReturnValue:
    """Download one of the tables."""
    chosen = page_selection.chosen(by=())
    choice = period_filter.read(request.args)
    first, last = chosen.result.period if chosen else _period(choice)
    told = chosen.filters.problems if chosen else choice.problems
    try:
        found = staffing.staffing(current.access(), current.home().id, first, last)
    except staffing_inputs.StaffingError as error:
        return table_files.answer(form, "staffing.index", {}, told=(str(error),))
    return table_files.answer(form, "staffing.index", _tables(found), told=told)


def _tables(found: staffing.StaffingFigures) -> table_files.Tables:
    """Return the tables; none where nobody has a Pflegegrad."""
    made: table_files.Tables = {
        staffing_tables.JOBS: partial(staffing_tables.jobs, found),
        staffing_tables.MIX: partial(staffing_tables.mix, found),
        staffing_tables.LEVELS: partial(staffing_tables.levels, found),
    }
    return made if graded(found) else {}


def graded(found: staffing.StaffingFigures) -> Decimal:
    """Return how many residents have a Pflegegrad that § 113c knows."""
    return sum((found.mix.get(grade, Decimal(0)) for grade in range(1, 6)), Decimal(0))


def _asked() -> tuple[date, date]:
    choice = period_filter.read(request.args)
    for problem in choice.problems:
        flash(problem, "warning")
    return _period(choice)


def _period(choice: FilterChoice) -> tuple[date, date]:
    """Return the days an address asks for; without any, today."""
    today = clock.today()
    return choice.start or choice.end or today, choice.end or choice.start or today


def _page(
    first: date, last: date, context: dict[str, Any], inputs: staffing_inputs.StaffingInputs
) -> ResponseReturnValue:
    access, home = current.access(), current.home()
    try:
        values = staffing.staffing(access, home.id, first, last)
    except staffing_inputs.StaffingError as error:  # before the statute had values, or too long a time
        flash(f"{error} Gezeigt wird der heutige Tag.", "warning")
        values = staffing.staffing(access, home.id, clock.today())
    return render_template(
        "analysis/staffing/index.html",
        **context,
        found=values,
        numbers=records.numbers(access, [values.hours_from]),
        graded=graded(values),
        groups=[line for line in values.lines if line.group != "total"],
        **{name: made() for name, made in _tables(values).items()},
        total=next(line for line in values.lines if line.group == "total"),
        bars=bars([line for line in values.lines if line.group != "total"]),
        band_words=[(f"band-{i + 1}", line.levels) for i, line in enumerate(values.lines[:3])],
        inputs=inputs,
        history=staffing_inputs.history(access, home.id),
        today=clock.today(),
    )
