"""Files of keys: those of an installation in one folder, made where there are none.

The first line of a file is the key in use, the others are former ones that still open what was sealed with them.
"""

from __future__ import annotations

import os
import secrets
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


def former(setting: str) -> str:
    """Return the setting that holds the former values of a key, separated by blanks."""
    return f"{setting.replace('PEBEM_', 'PEBEM_OLD_')}S"


def new_key() -> str:
    """Return a random key."""
    return secrets.token_urlsafe(48)


def read(folder: Path, name: str) -> tuple[str, ...]:
    """Return the keys in a file, the current one first; none where there is no file."""
    path = _path(folder, name)
    return tuple(path.read_text(encoding="ascii").split()) if path.is_file() else ()


def own(folder: Path, name: str) -> str:
    """Return the current key of a file; make it, readable by the owner alone, where there is none."""
    with suppress(FileExistsError):
        key = new_key()
        _write(_path(folder, name), (key,))
        return key
    return next(iter(read(folder, name)), "")


def prepend(folder: Path, name: str) -> str:
    """Make a new key before those in a file, which become former ones; return it. At no moment is the file half."""
    key, path = new_key(), _path(folder, name)
    half = path.with_name(path.name + ".half")
    half.unlink(missing_ok=True)
    _write(half, (key, *read(folder, name)))
    half.replace(path)
    return key


def _write(path: Path, keys: tuple[str, ...]) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write("\n".join(keys) + "\n")
        file.flush()
        os.fsync(file.fileno())


def _path(folder: Path, name: str) -> Path:
    return folder / f"{name}.txt"
