"""Sealed files: AES-256-GCM in chunks, so that content of any length passes through little memory.

A file begins with one line of JSON that everybody can read: format, version, cipher, key id, salt, what is in it and
when it was made. Its digest is part of the derivation of the file's own key, so a changed line opens nothing. Then
follow the chunks. The nonce of each is its number and whether it is the last (the STREAM construction of Hoang,
Reyhanitabar, Rogaway and Vizár, 2015, as in age and Tink): chunks can be neither swapped nor left out, and a file that
was cut off or lengthened does not open.
"""

from __future__ import annotations

import io
import json
import secrets
from dataclasses import asdict, dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Final, Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from web.backup.errors import DamagedError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from web.backup.keys import BackupKeys

FORMAT: Final = "pebem-sealed"
VERSION: Final = 1
CIPHER: Final = "AES-256-GCM"
CHUNK_BYTES: Final = 1 << 20
LARGEST_CHUNK: Final = 1 << 24
_LONGEST_HEADER: Final = 1024
_SALT_BYTES: Final = 32
_TAG_BYTES: Final = 16


class ByteSource(Protocol):
    """What bytes are read from: at most ``size`` at a time, none at the end."""

    def read(self, size: int, /) -> bytes:
        """Return the next bytes."""
        ...


@dataclass(frozen=True, slots=True)
class SealHeader:
    """The first line of a sealed file.

    Attributes
    ----------
    content
        What is in it: "databases", "files" or "ledger".
    created
        When it was made, ISO 8601 in UTC.
    key
        Id of the key.
    salt
        Makes the key of this file its own; hexadecimal.
    chunk
        Bytes of content of every chunk but the last.
    """

    content: str
    created: str
    key: str
    salt: str
    chunk: int = CHUNK_BYTES
    format: str = FORMAT
    version: int = VERSION
    cipher: str = CIPHER

    def line(self) -> bytes:
        """Return the header as it is written."""
        return json.dumps(asdict(self)).encode() + b"\n"


def seal(content: Iterable[bytes], keys: BackupKeys, what: str, created: datetime) -> Iterator[bytes]:
    """Yield the bytes of a sealed file.

    Parameters
    ----------
    content
        Pieces of any length.
    what
        What it is, as in :class:`SealHeader`.
    """
    salt = secrets.token_hex(_SALT_BYTES)
    header = SealHeader(what, created.isoformat(timespec="seconds"), keys.current, salt)
    cipher = _cipher(keys, header)
    yield header.line()
    number, waiting = 0, bytearray()
    for piece in content:
        waiting += piece
        while len(waiting) > CHUNK_BYTES:  # one stays behind: the last chunk must be known as such
            yield cipher.encrypt(_nonce(number, last=False), bytes(waiting[:CHUNK_BYTES]), None)
            del waiting[:CHUNK_BYTES]
            number += 1
    yield cipher.encrypt(_nonce(number, last=True), bytes(waiting), None)


class SealedReader(io.RawIOBase):
    """Reads the content of a sealed file; nothing of a chunk is returned before it has proved genuine.

    Whoever reads to the end knows that the file is whole. Content read before may belong to a file that was cut off.

    Raises
    ------
    UnknownKeyError
        Where its key is not set.
    DamagedError
        Where the file is no such file, or is not as it was written; also while reading.
    """

    def __init__(self, source: ByteSource, keys: BackupKeys, what: str) -> None:
        self._source = source
        line, rest = _first_line(source)
        self.header: Final = read_header(line)
        if self.header.content != what:
            raise DamagedError(f"Die Datei enthält etwas anderes ({self.header.content} statt {what}).")
        self._cipher = _cipher(keys, self.header)
        self._number = 0
        self._raw = bytearray(rest)
        self._plain = memoryview(b"")
        self._ended = False

    def readable(self) -> bool:
        """Return True."""
        return True

    def readinto(self, buffer: object, /) -> int:
        """Fill the buffer with the next bytes of the content; 0 at the authenticated end."""
        while not self._plain and not self._ended:
            self._plain = memoryview(self._next_chunk())
        target = memoryview(buffer)  # type: ignore[arg-type]  # any writable buffer
        size = min(len(target), len(self._plain))
        target[:size] = self._plain[:size]
        self._plain = self._plain[size:]
        return size

    def _next_chunk(self) -> bytes:
        whole = self.header.chunk + _TAG_BYTES
        while len(self._raw) <= whole:  # a byte more than a chunk says that this one is not the last
            piece = self._source.read(whole + 1 - len(self._raw))
            if not piece:
                break
            self._raw += piece
        last = len(self._raw) <= whole
        sealed = bytes(self._raw[:whole])
        del self._raw[:whole]
        try:
            plain = self._cipher.decrypt(_nonce(self._number, last=last), sealed, None)
        except (InvalidTag, ValueError):  # the latter where not even a tag is there
            raise DamagedError(_NOT_GENUINE) from None
        self._number += 1
        self._ended = last
        return plain


def read_header(line: bytes) -> SealHeader:
    """Return what the first line of a sealed file says; it is not authenticated before the file is opened.

    Raises
    ------
    DamagedError
        Where it is no such line, or of a format this program does not know.
    """
    try:
        fields = json.loads(line)
        header = SealHeader(**fields)
    except (ValueError, TypeError):
        raise DamagedError(_NO_SUCH_FILE) from None
    if (header.format, header.version, header.cipher) != (FORMAT, VERSION, CIPHER):
        raise DamagedError("Diese Datei hat eine andere Version des Programms geschrieben; bitte nehmen Sie jene.")
    if type(header.chunk) is not int or not 0 < header.chunk <= LARGEST_CHUNK:
        raise DamagedError(_NO_SUCH_FILE)
    if not all(type(text) is str for text in (header.content, header.created, header.key, header.salt)):
        raise DamagedError(_NO_SUCH_FILE)
    return header


def _first_line(source: ByteSource) -> tuple[bytes, bytes]:
    start = b""
    while b"\n" not in start and len(start) < _LONGEST_HEADER:
        piece = source.read(_LONGEST_HEADER - len(start))
        if not piece:
            break
        start += piece
    line, end, rest = start.partition(b"\n")
    if not end:
        raise DamagedError(_NO_SUCH_FILE)
    return line, rest


def _cipher(keys: BackupKeys, header: SealHeader) -> AESGCM:
    try:
        salt = bytes.fromhex(header.salt)
    except ValueError:
        raise DamagedError(_NO_SUCH_FILE) from None
    return AESGCM(keys.derive(header.key, b"pebem/backup/file/" + sha256(header.line()).digest(), salt))


def _nonce(number: int, *, last: bool) -> bytes:
    return number.to_bytes(11, "big") + bytes([last])


_NO_SUCH_FILE: Final = "Die Datei ist keine Sicherung dieses Programms, oder ihr Anfang ist beschädigt."
_NOT_GENUINE: Final = "Die Datei ist beschädigt, abgeschnitten oder verändert worden; bitte nehmen Sie eine andere."
