"""Deleting an operator: files, vault, work database, keys; cut off anywhere, it can go on (H8).

What was begun stands in a file of the installation that outlives the operator; it becomes the protocol.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import delete, func, select, update

from web.services import accesses, clock, deletion_ledger, instructions
from web.services.contract_end.export import EXPORTED
from web.services.deletion_ledger import LedgerKind
from web.services.errors import ServiceError
from web.services.instructions import InstructionKind
from web.services.keys import key_copies
from web.services.uploads import kept_files
from web.store import tenant_rows
from web.store.access import SystemAccess
from web.store.models import Account, AuditEvent, SignIn, Tenant, Upload

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from web.backup.ledger import LedgerEntry
    from web.services.deletion_ledger import DueDeletion
    from web.settings import Settings
    from web.store.access import Access

RULE: Final = "Vertragsende"
FRESH: Final = timedelta(days=7)
"""How old the export may be."""

BACKUPS: Final = timedelta(weeks=52)
"""After this the last backup with data of the operator has been destroyed (``web.backup.catalogue``)."""

_CHUNK: Final = 20_000


class ContractEndError(ServiceError):
    """A contract cannot be ended now."""


@dataclass(slots=True)
class EndProtocol:
    """What was deleted of an operator: numbers alone.

    Attributes
    ----------
    reference, name
        Of the operator.
    begun, ended
        ISO 8601; "" = not yet.
    exported
        When everything was handed over.
    announced
        Whether the ledger of deletions knows of it.
    rows
        Database and table -> rows deleted.
    files
        Uploads whose files were deleted.
    keys_left
        Places of backups whose copy of the keys could not be replaced; the next backup there does that.
    """

    reference: str
    name: str
    begun: str
    exported: str
    announced: bool = False
    ended: str = ""
    backups_until: str = ""
    rule: str = RULE
    files: int = 0
    keys_left: list[str] = field(default_factory=list)
    rows: dict[str, int] = field(default_factory=dict)

    def as_text(self) -> str:
        """Return it for people."""
        lines = [
            f"Löschprotokoll: {self.rule}, {self.name} ({self.reference})",
            f"Export: {self.exported}",
            f"Begonnen: {self.begun}",
            f"Beendet: {self.ended}",
            f"Letzte Sicherung vernichtet spätestens: {self.backups_until}",
            f"Datenlieferungen, deren Dateien gelöscht wurden: {self.files}",
            "Schlüssel vernichtet, auch neben den Sicherungen"
            + (f"; noch nicht ersetzt: {', '.join(self.keys_left)}" if self.keys_left else ""),
            "Das Protokoll der Handlungen bleibt, bis seine eigene Frist abläuft; es nennt keine Person beim Namen.",
            *(f"{table}: {number} Zeilen" for table, number in sorted(self.rows.items())),
        ]
        return "\n".join(lines) + "\n"


def end(access: Access, settings: Settings, on_table: Callable[[str], object] = lambda _: None) -> EndProtocol:
    """Delete everything of the tenant; called again, it goes on where it was cut off.

    Raises
    ------
    ContractEndError
        Where the tenant has not instructed it, or has no export that is newer than its data.
    """
    with access.reading() as session:
        tenant = session.get_one(Tenant, access.tenant_id)
        reference, name = str(tenant.reference), tenant.name
    path = _path(settings, reference)
    if not path.exists():
        exported = _check(access)
        _write(path, EndProtocol(reference, name, clock.now().isoformat(), exported))
    protocol = _read(path)
    if not protocol.announced:
        _announce(access, settings, reference)
        protocol.announced = True
        _write(path, protocol)
    _delete(access, settings, protocol, lambda: _write(path, protocol), on_table)
    return finish(SystemAccess(access.databases, access.origin), settings, path)


def finish(system: SystemAccess, settings: Settings, path: Path) -> EndProtocol:
    """Destroy the keys of an operator of whom nothing else is left, in backups too, and close its protocol."""
    protocol, now = _read(path), clock.now()
    protocol.keys_left = key_copies.destroy(system, settings, protocol.reference, rule=RULE)
    protocol.ended, protocol.backups_until = now.isoformat(), (now + BACKUPS).date().isoformat()
    _write(path, protocol)
    path.with_suffix(".txt").write_text(protocol.as_text(), encoding="utf-8")
    return protocol


def _announce(access: Access, settings: Settings, reference: str) -> None:
    """Let the ledger know, and nobody of the operator sign in any more."""
    entries: list[LedgerEntry] = []
    with deletion_ledger.deletion(access, settings, entries) as session:
        mine = select(Account.id).where(Account.tenant_id == access.tenant_id)
        session.execute(delete(SignIn).where(SignIn.account_id.in_(mine)))
        session.execute(update(Account).where(Account.tenant_id == access.tenant_id).values(active=False))
        entries.append(
            deletion_ledger.entry(
                session, settings, LedgerKind.TENANT, tenant_id=access.tenant_id, subject=(reference,), rule=RULE
            )
        )


def replay(system: SystemAccess, settings: Settings, deletions: Sequence[DueDeletion]) -> int:
    """Delete again the operators a restored database still has; return how many there were."""
    with system.reading() as session:
        query = select(Tenant.id, Tenant.reference)
        found = session.execute(query.where(Tenant.reference.in_({one.entry.tenant for one in deletions}))).all()
    for tenant_id, reference in found:
        access, path = accesses.of_tenant(system, tenant_id), _path(settings, str(reference))
        if path.exists() and not _read(path).ended:  # cut off before the commit that announced it
            end(access, settings)
        else:
            _delete(access, settings, EndProtocol(str(reference), "", "", ""), lambda: None, lambda _: None)
    return len(found)


def unfinished(settings: Settings) -> dict[str, Path]:
    """Return the names of operators whose deletion was begun and not finished, with their protocols."""
    paths = sorted(_folder(settings).glob("*.json"))
    return {one.name: path for path in paths if not (one := _read(path)).ended}


def _check(access: Access) -> str:
    """Return when everything was handed over."""
    with access.reading() as session:
        if not instructions.is_open(session, access.tenant_id, InstructionKind.END):
            raise ContractEndError(
                "Dieser Träger hat das Vertragsende nicht angewiesen. Seine Verwaltung oder sein Datenschutz trägt es "
                "in der Anwendung unter „Weisungen“ ein."
            )
        chain = select(Tenant.reference).where(Tenant.id == access.tenant_id).scalar_subquery()
        made = AuditEvent.chain == chain, AuditEvent.action == EXPORTED
        exported: datetime | None = session.scalar(select(func.max(AuditEvent.at)).where(*made))
        changed = session.scalar(select(func.max(Upload.stored_at)).where(Upload.home_id.in_(access.homes)))
    if exported is None or exported < clock.now() - FRESH or (changed is not None and changed > exported):
        raise ContractEndError(
            f"Es gibt keinen Export dieses Trägers aus den letzten {FRESH.days} Tagen, der seine neueste "
            "Datenlieferung enthält; bitte zuerst: pebem tenant export."
        )
    return exported.isoformat()


def _delete(
    access: Access,
    settings: Settings,
    protocol: EndProtocol,
    note: Callable[[], object],
    on_table: Callable[[str], object],
) -> None:
    with access.reading() as session:
        uploads = set(session.scalars(select(Upload.id).where(Upload.home_id.in_(access.homes))))
    for upload_id in uploads & set(kept_files.storage_times(settings)):
        kept_files.drop(settings, upload_id)
        protocol.files += 1
        note()
    for database, sessions in (("vault", access.vault_writing), ("work", access.writing)):
        for table in tenant_rows.deletable(database):
            on_table(f"{database}.{table.name}")
            mine = tenant_rows.of_tenant(table, access.tenant_id, access.homes)
            with sessions.begin() as session:
                gone: Any = session.execute(delete(table).where(mine))
            name = f"{database}.{table.name}"
            protocol.rows[name] = protocol.rows.get(name, 0) + gone.rowcount
            note()
    access.databases.flush_deleted()


def _folder(settings: Settings) -> Path:
    return settings.home / "ended"


def _path(settings: Settings, reference: str) -> Path:
    return _folder(settings) / f"{reference}.json"


def _read(path: Path) -> EndProtocol:
    return EndProtocol(**json.loads(path.read_text(encoding="utf-8")))


def _write(path: Path, protocol: EndProtocol) -> None:
    path.parent.mkdir(mode=0o700, exist_ok=True)
    half = path.with_suffix(".half")
    half.write_text(json.dumps(asdict(protocol), ensure_ascii=False, indent=1), encoding="utf-8")
    half.replace(path)
