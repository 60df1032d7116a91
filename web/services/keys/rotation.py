"""Changing keys while pages work: master keys seal the keys of operators, those seal names, texts and files.

Everything happens in small transactions, each of which leaves every value openable: a run that is cut off at any moment
leaves a usable installation, and the next one goes on where it ended (``docs/adr/0038``).
"""

from __future__ import annotations

import fcntl
import os
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any, Final

import structlog
from sqlalchemy import LargeBinary, and_, func, or_, select, text, update

from web.backup import catalogue
from web.security import setting_keys
from web.security.crypto import HEADER_BYTES, TamperedError, header_of
from web.services import accesses, audit, clock, open_vault, sessions
from web.services.errors import ServiceError
from web.services.keys import key_copies
from web.services.people import pseudonyms
from web.services.uploads import records, sealed_folder
from web.store.models import Tenant, Upload
from web.store.vault import Identity, SealedUploadTexts, TenantKey

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from sqlalchemy import ColumnElement

    from web.security.crypto import KeyRing
    from web.settings import Settings
    from web.store.access import Access, SystemAccess

BATCH: Final = 200
"""Rows sealed anew in one transaction: pages and uploads wait no longer than that takes."""

KEPT: Final = timedelta(weeks=catalogue.WEEKLY + 2)
"""How long a replaced key stays: the oldest backup may need it."""

RENEWED: Final = "schluessel.erneuern"
REWRAPPED: Final = "schluessel.hauptschluessel"

_LOCK: Final = 0x5042_544B_6579
_log = structlog.get_logger(__name__)


class BusyError(ServiceError):
    """Keys are being changed already."""


@dataclass(slots=True)
class RotationReport:
    """What a run did.

    Attributes
    ----------
    wrapped
        Keys of operators that the current master key now seals.
    new_keys, resumed
        Operators that got a new key, and those where a former run was finished instead.
    names, texts, files, secrets
        Persons, texts of uploads, files of uploads and secrets of apps that were sealed anew.
    unreadable
        Values that do not open: they stay as they are.
    dropped
        Replaced keys that nothing needs any more.
    behind
        Places of backups whose copy of the keys could not be replaced; the next backup does that.
    """

    wrapped: int = 0
    new_keys: list[str] = field(default_factory=list)
    resumed: list[str] = field(default_factory=list)
    names: int = 0
    texts: int = 0
    files: int = 0
    secrets: int = 0
    unreadable: int = 0
    dropped: int = 0
    behind: list[str] = field(default_factory=list)


def rotate(
    system: SystemAccess,
    settings: Settings,
    *,
    tenant: str = "",
    on_step: Callable[[str], object] = lambda _: None,
) -> RotationReport:
    """Seal everything with current keys; each operator gets a new one, unless a former run is to be finished first.

    Parameters
    ----------
    tenant
        The only operator to be done, by name; "" = all.
    on_step
        Is told what begins.

    Raises
    ------
    BusyError
        Where another run is under way.
    VaultClosedError
        Where the vault does not open.
    """
    report = RotationReport()
    with _alone(system, settings):
        on_step("Hauptschlüssel")
        with open_vault.opened(), open_vault.reachable():
            _rewrap(system, settings, report)
        for tenant_id, name in _tenants(system, tenant):
            on_step(name)
            _renew(accesses.of_tenant(system, tenant_id), settings, name, report)
        on_step("zweite Faktoren")
        report.secrets = sessions.seal_secrets_anew(system, settings)
        report.dropped = _drop_old(system, settings)
        report.behind = key_copies.replace(system, settings)
    _log.info("keys rotated", names=report.names, texts=report.texts, files=report.files, secrets=report.secrets)
    return report


