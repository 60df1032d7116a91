"""The log becomes chains of entries, one for each operator, that the database refuses to change or to delete."""

import json
from datetime import UTC, datetime
from hashlib import sha256

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

_CLASSES = {"tenant": "tenant_id", "data_class": "pseudonymous", "deletion_class": "protokoll"}
_FOREIGN = {"account_id": ("account", "SET NULL"), "tenant_id": ("tenant", None)}
_NEW = ("chain", "number", "details", "key", "mac")

_EXPIRED = "OLD.number < coalesce((SELECT first FROM audit_head WHERE chain = OLD.chain), 0)"
_BACKWARDS = "NEW.chain <> OLD.chain OR NEW.number < OLD.number OR NEW.first < OLD.first OR NEW.first > NEW.number"

_SQLITE = {
    "audit_event_stays": "BEFORE UPDATE ON audit_event WHEN true",
    "audit_event_is_kept": f"BEFORE DELETE ON audit_event WHEN NOT {_EXPIRED}",
    # REPLACE would delete the former row without the trigger of DELETE.
    "audit_event_is_new": "BEFORE INSERT ON audit_event WHEN EXISTS (SELECT 1 FROM audit_event WHERE id = NEW.id "
    "OR (chain = NEW.chain AND number = NEW.number))",
    "audit_head_goes_on": f"BEFORE UPDATE ON audit_head WHEN {_BACKWARDS}",
    "audit_head_is_kept": "BEFORE DELETE ON audit_head WHEN true",
    "audit_head_is_new": "BEFORE INSERT ON audit_head WHEN EXISTS (SELECT 1 FROM audit_head WHERE chain = NEW.chain)",
}

_POSTGRES = {
    "audit_event_stays": ("audit_event", "UPDATE", "true"),
    "audit_event_is_kept": ("audit_event", "DELETE", f"NOT {_EXPIRED}"),
    "audit_head_goes_on": ("audit_head", "UPDATE", _BACKWARDS),
    "audit_head_is_kept": ("audit_head", "DELETE", "true"),
}


def upgrade() -> None:
    """Go to this revision. What is in the log already gets numbers, and digests without a key."""
    with op.batch_alter_table("audit_event") as table:
        for name in _FOREIGN:
            table.drop_constraint(op.f(f"fk_audit_event_{name}"), type_="foreignkey")
        table.add_column(sa.Column("chain", sa.String(length=32), nullable=False, server_default=""))
        table.add_column(sa.Column("number", sa.BigInteger(), nullable=True))
        table.add_column(sa.Column("details", sa.JSON(), nullable=True))
        table.add_column(sa.Column("key", sa.String(length=16), nullable=False, server_default=""))
        table.add_column(sa.Column("mac", sa.LargeBinary(length=32), nullable=True))
    op.create_table(
        "audit_head",
        sa.Column("chain", sa.String(length=32), nullable=False),
        sa.Column("tenant_id", sa.Integer(), nullable=True),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("mac", sa.LargeBinary(length=32), nullable=False),
        sa.Column("first", sa.BigInteger(), nullable=False),
        sa.Column("first_before", sa.LargeBinary(length=32), nullable=False),
        sa.Column("first_key", sa.String(length=16), nullable=False),
        sa.Column("first_mac", sa.LargeBinary(length=32), nullable=False),
        sa.PrimaryKeyConstraint("chain", name=op.f("pk_audit_head")),
        info=_CLASSES,
    )
    _chain_present_entries()
    with op.batch_alter_table("audit_event") as table:
        table.alter_column("number", existing_type=sa.BigInteger(), nullable=False)
        table.alter_column("mac", existing_type=sa.LargeBinary(length=32), nullable=False)
        table.alter_column("chain", existing_type=sa.String(length=32), server_default=None)
        table.alter_column("key", existing_type=sa.String(length=16), server_default=None)
        table.create_unique_constraint(op.f("uq_audit_event_chain_number"), ["chain", "number"])
    op.create_index(op.f("ix_audit_event_at"), "audit_event", ["at"], unique=False)
    if op.get_bind().dialect.name == "postgresql":
        _protect_postgres()
        return
    for name, when in _SQLITE.items():
        op.execute(f"CREATE TRIGGER {name} {when} BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END")


