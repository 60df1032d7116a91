"""The configured installation, for commands that work on its databases."""

from __future__ import annotations

import logging
from contextlib import contextmanager
from typing import TYPE_CHECKING

from cli.parser import CommandError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from web.settings import Settings
    from web.store.access import SystemAccess


def loaded_settings() -> Settings:
    """Return the settings.

    Raises
    ------
    CommandError
        Where one is missing or wrong.
    """
    from web import settings  # noqa: PLC0415  # the application is loaded only where it is needed

    try:
        return settings.load()
    except settings.SettingsError as problem:
        raise CommandError(str(problem)) from problem


@contextmanager
def installation(purpose: str) -> Iterator[tuple[Settings, SystemAccess]]:
    """Yield settings and access to the databases, migrated; they are closed at the end.

    Parameters
    ----------
    purpose
        The command, for the log.

    Raises
    ------
    CommandError
        Where a setting is missing or wrong, or a service refuses what is asked for.
    """
    from web.security import file_modes  # noqa: PLC0415
    from web.services import accesses  # noqa: PLC0415
    from web.services.backups import opening  # noqa: PLC0415
    from web.services.errors import ServiceError  # noqa: PLC0415
    from web.serving import logs  # noqa: PLC0415  # the application is loaded only where it is needed
    from web.settings import SettingsError  # noqa: PLC0415
    from web.store.databases import connect  # noqa: PLC0415

    logs.configure(logging.WARNING)  # what a command says stands on its own: no lines of events between
    loaded = loaded_settings()
    try:
        file_modes.use_own_folder(loaded)
    except SettingsError as problem:
        raise CommandError(str(problem)) from problem
    databases = connect(loaded)
    try:
        opening.prepare(loaded)
        needed = loaded.operation.production and not loaded.operation.own_host
        yield loaded, accesses.of_command(databases, purpose, needs_instruction=needed)
    except ServiceError as problem:
        raise CommandError(str(problem)) from problem
    finally:
        databases.close()
