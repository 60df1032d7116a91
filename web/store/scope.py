"""Whose data a session may touch: every query about a tenant's data is bound to that tenant, or does not run (B3).

Three layers, each enough by itself against another mistake:

- what is selected, changed or deleted through mapped classes is narrowed to the tenant, whatever the query says;
- any other statement, written-out SQL included, has to name the home or tenant as a parameter, one of its own;
- on PostgreSQL the database itself shows and takes no row of another tenant (:mod:`web.store.row_security`).
"""

from __future__ import annotations

import re
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any, Final, cast

from sqlalchemy import Column, ColumnElement, Connection, Engine, Table, event, func, select
from sqlalchemy.orm import ORMExecuteState, Session, with_loader_criteria
from sqlalchemy.sql import visitors

from web.store.models import Tenant
from web.store.vault import VaultBase

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from sqlalchemy import Result
    from sqlalchemy.orm import Mapper, UOWTransaction
    from sqlalchemy.orm.interfaces import ORMOption

OPTION: Final = "pebem_scope"
"""The scope of a connection, among its execution options; one without is made for whole databases."""

_CHECKED: Final = "pebem_checked"
_STORING: Final = "pebem_storing"
_NO_HOME: Final = -1
"""Stands for the homes of a scope that has none: no home has this number."""
_OWNERS: Final = ("home_id", "tenant_id")
_NAMED: Final = re.compile(rf"(?:{'|'.join(_OWNERS)})(?:_\d+)*")

_INSERTED: Final = re.compile(r'\s*INSERT INTO\s+"?\w+"?\s*\(([^)]*)\)\s*VALUES\s*\(\s*[?%]', re.IGNORECASE)


class UnboundQueryError(RuntimeError):
    """A query about a tenant's data does not name the tenant, or names another one: a mistake of ours."""


@dataclass(frozen=True, slots=True)
class Scope:
    """A tenant with some of its homes; ``WHOLE`` for what concerns a whole database."""

    tenant_id: int | None
    homes: frozenset[int] = frozenset()

    def has(self, owner: str, value: int | None) -> bool:
        """Return whether a value of "tenant_id" or "home_id" is of this scope."""
        return value == self.tenant_id if owner == "tenant_id" else value in self.homes or value == _NO_HOME


WHOLE: Final = Scope(None)


def owner_path(table: Table) -> tuple[str, ...]:
    """Return the columns that lead from a table to home or tenant; none where it belongs to no tenant."""
    path = tuple(str(table.info.get("tenant", "-")).split("."))
    return path if path[-1] in _OWNERS else ()


@cache
def bound_tables() -> Mapping[str, Table]:
    """Return the tables of both databases that belong to tenants, by name."""
    tables = (*Tenant.metadata.sorted_tables, *VaultBase.metadata.sorted_tables)
    return {table.name: table for table in tables if owner_path(table)}


class BoundSession(Session):
    """A session of one tenant, or of whole databases: which of them, its connections say."""

    @property
    def scope(self) -> Scope:
        """Whose data it may touch."""
        scope: Scope = self.get_bind().get_execution_options().get(OPTION, WHOLE)
        return scope


def watch(engine: Engine) -> None:
    """Let an engine refuse statements that are not bound to the scope of their connection."""
    event.listen(engine, "before_cursor_execute", _refuse_unbound)
    event.listen(engine, "begin", _nothing_checked)
    event.listen(engine, "rollback_savepoint", _nothing_checked)


@event.listens_for(BoundSession, "do_orm_execute")
def _narrow(state: ORMExecuteState) -> Result[Any] | None:
    """Narrow what a query selects, changes or deletes to the tenant."""
    scope = cast("BoundSession", state.session).scope
    if scope is WHOLE:
        return None
    mapper, rows = state.bind_mapper, state.parameters
    if state.is_column_load or state.is_relationship_load:  # of objects that came through here before
        state.update_execution_options(**{_CHECKED: True})
    elif mapper is not None and isinstance(rows, list) and (state.is_insert or state.is_update):
        return _executed(state, mapper, rows)
    elif state.is_select or state.is_update or state.is_delete:
        options = [one for mapper in _mappers(state) for one in _criteria(mapper, scope)]
        state.statement = state.statement.options(*options)
    return None


