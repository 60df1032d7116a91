"""Who on this machine can read what the installation writes: the account it runs under, and nobody else (E2, E3)."""

from __future__ import annotations

import os
import shutil
import stat
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

    from web.settings import Settings

OWNER_ALONE: Final = 0o077
OTHERS: Final = stat.S_IRWXG | stat.S_IRWXO
OWN: Final = ("*.sqlite", "*.sqlite-*", "*_key*.txt", "uploads", "uploads/*", "uploads/*/*", "tmp")
"""What we write into the folder of an installation; it may hold what others put there."""


def prepare(settings: Settings) -> None:
    """Let everything this process and its children write be readable by their account alone, temporary files too.

    Those go into a folder of the installation, on whatever volume protects its data, and not where the system keeps
    them. What a killed process left there is deleted.
    """
    os.umask(OWNER_ALONE)
    settings.home.mkdir(parents=True, exist_ok=True)
    shutil.rmtree(settings.temporary, ignore_errors=True)
    use_own_folder(settings)
    for path in _own(settings):
        with suppress(OSError):  # not ours to change: the check says so
            mode = path.lstat().st_mode
            if mode & OTHERS and not path.is_symlink():
                path.chmod(stat.S_IMODE(mode) & ~OTHERS)


def use_own_folder(settings: Settings) -> None:
    """Make temporary files of this process in the folder of the installation."""
    os.umask(OWNER_ALONE)
    settings.temporary.mkdir(exist_ok=True, mode=0o700)
    tempfile.tempdir = str(settings.temporary)


def open_to_others(settings: Settings) -> list[Path]:
    """Return what other accounts of this machine can open: the folder, what we write there, and the ``.env`` file."""
    if os.name == "nt":  # its rights are not these
        return []
    paths = [settings.home, Path(".env"), *_own(settings)]
    return [path for path in paths if path.exists() and path.stat().st_mode & OTHERS]


def _own(settings: Settings) -> Iterator[Path]:
    for pattern in OWN:
        yield from settings.home.glob(pattern)
