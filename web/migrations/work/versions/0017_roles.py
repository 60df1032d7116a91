"""Roles, granted for a time, in place of two marks of an account."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this revision. Every account keeps what it could do: the marks become roles, and all see what they saw."""
    op.create_table(
        "role_grant",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(length=30), nullable=False),
        sa.Column("home_id", sa.Integer(), nullable=True),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("granted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("granted_by", sa.Integer(), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_by", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_role_grant_tenant_id")),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_role_grant_account_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["home_id"], ["home.id"], name=op.f("fk_role_grant_home_id")),
        sa.ForeignKeyConstraint(
            ["granted_by"], ["account.id"], name=op.f("fk_role_grant_granted_by"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["withdrawn_by"], ["account.id"], name=op.f("fk_role_grant_withdrawn_by"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_role_grant")),
    )
    op.create_index(op.f("ix_role_grant_tenant_id"), "role_grant", ["tenant_id"])
    op.create_index(op.f("ix_role_grant_account_id"), "role_grant", ["account_id"])
    for role, condition in (("pflegeleitung", "true"), ("qn4", "qn4"), ("verwaltung", "administers")):
        op.execute(
            f"""INSERT INTO role_grant (tenant_id, account_id, role, first_day, reason, granted_at)
            SELECT tenant_id, id, '{role}', CURRENT_DATE, 'bei der Einführung der Rollen übernommen', CURRENT_TIMESTAMP
            FROM account WHERE {condition} ORDER BY id"""  # noqa: S608  # constants
        )
    op.drop_column("account", "qn4")
    op.drop_column("account", "administers")


def downgrade() -> None:
    """Go back: an account with a role in force gets its mark again."""
    for mark, role in (("qn4", "qn4"), ("administers", "verwaltung")):
        op.add_column("account", sa.Column(mark, sa.Boolean(), nullable=False, server_default=sa.false()))
        op.execute(
            f"""UPDATE account SET {mark} = true WHERE id IN (
            SELECT account_id FROM role_grant WHERE role = '{role}' AND withdrawn_at IS NULL)"""  # noqa: S608
        )
    op.drop_table("role_grant")
