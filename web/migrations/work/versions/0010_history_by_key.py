"""Wards and stays have a history, merges can be taken back, and homes know by which rule their uploads were folded."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_ABOUT_RESIDENTS = {
    "tenant": "resident_id.home_id",
    "data_class": "pseudonymous",
    "deletion_class": "bewohnerdaten",
}


def _about_residents(table: str, *columns: sa.Column[object]) -> None:
    op.create_table(
        table,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("resident_id", sa.Integer(), nullable=False),
        *columns,
        sa.ForeignKeyConstraint(
            ["resident_id"], ["resident.id"], name=op.f(f"fk_{table}_resident_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        info=_ABOUT_RESIDENTS,
    )
    op.create_index(op.f(f"ix_{table}_resident_id"), table, ["resident_id"], unique=False)


def upgrade() -> None:
    """Go to this revision. Stored homes are folded anew when the application next starts its work."""
    _about_residents(
        "resident_ward",
        sa.Column("ward", sa.String(length=200), nullable=False),
        sa.Column("start", sa.Date(), nullable=True),
    )
    _about_residents("stay", sa.Column("start", sa.Date(), nullable=True), sa.Column("end", sa.Date(), nullable=True))
    op.add_column("batch", sa.Column("source", sa.String(length=64), nullable=False, server_default=""))
    for table in ("delivery_month", "delivery_duties"):
        op.add_column(table, sa.Column("lengths", sa.JSON(), nullable=True))
    op.add_column("person_answer", sa.Column("fixed", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("home", sa.Column("fold_rule", sa.Integer(), nullable=False, server_default="1"))
    op.add_column("home", sa.Column("fold_report", sa.JSON(), nullable=True))
    op.execute("UPDATE person_answer SET fixed = true WHERE answer = 'dieselbe'")
    op.execute(
        "INSERT INTO resident_ward (resident_id, ward) SELECT id, ward FROM resident WHERE known AND ward IS NOT NULL"
    )
    op.execute(
        'INSERT INTO stay (resident_id, start, "end") SELECT id, moved_in, moved_out FROM resident '
        "WHERE known AND (moved_in IS NOT NULL OR moved_out IS NOT NULL)"
    )


def downgrade() -> None:
    """Go back: of wards and stays the last ones are known, and uploads follow the older rule when they change."""
    delivery = sa.table("delivery", sa.column("batch_id", sa.Integer()), sa.column("rule", sa.JSON()))
    connection = op.get_bind()
    for upload_id, rule in connection.execute(sa.select(delivery.c.batch_id, delivery.c.rule)).all():
        older = {"replace": rule.get("pairing", "sure") != "none", "scope": rule.get("scope") and _older(rule["scope"])}
        connection.execute(sa.update(delivery).where(delivery.c.batch_id == upload_id).values(rule=older))
    for table, column in (
        ("home", "fold_rule"),
        ("home", "fold_report"),
        ("person_answer", "fixed"),
        ("batch", "source"),
        ("delivery_month", "lengths"),
        ("delivery_duties", "lengths"),
    ):
        op.drop_column(table, column)
    for table in ("stay", "resident_ward"):
        op.drop_index(op.f(f"ix_{table}_resident_id"), table_name=table)
        op.drop_table(table)


def _older(scope: dict[str, object]) -> dict[str, object]:
    kept = {name: scope[name] for name in ("first", "last", "wards")}
    return kept | {"residents": scope.get("residents", [])}
