"""Making a backup: the state of both databases and the files of uploads, written sealed, read back, then described.

The order is part of the safety (``docs/adr/0031``): the ledger of deletions first, then the state of the work database,
then the files, then the state of the vault. Uploads write the vault before the work database, so the vault of a backup
knows everybody its work database mentions; what was deleted in between is in the ledger, after its position.
"""

from __future__ import annotations

import re
import secrets
from contextlib import ExitStack, suppress
from dataclasses import asdict
from datetime import UTC, datetime
from functools import partial
from hashlib import sha256
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, Final

import structlog
from sqlalchemy import select

from web.backup import contents, dump, manifest, table_rows
from web.backup.archive import write_archive
from web.backup.contents import ContentReader, Digests
from web.backup.errors import BackupError, DamagedError
from web.backup.ledger import open_ledger
from web.backup.load import METADATA
from web.backup.manifest import DATABASES, FILES, Manifest, SealedPart
from web.backup.sealed_file import seal
from web.store import installation, migrate
from web.store.databases import snapshot
from web.store.models import Upload

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from sqlalchemy import Connection

    from web.backup.keys import BackupKeys
    from web.backup.sealed_file import ByteSource
    from web.backup.table_rows import TableShape
    from web.backup.targets.place import BackupTarget
    from web.settings import Settings
    from web.store.databases import Databases

FILE_NAME: Final = re.compile(r"file-\d+|asked|result|faulty")
"""Files of an upload that are backed up. A password that somebody gave for a file is not: it is asked for again."""

_PIECE: Final = 1 << 20

_log = structlog.get_logger(__name__)


def create(
    databases: Databases,
    settings: Settings,
    target: BackupTarget,
    keys: BackupKeys,
    *,
    now: datetime | None = None,
    on_part: Callable[[str], None] = lambda _: None,
) -> Manifest:
    """Make a backup and return its description.

    Parameters
    ----------
    now
        The moment it is named after; None = this one.
    on_part
        Is told the name of each part when it begins.

    Raises
    ------
    BackupError
        Where it could not be made, or was not the same when it was read back. Nothing counts as a backup then.
    """
    moment = (now or datetime.now(UTC)).replace(microsecond=0)
    with databases.whole.writing.begin() as session:
        reference = installation.locked(session).reference
    name = f"pebem-{moment:%Y%m%dT%H%M%SZ}-{secrets.token_hex(3)}"
    writer = _Writer(target, keys, moment, on_part)
    try:
        ledger = open_ledger(settings, keys, reference).head()
        about: dict[str, Any] = {"created": moment.isoformat(), "installation": reference}
        with ExitStack() as opened:
            work = opened.enter_context(snapshot(databases.work))
            revisions = {"work": _revision(work, "work")}
            files = writer.put(f"{name}.{FILES}", about, _files(settings, _upload_ids(work)))
            vault = opened.enter_context(snapshot(databases.vault))
            about["revisions"] = revisions | {"vault": _revision(vault, "vault")}
            connections = {"work": work, "vault": vault}
            shapes = _all(table_rows.shapes)
            databases_ = writer.put_tables(f"{name}.{DATABASES}", about, shapes, connections)
            writer.put_tables(manifest.key_copy(reference), about, _all(table_rows.key_shapes), connections)
        rows, file_count = writer.check_all()
        made = Manifest(
            name=name,
            created=moment.isoformat(),
            verified=datetime.now(UTC).isoformat(timespec="seconds"),
            key=keys.current,
            installation=reference,
            program=version("pebem-analyse"),
            revisions=about["revisions"],
            databases=databases_,
            files=files,
            tables=len(shapes),
            rows=rows,
            file_count=file_count,
            ledger=ledger,
        )
        target.put(name + manifest.ENDING, [manifest.write(made, keys)])
    except BaseException:
        for what in (DATABASES, FILES):
            with suppress(BackupError):
                target.delete(f"{name}.{what}")
        raise
    _log.info("backup made", backup=name, rows=made.rows, bytes=made.databases.bytes + made.files.bytes)
    return made


def copy_keys(databases: Databases, target: BackupTarget, keys: BackupKeys) -> None:
    """Replace the copy of the keys beside the backups by the keys there are now: to be called when one is destroyed.

    Raises
    ------
    BackupError
        Where that fails; the next backup does it as well.
    """
    with databases.whole.writing.begin() as session:
        reference = installation.locked(session).reference
    writer = _Writer(target, keys, datetime.now(UTC), lambda _: None)
    with snapshot(databases.work) as work, snapshot(databases.vault) as vault:
        revisions = {"work": _revision(work, "work"), "vault": _revision(vault, "vault")}
        about = {"created": writer.moment.isoformat(), "installation": reference, "revisions": revisions}
        shapes = _all(table_rows.key_shapes)
        writer.put_tables(manifest.key_copy(reference), about, shapes, {"work": work, "vault": vault})
    writer.check_all()


