"""Restoring a backup: databases, files, then the deletions made since; only then does the installation open again."""

from __future__ import annotations

import time
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

import structlog
from sqlalchemy import select

from web.backup import catalogue, restore
from web.backup.errors import BackupError
from web.backup.keys import keys_of
from web.backup.ledger import DeletionLedger, open_ledger
from web.backup.targets.address import open_target
from web.security import setting_keys
from web.security.crypto import KeyRing, MissingKeyError
from web.services import accesses, audit, open_vault
from web.services.backups import ledger_copies, replays
from web.services.log import takeover
from web.services.open_vault import OpenVault
from web.services.people import pseudonyms
from web.services.uploads.removal import missing_files
from web.store import installation as installation_row
from web.store import migrate, pending_restore
from web.store.databases import connect
from web.store.pending_restore import LOADED, LOADING, PendingRestore
from web.store.vault import TenantKey

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from web.backup.manifest import Manifest
    from web.backup.targets.place import BackupTarget
    from web.settings import Settings
    from web.store.access import SystemAccess

RESTORED: Final = "sicherung.wiederherstellen"
PURPOSE: Final = "restore"

_log = structlog.get_logger(__name__)


@dataclass(slots=True)
class RestoreReport:
    """What a restore did.

    Attributes
    ----------
    name, moment
        The backup, and when its state was.
    seconds
        Step -> how long it took.
    tables, rows, files
        How much was written.
    deleted
        Kind -> how many things were deleted again.
    ledger_until
        Until when the ledger of deletions at the target was known to be complete; None where only the installation's
        own was there, or none.
    missing_files
        Uploads whose files were not in the backup: discarded, or read again.
    """

    name: str
    moment: datetime
    seconds: dict[str, float] = field(default_factory=dict)
    tables: int = 0
    rows: int = 0
    files: int = 0
    deleted: dict[str, int] = field(default_factory=dict)
    ledger_until: datetime | None = None
    missing_files: int = 0

    @contextmanager
    def timed(self, step: str) -> Iterator[None]:
        """Measure a step."""
        start = time.monotonic()
        yield
        self.seconds[step] = time.monotonic() - start


def find(target: BackupTarget, settings: Settings, name: str = "", *, installation: str = "") -> Manifest:
    """Return the backup of a name; without one the newest good one.

    Parameters
    ----------
    installation
        Reference of the installation whose backups are meant; "" = any, as long as there is one alone.

    Raises
    ------
    BackupError
        Where there is none, it is not whole, or several installations have their backups there.
    """
    stored = catalogue.stored_backups(target, keys_of(settings), "" if name else installation)
    backups = [one for one in stored if not name or one.name == name]
    if name and backups and not backups[0].good:
        raise BackupError(f"Die Sicherung {name} lässt sich nicht verwenden: {backups[0].state}.")
    newest = catalogue.newest_good(backups)
    if newest is None and any(one.state == catalogue.OTHER_KEY for one in backups):
        raise BackupError(OTHER_KEY)
    if newest is None or newest.manifest is None:
        raise BackupError(f"An diesem Ziel ({target.address}) gibt es keine {'solche' if name else 'gute'} Sicherung.")
    if len({one.manifest.installation for one in backups if one.good and one.manifest}) > 1:
        raise BackupError("Hier liegen Sicherungen mehrerer Installationen; bitte nennen Sie eine mit Namen.")
    return newest.manifest


def restore_backup(
    settings: Settings,
    target: BackupTarget,
    made: Manifest,
    *,
    reason: str,
    replace_all: bool = False,
    without_ledger: bool = False,
    on_part: Callable[[str], None] = lambda _: None,
) -> RestoreReport:
    """Put an installation back to a backup.

    Parameters
    ----------
    reason
        Why, for the log.
    replace_all
        Whether an installation that is not empty may be replaced.
    without_ledger
        Whether to open the installation though the ledger of deletions is lost: what was deleted since is back then.

    Raises
    ------
    BackupError
        Where that cannot be done. Unless the message says otherwise, nothing has changed then.
    """
    report = RestoreReport(made.name, made.moment)
    databases = connect(settings)
    system = accesses.of_command(databases, PURPOSE)
    try:
        pending = pending_restore.find(databases.work)
        if not (replace_all or pending or restore.is_empty(databases)):
            raise BackupError(NOT_EMPTY)
        _get_ledger(settings, target, made, report, without_ledger=without_ledger)
        mark = PendingRestore(made.name, target.address, LOADING, made.ledger[0], reason)
        with report.timed("Datenbanken"):
            report.rows = restore.restore_databases(databases, target, made, keys_of(settings), mark, on_part=on_part)
            report.tables = made.tables
        with databases.work.begin() as connection:
            pending_restore.put(connection, replace(mark, step=LOADED))
        _finish(settings, system, target, made, report)
    finally:
        databases.close()
    return report


