"""Rows as lines: equal rows are equal bytes on both databases, and come back as they were."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Date,
    Float,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    insert,
    select,
    text,
)

from web.backup import dump, load, table_rows
from web.store.base import Base, Moment
from web.store.data_classes import Deletion, classed
from web.store.databases import make_engine
from web.store.vault import VaultBase

if TYPE_CHECKING:
    from web.settings import Settings

TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=20)
METADATA = MetaData()
SAMPLE = Table(
    "sample",
    METADATA,
    Column("home", Integer, primary_key=True, autoincrement=False),
    Column("word", String(200), primary_key=True),
    Column("big", BigInteger),
    Column("bytes", LargeBinary),
    Column("sure", Boolean),
    Column("day", Date),
    Column("at", Moment),
    Column("told", JSON),
    info=classed("free", "-", Deletion.WORK),
)
SHAPE = table_rows.TableShape(
    "work", "sample", tuple((one.name, table_rows.kind_of(one)) for one in SAMPLE.columns), ("home", "word")
)
WORDS = [
    "",
    "ä",
    "Z",
    "a",
    "\\N",
    "\\",
    "\\\\x41",
    "tab\there",
    "line\nbreak\r",
    "\v\f\b",
    "007",
    "1.0",
    "NULL",
    "😀",
    " x ",
]
ROWS: list[dict[str, Any]] = [
    {
        "home": number % 3,
        "word": word,
        "big": (-(2**40), None, 0)[number % 3],
        "bytes": (b"", None, b"\x00\xff\\\n")[number % 3],
        "sure": (True, False, None)[number % 3],
        "day": (date(2026, 2, 28), None, date(1, 1, 1))[number % 3],
        "at": (datetime(2026, 3, 29, 1, 30, 5, 120, tzinfo=UTC), None, datetime(2026, 1, 1, tzinfo=UTC))[number % 3],
        "told": ({"ä": ["\t", None, 1.5]}, None, [])[number % 3],
    }
    for number, word in enumerate(WORDS)
]
LINES: dict[str, bytes] = {}


@pytest.mark.parametrize("other", ["embedded", "postgres"])
def test_rows_come_back_and_have_the_same_lines_everywhere(
    other: str, embedded: Settings, request: pytest.FixtureRequest
) -> None:
    """T13: signs that mean something in lines, nothing, days, moments, truth, bytes, documents."""
    engine = make_engine(embedded.database_url)
    METADATA.create_all(engine)
    with engine.begin() as connection:
        connection.execute(insert(SAMPLE), ROWS)
        connection.execute(text("UPDATE sample SET at = '2026-01-01 00:00:00' WHERE at = '2026-01-01 00:00:00.000000'"))
        lines = b"".join(dump.blocks(connection, SHAPE))
    target = make_engine(
        request.getfixturevalue("postgres").database_url if other == "postgres" else embedded.vault_url
    )
    METADATA.create_all(target)
    with target.begin() as connection:
        dump.settle(connection)
        load.load_table(connection, SHAPE, [lines])
        assert b"".join(dump.blocks(connection, SHAPE)) == lines
        assert load.digest(connection, SHAPE)[0] == len(ROWS)
        stored = [dict(row) for row in connection.execute(select(SAMPLE)).mappings()]
    assert sorted(stored, key=str) == sorted(ROWS, key=str)
    engine.dispose()
    target.dispose()


@given(st.lists(st.tuples(st.integers(), TEXTS | st.none(), st.binary(max_size=9) | st.none()), min_size=1, max_size=9))
def test_lines_decode_to_what_was_encoded(rows: list[tuple[Any, ...]]) -> None:
    kinds = (table_rows.INTEGER, table_rows.TEXT, table_rows.BYTES)
    lines = table_rows.encoded(rows, kinds)
    assert lines.count(b"\n") == len(rows)
    assert table_rows.decoded(lines, kinds) == rows


def test_every_column_we_store_has_a_form() -> None:
    """T13: nothing is left out of a backup because nobody thought of its type."""
    kinds = {
        table_rows.kind_of(column)
        for metadata in (Base.metadata, VaultBase.metadata)
        for table in metadata.tables.values()
        for column in table.columns
    }
    assert kinds == {kind for _, kind in table_rows.KINDS}
    with pytest.raises(TypeError, match="no form"):
        table_rows.kind_of(Column("fraction", Float))


def test_sessions_and_keys_alone_are_left_out() -> None:
    """T13: a backup has every table but sessions, which end, and keys, of which one copy is kept."""
    for database, metadata in (("work", Base.metadata), ("vault", VaultBase.metadata)):
        backed_up = [shape.table for shape in table_rows.shapes(database, metadata)]
        keys = [shape.table for shape in table_rows.key_shapes(database, metadata)]
        left_out = {name for name, one in metadata.tables.items() if one.info["deletion_class"] == Deletion.SESSION}
        assert sorted([*backed_up, *keys, *left_out]) == sorted(metadata.tables)
        assert left_out <= {"sign_in", "first_token"}