def _mappers(state: ORMExecuteState) -> Iterable[Mapper[Any]]:
    """Return the mapped classes that a query is about; one that only counts rows names them where tables stand."""
    if state.all_mappers:
        return state.all_mappers
    found = (one._annotations.get("parentmapper") for one in visitors.iterate(cast("Any", state.statement)))  # noqa: SLF001
    return {mapper for mapper in found if mapper is not None}


def _executed(state: ORMExecuteState, mapper: Mapper[Any], rows: list[dict[str, Any]]) -> Result[Any]:
    """Insert rows, or update them by their numbers, once it is sure that all are of the scope."""
    session = cast("BoundSession", state.session)
    if not _rows_belong(session, mapper, rows, new=state.is_insert):
        raise UnboundQueryError(f"rows of {mapper.local_table} belong to somebody else")
    with _checked(session):
        return state.invoke_statement()


@contextmanager
def _checked(session: BoundSession) -> Iterator[None]:
    """Let statements through that store what was checked as objects or rows."""
    marks = session.connection().info
    marks[_STORING] = True
    try:
        yield
    finally:
        marks.pop(_STORING, None)


def _rows_belong(session: BoundSession, mapper: Mapper[Any], rows: list[dict[str, Any]], *, new: bool) -> bool:
    """Return whether rows that are inserted, or updated by their numbers, all belong to the scope."""
    table = mapper.local_table
    if not isinstance(table, Table) or not (path := owner_path(table)):
        return True
    column = table.c[path[0]] if new else next(iter(table.primary_key))
    key = mapper.get_property_by_column(column).key
    values = {row.get(key, row.get(column.name)) for row in rows}
    if new:
        known: dict[tuple[str, Any], bool] = {}
        return all(_belongs(session, table, path, value, known) for value in values)
    query = select(func.count()).select_from(table).where(column.in_(values), _within(table, path, session.scope))
    return session.connection().scalar(query) == len(values)


@lru_cache(maxsize=4096)
def _criteria(mapper: Mapper[Any], scope: Scope) -> tuple[ORMOption, ...]:
    table = mapper.local_table
    if not isinstance(table, Table) or not owner_path(table):
        return ()
    attribute = getattr(mapper.class_, mapper.get_property_by_column(table.c[owner_path(table)[0]]).key)
    return (with_loader_criteria(mapper.class_, _within(table, owner_path(table), scope, attribute)),)


def _within(table: Table, path: tuple[str, ...], scope: Scope, attribute: Any = None) -> ColumnElement[bool]:
    """Return the condition that a row of a table belongs to the scope.

    Parameters
    ----------
    attribute
        The mapped attribute of the first column of the path, where the condition is for a mapped class.
    """
    column = table.c[path[0]]
    compared = column if attribute is None else attribute
    if len(path) > 1:
        key = next(iter(column.foreign_keys)).column
        inner: ColumnElement[bool] = compared.in_(select(key).where(_within(_parent(column), path[1:], scope)))
        return inner
    own: ColumnElement[bool] = (
        compared == scope.tenant_id if path[0] == "tenant_id" else compared.in_(sorted(scope.homes) or [_NO_HOME])
    )
    return own


def _parent(column: Column[Any]) -> Table:
    return next(iter(column.foreign_keys)).column.table


@event.listens_for(BoundSession, "before_flush")
def _check_objects(session: BoundSession, context: UOWTransaction, instances: object) -> None:  # noqa: ARG001
    """Refuse to store, change or delete an object of somebody else."""
    scope = session.scope
    if scope is WHOLE:
        return
    known: dict[tuple[str, Any], bool] = {}
    for one in (*session.new, *session.dirty, *session.deleted):
        table: Table = type(one).__table__
        path = owner_path(table)
        if path and not _belongs(session, table, path, _value(one, table.c[path[0]]), known):
            raise UnboundQueryError(f"a row of {table.name} belongs to somebody else")
    session.connection().info[_STORING] = True


