"""The vault of an installation: opened for a tenant, and boxes with the tenant's keys."""

from __future__ import annotations

import os
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import delete, select

from tests.support.web import access as accesses
from web.security import setting_keys
from web.security.crypto import NONCE_BYTES, Box, KeyedHash, derive
from web.services import open_vault
from web.store import models
from web.store.databases import connect
from web.store.vault import Identity, SealedUploadTexts, TenantKey

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.web.pages import Person
    from web.services.open_vault import OpenVault
    from web.settings import Settings
    from web.store.access import Access

HOMES = frozenset({1, 2, 3})


@contextmanager
def access_of(settings: Settings) -> Iterator[Access]:
    """Yield access to the only tenant of an installation, made where there is none."""
    databases = connect(settings)
    try:
        with databases.whole.reading() as session:
            name = session.scalars(select(models.Tenant.name)).one_or_none() or "Träger"
        access = accesses.of_tenant(databases, name)
        yield replace(access, homes=access.homes | HOMES)
    finally:
        databases.close()


@contextmanager
def reading(settings: Settings) -> Iterator[OpenVault]:
    """Open the vault of the only tenant."""
    with access_of(settings) as access, open_vault.reading(access, settings) as vault:
        yield vault


@contextmanager
def writing(settings: Settings, home_id: int | None = None) -> Iterator[OpenVault]:
    """Open the vault of the only tenant in a transaction."""
    with access_of(settings) as access, open_vault.writing(access, settings, home_id) as vault:
        yield vault


def box(settings: Settings, purpose: str) -> Box:
    """Return what seals and opens values of the only tenant."""
    with access_of(settings) as access:
        return Box(open_vault.ring(access, settings), purpose)


def of(who: Person) -> Any:
    """Open the vault as the services do for somebody."""
    return open_vault.reading(who.access, who.services.settings)


def in_old_form(settings: Settings) -> int:
    """Seal everything as before key ids, with the settings alone, and return how many values there are."""
    count = 0

    def old(content: bytes, setting: str, purpose: str, place: str) -> bytes:
        nonlocal count
        count += 1
        nonce = os.urandom(NONCE_BYTES)
        return nonce + AESGCM(derive(setting, purpose)).encrypt(nonce, content, place.encode())

    with access_of(settings) as access:
        key = settings.vault_key
        with open_vault.writing(access, settings) as vault:
            identity, texts = vault.box("identity"), vault.box("findings")
            for row in vault.session.scalars(select(Identity)):
                whose, sealed = f"identity/{row.home_id}/{row.pseudonym}", ("number", "name", "given")
                places = {name: f"{whose}/{name}" for name in sealed if getattr(row, name)}
                clear = {name: identity.open(getattr(row, name), place) for name, place in places.items()}
                for name, content in clear.items():
                    setattr(row, name, old(content, key, "identity", places[name]))
                row.lookup = KeyedHash(key)(row.home_id, row.kind, clear["number"].decode())
            for row in vault.session.scalars(select(SealedUploadTexts)):
                for name, part in (("file_names", "names"), ("findings", "findings")):
                    if sealed := getattr(row, name):
                        place = f"{row.upload_id}/{part}"
                        setattr(row, name, old(texts.open(sealed, place), key, "findings", place))
            files = vault.box("uploads")
            for path in sorted(settings.uploads.glob("*/*")):
                place = f"{path.parent.name}/{path.name}"
                path.write_bytes(old(files.open(path.read_bytes(), place), key, "uploads", place))
            vault.session.execute(delete(TenantKey))
        factors = Box(setting_keys.of_factors(settings), "totp")
        with access.writing.begin() as session:
            for account in session.scalars(select(models.Account).where(models.Account.totp_secret.is_not(None))):
                place = f"account {account.id}"
                secret = factors.open(account.totp_secret, place)
                account.totp_secret = old(secret, settings.secret_key, "totp", place)
    return count
