"""What has to be in order before an installation opens: its tables, no unfinished restore, no deletion left over."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import structlog

from web.backup.errors import BackupError
from web.backup.ledger import LedgerError
from web.backup.targets.address import open_target
from web.services import accesses
from web.services.backups import ledger_copies, overview, replays
from web.services.errors import ServiceError
from web.services.open_vault import VaultClosedError
from web.store import migrate, pending_restore
from web.store.databases import connect

if TYPE_CHECKING:
    from web.backup.ledger import LedgerSegment
    from web.settings import Settings
    from web.store.access import SystemAccess
    from web.store.databases import Databases

_log = structlog.get_logger(__name__)


class NotOpenError(ServiceError):
    """The installation may not be opened now."""


def prepare(settings: Settings) -> bool:
    """Bring an installation to the state in which it may be opened, and return whether its vault is ready, too.

    Analysis works without the vault (X10): where its database does not answer, it is brought up later.

    Deletions that the ledger has and the databases do not know are carried out first: the process may have been killed
    between the two, or somebody has put back a copy of the databases without ``pebem restore`` (H5).

    Raises
    ------
    NotOpenError
        Where a restore is unfinished, or such deletions cannot be carried out, also because the vault does not answer.
    """
    databases = connect(settings)
    system = accesses.of_command(databases, "öffnen")
    try:
        _refuse_unfinished(databases)
        answers = migrate.vault_answers(settings)
        migrate.upgrade(settings, with_vault=answers)
        if not answers:
            _log.warning("vault unreachable", consequence=WITHOUT_VAULT)
        try:
            replays.carry_out(system, settings, _due(system, settings))
        except (BackupError, VaultClosedError) as error:
            raise NotOpenError(f"Gelöschtes kann nicht wieder gelöscht werden: {error}") from error
    finally:
        databases.close()
    return answers


class VaultWatch:
    """Brings the vault up once its database answers, where it did not at the start."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._ready = False

    def look(self) -> None:
        """Look whether it can be done now."""
        if not self._ready and migrate.vault_answers(self._settings):
            migrate.upgrade(self._settings)
            self._ready = True


def _refuse_unfinished(databases: Databases) -> None:
    """Refuse an installation whose restore is unfinished.

    Raises
    ------
    NotOpenError
        Where it is.
    """
    if pending_restore.find(databases.work) is not None:
        raise NotOpenError(UNFINISHED)


def _due(system: SystemAccess, settings: Settings) -> list[LedgerSegment]:
    try:
        return replays.due(system, settings)
    except LedgerError:
        _fetch(system, settings)
    try:
        return replays.due(system, settings)
    except LedgerError as error:
        # What was deleted here stays deleted; the loss shows in every backup, and at the latest before a restore.
        _log.error("ledger of deletions is incomplete", error=str(error))
        return []


def _fetch(system: SystemAccess, settings: Settings) -> None:
    for address in settings.backup.targets:
        try:
            with open_target(address, settings) as target:
                ledger_copies.fetch(settings, target, overview.reference_of(system))
        except BackupError as error:
            _log.warning("ledger not fetched", target=address, error=str(error))


WITHOUT_VAULT: Final = (
    "Auswertungen gehen ohne den Namensspeicher; nicht: Daten einlesen, Befunde im Wortlaut, unbekannte Personen"
)

UNFINISHED: Final = (
    "Eine Wiederherstellung ist nicht abgeschlossen. Bitte schließen Sie sie mit pebem restore --resume ab; vorher "
    "öffnet sich die Installation nicht, weil Gelöschtes wieder da sein kann."
)
