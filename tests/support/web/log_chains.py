"""Entries of the log, and what somebody with the rights of the database's owner does to them."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from sqlalchemy import text

from tests.support.web import access as accesses
from web.services import accounts, audit
from web.services.log import verification

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection

    from web.services.log.verification import ChainReport
    from web.store.access import Access, SystemAccess
    from web.store.databases import Databases


def tenant(databases: Databases, name: str = "Träger Nord") -> Access:
    """Return access to a tenant, made where there is none."""
    system = accesses.system(databases)
    return system.within(accounts.tenant_of(system, name))


def write(access: Access | SystemAccess, count: int, action: str = "anmeldung") -> None:
    """Write entries, each in a transaction of its own."""
    for number in range(count):
        with access.writing.begin() as session:
            audit.record(session, access, action, what=f"probe {number}")


def report(access: Access) -> ChainReport:
    """Return what verification says about the chain of a tenant."""
    (found,) = (one for one in verification.verify(accesses.system(access.databases)) if one.tenant)
    return found


@contextmanager
def unprotected(databases: Databases) -> Iterator[Connection]:
    """Open a transaction without the triggers of the log: the rights of whoever owns the tables."""
    with databases.work.begin() as connection:
        if connection.dialect.name == "postgresql":
            for table in ("audit_event", "audit_head"):
                connection.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER USER"))
            yield connection
            for table in ("audit_event", "audit_head"):
                connection.execute(text(f"ALTER TABLE {table} ENABLE TRIGGER USER"))
            return
        triggers = connection.execute(
            text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name LIKE 'audit_%'")
        ).all()
        for name, _ in triggers:
            connection.execute(text(f"DROP TRIGGER {name}"))
        yield connection
        for _, statement in triggers:
            connection.exec_driver_sql(statement)


def run(databases: Databases, *statements: str, **values: Any) -> None:
    """Run statements without the triggers of the log."""
    with unprotected(databases) as connection:
        for statement in statements:
            connection.execute(text(statement), values)
