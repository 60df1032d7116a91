"""A fresh installation with sample homes, made by the very services an upload goes through."""

from __future__ import annotations

import logging
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from web import jobs, settings
from web.security.permissions import AccountRole
from web.services import accesses, accounts, grants, homes
from web.services.uploads import records, steps
from web.serving import logs
from web.store import migrate
from web.store.databases import connect

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from web.settings import Settings
    from web.store.access import Access
    from web.store.queue import JobQueue

TENANT: Final = "Musterträger"
USER: Final = "demo"


class DemoError(Exception):
    """A sample home could not be read in. The message is one German sentence."""


@dataclass(frozen=True, slots=True)
class Demo:
    """The sign-in for the user who tries the program out."""

    settings: Settings
    user_name: str
    one_time_password: str


def prepare(folder: Path, workbooks: Mapping[str, Sequence[Path]]) -> Demo:
    """Make databases, an account and homes in a fresh folder, and read the homes' files in.

    Parameters
    ----------
    folder
        Folder of the installation; must not hold one yet.
    workbooks
        Name of a home -> its files.

    Raises
    ------
    DemoError
        Where the folder is in use, or a file cannot be read.
    """
    if (folder / "work.sqlite").exists():
        raise DemoError(f"In {folder} liegt schon eine Installation; bitte wählen Sie einen leeren Ordner.")
    logs.configure(logging.WARNING)  # who tries the program out reads German lines, not events
    settings_ = settings.embedded(folder)
    migrate.upgrade(settings_)
    databases = connect(settings_)
    try:
        system = accesses.of_command(databases, "demo")
        access = accesses.of_tenant(system, accounts.tenant_of(system, TENANT))
        password = accounts.create_user(access, user_name=USER, display_name="Demo-Zugang")
        for role in (AccountRole.CARE_LEAD, AccountRole.NURSE, AccountRole.ADMINISTRATION):
            grants.hold(access, USER, role, held=True, reason="Demo")
        access = access.for_account(accounts.find_id(system, USER))
        with closing(jobs.make(settings_, databases)) as waiting:
            for name, paths in workbooks.items():
                _read_in(access, settings_, waiting.queue, homes.create(access, name), paths)
    finally:
        databases.close()
    return Demo(settings_, USER, password)


def _read_in(access: Access, settings_: Settings, notes: JobQueue, home_id: int, paths: Sequence[Path]) -> None:
    files = [(path.name, path.read_bytes()) for path in paths]
    access = access.with_home(home_id)
    upload_id = steps.start(access, settings_, home_id=home_id, files=files)
    steps.read(access, settings_, notes, upload_id)
    row = next(one for one in records.of_home(access, home_id) if one.id == upload_id)
    if row.state != records.READ:
        texts = records.texts(access, settings_, upload_id)
        raise DemoError(texts.message if texts and texts.message else f"{files[0][0]} ließ sich nicht einlesen.")
    steps.commit(access, upload_id)
    steps.store(access, settings_, notes, upload_id)
