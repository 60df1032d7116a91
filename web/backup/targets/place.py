"""What a place for backups can do. A name is a plain file name; what is put appears complete or not at all."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, Protocol

from web.backup.errors import TargetError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from contextlib import AbstractContextManager

    from web.backup.sealed_file import ByteSource

NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
"""Names that are ours; whatever else lies there is left alone."""

HALF: Final = ".half"
"""Ending of what is being written, on targets that cannot hold it back."""


class BackupTarget(Protocol):
    """A place for backups. Every operation raises ``TargetError`` where the place cannot be reached or refuses.

    Attributes
    ----------
    address
        What it is called in lists and logs; no secret is in it.
    """

    address: str

    def put(self, name: str, content: Iterable[bytes]) -> None:
        """Store content under a name, in place of what was there."""
        ...

    def put_new(self, name: str, content: bytes) -> bool:
        """Store content under a name unless there is something; return whether it was stored."""
        ...

    def open(self, name: str) -> AbstractContextManager[ByteSource]:
        """Open what is stored under a name."""
        ...

    def sizes(self) -> dict[str, int]:
        """Return the names that are stored, with their bytes."""
        ...

    def delete(self, name: str) -> None:
        """Delete what is stored under a name; nothing happens where there is nothing."""
        ...


def read_all(target: BackupTarget, name: str, most: int) -> bytes:
    """Return a small file whole.

    Raises
    ------
    TargetError
        Where it is larger than it may be.
    """
    pieces, size = [], 0
    with target.open(name) as source:
        while piece := source.read(most + 1 - size):
            pieces.append(piece)
            size += len(piece)
            if size > most:
                raise TargetError(f"{name} ist größer, als eine solche Datei sein darf.")
    return b"".join(pieces)
