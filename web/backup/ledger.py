"""The ledger of deletions: what was deleted, written down outside the databases, so that a restore can repeat it.

It is a folder of sealed files, one for each deletion or run of deletions, numbered without gaps. Each holds the digest
of the one before, so a changed, removed or inserted one shows. Nothing is ever written over. The same files lie beside
the backups; the folder of the installation is the first to have them.

An entry names what was deleted by the permanent reference of its home and by a keyed digest of what identifies it, or
by a pseudonym: serial numbers come back after a restore and would mean something else.
"""

from __future__ import annotations

import io
import json
import re
from dataclasses import asdict, dataclass
from datetime import datetime
from hashlib import sha256
from typing import TYPE_CHECKING, Final

from web.backup.errors import BackupError, DamagedError
from web.backup.sealed_file import SealedReader, seal
from web.backup.targets.folder import FolderTarget
from web.backup.targets.place import read_all

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from web.backup.keys import BackupKeys
    from web.backup.targets.place import BackupTarget
    from web.settings import Settings

CONTENT: Final = "ledger"
FIRST: Final = 1
_LARGEST: Final = 64 * 1024 * 1024
_SUBJECT: Final = b"pebem/ledger/subject"


class LedgerError(BackupError):
    """The ledger is not whole, or not the one that belongs to a backup."""


@dataclass(frozen=True, slots=True)
class LedgerEntry:
    """One thing that was deleted.

    Attributes
    ----------
    kind
        What it was, one of the words of ``web.services.deletion_ledger.LedgerKind``.
    tenant, home
        Their permanent references; "" where it belongs to no single home.
    subject
        A pseudonym, or a keyed digest of what identifies it (:func:`subject_of`).
    rule
        Why: the rule of retention, or "auf Anordnung".
    """

    kind: str
    tenant: str
    home: str
    subject: str
    rule: str


@dataclass(frozen=True, slots=True)
class LedgerSegment:
    """The entries that were written together.

    Attributes
    ----------
    number
        1, 2, 3 ...
    previous
        Digest of the file before; "" for the first.
    at
        When it was written.
    withdraws
        Number of a segment whose deletions did not take place after all; then there are no entries.
    key
        Id of the key it was sealed and its subjects were made with.
    """

    number: int
    previous: str
    at: datetime
    entries: tuple[LedgerEntry, ...]
    withdraws: int | None
    key: str


class DeletionLedger:
    """The ledger as it lies in one place: the installation's own folder, or beside the backups.

    Parameters
    ----------
    installation
        Reference of the installation it belongs to: several may keep their backups in one place.
    """

    def __init__(self, place: BackupTarget, keys: BackupKeys, installation: str) -> None:
        self.place: Final = place
        self.installation: Final = installation
        self._keys = keys
        self._name = re.compile(rf"ledger-{re.escape(installation)}-(\d{{8}})\.sealed")

    def numbers(self) -> list[int]:
        """Return the numbers of the segments here, in order.

        Raises
        ------
        LedgerError
            Where one between them is missing.
        """
        numbers = sorted(int(match[1]) for match in map(self._name.fullmatch, self.place.sizes()) if match)
        if numbers and numbers != list(range(numbers[0], numbers[-1] + 1)):
            raise LedgerError(
                "Im Löschverzeichnis fehlen Einträge; bitte holen Sie sie aus einer anderen Kopie zurück."
            )
        return numbers

    def head(self) -> tuple[int, str]:
        """Return the number of the last segment and its digest; (0, "") where there is none."""
        numbers = self.numbers()
        return (numbers[-1], _digest(self.raw(numbers[-1]))) if numbers else (0, "")

    def raw(self, number: int) -> bytes:
        """Return a segment as it is stored."""
        return read_all(self.place, self.name_of(number), _LARGEST)

    def put(self, number: int, raw: bytes) -> bool:
        """Store a segment unless there is one; return whether it was stored."""
        return self.place.put_new(self.name_of(number), raw)

    def name_of(self, number: int) -> str:
        """Return the name of the file of a segment."""
        return f"ledger-{self.installation}-{number:08}.sealed"

    def append(self, entries: Sequence[LedgerEntry], at: datetime, *, withdraws: int | None = None) -> int:
        """Write a segment and return its number; it is on the disk when this returns."""
        while True:
            number, previous = self.head()
            told = {
                "number": number + 1,
                "previous": previous,
                "at": at.isoformat(),
                "entries": [asdict(entry) for entry in entries],
                "withdraws": withdraws,
            }
            content = b"".join(seal([json.dumps(told).encode()], self._keys, CONTENT, at))
            if self.put(number + 1, content):
                return number + 1  # otherwise another process was quicker: this one comes after it

    def segments(self, after: int | None = None) -> list[LedgerSegment]:
        """Return the segments after a number (None = all there are), each checked against the one before.

        Raises
        ------
        LedgerError
            Where the chain is broken, or begins too late.
        DamagedError
            Where one does not open.
        """
        read: list[LedgerSegment] = []
        digest: str | None = None
        numbers = self.numbers()
        start = numbers[0] - 1 if after is None and numbers else after or 0
        if numbers and start < numbers[0] - 1:
            raise LedgerError("Das Löschverzeichnis beginnt erst nach dieser Sicherung; sie ist zu alt.")
        for number in numbers:
            if number < start:
                continue
            raw = self.raw(number)
            segment = _opened(raw, self._keys)
            expected = "" if number == FIRST else digest
            if segment.number != number or (expected is not None and segment.previous != expected):
                raise LedgerError(f"Der Eintrag {number} des Löschverzeichnisses ist verändert oder ausgetauscht.")
            digest = _digest(raw)
            if number > start:
                read.append(segment)
        return read

    def has(self, number: int, digest: str) -> bool:
        """Return whether this is the ledger in which that segment was the last; (0, "") is in every one."""
        if number == 0:
            return True
        numbers = self.numbers()
        if numbers and number == numbers[0] - 1:  # pruned; the next one remembers it
            return _opened(self.raw(numbers[0]), self._keys).previous == digest
        return number in numbers and _digest(self.raw(number)) == digest

    def require(self, number: int, digest: str) -> None:
        """Refuse a ledger that :meth:`has` not that segment.

        Raises
        ------
        LedgerError
            Where it has not.
        """
        if not self.has(number, digest):
            raise LedgerError(_NOT_LONG_ENOUGH)

    def prune(self, before: int) -> None:
        """Delete the segments that no backup needs any more: those before a number; the last one always stays."""
        for number in self.numbers()[:-1]:
            if number < before:
                self.place.delete(self.name_of(number))

    def write_head(self, head: tuple[int, str], at: datetime) -> None:
        """Note how far the ledger went at this moment, and that this place has all of it."""
        told = json.dumps({"number": head[0], "digest": head[1]}).encode()
        self.place.put(self._head, seal([told], self._keys, CONTENT, at))

    def complete_until(self) -> datetime | None:
        """Return until when the ledger in this place is known to be complete; None where nobody noted it.

        Raises
        ------
        LedgerError
            Where it has become shorter since.
        """
        if self._head not in self.place.sizes():
            return None
        with self.place.open(self._head) as source:
            reader = SealedReader(source, self._keys, CONTENT)
            told = json.loads(reader.read())
        if not self.has(told["number"], told["digest"]):
            raise LedgerError("Das Löschverzeichnis ist kürzer oder ein anderes, als es schon einmal war.")
        return datetime.fromisoformat(reader.header.created)

    @property
    def _head(self) -> str:
        return f"ledger-{self.installation}-head.sealed"


