"""Destroying the keys of an operator, and bringing the copies of keys beside backups up to date."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import structlog
from sqlalchemy import delete

from web.backup import create
from web.backup.errors import BackupError
from web.backup.keys import keys_of
from web.backup.ledger import LedgerEntry
from web.backup.targets.address import open_target
from web.services import audit, deletion_ledger, open_vault
from web.services.deletion_ledger import LedgerKind
from web.store.vault import TenantKey

if TYPE_CHECKING:
    from collections.abc import Sequence

    from web.services.deletion_ledger import DueDeletion
    from web.settings import Settings
    from web.store.access import Access, SystemAccess

DESTROYED: Final = "schluessel.vernichten"

_log = structlog.get_logger(__name__)


def destroy(access: Access | SystemAccess, settings: Settings, reference: str, *, rule: str) -> list[str]:
    """Destroy all keys of an operator: nobody can read any more what is sealed with them, here or in a backup.

    What still has the form of before key ids does not depend on them: finish a rotation before.

    Parameters
    ----------
    reference
        The permanent reference of the operator; its row may be deleted already.
    rule
        Why, such as "Vertragsende".

    Returns
    -------
    list
        Places of backups whose copy of the keys could not be replaced; the next backup there does that. A restore from
        there destroys the keys again, as the ledger of deletions says.
    """
    entries = [LedgerEntry(LedgerKind.KEYS.value, reference, "", reference, rule)]
    with deletion_ledger.deletion(access, settings, entries, outside=lambda: _delete(access, reference)) as session:
        audit.record(session, access, DESTROYED, what=f"träger {reference[:8]}", reason=rule)
    return replace(access, settings)


def replay(system: SystemAccess, _settings: Settings, deletions: Sequence[DueDeletion]) -> int:
    """Destroy again the keys that were destroyed since; return how many there were."""
    return sum(_delete(system, reference) for reference in {one.entry.tenant for one in deletions})


def replace(access: Access | SystemAccess, settings: Settings) -> list[str]:
    """Replace the copies of the keys beside all backups, and return where that failed."""
    behind = []
    for address in settings.backup.targets:
        try:
            with open_target(address, settings) as target:
                create.copy_keys(access.databases, target, keys_of(settings))
        except BackupError as error:
            _log.warning("copy of the keys not replaced", target=address, error=str(error))
            behind.append(address)
    return behind


def _delete(access: Access | SystemAccess, reference: str) -> int:
    with open_vault.reachable(), access.vault_writing.begin() as session:
        keys = session.execute(delete(TenantKey).where(TenantKey.tenant == reference).returning(TenantKey.id))
        return len(keys.all())