def downgrade() -> None:
    """Go back: the log can be changed again, and nothing proves that it was not."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION forget_log(text)")
        for name, (place, _, _) in _POSTGRES.items():
            op.execute(f"DROP TRIGGER {name} ON {place}")
            op.execute(f"DROP FUNCTION {name}()")
        for place in ("audit_event", "audit_head"):
            op.execute(f"DROP TRIGGER {place}_is_not_emptied ON {place}")
        op.execute("DROP FUNCTION log_is_not_emptied()")
    else:
        for name in _SQLITE:
            op.execute(f"DROP TRIGGER {name}")
    op.drop_index(op.f("ix_audit_event_at"), table_name="audit_event")
    op.drop_table("audit_head")
    for name, (target, _) in _FOREIGN.items():
        op.execute(f"UPDATE audit_event SET {name} = NULL WHERE {name} NOT IN (SELECT id FROM {target})")  # noqa: S608
    with op.batch_alter_table("audit_event") as table:
        table.drop_constraint(op.f("uq_audit_event_chain_number"), type_="unique")
        for name in _NEW:
            table.drop_column(name)
        for name, (target, ondelete) in _FOREIGN.items():
            table.create_foreign_key(op.f(f"fk_audit_event_{name}"), target, [name], ["id"], ondelete=ondelete)


def _chain_present_entries() -> None:
    connection = op.get_bind()
    event = sa.table(
        "audit_event",
        sa.column("at", sa.DateTime(timezone=True)),
        *(sa.column(name) for name in ("id", "tenant_id", "account_id", "actor", "request_id", "address", "action")),
        *(sa.column(name) for name in ("object", "result", "reason", "chain", "number")),
        sa.column("mac", sa.LargeBinary()),
    )
    columns = [event.c[name] for name in ("actor", "request_id", "address", "action", "object", "result", "reason")]
    references: dict[int, str] = dict(connection.execute(sa.text("SELECT id, reference FROM tenant")).all())
    chains: dict[str, tuple[int | None, int, bytes]] = {}
    query = sa.select(event.c.id, event.c.at, event.c.tenant_id, event.c.account_id, *columns).order_by(event.c.id)
    for key, at, tenant_id, account_id, *texts in connection.execute(query).all():
        chain = references[tenant_id] if tenant_id is not None else ""
        _, number, before = chains.get(chain, (tenant_id, 0, b""))
        told = (chain, number + 1, _moment(at), tenant_id, account_id, *texts, None)
        mac = sha256(before + json.dumps(told, sort_keys=True, separators=(",", ":")).encode()).digest()
        chains[chain] = tenant_id, number + 1, mac
        connection.execute(
            sa.update(event).where(event.c.id == key).values(chain=chain, number=number + 1, mac=mac),
        )
    head = sa.table(
        "audit_head",
        *(sa.column(name) for name in ("chain", "tenant_id", "number", "first", "first_key")),
        *(sa.column(name, sa.LargeBinary()) for name in ("mac", "first_before", "first_mac")),
    )
    for chain, (tenant_id, number, mac) in chains.items():
        connection.execute(
            sa.insert(head).values(
                chain=chain,
                tenant_id=tenant_id,
                number=number,
                mac=mac,
                first=1,
                first_before=b"",
                first_key="",
                first_mac=b"",
            ),
        )


def _moment(at: datetime) -> str:
    """Return a moment as the digest has it; SQLite forgets time zones."""
    known = at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    return known.isoformat(timespec="microseconds")


def _protect_postgres() -> None:
    refuse = "RAISE EXCEPTION 'the log is append-only'"
    for name, (table, event, when) in _POSTGRES.items():
        back = "OLD" if event == "DELETE" else "NEW"
        op.execute(
            f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            f"IF {when} THEN {refuse}; END IF; RETURN {back}; END $$"
        )
        op.execute(f"CREATE TRIGGER {name} BEFORE {event} ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()")
    op.execute(f"CREATE FUNCTION log_is_not_emptied() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {refuse}; END $$")
    for table in ("audit_event", "audit_head"):
        op.execute(
            f"CREATE TRIGGER {table}_is_not_emptied BEFORE TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION log_is_not_emptied()"
        )
    # The role of the application may not delete; what has expired goes by the way of whoever owns the tables.
    op.execute(
        "CREATE OR REPLACE FUNCTION forget_log(of_chain text) RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER "
        "SET search_path FROM CURRENT AS $$ DECLARE gone bigint; BEGIN "
        "DELETE FROM audit_event WHERE chain = of_chain "
        "AND number < (SELECT first FROM audit_head WHERE chain = of_chain); "
        "GET DIAGNOSTICS gone = ROW_COUNT; RETURN gone; END $$"
    )
    op.execute("REVOKE ALL ON FUNCTION forget_log(text) FROM PUBLIC")
