"""Writing a backup into both databases and into the folder of uploads."""

from __future__ import annotations

import re
import shutil
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from web.backup import load, manifest
from web.backup.contents import ContentReader
from web.backup.create import FILE_NAME, DigestingSource
from web.backup.errors import BackupError, DamagedError
from web.backup.manifest import DATABASES, FILES, KEYS, SealedPart
from web.backup.table_rows import TableShape
from web.store import migrate, pending_restore
from web.store.pending_restore import LOADING, PendingRestore

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from sqlalchemy import Connection

    from web.backup.keys import BackupKeys
    from web.backup.manifest import Manifest
    from web.backup.targets.place import BackupTarget
    from web.settings import Settings
    from web.store.databases import Databases

_UPLOAD: Final = re.compile(r"\d{1,18}")


def is_empty(databases: Databases) -> bool:
    """Return whether neither database has any row."""
    for engine in (databases.work, databases.vault):
        with engine.execution_options(pebem_writes=False).connect() as connection:
            if load.filled_tables(connection):
                return False
    return True


def restore_databases(
    databases: Databases,
    target: BackupTarget,
    made: Manifest,
    keys: BackupKeys,
    mark: PendingRestore,
    *,
    on_part: Callable[[str], None] = lambda _: None,
) -> int:
    """Replace everything in both databases by a backup, and return the number of rows.

    All of it happens in one transaction of each database, the commit of the work database, with the mark, first. Until
    then everything is as it was before; from then on nothing opens until the mark is gone. Every table is read back and
    compared before the commit.

    Raises
    ------
    BackupError
        Where the backup is not whole, or the databases do not take it. Nothing has changed then.
    """
    with target.open(made.databases.name) as file:
        source = DigestingSource(file)
        reader = ContentReader(source, keys, DATABASES)
        shapes = _shapes(reader.about)
        with databases.vault.begin() as vault, databases.work.begin() as work:
            connections = {"work": work, "vault": vault}
            for database, connection in connections.items():
                load.recreate(connection, database, reader.about["revisions"][database])
                load.check_shapes(connection, [shape for shape in shapes.values() if shape.database == database])
            for part, blocks in reader.parts():
                on_part(part)
                shape = shapes[part]
                load.load_table(connections[shape.database], shape, blocks)
            _check(source, made.databases)
            for part, shape in shapes.items():
                told = reader.digests[part]
                if load.digest(connections[shape.database], shape) != (told.lines, told.sha256):
                    raise BackupError(f"Die Tabelle {shape.table} ist in der Datenbank nicht so angekommen.")
            for database, connection in connections.items():
                load.go_on_counting(connection, [one for one in shapes.values() if one.database == database])
            _load_keys(vault, target, made, keys)
            pending_restore.put(work, replace(mark, step=LOADING))
    return sum(told.lines for told in reader.digests.values())


def _load_keys(vault: Connection, target: BackupTarget, made: Manifest, keys: BackupKeys) -> None:
    """Write the keys as they are now, not as they were: those that were destroyed since stay so.

    Their copy may come from a later version of the program than the backup: the vault is brought to that first.
    """
    name = manifest.key_copy(made.installation)
    if name not in target.sizes():
        raise BackupError("Neben der Sicherung fehlt die Kopie der Schlüssel; ohne sie öffnet sich kein Name.")
    with target.open(name) as file:
        reader = ContentReader(file, keys, KEYS)
        shapes, revision = _shapes(reader.about), reader.about["revisions"]["vault"]
        if revision > (migrate.current_revision(vault, "vault") or ""):
            if not migrate.is_known("vault", revision):
                raise BackupError(load.NEWER_PROGRAM)
            migrate.move_within(vault, "vault", revision)
        load.check_shapes(vault, list(shapes.values()))
        for part, blocks in reader.parts():
            load.load_table(vault, shapes[part], blocks)


def restore_files(settings: Settings, target: BackupTarget, made: Manifest, keys: BackupKeys) -> int:
    """Replace the folder of uploads by that of a backup, and return the number of files.

    Where the backup has none any more, because they are kept for days only, the folder is empty afterwards.
    """
    fresh, former = settings.home / "uploads.restored", settings.home / "uploads.former"
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(mode=0o700, parents=True)
    count = _write_files(fresh, target, made.files, keys) if made.files.name in target.sizes() else 0
    shutil.rmtree(former, ignore_errors=True)
    if settings.uploads.exists():
        settings.uploads.rename(former)
    fresh.rename(settings.uploads)
    shutil.rmtree(former, ignore_errors=True)
    return count


def _write_files(folder: Path, target: BackupTarget, part: SealedPart, keys: BackupKeys) -> int:
    count = 0
    with target.open(part.name) as file:
        source = DigestingSource(file)
        for name, blocks in ContentReader(source, keys, FILES).parts():
            _write_file(folder, name, blocks)
            count += 1
    _check(source, part)
    return count


def _write_file(folder: Path, name: str, blocks: Iterator[bytes]) -> None:
    upload, _, file_name = name.partition("/")
    if not _UPLOAD.fullmatch(upload) or not FILE_NAME.fullmatch(file_name):
        raise DamagedError("In der Sicherung liegt eine Datei, die es dort nicht gibt.")
    (folder / upload).mkdir(mode=0o700, exist_ok=True)
    with (folder / upload / file_name).open("wb") as written:
        for block in blocks:
            written.write(block)


def _shapes(about: dict[str, Any]) -> dict[str, TableShape]:
    shapes = [
        TableShape(told["database"], told["table"], tuple(map(tuple, told["columns"])), tuple(told["order"]))
        for told in about["shapes"]
    ]
    return {shape.part: shape for shape in shapes}


def _check(source: DigestingSource, part: SealedPart) -> None:
    if (source.size, source.sha256.hexdigest()) != (part.bytes, part.sha256):
        raise DamagedError(f"{part.name} ist nicht die Datei, die seine Beschreibung nennt.")
