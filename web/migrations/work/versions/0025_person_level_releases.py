"""Releases of views that tell who was on shift."""

import sqlalchemy as sa
from alembic import op

revision = "0025"
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


def downgrade() -> None:
    """Go back: views about single persons are off everywhere."""
    op.drop_table("person_level_release")
