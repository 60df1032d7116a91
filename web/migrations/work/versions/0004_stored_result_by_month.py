"""The stored result by month, packed; what was stored before is dropped and made anew at the next start."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

COUNTS = ("counted", "bewohner", "begutachtung", "mitarbeitende", "intervention", "minuten")


def upgrade() -> None:
    """Go to this revision. ``analysis`` = 0 says of a home that its work waits to be analysed."""
    _drop("cube")
    _drop("coverage")
    op.create_table(
        "cube",
        sa.Column("home_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("about", sa.String(length=50), nullable=False),
        sa.Column("month", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["home_id"], ["home.id"], name=op.f("fk_cube_home_id")),
        sa.PrimaryKeyConstraint("home_id", "kind", "about", "month", name=op.f("pk_cube")),
    )
    op.execute("UPDATE home SET analysis = 0")


def downgrade() -> None:
    """Go back. The former program analyses a home anew at its next upload."""
    op.drop_table("cube")
    op.create_table(
        "cube",
        *_head(),
        sa.Column("shift", sa.String(length=100), nullable=True),
        sa.Column("intervention", sa.String(length=50), nullable=True),
        sa.Column("qn_soll", sa.SmallInteger(), nullable=False),
        sa.Column("qn_ist", sa.SmallInteger(), nullable=False),
        sa.Column("fit", sa.String(length=30), nullable=False),
        sa.Column("certificate", sa.Boolean(), nullable=False),
        sa.Column("count", sa.BigInteger(), nullable=False),
        sa.Column("seconds", sa.BigInteger(), nullable=False),
        *_keys("cube"),
    )
    op.create_table(
        "coverage",
        *_head(),
        *(sa.Column(name, sa.BigInteger(), nullable=False) for name in COUNTS),
        sa.Column("ueberschrieben", sa.BigInteger(), nullable=False, server_default="0"),
        *_keys("coverage"),
    )
    for table in ("cube", "coverage"):
        op.create_index(op.f(f"ix_{table}_home_id_rulebook_sha256_day"), table, ["home_id", "rulebook_sha256", "day"])


def _drop(table: str) -> None:
    op.drop_index(op.f(f"ix_{table}_home_id_rulebook_sha256_day"), table_name=table)
    op.drop_table(table)


def _head() -> tuple[sa.Column[Any], ...]:
    return (
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("home_id", sa.Integer(), nullable=False),
        sa.Column("rulebook_sha256", sa.String(length=64), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("ward", sa.String(length=200), nullable=True),
    )


def _keys(table: str) -> tuple[sa.Constraint, ...]:
    return (
        sa.ForeignKeyConstraint(["home_id"], ["home.id"], name=op.f(f"fk_{table}_home_id")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    )
