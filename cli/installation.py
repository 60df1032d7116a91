"""The configured installation, for commands that work on its databases."""

from __future__ import annotations

import logging
from contextlib import contextmanager
from typing import TYPE_CHECKING

from cli.parser import CommandError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from web.settings import Settings
    from web.store.databases import Databases


@contextmanager
def installation() -> Iterator[tuple[Settings, Databases]]:
    """Yield settings and databases, migrated; they are closed at the end.

    Raises
    ------
    CommandError
        Where a setting is missing or wrong, or a service refuses what is asked for.
    """
    from web import logs, settings  # noqa: PLC0415  # the application is loaded only where it is needed
    from web.services.errors import ServiceError  # noqa: PLC0415
    from web.store import migrate  # noqa: PLC0415
    from web.store.databases import connect  # noqa: PLC0415

    logs.configure(logging.WARNING)  # what a command says stands on its own: no lines of events between
    try:
        loaded = settings.load()
    except settings.SettingsError as problem:
        raise CommandError(str(problem)) from problem
    migrate.upgrade(loaded)
    databases = connect(loaded)
    try:
        yield loaded, databases
    except ServiceError as problem:
        raise CommandError(str(problem)) from problem
    finally:
        databases.close()
