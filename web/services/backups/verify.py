"""Checking a backup that was made before: all of it is read, opened and compared with its description."""

from __future__ import annotations

from typing import TYPE_CHECKING

from web.backup import catalogue, create
from web.backup.errors import BackupError
from web.backup.keys import keys_of
from web.backup.ledger import DeletionLedger
from web.backup.targets.address import open_target

if TYPE_CHECKING:
    from web.backup.manifest import Manifest
    from web.settings import Settings


def verify(settings: Settings, address: str, reference: str, name: str = "") -> Manifest:
    """Check a backup of this installation, without a name the newest, and the ledger of deletions beside it.

    Raises
    ------
    BackupError
        Where it is not whole, or there is none.
    """
    keys = keys_of(settings)
    with open_target(address, settings) as target:
        backups = catalogue.stored_backups(target, keys, reference)
        chosen = [one for one in backups if one.name == name] if name else backups[:1]
        if not chosen:
            raise BackupError(f"Die Sicherung {name} gibt es nicht an {address}." if name else f"{address} ist leer.")
        made = chosen[0].manifest
        if not chosen[0].good or made is None:
            raise BackupError(f"Die Sicherung {chosen[0].name} ist nicht gut: {chosen[0].state}.")
        create.check_part(target, made.databases, keys)
        if chosen[0].has_files:
            create.check_part(target, made.files, keys)
        ledger = DeletionLedger(target, keys, made.installation)
        ledger.segments()
        ledger.require(*made.ledger)
    return made
