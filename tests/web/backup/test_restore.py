"""A restore: the same figures to the second, the same names, and nothing that was deleted since."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, select

from tests.support.web import backups, vaults, workbooks
from tests.support.web.pages import browser, path_of
from web.app import create_app
from web.backup.errors import BackupError
from web.services.backups import ledger_copies, opening, rehearsal, replays, restoring
from web.services.deletion_ledger import LedgerKind
from web.services.uploads import kept_files, records
from web.services.uploads.removal import discarded
from web.store import models, pending_restore
from web.store.databases import connect

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.web.pages import Person
    from web.settings import Settings


def with_uploads(who: Person, folder: Path) -> Settings:
    """Return an installation with a place for backups, a stored upload and one that waits for a decision."""
    who.read_in(workbooks.workbook())
    who.read_in(workbooks.workbook(Mitarbeitende=workbooks.STAFF), name="Personal.xlsx", store=False)
    return backups.with_target(who.services.settings, folder / "target")


@pytest.fixture
def target(anna: Person, tmp_path: Path) -> Settings:
    """Anna's installation, on each database."""
    return with_uploads(anna, tmp_path)


@pytest.fixture
def small(ben: Person, tmp_path: Path) -> Settings:
    """Ben's, for what does not depend on the database."""
    return with_uploads(ben, tmp_path)


def discard(who: Person, settings: Settings, upload_id: int = 2) -> None:
    discarded.discard(who.access, settings, upload_id)


def state_of(settings: Settings, upload_id: int) -> str:
    databases = connect(settings)
    try:
        with databases.whole.reading() as session:
            return session.get_one(models.Upload, upload_id).state
    finally:
        databases.close()


def mark_of(settings: Settings) -> pending_restore.PendingRestore | None:
    databases = connect(settings)
    try:
        return pending_restore.find(databases.work)
    finally:
        databases.close()


def test_everything_comes_back_to_the_second(anna: Person, target: Settings, tmp_path: Path) -> None:
    """I2, T13: the same rows, figures, names and files in an empty installation; the log there says so."""
    client = anna.first_sign_in()
    assert client.get("/").status_code == 200
    made = backups.back_up(target)
    with backups.another(target, tmp_path / "elsewhere") as elsewhere:
        report = backups.restored(elsewhere)
        assert (report.name, report.rows, report.files) == (made.name, made.rows, made.file_count)
        assert set(report.seconds) == {"Datenbanken", "Dateien", "Stand des Programms", "Löschungen seit der Sicherung"}
        assert backups.figures(elsewhere, anna.home_id) == backups.figures(target, anna.home_id)
        assert backups.figures(elsewhere, anna.home_id).counted == workbooks.COUNTED
        assert backups.digests(elsewhere) == backups.digests(target)
        assert backups.names(elsewhere, anna.home_id) == backups.names(target, anna.home_id)
        with vaults.access_of(elsewhere) as there, vaults.access_of(target) as here:
            brought, left = kept_files.result(there, elsewhere, 2), kept_files.result(here, target, 2)
        assert brought.tables.staff.equals(left.tables.staff)
        databases = connect(elsewhere)
        with databases.whole.reading() as session:
            last = session.scalars(select(models.AuditEvent).order_by(models.AuditEvent.id.desc())).first()
            assert session.scalar(select(func.count()).select_from(models.SignIn)) == 0, "every session has ended"
        with databases.whole.writing.begin() as session:  # numbers go on where they were
            session.add(models.Tenant(name="Neuer Träger"))
        databases.close()
        assert (last.action, last.object, last.reason) == (restoring.RESTORED, made.name, "Probe im Test")
        opening.prepare(elsewhere)