def open_ledger(settings: Settings, keys: BackupKeys, installation: str) -> DeletionLedger:
    """Return the ledger in the installation's own folder."""
    settings.ledger.mkdir(parents=True, exist_ok=True, mode=0o700)
    return DeletionLedger(FolderTarget(str(settings.ledger)), keys, installation)


def copy_missing(source: DeletionLedger, target: DeletionLedger) -> int:
    """Copy the segments that a place lacks, and return how many.

    Raises
    ------
    LedgerError
        Where the two do not belong together.
    """
    here, there = source.numbers(), target.numbers()
    common = sorted(set(here) & set(there))
    if common and source.raw(common[-1]) != target.raw(common[-1]):
        raise LedgerError(_FORKED)
    missing = [number for number in here if number not in there and not (there and number < there[0])]
    for number in missing:
        if not target.put(number, source.raw(number)):
            raise LedgerError(_FORKED)
    return len(missing)


def subject_of(keys: BackupKeys, key_id: str, parts: Iterable[object]) -> str:
    """Return the keyed digest that stands for something in an entry made with a key."""
    return keys.mark(key_id, _SUBJECT, "\x1f".join(map(str, parts)).encode())


def _opened(raw: bytes, keys: BackupKeys) -> LedgerSegment:
    reader = SealedReader(io.BytesIO(raw), keys, CONTENT)
    try:
        told = json.loads(reader.read())
        return LedgerSegment(
            number=told["number"],
            previous=told["previous"],
            at=datetime.fromisoformat(told["at"]),
            entries=tuple(LedgerEntry(**entry) for entry in told["entries"]),
            withdraws=told["withdraws"],
            key=reader.header.key,
        )
    except (ValueError, TypeError, KeyError):
        raise DamagedError("Ein Eintrag des Löschverzeichnisses hat eine unbekannte Form.") from None


def _digest(raw: bytes) -> str:
    return sha256(raw).hexdigest()


_NOT_LONG_ENOUGH: Final = (
    "Das Löschverzeichnis fehlt oder reicht nicht bis zu dieser Sicherung; ohne es wäre Gelöschtes wieder da. Ist es "
    "endgültig verloren, geht es mit pebem restore --without-ledger weiter."
)
_FORKED: Final = (
    "Das Löschverzeichnis der Installation und das neben den Sicherungen sind verschieden weitergeführt worden; bitte "
    "klären Sie, welches gilt, bevor Sie eines davon entfernen."
)
