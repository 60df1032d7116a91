"""Deletions reach the ledger with their transaction, and are carried out on every database that does not know them."""

from __future__ import annotations

import shutil
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import event
from sqlalchemy.exc import OperationalError

from tests.support.web import backups, workbooks
from web.backup.keys import keys_of
from web.backup.ledger import DeletionLedger, LedgerEntry, LedgerError, open_ledger
from web.services import clock, deletion_ledger
from web.services.backups import ledger_copies, opening, overview, replays
from web.services.deletion_ledger import LedgerKind
from web.services.uploads import records, retention
from web.services.uploads.removal import discarded
from web.store import installation, models

if TYPE_CHECKING:
    from tests.support.web.pages import Person


def waiting(who: Person) -> int:
    """Return an upload that waits for a decision."""
    return who.read_in(workbooks.workbook(Mitarbeitende=workbooks.STAFF), store=False)


def ledger_of(who: Person) -> DeletionLedger:
    settings, reference = who.services.settings, overview.reference_of(who.system)
    return open_ledger(settings, keys_of(settings), reference)


def position(who: Person) -> int:
    with who.services.databases.whole.reading() as session:
        return installation.find(session).ledger


def discard(who: Person, upload_id: int, **options: Any) -> None:
    discarded.discard(who.access, who.services.settings, upload_id, **options)


def put_back(who: Person, upload_id: int) -> None:
    """Put the database back to before an upload was discarded, as a copy of it would."""
    with who.services.databases.whole.writing.begin() as session:
        session.get_one(models.Upload, upload_id).state = records.READ
        installation.locked(session).ledger = 0


def test_an_entry_names_nothing_that_comes_back_with_another_meaning(ben: Person) -> None:
    """H5: references of home and operator and a keyed digest, no serial number, no free text."""
    upload_id = waiting(ben)
    discard(ben, upload_id, reason="enthielt Namen von Frau Quast")
    (segment,) = ledger_of(ben).segments()
    with ben.services.databases.whole.reading() as session:
        home = session.get_one(models.Home, ben.home_id)
        tenant = session.get_one(models.Tenant, home.tenant_id)
        upload = session.get_one(models.Upload, upload_id)
        identity = (upload.file_hash.hex(), upload.created_at.isoformat())
    (entry,) = segment.entries
    assert entry == LedgerEntry("datenlieferung", tenant.reference, home.reference, entry.subject, "auf Anordnung")
    due = deletion_ledger.DueDeletion(entry, keys_of(ben.services.settings), segment.key)
    assert due.is_about(*identity)
    assert not due.is_about(identity[0], "2026-01-01T00:00:00+00:00")
    assert position(ben) == 1
    assert len({home.reference, tenant.reference}) == 2


