"""The folder of an upload: files under generated names, each sealed with the key of its operator.

Whoever changes a folder locks it: a rotation of keys reads, seals and replaces a file, and a job that writes or deletes
the same file in between must not be undone by that.
"""

from __future__ import annotations

import fcntl
import os
import shutil
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Final

from web.security.crypto import Box, TamperedError
from web.services import open_vault

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from web.security.crypto import KeyRing
    from web.settings import Settings
    from web.store.access import Access

PURPOSE: Final = "uploads"
HALF: Final = ".half"


def path_of(settings: Settings, upload_id: int) -> Path:
    """Return the folder of an upload."""
    return settings.uploads / str(upload_id)


def write(access: Access, settings: Settings, upload_id: int, name: str, content: bytes) -> None:
    """Write a file, whole or not at all."""
    sealed = Box(open_vault.ring(access, settings), PURPOSE).seal(content, _place(upload_id, name))
    folder = path_of(settings, upload_id)
    with _locked(folder):
        _replace(folder / name, sealed)


def read(access: Access, settings: Settings, upload_id: int, name: str) -> bytes:
    """Return the content of a file.

    Raises
    ------
    FileNotFoundError
        Where there is none.
    TamperedError
        Where it does not open.
    """
    sealed = (path_of(settings, upload_id) / name).read_bytes()
    ring = open_vault.ring(access, settings)  # after reading: the file may just have been sealed with a new key
    return Box(ring, PURPOSE).open(sealed, _place(upload_id, name))


def remove(settings: Settings, upload_id: int, names: Iterable[str] | None = None) -> None:
    """Remove files of an upload, and the folder once it is empty; None = everything."""
    folder = path_of(settings, upload_id)
    with suppress(FileNotFoundError), _locked(folder):
        if names is None:
            shutil.rmtree(folder, ignore_errors=True)
            return
        for name in names:
            for ending in ("", HALF):  # a process may have been killed while it wrote
                (folder / f"{name}{ending}").unlink(missing_ok=True)
        with suppress(OSError):  # something else is in it
            folder.rmdir()


def seal_anew(ring: KeyRing, settings: Settings, upload_id: int) -> tuple[int, int]:
    """Seal the files of an upload with the current key of its operator.

    Returns
    -------
    tuple
        How many files were sealed anew, and how many do not open.
    """
    box, done, unreadable = Box(ring, PURPOSE), 0, 0
    folder = path_of(settings, upload_id)
    with suppress(FileNotFoundError), _locked(folder):
        before = folder.stat()
        for path in _files(folder):
            sealed = path.read_bytes()
            if box.is_current(sealed):
                continue
            try:
                _replace(path, box.seal(box.open(sealed, _place(upload_id, path.name)), _place(upload_id, path.name)))
                done += 1
            except TamperedError:
                unreadable += 1
        # Files of uploads are deleted some days after the last change: this was none.
        os.utime(folder, ns=(before.st_atime_ns, before.st_mtime_ns))
    return done, unreadable


def keys_in(settings: Settings, upload_id: int, ring: KeyRing) -> Iterator[bytes | None]:
    """Yield the id of the key of each file; None for the form of before key ids."""
    for path in _files(path_of(settings, upload_id)):
        with suppress(FileNotFoundError), path.open("rb") as file:
            yield ring.key_id(file.read(64))


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.glob("*") if path.suffix != HALF)


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _replace(path: Path, content: bytes) -> None:
    half = path.with_name(path.name + HALF)
    half.write_bytes(content)
    half.replace(path)


def _place(upload_id: int, name: str) -> str:
    return f"{upload_id}/{name}"
