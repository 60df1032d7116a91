"""Writing a backup into a database: tables from the migrations of its revision, then its rows, in one transaction."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import MetaData, inspect, select, table, text
from sqlalchemy.exc import DBAPIError

from web.backup import dump, table_rows
from web.backup.errors import BackupError
from web.store import migrate, pending_restore, queue, rate_table
from web.store.base import Base
from web.store.data_classes import Deletion
from web.store.vault import VaultBase

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sqlalchemy import Connection

    from web.backup.table_rows import TableShape

METADATA: Final = {"work": Base.metadata, "vault": VaultBase.metadata}
"""Both databases, in the order in which they are backed up and restored."""

NEWER_PROGRAM: Final = (
    "Die Sicherung stammt von einer neueren Version des Programms; bitte bringen Sie es zuerst auf deren Stand."
)

_BESIDE: Final = {**queue.metadata.tables, **rate_table.metadata.tables}
"""Tables that may lie beside ours and are not backed up: they hold nothing that outlives a job or an hour."""


_NOT_COUNTED: Final = frozenset(
    table.name
    for metadata in (*METADATA.values(), pending_restore.metadata)
    for table in metadata.tables.values()
    if table.info["deletion_class"] in {Deletion.SESSION.value, Deletion.LOG.value}
)
"""Sessions and the log: an installation that has nothing else is empty."""


def filled_tables(connection: Connection) -> list[str]:
    """Return the tables of a database that have rows worth keeping; waiting jobs are none."""
    return [
        name
        for name in sorted(inspect(connection).get_table_names())
        if name not in _BESIDE
        and name not in _NOT_COUNTED
        and not name.startswith("alembic_version")
        and connection.scalar(select(text("1")).select_from(table(name)).limit(1))
    ]


def recreate(connection: Connection, database: str, revision: str) -> None:
    """Remove all our tables and make those of a revision, empty; waiting jobs are dropped.

    Raises
    ------
    BackupError
        Where this program is older than the backup.
    """
    if not migrate.is_known(database, revision):
        raise BackupError(NEWER_PROGRAM)
    _remove_all(connection, database)
    migrate.move_within(connection, database, revision)
    dump.settle(connection)


def check_shapes(connection: Connection, shapes: Sequence[TableShape]) -> None:
    """Compare the tables of a backup with those of the database.

    Raises
    ------
    BackupError
        Where they differ.
    """
    inspector = inspect(connection)
    expected = {
        name: {column["name"] for column in inspector.get_columns(name)}
        for name in inspector.get_table_names()
        if name not in _BESIDE and not name.startswith("alembic_version")
    }
    for shape in shapes:
        if expected.get(shape.table) != {name for name, _ in shape.columns}:
            raise BackupError(f"Die Tabelle {shape.table} der Sicherung gibt es in diesem Programm nicht so.")


def load_table(connection: Connection, shape: TableShape, blocks: Iterable[bytes]) -> None:
    """Write lines into an empty table.

    Raises
    ------
    BackupError
        Where the database refuses them.
    """
    try:
        if connection.dialect.name == "postgresql":
            _copy(connection, shape, blocks)
        else:
            _insert(connection, shape, blocks)
    except DBAPIError as error:
        raise _refused(shape, error.orig) from error
    except Exception as error:
        if type(error).__module__.startswith(("sqlite3", "psycopg")):
            raise _refused(shape, error) from error
        raise


def digest(connection: Connection, shape: TableShape) -> tuple[int, str]:
    """Return how many rows a table has, and the digest of its lines."""
    rows, hashed = 0, sha256()
    for block in dump.blocks(connection, shape):
        rows += block.count(b"\n")
        hashed.update(block)
    return rows, hashed.hexdigest()


def go_on_counting(connection: Connection, shapes: Sequence[TableShape]) -> None:
    """Let PostgreSQL number new rows after the ones written; SQLite does so by itself."""
    if connection.dialect.name != "postgresql":
        return
    for shape in shapes:
        for name in shape.order:
            sequence = connection.scalar(
                text("SELECT pg_get_serial_sequence(:table, :column)"),
                {"table": f'"{shape.table}"', "column": name},
            )
            if sequence:
                highest = f'SELECT max("{name}") FROM "{shape.table}"'  # noqa: S608 - names of our models
                connection.execute(
                    text(f"SELECT setval(:sequence, coalesce(({highest}), 1), ({highest}) IS NOT NULL)"),
                    {"sequence": sequence},
                )


def _copy(connection: Connection, shape: TableShape, blocks: Iterable[bytes]) -> None:
    driver: Any = connection.connection.driver_connection
    columns = ", ".join(f'"{name}"' for name, _ in shape.columns)
    with driver.cursor() as cursor, cursor.copy(f'COPY "{shape.table}" ({columns}) FROM STDIN') as copy:
        for block in blocks:
            copy.write(block)


def _insert(connection: Connection, shape: TableShape, blocks: Iterable[bytes]) -> None:
    kinds = [kind for _, kind in shape.columns]
    columns = ", ".join(f'"{name}"' for name, _ in shape.columns)
    places = ", ".join("?" * len(kinds))
    cursor = connection.connection.cursor()
    try:
        for block in blocks:
            rows = table_rows.decoded(block, kinds)
            cursor.executemany(f'INSERT INTO "{shape.table}" ({columns}) VALUES ({places})', rows)  # noqa: S608
    finally:
        cursor.close()


def _remove_all(connection: Connection, database: str) -> None:
    """Remove our tables and, on PostgreSQL, the functions of their triggers, which would stay behind."""
    ours = {*METADATA[database].tables, migrate.version_table(database), *pending_restore.metadata.tables}
    present = set(inspect(connection).get_table_names()) - _BESIDE.keys()
    if foreign := sorted(present - ours):
        raise BackupError(
            f"In der Datenbank liegen auch fremde oder veraltete Tabellen ({', '.join(foreign)}); bitte nehmen Sie "
            "eine eigene Datenbank, oder rufen Sie vorher pebem db upgrade auf.",
        )
    functions = _trigger_functions(connection) if connection.dialect.name == "postgresql" else ()
    stored = MetaData()
    stored.reflect(connection, only=lambda name, _: name in present)
    stored.drop_all(connection)
    for function in functions:
        connection.exec_driver_sql(f"DROP FUNCTION {function}")
    for name in _BESIDE.keys() & set(inspect(connection).get_table_names()):
        connection.execute(_BESIDE[name].delete())


def _trigger_functions(connection: Connection) -> Sequence[str]:
    query = (
        "SELECT DISTINCT tgfoid::regprocedure::text FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid "
        "WHERE NOT tgisinternal AND relnamespace = current_schema()::regnamespace"
    )
    return connection.scalars(text(query)).all()


def _refused(shape: TableShape, error: BaseException | None) -> BackupError:
    # The database's own message may quote values.
    return BackupError(f"Die Datenbank nimmt die Zeilen der Tabelle {shape.table} nicht an ({type(error).__name__}).")
