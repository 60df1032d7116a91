"""Looking for what jobs left behind that failed, or were killed, between databases and files (X9)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog
from sqlalchemy import select

from web.services import accesses
from web.services.history import leftovers
from web.services.open_vault import VaultClosedError
from web.services.uploads import kept_files
from web.store.models import Home, Upload
from web.store.models.upload import DISCARDED, UNDONE

if TYPE_CHECKING:
    from web.settings import Settings
    from web.store.access import SystemAccess

_log = structlog.get_logger(__name__)


def sweep_all(system: SystemAccess, settings: Settings) -> None:
    """Delete what of all homes lies in the vault and the folder of uploads and nothing needs."""
    with system.reading() as session:
        homes = session.scalars(select(Home.id).order_by(Home.id)).all()
        gone = set(session.scalars(select(Upload.id).where(Upload.state.in_((DISCARDED, UNDONE)))))
    for upload_id in gone & kept_files.storage_times(settings).keys():
        kept_files.drop(settings, upload_id)
    try:
        for home_id in homes:
            leftovers.sweep(accesses.of_home(system, home_id), settings, home_id)
    except VaultClosedError:
        _log.warning("vault not swept: it is closed")
