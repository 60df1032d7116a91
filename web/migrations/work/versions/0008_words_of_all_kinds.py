"""What homes say of their own words: not only of interventions, also of qualifications, roles, shifts and rosters."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

VERSIONS = ("tenant_id", "key", "version")
"""What made a version of a word unique before there were kinds."""


def upgrade() -> None:
    """Go to this revision. Every word kept before is the name of an intervention."""
    op.add_column("unknown_term", _kind())
    with op.batch_alter_table("term") as table:
        table.add_column(_kind())
        table.alter_column("target", existing_type=sa.String(50), type_=sa.String(200), existing_nullable=False)
        table.drop_constraint(op.f("uq_term_tenant_id_key_version"), type_="unique")
        table.create_unique_constraint(op.f("uq_term_tenant_id_kind_key_version"), ["tenant_id", "kind", *VERSIONS[1:]])


def downgrade() -> None:
    """Go back: only names of interventions have a place there; words of the other kinds are asked for again."""
    for name in ("term", "unknown_term"):
        op.execute(f"DELETE FROM {name} WHERE kind <> 'intervention'")  # noqa: S608  # our own words
    with op.batch_alter_table("term") as table:
        table.drop_constraint(op.f("uq_term_tenant_id_kind_key_version"), type_="unique")
        table.create_unique_constraint(op.f("uq_term_tenant_id_key_version"), [*VERSIONS])
        table.alter_column("target", existing_type=sa.String(200), type_=sa.String(50), existing_nullable=False)
        table.drop_column("kind")
    op.drop_column("unknown_term", "kind")


def _kind() -> sa.Column[str]:
    return sa.Column("kind", sa.String(length=20), nullable=False, server_default="intervention")
