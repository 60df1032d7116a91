"""Rulebooks of tenants, overrides, house terms, staffing."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

CONTENT = "tenant_id, rulebook_id, edition, status, title, sha256, documents, account_id, created_at"
"""Columns of a rulebook that stay as they were written: figures of years rest on them."""


def upgrade() -> None:
    """Go to this revision."""
    op.create_table(
        "rulebook",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("rulebook_id", sa.String(length=200), nullable=False),
        sa.Column("edition", sa.String(length=50), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("documents", sa.JSON(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("first_used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_rulebook_account_id")),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_rulebook_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rulebook")),
        sa.UniqueConstraint(
            "tenant_id", "rulebook_id", "edition", name=op.f("uq_rulebook_tenant_id_rulebook_id_edition")
        ),
        sa.UniqueConstraint("tenant_id", "sha256", name=op.f("uq_rulebook_tenant_id_sha256")),
        info={"tenant": "tenant_id", "data_class": "pseudonymous", "deletion_class": "vertragsende"},
    )
    op.create_table(
        "staffing_input",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("home_id", sa.Integer(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("full_time", sa.String(length=30), nullable=False),
        sa.Column("minimum_nr1", sa.String(length=30), nullable=True),
        sa.Column("minimum_nr2", sa.String(length=30), nullable=True),
        sa.Column("minimum_nr3", sa.String(length=30), nullable=True),
        sa.Column("agreed_nr1", sa.String(length=30), nullable=True),
        sa.Column("agreed_nr2", sa.String(length=30), nullable=True),
        sa.Column("agreed_nr3", sa.String(length=30), nullable=True),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_staffing_input_account_id")),
        sa.ForeignKeyConstraint(["home_id"], ["home.id"], name=op.f("fk_staffing_input_home_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staffing_input")),
        info={"tenant": "home_id", "data_class": "pseudonymous", "deletion_class": "vertragsende"},
    )
    op.create_index(
        op.f("ix_staffing_input_home_id_valid_from"), "staffing_input", ["home_id", "valid_from"], unique=False
    )
    op.create_table(
        "term",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("text", sa.String(length=200), nullable=False),
        sa.Column("target", sa.String(length=50), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_term_account_id")),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_term_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_term")),
        sa.UniqueConstraint("tenant_id", "key", "version", name=op.f("uq_term_tenant_id_key_version")),
        info={"tenant": "tenant_id", "data_class": "pseudonymous", "deletion_class": "vertragsende"},
    )
    op.create_table(
        "override_",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("home_id", sa.Integer(), nullable=False),
        sa.Column("resident_id", sa.Integer(), nullable=True),
        sa.Column("intervention", sa.String(length=50), nullable=False),
        sa.Column("level", sa.SmallInteger(), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("start", sa.Date(), nullable=False),
        sa.Column("end", sa.Date(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_by", sa.Integer(), nullable=True),
        sa.Column("withdrawn_from", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_override__account_id")),
        sa.ForeignKeyConstraint(["home_id"], ["home.id"], name=op.f("fk_override__home_id")),
        sa.ForeignKeyConstraint(
            ["resident_id"], ["resident.id"], name=op.f("fk_override__resident_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["withdrawn_by"], ["account.id"], name=op.f("fk_override__withdrawn_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_override_")),
        info={"tenant": "home_id", "data_class": "pseudonymous", "deletion_class": "bewohnerdaten"},
    )
    op.create_index(op.f("ix_override__home_id_intervention"), "override_", ["home_id", "intervention"], unique=False)
    op.create_index(op.f("ix_override__resident_id"), "override_", ["resident_id"], unique=False)
    op.create_table(
        "rulebook_holding",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("home_id", sa.Integer(), nullable=False),
        sa.Column("rulebook_id", sa.Integer(), nullable=True),
        sa.Column("built_in", sa.String(length=200), nullable=True),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_rulebook_holding_account_id")),
        sa.ForeignKeyConstraint(["home_id"], ["home.id"], name=op.f("fk_rulebook_holding_home_id")),
        sa.ForeignKeyConstraint(["rulebook_id"], ["rulebook.id"], name=op.f("fk_rulebook_holding_rulebook_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rulebook_holding")),
        info={"tenant": "home_id", "data_class": "pseudonymous", "deletion_class": "vertragsende"},
    )
    op.create_index(
        op.f("ix_rulebook_holding_home_id_valid_from"), "rulebook_holding", ["home_id", "valid_from"], unique=False
    )
    op.create_table(
        "unknown_term",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("batch_id", sa.Integer(), nullable=False),
        sa.Column("text", sa.String(length=200), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("seconds", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["batch_id"], ["batch.id"], name=op.f("fk_unknown_term_batch_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unknown_term")),
        info={"tenant": "batch_id.home_id", "data_class": "free", "deletion_class": "einlesen"},
    )
    op.create_index(op.f("ix_unknown_term_batch_id"), "unknown_term", ["batch_id"], unique=False)
    op.create_table(
        "weekly_hours",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("batch_id", sa.Integer(), nullable=False),
        sa.Column("qn", sa.SmallInteger(), nullable=False),
        sa.Column("start", sa.Date(), nullable=True),
        sa.Column("end", sa.Date(), nullable=True),
        sa.Column("hours", sa.String(length=30), nullable=False),
        sa.ForeignKeyConstraint(["batch_id"], ["batch.id"], name=op.f("fk_weekly_hours_batch_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_weekly_hours")),
        info={"tenant": "batch_id.home_id", "data_class": "free", "deletion_class": "einlesen"},
    )
    op.create_index(op.f("ix_weekly_hours_batch_id"), "weekly_hours", ["batch_id"], unique=False)
    op.add_column("account", sa.Column("qn4", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("batch", sa.Column("ignored", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("coverage", sa.Column("ueberschrieben", sa.BigInteger(), nullable=False, server_default="0"))
    _keep_rulebooks_as_they_are()


def _keep_rulebooks_as_they_are() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute(
            f"CREATE TRIGGER rulebook_stays BEFORE UPDATE OF {CONTENT} ON rulebook "
            "BEGIN SELECT RAISE(ABORT, 'a rulebook cannot be changed'); END"
        )
        return
    op.execute(
        "CREATE FUNCTION rulebook_stays() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'a rulebook cannot be changed'; END $$"
    )
    op.execute(
        f"CREATE TRIGGER rulebook_stays BEFORE UPDATE OF {CONTENT} ON rulebook "
        "FOR EACH ROW EXECUTE FUNCTION rulebook_stays()"
    )


def downgrade() -> None:
    """Go back."""
    op.drop_column("coverage", "ueberschrieben")
    op.drop_column("batch", "ignored")
    op.drop_column("account", "qn4")
    op.drop_index(op.f("ix_weekly_hours_batch_id"), table_name="weekly_hours")
    op.drop_table("weekly_hours")
    op.drop_index(op.f("ix_unknown_term_batch_id"), table_name="unknown_term")
    op.drop_table("unknown_term")
    op.drop_index(op.f("ix_rulebook_holding_home_id_valid_from"), table_name="rulebook_holding")
    op.drop_table("rulebook_holding")
    op.drop_index(op.f("ix_override__resident_id"), table_name="override_")
    op.drop_index(op.f("ix_override__home_id_intervention"), table_name="override_")
    op.drop_table("override_")
    op.drop_table("term")
    op.drop_index(op.f("ix_staffing_input_home_id_valid_from"), table_name="staffing_input")
    op.drop_table("staffing_input")
    op.drop_table("rulebook")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION rulebook_stays()")
