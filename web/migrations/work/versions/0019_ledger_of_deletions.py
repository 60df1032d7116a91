"""Operators and homes have a permanent reference, and a database knows how far it followed the ledger of deletions."""

import secrets

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

TABLES = ("tenant", "home")


def upgrade() -> None:
    """Go to this revision."""
    connection = op.get_bind()
    for name in TABLES:
        op.add_column(name, sa.Column("reference", sa.String(length=32), nullable=True))
        table = sa.table(name, sa.column("id", sa.Integer()), sa.column("reference", sa.String()))
        for number in connection.scalars(sa.select(table.c.id)).all():
            connection.execute(
                sa.update(table).where(table.c.id == number).values(reference=secrets.token_hex(16)),
            )
        op.create_index(op.f(f"ix_{name}_reference"), name, ["reference"], unique=True)
    op.create_table(
        "installation",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("reference", sa.String(length=16), nullable=False),
        sa.Column("ledger", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_installation")),
        info={"tenant": "-", "data_class": "free", "deletion_class": "protokoll"},
    )


def downgrade() -> None:
    """Go back: what was deleted since can no longer be repeated after a restore."""
    op.drop_table("installation")
    for name in TABLES:
        op.drop_index(op.f(f"ix_{name}_reference"), name)
        op.drop_column(name, "reference")
