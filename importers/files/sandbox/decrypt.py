"""Opens workbooks that need a password; runs in the confined process, since a file can demand any amount of work."""

from __future__ import annotations

import base64
import hashlib
import re
import xml.dom.expatbuilder  # noqa: F401 - msoffcrypto-tool loads it late, when no file can be opened any more
import zipfile
import zlib
from io import BytesIO
from types import SimpleNamespace
from typing import TYPE_CHECKING, Final

from argon2.low_level import Type, hash_secret_raw
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.backends.openssl import backend  # noqa: F401 - the same
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from msoffcrypto.exceptions import DecryptionError, InvalidKeyError, ParseError
from msoffcrypto.format import xls97
from msoffcrypto.format.ooxml import OOXMLFile
from msoffcrypto.format.xls97 import Xls97File

from importers.files.limits import MAX_UNPACKED, check_parts
from importers.findings import PasswordNeededError, UnreadableError

if TYPE_CHECKING:
    from collections.abc import Mapping

xls97.tempfile = SimpleNamespace(TemporaryFile=BytesIO)  # no cell in clear on a disk, however short
MAX_ROUNDS: Final = 1_000_000
"""Of the key derivation. Excel and LibreOffice write 100,000."""
MAX_PASSES, MAX_KIBIBYTES, MAX_LANES = 10, 2**20, 16
"""Of Argon2id. LibreOffice writes 3, 65,536 and 4."""
_NO_SECRET: Final = "VelvetSweatshop"  # noqa: S105 - everybody knows it
"""With this password Excel itself encrypts files that are merely protected against changes."""
_ENTRY: Final = r"<manifest:file-entry\b[^>]*full-path=\"{}\"[^>]*>(.*?)</manifest:file-entry>"
_ATTRIBUTE: Final = re.compile(r"\w+:([\w-]+)=\"([^\"]*)\"")
_CONTENT, _WHOLE = "content.xml", "encrypted-package"
"""What is encrypted: each part, or since LibreOffice 24.8 a whole document as one part of another."""
_BLOCK, _KEY = 16, 32
_CHECKED: Final = 1024


def unlocked(name: str, data: bytes, password: str | None) -> bytes:
    """Return the xlsx or xlsb file inside an encrypted one.

    Raises
    ------
    PasswordNeededError
        If there is no password or it does not fit.
    UnreadableError
        If the kind of encryption is not known or would take too long.
    """
    file = OOXMLFile(BytesIO(data))
    if int(file.info.get("spinValue", 0)) > MAX_ROUNDS:
        raise _unknown(name)
    return _opened(name, file, password)


def unlocked_old(name: str, data: bytes, password: str | None) -> bytes:
    """Return an xls file without its encryption. Raises as :func:`unlocked`."""
    return _opened(name, Xls97File(BytesIO(data)), password)


def unlocked_document(name: str, data: bytes, password: str | None) -> bytes:
    """Return an ods file without its encryption. Raises as :func:`unlocked`."""
    with zipfile.ZipFile(BytesIO(data)) as archive:
        check_parts(name, archive.infolist())
        manifest = archive.read("META-INF/manifest.xml").decode()
        part = _WHOLE if _WHOLE in archive.namelist() else _CONTENT
        entry = re.search(_ENTRY.format(re.escape(part)), manifest, re.DOTALL)
        if not entry:
            raise _unknown(name)
        if password is None:
            raise PasswordNeededError(name, wrong=False)
        how = dict(_ATTRIBUTE.findall(entry[1]))
        if part == _WHOLE:
            return _inflated(name, _whole(name, archive.read(part), how, password))
        content = _inflated(name, _part(name, archive.read(part), how, password))
        output = BytesIO()
        with zipfile.ZipFile(output, "w") as plain:
            plain.writestr("mimetype", archive.read("mimetype"))
            plain.writestr("META-INF/manifest.xml", b"<manifest:manifest/>")
            plain.writestr(_CONTENT, content)
    return output.getvalue()


