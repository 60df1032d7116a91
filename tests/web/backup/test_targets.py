"""Places for backups: each takes, returns, lists and deletes alike, in parts and whole, and says what is wrong."""

from __future__ import annotations

import sys
from contextlib import ExitStack
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from tests.support.web import backups, distant_places
from web import settings as settings_module
from web.backup.errors import TargetError
from web.backup.targets.address import open_target
from web.backup.targets.place import read_all
from web.backup_settings import BackupSettings
from web.services.backups import overview, verify

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.support.web.pages import Person
    from web.settings import Settings

PIECE = bytes(range(256)) * 4096
DISTANT = [pytest.param("s3", marks=pytest.mark.slow), pytest.param("sftp", marks=pytest.mark.slow)]


@pytest.fixture
def place(request: pytest.FixtureRequest, tmp_path: Path, embedded: Settings) -> Iterator[Settings]:
    """Settings with each kind of place in turn."""
    folder = tmp_path / "sicherung"
    folder.mkdir()
    with ExitStack() as stack:
        if request.param == "folder":
            backup = BackupSettings((str(folder),))
        elif request.param == "s3":
            address, _ = stack.enter_context(distant_places.s3())
            backup = BackupSettings((address,), s3_key_id="key", s3_secret="secret")
        else:
            address, key = stack.enter_context(distant_places.sftp(tmp_path))
            backup = BackupSettings((address,), sftp_host_key=key, sftp_password=distant_places.PASSWORD)
        yield replace(embedded, backup=backup)


@pytest.mark.parametrize("place", ["folder", *DISTANT], indirect=True)
def test_what_is_put_comes_back(place: Settings) -> None:
    """T13: large and small, replaced and not, listed and deleted."""
    with open_target(place.backup.targets[0], place) as target:
        assert target.sizes() == {}
        target.put("pebem-large.databases", (PIECE for _ in range(20)))
        target.put("pebem-empty.files", iter(()))
        target.put("pebem-small.keys", [b"former"])
        target.put("pebem-small.keys", [b"replaced"])
        assert target.put_new("ledger-1.sealed", b"first")
        assert not target.put_new("ledger-1.sealed", b"second")
    with open_target(place.backup.targets[0], place) as target:
        sizes = {"pebem-large.databases": 20 * len(PIECE), "pebem-empty.files": 0, "pebem-small.keys": 8}
        assert target.sizes() == sizes | {"ledger-1.sealed": 5}
        with target.open("pebem-large.databases") as source:
            size = 0
            while piece := source.read(1_000_003):
                assert piece == (PIECE * 2)[size % len(PIECE) : size % len(PIECE) + len(piece)]
                size += len(piece)
        assert size == 20 * len(PIECE)
        assert read_all(target, "pebem-small.keys", 8) == b"replaced"
        assert read_all(target, "ledger-1.sealed", 99) == b"first"
        assert read_all(target, "pebem-empty.files", 0) == b""
        with pytest.raises(TargetError, match="größer"):
            read_all(target, "pebem-small.keys", 7)
        target.delete("pebem-large.databases")
        target.delete("pebem-never.databases")
        assert sorted(target.sizes()) == ["ledger-1.sealed", "pebem-empty.files", "pebem-small.keys"]
        with pytest.raises(TargetError), target.open("pebem-never.databases") as source:
            source.read(1)


@pytest.mark.parametrize("place", ["folder", *DISTANT], indirect=True)
def test_what_is_interrupted_has_no_name(place: Settings) -> None:
    """T13: half a backup is none."""

    def interrupted() -> Iterator[bytes]:
        for _ in range(20):
            yield PIECE
        raise KeyboardInterrupt

    with open_target(place.backup.targets[0], place) as target:
        with pytest.raises(KeyboardInterrupt):
            target.put("pebem-x.databases", interrupted())
        assert target.sizes() == {}


@pytest.mark.parametrize("place", DISTANT, indirect=True)
def test_a_backup_lies_at_a_distant_place_and_comes_back(ben: Person, place: Settings, tmp_path: Path) -> None:
    """T13: stored apart: S3-compatible and SFTP, whole way there and back."""
    settings = replace(ben.services.settings, backup=place.backup)
    made = backups.back_up(settings)
    assert verify.verify(settings, settings.backup.targets[0], made.installation) == made
    assert overview.state_of(settings, settings.backup.targets[0], made.installation).newest.name == made.name
    with backups.another(settings, tmp_path / "elsewhere") as elsewhere:
        backups.restored(elsewhere)
        assert backups.digests(elsewhere) == backups.digests(settings)


