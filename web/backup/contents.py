"""The content of a sealed file of a backup: what it is about, its parts in blocks, and the digest of each part."""

from __future__ import annotations

import json
from dataclasses import dataclass
from hashlib import sha256
from itertools import groupby
from typing import TYPE_CHECKING, Any, Final

from web.backup.archive import Member, read_archive
from web.backup.errors import DamagedError
from web.backup.sealed_file import SealedReader

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from web.backup.keys import BackupKeys
    from web.backup.sealed_file import ByteSource

_ABOUT: Final = "about.json"
_DIGESTS: Final = "parts.json"


@dataclass(slots=True)
class PartDigest:
    """How long a part is, how many line ends are in it, and its SHA-256."""

    size: int
    lines: int
    sha256: str


class Digests(dict[str, PartDigest]):
    """The digests of parts, taken while their blocks pass."""

    def watch(self, part: str, blocks: Iterable[bytes]) -> Iterator[bytes]:
        """Yield the blocks of a part; afterwards its digest is known."""
        size, lines, hashed = 0, 0, sha256()
        for block in blocks:
            size += len(block)
            lines += block.count(b"\n")
            hashed.update(block)
            yield block
        self[part] = PartDigest(size, lines, hashed.hexdigest())

    def as_json(self) -> dict[str, list[int | str]]:
        """Return them as they are written."""
        return {part: [told.size, told.lines, told.sha256] for part, told in self.items()}


def members(about: dict[str, Any], parts: Iterable[tuple[str, Iterable[bytes]]], digests: Digests) -> Iterator[Member]:
    """Yield the members of an archive: what it is about, the blocks of all parts, their digests.

    Parameters
    ----------
    digests
        Filled while the members are taken.
    """
    yield Member(_ABOUT, json.dumps(about).encode())
    for part, blocks in parts:
        for number, block in enumerate(digests.watch(part, blocks)):
            yield Member(f"{part}/{number:06}", block)
    yield Member(_DIGESTS, json.dumps(digests.as_json()).encode())


class ContentReader:
    """Reads such an archive out of a sealed file.

    Attributes
    ----------
    about
        What it is about.
    digests
        Those of all parts, once :meth:`parts` has come to its end; then the file is known to be whole.

    Raises
    ------
    DamagedError
        Where it is not as it was written; also while reading.
    """

    def __init__(self, source: ByteSource, keys: BackupKeys, what: str) -> None:
        self._members = read_archive(SealedReader(source, keys, what))
        first = next(self._members, None)
        if first is None or first.name != _ABOUT:
            raise DamagedError(_NOT_WHOLE)
        self.about: Final[dict[str, Any]] = json.loads(first.content)
        self.digests: Final = Digests()

    def parts(self) -> Iterator[tuple[str, Iterator[bytes]]]:
        """Yield each part with its blocks, in the order they were written; parts without content are left out."""
        told: dict[str, list[int | str]] | None = None
        for part, group in groupby(self._members, lambda member: member.name.rpartition("/")[0]):
            if part:
                blocks = self.digests.watch(part, (member.content for member in group))
                yield part, blocks
                for _ in blocks:  # what the caller left
                    pass
            else:
                told = json.loads(next(group).content)
        for part in told or ():
            if part not in self.digests:
                self.digests[part] = PartDigest(0, 0, sha256().hexdigest())
        if told is None or told != self.digests.as_json():
            raise DamagedError(_NOT_WHOLE)

    def check(self) -> None:
        """Read everything and compare the digests."""
        for _, blocks in self.parts():
            for _ in blocks:
                pass


_NOT_WHOLE: Final = "In der Sicherung fehlt etwas, oder es ist nicht so, wie es geschrieben wurde."
