"""Which backups are kept: 30 days daily, 52 weeks weekly, then destroyed; the last good one never."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from web.backup import catalogue, manifest
from web.backup.keys import BackupKeys
from web.backup.manifest import Manifest, SealedPart
from web.backup.targets.folder import FolderTarget
from web.services.clock import BERLIN

KEYS = BackupKeys("ein Schlüssel aus vielen zufälligen Zeichen 0123456789")
OTHER = BackupKeys("ein anderer Schlüssel, ebenso lang und ebenso zufällig")
HERE = "0011223344556677"
NOW = datetime(2026, 11, 29, 12, 0, tzinfo=UTC)


def put(folder: Path, moment: datetime, *, keys: BackupKeys = KEYS, installation: str = HERE, serial: int = 1) -> str:
    """Put a backup into a folder as it would lie there, its content aside."""
    name = f"pebem-{moment:%Y%m%dT%H%M%SZ}-{serial:06x}"
    for what in ("databases", "files"):
        (folder / f"{name}.{what}").write_bytes(b"sealed")
    told = Manifest(
        name=name,
        created=moment.isoformat(),
        verified=moment.isoformat(),
        key=keys.current,
        installation=installation,
        program="0.1.0",
        revisions={"work": "0015", "vault": "0001"},
        databases=SealedPart(f"{name}.databases", 6, "0" * 64),
        files=SealedPart(f"{name}.files", 6, "0" * 64),
        tables=1,
        rows=1,
        file_count=1,
        ledger=(0, ""),
    )
    (folder / f"{name}.manifest.json").write_bytes(manifest.write(told, keys))
    return name


def stored(folder: Path) -> list[catalogue.StoredBackup]:
    return catalogue.stored_backups(FolderTarget(str(folder)), KEYS, HERE)


def prune(folder: Path, now: datetime = NOW) -> list[str]:
    return catalogue.prune(FolderTarget(str(folder)), stored(folder), now, file_days=7)


def test_a_backup_every_night_for_two_years(tmp_path: Path) -> None:
    """T13, I1: day by day, never more than promised, and no longer than promised."""
    moment = datetime(2025, 1, 1, 1, 0, tzinfo=UTC)
    for night in range(730):
        put(tmp_path, moment, serial=night)
        if night > 720 or night % 31 == 0:
            prune(tmp_path, moment)
        moment += timedelta(days=1)
    today = (moment - timedelta(days=1)).astimezone(BERLIN).date()
    days = sorted((one.moment.astimezone(BERLIN).date() for one in stored(tmp_path)), reverse=True)
    assert days[:30] == [today - timedelta(days=n) for n in range(30)]
    sundays = [day for day in days if day.weekday() == 6]
    older = [day for day in days if day < days[29]]
    assert older == [day for day in sundays if day < days[29]], "beyond 30 days the last of each week, a Sunday"
    monday = today - timedelta(days=today.weekday())
    assert min(days) == monday - timedelta(weeks=51) + timedelta(days=6)
    assert len({day - timedelta(days=day.weekday()) for day in days}) == 52


def test_the_last_good_one_stays_however_old(tmp_path: Path) -> None:
    """T13: when backups fail for years, there is still one."""
    old = put(tmp_path, NOW - timedelta(days=900), serial=1)
    older = put(tmp_path, NOW - timedelta(days=901), serial=2)
    for hours in (1, 30):
        half = put(tmp_path, NOW - timedelta(hours=hours), serial=hours + 10)
        (tmp_path / f"{half}.manifest.json").unlink()
    assert prune(tmp_path) == [half, older]
    assert [(one.name, one.state) for one in stored(tmp_path)][1:] == [(old, "gut")]
    assert stored(tmp_path)[0].state == "nicht fertig geworden", "it may still be being written"
    assert catalogue.newest_good(stored(tmp_path)).name == old


def test_all_of_today_and_the_last_of_each_day_stay(tmp_path: Path) -> None:
    today = [put(tmp_path, NOW - timedelta(hours=hours), serial=hours) for hours in (1, 2, 3)]
    yesterday = [put(tmp_path, NOW - timedelta(hours=24 + hours), serial=24 + hours) for hours in (1, 2, 3)]
    assert prune(tmp_path) == yesterday[1:]
    assert {one.name for one in stored(tmp_path)} == {*today, yesterday[0]}


def test_files_of_uploads_go_after_days(tmp_path: Path) -> None:
    """C6: what is deleted after days in the installation is not kept for a year in its backups."""
    young, old = put(tmp_path, NOW - timedelta(days=6), serial=1), put(tmp_path, NOW - timedelta(days=8), serial=2)
    assert prune(tmp_path) == []
    assert [(one.name, one.has_files, one.good) for one in stored(tmp_path)] == [
        (young, True, True),
        (old, False, True),
    ]


@pytest.mark.parametrize("kind", ["installation", "key", "name"])
def test_what_is_not_ours_is_neither_counted_nor_touched(tmp_path: Path, kind: str) -> None:
    """T13: several installations may share a place, and people put other files there."""
    long_ago = NOW - timedelta(days=1000)
    if kind == "installation":
        put(tmp_path, long_ago, installation="8899aabbccddeeff")
    elif kind == "key":
        put(tmp_path, long_ago, keys=OTHER)
    else:
        for name in ("pebem.txt", "pebem-alt.databases", "Sicherung 2020.zip", "ledger-x.sealed"):
            (tmp_path / name).write_bytes(b"x")
    before = sorted(path.name for path in tmp_path.iterdir())
    assert catalogue.newest_good(stored(tmp_path)) is None
    assert prune(tmp_path) == []
    assert sorted(path.name for path in tmp_path.iterdir()) == before


def test_leftovers_of_killed_writers_go_after_a_day(tmp_path: Path) -> None:
    """T13: kill -9 while writing leaves nothing for ever."""
    for hours in (1, 40):
        name = f"pebem-{NOW - timedelta(hours=hours):%Y%m%dT%H%M%SZ}-{hours:06x}"
        (tmp_path / f"{name}.databases.0a1b2c3d.half").write_bytes(b"x")
    prune(tmp_path)
    assert [path.name.split("-")[2][:6] for path in tmp_path.iterdir()] == [f"{1:06x}"]


def test_days_are_those_of_germany(tmp_path: Path) -> None:
    late = put(tmp_path, datetime(2026, 11, 27, 23, 30, tzinfo=UTC), serial=1)
    early = put(tmp_path, datetime(2026, 11, 27, 22, 30, tzinfo=UTC), serial=2)
    days = {one.name: one.moment.astimezone(BERLIN).date() for one in stored(tmp_path)}
    assert days == {late: date(2026, 11, 28), early: date(2026, 11, 27)}
    assert prune(tmp_path) == []