def test_what_retention_discards_is_in_the_ledger_with_its_rule(ben: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    """H3, H5: a deletion by the clock is repeated after a restore as well."""
    waiting(ben)
    later = clock.now() + timedelta(days=8)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert retention.delete_expired(ben.system, ben.services.settings) == 1
    (segment,) = ledger_of(ben).segments()
    assert segment.entries[0].rule == "nach 7 Tagen ohne Entscheidung"


def test_a_deletion_that_fails_leaves_no_entry(ben: Person) -> None:
    upload_id = waiting(ben)
    discard(ben, upload_id)
    with pytest.raises(discarded.UploadError):
        discard(ben, upload_id)
    assert len(ledger_of(ben).segments()) == 1


def test_a_deletion_whose_commit_fails_is_withdrawn(anna: Person) -> None:
    """What stays is not deleted at the next start."""
    upload_id, services = waiting(anna), anna.services
    with services.databases.whole.writing.begin() as session:
        installation.locked(session)

    def refuse(_connection: Any) -> None:
        raise OperationalError("COMMIT", {}, OSError("disk full"))

    event.listen(services.databases.work, "commit", refuse)
    try:
        with pytest.raises(OperationalError):
            discard(anna, upload_id)
    finally:
        event.remove(services.databases.work, "commit", refuse)
    assert [(one.number, one.withdraws) for one in ledger_of(anna).segments()] == [(1, None), (2, 1)]
    opening.prepare(services.settings)
    assert anna.state(upload_id) == records.READ


def test_a_deletion_cut_off_before_its_commit_is_carried_out_at_the_next_start(anna: Person) -> None:
    """H5: it was ordered and is in the ledger; kill -9 in between does not undo the order."""
    upload_id, services = waiting(anna), anna.services
    with services.databases.whole.writing.begin() as session:
        installation.locked(session)
    with services.databases.whole.writing() as session:  # what a killed process leaves: rolled back, not withdrawn
        upload = session.get_one(models.Upload, upload_id)
        entry = deletion_ledger.entry(
            session,
            services.settings,
            LedgerKind.UPLOAD,
            home_id=anna.home_id,
            subject=(upload.file_hash.hex(), upload.created_at.isoformat()),
            rule="auf Anordnung",
        )
        deletion_ledger.announce(session, services.settings, [entry])
        session.rollback()
    assert anna.state(upload_id) == records.READ
    opening.prepare(services.settings)
    assert anna.state(upload_id) == records.DISCARDED
    assert not list((services.settings.uploads / str(upload_id)).glob("*"))
    assert position(anna) == 1


def test_a_copy_put_back_by_hand_does_not_bring_back_what_was_deleted(ben: Person, tmp_path: Path) -> None:
    """H5: without `pebem restore` as well: the database is behind its ledger, which the start notices."""
    upload_id, settings = waiting(ben), ben.services.settings
    with ben.services.databases.whole.writing.begin() as session:
        installation.locked(session)
    ben.services.databases.close()
    for name in ("work.sqlite", "vault.sqlite"):
        shutil.copyfile(settings.home / name, tmp_path / name)
    shutil.copytree(settings.uploads, tmp_path / "uploads")
    discard(ben, upload_id)
    ben.services.databases.close()
    for name in ("work.sqlite", "vault.sqlite"):
        for rest in ("-wal", "-shm"):
            Path(f"{settings.home / name}{rest}").unlink(missing_ok=True)
        shutil.copyfile(tmp_path / name, settings.home / name)
    shutil.copytree(tmp_path / "uploads", settings.uploads, dirs_exist_ok=True)
    assert ben.state(upload_id) == records.READ
    opening.prepare(settings)
    assert ben.state(upload_id) == records.DISCARDED
    assert not list((settings.uploads / str(upload_id)).glob("*"))


def test_a_ledger_that_was_lost_here_is_fetched_from_a_target(ben: Person, tmp_path: Path) -> None:
    """H5: the folder of the installation may be lost; the copies beside the backups are there to be asked."""
    upload_id = waiting(ben)
    settings = backups.with_target(ben.services.settings, tmp_path / "target")
    discard(ben, upload_id)
    reference = overview.reference_of(ben.system)
    assert ledger_copies.try_update(settings, settings.backup.targets[0], reference) == ""
    shutil.rmtree(settings.ledger)
    with pytest.raises(LedgerError, match="kürzer"):
        replays.due(ben.system, settings)
    opening.prepare(settings)
    assert [one.number for one in ledger_of(ben).segments()] == [1]
    shutil.rmtree(settings.ledger)
    put_back(ben, upload_id)  # and a database that knows of nothing
    ledger_copies.try_update(settings, settings.backup.targets[0], reference)
    opening.prepare(settings)
    assert ben.state(upload_id) == records.DISCARDED


def test_a_new_deletion_does_not_hide_one_that_is_still_to_be_done(ben: Person) -> None:
    """H5: the position in the ledger moves on only where everything before it was carried out."""
    first, second = waiting(ben), waiting(ben)
    discard(ben, first)
    put_back(ben, first)
    discard(ben, second)
    assert position(ben) == 0
    opening.prepare(ben.services.settings)
    assert (ben.state(first), position(ben)) == (records.DISCARDED, 2)


def test_what_this_program_cannot_delete_keeps_it_closed(ben: Person) -> None:
    """H5: an older program must not open what a newer one deleted in a way it does not know."""
    with ben.services.databases.whole.writing.begin() as session:
        row = installation.locked(session)
        open_ledger(ben.services.settings, keys_of(ben.services.settings), row.reference).append(
            [LedgerEntry("zukunft", "a", "b", "c", "d")], clock.now()
        )
    with pytest.raises(opening.NotOpenError, match="zukunft"):
        opening.prepare(ben.services.settings)


def test_every_kind_of_deletion_has_its_replay() -> None:
    """H5: whoever adds a kind says how a restore repeats it."""
    assert set(replays.REPLAYS) == set(LedgerKind)
    assert len(LedgerKind) >= 1
