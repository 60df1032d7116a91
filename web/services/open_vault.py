"""The one way into the vault: a session on it, with the keys of the operator whose access asks for it.

The keys are read in the session in which they are used: a rotation in another process changes keys and values in the
same transactions, so what a session sees always fits together (``docs/adr/0038``).
"""

from __future__ import annotations

import os
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from typing import TYPE_CHECKING, Final

import structlog
from sqlalchemy import func, select, update
from sqlalchemy.exc import SQLAlchemyError

from web.security import setting_keys
from web.security.crypto import KEY_BYTES, Box, KeyRing, MissingKeyError, TamperedError, id_of
from web.services import clock
from web.services.errors import ServiceError
from web.store.models import Tenant
from web.store.vault import TenantKey

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy.orm import Session

    from web.settings import Settings
    from web.store.access import Access

UNREACHABLE: Final = "Der Namensspeicher ist gerade nicht erreichbar."
KEY_MISSING: Final = (
    "Die Namen lassen sich nicht öffnen: Der Schlüssel, mit dem sie gespeichert sind, fehlt. Er gehört in "
    "PEBEM_VAULT_KEY (vault_key.txt) oder, nach einem Wechsel, in PEBEM_OLD_VAULT_KEYS."
)

EMPTY: Final = (
    "Der Namensspeicher kennt niemanden von dieser Einrichtung, obwohl Auswertungen von ihr da sind: Er ist nicht der "
    "richtige. Es wurde nichts gespeichert, damit nicht alle ein zweites Mal angelegt werden."
)

_log = structlog.get_logger(__name__)


class VaultClosedError(ServiceError):
    """The vault does not open now: its database does not answer, or a key is missing. Analysis goes on without it."""


@dataclass(frozen=True, slots=True)
class OpenVault:
    """A session on the vault, and the keys of one operator.

    Attributes
    ----------
    locked_home
        Home whose persons nobody else changes until the transaction ends; None where there is none.
    """

    session: Session
    ring: KeyRing = field(repr=False)
    locked_home: int | None = None

    def box(self, purpose: str) -> Box:
        """Return what seals and opens values for one purpose."""
        return Box(self.ring, purpose)


@contextmanager
def reading(access: Access, settings: Settings) -> Iterator[OpenVault]:
    """Open the vault for reading.

    Raises
    ------
    VaultClosedError
        Where it does not open, or something in it needs a key that is not here.
    """
    with opened(), access.vault_reading() as session:
        yield OpenVault(session, _ring(access, settings, session))


def writing(access: Access, settings: Settings, home_id: int | None = None) -> AbstractContextManager[OpenVault]:
    """Open the vault in a writing transaction; an operator without a key gets one. Raises as :func:`reading`.

    Parameters
    ----------
    home_id
        Home whose persons are to be changed: others who do that wait. The keys are read after the waiting, since a
        rotation may have been what was waited for.
    """
    if home_id is not None:
        access.check_home(home_id)
    return _writing(access, settings, home_id)


@contextmanager
def _writing(access: Access, settings: Settings, home_id: int | None) -> Iterator[OpenVault]:
    with opened(), access.vault_writing.begin() as session:
        if home_id is not None:
            _lock(session, f"home {home_id}")
        ring = _ring(access, settings, session)
        if not ring.current:
            _lock(session, reference := reference_of(access))
            ring = _ring(access, settings, session)  # another transaction may have been quicker
            if not ring.current:
                add_key(session, settings, reference)
                ring = _ring(access, settings, session)
        yield OpenVault(session, ring, home_id)


@contextmanager
def opened() -> Iterator[None]:
    """Tell what is done in this block that it needs a key that is not here: raises :class:`VaultClosedError`."""
    try:
        yield
    except MissingKeyError as error:
        _log.warning("key of the vault is missing", error=str(error))
        raise VaultClosedError(KEY_MISSING) from error


@contextmanager
def reachable() -> Iterator[None]:
    """Tell that the database of the vault does not answer: raises :class:`VaultClosedError`."""
    try:
        yield
    except SQLAlchemyError as error:
        _log.warning("vault unreachable")
        raise VaultClosedError(UNREACHABLE) from error


def ring(access: Access, settings: Settings) -> KeyRing:
    """Return the keys of the operator, for what is sealed outside the vault; raises as :func:`reading`."""
    with reading(access, settings) as vault:
        if vault.ring.current:
            return vault.ring
    with writing(access, settings) as vault:
        return vault.ring


def ring_of(session: Session, settings: Settings, reference: str) -> KeyRing:
    """Return the keys of an operator; without any, a ring that only opens what has the form of before key ids.

    Raises
    ------
    MissingKeyError
        Where no key in the settings opens them.
    """
    master, current, keys = setting_keys.of_vault(settings), b"", {}
    for row in session.scalars(select(TenantKey).where(TenantKey.tenant == reference)):
        key = unwrapped(master, row)
        keys[id_of(key)] = key
        if row.replaced_at is None:
            current = id_of(key)
    return KeyRing(current, keys, master.old_form)


def unwrapped(master: KeyRing, row: TenantKey) -> bytes:
    """Return the key in a row.

    Raises
    ------
    MissingKeyError
        Where no key in the settings opens it.
    """
    try:
        return Box(master, "tenant keys").open(row.wrapped, _place(row.tenant, row.id))
    except TamperedError as error:
        raise MissingKeyError(f"no master key opens {row.id}") from error


def wrapped_anew(master: KeyRing, row: TenantKey) -> bytes:
    """Return the key in a row sealed with the current master key; raises as :func:`unwrapped`."""
    return Box(master, "tenant keys").seal(unwrapped(master, row), _place(row.tenant, row.id))


def add_key(session: Session, settings: Settings, reference: str) -> str:
    """Give an operator a new key, which replaces the one in use, and return its id; hold the lock of its keys."""
    key, now = os.urandom(KEY_BYTES), clock.now()
    key_id = id_of(key).hex()
    current = TenantKey.tenant == reference, TenantKey.replaced_at.is_(None)
    session.execute(update(TenantKey).where(*current).values(replaced_at=now))
    wrapped = Box(setting_keys.of_vault(settings), "tenant keys").seal(key, _place(reference, key_id))
    session.add(TenantKey(id=key_id, tenant=reference, wrapped=wrapped, created_at=now))
    session.flush()
    return key_id


def lock(session: Session, name: str) -> None:
    """Make others wait who lock the same, until the transaction ends; SQLite has one writer at a time anyway."""
    if session.get_bind().dialect.name == "postgresql":
        number = int.from_bytes(sha256(name.encode()).digest()[:8], signed=True)
        session.execute(select(func.pg_advisory_xact_lock(number)))


def reference_of(access: Access) -> str:
    """Return the permanent reference of the operator an access is for."""
    with access.reading() as session:
        reference = session.scalar(select(Tenant.reference).where(Tenant.id == access.tenant_id))
    if reference is None:
        raise ValueError(f"tenant {access.tenant_id} has no reference")
    return reference


def _ring(access: Access, settings: Settings, session: Session) -> KeyRing:
    reference = reference_of(access)
    with reachable():
        return ring_of(session, settings, reference)


def _lock(session: Session, name: str) -> None:
    with reachable():
        lock(session, name)


def _place(reference: str, key_id: str) -> str:
    return f"tenant key/{reference}/{key_id}"
