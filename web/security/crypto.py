"""Keys and encryption: every use has its own key, every box is tied to its place and says which key it needs.

A sealed value is ``PBM1``, the id of its key (8 bytes), a nonce (12 bytes), then AES-256-GCM; header and place are
bound in. Values of before key ids are a nonce and AES-256-GCM: they open with the settings themselves, until a rotation
seals them anew (``docs/adr/0038``).
"""

from __future__ import annotations

import hmac
import json
import os
from dataclasses import dataclass, field
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

FORMAT: Final = b"PBM1"
"""Format and version of a sealed value."""

NONCE_BYTES: Final = 12
KEY_BYTES: Final = 32
ID_BYTES: Final = 8
HEADER_BYTES: Final = len(FORMAT) + ID_BYTES


class TamperedError(Exception):
    """A box does not open: wrong key, changed content, or moved from another place."""


class MissingKeyError(TamperedError):
    """A box does not open because its key is not here: it was destroyed, or is in no setting."""


def derive(key: str | bytes, purpose: str, length: int = KEY_BYTES) -> bytes:
    """Return the key for one purpose (HKDF-SHA256, RFC 5869) out of a long random setting or a key."""
    secret = key.encode() if isinstance(key, str) else key
    return HKDF(algorithm=SHA256(), length=length, salt=None, info=f"pebem/{purpose}".encode()).derive(secret)


def id_of(key: str | bytes) -> bytes:
    """Return the id of a key (8 bytes), which tells nothing about it."""
    return derive(key, "key id", ID_BYTES)


def header_of(key_id: bytes) -> bytes:
    """Return what a value that is sealed with a key begins with."""
    return FORMAT + key_id


@dataclass(frozen=True, slots=True)
class KeyRing:
    """Keys by id: one that seals, and former ones that still open.

    Attributes
    ----------
    current
        Id of the key that seals.
    keys
        Id -> key.
    old_form
        Settings that values of before key ids are sealed with.
    reread
        Returns the keys there are now, where an id is unknown: another process may have made a new one.
    """

    current: bytes
    keys: Mapping[bytes, str | bytes] = field(repr=False)
    old_form: tuple[str, ...] = field(default=(), repr=False)
    reread: Callable[[], Mapping[bytes, str | bytes]] | None = field(default=None, repr=False)

    @classmethod
    def of(cls, current: str, former: Sequence[str] = (), reread: Callable[[], Sequence[str]] | None = None) -> KeyRing:
        """Return the ring of a setting and its former values, which also open values of before key ids."""
        keys = (current, *former)
        again = (lambda: {id_of(key): key for key in reread()}) if reread else None
        return cls(id_of(current), {id_of(key): key for key in keys}, keys, again)

    @property
    def header(self) -> bytes:
        """What values begin with that are sealed now."""
        return header_of(self.current)

    def key_id(self, sealed: bytes) -> bytes | None:
        """Return the id of the key of a sealed value; None where it has the form of before key ids."""
        head = bytes(sealed[:HEADER_BYTES])
        return head[len(FORMAT) :] if head.startswith(FORMAT) and len(head) == HEADER_BYTES else None

    def find(self, key_id: bytes) -> str | bytes | None:
        """Return a key; None where it is not here."""
        key = self.keys.get(key_id)
        return self.reread().get(key_id) if key is None and self.reread else key


class Box:
    """AES-256-GCM with a random nonce before each content; ``place`` is bound in, but not stored.

    Parameters
    ----------
    ring
        Keys to derive from.
    purpose
        What the box is for; boxes of different purposes cannot open each other's content.
    """

    def __init__(self, ring: KeyRing, purpose: str) -> None:
        self._ring = ring
        self._purpose = purpose
        self._ciphers: dict[str | bytes, AESGCM] = {}

    def seal(self, content: bytes, place: str) -> bytes:
        """Encrypt ``content`` so that it opens at ``place`` only."""
        nonce, header = os.urandom(NONCE_BYTES), self._ring.header
        sealed = self._cipher(self._ring.keys[self._ring.current]).encrypt(nonce, content, header + place.encode())
        return header + nonce + sealed

    def open(self, sealed: bytes, place: str) -> bytes:
        """Decrypt.

        Raises
        ------
        MissingKeyError
            Where the key is not in the ring.
        TamperedError
            Where key, content or place are not those of :meth:`seal`.
        """
        key_id = self._ring.key_id(sealed)
        key = self._ring.find(key_id) if key_id is not None else None
        if key is not None:
            return self._decrypt(key, sealed[HEADER_BYTES:], bytes(sealed[:HEADER_BYTES]) + place.encode())
        for setting in self._ring.old_form:
            try:
                return self._decrypt(setting, sealed, place.encode())
            except TamperedError:
                continue
        if key_id is not None:
            raise MissingKeyError(f"key {key_id.hex()} is not here")
        raise TamperedError("sealed content does not open here")

    def is_current(self, sealed: bytes | None) -> bool:
        """Return whether a value is sealed with the current key; nothing is."""
        return sealed is None or bytes(sealed).startswith(self._ring.header)

    def sealed_anew(self, sealed: bytes | None, place: str) -> bytes | None:
        """Return a value sealed with the current key; raises as :meth:`open`."""
        return sealed if sealed is None or self.is_current(sealed) else self.seal(self.open(sealed, place), place)

    def seal_json(self, value: Any, place: str) -> bytes:
        """Encrypt a JSON value."""
        return self.seal(json.dumps(value, ensure_ascii=False).encode(), place)

    def open_json(self, sealed: bytes, place: str) -> Any:
        """Decrypt a JSON value; raises as :meth:`open`."""
        return json.loads(self.open(sealed, place))

    def _decrypt(self, key: str | bytes, sealed: bytes, bound: bytes) -> bytes:
        try:
            return self._cipher(key).decrypt(bytes(sealed[:NONCE_BYTES]), bytes(sealed[NONCE_BYTES:]), bound)
        except (InvalidTag, ValueError) as error:  # not even a nonce is there
            raise TamperedError("sealed content does not open here") from error

    def _cipher(self, key: str | bytes) -> AESGCM:
        if key not in self._ciphers:
            self._ciphers[key] = AESGCM(derive(key, self._purpose))
        return self._ciphers[key]


class KeyedHash:
    """A keyed index (HMAC-SHA256): finds a number without containing it, and differs from home to home."""

    def __init__(self, key: str | bytes) -> None:
        self._key = derive(key, "lookup")

    def __call__(self, home_id: int, kind: str, number: str) -> bytes:
        """Return the 32-byte index of a number of a home."""
        return hmac.new(self._key, f"{home_id}\x1f{kind}\x1f{number}".encode(), sha256).digest()


def hashes_of(ring: KeyRing, sealed: Iterable[bytes]) -> list[KeyedHash]:
    """Return the indices with which rows are found that carry these sealed numbers: one for each key among them.

    Raises
    ------
    MissingKeyError
        Where a key is not here: whoever looked without it would find nobody, and store persons a second time.
    """
    keys: dict[str | bytes, None] = {}
    for value in sealed:
        key_id = ring.key_id(value)
        key = None if key_id is None else ring.find(key_id)
        if key is not None:
            keys[key] = None
        elif key_id is not None:
            raise MissingKeyError(f"key {key_id.hex()} is not here")
        else:
            keys.update(dict.fromkeys(ring.old_form))
    return [KeyedHash(key) for key in keys]
