"""Keys and encryption: every use has its own key, derived from a setting; every box is tied to its place."""

from __future__ import annotations

import hmac
import json
import os
from hashlib import sha256
from typing import Any, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

NONCE_BYTES: Final = 12
KEY_BYTES: Final = 32


class TamperedError(Exception):
    """A box does not open: wrong key, changed content, or moved from another place."""


def derive(key: str, purpose: str) -> bytes:
    """Return the 32-byte key for one purpose (HKDF-SHA256, RFC 5869) out of a long random setting."""
    return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=f"pebem/{purpose}".encode()).derive(key.encode())


class Box:
    """AES-256-GCM with a random nonce before each content; ``place`` is bound in, but not stored.

    Parameters
    ----------
    key
        Setting to derive from.
    purpose
        What the box is for; boxes of different purposes cannot open each other's content.
    """

    def __init__(self, key: str, purpose: str) -> None:
        self._cipher = AESGCM(derive(key, purpose))

    def seal(self, content: bytes, place: str) -> bytes:
        """Encrypt ``content`` so that it opens at ``place`` only."""
        nonce = os.urandom(NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, content, place.encode())

    def open(self, sealed: bytes, place: str) -> bytes:
        """Decrypt.

        Raises
        ------
        TamperedError
            Where key, content or place are not those of :meth:`seal`.
        """
        try:
            return self._cipher.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], place.encode())
        except (InvalidTag, ValueError) as error:  # not even a nonce is there
            raise TamperedError("sealed content does not open here") from error

    def seal_json(self, value: Any, place: str) -> bytes:
        """Encrypt a JSON value."""
        return self.seal(json.dumps(value, ensure_ascii=False).encode(), place)

    def open_json(self, sealed: bytes, place: str) -> Any:
        """Decrypt a JSON value; raises as :meth:`open`."""
        return json.loads(self.open(sealed, place))


class KeyedHash:
    """A keyed index (HMAC-SHA256): finds a number without containing it, and differs from home to home."""

    def __init__(self, key: str) -> None:
        self._key = derive(key, "lookup")

    def __call__(self, home_id: int, kind: str, number: str) -> bytes:
        """Return the 32-byte index of a number of a home."""
        return hmac.new(self._key, f"{home_id}\x1f{kind}\x1f{number}".encode(), sha256).digest()
