"""Backups in a folder: a second disk, or a share of the network that is mounted."""

from __future__ import annotations

import errno
import os
from contextlib import contextmanager, suppress
from pathlib import Path
from secrets import token_hex
from typing import TYPE_CHECKING, Final

from web.backup.errors import TargetError
from web.backup.targets.place import HALF, NAME

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import BinaryIO

_NO_LINKS: Final = {errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK}


class FolderTarget:
    """A folder that is there already: one that is missing may be a disk that is not mounted."""

    def __init__(self, path: str) -> None:
        self._folder = Path(path).expanduser()
        self.address = str(self._folder)
        if not self._folder.is_dir():
            raise TargetError(
                f"Den Ordner {self._folder} gibt es nicht; bitte legen Sie ihn an oder binden Sie das Laufwerk ein.",
            )

    def put(self, name: str, content: Iterable[bytes]) -> None:
        """Store content; it has the name only when all of it is on the disk."""
        half = self._written(name, content)
        with _problems(self.address):
            half.replace(self._folder / name)
            self._settle()

    def put_new(self, name: str, content: bytes) -> bool:
        """Store content unless there is something."""
        half = self._written(name, [content])
        with _problems(self.address):
            try:
                os.link(half, self._folder / name)
            except FileExistsError:
                half.unlink()
                return False
            except OSError as error:
                if error.errno not in _NO_LINKS:
                    raise
                if (self._folder / name).exists():  # file systems without links: as good as it gets there
                    half.unlink()
                    return False
                half.replace(self._folder / name)
            else:
                half.unlink()
            self._settle()
        return True

    @contextmanager
    def open(self, name: str) -> Iterator[BinaryIO]:
        """Open a file."""
        with _problems(self.address):
            file = (self._folder / name).open("rb", buffering=0)
        with file:
            yield file

    def sizes(self) -> dict[str, int]:
        """Return the files with our names."""
        sizes = {}
        with _problems(self.address), os.scandir(self._folder) as entries:
            for entry in entries:
                with suppress(FileNotFoundError):  # others write and delete meanwhile
                    if NAME.fullmatch(entry.name) and entry.is_file():
                        sizes[entry.name] = entry.stat().st_size
        return sizes

    def delete(self, name: str) -> None:
        """Delete a file."""
        with _problems(self.address):
            (self._folder / name).unlink(missing_ok=True)

    def _written(self, name: str, content: Iterable[bytes]) -> Path:
        half = self._folder / f"{name}.{token_hex(4)}{HALF}"
        try:
            with _problems(self.address):
                handle = os.open(half, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(handle, "wb", buffering=0) as file:
                for piece in content:
                    with _problems(self.address):
                        file.write(piece)
                with _problems(self.address):
                    os.fsync(file.fileno())
        except BaseException:
            with suppress(OSError):
                half.unlink()
            raise
        return half

    def _settle(self) -> None:
        """Have the names themselves written to the disk."""
        if os.name == "nt":  # a folder cannot be opened there
            return
        handle = os.open(self._folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        except OSError as error:
            if error.errno not in {errno.EINVAL, errno.ENOTSUP}:  # shares of the network may not know how
                raise
        finally:
            os.close(handle)


@contextmanager
def _problems(address: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise TargetError(f"{address}: {error.strerror or type(error).__name__}.") from error