@contextmanager
def _alone(system: SystemAccess, settings: Settings) -> Iterator[None]:
    """Keep other runs away, on this machine and on others that share the vault; a killed run lets go by itself."""
    handle = os.open(settings.home / "keys.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if system.databases.vault.dialect.name != "postgresql":
            yield
            return
        with open_vault.reachable():
            opened = system.databases.vault.connect()
        with opened.execution_options(isolation_level="AUTOCOMMIT") as connection:
            if not connection.scalar(text("SELECT pg_try_advisory_lock(:number)"), {"number": _LOCK}):
                raise BusyError(BUSY)
            try:
                yield
            finally:
                connection.execute(text("SELECT pg_advisory_unlock(:number)"), {"number": _LOCK})
    except BlockingIOError as error:
        raise BusyError(BUSY) from error
    finally:
        os.close(handle)


def _tenants(system: SystemAccess, name: str) -> list[tuple[int, str]]:
    with system.reading() as session:
        query = select(Tenant.id, Tenant.name).order_by(Tenant.id)
        found = [(row.id, row.name) for row in session.execute(query) if name in {"", row.name}]
    if name and not found:
        raise ServiceError(f"Einen Träger „{name}“ gibt es nicht.")
    return found


def _rewrap(system: SystemAccess, settings: Settings, report: RotationReport) -> None:
    """Seal the keys of operators with the current master key, each in a transaction of its own."""
    master = setting_keys.of_vault(settings)
    with system.vault_reading() as session:
        rows = session.scalars(select(TenantKey).order_by(TenantKey.id)).all()
    for row in rows:
        if row.wrapped.startswith(master.header):
            continue
        anew = open_vault.wrapped_anew(master, row)
        mine = TenantKey.id == row.id, TenantKey.wrapped == row.wrapped
        with system.vault_writing.begin() as session:
            changed: Any = session.execute(update(TenantKey).where(*mine).values(wrapped=anew))
        report.wrapped += changed.rowcount
    if report.wrapped:
        with system.writing.begin() as session:
            audit.record(session, system, REWRAPPED, what=f"{report.wrapped} schlüssel")


def _renew(access: Access, settings: Settings, name: str, report: RotationReport) -> None:
    """Finish what a former run left; where that left nothing, give the operator a new key and seal all with it."""
    unreadable = report.unreadable
    with open_vault.writing(access, settings):
        pass  # an operator without a key gets one
    if _seal_all(access, settings, report):
        report.resumed.append(name)
        what = "wechsel beendet"
    else:
        report.unreadable = unreadable  # they are counted again
        with open_vault.writing(access, settings) as vault:
            reference = open_vault.reference_of(access)
            open_vault.lock(vault.session, reference)
            what = f"schlüssel {open_vault.add_key(vault.session, settings, reference)}"
        report.new_keys.append(name)
        _seal_all(access, settings, report)
    with access.writing.begin() as session:
        audit.record(session, access, RENEWED, what=what)


def _seal_all(access: Access, settings: Settings, report: RotationReport) -> bool:
    """Seal everything of an operator with its current key, and return whether there was something to be done."""
    before = report.names, report.texts, report.files
    for home_id in sorted(access.homes):
        _seal_identities(access, settings, home_id, report)
    _seal_texts(access, settings, report)
    ring = open_vault.ring(access, settings)
    for upload_id in _uploads(access):
        done, unreadable = sealed_folder.seal_anew(ring, settings, upload_id)
        report.files += done
        report.unreadable += unreadable
    return before != (report.names, report.texts, report.files)


def _seal_identities(access: Access, settings: Settings, home_id: int, report: RotationReport) -> None:
    last: int | None = 0
    while last is not None:
        with open_vault.writing(access, settings, home_id) as vault:
            mine = Identity.home_id == home_id, Identity.id > last, pseudonyms.not_current(vault.ring)
            rows = vault.session.scalars(select(Identity).where(*mine).order_by(Identity.id).limit(BATCH)).all()
            report.names += _each(rows, partial(pseudonyms.seal_anew, vault), report)
            last = rows[-1].id if rows else None


def _seal_texts(access: Access, settings: Settings, report: RotationReport) -> None:
    last: int | None = 0
    while last is not None:
        with open_vault.writing(access, settings) as vault:
            mine = *_texts(access, vault.ring), SealedUploadTexts.upload_id > last
            query = select(SealedUploadTexts).where(*mine).order_by(SealedUploadTexts.upload_id).limit(BATCH)
            rows = vault.session.scalars(query.with_for_update()).all()
            report.texts += _each(rows, partial(records.seal_anew, vault), report)
            last = rows[-1].upload_id if rows else None


def _each(rows: Sequence[Any], seal: Callable[[Any], object], report: RotationReport) -> int:
    done = 0
    for row in rows:
        try:
            seal(row)
            done += 1
        except TamperedError:
            report.unreadable += 1
    return done


def _texts(access: Access, ring: KeyRing) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions of texts of uploads that are not sealed with the current key."""
    findings = SealedUploadTexts.findings
    others = or_(
        _begins(SealedUploadTexts.file_names) != ring.header,
        and_(findings.is_not(None), _begins(findings) != ring.header),
    )
    return SealedUploadTexts.home_id.in_(access.homes), others


def _uploads(access: Access) -> Sequence[int]:
    with access.reading() as session:
        return session.scalars(select(Upload.id).where(Upload.home_id.in_(access.homes)).order_by(Upload.id)).all()


def _drop_old(system: SystemAccess, settings: Settings) -> int:
    """Delete replaced keys that no backup and no value needs any more."""
    with system.vault_reading() as session:
        old = session.scalars(select(TenantKey).where(TenantKey.replaced_at < clock.now() - KEPT)).all()
    dropped = 0
    for row in old:
        if not is_used(system, settings, bytes.fromhex(row.id)):
            with system.vault_writing.begin() as session:
                session.delete(session.get_one(TenantKey, row.id))
            dropped += 1
    return dropped


def is_used(system: SystemAccess, settings: Settings, key_id: bytes) -> bool:
    """Return whether anything is sealed with a key."""
    header = header_of(key_id)
    columns = (
        Identity.number,
        Identity.name,
        Identity.given,
        SealedUploadTexts.file_names,
        SealedUploadTexts.findings,
    )
    with system.vault_reading() as session:
        if any(session.scalar(select(text("1")).where(_begins(one) == header).limit(1)) for one in columns):
            return True
    ring = setting_keys.of_vault(settings)
    folders = settings.uploads.iterdir() if settings.uploads.is_dir() else ()
    numbers = [int(folder.name) for folder in folders if folder.name.isdecimal()]
    return any(key_id in sealed_folder.keys_in(settings, number, ring) for number in numbers)


def _begins(column: Any) -> ColumnElement[bytes]:
    return func.substr(column, 1, HEADER_BYTES, type_=LargeBinary)


BUSY: Final = "Die Schlüssel werden gerade schon gewechselt; bitte warten Sie, bis das fertig ist."
