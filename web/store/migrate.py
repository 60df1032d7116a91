"""Upgrade both databases to the newest schema, with the migrations in ``web/migrations``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.exc import DBAPIError

from web.store import row_security, separation
from web.store.databases import make_engine

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

    from web.settings import Settings

SCRIPTS: Final = Path(__file__).parent.parent / "migrations"


def upgrade(settings: Settings, *, with_vault: bool = True) -> None:
    """Migrate the work database and the vault upwards; nothing happens where they are up to date.

    Raises
    ------
    SettingsError
        Where both are one database, in production.
    """
    separation.require(settings)
    urls = {"work": settings.database_url} | ({"vault": settings.vault_url} if with_vault else {})
    for name, url in urls.items():
        engine = make_engine(url)
        try:
            move(engine, name, "head")
        finally:
            engine.dispose()


def vault_answers(settings: Settings) -> bool:
    """Return whether the database of the vault answers."""
    engine = make_engine(settings.vault_url)
    try:
        with engine.connect():
            return True
    except DBAPIError:
        return False
    finally:
        engine.dispose()


def move(engine: Engine, name: str, revision: str) -> None:
    """Migrate one database ("work" or "vault") up or down to ``revision``, in one transaction."""
    with engine.begin() as connection:
        move_within(connection, name, revision)
        row_security.install(connection)


def move_within(connection: Connection, name: str, revision: str) -> None:
    """Migrate one database up or down within the open transaction."""
    config = _config(name)
    config.attributes["connection"] = connection
    now = current_revision(connection, name)
    # The chain of revisions decides, not their numbers: those of several people need not follow each other.
    behind = {one.revision for one in ScriptDirectory.from_config(config).iterate_revisions(now, "base")} if now else ()
    down = revision == "base" or (revision != now and revision in behind)
    (command.downgrade if down else command.upgrade)(config, revision)


def current_revision(connection: Connection, name: str) -> str | None:
    """Return the revision of one database; None where it has no tables yet."""
    options = {"version_table": version_table(name)}
    return MigrationContext.configure(connection, opts=options).get_current_revision()


def is_known(name: str, revision: str) -> bool:
    """Return whether this program has the migrations up to a revision."""
    return any(one.revision == revision for one in ScriptDirectory.from_config(_config(name)).walk_revisions())


def newest(name: str) -> str:
    """Return the revision that :func:`upgrade` leads to."""
    return str(ScriptDirectory.from_config(_config(name)).get_current_head())


def version_table(name: str) -> str:
    """Return the table in which alembic notes the revision."""
    return f"alembic_version_{name}"


def _config(name: str) -> Config:
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS / name).replace("%", "%%"))  # alembic interpolates
    config.set_main_option("path_separator", "os")
    return config
