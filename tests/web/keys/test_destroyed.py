"""Whoever destroys the keys of an operator has made its names unreadable, in backups too."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import func, select

from tests.support.web import backups, workbooks
from tests.support.web.accounts import actions
from tests.support.web.pages import person
from web.backup.ledger import DeletionLedger
from web.services import open_vault
from web.services.backups import opening
from web.services.keys import key_copies, overview, rotation
from web.services.open_vault import VaultClosedError
from web.services.uploads import records
from web.store.databases import connect
from web.store.vault import Identity, TenantKey

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.support.web.pages import Person
    from web.settings import Settings


@pytest.fixture
def target(anna: Person, tmp_path: Path) -> Settings:
    """A home that is backed up, with a second operator beside it."""
    anna.read_in(workbooks.workbook())
    olga = person(anna.app, "olga", "Träger Ost", "Haus am See")
    olga.read_in(workbooks.workbook())
    rotation.rotate(anna.system, anna.services.settings, tenant="Träger Nord")
    return backups.with_target(anna.services.settings, tmp_path / "target")


def destroyed(who: Person, settings: Settings) -> list[str]:
    reference = open_vault.reference_of(who.access)
    return key_copies.destroy(who.access, settings, reference, rule="Vertragsende")


def people(settings: Settings) -> int:
    databases = connect(settings)
    try:
        with databases.whole.vault_reading() as session:
            return session.scalar(select(func.count()).select_from(Identity))
    finally:
        databases.close()


def test_names_are_unreadable_here_and_in_every_backup(anna: Person, target: Settings, tmp_path: Path) -> None:
    """H8, T9: former keys and the one in use; the rows are there, and nothing opens them."""
    made = backups.back_up(target)
    assert backups.names(target, anna.home_id)
    assert destroyed(anna, target) == []
    with pytest.raises(VaultClosedError):
        backups.names(target, anna.home_id)
    with backups.another(target, tmp_path / "elsewhere") as elsewhere:
        backups.restored(elsewhere, name=made.name)
        assert people(elsewhere) == people(target) > 0
        with pytest.raises(VaultClosedError):
            backups.names(elsewhere, anna.home_id)
        assert backups.names(elsewhere, 2), "those of the other operator open"
        assert backups.figures(elsewhere, anna.home_id).counted == workbooks.COUNTED, "analysis needs no key"
    nord, east = overview.of_tenants(anna.system, target)
    assert (nord.current, nord.replaced, nord.lost > 0) == ("", 0, True)
    assert (east.lost, east.sealed > 0) == (0, True)
    assert actions(anna).count(key_copies.DESTROYED) == 1


def test_a_copy_that_could_not_be_replaced_is_told_and_brings_nothing_back(
    anna: Person, target: Settings, tmp_path: Path
) -> None:
    """H5, H8: the ledger of deletions destroys the keys again before anything opens."""
    backups.back_up(target)
    folder = tmp_path / "target"
    (copy,) = folder.glob("*.keys")
    former = copy.read_bytes()
    folder.rename(tmp_path / "gone")
    assert destroyed(anna, target) == [str(folder)]
    (tmp_path / "gone").rename(folder)
    assert copy.read_bytes() == former
    with backups.another(target, tmp_path / "elsewhere") as elsewhere:
        (elsewhere.home / "ledger").symlink_to(target.ledger)
        report = backups.restored(elsewhere)
        assert report.deleted == {"schluessel": 2}
        with pytest.raises(VaultClosedError):
            backups.names(elsewhere, anna.home_id)
        assert backups.names(elsewhere, 2)


def keys(settings: Settings) -> int:
    databases = connect(settings)
    try:
        with databases.whole.vault_reading() as session:
            return session.scalar(select(func.count()).select_from(TenantKey))
    finally:
        databases.close()


def test_cut_off_before_the_commit_it_is_carried_out_at_the_next_start(
    anna: Person, target: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """H5, H8: the ledger is written before the keys go, so a process that dies in between has not only tried."""
    assert keys(target) == 3

    def die(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as cut:
        cut.setattr(key_copies, "_delete", die)
        cut.setattr(DeletionLedger, "append", without_withdrawals(DeletionLedger.append))
        with pytest.raises(KeyboardInterrupt):
            destroyed(anna, target)
    assert keys(target) == 3
    opening.prepare(target)
    assert keys(target) == 1


def without_withdrawals(real: Callable[..., Any]) -> Callable[..., Any]:
    """Return the same, but dead where the block has failed: as the process would be."""

    def append(self: DeletionLedger, entries: Any, at: Any, **options: Any) -> Any:
        return real(self, entries, at) if not options else None

    return append


def test_an_upload_after_it_makes_nobody_a_second_person(anna: Person, target: Settings) -> None:
    """H8: numbers whose key is gone cannot be looked up, so nothing is stored beside them."""
    before = people(target)
    destroyed(anna, target)
    upload_id = anna.read_in(workbooks.workbook(), store=False)
    assert anna.state(upload_id) == records.ABORTED
    assert people(target) == before
