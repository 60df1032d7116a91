"""How long uploads are stored: undecided ones are discarded, remains of the others are deleted."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import TYPE_CHECKING, Final

import structlog
from sqlalchemy import select

from web.services import accesses, clock
from web.services.open_vault import VaultClosedError
from web.services.uploads import kept_files, records
from web.services.uploads.removal import discarded
from web.store.models import Upload

if TYPE_CHECKING:
    from web.settings import Settings
    from web.store.access import SystemAccess


ORPHAN_SECONDS: Final = 3600.0
"""A folder of no upload is left alone for so long: its upload may be about to be written."""

_log = structlog.get_logger(__name__)


def delete_expired(system: SystemAccess, settings: Settings) -> int:
    """Discard uploads that were not decided about in time, and return how many those were.

    Faulty rows of decided ones are deleted after the same time; so are folders of no upload.
    """
    limit = clock.now() - timedelta(days=settings.upload_days)
    with system.reading() as session:
        uploads = session.execute(select(Upload.id, Upload.state, Upload.home_id)).all()
        old = set(session.scalars(select(Upload.id).where(Upload.created_at < limit)))
    states, home_of = {one.id: one.state for one in uploads}, {one.id: one.home_id for one in uploads}
    undecided = sorted(number for number in old if states[number] in records.UNDECIDED)
    for upload_id in undecided:
        reason = f"nach {settings.upload_days} Tagen ohne Entscheidung"
        access = accesses.of_home(system, home_of[upload_id])
        try:
            discarded.discard(access, settings, upload_id, reason=reason)
        except VaultClosedError:
            _log.warning("upload not discarded: the vault is closed", upload=upload_id)
            return 0  # the next look comes in an hour
    for upload_id, changed in kept_files.storage_times(settings).items():
        orphan = upload_id not in states and time.time() - changed > ORPHAN_SECONDS
        if orphan or (upload_id in old and states[upload_id] not in records.MOVING):
            kept_files.drop(settings, upload_id)
            _log.info("staged data deleted", upload=upload_id)
    return len(undecided)
