"""Rehearsing a restore: into a place of its own, beside the running installation, and comparing what comes out."""

from __future__ import annotations

import secrets
import shutil
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

import structlog
from sqlalchemy import URL, inspect, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.schema import CreateSchema, DropSchema

from web.backup.errors import BackupError
from web.services import audit
from web.services.analysis import home_analysis, results
from web.services.backups import restoring
from web.services.history import moved_shares
from web.store.databases import connect, make_engine
from web.store.models import Home

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sqlalchemy import Engine
    from sqlalchemy.orm import Session

    from web.backup.manifest import Manifest
    from web.backup.targets.place import BackupTarget
    from web.services.backups.restoring import RestoreReport
    from web.settings import Settings
    from web.store.access import SystemAccess

REHEARSED: Final = "sicherung.probe"
_MARK: Final = "pebem_probe_"

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """What a rehearsal showed. That all rows are those of the backup, the restore itself has checked.

    Attributes
    ----------
    report
        What the restore did, and how long it took.
    homes
        Homes whose figures were computed anew from the restored rows.
    same
        Those of them whose stored figures are the same, in number and second.
    outdated
        Homes whose stored figures are of an older program or rulebook and are renewed at the next start anyway.
    """

    report: RestoreReport
    homes: int
    same: int
    outdated: int

    @property
    def passed(self) -> bool:
        """Whether it all came back."""
        return self.homes == self.same


def rehearse(
    system: SystemAccess,
    settings: Settings,
    target: BackupTarget,
    made: Manifest,
    *,
    on_part: Callable[[str], None] = lambda _: None,
) -> Rehearsal:
    """Restore a backup into a temporary place, compare, remove it again, and log that.

    Raises
    ------
    BackupError
        Where the backup could not be restored; that is logged, too.
    """
    try:
        with _place(settings) as elsewhere:
            report = restoring.restore_backup(elsewhere, target, made, reason="Probe", on_part=on_part)
            homes, same, outdated = _compare(elsewhere)
    except BackupError as error:
        _record(system, made.name, "fehler", str(error))
        raise
    rehearsal = Rehearsal(report, homes, same, outdated)
    _record(system, made.name, "ok" if rehearsal.passed else "fehler", f"{same} von {homes} Einrichtungen gleich")
    return rehearsal


def _compare(settings: Settings) -> tuple[int, int, int]:
    databases, homes, same, outdated = connect(settings), 0, 0, 0
    try:
        with databases.whole.reading() as session:
            numbers = list(session.scalars(select(Home.id).order_by(Home.id)))
        for home_id in numbers:
            with databases.whole.writing() as session:
                if results.stale(session, session.get_one(Home, home_id)):
                    outdated += 1
                    continue
                stored = _figures(session, home_id)
                home_analysis.analyse(session, home_id)
                homes, same = homes + 1, same + (stored == _figures(session, home_id))
                session.rollback()
    finally:
        databases.close()
    return homes, same, outdated


def _figures(session: Session, home_id: int) -> dict[str, Any]:
    figures = moved_shares.figures(session.connection(), home_id)
    return moved_shares.fit_and_coverage(figures, figures, None)


@contextmanager
def _place(settings: Settings) -> Iterator[Settings]:
    """Make a temporary installation beside this one; what a killed rehearsal left is removed first."""
    for left in settings.home.glob(f"{_MARK}*"):
        shutil.rmtree(left, ignore_errors=True)
    folder = settings.home / f"{_MARK}{secrets.token_hex(4)}"
    folder.mkdir(mode=0o700)
    elsewhere = replace(settings, home=folder)
    try:
        if settings.database_url.get_backend_name() == "sqlite":
            yield replace(
                elsewhere,
                database_url=URL.create("sqlite", database=str(folder / "work.sqlite")),
                vault_url=URL.create("sqlite", database=str(folder / "vault.sqlite")),
                queue_url=URL.create("sqlite", database=str(folder / "jobs.sqlite")),
            )
        else:
            with _schemas(settings.database_url, settings.vault_url) as (work, vault):
                yield replace(elsewhere, database_url=work, vault_url=vault, queue_url=work)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _schemas(*urls: URL) -> Iterator[tuple[URL, ...]]:
    """Make a schema of its own in each database of PostgreSQL."""
    with ExitStack() as stack:
        owners = [make_engine(url) for url in urls]
        for owner in owners:
            stack.callback(owner.dispose)
        try:
            for owner in owners:
                _drop_schemas(owner)
            names = [_make_schema(owner) for owner in owners]
        except DBAPIError as error:
            raise BackupError(
                "Die Probe braucht in den Datenbanken das Recht, ein Schema anzulegen (GRANT CREATE ON DATABASE).",
            ) from error
        for owner in owners:
            stack.callback(_drop_schemas, owner)
        yield tuple(
            url.update_query_dict({"options": f"-csearch_path={name}"}) for url, name in zip(urls, names, strict=True)
        )


def _make_schema(owner: Engine) -> str:
    name = f"{_MARK}{secrets.token_hex(4)}"
    with owner.begin() as connection:
        connection.execute(CreateSchema(name))
    return name


def _drop_schemas(owner: Engine) -> None:
    with owner.begin() as connection:
        for name in inspect(connection).get_schema_names():
            if name.startswith(_MARK):
                connection.execute(DropSchema(name, cascade=True))


def _record(system: SystemAccess, name: str, result: str, reason: str) -> None:
    with system.writing.begin() as session:
        audit.record(
            session,
            system,
            REHEARSED,
            what=name,
            result=result,
            reason=reason[:500],
        )
    _log.info("restore rehearsed", backup=name, result=result)
