"""Engines and sessions of both databases, on SQLite and PostgreSQL."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.orm import sessionmaker

from web.store import log_chain, row_security
from web.store.scope import OPTION, WHOLE, BoundSession, Scope, watch

if TYPE_CHECKING:
    from collections.abc import Iterator

    from web.settings import Settings
    from web.store.log_chain import LogKeys

BUSY_MILLISECONDS: Final = 30_000
"""How long a SQLite connection waits for another's write transaction."""


CONNECT_SECONDS: Final = 5
"""How long a connection to a server of databases may take to open, unless its address says otherwise."""


@dataclass(frozen=True, slots=True)
class SessionMakers:
    """Makers of sessions bound to one scope. Reading ones cannot write; writing ones take the write lock at once.

    Attributes
    ----------
    reading, writing
        For the work database.
    vault_reading, vault_writing
        For the vault.
    """

    reading: sessionmaker[BoundSession]
    writing: sessionmaker[BoundSession]
    vault_reading: sessionmaker[BoundSession]
    vault_writing: sessionmaker[BoundSession]


@dataclass(frozen=True, slots=True)
class Databases:
    """Both databases; the engines are for what concerns whole databases, such as backups.

    Attributes
    ----------
    log
        What entries of the log are sealed with.
    """

    work: Engine
    vault: Engine
    log: LogKeys

    def flush_deleted(self) -> None:
        """Let the files of SQLite forget what was deleted: until then the journal has the pages of before.

        Where somebody is reading, SQLite does it later. PostgreSQL does it by itself.
        """
        for engine in (self.work, self.vault):
            if engine.dialect.name == "sqlite":
                connection = engine.raw_connection()  # outside any transaction
                try:
                    connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
                finally:
                    connection.close()

    def of(self, scope: Scope) -> SessionMakers:
        """Return makers of sessions that touch the data of a scope alone (B3)."""
        work, vault = (engine.execution_options(**{OPTION: scope}) for engine in (self.work, self.vault))
        return SessionMakers(
            _sessions(work, writes=False),
            _sessions(work, writes=True),
            _sessions(vault, writes=False),
            _sessions(vault, writes=True),
        )

    @property
    def whole(self) -> SessionMakers:
        """Makers of sessions that touch everything; for a system access, backups and tests."""
        return self.of(WHOLE)

    def close(self) -> None:
        """Close all connections."""
        self.work.dispose()
        self.vault.dispose()


def connect(settings: Settings) -> Databases:
    """Return the databases the settings name; nothing is opened before the first use."""
    return Databases(make_engine(settings.database_url), make_engine(settings.vault_url), log_chain.keys_of(settings))


def make_engine(url: URL) -> Engine:
    """Return an engine for ``url``, with our ways of opening connections and transactions.

    Its errors do not quote the values of a statement: they end up in logs.
    """
    if url.get_backend_name() != "sqlite":
        # A machine that is switched off does not even refuse: pages that need its database must say so soon.
        waits = {} if "connect_timeout" in url.query else {"connect_timeout": CONNECT_SECONDS}
        engine = create_engine(url, pool_pre_ping=True, hide_parameters=True, connect_args=waits)
        event.listen(engine, "begin", row_security.say)
        watch(engine)
        return engine
    engine = create_engine(url, hide_parameters=True, connect_args={"timeout": BUSY_MILLISECONDS / 1000})
    event.listen(engine, "connect", _open_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    watch(engine)
    return engine


@contextmanager
def snapshot(engine: Engine) -> Iterator[Connection]:
    """Open a connection that reads one state of the database, however long it takes, while others write.

    That state is the one of its first query.
    """
    options = _reading_options(engine)
    with engine.execution_options(**options).connect() as connection, connection.begin():
        yield connection


def _reading_options(engine: Engine) -> dict[str, Any]:
    options: dict[str, Any] = {"pebem_writes": False}
    if engine.dialect.name == "postgresql":
        # A page sees one state of the data, however many queries it makes; SQLite does so anyway.
        options |= {"postgresql_readonly": True, "isolation_level": "REPEATABLE READ"}
    return options


def _sessions(engine: Engine, *, writes: bool) -> sessionmaker[BoundSession]:
    bound = engine.execution_options(**({"pebem_writes": True} if writes else _reading_options(engine)))
    return sessionmaker(bound, class_=BoundSession, expire_on_commit=False)


def _open_sqlite(connection: Any, record: Any) -> None:  # noqa: ARG001
    # The driver must not open transactions of its own: it would open them late, and deferred.
    connection.isolation_level = None
    cursor = connection.cursor()
    # secure_delete: what is deleted is overwritten; else its bytes would lie in the file until a page is used again.
    for pragma in (
        "journal_mode=WAL",
        "synchronous=NORMAL",
        "foreign_keys=ON",
        "secure_delete=ON",
        f"busy_timeout={BUSY_MILLISECONDS}",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    # Immediate: a transaction that reads first and writes later would fail at once, without waiting,
    # when another one wrote in between.
    writes = connection.get_execution_options().get("pebem_writes", True)
    connection.exec_driver_sql(f"PRAGMA query_only={'OFF' if writes else 'ON'}")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
