"""Whether an assessment has a special need constellation may be unknown: its cell could not be read."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this revision. What was unreadable before was stored as no and stays so until it is uploaded again."""
    with op.batch_alter_table("assessment") as table:
        table.alter_column("special", existing_type=sa.Boolean(), nullable=True)


def downgrade() -> None:
    """Go back: there what is unknown is no."""
    op.execute("UPDATE assessment SET special = false WHERE special IS NULL")
    with op.batch_alter_table("assessment") as table:
        table.alter_column("special", existing_type=sa.Boolean(), nullable=False)
