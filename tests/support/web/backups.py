"""Places for backups, empty installations to restore into, and what two installations have in common."""

from __future__ import annotations

import os
import pickle
import secrets
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from sqlalchemy import URL
from sqlalchemy.schema import CreateSchema, DropSchema

from tests.support.product import ROOT
from tests.support.web import access as accesses
from tests.support.web import stored_results
from web.backup import load, table_rows
from web.backup.targets.address import open_target
from web.services import open_vault
from web.services.backups import restoring, run
from web.services.people import pseudonyms
from web.store.databases import connect, make_engine, snapshot
from web.store.vault import RESIDENT, STAFF

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.support.web.pages import Person
    from web.backup.manifest import Manifest
    from web.services.backups.restoring import RestoreReport
    from web.settings import Settings

LEFT_BEHIND = {"audit_event", "audit_head", "installation"}
"""Tables in which a restored installation differs from the backup: what was done to it since."""


def with_target(settings: Settings, folder: Path) -> Settings:
    """Return the settings with a folder for backups, which is made."""
    folder.mkdir(exist_ok=True)
    return replace(settings, backup=replace(settings.backup, targets=(str(folder),)))


@contextmanager
def another(settings: Settings, folder: Path) -> Iterator[Settings]:
    """Make an empty installation of the same kind with the same keys and targets, not yet migrated."""
    folder.mkdir(exist_ok=True)
    fresh = replace(settings, home=folder)
    if settings.embedded:
        yield replace(
            fresh, **{name: _file(folder / f"{name}.sqlite") for name in ("database_url", "vault_url", "queue_url")}
        )
        return
    owner = make_engine(settings.database_url)
    names = [f"pebem_{kind}_{secrets.token_hex(6)}" for kind in ("work", "vault")]
    with owner.begin() as connection:
        for name in names:
            connection.execute(CreateSchema(name))
    work, vault = (settings.database_url.update_query_dict({"options": f"-csearch_path={name}"}) for name in names)
    yield replace(fresh, database_url=work, vault_url=vault, queue_url=work)
    with owner.begin() as connection:
        for name in names:
            connection.execute(DropSchema(name, cascade=True))
    owner.dispose()


def back_up(settings: Settings) -> Manifest:
    """Make a backup at the first target."""
    databases = connect(settings)
    try:
        return run.back_up(accesses.system(databases), settings, settings.backup.targets[0])
    finally:
        databases.close()


def restored(settings: Settings, *, name: str = "", **options: Any) -> RestoreReport:
    """Restore from the first target."""
    with open_target(settings.backup.targets[0], settings) as target:
        made = restoring.find(target, settings, name)
        return restoring.restore_backup(settings, target, made, reason="Probe im Test", **options)


def figures(settings: Settings, home_id: int) -> Any:
    """Return everything that is stored of the work of a home, in counts and seconds."""
    databases = connect(settings)
    try:
        return stored_results.aggregate(databases.whole.reading, home_id)
    finally:
        databases.close()


def names(settings: Settings, home_id: int) -> dict[str, Any]:
    """Return who is behind the pseudonyms of a home."""
    databases = connect(settings)
    try:
        with open_vault.reading(accesses.of_home(databases, home_id), settings) as vault:
            return {
                pseudonym: who
                for kind in (RESIDENT, STAFF)
                for pseudonym, who in pseudonyms.people_of_home(vault, home_id, kind).items()
            }
    finally:
        databases.close()


def digests(settings: Settings) -> dict[str, tuple[int, str]]:
    """Return number and digest of the rows of every table that is backed up."""
    databases, found = connect(settings), {}
    try:
        for database, engine in (("work", databases.work), ("vault", databases.vault)):
            with snapshot(engine) as connection:
                load.dump.settle(connection)
                for shape in table_rows.shapes(database, load.METADATA[database]):
                    found[shape.part] = load.digest(connection, shape)
    finally:
        databases.close()
    return {part: told for part, told in found.items() if part.partition("/")[2] not in LEFT_BEHIND}


def killed(tmp_path: Path, settings: Settings, script: str, *arguments: str) -> None:
    """Run a script that kills itself, with the settings as its first argument; fail where it lives to its end."""
    kept = tmp_path / f"settings-{secrets.token_hex(4)}"
    kept.write_bytes(pickle.dumps(settings))
    ended = subprocess.run(
        [sys.executable, "-c", script, str(kept), *arguments],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        check=False,
        capture_output=True,
        timeout=120,
    )
    assert ended.returncode == -9, ended.stderr.decode()[-2000:]


def upload_files(who: Person) -> list[str]:
    """Return the files of uploads in an installation's folder."""
    folder = who.services.settings.uploads
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def _file(path: Path) -> URL:
    return URL.create("sqlite", database=str(path))