def test_a_folder_without_links_still_writes_nothing_over(
    tmp_path: Path, embedded: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Shares of the network often know no links."""
    monkeypatch.setattr("os.link", lambda *_: (_ for _ in ()).throw(PermissionError(1, "no links here")))
    with open_target(str(tmp_path), embedded) as target:
        assert target.put_new("ledger-1.sealed", b"first")
        assert not target.put_new("ledger-1.sealed", b"second")
        assert (tmp_path / "ledger-1.sealed").read_bytes() == b"first"
        assert [path.name for path in tmp_path.iterdir() if path.is_file()] == ["ledger-1.sealed"]


@pytest.mark.slow
def test_a_server_with_another_key_and_a_wrong_password_are_refused(tmp_path: Path, embedded: Settings) -> None:
    """T13: nobody in between gets the password, nor the backups."""
    (tmp_path / "sicherung").mkdir()
    with distant_places.sftp(tmp_path) as (address, key), distant_places.sftp(tmp_path) as (_, other):
        for backup in (
            BackupSettings((address,), sftp_host_key=other, sftp_password=distant_places.PASSWORD),
            BackupSettings((address,), sftp_password=distant_places.PASSWORD),
            BackupSettings((address,), sftp_host_key=key, sftp_password="falsch"),
            BackupSettings((address + "/fehlt",), sftp_host_key=key, sftp_password=distant_places.PASSWORD),
            BackupSettings((address,), sftp_host_key="x", sftp_password=distant_places.PASSWORD),
        ):
            with pytest.raises(TargetError), open_target(backup.targets[0], replace(embedded, backup=backup)):
                pass


@pytest.mark.parametrize(
    ("address", "message"),
    [
        ("ftp://rechner/ordner", "kein Ziel"),
        ("s3://bucket/ordner", "Bucket und Adresse"),
        ("s3://bucket/ordner?endpoint=http://s3.example.org", "Bucket und Adresse"),
        ("s3://bucket/ordner?endpoint=https://s3.example.org", "PEBEM_S3_KEY_ID"),
        ("/gibt/es/nicht", "gibt es nicht"),
    ],
)
def test_addresses_that_are_none_are_refused(embedded: Settings, address: str, message: str) -> None:
    with pytest.raises(TargetError, match=message), open_target(address, embedded):
        pass


def test_a_missing_extra_is_named(embedded: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "obstore", None)
    monkeypatch.delitem(sys.modules, "web.backup.targets.s3", raising=False)
    address = "s3://bucket/x?endpoint=https://s3.example.org"
    with pytest.raises(TargetError, match=r"'pebem-analyse\[backup-s3\]'"), open_target(address, embedded):
        pass


@pytest.mark.parametrize(
    ("variables", "message"),
    [
        ({"PEBEM_BACKUP_TIME": "25:00"}, "PEBEM_BACKUP_TIME"),
        ({"PEBEM_BACKUP_ALARM_HOURS": "1"}, "PEBEM_BACKUP_ALARM_HOURS"),
        ({"PEBEM_BACKUP_TARGET": "sftp://a:geheim@b/c"}, "PEBEM_SFTP_PASSWORD"),
        ({"PEBEM_ALARM_MAIL": "it@example.org"}, "gehören zusammen"),
        ({"PEBEM_ALARM_MAIL": "it", "PEBEM_SMTP": "smtp://localhost"}, "E-Mail-Adressen"),
        ({"PEBEM_ALARM_MAIL": "it@example.org", "PEBEM_SMTP": "smtp://a:geheim@b"}, "PEBEM_SMTP_PASSWORD"),
        ({"PEBEM_ALARM_WEBHOOK": "http://example.org/hook"}, "https://"),
    ],
)
def test_settings_that_cannot_be_right_are_refused(tmp_path: Path, variables: dict[str, str], message: str) -> None:
    with pytest.raises(settings_module.SettingsError, match=message):
        settings_module.load(tmp_path, variables)


def test_settings_are_read(tmp_path: Path) -> None:
    loaded = settings_module.load(
        tmp_path,
        {
            "PEBEM_BACKUP_TARGET": "/mnt/a  sftp://pebem@b/c",
            "PEBEM_BACKUP_TIME": "03:45",
            "PEBEM_OLD_BACKUP_KEYS": "alt1 alt2",
            "PEBEM_ALARM_MAIL": "it@example.org",
            "PEBEM_SMTP": "smtp://pebem@mail.example.org",
        },
    )
    assert loaded.backup.targets == ("/mnt/a", "sftp://pebem@b/c")
    assert (loaded.backup.hour, loaded.backup.minute, loaded.backup.alarm_hours) == (3, 45, 30)
    assert loaded.backup.former_keys == ("alt1", "alt2")
    assert (loaded.alarm.mail, loaded.alarm.sender) == (("it@example.org",), "it@example.org")
    for secret in ("alt1",):
        assert secret not in repr(loaded)
