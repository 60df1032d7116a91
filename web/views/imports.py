"""Daten einlesen: upload, progress, findings, and the decision what becomes of them."""

from __future__ import annotations

from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Final

from flask import Blueprint, abort, flash, redirect, render_template, request, send_file, url_for

import importers.template
from importers.findings import Severity
from web import current
from web.reports import findings_xlsx
from web.services import batches, imports, rulebooks
from web.services import progress as job_progress

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask.typing import ResponseReturnValue

    from web.services.batches import BatchRow

blueprint = Blueprint("imports", __name__, url_prefix="/daten")

PAGE: Final = 100
"""Findings on one page."""

MAX_FILES: Final = 20
EXCEL: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
STATE_WORDS: Final = {
    batches.WAITING: "wartet auf das Einlesen",
    batches.READING: "wird eingelesen",
    batches.READ: "geprüft, noch nicht übernommen",
    batches.REFUSED: "nicht lesbar",
    batches.RELEASED: "wartet auf das Übernehmen",
    batches.STORING: "wird übernommen",
    batches.STORED: "übernommen",
    batches.ABORTED: "abgebrochen",
    batches.DISCARDED: "verworfen",
}
SEVERITIES: Final = {"fehler": Severity.ERROR, "warnungen": Severity.WARNING, "hinweise": Severity.NOTICE}


@blueprint.get("/")
def index() -> ResponseReturnValue:
    """Show the upload form and the uploads of the home."""
    home = current.home()
    rows = batches.of_home(current.databases().reading, home.id)
    return render_template("imports/index.html", home_name=home.name, batches=rows, state_words=STATE_WORDS, wrong="")


@blueprint.post("/")
def upload() -> ResponseReturnValue:
    """Take files and put them into the queue."""
    home, parts = current.home(), current.parts()
    given = [
        (Path(file.filename or "").name, file.read()) for file in request.files.getlist("dateien") if file.filename
    ]
    if wrong := _objection(given):
        rows = batches.of_home(parts.databases.reading, home.id)
        page = render_template(
            "imports/index.html", home_name=home.name, batches=rows, state_words=STATE_WORDS, wrong=wrong
        )
        return page, 422
    try:
        batch_id = imports.start(
            parts.databases, parts.settings, home_id=home.id, account_id=current.visitor().account_id, files=given
        )
    except imports.UploadError as error:
        flash(str(error), "warning")
        return redirect(url_for("imports.index"))
    parts.jobs.enqueue(batch_id, batches.WAITING)
    return redirect(url_for("imports.show", batch_id=batch_id))


