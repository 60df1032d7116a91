"""What each upload said is kept, so that it can be taken back; rows go with what is read of their own month alone."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

MONTH = {
    "sqlite": "(CAST(strftime('%Y', OLD.day) AS INTEGER) - 1970) * 12 + CAST(strftime('%m', OLD.day) AS INTEGER) - 1",
    "postgresql": "(EXTRACT(YEAR FROM OLD.day)::int - 1970) * 12 + EXTRACT(MONTH FROM OLD.day)::int - 1",
}


def upgrade() -> None:
    """Go to this revision. What was stored before becomes one ground, when the next upload of the home is stored."""
    op.add_column("batch", sa.Column("choice", sa.JSON(), nullable=True))
    op.add_column("batch", sa.Column("weighed", sa.JSON(), nullable=True))
    op.create_table(
        "delivery",
        sa.Column("batch_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("home_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("ground", sa.Boolean(), nullable=False),
        sa.Column("rule", sa.JSON(), nullable=False),
        sa.Column("people", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["batch_id"], ["batch.id"], name=op.f("fk_delivery_batch_id")),
        sa.ForeignKeyConstraint(["home_id"], ["home.id"], name=op.f("fk_delivery_home_id")),
        sa.PrimaryKeyConstraint("batch_id", name=op.f("pk_delivery")),
    )
    op.create_index(op.f("ix_delivery_home_id"), "delivery", ["home_id"])
    op.create_table(
        "delivery_month",
        sa.Column("batch_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("month", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("contents", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["batch_id"], ["delivery.batch_id"], name=op.f("fk_delivery_month_batch_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("batch_id", "month", name=op.f("pk_delivery_month")),
    )
    _refuse_deletion(f" AND month = {MONTH[op.get_bind().dialect.name]}")


def downgrade() -> None:
    """Go back: uploads that were taken back stay so, those in force cannot be taken back any more."""
    _refuse_deletion("")
    op.drop_table("delivery_month")
    op.drop_index(op.f("ix_delivery_home_id"), table_name="delivery")
    op.drop_table("delivery")
    # Column by column: rows point at this table, so it cannot be made anew.
    op.drop_column("batch", "weighed")
    op.drop_column("batch", "choice")


def _refuse_deletion(which: str) -> None:
    """Refuse to delete rows while months of their home are kept joined; ``which`` says what months."""
    found = f"EXISTS (SELECT 1 FROM work_month WHERE home_id = OLD.home_id{which})"  # noqa: S608  # our own words
    message = "delete the work_month rows of the home first, and join its months anew"
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TRIGGER intervention_goes")
        op.execute(
            f"CREATE TRIGGER intervention_goes BEFORE DELETE ON intervention WHEN {found} "
            f"BEGIN SELECT RAISE(ABORT, '{message}'); END"
        )
        return
    op.execute(
        "CREATE OR REPLACE FUNCTION intervention_goes() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        f"IF {found} THEN RAISE EXCEPTION '{message}'; END IF; RETURN OLD; END $$"
    )
