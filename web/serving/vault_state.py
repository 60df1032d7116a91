"""Whether names can be opened: the database of the vault answers, and its keys are here (X10)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sqlalchemy import inspect, select
from sqlalchemy.orm import Session

from web.security import setting_keys
from web.security.crypto import MissingKeyError
from web.services import open_vault
from web.store import migrate
from web.store.databases import make_engine
from web.store.vault import TenantKey

if TYPE_CHECKING:
    from web.settings import Settings

WITHOUT: Final = "Auswertungen gehen auch so; nicht: Daten einlesen, Befunde im Wortlaut, unbekannte Personen."


def problem(settings: Settings) -> tuple[str, str]:
    """Return why names do not open and what to do, two German sentences; blank where they do."""
    if not migrate.vault_answers(settings):
        remedy = "Bitte sehen Sie nach PEBEM_VAULT_URL; sobald die Datenbank antwortet, geht alles von selbst weiter."
        return f"Die Datenbank der Namen antwortet nicht. {WITHOUT}", remedy
    engine, master = make_engine(settings.vault_url), setting_keys.of_vault(settings)
    try:
        if inspect(engine).has_table(TenantKey.__tablename__):  # else it is new, or of before: the start migrates it
            with Session(engine) as session:
                for key in session.scalars(select(TenantKey)):
                    open_vault.unwrapped(master, key)
    except MissingKeyError:
        return f"{open_vault.KEY_MISSING} {WITHOUT}", "Bitte setzen Sie den Schlüssel von damals ein."
    finally:
        engine.dispose()
    return "", ""
