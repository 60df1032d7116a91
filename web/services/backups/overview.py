"""The state of the backups: what lies where, when the last good one was made, and what is wrong."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from web.backup import catalogue
from web.backup.errors import BackupError
from web.backup.keys import keys_of
from web.backup.ledger import DeletionLedger
from web.backup.targets.address import open_target
from web.services import clock
from web.store import installation

if TYPE_CHECKING:
    from datetime import datetime

    from web.backup.catalogue import StoredBackup
    from web.settings import Settings
    from web.store.access import SystemAccess


@dataclass(frozen=True, slots=True)
class TargetState:
    """The backups in one place.

    Attributes
    ----------
    address
        The place.
    backups
        Newest first; of other installations as well.
    kept
        Names of those that retention keeps.
    newest
        The last good one of this installation.
    overdue
        Whether there is none, or it is older than it may become.
    ledger_until
        Until when the ledger of deletions there is known to be complete.
    problem
        Why the place could not be read, "" where it could.
    """

    address: str
    backups: tuple[StoredBackup, ...] = ()
    kept: frozenset[str] = frozenset()
    newest: StoredBackup | None = None
    overdue: bool = True
    ledger_until: datetime | None = None
    problem: str = ""


def reference_of(system: SystemAccess) -> str:
    """Return the reference of this installation; "" where it never made a backup nor deleted anything."""
    with system.reading() as session:
        row = installation.find(session)
        return row.reference if row else ""


def states(settings: Settings, reference: str) -> list[TargetState]:
    """Return the state of every target in the settings; what cannot be reached says so instead of failing."""
    return [state_of(settings, address, reference) for address in settings.backup.targets]


def state_of(settings: Settings, address: str, reference: str) -> TargetState:
    """Return the state of one target."""
    now, keys = clock.now(), keys_of(settings)
    try:
        with open_target(address, settings) as target:
            backups = catalogue.stored_backups(target, keys, reference)
            until = DeletionLedger(target, keys, reference).complete_until() if reference else None
    except BackupError as error:
        return TargetState(address, problem=str(error))
    newest = catalogue.newest_good(backups)
    overdue = newest is None or now - newest.moment > timedelta(hours=settings.backup.alarm_hours)
    return TargetState(address, tuple(backups), frozenset(catalogue.kept(backups, now)), newest, overdue, until)
