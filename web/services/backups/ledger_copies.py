"""The ledger of deletions beside the backups: brought up to date soon after each deletion, fetched before a restore."""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog

from web.backup.errors import BackupError
from web.backup.keys import keys_of
from web.backup.ledger import DeletionLedger, copy_missing, open_ledger
from web.backup.targets.address import open_target
from web.services import clock

if TYPE_CHECKING:
    from web.backup.targets.place import BackupTarget
    from web.settings import Settings

_log = structlog.get_logger(__name__)


def update(settings: Settings, target: BackupTarget, reference: str) -> None:
    """Copy what a target lacks of the ledger, and note there that it has all of it.

    What the installation itself lacks comes back at the same time; the next start carries it out.

    Raises
    ------
    BackupError
        Where that fails, or the two do not belong together.
    """
    keys = keys_of(settings)
    here, there = open_ledger(settings, keys, reference), DeletionLedger(target, keys, reference)
    moment, head = clock.now(), here.head()  # what is deleted from here on may be missing there
    copy_missing(here, there)
    if copy_missing(there, here):
        _log.warning("the ledger here was shorter than its copy", target=target.address)
    there.write_head(max(head, there.head()), moment)


def try_update(settings: Settings, address: str, reference: str) -> str:
    """Do the same with the target of an address; return why it did not work, which is logged, or "" where it did."""
    try:
        with open_target(address, settings) as target:
            update(settings, target, reference)
    except BackupError as error:
        _log.warning("ledger not copied", target=address, error=str(error))
        return str(error)
    return ""


def fetch(settings: Settings, target: BackupTarget, reference: str) -> int:
    """Copy what this installation lacks of the ledger from a target, and return how many segments that were.

    Raises
    ------
    BackupError
        Where it cannot be read, or the two do not belong together.
    """
    keys = keys_of(settings)
    here, there = open_ledger(settings, keys, reference), DeletionLedger(target, keys, reference)
    there.segments()  # opens and checks every one
    return copy_missing(there, here)
