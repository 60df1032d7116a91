"""Protokoll: who did what at the operator, for the one role that may read it (T2, G5)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for

from web import addresses, current, period_filter
from web.reports import affected_table, table_file
from web.reports.log_table import NAME, log_table
from web.security import fresh
from web.services import clock
from web.services.audit_actions import KINDS, RESULTS
from web.services.log import reading
from web.services.log.reading import LogFilter
from web.services.subjects import affected as affected_persons

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

blueprint = Blueprint("log", __name__, url_prefix="/protokoll")

ROWS_SHOWN: Final = 50
MOST_IN_A_FILE: Final = 200_000
RULE: Final = f"<any({', '.join(table_file.FORMS)}):form>"
PARAMETERS: Final = ("seit", "hoechstens", "konto", "art", "bezug", "ergebnis", "wer-was")
"""What an address asks the log for."""


@blueprint.get("/")
def index() -> ResponseReturnValue:
    """Show the entries that were asked for, the newest first."""
    wanted, problems = _wanted()
    for problem in problems:
        flash(problem, "warning")
    before = request.args.get("vor", type=int)
    before = before if before is not None and 0 < before <= current.LARGEST_NUMBER else None
    found = reading.load(current.access(), wanted, before=before, limit=ROWS_SHOWN + 1)
    shown = found[:ROWS_SHOWN]
    current.looked_at("protokoll.ansehen", "", **_chosen(wanted))
    return render_template(
        "account/log.html",
        table=log_table(shown, wanted),
        wanted=wanted,
        accounts=reading.accounts(current.access()),
        kinds=KINDS,
        results=RESULTS,
        older=addresses.here(vor=shown[-1].number) if len(found) > ROWS_SHOWN else None,
        newest=addresses.here(vor=None) if before else None,
        affected=[
            (kind.word, url_for("log.affected", form=form, **_asked())) for form, kind in table_file.FORMS.items()
        ],
        files=[(kind.word, url_for("log.table", form=form, **_asked())) for form, kind in table_file.FORMS.items()],
        pattern=reading.RECORD.pattern,
        days=current.services().settings.log_days,
    )


@blueprint.get(f"/{NAME}.{RULE}")
@fresh.required
def table(form: str) -> ResponseReturnValue:
    """Download the entries that were asked for; that is an entry itself."""
    wanted, problems = _wanted()
    found = [] if problems else reading.load(current.access(), wanted, limit=MOST_IN_A_FILE + 1)
    if problems or not found or len(found) > MOST_IN_A_FILE:
        if len(found) > MOST_IN_A_FILE:
            flash("Das sind zu viele Einträge für eine Datei; bitte wählen Sie einen kürzeren Zeitraum.", "warning")
        return redirect(url_for("log.index", **_asked()))
    made = log_table(found, wanted)
    start, end = made.period
    period = [start.isoformat(), end.isoformat()]
    details = {"form": form, "zeitraum": period, "auswahl": _chosen(wanted), "zeilen": len(found)}
    reading.record_export(current.access(), details)
    return Response(
        table_file.file_content(form, made.title, made.file_lines()),
        mimetype=table_file.FORMS[form].mimetype,
        headers={"Content-Disposition": f'attachment; filename="{NAME}_{start}_{end}.{form}"'},
    )


@blueprint.get(f"/betroffene.{RULE}")
@fresh.required
def affected(form: str) -> ResponseReturnValue:
    """Download whose data the entries that were asked for show, by pseudonym (I3); that is an entry itself."""
    wanted, problems = _wanted()
    found = None if problems else affected_persons.affected(current.access(), wanted)
    if found is None or not (found.persons or found.unknown_uploads):
        if not problems:
            flash("Keiner dieser Einträge zeigt Daten einzelner Personen.", "warning")
        return redirect(url_for("log.index", **_asked()))
    details = {"form": form, "zeitraum": _period(wanted), "auswahl": _chosen(wanted), "zeilen": len(found.persons)}
    affected_persons.record_export(current.access(), details)
    return Response(
        table_file.file_content(form, affected_table.TITLE, affected_table.lines(found)),
        mimetype=table_file.FORMS[form].mimetype,
        headers={"Content-Disposition": f'attachment; filename="betroffene_{clock.today()}.{form}"'},
    )


def _period(wanted: LogFilter) -> list[str]:
    """Return the days asked for; without any, up to today."""
    return [str(wanted.first_day or ""), str(wanted.last_day or clock.today())]


def _asked() -> dict[str, Any]:
    return {name: request.args.get(name) or None for name in PARAMETERS}


def _wanted() -> tuple[LogFilter, list[str]]:
    """Return what the address asks for, and what of it cannot be meant: that is not filtered by."""
    said, problems = {name: request.args.get(name, "").strip() for name in PARAMETERS}, []
    days = {name: period_filter.day(said[name]) for name in ("seit", "hoechstens")}
    problems += [f"„{name}“ ist kein Tag." for name, day in days.items() if said[name] and day is None]
    account = int(said["konto"]) if said["konto"].isascii() and said["konto"].isdecimal() else None
    if said["konto"] and (account is None or account > current.LARGEST_NUMBER):
        account = None
        problems.append("Dieses Konto gibt es nicht.")
    if said["art"] and said["art"] not in KINDS:
        problems.append("Diese Art von Einträgen gibt es nicht.")
    if said["bezug"] and not reading.RECORD.fullmatch(said["bezug"]):
        problems.append("Der Bezug ist ein Pseudonym wie B-23456 oder eine Nummer wie „konto 3“ oder „lieferung 12“.")
    if said["ergebnis"] and said["ergebnis"] not in RESULTS:
        problems.append("Dieses Ergebnis gibt es nicht.")
    wanted = LogFilter(
        first_day=days["seit"],
        last_day=days["hoechstens"],
        account=account,
        kind=said["art"] if said["art"] in KINDS else "",
        record=said["bezug"] if reading.RECORD.fullmatch(said["bezug"]) else "",
        result=said["ergebnis"] if said["ergebnis"] in RESULTS else "",
        seen_or_exported=bool(said["wer-was"]),
    )
    return wanted, problems


def _chosen(wanted: LogFilter) -> dict[str, object]:
    """Return the filter as details of an entry."""
    told = {
        "seit": wanted.first_day and wanted.first_day.isoformat(),
        "bis": wanted.last_day and wanted.last_day.isoformat(),
        "konto": wanted.account,
        "art": wanted.kind,
        "bezug": wanted.record,
        "ergebnis": wanted.result,
        "gesehen oder mitgenommen": wanted.seen_or_exported or None,
    }
    return {name: value for name, value in told.items() if value}
