"""What an upload would change, how it is applied, and how it is taken back: figures first, then the decision."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from flask import Blueprint, redirect, render_template, request, url_for

from web import current
from web.errors import back_to
from web.period_filter import day
from web.services.errors import ServiceError
from web.services.history import refold
from web.services.uploads import other_home, records, steps, undo_job
from web.services.uploads.apply import ApplyChoice
from web.services.uploads.summary.share_lines import share_lines
from web.wording.figures import counted
from web.wording.statements import UNDO_WORDS, first_of_month, reasons_line, statement_lines

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flask.typing import ResponseReturnValue

    from web.services.uploads.apply import Pairing
    from web.services.uploads.records import UploadRow

blueprint = Blueprint("upload_preview", __name__, url_prefix="/daten")

CHANGES: Final = 50
"""Changed rows shown one by one."""

MOST_DAYS: Final = 3_660

_PAIRING: Final[Mapping[str, Pairing]] = {"weitere": "sure", "berichtigt": "similar", "alles": "none"}


class ChoiceError(ServiceError):
    """A choice is incomplete or contradicts the upload."""


@blueprint.post("/<int:upload_id>/folgen")
@back_to("uploads.show", "upload_id", anchor="folgen")
def update(upload_id: int) -> ResponseReturnValue:
    """Recompute what an upload would change when applied as chosen."""
    upload, services = current.upload(upload_id), current.services()
    steps.update_preview(current.access(), services.settings, upload.id, _choice(request.form.to_dict(), upload))
    return redirect(url_for("uploads.show", upload_id=upload.id) + "#folgen")


@blueprint.post("/neuberechnung/gelesen")
@back_to("uploads.index")
def dismiss_report() -> ResponseReturnValue:
    """Stop showing what moved when the home was computed anew under a changed rule."""
    refold.dismiss_report(current.access(), home_id=current.home().id)
    return redirect(url_for("uploads.index"))


@blueprint.get("/<int:upload_id>/ruecknahme")
@back_to("uploads.show", "upload_id")
def undo_page(upload_id: int) -> ResponseReturnValue:
    """Show what undoing an upload would change, and what depends on it."""
    upload = current.upload(upload_id)
    preview_ = undo_job.preview_undo(current.access(), upload.id)
    return render_template(
        "uploads/undo.html",
        home_name=upload.home_name,
        upload=upload,
        undo=preview_,
        numbers=records.numbers(current.access(), preview_.later),
        lines=share_lines(preview_.moved),
        days=preview_.moved["days"],
        told=statement_lines(preview_.people, UNDO_WORDS),
        months=[month_line(month) for month in preview_.months],
    )


@blueprint.post("/<int:upload_id>/ruecknahme")
@back_to("uploads.show", "upload_id")
def undo(upload_id: int) -> ResponseReturnValue:
    """Let a job undo an upload as it was shown."""
    upload, services = current.upload(upload_id), current.services()
    undo_job.release(current.access(), upload.id, digest=request.form.get("gezeigt", ""))
    services.jobs.enqueue(upload.id, records.TO_UNDO)
    return redirect(url_for("uploads.show", upload_id=upload.id))


def effects(upload: UploadRow) -> dict[str, Any] | None:
    """Return what the page of an upload says about its effects; None where nothing was computed."""
    weighed = upload.weighed
    if weighed is None or "before" not in weighed:
        return None
    choice = ApplyChoice.from_json(upload.choice if upload.choice and "wards" in upload.choice else None)
    changes = [
        {**change, "day": date.fromordinal(change["day"]), "time": _time(change["minute"])}
        for change in weighed.get("changes", [])[:CHANGES]
    ]
    covers = [date.fromisoformat(day) for day in weighed.get("covers", []) if day]
    return {
        **weighed,
        "choice": choice,
        "lines": share_lines(weighed),
        "shown": changes,
        "wards": weighed.get("wards", []),
        "cover": min(covers, default=None),
        "several_covers": len(set(covers)) > 1,
        "open_days": [date.fromordinal(day) for day in weighed.get("open_days", [])],
        "elsewhere": [month_line(month) for month in weighed.get("elsewhere", [])],
        "told": statement_lines(weighed.get("statements")),
        "outdated": outdated | {"before": date.fromisoformat(outdated["before"])}
        if (outdated := weighed.get("outdated", {})).get("rows")
        else None,
        "other_home": list(other_home.reasons(signs)) if (signs := weighed.get("other_home")) else [],
        "numbers": records.numbers(current.access(), [weighed.get("repairs"), weighed.get("remembered")]),
    }


def month_line(month: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a page says about a month whose figures move: the shares that differ, its rows, and why."""
    lines = share_lines(month) if "before" in month else []
    both = [line for line in lines if line.before is not None and line.after is not None]
    rows = [
        (month.get("rows_added", 0), "Zeile kommt hinzu", "Zeilen kommen hinzu"),
        (month.get("rows_removed", 0), "Zeile entfällt", "Zeilen entfallen"),
    ]
    return {
        "first": first_of_month(month["month"]),
        "moved": [line for line in both if line.before != line.after],
        "empty": "" if both or not lines else "danach" if lines[0].after is None else "bisher",
        "rows": ", ".join(counted(*row) for row in rows if row[0]),
        "why": reasons_line(month["reasons"]),
    }


def _time(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}" if minute >= 0 else ""


def _choice(form: Mapping[str, str], upload: UploadRow) -> ApplyChoice:
    choice = ApplyChoice(
        pairing=_PAIRING.get(form.get("aehnlich", ""), "sure"),
        persons_complete=bool(form.get("personen_vollstaendig")),
        always=form.get("gilt") == "immer",
        since=_since(form),
    )
    if not form.get("vollstaendig"):
        return choice
    first, last = day(form.get("von", "")), day(form.get("bis", ""))
    if first is None or last is None or first > last or (last - first).days > MOST_DAYS:
        raise ChoiceError("Bitte nennen Sie den ersten und den letzten Tag, für die die Datei vollständig ist.")
    wards = tuple(request.form.getlist("wb"))
    if not wards and not form.get("haus"):
        raise ChoiceError("Bitte nennen Sie die Wohnbereiche, für die die Datei vollständig ist.")
    known = set((upload.weighed or {}).get("wards", []))
    if not set(wards) <= known:
        raise ChoiceError("Diesen Wohnbereich gibt es hier nicht; bitte laden Sie die Seite neu.")
    return replace(choice, first=first, last=last, wards=() if form.get("haus") else wards)


def _since(form: Mapping[str, str]) -> date | None:
    if form.get("gilt") != "ab" or not form.get("seit"):
        return None
    since = day(form["seit"])
    if since is None:
        raise ChoiceError("Bitte nennen Sie den Tag, von dem an die Angaben ohne Datum gelten.")
    return since
