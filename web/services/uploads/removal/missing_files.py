"""Uploads that wait for a decision though their files are gone: files of a backup may be older than its databases."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sqlalchemy import select

from web.services import accesses
from web.services.uploads import kept_files, records
from web.services.uploads.removal import discarded
from web.store.models import Upload
from web.store.models.upload import ASKING, DISCARDED, EFFECTIVE, READ, RELEASED, STORING, UNDONE, WAITING

if TYPE_CHECKING:
    from web.settings import Settings
    from web.store.access import SystemAccess

LOST: Final = "Dateien fehlen nach der Wiederherstellung"
"""Why an upload is discarded whose files are gone."""

_NEED_RESULT: Final = (READ, RELEASED, STORING)


def settle(system: SystemAccess, settings: Settings) -> int:
    """Discard uploads whose files are gone, have those read again whose files alone are there; return how many.

    Nobody may be working on uploads at the same time.
    """
    with system.reading() as session:
        waiting = session.scalars(select(Upload).where(Upload.state.not_in((DISCARDED, UNDONE, *EFFECTIVE)))).all()
    lost = [one for one in waiting if not kept_files.has_files(settings, one.id, one.file_count)]
    unread = [one for one in waiting if one not in lost and _lacks_what_was_read(settings, one)]
    discarded.discard_again(system, settings, lost, LOST)
    for upload in unread:
        access = accesses.of_home(system, upload.home_id)
        with access.writing.begin() as session:
            records.reset(session, upload.id, (upload.state,), WAITING)
            records.record_action(session, access, upload.id, "einlesen.neu-lesen", LOST)
    return len(lost) + len(unread)


def _lacks_what_was_read(settings: Settings, upload: Upload) -> bool:
    if upload.state == ASKING:
        return not kept_files.has_conversation(settings, upload.id)
    return upload.state in _NEED_RESULT and not kept_files.has_result(settings, upload.id)
