"""Sealed files: nobody without the key reads them, and nothing that was done to one goes unnoticed."""

from __future__ import annotations

import io
import json
import tracemalloc
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from web.backup import sealed_file
from web.backup.archive import Member, read_archive, write_archive
from web.backup.errors import DamagedError, UnknownKeyError
from web.backup.keys import BackupKeys
from web.backup.sealed_file import SealedReader, seal

if TYPE_CHECKING:
    from collections.abc import Iterator

KEYS = BackupKeys("ein Schlüssel aus vielen zufälligen Zeichen 0123456789")
OTHER = BackupKeys("ein anderer Schlüssel, ebenso lang und ebenso zufällig")
NOW = datetime(2026, 11, 29, 2, 0, tzinfo=UTC)
CHUNK = 64


@pytest.fixture
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Chunks of 64 bytes, so that short contents have several."""
    monkeypatch.setattr(sealed_file, "CHUNK_BYTES", CHUNK)
    monkeypatch.setattr(
        sealed_file.SealHeader.__init__, "__defaults__", (CHUNK, *sealed_file.SealHeader.__init__.__defaults__[1:])
    )


def sealed(content: bytes, keys: BackupKeys = KEYS) -> bytes:
    return b"".join(seal([content], keys, "databases", NOW))


def opened(raw: bytes, keys: BackupKeys = KEYS) -> bytes:
    return SealedReader(io.BytesIO(raw), keys, "databases").read()


@pytest.mark.usefixtures("small_chunks")
@pytest.mark.parametrize("length", [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK, 10 * CHUNK + 7])
def test_content_of_any_length_comes_back(length: int) -> None:
    content = bytes(range(256)) * 3
    pieces = [content[start : min(start + 50, length)] for start in range(0, length, 50)]
    raw = b"".join(seal(pieces, KEYS, "databases", NOW))
    assert opened(raw) == content[:length]


def test_header_says_format_version_and_key_and_nothing_else() -> None:
    """I1: what everybody can read of a backup."""
    header = json.loads(sealed(b"Frau Quast").partition(b"\n")[0])
    assert header.pop("salt") != json.loads(sealed(b"Frau Quast").partition(b"\n")[0])["salt"]
    assert header == {
        "format": "pebem-sealed",
        "version": 1,
        "cipher": "AES-256-GCM",
        "chunk": 1 << 20,
        "content": "databases",
        "created": "2026-11-29T02:00:00+00:00",
        "key": KEYS.current,
    }
    assert b"Quast" not in sealed(b"Frau Quast")


def test_another_key_opens_nothing_and_a_former_one_still_does() -> None:
    """E2, E3: whoever steals a backup has nothing; after a change of the key older backups still open."""
    raw = sealed(b"content")
    with pytest.raises(UnknownKeyError, match=KEYS.current):
        opened(raw, OTHER)
    renewed = BackupKeys(
        "der neue Schlüssel nach dem Wechsel, 0123456789", ["ein Schlüssel aus vielen zufälligen Zeichen 0123456789"]
    )
    assert opened(raw, renewed) == b"content"
    assert renewed.current != KEYS.current


@pytest.mark.usefixtures("small_chunks")
def test_a_file_cut_off_anywhere_does_not_open() -> None:
    """T13: an interrupted transmission is no backup, even where it ends between two chunks."""
    raw = sealed(b"x" * (3 * CHUNK))
    for length in range(len(raw)):
        with pytest.raises(DamagedError):
            opened(raw[:length])


@pytest.mark.usefixtures("small_chunks")
def test_a_file_with_any_byte_changed_or_added_does_not_open() -> None:
    raw = sealed(b"x" * (2 * CHUNK))
    for place in range(len(raw)):
        changed = bytearray(raw)
        changed[place] ^= 1
        with pytest.raises((DamagedError, UnknownKeyError)):
            opened(bytes(changed))
    with pytest.raises(DamagedError):
        opened(raw + b"x")


@pytest.mark.usefixtures("small_chunks")
def test_chunks_can_be_neither_swapped_nor_taken_from_another_file() -> None:
    content = b"a" * CHUNK + b"b" * CHUNK + b"c" * CHUNK
    first, second = sealed(content), sealed(content)
    start, size = first.index(b"\n") + 1, CHUNK + 16
    chunks = [first[start + n * size : start + (n + 1) * size] for n in range(3)]
    others = [second[start + n * size : start + (n + 1) * size] for n in range(3)]
    for mixed in ([chunks[1], chunks[0], chunks[2]], [chunks[0], others[1], chunks[2]], [chunks[0], chunks[2]]):
        with pytest.raises(DamagedError):
            opened(first[:start] + b"".join(mixed))


def test_what_a_file_is_stands_under_its_seal() -> None:
    raw = sealed(b"content")
    with pytest.raises(DamagedError, match="databases statt ledger"):
        SealedReader(io.BytesIO(raw), KEYS, "ledger")
    with pytest.raises(DamagedError):
        SealedReader(io.BytesIO(raw.replace(b'"databases"', b'"ledger"')), KEYS, "ledger").read()


def test_a_file_of_another_version_is_named_as_such() -> None:
    raw = sealed(b"content").replace(b'"version": 1', b'"version": 2')
    with pytest.raises(DamagedError, match="andere Version"):
        opened(raw)
    for strange in (b"", b"PK\x03\x04", b"{}\n", b"[1]\n", b'{"format": 1}\n', b"\xff\n"):
        with pytest.raises(DamagedError, match="keine Sicherung"):
            opened(strange)


def test_memory_stays_constant_however_much_passes() -> None:
    """T13: a backup needs no more memory than a few chunks, neither written nor read back."""
    block = bytes(range(256)) * 4096

    class Passing:
        """What is sealed, without ever being whole anywhere."""

        def __init__(self) -> None:
            members = (Member(f"work/table/{number:06}", block) for number in range(64))
            self._pieces: Iterator[bytes] = seal(write_archive(members), KEYS, "databases", NOW)
            self._waiting = b""

        def read(self, size: int, /) -> bytes:
            while not self._waiting:
                piece = next(self._pieces, None)
                if piece is None:
                    return b""
                self._waiting = piece
            taken, self._waiting = self._waiting[:size], self._waiting[size:]
            return taken

    tracemalloc.start()
    try:
        count = sum(len(one.content) for one in read_archive(SealedReader(Passing(), KEYS, "databases")))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert count == 64 * len(block)
    assert peak < 12 * 1024 * 1024