def test_installations_with_data_are_replaced_only_when_told(anna: Person, target: Settings) -> None:
    """T13: nobody loses what is there by mistake; who asks for it gets the state of the backup."""
    made = backups.back_up(target)
    before = backups.digests(target)
    client = anna.first_sign_in()
    assert client.get("/").status_code == 200
    anna.read_in(workbooks.workbook())
    discard(anna, target)
    changed = backups.digests(target)
    with pytest.raises(BackupError, match="--replace"):
        backups.restored(target)
    assert backups.digests(target) == changed
    report = backups.restored(target, name=made.name, replace_all=True)
    assert report.deleted == {"datenlieferung": 1}
    after = backups.digests(target)
    assert {part for part, told in before.items() if after[part] != told} == {
        "work/batch",
        "work/finding_place",
        "vault/upload",
    }
    assert path_of(client.get("/")) == "/anmelden", "who was signed in at the running server is out"
    assert state_of(target, 1) == records.STORED
    assert state_of(target, 2) == records.DISCARDED


def test_what_was_deleted_since_is_deleted_again_before_anything_opens(
    ben: Person, small: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """H5, T13: on the way nobody gets in: no start, no command, no sign-in at a server that is already running."""
    made = backups.back_up(small)
    discard(ben, small)
    ledger_copies.try_update(small, small.backup.targets[0], made.installation)
    with backups.another(small, tmp_path / "elsewhere") as elsewhere:
        with monkeypatch.context() as broken:
            broken.setitem(replays.REPLAYS, LedgerKind.UPLOAD, lambda *_: 1 / 0)
            with pytest.raises(ZeroDivisionError):
                backups.restored(elsewhere)
        assert mark_of(elsewhere).step == pending_restore.LOADED
        assert state_of(elsewhere, 2) == records.READ, "it is back"
        with pytest.raises(opening.NotOpenError, match="pebem restore --resume"):
            opening.prepare(elsewhere)
        app = create_app(elsewhere)
        client = browser(app)
        for address in ("/anmelden", "/", "/bereit"):
            answer = client.get(address)
            assert answer.status_code == 503
            assert "wiederhergestellt" in answer.text
        assert client.post("/anmelden", data={"benutzername": "ben", "kennwort": ben.password}).status_code in {
            400,
            503,
        }
        report = restoring.resume(elsewhere)
        assert report.deleted == {"datenlieferung": 1}
        assert client.get("/anmelden").status_code == 200
        app.extensions["pebem"].databases.close()
        app.extensions["pebem"].jobs.close()
        assert state_of(elsewhere, 2) == records.DISCARDED
        assert not list((elsewhere.uploads / "2").glob("*"))
        assert mark_of(elsewhere) is None
        with pytest.raises(BackupError, match="keine Wiederherstellung"):
            restoring.resume(elsewhere)


def test_without_the_ledger_nothing_is_restored_unless_told(ben: Person, small: Settings, tmp_path: Path) -> None:
    """H5: a lost ledger means that deleted things may come back: somebody has to say that they know."""
    discard(ben, small)
    backups.back_up(small)
    place = tmp_path / "target"
    for path in place.glob("ledger-*"):
        path.unlink()
    with backups.another(small, tmp_path / "elsewhere") as elsewhere:
        with pytest.raises(BackupError, match="--without-ledger"):
            backups.restored(elsewhere)
        assert mark_of(elsewhere) is None, "it was refused before anything was written"
        backups.restored(elsewhere, without_ledger=True)
        opening.prepare(elsewhere)
        assert state_of(elsewhere, 1) == records.STORED


def test_names_that_do_not_open_keep_the_installation_closed(ben: Person, small: Settings, tmp_path: Path) -> None:
    """E3: the keys are no part of the backup; with a wrong one nothing opens, and the right one finishes it."""
    backups.back_up(small)
    with backups.another(small, tmp_path / "elsewhere") as elsewhere:
        wrong = replace(elsewhere, vault_key="ein falscher Schlüssel für den Tresor, 0123456789")
        with pytest.raises(BackupError, match="PEBEM_VAULT_KEY"):
            backups.restored(wrong)
        with pytest.raises(opening.NotOpenError):
            opening.prepare(elsewhere)
        restoring.resume(elsewhere)
        assert backups.names(elsewhere, ben.home_id) == backups.names(small, ben.home_id)


def test_uploads_whose_files_are_gone_are_discarded_and_half_read_ones_read_again(
    ben: Person, small: Settings, tmp_path: Path
) -> None:
    """T13: files are kept for days, databases for a year; what waits for a decision says what became of it."""
    third = ben.read_in(workbooks.workbook(Bewohner=workbooks.RESIDENTS), name="Bewohner.xlsx", store=False)
    (small.uploads / str(third) / "result").unlink()
    made = backups.back_up(small)
    with backups.another(small, tmp_path / "first") as elsewhere:
        assert backups.restored(elsewhere).missing_files == 1
        assert [state_of(elsewhere, number) for number in (2, third)] == [records.READ, records.WAITING]
    (tmp_path / "target" / made.files.name).unlink()
    with backups.another(small, tmp_path / "second") as elsewhere:
        assert backups.restored(elsewhere).missing_files == 2
        assert [state_of(elsewhere, number) for number in (1, 2, third)] == [
            records.STORED,
            records.DISCARDED,
            records.DISCARDED,
        ]


def test_a_damaged_backup_changes_nothing(ben: Person, small: Settings, tmp_path: Path) -> None:
    """T13: what does not prove genuine to its end is not restored, not even in part."""
    made = backups.back_up(small)
    before = backups.digests(small)
    path = tmp_path / "target" / made.databases.name
    raw = path.read_bytes()
    path.write_bytes(raw[:-20] + bytes(20))
    with pytest.raises(BackupError, match="beschädigt"):
        backups.restored(small, replace_all=True)
    assert backups.digests(small) == before
    path.write_bytes(raw[:-1])
    with pytest.raises(BackupError, match="lässt sich nicht verwenden: beschädigt"):
        backups.restored(small, name=made.name, replace_all=True)
    opening.prepare(small)
    assert ben.state(1) == records.STORED


def test_a_rehearsal_compares_and_leaves_no_trace_but_the_log(
    anna: Person, target: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """I2: rehearsed with a measured time beside the running installation; a difference fails it."""
    made = backups.back_up(target)
    before = backups.digests(target)
    with restoring.open_target(target.backup.targets[0], target) as place:
        result = rehearsal.rehearse(anna.system, target, place, made)
        assert (result.homes, result.same, result.outdated, result.passed) == (1, 1, 0, True)
        assert result.report.seconds["Datenbanken"] > 0
        assert backups.digests(target) == before
        assert list(target.home.glob("pebem_probe_*")) == []
        answers = iter(({"count": 1}, {"count": 2}))
        monkeypatch.setattr(rehearsal, "_figures", lambda *_: next(answers))
        assert not rehearsal.rehearse(anna.system, target, place, made).passed
    with anna.services.databases.whole.reading() as session:
        query = select(models.AuditEvent.result).where(models.AuditEvent.action == rehearsal.REHEARSED)
        assert session.scalars(query.order_by(models.AuditEvent.id)).all() == ["ok", "fehler"]


@pytest.mark.deep
def test_a_backup_of_one_database_is_restored_into_the_other(
    anna: Person, target: Settings, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """T13: a backup is bound to no database: a home may move from the folder to PostgreSQL, or back."""
    backups.back_up(target)
    kind = request.getfixturevalue("postgres") if target.embedded else replace(target, embedded=True)
    moved = replace(
        kind, **{name: getattr(target, name) for name in ("secret_key", "vault_key", "backup_key", "backup")}
    )
    with backups.another(moved, tmp_path / "elsewhere") as elsewhere:
        backups.restored(elsewhere)
        assert backups.digests(elsewhere) == backups.digests(target)
        assert backups.figures(elsewhere, anna.home_id) == backups.figures(target, anna.home_id)
        opening.prepare(elsewhere)
