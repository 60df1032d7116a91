"""First tables."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this revision."""
    op.create_table(
        "identity",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("home_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("lookup", sa.LargeBinary(length=32), nullable=False),
        sa.Column("pseudonym", sa.String(length=12), nullable=False),
        sa.Column("number", sa.LargeBinary(), nullable=False),
        sa.Column("name", sa.LargeBinary(), nullable=True),
        sa.Column("given", sa.LargeBinary(), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_identity")),
        sa.UniqueConstraint("home_id", "kind", "lookup", name=op.f("uq_identity_home_id_kind_lookup")),
        sa.UniqueConstraint("home_id", "pseudonym", name=op.f("uq_identity_home_id_pseudonym")),
        info={"tenant": "home_id", "data_class": "personal", "deletion_class": "vertragsende"},
    )
    op.create_table(
        "upload",
        sa.Column("batch_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("home_id", sa.Integer(), nullable=False),
        sa.Column("file_names", sa.LargeBinary(), nullable=False),
        sa.Column("findings", sa.LargeBinary(), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("batch_id", name=op.f("pk_upload")),
        info={"tenant": "home_id", "data_class": "personal", "deletion_class": "einlesen"},
    )


def downgrade() -> None:
    """Go back."""
    op.drop_table("upload")
    op.drop_table("identity")
