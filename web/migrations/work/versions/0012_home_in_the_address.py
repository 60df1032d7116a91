"""Which home is shown stands in the address, no longer in the session."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this revision: sessions go on, and their pages name their home themselves."""
    with op.batch_alter_table("sign_in") as table:
        table.drop_constraint(op.f("fk_sign_in_home_id"), type_="foreignkey")
        table.drop_column("home_id")


def downgrade() -> None:
    """Go back: each session begins with the first home of its tenant."""
    with op.batch_alter_table("sign_in") as table:
        table.add_column(sa.Column("home_id", sa.Integer(), nullable=True, info={"data_class": "free"}))
        table.create_foreign_key(op.f("fk_sign_in_home_id"), "home", ["home_id"], ["id"])
