"""What homes have answered about numbers and names nobody knew: whom they mean."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this revision."""
    op.create_table(
        "person_answer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("home_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("pseudonym", sa.String(length=12), nullable=False),
        sa.Column("answer", sa.String(length=20), nullable=False),
        sa.Column("same_as", sa.String(length=12), nullable=True),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_person_answer_account_id")),
        sa.ForeignKeyConstraint(["home_id"], ["home.id"], name=op.f("fk_person_answer_home_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person_answer")),
        info={"tenant": "home_id", "data_class": "pseudonymous", "deletion_class": "vertragsende"},
    )
    op.create_index(op.f("ix_person_answer_home_id_pseudonym"), "person_answer", ["home_id", "pseudonym"], unique=False)


def downgrade() -> None:
    """Go back. Rows that were given to a person stay with that person; numbers stand for themselves again."""
    op.drop_index(op.f("ix_person_answer_home_id_pseudonym"), table_name="person_answer")
    op.drop_table("person_answer")
