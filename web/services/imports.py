"""The way of an upload: kept, read by a job, looked at, released, stored and analysed by a second job.

Each step moves the upload's state in the same transaction as its effect. A killed worker leaves the state
of the step it was in and nothing half stored; ``upkeep.recover`` then puts the upload back before that step.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final
from uuid import uuid4

import structlog
from sqlalchemy import delete, select, update
from sqlalchemy.exc import SQLAlchemyError

import importers
from importers.findings import Severity, UnreadableError
from web.services import (
    audit,
    batches,
    care,
    clock,
    holdings,
    identities,
    releasing,
    staging,
    terms,
    undoing,
    weighing,
)
from web.services.batches import (
    ABORTED,
    DISCARDED,
    READ,
    READING,
    REFUSED,
    RELEASED,
    STORED,
    STORING,
    TO_UNDO,
    UNDOING,
    WAITING,
)  # fmt: skip
from web.services.progress import CancelledError, Tell, ask_to_end
from web.services.storing import Choice
from web.store.models import Batch, Home, UnknownTerm
from web.store.vault import RESIDENT, STAFF

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from sqlalchemy.orm import Session

    import rules
    from importers.findings import Finding
    from web.services.progress import Notes
    from web.settings import Settings
    from web.store.databases import Databases

_CANCEL: Final = "einlesen.abbrechen"

VAULT_GONE: Final = (
    "Der Namensspeicher ist gerade nicht erreichbar, deshalb wurde nichts hochgeladen. "
    "Bitte versuchen Sie es später noch einmal."
)

VAULT_GONE_NOW: Final = "Der Namensspeicher ist gerade nicht erreichbar; bitte versuchen Sie es später noch einmal."

OTHER_STATE: Final = "Diese Lieferung ist inzwischen in einem anderen Stand; bitte laden Sie die Seite neu."

OTHER_FIGURES: Final = (
    "Die Zahlen haben sich geändert, seit Sie die Seite geöffnet haben. Bitte sehen Sie sie noch einmal an."
)

ERRORS_LEFT: Final = (
    "Es wurde nichts übernommen: Sie haben „alles oder nichts“ gewählt, und die Dateien haben noch Fehler. "
    "Bitte berichtigen Sie die Dateien und laden Sie sie neu hoch, oder übernehmen Sie nur die fehlerfreien Zeilen."
)

NOTHING_IN_IT: Final = (
    "Die Dateien enthalten keine Daten, die wir kennen. Bitte nehmen Sie die leere Vorlage und füllen Sie sie aus."
)

_MASTER_DATA: Final = ("residents", "assessments", "instability", "staff")
_STRANGERS: Final = {"bewohner-unbekannt": RESIDENT, "personal-unbekannt": STAFF}

_log = structlog.get_logger(__name__)


class UploadError(Exception):
    """An upload cannot take this step now. The message is one German sentence."""


def start(
    databases: Databases, settings: Settings, *, home_id: int, account_id: int, files: Sequence[tuple[str, bytes]]
) -> int:
    """Keep the files of an upload, waiting to be read, and return its number.

    Raises
    ------
    UploadError
        While the vault cannot be reached.
    """
    digest = sha256(b"".join(sha256(content).digest() for _, content in files)).digest()
    with databases.writing.begin() as session:
        batch = Batch(
            home_id=home_id, account_id=account_id, state=WAITING, created_at=clock.now(),
            file_count=len(files), file_hash=digest,
        )  # fmt: skip
        session.add(batch)
        session.flush()
        try:
            batches.keep_names(databases, settings, batch.id, home_id, [name for name, _ in files])
        except SQLAlchemyError as error:
            raise UploadError(VAULT_GONE) from error
        staging.keep_files(settings, batch.id, files)
        audit.record(
            session, "einlesen.hochladen", tenant_id=_tenant(session, home_id), account_id=account_id,
            what=f"lieferung {batch.id}",
        )  # fmt: skip
        return batch.id


def read(databases: Databases, settings: Settings, notes: Notes, batch_id: int) -> None:
    """Job: read the kept files, and keep the result, its findings and its figures."""
    _step(databases, notes, batch_id, (WAITING, READING), lambda tell: _read(databases, settings, batch_id, tell))


def store(databases: Databases, settings: Settings, notes: Notes, batch_id: int) -> None:
    """Job: store what was read, and analyse the days it touches, all or nothing."""
    home = _home(databases, batch_id)
    _step(
        databases, notes, batch_id, (RELEASED, STORING),
        lambda tell: releasing.store(databases, settings, home, batch_id, tell),
    )  # fmt: skip


def undo(databases: Databases, notes: Notes, batch_id: int) -> None:
    """Job: take a stored upload back, all or nothing; where that fails it stays in force."""
    _step(
        databases, notes, batch_id, (TO_UNDO, UNDOING), lambda tell: undoing.undo(databases, batch_id, tell),
        otherwise=STORED,
    )  # fmt: skip


def weigh(databases: Databases, settings: Settings, batch_id: int, choice: Choice) -> None:
    """Work out what a read upload would do when taken in so, and keep choice and figures for the page.

    Raises
    ------
    UploadError
        Where the upload does not wait for a decision, or the vault cannot be reached.
    """
    home = _home(databases, batch_id)
    try:
        weighed = weighing.upload(databases, settings, home.id, staging.result(settings, batch_id), choice)
    except FileNotFoundError as error:
        raise UploadError(OTHER_STATE) from error
    except SQLAlchemyError as error:
        raise UploadError(VAULT_GONE_NOW) from error
    with databases.writing.begin() as session:
        if not batches.move(session, batch_id, READ, READ, choice=choice.written(), weighed=weighed):
            raise UploadError(OTHER_STATE)


def commit(
    databases: Databases, batch_id: int, *, account_id: int, shown: str | None = None, all_or_nothing: bool = False
) -> None:
    """Release a read upload to be stored.

    Parameters
    ----------
    shown
        ``digest`` of the figures the user has seen; None = whatever they are.
    all_or_nothing
        Whether nothing is to be stored where there is any error.

    Raises
    ------
    UploadError
        Where it cannot be released so.
    """
    with databases.reading() as session:
        batch = session.get_one(Batch, batch_id)
        if all_or_nothing and batch.state == READ and batch.errors:
            raise UploadError(ERRORS_LEFT)
        if shown is not None and shown != (batch.weighed or {}).get("digest", ""):
            raise UploadError(OTHER_FIGURES)
    reason = "alles oder nichts" if all_or_nothing else ""
    _decide(databases, batch_id, account_id, "einlesen.freigeben", (READ,), RELEASED, reason)


def discard(
    databases: Databases, settings: Settings, batch_id: int, *, account_id: int | None, reason: str = ""
) -> None:
    """Throw an upload away before it is stored: files and findings go, the entry stays."""
    _decide(databases, batch_id, account_id, "einlesen.verwerfen", (READ, REFUSED, ABORTED), DISCARDED, reason)
    with databases.writing.begin() as session:
        session.execute(delete(UnknownTerm).where(UnknownTerm.batch_id == batch_id))
        session.execute(update(Batch).where(Batch.id == batch_id).values(weighed=None))
    batches.keep_findings(databases, settings, batch_id, ())
    staging.drop(settings, batch_id)


def restart(databases: Databases, batch_id: int, *, account_id: int) -> str:
    """Put an aborted upload back where it was, and return the state it now waits in.

    Nothing is stored that nobody released: only an upload that was shown to the user, which has a rulebook,
    can have been aborted while it was being stored.
    """
    with databases.reading() as session:
        was_shown = session.scalars(select(Batch.rulebook_id).where(Batch.id == batch_id)).one() != ""
    state = RELEASED if was_shown else WAITING
    _decide(databases, batch_id, account_id, "einlesen.erneut", (ABORTED,), state)
    return state


def cancel(databases: Databases, notes: Notes, batch_id: int, *, account_id: int) -> None:
    """End a job before its next step; nothing of it is kept, and it can be started again.

    A running job is asked by a note, not by the database: its own transaction may hold that for long.

    Raises
    ------
    UploadError
        Where nothing is under way.
    """
    with databases.reading() as session:
        state = session.scalars(select(Batch.state).where(Batch.id == batch_id)).one()
    if state in {READING, STORING, UNDOING}:
        ask_to_end(notes, batch_id, account_id)
    else:
        starts, end = ((TO_UNDO,), STORED) if state == TO_UNDO else ((WAITING, RELEASED), ABORTED)
        _decide(databases, batch_id, account_id, _CANCEL, starts, end)


def handed_out(databases: Databases, batch_id: int, *, account_id: int, what: str = "befunde") -> None:
    """Write down that the findings ("befunde") or faulty rows ("fehlerzeilen") of an upload left the application."""
    with databases.writing.begin() as session:
        home_id = session.scalars(select(Batch.home_id).where(Batch.id == batch_id)).one()
        audit.record(
            session, f"{what}.herunterladen", tenant_id=_tenant(session, home_id), account_id=account_id,
            what=f"lieferung {batch_id}",
        )  # fmt: skip


def _step(
    databases: Databases, notes: Notes, batch_id: int, states: tuple[str, str], work: Callable[[Tell], None],
    otherwise: str = ABORTED,
) -> None:  # fmt: skip
    waiting, working = states
    tell = Tell(notes, batch_id)
    tell.say(1, "Beginnt")
    with databases.writing.begin() as session:
        if not batches.move(session, batch_id, waiting, working):
            return  # another worker has it, it was started twice, or cancelled before it began
    with tell.beating():
        try:
            work(tell)
        except CancelledError as asked:
            with suppress(UploadError):  # another worker took it for dead
                _decide(databases, batch_id, asked.account_id, _CANCEL, (working,), otherwise)
        except Exception as error:  # noqa: BLE001  # whatever it was, the user must see that it ended
            # The text of the error may quote cells: the log gets its kind and place only.
            incident = uuid4().hex[:8]
            _log.error("upload failed", batch=batch_id, incident=incident, error=type(error).__name__, at=_place(error))
            with databases.writing.begin() as session:
                batches.move(session, batch_id, working, otherwise)


def _read(databases: Databases, settings: Settings, batch_id: int, tell: Tell) -> None:
    home = _home(databases, batch_id)
    with databases.reading() as session:
        book, own_names = holdings.for_reading(session, home), terms.for_reading(session, home.tenant_id)
    tell(5, "Entschlüsselt die Dateien")
    words = batches.said(databases, settings, batch_id)
    files = staging.files(settings, batch_id, words.file_names if words else ())
    tell(15, "Liest Blätter und Spalten")
    try:
        result = _opened(files, book, own_names, tell)
    except UnreadableError as error:
        batches.keep_findings(databases, settings, batch_id, (), message=str(error))
        staging.drop(settings, batch_id)
        with databases.writing.begin() as session:
            batches.move(session, batch_id, READING, REFUSED)
        return
    result = replace(result, findings=_not_known_here(databases, settings, batch_id, result.findings))
    tell(70, "Prüft, wie vollständig die Daten sind", result.rows)
    with databases.reading() as session:
        figures = care.figures(session, home.id, result.tables)
    batches.keep_findings(databases, settings, batch_id, result.findings)
    tell(90, "Legt das Ergebnis ab", result.rows)
    staging.keep_faulty(settings, batch_id, result.faulty_rows)
    staging.keep_result(settings, batch_id, replace(result, faulty_rows=()))
    shown: dict[str, Any] = {
        "rows": result.rows, "ignored": result.ignored, "rulebook_id": book.id, "rulebook_edition": book.edition,
    }  # fmt: skip
    tell(95, "Rechnet aus, was sich ändern würde", result.rows)
    shown["weighed"] = weighing.upload(databases, settings, home.id, result, Choice())
    names = _names(databases, settings, home.id, result) if result.unknown else set()
    with databases.writing.begin() as session:
        if not batches.move(session, batch_id, READING, READ, **shown, **_severities(result.findings), **figures):
            raise RuntimeError(batches.TAKEN_FOR_DEAD)
        terms.keep_unknown(session, batch_id, result.unknown, names)
    staging.drop_files(settings, batch_id)
    _log.info("upload read", batch=batch_id, rows=result.rows, findings=len(result.findings))


def _decide(
    databases: Databases,
    batch_id: int,
    account_id: int | None,
    action: str,
    starts: tuple[str, ...],
    end: str,
    reason: str = "",
) -> None:
    with databases.writing.begin() as session:
        if not any(batches.move(session, batch_id, start, end) for start in starts):
            raise UploadError(OTHER_STATE)
        home_id = session.scalars(select(Batch.home_id).where(Batch.id == batch_id)).one()
        audit.record(
            session, action, tenant_id=_tenant(session, home_id), account_id=account_id, what=f"lieferung {batch_id}",
            reason=reason,
        )  # fmt: skip


def _opened(
    files: Sequence[tuple[str, bytes]], book: rules.RuleBook, own_names: Mapping[str, str], tell: Tell
) -> importers.Import:
    def told(step: str, share: float, rows: int) -> None:
        tell(15 + round(55 * share), step, rows)

    result = importers.read(files, book, sheets_needed=(), terms=own_names, told=told)
    if not result.rows and all(getattr(result.tables, name).empty for name in _MASTER_DATA):
        raise UnreadableError(NOTHING_IN_IT)
    return result


def _names(databases: Databases, settings: Settings, home_id: int, result: importers.Import) -> set[str]:
    """Return the names of all persons of an upload and of the home."""
    with databases.vault_reading() as vault:
        known = identities.names(vault, settings, home_id)
    people = (result.people_residents, result.people_staff)
    given = (name for frame in people for column in ("name", "given") for name in frame[column])
    return known | {name for name in given if isinstance(name, str)}


def _not_known_here(
    databases: Databases, settings: Settings, batch_id: int, findings: Sequence[Finding]
) -> list[Finding]:
    """Leave out warnings about numbers the files do not explain but the home has stored before."""
    home_id = _home(databases, batch_id).id
    with databases.reading() as session:
        known = care.known_people(session, home_id)
    settled: set[tuple[str, str]] = set()
    with databases.vault_reading() as vault:
        for code, kind in _STRANGERS.items():
            numbers = {one.value for one in findings if one.code == code}
            found = identities.existing(vault, settings, home_id, kind, numbers)
            settled |= {(code, number) for number, pseudonym in found.items() if pseudonym in known}
    return [one for one in findings if one.severity is not Severity.WARNING or (one.code, one.value) not in settled]


def _severities(findings: Sequence[Finding]) -> dict[str, int]:
    return {
        name: sum(one.count for one in findings if one.severity is severity)
        for name, severity in (("errors", Severity.ERROR), ("warnings", Severity.WARNING), ("notices", Severity.NOTICE))
    }


def _home(databases: Databases, batch_id: int) -> Home:
    with databases.reading() as session:
        return session.scalars(select(Home).join(Batch, Batch.home_id == Home.id).where(Batch.id == batch_id)).one()


def _tenant(session: Session, home_id: int) -> int:
    return session.get_one(Home, home_id).tenant_id


def _place(error: BaseException) -> str:
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return f"{trace.tb_frame.f_code.co_filename.rpartition('/')[2]}:{trace.tb_lineno}" if trace else ""
