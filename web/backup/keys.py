"""The keys of backups: the one they are sealed with, and former ones that still open what is older.

They have nothing to do with the keys of the vault: whoever can open a backup finds names in it sealed with those.
"""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING, Final

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from web.backup.errors import UnknownKeyError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from web.settings import Settings

KEY_BYTES: Final = 32
_ID_BYTES: Final = 8


class BackupKeys:
    """The key in use and former ones, found by their ids; an id tells nothing about its key.

    Parameters
    ----------
    current
        Setting that new files are sealed with.
    former
        Settings that only open older files.
    """

    def __init__(self, current: str, former: Sequence[str] = ()) -> None:
        self.current: Final = _id_of(current)
        self._settings: Final = {_id_of(key): key for key in (*former, current)}

    def __contains__(self, key_id: object) -> bool:
        return key_id in self._settings

    def derive(self, key_id: str, purpose: bytes, salt: bytes | None = None) -> bytes:
        """Return the 32-byte key for one purpose (HKDF-SHA256, RFC 5869).

        Raises
        ------
        UnknownKeyError
            Where the key is not set.
        """
        if key_id not in self._settings:
            raise UnknownKeyError(key_id)
        return _derived(self._settings[key_id], purpose, KEY_BYTES, salt)

    def mark(self, key_id: str, purpose: bytes, content: bytes) -> str:
        """Return a keyed digest (HMAC-SHA256, hexadecimal): who has no key can neither make it nor guess at content."""
        return hmac.new(self.derive(key_id, purpose), content, "sha256").hexdigest()


def keys_of(settings: Settings) -> BackupKeys:
    """Return the keys of an installation."""
    return BackupKeys(settings.backup_key, settings.backup.former_keys)


def _id_of(key: str) -> str:
    return _derived(key, b"pebem/backup/id", _ID_BYTES, None).hex()


def _derived(key: str, purpose: bytes, length: int, salt: bytes | None) -> bytes:
    return HKDF(algorithm=SHA256(), length=length, salt=salt, info=purpose).derive(key.encode())
