"""The role of the application in PostgreSQL: it works with the tables, and cannot change the log (G3)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sqlalchemy import text

from web.store import queue, rate_table
from web.store.models import AuditEvent, LogHead

if TYPE_CHECKING:
    from sqlalchemy import Connection

LOG_RIGHTS: Final = {AuditEvent.__tablename__: "SELECT, INSERT", LogHead.__tablename__: "SELECT, INSERT, UPDATE"}
"""What the role may do with the tables of the log; with all others it may do everything but change their form."""


_TRIGGERS: Final = {
    "postgresql": (
        "audit_event_stays",
        "audit_event_is_kept",
        "audit_event_is_not_emptied",
        "audit_head_goes_on",
        "audit_head_is_kept",
        "audit_head_is_not_emptied",
    ),
    "sqlite": (
        "audit_event_stays",
        "audit_event_is_kept",
        "audit_event_is_new",
        "audit_head_goes_on",
        "audit_head_is_kept",
        "audit_head_is_new",
    ),
}
"""By which the database refuses to change or delete entries of the log; migration 0021 makes them."""

_ENABLED: Final = {
    "postgresql": "SELECT t.tgname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid "
    "JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = current_schema() AND t.tgenabled IN ('O', 'A')",
    "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger'",
}


class UnknownRoleError(LookupError):
    """There is no such role."""


def grant(connection: Connection, role: str) -> None:
    """Give a role what the application needs, in the schema the connection works in, and take away what it has beyond.

    The connection is that of the tables' owner. After an upgrade or a restore, which make tables, it is to be done
    again.

    Raises
    ------
    UnknownRoleError
        Where there is no such role, or it is the owner itself, who may do everything.
    """
    found = connection.scalar(
        text("SELECT rolname <> current_user FROM pg_roles WHERE rolname = :role"), {"role": role}
    )
    if not found:
        raise UnknownRoleError(role)
    for metadata in (queue.metadata, rate_table.metadata):
        metadata.create_all(connection)
    quote = connection.dialect.identifier_preparer.quote
    name, schema = quote(role), quote(str(connection.scalar(text("SELECT current_schema()"))))
    of_schema = f"IN SCHEMA {schema}"
    for statement in (
        f"REVOKE ALL ON ALL TABLES {of_schema} FROM {name}",
        f"REVOKE CREATE ON SCHEMA {schema} FROM {name}",
        f"GRANT USAGE ON SCHEMA {schema} TO {name}",
        f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES {of_schema} TO {name}",
        f"GRANT USAGE, SELECT ON ALL SEQUENCES {of_schema} TO {name}",
        *(f"REVOKE ALL ON {schema}.{table} FROM {name}" for table in LOG_RIGHTS),
        *(f"GRANT {rights} ON {schema}.{table} TO {name}" for table, rights in LOG_RIGHTS.items()),
        f"GRANT EXECUTE ON FUNCTION {schema}.forget_log(text) TO {name}",
    ):
        connection.execute(text(statement))


def missing_triggers(connection: Connection) -> list[str]:
    """Return the triggers that protect the log and are not there, or were disabled."""
    kind = connection.dialect.name
    enabled = set(connection.scalars(text(_ENABLED[kind])))
    return [name for name in _TRIGGERS[kind] if name not in enabled]


def may_change_log(connection: Connection) -> bool:
    """Return whether the role of the connection could change entries of the log, were it not for the triggers."""
    if connection.dialect.name != "postgresql":
        return False
    table = AuditEvent.__tablename__
    query = text("SELECT has_table_privilege(:name, 'UPDATE') OR has_table_privilege(:name, 'DELETE')")
    return bool(connection.scalar(query, {"name": table}))
