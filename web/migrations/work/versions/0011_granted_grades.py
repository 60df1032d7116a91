"""The granted Pflegegrad of residents has a history."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this revision: of nobody a granted Pflegegrad is known yet."""
    op.create_table(
        "resident_grade",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("resident_id", sa.Integer(), nullable=False),
        sa.Column("grade", sa.SmallInteger(), nullable=False),
        sa.Column("start", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["resident_id"], ["resident.id"], name=op.f("fk_resident_grade_resident_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_resident_grade")),
        info={"tenant": "resident_id.home_id", "data_class": "pseudonymous", "deletion_class": "bewohnerdaten"},
    )
    op.create_index(op.f("ix_resident_grade_resident_id"), "resident_grade", ["resident_id"], unique=False)


def downgrade() -> None:
    """Go back: the granted grades that uploads state stay with them, and nothing is computed from them."""
    op.drop_index(op.f("ix_resident_grade_resident_id"), table_name="resident_grade")
    op.drop_table("resident_grade")
