"""Upgrade both databases to the newest schema, with the migrations in ``web/migrations``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext

from web.store import separation
from web.store.databases import make_engine

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from web.settings import Settings

SCRIPTS: Final = Path(__file__).parent.parent / "migrations"


def upgrade(settings: Settings) -> None:
    """Migrate the work database and the vault upwards; nothing happens where they are up to date.

    Raises
    ------
    SettingsError
        Where both are one database, in production.
    """
    separation.require(settings)
    for name, url in (("work", settings.database_url), ("vault", settings.vault_url)):
        engine = make_engine(url)
        try:
            move(engine, name, "head")
        finally:
            engine.dispose()


def move(engine: Engine, name: str, revision: str) -> None:
    """Migrate one database ("work" or "vault") up or down to ``revision``, in one transaction."""
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS / name).replace("%", "%%"))  # alembic interpolates
    config.set_main_option("path_separator", "os")
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        now = MigrationContext.configure(
            connection, opts={"version_table": f"alembic_version_{name}"}
        ).get_current_revision()
        down = revision == "base" or (revision != "head" and now is not None and revision < now)
        (command.downgrade if down else command.upgrade)(config, revision)
