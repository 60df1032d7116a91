"""Releases of views that tell who was on shift, and the register of instructions."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this revision: nothing is released."""
    op.create_table(
        "person_level_release",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("home_id", sa.Integer(), nullable=False),
        sa.Column("agreement", sa.String(length=200), nullable=False),
        sa.Column("purpose", sa.String(length=500), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        *(
            column
            for name, nullable in (("asked", False), ("released", True), ("ended", True))
            for column in (
                sa.Column(f"{name}_at", sa.DateTime(timezone=True), nullable=nullable),
                sa.Column(f"{name}_by", sa.Integer(), nullable=True),
            )
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_person_level_release_tenant_id")),
        sa.ForeignKeyConstraint(["home_id"], ["home.id"], name=op.f("fk_person_level_release_home_id")),
        *(
            sa.ForeignKeyConstraint(
                [f"{name}_by"],
                ["account.id"],
                name=op.f(f"fk_person_level_release_{name}_by"),
                ondelete="SET NULL",
            )
            for name in ("asked", "released", "ended")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person_level_release")),
    )
    for column in ("tenant_id", "home_id"):
        op.create_index(op.f(f"ix_person_level_release_{column}"), "person_level_release", [column])
    op.create_table(
        "instruction",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("text", sa.String(length=1000), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("given_by", sa.Integer(), nullable=True),
        sa.Column("open_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("done_by", sa.String(length=100), nullable=False),
        sa.Column("done_note", sa.String(length=1000), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_by", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_instruction_tenant_id")),
        sa.ForeignKeyConstraint(
            ["given_by"], ["account.id"], name=op.f("fk_instruction_given_by"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["withdrawn_by"], ["account.id"], name=op.f("fk_instruction_withdrawn_by"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_instruction")),
    )
    op.create_index(op.f("ix_instruction_tenant_id"), "instruction", ["tenant_id"])


def downgrade() -> None:
    """Go back: views about single persons are off everywhere, and the register is gone."""
    op.drop_table("instruction")
    op.drop_table("person_level_release")
