"""One backup from beginning to end: made, logged, the old ones destroyed, the ledger of deletions brought along."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Final

import structlog

from web.backup import catalogue, create, restore
from web.backup.errors import BackupError
from web.backup.keys import keys_of
from web.backup.ledger import DeletionLedger, open_ledger
from web.backup.targets.address import open_target
from web.services import audit, clock
from web.services.backups import ledger_copies, overview

if TYPE_CHECKING:
    from collections.abc import Callable

    from web.backup.manifest import Manifest
    from web.settings import Settings
    from web.store.access import SystemAccess

MADE: Final = "sicherung.erstellen"
DESTROYED: Final = "sicherung.vernichten"

_log = structlog.get_logger(__name__)


def back_up(
    system: SystemAccess, settings: Settings, address: str, *, on_part: Callable[[str], None] = lambda _: None
) -> Manifest:
    """Make a backup at an address, verify it, and destroy there what is due.

    Raises
    ------
    BackupError
        Where no backup was made; that is in the log.
    """
    keys = keys_of(settings)
    try:
        _refuse_empty(system)
        with open_target(address, settings) as target:
            made = create.create(system.databases, settings, target, keys, now=clock.now(), on_part=on_part)
            _record(system, MADE, made.name)
            ledger_copies.update(settings, target, made.installation)
            backups = catalogue.stored_backups(target, keys, made.installation)
            gone = catalogue.prune(target, backups, clock.now(), file_days=settings.upload_days)
            _prune_ledger(DeletionLedger(target, keys, made.installation), [one for one in backups if one.good])
    except BackupError as error:
        with suppress(Exception):  # the database may be what is not there
            _record(system, MADE, address, result="fehler", reason=str(error)[:500])
        raise
    for name in gone:
        _record(system, DESTROYED, name)
    return made


def _refuse_empty(system: SystemAccess) -> None:
    """Refuse to back up nothing: on a new machine that would be older backups' place, and nobody's data."""
    if restore.is_empty(system.databases):
        raise BackupError("Die Installation ist noch leer; es gibt nichts zu sichern.")


def prune_own_ledger(settings: Settings, reference: str) -> None:
    """Delete the segments of the installation's own ledger that no backup anywhere needs; if that is certain."""
    states = overview.states(settings, reference)
    if states and all(one.newest and not one.problem for one in states):
        keys = keys_of(settings)
        ours = [backup for state in states for backup in state.backups if backup.good]
        _prune_ledger(open_ledger(settings, keys, reference), ours)


def _prune_ledger(ledger: DeletionLedger, backups: list[catalogue.StoredBackup]) -> None:
    needed = [one.manifest.ledger[0] for one in backups if one.manifest]
    ledger.prune(min(needed, default=0))


def _record(system: SystemAccess, action: str, what: str, *, result: str = "ok", reason: str = "") -> None:
    with system.writing.begin() as session:
        audit.record(session, system, action, what=what[:100], result=result, reason=reason)
