"""Keys in the databases are in no backup: one copy beside them, as they are now, so that a destroyed key stays so."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import delete, func, inspect, select

from tests.support.web import backups, workbooks
from web.backup import create
from web.backup.errors import BackupError
from web.backup.keys import keys_of
from web.backup.targets.address import open_target
from web.store.data_classes import Deletion
from web.store.databases import connect
from web.store.vault import Identity

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.web.pages import Person
    from web.settings import Settings


@pytest.fixture
def identities_are_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    """Identities in the place of a table of keys."""
    monkeypatch.setitem(Identity.__table__.info, "deletion_class", Deletion.KEYS.value)


def count(settings: Settings) -> int:
    databases = connect(settings)
    try:
        with databases.whole.vault_reading() as session:
            return session.scalar(select(func.count()).select_from(Identity))
    finally:
        databases.close()


@pytest.mark.usefixtures("identities_are_keys")
def test_a_destroyed_key_is_in_no_older_backup_either(ben: Person, tmp_path: Path) -> None:
    """H8, T9: the copy follows a destruction at once; older backups open nothing of it any more."""
    ben.read_in(workbooks.workbook())
    settings = backups.with_target(ben.services.settings, tmp_path / "target")
    made = backups.back_up(settings)
    keys = count(settings)
    assert keys > 3
    with backups.another(settings, tmp_path / "before") as elsewhere:
        backups.restored(elsewhere, name=made.name)
        assert count(elsewhere) == keys
    with ben.services.databases.whole.vault_writing.begin() as session:
        session.execute(delete(Identity))
    with open_target(settings.backup.targets[0], settings) as target:
        create.copy_keys(ben.services.databases, target, keys_of(settings))
    with backups.another(settings, tmp_path / "after") as elsewhere:
        backups.restored(elsewhere, name=made.name)
        assert count(elsewhere) == 0


@pytest.mark.usefixtures("identities_are_keys")
def test_without_the_copy_nothing_is_restored(ben: Person, tmp_path: Path) -> None:
    """E3: names that no key opens would be found out too late."""
    ben.read_in(workbooks.workbook())
    settings = backups.with_target(ben.services.settings, tmp_path / "target")
    made = backups.back_up(settings)
    (tmp_path / "target" / f"pebem-{made.installation}.keys").unlink()
    with backups.another(settings, tmp_path / "elsewhere") as elsewhere:
        with pytest.raises(BackupError, match="Kopie der Schlüssel"):
            backups.restored(elsewhere)
        databases = connect(elsewhere)
        assert inspect(databases.vault).get_table_names() == [], "nothing was written"
        databases.close()