def resume(settings: Settings, *, without_ledger: bool = False) -> RestoreReport:
    """Finish a restore that was interrupted, from where it was.

    Raises
    ------
    BackupError
        Where there is none, or it still cannot be finished.
    """
    databases = connect(settings)
    try:
        mark = pending_restore.find(databases.work)
    finally:
        databases.close()
    if mark is None:
        raise BackupError("Es gibt keine Wiederherstellung, die abzuschließen wäre.")
    with open_target(mark.target, settings) as target:
        made = find(target, settings, mark.archive)
        if mark.step == LOADING:
            return restore_backup(
                settings, target, made, reason=mark.reason, replace_all=True, without_ledger=without_ledger
            )
        report = RestoreReport(made.name, made.moment, tables=made.tables, rows=made.rows)
        _get_ledger(settings, target, made, report, without_ledger=without_ledger)
        databases = connect(settings)
        system = accesses.of_command(databases, PURPOSE)
        try:
            _finish(settings, system, target, made, report)
        finally:
            databases.close()
    return report


def _get_ledger(
    settings: Settings, target: BackupTarget, made: Manifest, report: RestoreReport, *, without_ledger: bool
) -> None:
    """Have all of the ledger here, and see that it is the one the backup knew."""
    keys = keys_of(settings)
    here, there = (
        open_ledger(settings, keys, made.installation),
        DeletionLedger(target, keys, made.installation),
    )
    try:
        ledger_copies.fetch(settings, target, made.installation)
        report.ledger_until = there.complete_until()
        here.require(*made.ledger)
    except BackupError:
        if not without_ledger:
            raise
        _log.warning("restored without the ledger of deletions", backup=made.name)


def _finish(
    settings: Settings, system: SystemAccess, target: BackupTarget, made: Manifest, report: RestoreReport
) -> None:
    with report.timed("Dateien"):
        report.files = restore.restore_files(settings, target, made, keys_of(settings))
    with report.timed("Stand des Programms"):
        migrate.upgrade(settings)
    mark = pending_restore.find(system.databases.work)
    reason = mark.reason if mark else ""
    takeover.take_over(system, reason=reason)
    with report.timed("Löschungen seit der Sicherung"):
        report.deleted = _delete_again(system, settings, made)
    _check_names(system, settings)
    report.missing_files = missing_files.settle(system, settings)
    with system.writing.begin() as session:
        audit.record(session, system, RESTORED, what=made.name, reason=reason)
        pending_restore.remove(session.connection())
    _log.info("restored", backup=made.name, rows=report.rows, deleted=sum(report.deleted.values()))


def _delete_again(system: SystemAccess, settings: Settings, made: Manifest) -> dict[str, int]:
    ledger = open_ledger(settings, keys_of(settings), made.installation)
    if ledger.has(*made.ledger):
        return replays.carry_out(system, settings, replays.due(system, settings, after=made.ledger[0]))
    # The ledger is lost, and whoever restores has said so: a new one begins.
    with system.writing.begin() as session:
        installation_row.locked(session).ledger = ledger.head()[0]
    return {}


def _check_names(system: SystemAccess, settings: Settings) -> None:
    """See that names open with the keys in the settings.

    Raises
    ------
    BackupError
        Where they do not: the restore can be finished with the right keys.
    """
    master = setting_keys.of_vault(settings)
    with system.vault_reading() as session:
        try:
            for key in session.scalars(select(TenantKey)):
                open_vault.unwrapped(master, key)
            pseudonyms.check_old_form(OpenVault(session, KeyRing(b"", {}, master.old_form)))
        except MissingKeyError as error:
            raise BackupError(WRONG_KEY) from error


NOT_EMPTY: Final = (
    "In dieser Installation sind schon Daten. Wenn sie durch die Sicherung ersetzt werden sollen, rufen Sie den Befehl "
    "mit --replace und einem Grund auf; was seit der Sicherung dazugekommen ist, geht dabei verloren."
)
OTHER_KEY: Final = (
    "Die Sicherungen hier haben einen anderen Schlüssel als diese Installation; bitte setzen Sie den von damals als "
    "PEBEM_BACKUP_KEY (backup_key.txt) ein, und ebenso die übrigen Schlüssel."
)
WRONG_KEY: Final = (
    "Die Daten sind zurück, aber die Namen öffnen sich nicht: PEBEM_VAULT_KEY (vault_key.txt) ist nicht der Schlüssel "
    "von damals. Bitte setzen Sie ihn ein und rufen Sie pebem restore --resume auf."
)
