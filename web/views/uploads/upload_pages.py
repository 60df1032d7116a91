"""Daten einlesen: upload, progress, findings, and the decision to apply or discard."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING, Any, Final

from flask import Blueprint, abort, flash, redirect, render_template, request, send_file, url_for

import importers.template
from web import current, uploaded_files
from web.errors import back_to
from web.reports import faulty_rows_xlsx, findings_xlsx
from web.security import fresh, gate, named_purpose
from web.services.history import refold
from web.services.open_vault import VaultClosedError
from web.services.rulebooks import holdings
from web.services.uploads import kept_files, records, steps
from web.services.uploads import progress as job_progress
from web.services.uploads.removal import discarded
from web.services.uploads.summary.finding_filter import FindingFilter
from web.views.uploads import names, preview, question_frame, upload_context

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from web.services.uploads.records import UploadRow

blueprint = Blueprint("uploads", __name__, url_prefix="/daten")

MAX_FILES: Final = 20
EXCEL: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ACCEPTED: Final = ".xlsx,.xlsm,.xls,.xlsb,.ods,.csv,.tsv,.txt,.xml,.zip,.htm,.html"
"""Endings the file dialogue offers; what a file is, its content decides."""

STATE_WORDS: Final = {
    records.WAITING: "wartet auf das Einlesen",
    records.READING: "wird eingelesen",
    records.ASKING: "wartet auf Ihre Antwort",
    records.READ: "geprüft, noch nicht übernommen",
    records.REFUSED: "nicht lesbar",
    records.RELEASED: "wartet auf das Übernehmen",
    records.STORING: "wird übernommen",
    records.STORED: "übernommen",
    records.ABORTED: "abgebrochen",
    records.DISCARDED: "verworfen",
    records.TO_UNDO: "wartet auf die Rücknahme",
    records.UNDOING: "wird zurückgenommen",
    records.UNDONE: "zurückgenommen",
}


READ_AGAIN: Final = (
    "Was von dieser Datenlieferung schon gelesen war, lässt sich nicht mehr öffnen; meist hat es eine andere Fassung "
    "dieses Programms abgelegt. Ihre Dateien werden deshalb noch einmal gelesen. Es wurde nichts übernommen."
)

ROWS_GONE: Final = (
    "Die fehlerhaften Zeilen dieser Datenlieferung lassen sich nicht mehr öffnen; meist hat sie eine andere Fassung "
    "dieses Programms abgelegt. Bitte berichtigen Sie die Zeilen, die unter den Befunden stehen, in Ihren eigenen "
    "Dateien und laden Sie diese noch einmal hoch."
)


@blueprint.get("/")
def index() -> ResponseReturnValue:
    """Show the upload form and the uploads of the home."""
    return _index()


@blueprint.post("/")
@back_to("uploads.index")
def upload() -> ResponseReturnValue:
    """Accept files and queue the reading."""
    home, services = current.home(), current.services()
    uploaded = uploaded_files.take("dateien")
    if wrong := _objection(uploaded):
        return _index(wrong), 422
    upload_id = steps.start(current.access(), services.settings, home_id=home.id, files=uploaded)
    services.jobs.enqueue(upload_id, records.WAITING)
    return redirect(url_for("uploads.show", upload_id=upload_id))


@blueprint.get("/vorlage.xlsx")
def template() -> ResponseReturnValue:
    """Download the empty workbook."""
    file = BytesIO()
    importers.template.write(file, holdings.effective(current.access(), current.home().id))
    return _excel(file, "PeBeM-Vorlage.xlsx")


@blueprint.get("/<int:upload_id>")
def show(upload_id: int) -> ResponseReturnValue:
    """Show an upload: its progress while a job runs, what it asks, else what was found and what can be done."""
    upload, services = _upload(upload_id), current.services()
    if upload.state == records.ASKING and (
        asked := kept_files.conversation(current.access(), services.settings, upload_id)
    ):
        return redirect(question_frame.address(upload_id, asked))
    return _show(upload_id, FindingFilter.from_form(request.args))


@blueprint.app_errorhandler(kept_files.OutdatedError)
def read_again(error: kept_files.OutdatedError) -> ResponseReturnValue:
    """Have the files of an upload read once more, on whatever page it turns out that what was read does not open."""
    upload, services = _upload(error.upload_id), current.services()
    try:
        steps.reread(current.access(), upload.id, reason=steps.UNOPENED)
        services.jobs.enqueue(upload.id, records.WAITING)
        flash(READ_AGAIN, "warning")
    except steps.UploadError as objection:
        flash(str(objection), "warning")
    return redirect(url_for("uploads.show", upload_id=upload.id))


@blueprint.route("/<int:upload_id>/suche", methods=["GET", "POST"])
def search(upload_id: int) -> ResponseReturnValue:
    """Show the findings that fit. What is searched for may be a name: it must not be part of an address (F8)."""
    if request.method != "POST":  # the address alone, typed or reloaded
        return redirect(url_for("uploads.show", upload_id=_upload(upload_id).id))
    return _show(upload_id, FindingFilter.from_form(request.form))


def _show(upload_id: int, wanted: FindingFilter) -> str:
    upload, services = _upload(upload_id), current.services()
    texts = records.texts(current.access(), services.settings, upload_id)
    context: dict[str, Any] = {
        "home_name": upload.home_name,
        "upload": upload,
        "texts": texts,
        "state_words": STATE_WORDS,
        "progress": job_progress.find(services.jobs.queue, upload_id) if upload.moving else None,
    }
    if upload.moving:
        return render_template("uploads/progress.html", **context)
    current.looked_at("befunde.ansehen", f"lieferung {upload_id}")
    quoted = bool(texts and texts.findings) and names.may_look()
    if quoted:
        names.look(f"lieferung {upload_id}")
    context |= upload_context.upload_context(upload, texts, wanted)
    context |= {"quoted": quoted, "places": records.places(current.access(), upload_id)}
    context["may_ask"] = gate.may_open(names.QUOTING)
    return render_template("uploads/show.html", **context)


@blueprint.get("/<int:upload_id>/stand")
def progress(upload_id: int) -> ResponseReturnValue:
    """Return the part of the progress page that changes; when the job has ended, make htmx load the page."""
    upload = _upload(upload_id)
    if not upload.moving:
        return "", 200, {"HX-Redirect": url_for("uploads.show", upload_id=upload_id)}
    noted = job_progress.find(current.services().jobs.queue, upload_id)
    return render_template("uploads/_progress.html", upload=upload, progress=noted, state_words=STATE_WORDS)


@blueprint.get("/<int:upload_id>/befunde.xlsx")
@fresh.required
@named_purpose.required
def findings(upload_id: int) -> ResponseReturnValue:
    """Download all findings as a workbook, and log it."""
    upload, services = _upload(upload_id), current.services()
    texts = records.texts(current.access(), services.settings, upload_id)
    if texts is None:
        abort(503)
    steps.record_download(current.access(), upload.id, purpose=named_purpose.stated())
    file = BytesIO()
    findings_xlsx.write(file, list(texts.findings))
    return _excel(file, f"Befunde-Lieferung-{upload.number}.xlsx")


@blueprint.get("/<int:upload_id>/fehlerhafte-zeilen.xlsx")
@fresh.required
@named_purpose.required
def faulty_rows(upload_id: int) -> ResponseReturnValue:
    """Download the faulty rows as they stood, to be repaired and uploaded again, and log it."""
    upload, services = _upload(upload_id), current.services()
    message = "Zu dieser Datenlieferung sind keine fehlerhaften Zeilen (mehr) aufbewahrt."
    try:
        sheets = kept_files.faulty(current.access(), services.settings, upload_id)
    except kept_files.OutdatedError:
        if upload.state in records.READ_ONCE:  # the files are still there, and with them the rows
            raise
        sheets, message = (), ROWS_GONE
    if not sheets:
        flash(message, "warning")
        return redirect(url_for("uploads.show", upload_id=upload_id))
    steps.record_download(current.access(), upload.id, what="fehlerzeilen", purpose=named_purpose.stated())
    file = BytesIO()
    faulty_rows_xlsx.write(file, sheets, kept_files.reference(services.settings, upload_id))
    return _excel(file, f"Fehlerhafte-Zeilen-Lieferung-{upload.number}.xlsx")


@blueprint.post("/<int:upload_id>/abbrechen")
@back_to("uploads.show", "upload_id")
def cancel(upload_id: int) -> ResponseReturnValue:
    """End the job of an upload before its next step."""
    upload, services = _upload(upload_id), current.services()
    steps.cancel(current.access(), services.jobs.queue, upload.id)
    return redirect(url_for("uploads.show", upload_id=upload_id))


@blueprint.post("/<int:upload_id>/uebernehmen")
@back_to("uploads.show", "upload_id")
def commit(upload_id: int) -> ResponseReturnValue:
    """Release a read upload to be stored."""
    upload, services = _upload(upload_id), current.services()
    steps.commit(
        current.access(),
        upload.id,
        digest=request.form.get("gezeigt"),
        sure_of_home="haus_sicher" in request.form,
    )
    services.jobs.enqueue(upload.id, records.RELEASED)
    return redirect(url_for("uploads.show", upload_id=upload_id))


@blueprint.post("/<int:upload_id>/erneut")
@back_to("uploads.show", "upload_id")
def restart(upload_id: int) -> ResponseReturnValue:
    """Start an aborted upload again where it stopped."""
    upload, services = _upload(upload_id), current.services()
    state = steps.restart(current.access(), upload.id)
    services.jobs.enqueue(upload.id, state)
    return redirect(url_for("uploads.show", upload_id=upload_id))


@blueprint.route("/<int:upload_id>/verwerfen", methods=["GET", "POST"])
@back_to("uploads.index")
def discard(upload_id: int) -> ResponseReturnValue:
    """Discard an upload, once it was asked whether that is meant: what was answered and read is lost with it."""
    upload, services = _upload(upload_id), current.services()
    if "sicher" not in request.form:
        back = redirect(url_for("uploads.show", upload_id=upload_id))
        return _ask_to_discard(upload) if upload.state in records.UNDECIDED else back
    discarded.discard(current.access(), services.settings, upload.id)
    flash("Die Datenlieferung ist verworfen; es wurde nichts übernommen.", "done")
    return redirect(url_for("uploads.index"))


def _ask_to_discard(upload: UploadRow) -> str:
    services = current.services()
    texts = records.texts(current.access(), services.settings, upload.id)
    try:
        asked = kept_files.conversation(current.access(), services.settings, upload.id)
    except (kept_files.OutdatedError, VaultClosedError):
        asked = None
    return render_template(
        "uploads/discard.html",
        home_name=upload.home_name,
        upload=upload,
        names=texts.file_names if texts else (),
        answers=len(asked.seen) if asked and not asked.remember else 0,
        has_faulty_rows=kept_files.has_faulty(services.settings, upload.id),
    )


def _upload(upload_id: int) -> UploadRow:
    return current.upload(upload_id)


def _index(wrong: str = "") -> str:
    home, services = current.home(), current.services()
    rows = records.of_home(current.access(), home.id)
    return render_template(
        "uploads/index.html",
        home_name=home.name,
        uploads=rows,
        moved_months=[preview.month_line(month) for month in refold.report(current.access(), home.id)],
        state_words=STATE_WORDS,
        wrong=wrong,
        most_bytes=services.settings.upload_limit,
        most_files=MAX_FILES,
        accepted=ACCEPTED,
        upload_days=services.settings.upload_days,
    )


def _objection(files: list[tuple[str, bytes]]) -> str:
    if not files:
        return "Bitte wählen Sie mindestens eine Datei aus."
    if len(files) > MAX_FILES:
        return f"Bitte laden Sie höchstens {MAX_FILES} Dateien auf einmal hoch."
    empty = [name for name, content in files if not content]
    return (
        f"Die Datei „{empty[0]}“ ist leer; bitte speichern Sie sie neu und wählen Sie sie noch einmal." if empty else ""
    )


def _excel(file: BytesIO, name: str) -> ResponseReturnValue:
    file.seek(0)
    return send_file(file, mimetype=EXCEL, as_attachment=True, download_name=name)
