"""A backup: all of both databases and the files, sealed, read back; and nobody learns anything from it."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import func, select

from tests.support.web import backups, workbooks
from tests.support.web.accounts import actions
from web.backup import create, dump
from web.backup.errors import BackupError
from web.backup.keys import keys_of
from web.backup.targets import folder as folder_target
from web.backup.targets.address import open_target
from web.services.backups import overview, run, verify
from web.store import models
from web.store.databases import connect
from web.store.vault import Identity

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.support.web.pages import Person

MANIFEST = {
    "name",
    "created",
    "verified",
    "key",
    "installation",
    "program",
    "revisions",
    "databases",
    "files",
    "tables",
    "rows",
    "file_count",
    "ledger",
    "version",
    "mac",
}


def test_a_backup_has_every_row_and_file_and_shows_nothing(anna: Person, tmp_path: Path) -> None:
    """T13, E2, I1: complete, encrypted before it leaves, and its description says nothing of anybody."""
    anna.read_in(workbooks.workbook())
    anna.read_in(workbooks.workbook(), store=False)
    services, place = anna.services, tmp_path / "target"
    settings = backups.with_target(services.settings, place)
    made = run.back_up(anna.system, settings, str(place))
    with services.databases.whole.reading() as session, services.databases.whole.vault_reading() as vault:
        tables = [one for one in models.Tenant.metadata.sorted_tables if one.name not in {"sign_in", "first_token"}]
        rows = sum(session.scalar(select(func.count()).select_from(table)) for table in tables)
        names = [one for one in Identity.metadata.sorted_tables if one.name != "tenant_key"]
        rows += sum(vault.scalar(select(func.count()).select_from(table)) for table in names)
    assert made.rows == rows - 2, "all but the entry in the log that says so, and the head of its chain"
    assert made.file_count == len(backups.upload_files(anna)) == 5
    assert actions(anna)[-1] == run.MADE
    told = json.loads((place / f"{made.name}.manifest.json").read_text(encoding="ascii"))
    assert set(told) == MANIFEST
    raw = b"".join(path.read_bytes() for path in place.iterdir())
    assert workbooks.told(raw.decode("latin-1")) == []
    for telling in ("Müller", "Żeromska", "Haus am Deich", "Träger Nord", "Interventionen"):
        assert telling.encode() not in raw
    assert {path.stat().st_mode & 0o777 for path in place.iterdir()} == {0o600}
    checked = verify.verify(settings, str(place), made.installation)
    assert checked == made
    state = overview.state_of(settings, str(place), overview.reference_of(anna.system))
    assert (state.newest.name, state.newest.good, state.overdue) == (made.name, True, False)


def test_what_is_read_back_differently_is_no_backup(
    ben: Person, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """T13: verified after writing. A disk that returns other bytes than it was given is noticed at once."""
    place = tmp_path / "target"
    settings = backups.with_target(ben.services.settings, place)
    backups.back_up(settings)
    real = folder_target.FolderTarget.put

    def put_damaged(self: Any, name: str, content: Any) -> None:
        real(self, name, content)
        if name.endswith(".databases"):
            raw = (place / name).read_bytes()
            (place / name).write_bytes(raw[:-20] + bytes(20))

    with monkeypatch.context() as broken:
        broken.setattr(folder_target.FolderTarget, "put", put_damaged)
        with pytest.raises(BackupError, match="beschädigt"):
            backups.back_up(settings)
    assert len([path for path in place.iterdir() if path.name.endswith(".databases")]) == 1
    with ben.services.databases.whole.reading() as session:
        last = session.scalars(select(models.AuditEvent).order_by(models.AuditEvent.id.desc())).first()
    assert (last.action, last.result) == (run.MADE, "fehler")
    assert "beschädigt" in last.reason


def test_a_table_of_which_rows_are_missing_ends_the_backup(
    ben: Person, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """T13: what the database hides (a policy, a fault of the driver) is not backed up as if it were not there."""
    real = dump._selected

    def without_first(connection: Any, shape: Any) -> Iterator[bytes]:
        for block in real(connection, shape):
            yield block.partition(b"\n")[2] if shape.table == "account" else block

    monkeypatch.setattr(dump, "_selected", without_first)
    with pytest.raises(BackupError, match="account kamen 0 statt 1"):
        backups.back_up(backups.with_target(ben.services.settings, tmp_path / "target"))


def test_the_vault_of_a_backup_knows_everybody_its_work_database_mentions(
    anna: Person, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """T13: an upload stored while the backup runs is in it with its names, or not at all."""
    anna.read_in(workbooks.workbook())
    services = anna.services
    settings = backups.with_target(services.settings, tmp_path / "target")
    later = {"Bewohner": [workbooks.RESIDENTS[0], ("4711", "Später", "Ida", "WB 1", "")]}
    real = create._files

    def meanwhile(*arguments: Any) -> Any:
        anna.read_in(workbooks.workbook(**later), name="später.xlsx")
        return real(*arguments)

    with monkeypatch.context() as busy:
        busy.setattr(create, "_files", meanwhile)
        made = run.back_up(anna.system, settings, settings.backup.targets[0])
    with backups.another(settings, tmp_path / "elsewhere") as elsewhere:
        backups.restored(elsewhere, name=made.name)
        known = backups.names(elsewhere, anna.home_id)
        databases = connect(elsewhere)
        with databases.whole.reading() as session:
            mentioned = set(session.scalars(select(models.Resident.pseudonym)))
            uploads = session.scalar(select(func.count()).select_from(models.Upload))
        databases.close()
    assert uploads == 1, "the state is that before the second upload"
    assert "4711" in {number for number, _ in known.values()}, "the vault has more"
    assert mentioned <= known.keys()


def test_backups_of_an_empty_installation_are_refused(settings: Any, tmp_path: Path) -> None:
    """T13: a new machine that waits for its restore does not put an empty backup in the place of the last good one."""
    with pytest.raises(BackupError, match="noch leer"):
        backups.back_up(backups.with_target(settings, tmp_path / "target"))
    assert list((tmp_path / "target").iterdir()) == []


def test_a_folder_that_is_not_there_is_not_made(ben: Person, tmp_path: Path) -> None:
    """T13: a disk that is not mounted; the backup must not land on the disk it is to protect against."""
    settings = backups.with_target(ben.services.settings, tmp_path / "target")
    (tmp_path / "target").rmdir()
    with pytest.raises(BackupError, match="gibt es nicht"):
        backups.back_up(settings)
    assert not (tmp_path / "target").exists()


def test_a_stolen_description_of_an_old_backup_does_not_make_it_new(ben: Person, tmp_path: Path) -> None:
    """I1: whoever can write to the place but has no key cannot make a backup count, nor make it look younger."""
    place = tmp_path / "target"
    settings = backups.with_target(ben.services.settings, place)
    made = backups.back_up(settings)
    path = place / f"{made.name}.manifest.json"
    told = json.loads(path.read_text(encoding="ascii"))
    path.write_text(json.dumps(told | {"created": "2030-01-01T00:00:00+00:00"}), encoding="ascii")
    state = overview.state_of(settings, str(place), made.installation)
    assert state.newest is None
    assert [one.state for one in state.backups] == ["beschädigt"]
    foreign = replace(settings, backup_key="ein anderer Schlüssel, ebenso lang und ebenso zufällig")
    path.write_text(json.dumps(told, indent=1), encoding="ascii")
    assert [one.state for one in overview.state_of(foreign, str(place), "").backups] == ["anderer Schlüssel"]
    with open_target(str(place), foreign) as target, pytest.raises(BackupError):
        create.check_part(target, made.databases, keys_of(foreign))
