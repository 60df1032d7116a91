"""What an upload would change, how it is applied, and how it is taken back: figures first, then the decision."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, Final

from flask import Blueprint, redirect, render_template, request, url_for

from web import current
from web.errors import back_to
from web.period_filter import day
from web.services.errors import ServiceError
from web.services.uploads import records, steps, undo_job
from web.services.uploads.apply import ApplyChoice
from web.services.uploads.share_lines import share_lines

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flask.typing import ResponseReturnValue

    from web.services.uploads.records import UploadRow

blueprint = Blueprint("upload_preview", __name__, url_prefix="/daten")

CHANGES: Final = 50
"""Changed rows shown one by one."""

MOST_DAYS: Final = 3_660


class ChoiceError(ServiceError):
    """A choice is incomplete or contradicts the upload."""


@blueprint.post("/<int:upload_id>/folgen")
@back_to("uploads.show", "upload_id", anchor="folgen")
def update(upload_id: int) -> ResponseReturnValue:
    """Recompute what an upload would change when applied as chosen."""
    upload, services = current.upload(upload_id), current.services()
    steps.update_preview(services.databases, services.settings, upload.id, _choice(request.form.to_dict(), upload))
    return redirect(url_for("uploads.show", upload_id=upload.id) + "#folgen")


@blueprint.get("/<int:upload_id>/ruecknahme")
@back_to("uploads.show", "upload_id")
def undo_page(upload_id: int) -> ResponseReturnValue:
    """Show what undoing an upload would change, and what depends on it."""
    upload = current.upload(upload_id)
    preview_ = undo_job.preview_undo(current.databases(), upload.id)
    return render_template(
        "uploads/undo.html",
        home_name=upload.home_name,
        upload=upload,
        undo=preview_,
        lines=share_lines(preview_.moved),
        days=preview_.moved["days"],
    )


@blueprint.post("/<int:upload_id>/ruecknahme")
@back_to("uploads.show", "upload_id")
def undo(upload_id: int) -> ResponseReturnValue:
    """Let a job undo an upload as it was shown."""
    upload, services = current.upload(upload_id), current.services()
    undo_job.release(
        services.databases, upload.id, account_id=current.visitor().account_id, shown=request.form.get("gezeigt", "")
    )
    services.jobs.enqueue(upload.id, records.TO_UNDO)
    return redirect(url_for("uploads.show", upload_id=upload.id))


def effects(upload: UploadRow) -> dict[str, Any] | None:
    """Return what the page of an upload shows of its effects; None where nothing was computed."""
    summary = upload.weighed
    if summary is None or "before" not in summary:
        return None
    choice = ApplyChoice.from_json(upload.choice if upload.choice and "replace" in upload.choice else None)
    changes = [
        {**change, "day": date.fromordinal(change["day"]), "time": _time(change["minute"])}
        for change in summary.get("changes", [])[:CHANGES]
    ]
    return {
        **summary,
        "choice": choice,
        "lines": share_lines(summary),
        "shown": changes,
        "wards": summary.get("wards", []),
    }


def _time(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}" if minute >= 0 else ""


def _choice(form: Mapping[str, str], upload: UploadRow) -> ApplyChoice:
    replace = form.get("geaendert", "ersetzen") != "behalten"
    if not form.get("vollstaendig"):
        return ApplyChoice(replace)
    first, last = day(form.get("von", "")), day(form.get("bis", ""))
    if first is None or last is None or first > last or (last - first).days > MOST_DAYS:
        raise ChoiceError("Bitte nennen Sie den ersten und den letzten Tag, für die die Datei vollständig ist.")
    wards = tuple(request.form.getlist("wb"))
    if not wards and not form.get("haus"):
        raise ChoiceError("Bitte nennen Sie die Wohnbereiche, für die die Datei vollständig ist.")
    known = set((upload.weighed or {}).get("wards", []))
    if not set(wards) <= known:
        raise ChoiceError("Diesen Wohnbereich gibt es hier nicht; bitte laden Sie die Seite neu.")
    return ApplyChoice(replace, first, last, () if form.get("haus") else wards)
