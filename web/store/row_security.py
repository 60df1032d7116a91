"""Row security on PostgreSQL: the database itself shows and takes no row of another tenant (B3).

Each transaction says whose it is (:func:`say`), by settings that end with it. Where nothing was said, as on a
connection that is not ours, no row of a tenant shows. It also holds for the owner of the tables; a superuser passes all
policies, so the application must not be one (:mod:`web.serving.installation_checks`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sqlalchemy import text

from web.store.scope import OPTION, WHOLE, Scope, bound_tables, owner_path

if TYPE_CHECKING:
    from sqlalchemy import Connection, Table

POLICY: Final = "of_its_tenant"

_SAY: Final = (
    "SELECT set_config('pebem.whole', %(whole)s, true), set_config('pebem.tenant', %(tenant)s, true), "
    "set_config('pebem.homes', %(homes)s, true)"
)
_WHOLE: Final = "current_setting('pebem.whole', true) = 'on'"
_OWN: Final = {
    "tenant_id": "{column} = nullif(current_setting('pebem.tenant', true), '')::int",
    "home_id": "{column} = ANY (coalesce(nullif(current_setting('pebem.homes', true), ''), '{{}}')::int[])",
}


def say(connection: Connection) -> None:
    """Tell the database whose transaction has just begun."""
    scope: Scope = connection.get_execution_options().get(OPTION, WHOLE)
    connection.exec_driver_sql(
        _SAY,
        {
            "whole": "on" if scope is WHOLE else "off",
            "tenant": "" if scope.tenant_id is None else str(scope.tenant_id),
            "homes": "{" + ",".join(map(str, sorted(scope.homes))) + "}",
        },
    )


def install(connection: Connection) -> None:
    """Give every table of a tenant that is there its policy; nothing happens on SQLite, or where all have theirs."""
    if connection.dialect.name != "postgresql":
        return
    forced, having = _tables(connection), _with_policy(connection)
    for name, table in bound_tables().items():
        if name in forced and name not in having:
            condition = f"{_WHOLE} OR {_condition(table, owner_path(table), name)}"
            for statement in (
                f'ALTER TABLE "{name}" ENABLE ROW LEVEL SECURITY',
                f'ALTER TABLE "{name}" FORCE ROW LEVEL SECURITY',
                f'CREATE POLICY {POLICY} ON "{name}" USING ({condition}) WITH CHECK ({condition})',
            ):
                connection.exec_driver_sql(statement)


def missing(connection: Connection) -> list[str]:
    """Return the tables of a tenant that are there and not protected, also from their owner."""
    forced, having = _tables(connection), _with_policy(connection)
    return sorted(name for name in bound_tables() if name in forced and not (forced[name] and name in having))


def is_passed(connection: Connection) -> bool:
    """Return whether the role of the connection passes all policies."""
    query = text("SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user")
    return bool(connection.scalar(query))


def _tables(connection: Connection) -> dict[str, bool]:
    """Return the tables of the schema, and whether row security is enabled and forced on each."""
    query = text(
        "SELECT c.relname, c.relrowsecurity AND c.relforcerowsecurity FROM pg_class c "
        "JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind = 'r' AND n.nspname = current_schema()"
    )
    return dict(connection.execute(query).all())


def _with_policy(connection: Connection) -> set[str]:
    query = text("SELECT tablename FROM pg_policies WHERE policyname = :name AND schemaname = current_schema()")
    return set(connection.scalars(query, {"name": POLICY}))


def _condition(table: Table, path: tuple[str, ...], alias: str) -> str:
    column = table.c[path[0]]
    name = f'"{alias}"."{column.name}"'
    if len(path) == 1:
        return _OWN[path[0]].format(column=name)
    key = next(iter(column.foreign_keys)).column
    parent = f"{key.table.name}_of"
    inner = _condition(key.table, path[1:], parent)
    source = f'"{key.table.name}" AS "{parent}"'
    return f'EXISTS (SELECT 1 FROM {source} WHERE "{parent}"."{key.name}" = {name} AND {inner})'  # noqa: S608
