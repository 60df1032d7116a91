"""First tables."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this revision."""
    op.create_table(
        "tenant",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tenant")),
        info={"tenant": "-", "data_class": "free", "deletion_class": "vertragsende"},
    )
    op.create_table(
        "account",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("user_name", sa.String(length=100), nullable=False),
        sa.Column("display_name", sa.String(length=200), nullable=False),
        sa.Column("password_hash", sa.String(length=200), nullable=False),
        sa.Column("totp_secret", sa.LargeBinary(), nullable=True),
        sa.Column("totp_last_step", sa.BigInteger(), nullable=False),
        sa.Column("must_change_password", sa.Boolean(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("failed_count", sa.Integer(), nullable=False),
        sa.Column("locked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_account_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account")),
        sa.UniqueConstraint("user_name", name=op.f("uq_account_user_name")),
        info={"tenant": "tenant_id", "data_class": "personal", "deletion_class": "konto"},
    )
    op.create_index(op.f("ix_account_tenant_id"), "account", ["tenant_id"], unique=False)
    op.create_table(
        "home",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("rulebook", sa.String(length=200), nullable=False),
        sa.Column("analysis", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_home_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_home")),
        sa.UniqueConstraint("tenant_id", "name", name=op.f("uq_home_tenant_id_name")),
        info={"tenant": "tenant_id", "data_class": "free", "deletion_class": "vertragsende"},
    )
    op.create_table(
        "audit_event",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tenant_id", sa.Integer(), nullable=True),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("action", sa.String(length=50), nullable=False),
        sa.Column("object", sa.String(length=100), nullable=False),
        sa.Column("result", sa.String(length=20), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_audit_event_account_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_audit_event_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_event")),
        info={"tenant": "tenant_id", "data_class": "pseudonymous", "deletion_class": "protokoll"},
    )
    op.create_index(op.f("ix_audit_event_tenant_id_at"), "audit_event", ["tenant_id", "at"], unique=False)
    op.create_table(
        "batch",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("home_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("stored_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("file_count", sa.Integer(), nullable=False),
        sa.Column("file_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("rulebook_id", sa.String(length=200), nullable=False),
        sa.Column("rulebook_edition", sa.String(length=50), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("counted", sa.Integer(), nullable=False),
        sa.Column("not_done", sa.Integer(), nullable=False),
        sa.Column("faulty", sa.Integer(), nullable=False),
        sa.Column("new_rows", sa.Integer(), nullable=False),
        sa.Column("errors", sa.Integer(), nullable=False),
        sa.Column("warnings", sa.Integer(), nullable=False),
        sa.Column("notices", sa.Integer(), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=True),
        sa.Column("last_day", sa.Date(), nullable=True),
        sa.Column("coverage", sa.JSON(), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_batch_account_id")),
        sa.ForeignKeyConstraint(["home_id"], ["home.id"], name=op.f("fk_batch_home_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_batch")),
        info={"tenant": "home_id", "data_class": "pseudonymous", "deletion_class": "einlesen"},
    )
    op.create_index(op.f("ix_batch_home_id"), "batch", ["home_id"], unique=False)
    op.create_index(op.f("ix_batch_state"), "batch", ["state"], unique=False)
    op.create_table(
        "coverage",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("home_id", sa.Integer(), nullable=False),
        sa.Column("rulebook_sha256", sa.String(length=64), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("ward", sa.String(length=200), nullable=True),
        sa.Column("counted", sa.BigInteger(), nullable=False),
        sa.Column("bewohner", sa.BigInteger(), nullable=False),
        sa.Column("begutachtung", sa.BigInteger(), nullable=False),
        sa.Column("mitarbeitende", sa.BigInteger(), nullable=False),
        sa.Column("intervention", sa.BigInteger(), nullable=False),
        sa.Column("minuten", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["home_id"], ["home.id"], name=op.f("fk_coverage_home_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_coverage")),
        info={"tenant": "home_id", "data_class": "free", "deletion_class": "leistungsdaten"},
    )
    op.create_index(
        op.f("ix_coverage_home_id_rulebook_sha256_day"), "coverage", ["home_id", "rulebook_sha256", "day"], unique=False
    )
    op.create_table(
        "cube",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("home_id", sa.Integer(), nullable=False),
        sa.Column("rulebook_sha256", sa.String(length=64), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("ward", sa.String(length=200), nullable=True),
        sa.Column("shift", sa.String(length=100), nullable=True),
        sa.Column("intervention", sa.String(length=50), nullable=True),
        sa.Column("qn_soll", sa.SmallInteger(), nullable=False),
        sa.Column("qn_ist", sa.SmallInteger(), nullable=False),
        sa.Column("fit", sa.String(length=30), nullable=False),
        sa.Column("certificate", sa.Boolean(), nullable=False),
        sa.Column("count", sa.BigInteger(), nullable=False),
        sa.Column("seconds", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["home_id"], ["home.id"], name=op.f("fk_cube_home_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cube")),
        info={"tenant": "home_id", "data_class": "pseudonymous", "deletion_class": "leistungsdaten"},
    )
    op.create_index(
        op.f("ix_cube_home_id_rulebook_sha256_day"), "cube", ["home_id", "rulebook_sha256", "day"], unique=False
    )
    op.create_table(
        "resident",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("home_id", sa.Integer(), nullable=False),
        sa.Column("pseudonym", sa.String(length=12), nullable=False),
        sa.Column("known", sa.Boolean(), nullable=False),
        sa.Column("ward", sa.String(length=200), nullable=True),
        sa.Column("moved_in", sa.Date(), nullable=True),
        sa.Column("moved_out", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["home_id"], ["home.id"], name=op.f("fk_resident_home_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_resident")),
        sa.UniqueConstraint("home_id", "pseudonym", name=op.f("uq_resident_home_id_pseudonym")),
        info={"tenant": "home_id", "data_class": "pseudonymous", "deletion_class": "bewohnerdaten"},
    )
    op.create_table(
        "sign_in",
        sa.Column("token_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("step", sa.String(length=20), nullable=False),
        sa.Column("home_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_sign_in_account_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["home_id"], ["home.id"], name=op.f("fk_sign_in_home_id")),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_sign_in")),
        info={"tenant": "account_id.tenant_id", "data_class": "pseudonymous", "deletion_class": "sitzung"},
    )
    op.create_index(op.f("ix_sign_in_account_id"), "sign_in", ["account_id"], unique=False)
    op.create_table(
        "staff",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("home_id", sa.Integer(), nullable=False),
        sa.Column("pseudonym", sa.String(length=12), nullable=False),
        sa.Column("known", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["home_id"], ["home.id"], name=op.f("fk_staff_home_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff")),
        sa.UniqueConstraint("home_id", "pseudonym", name=op.f("uq_staff_home_id_pseudonym")),
        info={"tenant": "home_id", "data_class": "pseudonymous", "deletion_class": "personaldaten"},
    )
    op.create_table(
        "assessment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("resident_id", sa.Integer(), nullable=False),
        sa.Column("date", sa.Date(), nullable=True),
        sa.Column("continence_urine", sa.SmallInteger(), nullable=False),
        sa.Column("continence_stool", sa.SmallInteger(), nullable=False),
        sa.Column("special", sa.Boolean(), nullable=False),
        sa.Column("cells", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["resident_id"], ["resident.id"], name=op.f("fk_assessment_resident_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assessment")),
        info={"tenant": "resident_id.home_id", "data_class": "pseudonymous", "deletion_class": "bewohnerdaten"},
    )
    op.create_index(op.f("ix_assessment_resident_id"), "assessment", ["resident_id"], unique=False)
    op.create_table(
        "instability",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("resident_id", sa.Integer(), nullable=False),
        sa.Column("criterion", sa.String(length=100), nullable=False),
        sa.Column("start", sa.Date(), nullable=True),
        sa.Column("end", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["resident_id"], ["resident.id"], name=op.f("fk_instability_resident_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_instability")),
        info={"tenant": "resident_id.home_id", "data_class": "pseudonymous", "deletion_class": "bewohnerdaten"},
    )
    op.create_index(op.f("ix_instability_resident_id"), "instability", ["resident_id"], unique=False)
    op.create_table(
        "intervention",
        sa.Column("home_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("content_hash", sa.LargeBinary(length=16), nullable=False),
        sa.Column("occurrence", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("batch_id", sa.Integer(), nullable=False),
        sa.Column("resident_id", sa.Integer(), nullable=True),
        sa.Column("staff_id", sa.Integer(), nullable=True),
        sa.Column("intervention", sa.String(length=50), nullable=True),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("minute", sa.SmallInteger(), nullable=False),
        sa.Column("seconds", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(length=20), nullable=True),
        sa.Column("shift", sa.String(length=100), nullable=True),
        sa.Column("ward", sa.String(length=200), nullable=True),
        sa.Column("status", sa.String(length=30), nullable=True),
        sa.ForeignKeyConstraint(["batch_id"], ["batch.id"], name=op.f("fk_intervention_batch_id")),
        sa.ForeignKeyConstraint(["home_id"], ["home.id"], name=op.f("fk_intervention_home_id")),
        sa.ForeignKeyConstraint(["resident_id"], ["resident.id"], name=op.f("fk_intervention_resident_id")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_intervention_staff_id")),
        sa.PrimaryKeyConstraint("home_id", "content_hash", "occurrence", name=op.f("pk_intervention")),
        info={"tenant": "home_id", "data_class": "pseudonymous", "deletion_class": "leistungsdaten"},
    )
    op.create_index(op.f("ix_intervention_batch_id"), "intervention", ["batch_id"], unique=False)
    op.create_index(op.f("ix_intervention_home_id_day"), "intervention", ["home_id", "day"], unique=False)
    op.create_table(
        "qualification",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("qn", sa.SmallInteger(), nullable=False),
        sa.Column("role", sa.String(length=200), nullable=True),
        sa.Column("certificates", sa.String(length=500), nullable=False),
        sa.Column("start", sa.Date(), nullable=True),
        sa.Column("end", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_qualification_staff_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_qualification")),
        info={"tenant": "staff_id.home_id", "data_class": "pseudonymous", "deletion_class": "personaldaten"},
    )
    op.create_index(op.f("ix_qualification_staff_id"), "qualification", ["staff_id"], unique=False)


def downgrade() -> None:
    """Go back."""
    op.drop_index(op.f("ix_qualification_staff_id"), table_name="qualification")
    op.drop_table("qualification")
    op.drop_index(op.f("ix_intervention_home_id_day"), table_name="intervention")
    op.drop_index(op.f("ix_intervention_batch_id"), table_name="intervention")
    op.drop_table("intervention")
    op.drop_index(op.f("ix_instability_resident_id"), table_name="instability")
    op.drop_table("instability")
    op.drop_index(op.f("ix_assessment_resident_id"), table_name="assessment")
    op.drop_table("assessment")
    op.drop_table("staff")
    op.drop_index(op.f("ix_sign_in_account_id"), table_name="sign_in")
    op.drop_table("sign_in")
    op.drop_table("resident")
    op.drop_index(op.f("ix_cube_home_id_rulebook_sha256_day"), table_name="cube")
    op.drop_table("cube")
    op.drop_index(op.f("ix_coverage_home_id_rulebook_sha256_day"), table_name="coverage")
    op.drop_table("coverage")
    op.drop_index(op.f("ix_batch_state"), table_name="batch")
    op.drop_index(op.f("ix_batch_home_id"), table_name="batch")
    op.drop_table("batch")
    op.drop_index(op.f("ix_audit_event_tenant_id_at"), table_name="audit_event")
    op.drop_table("audit_event")
    op.drop_table("home")
    op.drop_index(op.f("ix_account_tenant_id"), table_name="account")
    op.drop_table("account")
    op.drop_table("tenant")
