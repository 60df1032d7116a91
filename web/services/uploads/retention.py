"""How long uploads are stored: undecided ones are discarded, remains of the others are deleted."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import TYPE_CHECKING, Final

import structlog
from sqlalchemy import select

from web.services import clock
from web.services.uploads import kept_files, records, steps
from web.store.models import Upload

if TYPE_CHECKING:
    from web.settings import Settings
    from web.store.databases import Databases


ORPHAN_SECONDS: Final = 3600.0
"""A folder of no upload is left alone for so long: its upload may be about to be written."""

_log = structlog.get_logger(__name__)


def delete_expired(databases: Databases, settings: Settings) -> int:
    """Discard uploads that were not decided about in time, and return how many those were.

    Faulty rows of decided ones are deleted after the same time; so are folders of no upload.
    """
    limit = clock.now() - timedelta(days=settings.upload_days)
    with databases.reading() as session:
        states = {one.id: one.state for one in session.execute(select(Upload.id, Upload.state))}
        old = set(session.scalars(select(Upload.id).where(Upload.created_at < limit)))
    undecided = sorted(number for number in old if states[number] in records.UNDECIDED)
    for upload_id in undecided:
        reason = f"nach {settings.upload_days} Tagen ohne Entscheidung"
        steps.discard(databases, settings, upload_id, account_id=None, reason=reason)
    for upload_id, changed in kept_files.storage_times(settings).items():
        orphan = upload_id not in states and time.time() - changed > ORPHAN_SECONDS
        if orphan or (upload_id in old and states[upload_id] not in records.MOVING):
            kept_files.drop(settings, upload_id)
            _log.info("staged data deleted", upload=upload_id)
    return len(undecided)
