"""Backups in an S3-compatible store, by obstore (the object_store of Apache Arrow): no other package comes with it."""

from __future__ import annotations

import re
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

import obstore
from obstore.exceptions import AlreadyExistsError, BaseError
from obstore.store import S3Store

from web.backup.errors import TargetError
from web.backup.targets.place import NAME

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from urllib.parse import SplitResult

    from web.backup_settings import BackupSettings

PART_BYTES: Final = 16 * 1024 * 1024
"""A store takes at most 10,000 parts: 160 GB."""

_AT_ONCE: Final = 2
_PIECE: Final = 1 << 20
_REGION: Final = "eu-central-1"
_STATUS: Final = re.compile(r"\b[45]\d\d [A-Z][A-Za-z]+")


def s3_target(address: str, parts: SplitResult, options: Mapping[str, list[str]], settings: BackupSettings) -> S3Target:
    """Return the store of an address.

    Raises
    ------
    TargetError
        Where the address lacks something, or would send everything in clear to another machine.
    """
    endpoint = options.get("endpoint", [""])[0]
    local = endpoint.startswith(("http://127.0.0.1:", "http://localhost:"))
    if not parts.netloc or not (endpoint.startswith("https://") or local):
        raise TargetError("Ein S3-Ziel braucht Bucket und Adresse, wie s3://bucket/ordner?endpoint=https://s3.example.")
    if not settings.s3_key_id or not settings.s3_secret:
        raise TargetError("Für das S3-Ziel fehlen PEBEM_S3_KEY_ID und PEBEM_S3_SECRET.")
    store = S3Store(
        parts.netloc,
        prefix=parts.path.strip("/") or None,
        endpoint=endpoint,
        region=options.get("region", [_REGION])[0],
        access_key_id=settings.s3_key_id,
        secret_access_key=settings.s3_secret,
        virtual_hosted_style_request=False,
        client_options={"allow_http": local, "timeout": "300s", "connect_timeout": "20s"},
    )
    return S3Target(address, store)


class S3Target:
    """A bucket, or a folder of one."""

    def __init__(self, address: str, store: S3Store) -> None:
        self.address = address
        self._store = store

    def put(self, name: str, content: Iterable[bytes]) -> None:
        """Store content, part by part; a store shows it when all parts are there."""
        with _problems(self.address):
            obstore.put(
                self._store,
                name,
                iter(content),
                use_multipart=True,
                chunk_size=PART_BYTES,
                max_concurrency=_AT_ONCE,
            )

    def put_new(self, name: str, content: bytes) -> bool:
        """Store content unless there is something."""
        with _problems(self.address):
            try:
                obstore.put(self._store, name, content, mode="create", use_multipart=False)
            except AlreadyExistsError:
                return False
        return True

    @contextmanager
    def open(self, name: str) -> Iterator[_Stream]:
        """Open an object."""
        with _problems(self.address):
            yield _Stream(obstore.get(self._store, name).stream(min_chunk_size=_PIECE))

    def sizes(self) -> dict[str, int]:
        """Return the objects with our names."""
        with _problems(self.address):
            return {
                entry["path"]: entry["size"]
                for entries in obstore.list(self._store)
                for entry in entries
                if NAME.fullmatch(entry["path"])
            }

    def delete(self, name: str) -> None:
        """Delete an object."""
        with _problems(self.address):
            obstore.delete(self._store, name)


class _Stream:
    """Cuts what arrives into what is asked for."""

    def __init__(self, pieces: Any) -> None:
        self._pieces = iter(pieces)
        self._waiting = memoryview(b"")

    def read(self, size: int, /) -> bytes:
        if not self._waiting:
            self._waiting = memoryview(bytes(next(self._pieces, b"")))
        piece = bytes(self._waiting[:size])
        self._waiting = self._waiting[size:]
        return piece


@contextmanager
def _problems(address: str) -> Iterator[None]:
    try:
        yield
    except (BaseError, FileNotFoundError, PermissionError) as error:
        # The texts of the library may quote signed addresses: the answer of the server is enough.
        answer = _STATUS.search(str(error))
        raise TargetError(f"{address.partition('?')[0]}: {answer[0] if answer else type(error).__name__}.") from None
