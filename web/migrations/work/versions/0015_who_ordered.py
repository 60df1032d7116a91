"""Uploads know who released them and who took them back; the log names who really acted, and from where."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

_ORDERED = ("released_by", "undone_by")
_ORIGIN = {"actor": 100, "request_id": 40, "address": 45}


def upgrade() -> None:
    """Go to this revision. Who released an upload stands in the log, as far as it was written down there."""
    for name in _ORDERED:
        # In one statement: recreating the table, as for a constraint of its own, would break what refers to it.
        op.execute(f"ALTER TABLE batch ADD COLUMN {name} INTEGER CONSTRAINT fk_batch_{name} REFERENCES account (id)")
    for name, signs in _ORIGIN.items():
        op.add_column("audit_event", sa.Column(name, sa.String(signs), nullable=False, server_default=""))
    for name, action in (("released_by", "einlesen.freigeben"), ("undone_by", "einlesen.ruecknahme.freigeben")):
        op.execute(
            f"UPDATE batch SET {name} = (SELECT account_id FROM audit_event WHERE action = '{action}' "  # noqa: S608
            "AND object = 'lieferung ' || batch.id ORDER BY audit_event.id DESC LIMIT 1)"
        )


def downgrade() -> None:
    """Go back: the log names accounts alone."""
    for name in _ORIGIN:
        op.drop_column("audit_event", name)
    for name in _ORDERED:
        op.drop_column("batch", name)
