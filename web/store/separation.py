"""Whether work and vault are two databases, whatever their addresses look like (T3, X6)."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from web.operation import SettingsError
from web.store.databases import make_engine

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from web.settings import Settings


def are_separate(work: Engine, vault: Engine) -> bool:
    """Return whether two engines lead to different databases: the servers are asked, or the files compared.

    Raises
    ------
    OperationalError
        Where one of them cannot be reached.
    """
    if {work.dialect.name, vault.dialect.name} == {"sqlite"}:
        one, other = (Path(str(engine.url.database)) for engine in (work, vault))
        if one.exists() and other.exists():
            return not one.samefile(other)  # also where one is a link to the other
        return one.resolve() != other.resolve()
    return work.dialect.name != vault.dialect.name or _identity(work) != _identity(vault)


def require(settings: Settings) -> None:
    """Refuse production where names would lie beside the work data; nothing is known while one does not answer.

    Raises
    ------
    SettingsError
        Where both are one database.
    """
    if not settings.operation.production:
        return
    work, vault = make_engine(settings.database_url), make_engine(settings.vault_url)
    try:
        separate = are_separate(work, vault)
    except OperationalError:
        return
    finally:
        work.dispose()
        vault.dispose()
    if not separate:
        raise SettingsError(
            "PEBEM_VAULT_URL und PEBEM_DATABASE_URL führen zu derselben Datenbank; bitte legen Sie Namen getrennt ab."
        )


def _identity(engine: Engine) -> tuple[int, str]:
    """Return what is one database's alone: the number its cluster was born with, and its name there."""
    with engine.connect() as connection:
        query = text("SELECT system_identifier, current_database() FROM pg_control_system()")
        cluster, name = connection.execute(query).one()
        return int(cluster), str(name)
