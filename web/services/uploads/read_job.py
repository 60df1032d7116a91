"""The job that reads an upload: look at its sheets, ask what is unclear, else read it and store the preview."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import structlog
from sqlalchemy import update

import importers
from importers.findings import PasswordNeededError, Severity, UnreadableError
from web.services import open_vault, rulebook_calendar
from web.services.open_vault import UNREACHABLE, VaultClosedError
from web.services.people import master_data, pseudonyms
from web.services.uploads import encodings, kept_files, other_home, preview, previous_choices, records
from web.services.uploads.conversation import Conversation
from web.services.uploads.summary import upload_figures
from web.services.words import conventions, profiles, terms
from web.store.models import Upload
from web.store.models.upload import ASKING, READ, READING, REFUSED
from web.store.vault import RESIDENT, STAFF

if TYPE_CHECKING:
    from collections.abc import Sequence

    from importers import Look, ReadFiles
    from importers.conventions import HomeConventions
    from importers.findings import Finding
    from rules import RuleBook
    from web.services.uploads.progress import ReportProgress
    from web.settings import Settings
    from web.store.access import Access
    from web.store.models import Home

NOTHING_IN_IT: Final = (
    "Die Dateien enthalten keine Daten, die wir kennen. Bitte nehmen Sie die leere Vorlage und füllen Sie sie aus, "
    "oder sagen Sie selbst, was auf den Blättern steht."
)

FILES_GONE: Final = (
    "Die Dateien dieser Datenlieferung sind nicht mehr aufbewahrt und können nicht noch einmal gelesen werden. "
    "Bitte laden Sie sie neu hoch."
)

REPAIRS_ALONE: Final = (
    "Berichtigte Zeilen zählen als weitere Zeilen der Datenlieferung, aus der sie sind. Bitte laden Sie diese Mappe "
    "allein hoch, ohne andere Dateien."
)

_BESIDES_WORK: Final = ("residents", "assessments", "instability", "grades", "staff", "duties")
UNKNOWN_PERSON_FINDINGS: Final = {"bewohner-unbekannt": RESIDENT, "personal-unbekannt": STAFF}
"""Code of a finding about a person without master data -> kind of person."""

_log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class _Job:
    """What every step of the job needs."""

    access: Access
    settings: Settings
    upload_id: int
    home: Home
    report: ReportProgress


def read(access: Access, settings: Settings, upload_id: int, report: ReportProgress) -> None:
    """Read the stored files of an upload, and leave it read, refused, or waiting for an answer."""
    job = _Job(access, settings, upload_id, records.home_of(access, upload_id), report)
    with access.reading() as session:
        book = rulebook_calendar.for_reading(session, job.home)
        agreed = conventions.for_reading(session, job.home.tenant_id)
    report(5, "Entschlüsselt die Dateien")
    try:
        files = _files(job)
        conversation, look = _look(job, files, agreed)
        if look is None or conversation.to_be_asked:
            _move(job, ASKING)
            return
        result = _rows(job, files, book, agreed, (conversation, look))
    except UnreadableError as error:
        records.store_findings(access, settings, upload_id, (), message=str(error))
        _move(job, REFUSED)
    except BaseException:
        kept_files.keep_passwords(access, settings, upload_id, {})
        raise
    else:
        del files, look
        _store_result(job, result, book, conversation)
    kept_files.keep_passwords(access, settings, upload_id, {})


def _files(job: _Job) -> list[tuple[str, bytes]]:
    words = records.texts(job.access, job.settings, job.upload_id)
    if words is None:
        raise VaultClosedError(UNREACHABLE)
    try:
        return kept_files.files(job.access, job.settings, job.upload_id, words.file_names)
    except FileNotFoundError as error:
        raise UnreadableError(FILES_GONE) from error


def _look(job: _Job, files: Sequence[tuple[str, bytes]], agreed: HomeConventions) -> tuple[Conversation, Look | None]:
    """Look at all sheets with the answers so far, and store the guesses; None where a file does not open."""
    job.report(10, "Sieht sich Blätter und Spalten an")
    try:
        conversation = kept_files.conversation(job.access, job.settings, job.upload_id) or Conversation()
    except kept_files.OutdatedError:  # the answers are lost: the questions are asked once more
        conversation = Conversation()
    passwords = kept_files.passwords(job.access, job.settings, job.upload_id)
    conversation, look = replace(conversation, locked="", wrong=False, version=conversation.version + 1), None
    try:
        look = importers.look(files, conventions=agreed, answers=conversation.answers, passwords=passwords)
        readings = encodings.sample_encodings(files, passwords, {one.file for one in look.guesses if one.encoding})
        conversation = replace(conversation, guesses=look.guesses, readings=readings)
    except PasswordNeededError as error:
        passwords.pop(error.file, None)
        kept_files.keep_passwords(job.access, job.settings, job.upload_id, passwords)
        conversation = replace(conversation, locked=error.file, wrong=error.wrong)
    except UnreadableError as error:
        if not conversation.answers:  # there is nothing to ask about
            kept_files.keep_conversation(job.access, job.settings, job.upload_id, replace(conversation, guesses=()))
            raise
        conversation = conversation.without_last(str(error))
    kept_files.keep_conversation(job.access, job.settings, job.upload_id, conversation)
    return conversation, look


def _rows(
    job: _Job,
    files: Sequence[tuple[str, bytes]],
    book: RuleBook,
    agreed: HomeConventions,
    first_look: tuple[Conversation, Look],
) -> ReadFiles:
    """Read the rows; files with questions are opened once more, with the final answers."""
    conversation, look = first_look

    def on_progress(step: str, share: float, rows: int) -> None:
        job.report(15 + round(55 * share), step, rows)

    if conversation.answers:
        passwords = kept_files.passwords(job.access, job.settings, job.upload_id)
        look = importers.look(files, conventions=agreed, answers=conversation.final(), passwords=passwords)
    result = look.read(book, sheets_needed=(), on_progress=on_progress)
    if not result.rows and all(getattr(result.tables, name).empty for name in _BESIDES_WORK):
        raise UnreadableError(_why_nothing(result.findings))
    if _mixes_repairs(result):
        raise UnreadableError(REPAIRS_ALONE)
    return result


def _mixes_repairs(result: ReadFiles) -> bool:
    """Return whether repaired rows of an upload come with rows of other files, or with those of another upload."""
    files = {int(file) for part in result.parts.values() for file in np.unique(part)}
    references = {result.repairs.get(file, "") for file in files | result.repairs.keys()}
    return len(references) > 1 and any(references)


def _why_nothing(findings: Sequence[Finding]) -> str:
    """Explain why no row is left: by the kind of finding most rows share, else that nothing was recognised."""
    relevant = [one for one in findings if one.severity is not Severity.NOTICE and (one.value or one.count > 1)]
    if not relevant:
        return NOTHING_IN_IT
    rows = Counter[str]()
    for one in relevant:
        rows[one.code] += one.count
    first = next(one for one in relevant if one.code == rows.most_common(1)[0][0])
    place = (f"Blatt „{first.sheet}“" if first.sheet else first.file) + (f", Zeile {first.row}" if first.row else "")
    value = f" („{first.value}“)" if first.value else ""
    return (
        "In den Dateien blieb nichts, was sich speichern ließe. "
        f"Zum Beispiel {place}{value}: {first.message} {first.repair}"
    )


def _store_result(job: _Job, result: ReadFiles, book: RuleBook, conversation: Conversation) -> None:
    """Store what was read with its findings and preview, and the profile where one is to be remembered."""
    access, settings, upload_id, home, report = job.access, job.settings, job.upload_id, job.home, job.report
    result = replace(result, findings=[*_not_known_here(job, result.findings), *_of_another_home(job, result)])
    report(70, "Prüft, wie vollständig die Daten sind", result.rows)
    with access.reading() as session:
        figures = upload_figures.figures_of(session, home.id, result.for_engine())
    records.store_findings(access, settings, upload_id, result.findings)
    report(90, "Legt das Ergebnis ab", result.rows)
    kept_files.keep_faulty(access, settings, upload_id, result.faulty_rows)
    kept_files.keep_result(access, settings, upload_id, replace(result, faulty_rows=(), unknown_days=()))
    values: dict[str, Any] = {
        "rows": result.rows,
        "ignored": result.ignored,
        "rulebook_id": book.id,
        "rulebook_edition": book.edition,
    }
    report(95, "Rechnet aus, was sich ändern würde", result.rows)
    with access.writing.begin() as session:
        session.execute(
            update(Upload).where(Upload.id == upload_id).values(source=previous_choices.source_of(conversation.guesses))
        )
    with access.reading() as session:
        choice = previous_choices.default_choice(session, upload_id)
    values["choice"] = choice.as_json()
    values["weighed"] = preview.preview_upload(access, settings, upload_id, result, choice)
    names = _names(job, result, conversation) if result.unknown else set()
    with access.writing.begin() as session:
        if not records.move(session, upload_id, READING, READ, **values, **_severities(result.findings), **figures):
            raise RuntimeError(records.TAKEN_FOR_DEAD)
        terms.store_unknown(session, upload_id, result.unknown, names, result.unknown_days)
        if conversation.remember:
            profiles.store(session, job.access.for_account(conversation.account_id), conversation.profile())
    _log.info("upload read", upload=upload_id, rows=result.rows, findings=len(result.findings))


def _move(job: _Job, end: str) -> None:
    with job.access.writing.begin() as session:
        if not records.move(session, job.upload_id, READING, end):
            raise RuntimeError(records.TAKEN_FOR_DEAD)


def _names(job: _Job, result: ReadFiles, conversation: Conversation) -> set[str]:
    """Return the names of all persons of an upload, those in faulty rows too, and of the home."""
    with open_vault.reading(job.access, job.settings) as vault:
        vault_names = pseudonyms.names(vault, job.home.id)
    people = (result.people_residents, result.people_staff)
    stated = (name for frame in people for column in ("name", "given") for name in frame[column])
    headings = {
        column.heading
        for guess in conversation.guesses
        for column in guess.columns
        if column.column in {"Name", "Vorname"}
    }
    faulty = (
        row.cells[position]
        for sheet in result.faulty_rows
        for position, heading in enumerate(sheet.headings)
        if heading in headings
        for row in sheet.rows
    )
    return vault_names | result.names | {name for name in (*stated, *faulty) if isinstance(name, str)}


def _not_known_here(job: _Job, findings: Sequence[Finding]) -> list[Finding]:
    """Leave out warnings about numbers the files do not explain but the home has stored before."""
    with job.access.reading() as session:
        listed = master_data.known_pseudonyms(session, job.home.id)
    settled: set[tuple[str, str]] = set()
    with open_vault.reading(job.access, job.settings) as vault:
        for code, kind in UNKNOWN_PERSON_FINDINGS.items():
            numbers = {one.value for one in findings if one.code == code}
            pseudonym_of = pseudonyms.find_existing(vault, job.home.id, kind, numbers)
            settled |= {(code, number) for number, pseudonym in pseudonym_of.items() if pseudonym in listed}
    return [one for one in findings if one.severity is not Severity.WARNING or (one.code, one.value) not in settled]


def _of_another_home(job: _Job, result: ReadFiles) -> list[Finding]:
    """Warn where the files seem to belong to another home."""
    with job.access.reading() as session, open_vault.reading(job.access, job.settings) as vault:
        signs, numbers = other_home.signs(
            job.access, session, vault, job.settings, (job.home.id, job.upload_id), result
        )
    return [other_home.finding(signs, numbers, job.home.name)] if signs else []


def _severities(findings: Sequence[Finding]) -> dict[str, int]:
    return {
        name: sum(one.count for one in findings if one.severity is severity)
        for name, severity in (("errors", Severity.ERROR), ("warnings", Severity.WARNING), ("notices", Severity.NOTICE))
    }
