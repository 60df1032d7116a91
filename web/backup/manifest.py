"""What stands beside each backup for everybody to read: when, how large, verified when; nothing of anybody.

It is written last, once the backup was read back and found whole, so a backup without one does not count. A keyed
digest shows that it is ours: nobody can make an old backup look new, or a broken one good.
"""

from __future__ import annotations

import hmac
import json
import re
from dataclasses import asdict, dataclass, fields
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from web.backup.errors import DamagedError, UnknownKeyError

if TYPE_CHECKING:
    from web.backup.keys import BackupKeys

VERSION: Final = 1
DATABASES: Final = "databases"
FILES: Final = "files"
KEYS: Final = "keys"
ENDING: Final = ".manifest.json"
_NAME: Final = re.compile(r"pebem-(\d{8}T\d{6}Z)-[0-9a-f]{6}")
_PURPOSE: Final = b"pebem/backup/manifest"
_LONGEST: Final = 16_384


@dataclass(frozen=True, slots=True)
class SealedPart:
    """One sealed file of a backup: its name, its bytes and their SHA-256."""

    name: str
    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """What is known of a backup without opening it.

    Attributes
    ----------
    name
        The backup; its files begin with it.
    created, verified
        When its state was, and when it had been read back; ISO 8601 in UTC.
    key
        Id of the key it opens with.
    installation
        Reference of the installation it is of.
    program
        Version of the program.
    revisions
        Revision of the tables of each database.
    databases, files
        Its two sealed files. Files of uploads are deleted earlier than the rest.
    tables, rows, file_count
        How much is in it.
    ledger
        Number of the last entry of the deletion ledger before its state, and the digest of that entry.
    """

    name: str
    created: str
    verified: str
    key: str
    installation: str
    program: str
    revisions: dict[str, str]
    databases: SealedPart
    files: SealedPart
    tables: int
    rows: int
    file_count: int
    ledger: tuple[int, str]
    version: int = VERSION

    @property
    def moment(self) -> datetime:
        """The point in time whose state it is."""
        return datetime.fromisoformat(self.created)


def key_copy(installation: str) -> str:
    """Return the name of the copy of the keys of an installation, which lies beside all its backups."""
    return f"pebem-{installation}.{KEYS}"


def moment_of(name: str) -> datetime | None:
    """Return when a backup of this name was made; None where the name is not one of ours."""
    match = _NAME.fullmatch(name)
    return datetime.strptime(match[1], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC) if match else None


def write(manifest: Manifest, keys: BackupKeys) -> bytes:
    """Return the manifest as a file."""
    told = asdict(manifest)
    mark = keys.mark(manifest.key, _PURPOSE, _canonical(told))
    return json.dumps({**told, "mac": mark}, indent=1).encode() + b"\n"


def read(content: bytes, keys: BackupKeys) -> Manifest:
    """Return the manifest in a file.

    Raises
    ------
    UnknownKeyError
        Where its key is not set, so that nobody knows whether it is genuine.
    DamagedError
        Where it is not what :func:`write` wrote with that key.
    """
    try:
        told = json.loads(content[: _LONGEST + 1])
        mark = told.pop("mac")
        key = told["key"]
        if len(content) > _LONGEST or not isinstance(key, str) or not isinstance(mark, str):
            raise DamagedError(_NOT_OURS)
        genuine = hmac.compare_digest(keys.mark(key, _PURPOSE, _canonical(told)), mark)
        if not genuine or told["version"] != VERSION or set(told) != {field.name for field in fields(Manifest)}:
            raise DamagedError(_NOT_OURS)
        parts = {name: SealedPart(**told[name]) for name in (DATABASES, FILES)}
        return Manifest(**{**told, **parts, "ledger": tuple(told["ledger"])})
    except UnknownKeyError:
        raise
    except (ValueError, TypeError, KeyError, AttributeError):
        raise DamagedError(_NOT_OURS) from None


def _canonical(told: dict[str, Any]) -> bytes:
    return json.dumps(told, sort_keys=True, separators=(",", ":")).encode()


_NOT_OURS: Final = "Die Beschreibung der Sicherung ist beschädigt oder nicht von diesem Programm."
