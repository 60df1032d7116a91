"""Where findings are lies beside the uploads; what they quote stays in the vault."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this revision; findings of uploads from before have no places."""
    op.create_table(
        "finding_place",
        sa.Column("batch_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("places", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["batch_id"], ["batch.id"], name=op.f("fk_finding_place_batch_id_batch")),
        sa.PrimaryKeyConstraint("batch_id", name=op.f("pk_finding_place")),
        info={"tenant": "batch_id.home_id", "data_class": "free", "deletion_class": "einlesen"},
    )


def downgrade() -> None:
    """Go back."""
    op.drop_table("finding_place")