def _opened(name: str, file: OOXMLFile | Xls97File, password: str | None) -> bytes:
    for attempt in (_NO_SECRET, password):
        if attempt is None:
            raise PasswordNeededError(name, wrong=False)
        try:
            if isinstance(file, OOXMLFile):
                file.load_key(password=attempt, verify_password=True)
            else:
                file.load_key(password=attempt)
            plain = BytesIO()
            file.decrypt(plain)
        except InvalidKeyError:
            continue
        except (DecryptionError, ParseError) as error:
            raise _unknown(name) from error
        return plain.getvalue()
    raise PasswordNeededError(name, wrong=True)


def _start_key(name: str, how: Mapping[str, str], password: str) -> bytes:
    if not how.get("start-key-generation-name", "").endswith("#sha256"):
        raise _unknown(name)
    return hashlib.sha256(password.encode()).digest()


def _part(name: str, data: bytes, how: Mapping[str, str], password: str) -> bytes:
    """Return a part that is encrypted separately: PBKDF2 and AES-CBC, as ODF 1.2 has it."""
    rounds = int(how.get("iteration-count", 0))
    known = how.get("algorithm-name", "").endswith("#aes256-cbc") and how.get("key-derivation-name") == "PBKDF2"
    checked = how.get("checksum-type", "").endswith("#sha256-1k")
    if not known or not checked or not 0 < rounds <= MAX_ROUNDS or not data or len(data) % _BLOCK:
        raise _unknown(name)
    start = _start_key(name, how, password)
    key = hashlib.pbkdf2_hmac("sha1", start, base64.b64decode(how["salt"]), rounds, _KEY)
    decryptor = Cipher(algorithms.AES256(key), modes.CBC(base64.b64decode(how["initialisation-vector"]))).decryptor()
    packed = decryptor.update(data) + decryptor.finalize()
    packed = packed[: -min(packed[-1], _BLOCK) or None]
    if hashlib.sha256(packed[:_CHECKED]).digest() != base64.b64decode(how["checksum"]):
        raise PasswordNeededError(name, wrong=True)
    return packed


def _whole(name: str, data: bytes, how: Mapping[str, str], password: str) -> bytes:
    """Return the document inside an encrypted one: Argon2id and AES-GCM."""
    rounds, memory, lanes = (int(how.get(f"argon2-{what}", 0)) for what in ("iterations", "memory", "lanes"))
    known = how.get("algorithm-name", "").endswith("#aes256-gcm") and how.get("key-derivation-name", "").endswith(
        "argon2id"
    )
    if not known or not 0 < rounds <= MAX_PASSES or not 0 < memory <= MAX_KIBIBYTES or not 0 < lanes <= MAX_LANES:
        raise _unknown(name)
    salt, start = base64.b64decode(how["salt"]), _start_key(name, how, password)
    key = hash_secret_raw(start, salt, rounds, memory, lanes, _KEY, Type.ID)
    vector = base64.b64decode(how["initialisation-vector"])
    try:
        return AESGCM(key).decrypt(vector, data[len(vector) :], None)  # the vector stands before the text once more
    except InvalidTag:
        raise PasswordNeededError(name, wrong=True) from None


def _inflated(name: str, packed: bytes) -> bytes:
    inflate = zlib.decompressobj(-zlib.MAX_WBITS)
    content = inflate.decompress(packed, MAX_UNPACKED)
    if not inflate.eof:
        raise UnreadableError(f"Die Datei „{name}“ ist beschädigt oder zu groß. Bitte speichern Sie sie noch einmal.")
    return content


def _unknown(name: str) -> UnreadableError:
    return UnreadableError(
        f"Die Datei „{name}“ ist auf eine Art verschlüsselt, die hier nicht geöffnet werden kann. "
        "Bitte speichern Sie sie ohne Kennwort."
    )
