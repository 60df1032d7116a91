"""Backups on an SFTP server, by paramiko."""

from __future__ import annotations

import base64
import stat
from contextlib import contextmanager, suppress
from secrets import token_hex
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import unquote

import paramiko

from web.backup.errors import TargetError
from web.backup.targets.place import HALF, NAME

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from urllib.parse import SplitResult

    from web.backup_settings import BackupSettings

_PORT: Final = 22
_SECONDS: Final = 30.0
_REQUEST: Final = 32_768
_AHEAD: Final = 64
"""Requests under way at once while reading: 2 MB, so that a distant server is not asked and waited for each time."""


@contextmanager
def sftp_target(address: str, parts: SplitResult, settings: BackupSettings) -> Iterator[SftpTarget]:
    """Open the folder of an address on a server whose key is known.

    Raises
    ------
    TargetError
        Where the server has another key, does not let us in, or the folder is missing.
    """
    host, port = parts.hostname or "", parts.port or _PORT
    client = paramiko.SSHClient()
    client.set_missing_host_key_policy(paramiko.RejectPolicy())
    if settings.sftp_host_key:
        name = host if port == _PORT else f"[{host}]:{port}"
        kind, key = _host_key(settings.sftp_host_key)
        client.get_host_keys().add(name, kind, key)
    else:
        client.load_system_host_keys()
    with _problems(address):
        try:
            client.connect(
                host,
                port,
                unquote(parts.username) if parts.username else None,
                settings.sftp_password or None,
                key_filename=settings.sftp_key_file or None,
                passphrase=settings.sftp_password or None,
                allow_agent=False,
                look_for_keys=False,
                timeout=_SECONDS,
                banner_timeout=_SECONDS,
                auth_timeout=_SECONDS,
            )
            sftp = client.open_sftp()
            sftp.get_channel().settimeout(_SECONDS * 10)
            sftp.chdir(unquote(parts.path) or ".")
        except BaseException:
            client.close()
            raise
    try:
        yield SftpTarget(address, sftp)
    finally:
        client.close()


class SftpTarget:
    """A folder of an SFTP server."""

    def __init__(self, address: str, sftp: paramiko.SFTPClient) -> None:
        self.address = address
        self._sftp = sftp

    def put(self, name: str, content: Iterable[bytes]) -> None:
        """Store content; it gets the name when all of it was sent."""
        half = self._sent(name, content)
        with _problems(self.address):
            self._sftp.posix_rename(half, name)

    def put_new(self, name: str, content: bytes) -> bool:
        """Store content unless there is something: the rename of SFTP refuses to replace."""
        half = self._sent(name, [content])
        with _problems(self.address):
            try:
                self._sftp.rename(half, name)
            except OSError:
                self._sftp.remove(half)
                if name not in self._sftp.listdir():
                    raise
                return False
        return True

    @contextmanager
    def open(self, name: str) -> Iterator[_ReadAhead]:
        """Open a file."""
        with _problems(self.address):
            size = self._sftp.stat(name).st_size or 0
            with self._sftp.open(name, "rb") as file:
                yield _ReadAhead(file, size)

    def sizes(self) -> dict[str, int]:
        """Return the files with our names."""
        with _problems(self.address):
            return {
                entry.filename: entry.st_size or 0
                for entry in self._sftp.listdir_attr()
                if NAME.fullmatch(entry.filename) and stat.S_ISREG(entry.st_mode or 0)
            }

    def delete(self, name: str) -> None:
        """Delete a file."""
        with _problems(self.address), suppress(FileNotFoundError):
            self._sftp.remove(name)

    def _sent(self, name: str, content: Iterable[bytes]) -> str:
        half = f"{name}.{token_hex(4)}{HALF}"
        try:
            with _problems(self.address):
                file = self._sftp.open(half, "wb")
                file.set_pipelined(pipelined=True)
            with file:
                for piece in content:
                    with _problems(self.address):
                        file.write(piece)
        except BaseException:
            with suppress(Exception):
                self._sftp.remove(half)
            raise
        return half


class _ReadAhead:
    """Reads a file with several requests under way, in bounded memory."""

    def __init__(self, file: Any, size: int) -> None:
        self._file = file
        self._size = size
        self._place = 0
        self._waiting = memoryview(b"")

    def read(self, size: int, /) -> bytes:
        if not self._waiting and self._place < self._size:
            ends = range(self._place, min(self._place + _REQUEST * _AHEAD, self._size), _REQUEST)
            spans = [(start, min(_REQUEST, self._size - start)) for start in ends]
            self._waiting = memoryview(b"".join(self._file.readv(spans)))
            self._place = spans[-1][0] + spans[-1][1]
        piece = bytes(self._waiting[:size])
        self._waiting = self._waiting[size:]
        return piece


def _host_key(text: str) -> tuple[str, paramiko.PKey]:
    try:
        kind, key, *_ = text.split()
        return kind, paramiko.PKey.from_type_string(kind, base64.b64decode(key))
    except (ValueError, paramiko.SSHException):
        raise TargetError("PEBEM_SFTP_HOST_KEY ist kein Schlüssel, wie „ssh-ed25519 AAAA…“.") from None


@contextmanager
def _problems(address: str) -> Iterator[None]:
    try:
        yield
    except (OSError, EOFError, paramiko.SSHException) as error:
        why = (error.strerror if isinstance(error, OSError) else None) or type(error).__name__
        raise TargetError(f"{address}: {why}.") from error