def _value(one: Any, column: Column[Any]) -> Any:
    return getattr(one, type(one).__mapper__.get_property_by_column(column).key)


def _belongs(
    session: BoundSession, table: Table, path: tuple[str, ...], value: Any, known: dict[tuple[str, Any], bool]
) -> bool:
    if len(path) == 1:
        return session.scope.has(path[0], value)
    parent = _parent(table.c[path[0]])
    spot = (parent.name, value)
    if spot not in known:
        # A parent that is stored in the same flush has no number yet: it is checked by itself.
        known[spot] = value is None or _is_within(session, parent, path[1:], value)
    return known[spot]


def _is_within(session: BoundSession, parent: Table, path: tuple[str, ...], value: Any) -> bool:
    key = next(iter(parent.primary_key))
    query = select(key).where(key == value, _within(parent, path, session.scope))
    return session.connection().scalar(query) is not None


@event.listens_for(BoundSession, "after_flush")
def _flushed(session: BoundSession, context: UOWTransaction) -> None:  # noqa: ARG001
    session.connection().info.pop(_STORING, None)


def _nothing_checked(connection: Connection, *_: object) -> None:
    """Forget what was checked for a flush: one that failed does not say so itself."""
    connection.info.pop(_STORING, None)


def _refuse_unbound(
    connection: Connection,
    _: object,
    statement: str,
    parameters: Any,
    context: Any,
    executemany: bool,  # noqa: FBT001  # as SQLAlchemy calls it
) -> None:
    scope = connection.get_execution_options().get(OPTION, WHOLE)
    if scope is WHOLE:
        return
    tables = _bound_in(statement)
    if not tables or connection.info.get(_STORING):
        return
    if context is not None and context.execution_options.get(_CHECKED):
        return
    found = list(_named_values(context, parameters if executemany else [parameters]))
    if not found:
        raise UnboundQueryError(f"a query about {', '.join(tables)} names neither home nor tenant")
    if not all(scope.has(owner, value) for owner, values in found for value in values):
        raise UnboundQueryError(f"a query about {', '.join(tables)} names somebody else's")


@lru_cache(maxsize=4096)
def _bound_in(statement: str) -> tuple[str, ...]:
    """Return the tables of tenants that a statement mentions where tables stand."""
    return tuple(sorted({name.lower() for name in _mentions().findall(statement)}))


@lru_cache(maxsize=256)
def _inserted_columns(statement: str) -> tuple[str, ...]:
    """Return the columns of a written-out insert whose values have places instead of names."""
    found = _INSERTED.match(statement)
    return tuple(name.strip(' "') for name in found[1].split(",")) if found else ()


@cache
def _mentions() -> re.Pattern[str]:
    names = "|".join(sorted(bound_tables(), key=len, reverse=True))
    return re.compile(rf'(?:\b(?:FROM|JOIN|INTO|UPDATE|TABLE)|,)\s+"?({names})"?(?![\w.(])', re.IGNORECASE)


def _named_values(context: Any, parameters: Iterable[Any]) -> Iterator[tuple[str, Sequence[int | None]]]:
    """Yield the values of each parameter that names a home or tenant, with which of the two; a list may be empty."""
    compiled = getattr(context, "compiled", None)
    rows = context.compiled_parameters if compiled is not None else parameters
    columns = _inserted_columns(context.statement) if compiled is None and context is not None else ()
    for row in rows:
        if not isinstance(row, dict):
            yield from ((owner, (row[columns.index(owner)],)) for owner in _OWNERS if owner in columns)
            continue
        for name, value in row.items():
            if _NAMED.fullmatch(name):
                owner = next(one for one in _OWNERS if name.startswith(one))
                yield owner, value if isinstance(value, list | tuple) else (value,)
