"""What may be shown is decided more strictly; what was stored before is dropped and made anew at the next start."""

from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this revision. ``analysis`` = 0 says of a home that its work waits to be analysed."""
    op.execute("DELETE FROM cube")
    op.execute("UPDATE home SET analysis = 0")


def downgrade() -> None:
    """Go back. The former program makes its own result of the rows, likewise."""
    upgrade()
