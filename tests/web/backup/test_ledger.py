"""The ledger of deletions: outside the databases, without a name, and nothing can be taken out of it unnoticed."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from web.backup.errors import DamagedError
from web.backup.keys import BackupKeys
from web.backup.ledger import DeletionLedger, LedgerEntry, LedgerError, copy_missing, subject_of
from web.backup.targets.folder import FolderTarget

FORMER = "ein Schlüssel aus vielen zufälligen Zeichen 0123456789"
KEYS = BackupKeys(FORMER)
NOW = datetime(2026, 11, 29, 2, 0, tzinfo=UTC)
HERE = "0011223344556677"


def entry(subject: str = "B-23456") -> LedgerEntry:
    return LedgerEntry("bewohner", "a" * 32, "b" * 32, subject, "auf Anordnung")


def ledger(folder: Path, keys: BackupKeys = KEYS, installation: str = HERE) -> DeletionLedger:
    folder.mkdir(exist_ok=True)
    return DeletionLedger(FolderTarget(str(folder)), keys, installation)


@pytest.fixture
def three(tmp_path: Path) -> DeletionLedger:
    """A ledger of three segments."""
    made = ledger(tmp_path / "ledger")
    for number in range(3):
        assert made.append([entry(f"B-{number}")], NOW + timedelta(days=number)) == number + 1
    return made


def test_entries_come_back_in_order(three: DeletionLedger) -> None:
    segments = three.segments()
    assert [one.number for one in segments] == [1, 2, 3]
    assert [one.entries[0].subject for one in segments] == ["B-0", "B-1", "B-2"]
    assert segments[2].at == NOW + timedelta(days=2)
    assert [one.number for one in three.segments(after=2)] == [3]
    assert three.segments(after=3) == []


def test_nothing_of_an_entry_can_be_read_without_the_key(three: DeletionLedger, tmp_path: Path) -> None:
    """T13, H5: the ledger lies beside the backups and tells nobody who was deleted."""
    raw = b"".join(path.read_bytes() for path in (tmp_path / "ledger").iterdir())
    assert raw.count(b"pebem-sealed") == 3
    for telling in (b"B-0", b"bewohner", b"aaaa", b"Anordnung"):
        assert telling not in raw
    identity = ("0042", "Müller-Özdemir")
    assert subject_of(KEYS, KEYS.current, identity) == subject_of(KEYS, KEYS.current, identity)
    other = BackupKeys("ein anderer Schlüssel, ebenso lang und ebenso zufällig")
    assert subject_of(KEYS, KEYS.current, identity) != subject_of(other, other.current, identity)
    assert three.head()[0] == 3


@pytest.mark.parametrize("number", [1, 2, 3])
def test_a_changed_removed_or_exchanged_entry_shows(three: DeletionLedger, tmp_path: Path, number: int) -> None:
    folder, head = tmp_path / "ledger", three.head()
    path = folder / three.name_of(number)
    original = path.read_bytes()
    path.write_bytes(original[:-1] + bytes([original[-1] ^ 1]))
    with pytest.raises(DamagedError):
        three.segments()
    other = ledger(tmp_path / "other")  # sealed with the same key, by whoever has it
    for day in range(3):
        other.append([entry(f"B-{day + 7}")], NOW)
    path.write_bytes((tmp_path / "other" / other.name_of(number)).read_bytes())
    if number == 3:  # nothing follows that would tell
        assert not three.has(*head)
    else:
        with pytest.raises(LedgerError, match="verändert oder ausgetauscht"):
            three.segments()
    path.unlink()
    if number == 2:
        with pytest.raises(LedgerError, match="fehlen Einträge"):
            three.segments()
    else:
        assert not three.has(1, head[1]) or number == 3
        assert not three.has(*head) or number == 1


def test_a_note_at_the_target_shows_that_the_end_is_missing(three: DeletionLedger, tmp_path: Path) -> None:
    three.write_head(three.head(), NOW)
    assert three.complete_until() == NOW
    (tmp_path / "ledger" / three.name_of(3)).unlink()
    with pytest.raises(LedgerError, match="kürzer"):
        three.complete_until()


def test_several_writers_at_once_make_one_chain(tmp_path: Path) -> None:
    """Pages and worker delete at the same time: no entry is lost or written over."""
    made = ledger(tmp_path / "ledger")
    writers = [
        threading.Thread(target=lambda name=name: [made.append([entry(f"B-{name}{n}")], NOW) for n in range(5)])
        for name in "abcd"
    ]
    for one in writers:
        one.start()
    for one in writers:
        one.join()
    subjects = [segment.entries[0].subject for segment in made.segments()]
    assert sorted(subjects) == sorted(f"B-{name}{n}" for name in "abcd" for n in range(5))


def test_copies_follow_and_a_fork_is_refused(three: DeletionLedger, tmp_path: Path) -> None:
    copy = ledger(tmp_path / "copy")
    assert copy_missing(three, copy) == 3
    assert copy_missing(three, copy) == 0
    assert copy.segments() == three.segments()
    three.append([entry("B-3")], NOW)
    copy.append([entry("B-fremd")], NOW)
    with pytest.raises(LedgerError, match="verschieden weitergeführt"):
        copy_missing(three, copy)


def test_several_installations_keep_their_ledgers_in_one_place(tmp_path: Path) -> None:
    first, second = ledger(tmp_path / "both"), ledger(tmp_path / "both", installation="8899aabbccddeeff")
    first.append([entry()], NOW)
    assert second.head() == (0, "")
    assert second.append([entry("M-1")], NOW) == 1
    assert [one.entries[0].subject for one in first.segments()] == ["B-23456"]


def test_a_changed_key_opens_older_entries_and_knows_their_subjects(three: DeletionLedger, tmp_path: Path) -> None:
    renewed = BackupKeys("der neue Schlüssel nach dem Wechsel, 0123456789", [FORMER])
    later = ledger(tmp_path / "ledger", renewed)
    later.append([entry("B-3")], NOW)
    segments = later.segments()
    assert [one.key for one in segments] == [KEYS.current] * 3 + [renewed.current]
    assert subject_of(renewed, segments[0].key, ("x",)) == subject_of(KEYS, KEYS.current, ("x",))
    assert three.head()[0] == 4


def test_what_no_backup_needs_is_pruned_and_the_rest_still_checks(three: DeletionLedger) -> None:
    digest = three.segments()[2].previous
    three.prune(3)
    assert [one.number for one in three.segments()] == [3]
    assert three.has(2, digest)
    assert not three.has(2, "0" * 64)
    with pytest.raises(LedgerError, match="zu alt"):
        three.segments(after=1)
    three.prune(99)
    assert three.numbers() == [3], "the last one stays: it says how far the ledger goes"