def check_part(target: BackupTarget, part: SealedPart, keys: BackupKeys, expected: Digests | None = None) -> None:
    """Read a sealed file back, all of it.

    Parameters
    ----------
    expected
        The digests of its parts, where they are known; otherwise it is compared with those in it.

    Raises
    ------
    DamagedError
        Where it is not what was written.
    """
    with target.open(part.name) as file:
        source = DigestingSource(file)
        reader = ContentReader(source, keys, part.name.rpartition(".")[2])
        reader.check()
    if (source.size, source.sha256.hexdigest()) != (part.bytes, part.sha256):
        raise DamagedError(f"{part.name} ist nicht mehr die Datei, die geschrieben wurde.")
    if expected is not None and expected != reader.digests:
        raise DamagedError(f"{part.name} enthält etwas anderes, als gesichert wurde.")


class DigestingSource:
    """Passes on what is read, and knows its size and SHA-256."""

    def __init__(self, source: ByteSource) -> None:
        self._source = source
        self.size = 0
        self.sha256 = sha256()

    def read(self, size: int, /) -> bytes:
        """Return the next bytes."""
        piece = self._source.read(size)
        self.size += len(piece)
        self.sha256.update(piece)
        return piece


class _Writer:
    """Writes the sealed files of one backup, and remembers what has to be in them."""

    def __init__(
        self, target: BackupTarget, keys: BackupKeys, moment: datetime, on_part: Callable[[str], None]
    ) -> None:
        self.moment = moment
        self._target = target
        self._keys = keys
        self._on_part = on_part
        self._written: list[tuple[SealedPart, Digests]] = []

    def put(self, name: str, about: dict[str, Any], parts: Iterable[tuple[str, Iterable[bytes]]]) -> SealedPart:
        """Write a sealed file as it comes, in constant memory."""
        size, hashed, digests = 0, sha256(), Digests()
        members = contents.members(about, self._announced(parts), digests)

        def pieces() -> Iterator[bytes]:
            nonlocal size
            for piece in seal(write_archive(members), self._keys, name.rpartition(".")[2], self.moment):
                size += len(piece)
                hashed.update(piece)
                yield piece

        self._target.put(name, pieces())
        part = SealedPart(name, size, hashed.hexdigest())
        self._written.append((part, digests))
        return part

    def put_tables(
        self, name: str, about: dict[str, Any], shapes: Sequence[TableShape], connections: dict[str, Connection]
    ) -> SealedPart:
        """Write tables."""
        tables = ((shape.part, dump.blocks(connections[shape.database], shape)) for shape in shapes)
        return self.put(name, {**about, "shapes": [asdict(shape) for shape in shapes]}, tables)

    def check_all(self) -> tuple[int, int]:
        """Read everything back, and return the number of rows and of files."""
        rows = files = 0
        for part, digests in self._written:
            check_part(self._target, part, self._keys, digests)
            what = part.name.rpartition(".")[2]
            rows += sum(told.lines for told in digests.values()) if what == DATABASES else 0
            files += len(digests) if what == FILES else 0
        return rows, files

    def _announced(self, parts: Iterable[tuple[str, Iterable[bytes]]]) -> Iterator[tuple[str, Iterable[bytes]]]:
        for part, blocks in parts:
            self._on_part(part)
            yield part, blocks


def _all(shapes_of: Callable[[str, Any], list[TableShape]]) -> list[TableShape]:
    """Return tables of both databases in the order of a backup."""
    return [shape for database, metadata in METADATA.items() for shape in shapes_of(database, metadata)]


def _revision(connection: Connection, database: str) -> str:
    """Return the revision; being the first query, this also fixes the state that is read."""
    dump.settle(connection)
    revision = migrate.current_revision(connection, database)
    if revision is None or revision != migrate.newest(database):
        raise BackupError(
            "Die Datenbanken haben einen anderen Stand als das Programm; bitte pebem db upgrade aufrufen."
        )
    return revision


def _upload_ids(connection: Connection) -> list[int]:
    return list(connection.scalars(select(Upload.id).order_by(Upload.id)))


def _files(settings: Settings, upload_ids: Iterable[int]) -> Iterator[tuple[str, Iterable[bytes]]]:
    """Yield the stored files of uploads, which are sealed already; one that is deleted meanwhile is left out."""
    for upload_id in upload_ids:
        for path in sorted((settings.uploads / str(upload_id)).glob("*")):
            if FILE_NAME.fullmatch(path.name):
                with suppress(FileNotFoundError), path.open("rb") as file:
                    yield f"{upload_id}/{path.name}", iter(partial(file.read, _PIECE), b"")
