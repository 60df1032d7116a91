"""Every operator has keys of its own."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this revision: what is sealed stays as it is, until a rotation seals it with the keys of operators."""
    op.create_table(
        "tenant_key",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("tenant", sa.String(length=32), nullable=False),
        sa.Column("wrapped", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("replaced_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tenant_key")),
        info={"tenant": "tenant", "data_class": "free", "deletion_class": "schluessel"},
    )
    still_in_use = sa.text("replaced_at IS NULL")
    op.create_index(
        "ix_tenant_key_current",
        "tenant_key",
        ["tenant"],
        unique=True,
        sqlite_where=still_in_use,
        postgresql_where=still_in_use,
    )


def downgrade() -> None:
    """Go back, where nothing is sealed with the keys that would be lost."""
    if op.get_bind().scalar(sa.text("SELECT count(*) FROM tenant_key")):
        raise RuntimeError("names are sealed with the keys of operators: without them nobody could read them")
    op.drop_index("ix_tenant_key_current", "tenant_key")
    op.drop_table("tenant_key")
