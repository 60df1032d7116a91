"""On which days and wards unknown interventions stand, so that pages count them for the period they show."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this revision. Of uploads read before it the days are not known, and pages say so."""
    op.create_table(
        "unknown_term_day",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("term_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=True),
        sa.Column("ward", sa.String(length=200), nullable=True),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("seconds", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["term_id"], ["unknown_term.id"], name=op.f("fk_unknown_term_day_term_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unknown_term_day")),
    )
    op.create_index(op.f("ix_unknown_term_day_term_id"), "unknown_term_day", ["term_id"])


def downgrade() -> None:
    """Go back."""
    op.drop_index(op.f("ix_unknown_term_day_term_id"), table_name="unknown_term_day")
    op.drop_table("unknown_term_day")
