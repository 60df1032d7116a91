"""Reading a database for a backup: every table of one state, in blocks of whole lines."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import func, select, table

from web.backup import table_rows
from web.backup.errors import BackupError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection

    from web.backup.table_rows import TableShape

BLOCK_BYTES: Final = 1 << 20
"""A block has at least so many bytes, except the last of a table."""

_ROWS: Final = 2_000
_BY_BYTES: Final = ' COLLATE "C"'
"""As SQLite sorts texts."""

_SETTINGS: Final = (
    "SET LOCAL statement_timeout = 0",
    "SET LOCAL timezone = 'UTC'",
    "SET LOCAL datestyle = 'ISO, YMD'",
    "SET LOCAL bytea_output = 'hex'",
)


def settle(connection: Connection) -> None:
    """Prepare a transaction for reading or writing lines; on SQLite there is nothing to do."""
    if connection.dialect.name == "postgresql":
        for setting in _SETTINGS:
            connection.exec_driver_sql(setting)


def blocks(connection: Connection, shape: TableShape) -> Iterator[bytes]:
    """Yield the lines of a table in blocks; none where it is empty.

    Raises
    ------
    BackupError
        Where fewer or more rows came than the database counts.
    """
    postgres = connection.dialect.name == "postgresql"
    lines = 0
    for block in _joined(_copied(connection, shape) if postgres else _selected(connection, shape)):
        lines += block.count(b"\n")
        yield block
    counted = connection.scalar(select(func.count()).select_from(table(shape.table)))
    if lines != counted:
        raise BackupError(f"Aus der Tabelle {shape.table} kamen {lines} statt {counted} Zeilen; es wurde abgebrochen.")


def _joined(pieces: Iterator[bytes]) -> Iterator[bytes]:
    block = bytearray()
    for piece in pieces:
        block += piece
        if len(block) >= BLOCK_BYTES:
            yield bytes(block)
            block.clear()
    if block:
        yield bytes(block)


def _selected(connection: Connection, shape: TableShape) -> Iterator[bytes]:
    kinds = [kind for _, kind in shape.columns]
    cursor = connection.connection.cursor()
    try:
        cursor.execute(f"SELECT {_names(shape)} FROM {_quoted(shape.table)} ORDER BY {_order(shape)}")  # noqa: S608
        while rows := cursor.fetchmany(_ROWS):
            yield table_rows.encoded(rows, kinds)
    finally:
        cursor.close()


def _copied(connection: Connection, shape: TableShape) -> Iterator[bytes]:
    columns = ", ".join(_as_text(name, kind) for name, kind in shape.columns)
    query = f"SELECT {columns} FROM {_quoted(shape.table)} ORDER BY {_order(shape, _BY_BYTES)}"  # noqa: S608
    driver: Any = connection.connection.driver_connection
    with driver.cursor() as cursor, cursor.copy(f"COPY ({query}) TO STDOUT") as copy:
        for row in copy:
            yield bytes(row)


def _as_text(name: str, kind: str) -> str:
    column = _quoted(name)
    match kind:
        case table_rows.BOOLEAN:
            return f"{column}::int"
        case table_rows.MOMENT:
            return f"to_char({column}, 'YYYY-MM-DD HH24:MI:SS.US')"
        case table_rows.DOCUMENT:
            return f"{column}::text"
    return column


def _names(shape: TableShape) -> str:
    return ", ".join(_quoted(name) for name, _ in shape.columns)


def _order(shape: TableShape, collation: str = "") -> str:
    texts = {name for name, kind in shape.columns if kind == table_rows.TEXT}
    return ", ".join(_quoted(name) + collation * (name in texts) for name in shape.order)


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
