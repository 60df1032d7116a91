r"""Rows of a table as text, the same on every database: a line a row, in the form PostgreSQL's COPY reads and writes.

Values are separated by tabs; ``\N`` is NULL; bytes are ``\x`` and hexadecimal digits, moments are in UTC. Equal rows
are equal bytes on SQLite and PostgreSQL, so that a digest shows whether two databases have the same rows.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import JSON, Boolean, Date, DateTime, Integer, LargeBinary, String
from sqlalchemy.types import TypeDecorator

from web.store.data_classes import Deletion

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from sqlalchemy import Column, MetaData, Table
    from sqlalchemy.types import TypeEngine

INTEGER: Final = "integer"
BOOLEAN: Final = "boolean"
BYTES: Final = "bytes"
TEXT: Final = "text"
MOMENT: Final = "moment"
DAY: Final = "day"
DOCUMENT: Final = "json"

KINDS: Final = (
    (Boolean, BOOLEAN),
    (Integer, INTEGER),
    (LargeBinary, BYTES),
    (DateTime, MOMENT),
    (Date, DAY),
    (JSON, DOCUMENT),
    (String, TEXT),
)
"""Types of columns in the order in which they are tried. A fraction has no kind: it is stored as text (``Exact``)."""

NULL: Final = "\\N"
_ESCAPES: Final = {"\b": "\\b", "\t": "\\t", "\n": "\\n", "\v": "\\v", "\f": "\\f", "\r": "\\r", "\\": "\\\\"}
_TRANSLATION: Final = str.maketrans(_ESCAPES)
_PLAIN: Final = {escape[1]: sign for sign, escape in _ESCAPES.items()}
_ESCAPED: Final = re.compile(r"\\(.)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class TableShape:
    """A table as it is backed up.

    Attributes
    ----------
    database
        "work" or "vault".
    columns
        Name and kind of each column, in the order of the lines.
    order
        The primary key, by which the lines are sorted.
    """

    database: str
    table: str
    columns: tuple[tuple[str, str], ...]
    order: tuple[str, ...]

    @property
    def part(self) -> str:
        """Return the name of its part in a backup."""
        return f"{self.database}/{self.table}"


def shapes(database: str, metadata: MetaData) -> list[TableShape]:
    """Return the tables of a database that are backed up, each after those it refers to.

    Sessions are left out: none of them outlives a restore. So are keys: see :func:`key_shapes`.
    """
    left_out = {Deletion.SESSION.value, Deletion.KEYS.value}
    return [_shape(database, one) for one in metadata.sorted_tables if one.info["deletion_class"] not in left_out]


def key_shapes(database: str, metadata: MetaData) -> list[TableShape]:
    """Return the tables of keys, of which there is one copy beside all backups, replaced each time.

    So whoever destroys a key has closed the older backups as well.
    """
    own = Deletion.KEYS.value
    return [_shape(database, one) for one in metadata.sorted_tables if one.info["deletion_class"] == own]


def encoded(rows: Sequence[Sequence[Any]], kinds: Sequence[str]) -> bytes:
    """Return rows, as SQLite stores them, as lines."""
    columns = [list(map(_WRITERS[kind], column)) for kind, column in zip(kinds, zip(*rows, strict=True), strict=True)]
    return "".join(f"{line}\n" for line in map("\t".join, zip(*columns, strict=True))).encode()


def decoded(lines: bytes, kinds: Sequence[str]) -> list[tuple[Any, ...]]:
    """Return lines as rows for SQLite."""
    rows = [line.split("\t") for line in lines.decode().split("\n")[:-1]]
    readers = [_READERS[kind] for kind in kinds]
    columns = [_read(column, reader) for reader, column in zip(readers, zip(*rows, strict=True), strict=True)]
    return list(zip(*columns, strict=True))


def _shape(database: str, table: Table) -> TableShape:
    columns = tuple((column.name, kind_of(column)) for column in table.columns)
    return TableShape(database, table.name, columns, tuple(column.name for column in table.primary_key.columns))


def kind_of(column: Column[Any]) -> str:
    """Return the kind of a column.

    Raises
    ------
    TypeError
        Where its type has none: its values would not come back the same.
    """
    type_: TypeEngine[Any] = column.type
    while isinstance(type_, TypeDecorator):
        type_ = type_.impl_instance
    for class_, kind in KINDS:
        if isinstance(type_, class_):
            return kind
    raise TypeError(f"{column}: {type_!r} has no form in a backup")


def _read(column: Iterable[str], reader: Callable[[str], Any]) -> list[Any]:
    return [None if text == NULL else reader(text) for text in column]


def _number(value: Any) -> str:
    return NULL if value is None else str(value)


def _text(value: Any) -> str:
    return NULL if value is None else str(value).translate(_TRANSLATION)


def _moment(value: Any) -> str:
    """Return a moment with its microseconds: SQLite leaves them away where it was asked for the time itself."""
    return NULL if value is None else str(value) if "." in str(value) else f"{value}.000000"


def _bytes(value: Any) -> str:
    return NULL if value is None else f"\\\\x{value.hex()}"


def _from_text(text: str) -> str:
    return _ESCAPED.sub(lambda escape: _PLAIN[escape[1]], text) if "\\" in text else text


def _from_bytes(text: str) -> bytes:
    return bytes.fromhex(text[3:])


_WRITERS: Final[dict[str, Callable[[Any], str]]] = {
    INTEGER: _number,
    BOOLEAN: _number,
    BYTES: _bytes,
    TEXT: _text,
    MOMENT: _moment,
    DAY: _text,
    DOCUMENT: _text,
}
_READERS: Final[dict[str, Callable[[str], Any]]] = {
    INTEGER: int,
    BOOLEAN: int,
    BYTES: _from_bytes,
    TEXT: _from_text,
    MOMENT: _from_text,
    DAY: _from_text,
    DOCUMENT: _from_text,
}
