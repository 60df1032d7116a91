"""Interventions keyed by their content instead of a hash of it; texts that repeat get numbers."""

from __future__ import annotations

import struct
from datetime import date
from hashlib import blake2b
from itertools import groupby
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from alembic import op

if TYPE_CHECKING:
    from collections.abc import Callable

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

CHUNK = 20_000
VALUES = ("resident_id", "staff_id", "intervention", "day", "minute", "seconds", "source", "shift", "ward", "status")
TEXTS = ("intervention", "source", "shift", "ward", "status")
INFO = {"tenant": "home_id", "data_class": "pseudonymous", "deletion_class": "leistungsdaten"}

Row = dict[str, Any]


def upgrade() -> None:
    """Go to this revision."""
    op.create_table(
        "label",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("home_id", sa.Integer(), nullable=False),
        sa.Column("text", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(["home_id"], ["home.id"], name=op.f("fk_label_home_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_label")),
        sa.UniqueConstraint("home_id", "text", name=op.f("uq_label_home_id_text")),
        info=INFO | {"data_class": "free"},
    )
    for name in TEXTS:
        op.execute(
            f"INSERT INTO label (home_id, text) SELECT DISTINCT home_id, {name} FROM intervention "  # noqa: S608
            f"WHERE {name} IS NOT NULL ON CONFLICT DO NOTHING"
        )
    labels = {(home, text): number for number, home, text in op.get_bind().execute(sa.text("SELECT * FROM label"))}
    _rewrite("content", 40, lambda row: _content(row, labels))
    _join_months()
    _keep_rows_as_they_are()


def downgrade() -> None:
    """Go back: the hashes are made again as the former revision made them."""
    postgres = op.get_bind().dialect.name == "postgresql"
    for trigger in ("intervention_stays", "intervention_goes"):
        op.execute(f"DROP TRIGGER {trigger}{' ON intervention' if postgres else ''}")
        if postgres:
            op.execute(f"DROP FUNCTION {trigger}()")
    op.drop_table("work_month")
    _rewrite("content_hash", 16, _hash)
    op.create_index(op.f("ix_intervention_home_id_day"), "intervention", ["home_id", "day"], unique=False)
    op.drop_table("label")


def _content(row: Row, labels: dict[tuple[int, str], int]) -> bytes:
    text = {name: labels[row["home_id"], row[name]] if row[name] is not None else 0 for name in TEXTS}
    return struct.pack(
        ">10I",
        row["day"].toordinal(),
        row["resident_id"] or 0,
        row["staff_id"] or 0,
        text["intervention"],
        row["minute"] + 1,
        row["seconds"] + 1,
        text["source"],
        text["shift"],
        text["ward"],
        text["status"],
    )


def _hash(row: Row) -> bytes:
    return blake2b(repr(tuple(row[name] for name in VALUES)).encode(), digest_size=16).digest()


def _rewrite(key: str, width: int, made: Callable[[Row], bytes]) -> None:
    """Build the table anew with another key; two rows are equal by either, so their number among equals stays."""
    op.execute("CREATE TEMPORARY TABLE kept AS SELECT * FROM intervention")
    op.drop_table("intervention")
    table = _create(key, width)
    kept = sa.table("kept", *(sa.column(c.name, c.type) for c in table.c if c.name != key))
    connection = op.get_bind()
    rows = connection.execute(sa.select(kept), execution_options={"yield_per": CHUNK})
    for part in rows.mappings().partitions():
        connection.execute(sa.insert(table), [dict(row) | {key: made(dict(row))} for row in part])
    op.drop_table("kept")
    op.create_index(op.f("ix_intervention_batch_id"), "intervention", ["batch_id"], unique=False)


def _create(key: str, width: int) -> sa.Table:
    return op.create_table(
        "intervention",
        sa.Column("home_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column(key, sa.LargeBinary(length=width), nullable=False),
        sa.Column("occurrence", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("batch_id", sa.Integer(), nullable=False),
        sa.Column("resident_id", sa.Integer(), nullable=True),
        sa.Column("staff_id", sa.Integer(), nullable=True),
        sa.Column("intervention", sa.String(length=50), nullable=True),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("minute", sa.SmallInteger(), nullable=False),
        sa.Column("seconds", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(length=20), nullable=True),
        sa.Column("shift", sa.String(length=100), nullable=True),
        sa.Column("ward", sa.String(length=200), nullable=True),
        sa.Column("status", sa.String(length=30), nullable=True),
        sa.ForeignKeyConstraint(["batch_id"], ["batch.id"], name=op.f("fk_intervention_batch_id")),
        sa.ForeignKeyConstraint(["home_id"], ["home.id"], name=op.f("fk_intervention_home_id")),
        sa.ForeignKeyConstraint(["resident_id"], ["resident.id"], name=op.f("fk_intervention_resident_id")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_intervention_staff_id")),
        sa.PrimaryKeyConstraint("home_id", key, "occurrence", name=op.f("pk_intervention")),
        info=INFO,
    )


def _join_months() -> None:
    """Join the contents of each month: what is read from now on."""
    table = op.create_table(
        "work_month",
        sa.Column("home_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("month", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("contents", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["home_id"], ["home.id"], name=op.f("fk_work_month_home_id")),
        sa.PrimaryKeyConstraint("home_id", "month", name=op.f("pk_work_month")),
        info=INFO,
    )
    connection = op.get_bind()
    if connection.dialect.name == "postgresql":
        op.execute("ALTER TABLE work_month ALTER COLUMN contents SET STORAGE EXTERNAL")
    rows = sa.table("intervention", *(sa.column(name) for name in ("home_id", "content", "occurrence")))
    rows.c.content.type = sa.LargeBinary()
    query = sa.select(rows.c.home_id, rows.c.content).order_by(rows.c.home_id, rows.c.content, rows.c.occurrence)
    found = connection.execute(query, execution_options={"yield_per": CHUNK})
    for (home, month), part in groupby(found, lambda row: (row[0], _month(row[1]))):
        contents = b"".join(content for _, content in part)
        connection.execute(sa.insert(table).values(home_id=home, month=month, contents=contents))


def _month(content: bytes) -> int:
    day = date.fromordinal(int.from_bytes(content[:4]))
    return (day.year - 1970) * 12 + day.month - 1


def _keep_rows_as_they_are() -> None:
    """Refuse what would part a row's key from its columns, or the rows from what is read of their months."""
    refused = (
        ("intervention_stays", "UPDATE", "", "a stored intervention cannot be changed"),
        (
            "intervention_goes",
            "DELETE",
            "EXISTS (SELECT 1 FROM work_month WHERE home_id = OLD.home_id)",
            "delete the work_month rows of the home first, and join its months anew",
        ),
    )
    for name, event, when, message in refused:
        if op.get_bind().dialect.name == "sqlite":
            op.execute(
                f"CREATE TRIGGER {name} BEFORE {event} ON intervention {when and f'WHEN {when}'} "
                f"BEGIN SELECT RAISE(ABORT, '{message}'); END"
            )
            continue
        op.execute(
            f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            f"IF {when or 'true'} THEN RAISE EXCEPTION '{message}'; END IF; RETURN OLD; END $$"
        )
        op.execute(f"CREATE TRIGGER {name} BEFORE {event} ON intervention FOR EACH ROW EXECUTE FUNCTION {name}()")
