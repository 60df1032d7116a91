"""Discarding an upload before it is stored: a deletion, which a restore repeats; so is taking one back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sqlalchemy import select, update

from web.services import accesses, deletion_ledger, open_vault
from web.services.deletion_ledger import LedgerKind
from web.services.history import leftovers
from web.services.uploads import kept_files, records, undo_job
from web.services.uploads.steps import UploadError
from web.store.models import Home, Upload
from web.store.models.upload import DISCARDED, EFFECTIVE, UNDECIDED, UNDONE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import ColumnElement
    from sqlalchemy.orm import Session

    from web.backup.ledger import LedgerEntry
    from web.services.deletion_ledger import DueDeletion
    from web.settings import Settings
    from web.store.access import Access, SystemAccess

AGAIN: Final = "nach Wiederherstellung"
"""Why an upload is discarded that had been discarded before the restore."""


def discard(access: Access, settings: Settings, upload_id: int, *, reason: str = "") -> None:
    """Discard an upload before it is stored: files and findings are deleted, the entry stays.

    Raises
    ------
    UploadError
        Where it is in none of the states from which it can be discarded.
    VaultClosedError
        Where its findings cannot be deleted now: it stays as it is.
    """
    entries: list[LedgerEntry] = []
    with open_vault.reading(access, settings):
        pass  # what could not be deleted there afterwards would stay
    with deletion_ledger.deletion(access, settings, entries) as session:
        if not any(records.move(session, upload_id, start, DISCARDED) for start in UNDECIDED):
            raise UploadError(records.OTHER_STATE)
        records.record_action(session, access, upload_id, "einlesen.verwerfen", reason)
        _empty(session, upload_id)
        upload = session.get_one(Upload, upload_id)
        rule = reason if access.account_id is None else undo_job.ORDERED
        entry = deletion_ledger.entry(
            session, settings, LedgerKind.UPLOAD, home_id=upload.home_id, subject=records.identity(upload), rule=rule
        )
        entries.append(entry)
    _delete_outside(access, settings, upload_id)


def replay(system: SystemAccess, settings: Settings, deletions: Sequence[DueDeletion]) -> int:
    """Discard again the uploads of a restored database that had been discarded since; return how many there were."""
    found = named(system, deletions, Upload.state.not_in((DISCARDED, UNDONE, *EFFECTIVE)))
    discard_again(system, settings, found, AGAIN)
    return len(found)


def replay_undone(system: SystemAccess, settings: Settings, deletions: Sequence[DueDeletion]) -> int:
    """Take back again the uploads of a restored database that had been taken back since; the newest first."""
    found = [one for one in named(system, deletions, Upload.state.in_(EFFECTIVE)) if _can_undo(system, one)]
    for upload in sorted(found, key=lambda one: -one.id):
        undo_job.repeat(accesses.of_home(system, upload.home_id), settings, upload.id, AGAIN)
    return len(found)


def named(system: SystemAccess, deletions: Sequence[DueDeletion], state: ColumnElement[bool]) -> list[Upload]:
    """Return the uploads in some states that deletions are about."""
    homes = {one.entry.home for one in deletions}
    query = select(Upload, Home.reference).join(Home, Home.id == Upload.home_id).where(Home.reference.in_(homes), state)
    with system.reading() as session:
        present = session.execute(query).all()
    return [
        upload
        for upload, home in present
        if any(one.entry.home == home and one.is_about(*records.identity(upload)) for one in deletions)
    ]


def _can_undo(system: SystemAccess, upload: Upload) -> bool:
    return undo_job.is_undoable(accesses.of_home(system, upload.home_id), upload.id)


def discard_again(system: SystemAccess, settings: Settings, uploads: Sequence[Upload], reason: str) -> None:
    """Discard uploads in whatever state they are, while nobody works on them; the ledger of deletions is not told."""
    for upload in uploads:
        access = accesses.of_home(system, upload.home_id)
        with access.writing.begin() as session:
            session.execute(update(Upload).where(Upload.id == upload.id).values(state=DISCARDED))
            records.record_action(session, access, upload.id, "einlesen.verwerfen", reason)
            _empty(session, upload.id)
        _delete_outside(access, settings, upload.id)


def _empty(session: Session, upload_id: int) -> None:
    records.delete_words(session, upload_id)
    session.execute(update(Upload).where(Upload.id == upload_id).values(weighed=None))


def _delete_outside(access: Access, settings: Settings, upload_id: int) -> None:
    with open_vault.writing(access, settings) as vault:
        leftovers.forget_texts(vault, (upload_id,))
    kept_files.drop(settings, upload_id)
