"""The mark of a database that was restored and may not be opened yet.

It is a table that exists only from the transaction that wrote the restored rows until the deletions since that backup
were applied again. So it needs no migration, and nobody can forget to look at a value: where the table is, nothing
opens (H5).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sqlalchemy import Column, Integer, MetaData, String, Table, select

from web.store.data_classes import Deletion, classed

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

LOADING: Final = "datenbanken"
"""The vault may not have been restored yet."""

LOADED: Final = "nacharbeiten"
"""Both databases are restored; files and later deletions may be missing."""

_INFO: Final = classed("free", "-", Deletion.LOG)

metadata: Final = MetaData()
_mark: Final = Table(
    "pending_restore",
    metadata,
    Column("archive", String(100), primary_key=True, info=_INFO),
    Column("target", String(500), nullable=False, info=_INFO),
    Column("step", String(20), nullable=False, info=_INFO),
    Column("ledger", Integer, nullable=False, info=_INFO),
    Column("reason", String(500), nullable=False, info=_INFO),
    info=_INFO,
)


@dataclass(frozen=True, slots=True)
class PendingRestore:
    """A restore that has not been finished.

    Attributes
    ----------
    archive
        Name of the backup.
    target
        Address it was read from, without secrets.
    step
        How far it got: ``LOADING`` or ``LOADED``.
    ledger
        Number of the last entry of the deletion ledger when the backup was made.
    reason
        Why somebody restored.
    """

    archive: str
    target: str
    step: str
    ledger: int
    reason: str


def find(engine: Engine) -> PendingRestore | None:
    """Return the restore that has not been finished, if there is one."""
    with engine.execution_options(pebem_writes=False).connect() as connection:
        return within(connection)


def within(connection: Connection) -> PendingRestore | None:
    """Return the same, in an open transaction."""
    if not connection.dialect.has_table(connection, _mark.name):
        return None
    row = connection.execute(select(_mark)).one()
    return PendingRestore(**row._mapping)  # noqa: SLF001 - SQLAlchemy's public name for it


def put(connection: Connection, mark: PendingRestore) -> None:
    """Set the mark in the open transaction, in place of a former one."""
    metadata.create_all(connection)
    connection.execute(_mark.delete())
    connection.execute(
        _mark.insert().values(
            archive=mark.archive, target=mark.target, step=mark.step, ledger=mark.ledger, reason=mark.reason
        )
    )


def remove(connection: Connection) -> None:
    """Remove the mark in the open transaction: from its commit on the application opens."""
    metadata.drop_all(connection)
