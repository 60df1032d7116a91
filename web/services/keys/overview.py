"""Which keys there are, and what still needs which: for whoever changes them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import LargeBinary, func, select

from web.security import setting_keys
from web.security.crypto import HEADER_BYTES, MissingKeyError, id_of
from web.services import accesses, open_vault
from web.services.open_vault import KEY_MISSING
from web.services.uploads import sealed_folder
from web.store.models import Account, Tenant, Upload
from web.store.vault import Identity, SealedUploadTexts, TenantKey

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from sqlalchemy.orm import Session

    from web.security.crypto import KeyRing
    from web.settings import Settings
    from web.store.access import Access, SystemAccess


@dataclass(frozen=True, slots=True)
class SettingKey:
    """A key in the settings.

    Attributes
    ----------
    id
        Its id, hexadecimal.
    current
        Whether it seals.
    needed
        How many values are sealed with it.
    """

    id: str
    current: bool
    needed: int


@dataclass(frozen=True, slots=True)
class TenantKeys:
    """The keys of an operator.

    Attributes
    ----------
    current, since
        Id of the key in use, and from when on; "" and None where there is none.
    replaced
        How many replaced keys are there.
    sealed
        Values sealed with the key in use.
    waiting
        Values sealed with replaced keys: a rotation was cut off.
    old_form
        Values of before key ids: they depend on the vault key alone, until a rotation.
    lost
        Values whose key is not here.
    problem
        Why the keys do not open; "" where they do.
    """

    name: str
    current: str
    since: datetime | None
    replaced: int
    sealed: int
    waiting: int
    old_form: int
    lost: int
    problem: str = ""

    @property
    def settled(self) -> bool:
        """Whether everything is sealed with the key in use, and opens."""
        return not (self.waiting or self.old_form or self.lost or self.problem)


def setting_keys_of(system: SystemAccess, settings: Settings) -> dict[str, list[SettingKey]]:
    """Return the keys of second factors ("secret_key") and of the vault ("vault_key"), the current one first."""
    with system.reading() as session:
        secrets = [one for one in session.scalars(select(Account.totp_secret)) if one is not None]
    with system.vault_reading() as session:
        wrapped = session.scalars(select(TenantKey.wrapped)).all()
    return {
        "secret_key": _counted(setting_keys.of_factors(settings), secrets),
        "vault_key": _counted(setting_keys.of_vault(settings), wrapped),
    }


def of_tenants(system: SystemAccess, settings: Settings) -> list[TenantKeys]:
    """Return the keys of all operators."""
    with system.reading() as session:
        numbers = session.scalars(select(Tenant.id).order_by(Tenant.id)).all()
    return [of_tenant(system, settings, accesses.of_tenant(system, number)) for number in numbers]


def of_tenant(system: SystemAccess, settings: Settings, access: Access) -> TenantKeys:
    """Return the keys of the operator an access is for."""
    with system.reading() as session:
        name = session.scalars(select(Tenant.name).where(Tenant.id == access.tenant_id)).one()
    reference = open_vault.reference_of(access)
    with open_vault.reachable(), system.vault_reading() as session:
        rows = session.scalars(select(TenantKey).where(TenantKey.tenant == reference)).all()
        current = next((row for row in rows if row.replaced_at is None), None)
        known, own = {row.id for row in rows}, current.id if current else ""
        problem = ""
        try:
            ring = open_vault.ring_of(session, settings, reference)
        except MissingKeyError:
            ring, problem = setting_keys.of_vault(settings), KEY_MISSING
        used = Counter(ring.key_id(one) for one in _values(session, access.homes))
    with system.reading() as session:
        uploads = session.scalars(select(Upload.id).where(Upload.home_id.in_(access.homes))).all()
    used.update(key for upload_id in uploads for key in sealed_folder.keys_in(settings, upload_id, ring))
    ids = {key.hex(): count for key, count in used.items() if key is not None}
    return TenantKeys(
        name,
        own,
        current.created_at if current else None,
        len(known - {own}),
        ids.get(own, 0),
        sum(count for key, count in ids.items() if key in known and key != own),
        used[None],
        sum(count for key, count in ids.items() if key not in known),
        problem,
    )


def _values(session: Session, homes: Iterable[int]) -> Iterable[bytes]:
    for table, columns in (
        (Identity, (Identity.number, Identity.name, Identity.given)),
        (SealedUploadTexts, (SealedUploadTexts.file_names, SealedUploadTexts.findings)),
    ):
        for column in columns:
            begin = func.substr(column, 1, HEADER_BYTES, type_=LargeBinary)
            yield from session.scalars(select(begin).where(table.home_id.in_(homes), column.is_not(None)))


def _counted(ring: KeyRing, values: Iterable[bytes]) -> list[SettingKey]:
    used = Counter(ring.key_id(one) for one in values)
    ids = [id_of(key) for key in ring.old_form]
    return [SettingKey(one.hex(), one == ring.current, used[one]) for one in ids]
