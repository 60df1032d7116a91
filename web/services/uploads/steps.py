"""The steps of an upload: started, read by a job, previewed, released, stored and analysed by a second job.

Each step moves the upload's state in the same transaction as its effect. A killed worker leaves the state
of the step it was in and nothing half stored; ``recovery.recover`` then puts the upload back before that step.
"""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final
from uuid import uuid4

import structlog
from sqlalchemy import select

from web.services import audit, clock
from web.services.errors import ServiceError
from web.services.open_vault import VaultClosedError
from web.services.uploads import kept_files, other_home, preview, read_job, records, store_job, undo_job
from web.services.uploads.progress import CancelledError, ReportProgress, ask_to_end
from web.store.models import Upload
from web.store.models.upload import (
    ABORTED,
    READ,
    READING,
    RELEASED,
    STORED,
    STORING,
    TO_UNDO,
    UNDOING,
    WAITING,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from web.services.uploads.apply import ApplyChoice
    from web.services.uploads.progress import ProgressNotes
    from web.settings import Settings
    from web.store.access import Access

_CANCEL: Final = "einlesen.abbrechen"

NOTHING_UPLOADED: Final = "Es wurde nichts hochgeladen; bitte versuchen Sie es später noch einmal."

LATER: Final = "Bitte versuchen Sie es später noch einmal."

OTHER_FIGURES: Final = (
    "Die Zahlen haben sich geändert, seit Sie die Seite geöffnet haben. Bitte sehen Sie sie noch einmal an."
)

ERRORS_LEFT: Final = (
    "Es wurde nichts übernommen: Sie haben „alles oder nichts“ gewählt, und die Dateien haben noch Fehler. "
    "Bitte berichtigen Sie die Dateien und laden Sie sie neu hoch, oder übernehmen Sie nur die fehlerfreien Zeilen."
)

UNOPENED: Final = "Gelesenes lässt sich nicht mehr öffnen"
"""Why files are read again without a user's request, for the log."""

_log = structlog.get_logger(__name__)


class UploadError(ServiceError):
    """An upload cannot take this step now."""


def start(access: Access, settings: Settings, *, home_id: int, files: Sequence[tuple[str, bytes]]) -> int:
    """Store the files of an upload, waiting to be read, and return its number.

    Raises
    ------
    UploadError
        While the vault cannot be reached.
    """
    access.check_home(home_id)
    names = kept_files.distinct_names([name for name, _ in files])
    digest = sha256(b"".join(sha256(content).digest() for _, content in files)).digest()
    with access.writing.begin() as session:
        upload = Upload(
            home_id=home_id,
            account_id=access.account,
            state=WAITING,
            created_at=clock.now(),
            file_count=len(files),
            file_hash=digest,
        )
        session.add(upload)
        session.flush()
        try:
            records.store_names(access, settings, upload.id, home_id, names)
        except VaultClosedError as error:
            raise UploadError(f"{error} {NOTHING_UPLOADED}") from error
        kept_files.keep_files(access, settings, upload.id, files)
        records.record_action(session, access, upload.id, "einlesen.hochladen")
        return upload.id


def read(access: Access, settings: Settings, notes: ProgressNotes, upload_id: int) -> None:
    """Job: look at the stored files, and ask what is unclear, or store rows, findings and preview."""
    _step(
        access,
        notes,
        upload_id,
        (WAITING, READING),
        lambda report: read_job.read(access, settings, upload_id, report),
    )


def store(access: Access, settings: Settings, notes: ProgressNotes, upload_id: int) -> None:
    """Job: store what was read, and analyse the days it touches, all or nothing.

    Where what was read does not open any more, the files are read again instead, and a user has to decide again.
    """
    home = records.home_of(access, upload_id)

    def work(report: ReportProgress) -> None:
        try:
            store_job.store(access, settings, home, upload_id, report)
        except kept_files.OutdatedError:
            reread(access, upload_id, starts=(STORING,), reason=UNOPENED)

    _step(access, notes, upload_id, (RELEASED, STORING), work)
    with access.reading() as session:
        outdated = session.get_one(Upload, upload_id).state == WAITING
    if outdated:
        read(access, settings, notes, upload_id)


def undo(access: Access, settings: Settings, notes: ProgressNotes, upload_id: int) -> None:
    """Job: take a stored upload back, all or nothing; where that fails it stays active."""
    work = partial(undo_job.undo, access, settings, upload_id)
    _step(access, notes, upload_id, (TO_UNDO, UNDOING), work, fallback=STORED)


def update_preview(access: Access, settings: Settings, upload_id: int, choice: ApplyChoice) -> None:
    """Compute what a read upload would change with this choice, and store choice and preview for the page.

    Raises
    ------
    UploadError
        Where the upload does not wait for a decision, or the vault cannot be reached.
    staging.OutdatedError
        Where what was read does not open any more.
    """
    try:
        result = kept_files.result(access, settings, upload_id)
        weighed = preview.preview_upload(access, settings, upload_id, result, choice)
    except FileNotFoundError as error:
        raise UploadError(records.OTHER_STATE) from error
    except VaultClosedError as error:
        raise UploadError(f"{error} {LATER}") from error
    with access.writing.begin() as session:
        if not records.move(session, upload_id, READ, READ, choice=choice.as_json(), weighed=weighed):
            raise UploadError(records.OTHER_STATE)


def commit(
    access: Access,
    upload_id: int,
    *,
    digest: str | None = None,
    all_or_nothing: bool = False,
    sure_of_home: bool = False,
) -> None:
    """Release a read upload to be stored.

    Parameters
    ----------
    digest
        ``digest`` of the figures the user has seen; None = any figures.
    all_or_nothing
        Whether nothing is to be stored where there is any error.
    sure_of_home
        Whether a person has confirmed that the files belong to this home, where they look like those of another.

    Raises
    ------
    UploadError
        Where it cannot be released so.
    """
    with access.reading() as session:
        upload = session.get_one(Upload, upload_id)
        if all_or_nothing and upload.state == READ and upload.errors:
            raise UploadError(ERRORS_LEFT)
        if (upload.weighed or {}).get("other_home") and upload.state == READ and not sure_of_home:
            raise UploadError(other_home.UNSURE)
        if digest is not None and digest != (upload.weighed or {}).get("digest", ""):
            raise UploadError(OTHER_FIGURES)
    reason = "alles oder nichts" if all_or_nothing else ""
    _decide(access, upload_id, "einlesen.freigeben", (READ,), RELEASED, reason, released_by=access.account)


def reread(access: Access, upload_id: int, *, starts: Sequence[str] = records.READ_ONCE, reason: str = "") -> None:
    """Have the stored files of an upload read again, with what the tenant has settled in the meantime.

    Raises
    ------
    UploadError
        Where it is in none of the states it can start from: it is already being stored, or discarded.
    """
    with access.writing.begin() as session:
        if not records.reset(session, upload_id, starts, WAITING):
            raise UploadError(records.OTHER_STATE)
        records.record_action(session, access, upload_id, "einlesen.neu-lesen", reason)


def restart(access: Access, upload_id: int) -> str:
    """Return an aborted upload to its former state, and return the state it now waits in.

    Nothing is stored without a release: only an upload that was shown to the user, which has a rulebook,
    can have been aborted while it was being stored.
    """
    with access.reading() as session:
        was_shown = session.scalars(select(Upload.rulebook_id).where(Upload.id == upload_id)).one() != ""
    state = RELEASED if was_shown else WAITING
    _decide(access, upload_id, "einlesen.erneut", (ABORTED,), state, released_by=access.account if was_shown else None)
    return state


def cancel(access: Access, notes: ProgressNotes, upload_id: int) -> None:
    """End a job before its next step; nothing of it is stored, and it can be started again.

    A running job is asked by a note, not by the database: its own transaction may lock that for a long time.

    Raises
    ------
    UploadError
        Where nothing is under way.
    """
    with access.reading() as session:
        state = session.scalars(select(Upload.state).where(Upload.id == upload_id)).one()
    if state in {READING, STORING, UNDOING}:
        ask_to_end(notes, upload_id, access.account)
    else:
        starts, end = ((TO_UNDO,), STORED) if state == TO_UNDO else ((WAITING, RELEASED), ABORTED)
        _decide(access, upload_id, _CANCEL, starts, end)


def record_download(access: Access, upload_id: int, *, purpose: str, what: str = "befunde") -> None:
    """Log the download of the findings ("befunde") or faulty rows ("fehlerzeilen") of an upload, and what for."""
    with access.writing.begin() as session:
        details = audit.received(access, form="xlsx")
        audit.record(
            session, access, f"{what}.herunterladen", what=f"lieferung {upload_id}", reason=purpose, details=details
        )


def _step(
    access: Access,
    notes: ProgressNotes,
    upload_id: int,
    states: tuple[str, str],
    work: Callable[[ReportProgress], None],
    fallback: str = ABORTED,
) -> None:
    waiting, working = states
    report = ReportProgress(notes, upload_id)
    report.note(1, "Beginnt")
    with access.writing.begin() as session:
        if not records.move(session, upload_id, waiting, working):
            return  # another worker has it, it was started twice, or cancelled before it began
    with report.beating():
        try:
            work(report)
        except CancelledError as asked:
            with suppress(UploadError):  # another worker took it for dead
                _decide(access.for_account(asked.account_id), upload_id, _CANCEL, (working,), fallback)
        except Exception as error:  # noqa: BLE001  # after any error, the user must see that it ended
            # The text of the error may quote cells: the log gets its kind and place only.
            incident = uuid4().hex[:8]
            _log.error(
                "upload failed", upload=upload_id, incident=incident, error=type(error).__name__, at=_place(error)
            )
            with access.writing.begin() as session:
                records.move(session, upload_id, working, fallback)


def _decide(
    access: Access, upload_id: int, action: str, starts: tuple[str, ...], end: str, reason: str = "", **values: Any
) -> None:
    with access.writing.begin() as session:
        if not any(records.move(session, upload_id, start, end, **values) for start in starts):
            raise UploadError(records.OTHER_STATE)
        records.record_action(session, access, upload_id, action, reason)


def _place(error: BaseException) -> str:
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return f"{trace.tb_frame.f_code.co_filename.rpartition('/')[2]}:{trace.tb_lineno}" if trace else ""
