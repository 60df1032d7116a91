"""The rings of the keys in the settings: which open second factors, and which open the keys of the vault."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from web import key_files
from web.security.crypto import KeyRing
from web.settings import KEY_SETTINGS, SettingsError

if TYPE_CHECKING:
    from web.settings import Settings


def of_factors(settings: Settings) -> KeyRing:
    """Return the ring that seals second factors: it is there without the vault, and follows the secret key."""
    return KeyRing.of(settings.secret_key, settings.former_secret_keys, partial(in_file, settings, "secret_key"))


def of_vault(settings: Settings) -> KeyRing:
    """Return the ring of master keys: they seal the keys of operators, and the files of uploads."""
    return KeyRing.of(settings.vault_key, settings.former_vault_keys, partial(in_file, settings, "vault_key"))


def in_file(settings: Settings, name: str) -> tuple[str, ...]:
    """Return the keys in the file of a key as it is now; none where the key in use is not from there.

    Parameters
    ----------
    name
        One of ``KEY_SETTINGS``.
    """
    lines = key_files.read(settings.home, name)
    return lines if getattr(settings, name) in lines else ()


def add(settings: Settings, name: str) -> str:
    """Make a new key in the file of a key, and return it; the program uses it from the next start on.

    Raises
    ------
    SettingsError
        Where the key is not from a file: whoever set it sets the new one as well.
    """
    if in_file(settings, name):
        return key_files.prepend(settings.home, name)
    setting = KEY_SETTINGS[name]
    raise SettingsError(
        f"{setting} steht in einer Einstellung und nicht in einer Datei dieser Installation. Bitte setzen Sie dort "
        f"einen neuen Schlüssel ein, den bisherigen in {key_files.former(setting)}, und starten Sie das Programm neu."
    )
