"""Which rows of each table are an operator's: by the path every table declares (``web.store.data_classes``)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sqlalchemy import MetaData, select

from web.store.base import Base
from web.store.data_classes import Deletion
from web.store.models import Tenant
from web.store.vault import VaultBase

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from sqlalchemy import ColumnElement, Table

METADATA: Final[dict[str, MetaData]] = {"work": Base.metadata, "vault": VaultBase.metadata}

_FIRST: Final = ("work_month", "cube")
"""Deleted before all others: the database refuses to delete rows of a month that is still stored for reading."""


def tables(database: str) -> Iterator[Table]:
    """Yield the tables of a database that have rows of operators, those first that nothing left refers to.

    Keys are not among them: they are no data of the operator, and destroyed in a way of their own.
    """
    found = [table for table in reversed(METADATA[database].sorted_tables) if _path(table)]
    yield from sorted(found, key=lambda table: table.name not in _FIRST)


def deletable(database: str) -> Iterator[Table]:
    """Yield those of them whose rows can be deleted: the database refuses that for the log, which expires by itself."""
    return (table for table in tables(database) if not is_log(table))


def is_log(table: Table) -> bool:
    """Return whether a table is one of the log."""
    return str(table.info["deletion_class"]) == Deletion.LOG.value and "chain" in table.columns


def of_tenant(table: Table, tenant_id: int, homes: Collection[int]) -> ColumnElement[bool]:
    """Return the condition for the rows of an operator with these homes."""
    if is_log(table):  # it outlives operators, whose numbers come back; their references do not
        reference = select(Tenant.reference).where(Tenant.id == tenant_id).scalar_subquery()
        return table.columns["chain"] == reference
    return _condition(table, _path(table), tenant_id, homes)


def _path(table: Table) -> list[str]:
    path = str(table.info["tenant"])
    if table.info["deletion_class"] == Deletion.KEYS.value:
        return []
    if path == "-":
        return ["id"] if table.name == "tenant" else []
    return path.split(".")


def _condition(table: Table, path: list[str], tenant_id: int, homes: Collection[int]) -> ColumnElement[bool]:
    column = table.columns[path[0]]
    if len(path) == 1:
        return column.in_(sorted(homes)) if path[0] == "home_id" else column == tenant_id
    (key,) = column.foreign_keys
    owner = key.column
    return column.in_(select(owner).where(_condition(owner.table, path[1:], tenant_id, homes)))
