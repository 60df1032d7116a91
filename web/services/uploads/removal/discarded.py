"""Discarding an upload before it is stored: a deletion, which a restore repeats."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sqlalchemy import select, update

from web.services import accesses, deletion_ledger
from web.services.deletion_ledger import LedgerKind
from web.services.uploads import kept_files, records
from web.services.uploads.steps import UploadError
from web.store.models import Home, Upload
from web.store.models.upload import DISCARDED, EFFECTIVE, UNDECIDED, UNDONE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.orm import Session

    from web.backup.ledger import LedgerEntry
    from web.services.deletion_ledger import DueDeletion
    from web.settings import Settings
    from web.store.access import Access, SystemAccess

ORDERED: Final = "auf Anordnung"
"""Rule of a deletion that a person asked for."""

AGAIN: Final = "nach Wiederherstellung"
"""Why an upload is discarded that had been discarded before the restore."""


def discard(access: Access, settings: Settings, upload_id: int, *, reason: str = "") -> None:
    """Discard an upload before it is stored: files and findings are deleted, the entry stays.

    Raises
    ------
    UploadError
        Where it is in none of the states from which it can be discarded.
    """
    entries: list[LedgerEntry] = []
    with deletion_ledger.deletion(access, settings, entries) as session:
        if not any(records.move(session, upload_id, start, DISCARDED) for start in UNDECIDED):
            raise UploadError(records.OTHER_STATE)
        records.record_action(session, access, upload_id, "einlesen.verwerfen", reason)
        _empty(session, upload_id)
        upload = session.get_one(Upload, upload_id)
        rule = reason if access.account_id is None else ORDERED
        entry = deletion_ledger.entry(
            session, settings, LedgerKind.UPLOAD, home_id=upload.home_id, subject=_identity(upload), rule=rule
        )
        entries.append(entry)
    _delete_outside(access, settings, upload_id)


def replay(system: SystemAccess, settings: Settings, deletions: Sequence[DueDeletion]) -> int:
    """Discard again the uploads of a restored database that had been discarded since; return how many there were."""
    with system.reading() as session:
        homes = {one.entry.home for one in deletions}
        query = select(Upload, Home.reference).join(Home, Home.id == Upload.home_id).where(Home.reference.in_(homes))
        present = session.execute(query.where(Upload.state.not_in((DISCARDED, UNDONE, *EFFECTIVE)))).all()
    found = [
        upload
        for upload, home in present
        if any(one.entry.home == home and one.is_about(*_identity(upload)) for one in deletions)
    ]
    discard_again(system, settings, found, AGAIN)
    return len(found)


def discard_again(system: SystemAccess, settings: Settings, uploads: Sequence[Upload], reason: str) -> None:
    """Discard uploads in whatever state they are, while nobody works on them; the ledger of deletions is not told."""
    for upload in uploads:
        access = accesses.of_home(system, upload.home_id)
        with access.writing.begin() as session:
            session.execute(update(Upload).where(Upload.id == upload.id).values(state=DISCARDED))
            records.record_action(session, access, upload.id, "einlesen.verwerfen", reason)
            _empty(session, upload.id)
        _delete_outside(access, settings, upload.id)


def _identity(upload: Upload) -> tuple[str, str]:
    """Return what tells an upload from all others, and is the same in every copy of the database."""
    return upload.file_hash.hex(), upload.created_at.isoformat()


def _empty(session: Session, upload_id: int) -> None:
    records.delete_words(session, upload_id)
    session.execute(update(Upload).where(Upload.id == upload_id).values(weighed=None))


def _delete_outside(access: Access, settings: Settings, upload_id: int) -> None:
    records.store_findings(access, settings, upload_id, ())
    kept_files.drop(settings, upload_id)