@blueprint.get("/vorlage.xlsx")
def template() -> ResponseReturnValue:
    """Hand out the empty workbook."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "vorlage.xlsx"
        importers.template.write(path, rulebooks.holding(current.databases().reading, current.home().id))
        return _excel(path.read_bytes(), "PeBeM-Vorlage.xlsx")


@blueprint.get("/<int:batch_id>")
def show(batch_id: int) -> ResponseReturnValue:
    """Show an upload: its progress while a job runs, else what was found and what can be done."""
    batch, parts = _batch(batch_id), current.parts()
    said = batches.said(parts.databases, parts.settings, batch_id)
    context: dict[str, Any] = {
        "home_name": batch.home_name,
        "batch": batch,
        "said": said,
        "state_words": STATE_WORDS,
        "progress": job_progress.of(parts.jobs.queue, batch_id) if batch.moving else None,
    }
    if batch.moving:
        return render_template("imports/progress.html", **context)
    return render_template("imports/show.html", **context, **_findings(said))


@blueprint.get("/<int:batch_id>/stand")
def progress(batch_id: int) -> ResponseReturnValue:
    """Hand out the part of the progress page that changes; when the job has ended, tell htmx to load the page."""
    batch = _batch(batch_id)
    if not batch.moving:
        return "", 200, {"HX-Redirect": url_for("imports.show", batch_id=batch_id)}
    noted = job_progress.of(current.parts().jobs.queue, batch_id)
    return render_template("imports/_progress.html", batch=batch, progress=noted, state_words=STATE_WORDS)


@blueprint.get("/<int:batch_id>/befunde.xlsx")
def findings(batch_id: int) -> ResponseReturnValue:
    """Hand out all findings as a workbook, and write down that they were handed out."""
    batch, parts = _batch(batch_id), current.parts()
    said = batches.said(parts.databases, parts.settings, batch_id)
    if said is None:
        abort(503)
    imports.handed_out(parts.databases, batch.id, account_id=current.visitor().account_id)
    with TemporaryDirectory() as folder:
        path = Path(folder) / "befunde.xlsx"
        findings_xlsx.write(path, list(said.findings))
        return _excel(path.read_bytes(), f"Befunde-Lieferung-{batch.id}.xlsx")


@blueprint.post("/<int:batch_id>/uebernehmen")
def commit(batch_id: int) -> ResponseReturnValue:
    """Release a read upload to be stored."""
    batch, parts = _batch(batch_id), current.parts()
    with _objections_shown():
        imports.commit(parts.databases, batch.id, account_id=current.visitor().account_id)
        parts.jobs.enqueue(batch.id, batches.RELEASED)
    return redirect(url_for("imports.show", batch_id=batch_id))


@blueprint.post("/<int:batch_id>/erneut")
def restart(batch_id: int) -> ResponseReturnValue:
    """Start an aborted upload again where it stopped."""
    batch, parts = _batch(batch_id), current.parts()
    with _objections_shown():
        state = imports.restart(parts.databases, batch.id, account_id=current.visitor().account_id)
        parts.jobs.enqueue(batch.id, state)
    return redirect(url_for("imports.show", batch_id=batch_id))


@blueprint.post("/<int:batch_id>/verwerfen")
def discard(batch_id: int) -> ResponseReturnValue:
    """Throw an upload away."""
    batch, parts = _batch(batch_id), current.parts()
    with _objections_shown():
        imports.discard(parts.databases, parts.settings, batch.id, account_id=current.visitor().account_id)
        flash("Die Lieferung ist verworfen; es wurde nichts übernommen.", "done")
    return redirect(url_for("imports.index"))


@contextmanager
def _objections_shown() -> Iterator[None]:
    """Show the objection of a service as a message on the next page."""
    try:
        yield
    except imports.UploadError as error:
        flash(str(error), "warning")


def _batch(batch_id: int) -> BatchRow:
    batch = batches.find(current.databases().reading, current.visitor().tenant_id, batch_id)
    if batch is None:
        abort(404)
    return batch


def _objection(files: list[tuple[str, bytes]]) -> str:
    if not files:
        return "Bitte wählen Sie mindestens eine Datei aus."
    if len(files) > MAX_FILES:
        return f"Bitte laden Sie höchstens {MAX_FILES} Dateien auf einmal hoch."
    empty = [name for name, content in files if not content]
    return (
        f"Die Datei „{empty[0]}“ ist leer; bitte speichern Sie sie neu und wählen Sie sie noch einmal." if empty else ""
    )


def _findings(said: batches.Said | None) -> dict[str, Any]:
    everything = said.findings if said else ()
    chosen = request.args.get("art", "")
    wanted = SEVERITIES.get(chosen)
    gravest_first = sorted(everything, key=lambda one: list(Severity).index(one.severity))
    matching = [one for one in gravest_first if wanted is None or one.severity is wanted]
    pages = max(1, -(-len(matching) // PAGE))
    asked = request.args.get("seite", "1")
    page = min(max(int(asked), 1), pages) if asked.isdecimal() and len(asked) < 7 else 1
    return {
        "findings": matching[(page - 1) * PAGE : page * PAGE],
        "matching": len(matching),
        "chosen": chosen if wanted else "",
        "kinds": [(key, severity.value) for key, severity in SEVERITIES.items()],
        "numbers": {key: sum(one.severity is severity for one in everything) for key, severity in SEVERITIES.items()},
        "page": page,
        "pages": pages,
    }


def _excel(content: bytes, name: str) -> ResponseReturnValue:
    return send_file(BytesIO(content), mimetype=EXCEL, as_attachment=True, download_name=name)
