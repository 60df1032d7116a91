"""What uploads say of duties is kept, so that feasible relief can be worked out from what is stored."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

KINDS = "'relief', 'shifts'"
"""Parts of the stored result that rest on duties."""


def upgrade() -> None:
    """Go to this revision. Rosters read before were not kept: they have to be read in again."""
    op.create_table(
        "delivery_duties",
        sa.Column("batch_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("month", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("contents", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["batch_id"], ["delivery.batch_id"], name=op.f("fk_delivery_duties_batch_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("batch_id", "month", name=op.f("pk_delivery_duties")),
        info={"tenant": "batch_id.home_id", "data_class": "pseudonymous", "deletion_class": "leistungsdaten"},
    )


def downgrade() -> None:
    """Go back: duties and the relief worked out from them are gone, all else stays."""
    op.execute(f"DELETE FROM cube WHERE kind IN ({KINDS})")  # noqa: S608  # our own words
    op.drop_table("delivery_duties")
