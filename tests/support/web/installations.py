"""Installations to test against: embedded ones in a folder, and PostgreSQL ones in schemas of their own.

Fixtures; the conftest of each folder that tests the application imports them.
"""

from __future__ import annotations

import atexit
import os
import secrets
import shutil
from contextlib import suppress
from dataclasses import replace
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import TYPE_CHECKING

import pytest
import structlog
from argon2 import PasswordHasher
from jinja2 import BytecodeCache
from sqlalchemy import create_engine, make_url, text
from sqlalchemy.exc import DBAPIError

from tests.support.web.pages import Person, person
from web import settings as settings_module
from web.app import create_app
from web.security import passwords
from web.store import migrate
from web.store.databases import connect

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from flask import Flask
    from jinja2.bccache import Bucket

    from web.settings import Settings
    from web.store.databases import Databases


class _MemoryCache(BytecodeCache):
    """Compiled templates of this process: every test makes an application, and compiling takes longer than most."""

    def __init__(self) -> None:
        self._compiled: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in self._compiled:
            bucket.bytecode_from_string(self._compiled[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._compiled[bucket.key] = bucket.bytecode_to_string()


_TEMPLATES = _MemoryCache()


@cache
def _migrated_folder() -> Path:
    """Migrate an embedded installation once a process."""
    folder = Path(mkdtemp(prefix="pebem-test-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    migrate.upgrade(settings_module.embedded(folder))
    return folder


def _migrate(settings: Settings) -> None:
    """Bring an installation to the newest form; an embedded one is copied: migrating takes a fifth of a second."""
    if not settings.embedded:
        migrate.upgrade(settings)
        return
    for url in (settings.database_url, settings.vault_url):
        target = Path(str(url.database))
        shutil.copyfile(_migrated_folder() / target.name, target)


POSTGRES = os.environ.get("PEBEM_TEST_DATABASE_URL", "")

ROLE = "pebem_of_tests"
"""Owns the tables of tests, and is no superuser: row security would not hold for one."""

_MAKE_ROLE = f"""
DO $$ BEGIN
    CREATE ROLE {ROLE} LOGIN CREATEROLE;
EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
END $$"""


@pytest.fixture(autouse=True)
def quick_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hash passwords cheaply: tests sign in a hundred times. The real parameters have a test of their own."""
    cheap = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
    monkeypatch.setattr(passwords, "_HASHER", cheap)
    monkeypatch.setattr(passwords, "_RANDOM_HASHER", cheap)


@pytest.fixture(autouse=True)
def fresh_log() -> None:
    """Log everything: a test before may have started a program that logs warnings only."""
    structlog.reset_defaults()


@pytest.fixture
def embedded(tmp_path: Path) -> Settings:
    """An installation in a fresh folder, not yet migrated."""
    return settings_module.embedded(tmp_path / "pebem")


@pytest.fixture
def postgres(tmp_path: Path) -> Iterator[Settings]:
    """An installation on PostgreSQL: two fresh schemas, dropped afterwards, of a role that row security holds for."""
    if not POSTGRES:
        pytest.skip("PEBEM_TEST_DATABASE_URL is not set: PostgreSQL is not tested")
    mark = secrets.token_hex(6)
    names = {kind: f"pebem_{kind}_{mark}" for kind in ("work", "vault")}
    owner = create_engine(POSTGRES)
    with owner.begin() as connection:
        connection.execute(text(_MAKE_ROLE))
        # Several processes at once may grant it: those that come too late find it granted.
        with suppress(DBAPIError), connection.begin_nested():
            connection.execute(text(f'GRANT CREATE ON DATABASE "{make_url(POSTGRES).database}" TO {ROLE}'))
        for name in names.values():
            connection.execute(text(f"CREATE SCHEMA {name} AUTHORIZATION {ROLE}"))
    url = make_url(POSTGRES).set(username=ROLE, password=None)
    urls = {kind: url.update_query_dict({"options": f"-csearch_path={name}"}) for kind, name in names.items()}
    loaded = settings_module.embedded(tmp_path / "pebem")
    yield replace(
        loaded,
        database_url=urls["work"],
        vault_url=urls["vault"],
        queue_url=urls["work"],
        embedded=False,
    )
    with owner.begin() as connection:
        for name in names.values():
            connection.execute(text(f"DROP SCHEMA {name} CASCADE"))
    owner.dispose()


@pytest.fixture(params=["embedded", "postgres"])
def unmigrated(request: pytest.FixtureRequest) -> Settings:
    """Each kind of installation in turn, not yet migrated."""
    return request.getfixturevalue(request.param)


@pytest.fixture
def settings(unmigrated: Settings) -> Settings:
    """Each kind of installation in turn, ready for use."""
    _migrate(unmigrated)
    return unmigrated


@pytest.fixture
def databases(settings: Settings) -> Iterator[Databases]:
    """The databases of ``settings``."""
    connected = connect(settings)
    yield connected
    connected.close()


@pytest.fixture
def make_app() -> Iterator[Callable[[Settings], Flask]]:
    """Make applications that are closed afterwards."""
    apps: list[Flask] = []

    def make(settings: Settings) -> Flask:
        app = create_app(settings)
        app.jinja_env.bytecode_cache = _TEMPLATES
        apps.append(app)
        return app

    yield make
    for app in apps:
        app.extensions["pebem"].databases.close()
        app.extensions["pebem"].jobs.queue.storage.engine.dispose()


@pytest.fixture
def app(settings: Settings, make_app: Callable[[Settings], Flask]) -> Flask:
    """The application on each kind of installation."""
    return make_app(settings)


@pytest.fixture
def small_app(embedded: Settings, make_app: Callable[[Settings], Flask]) -> Flask:
    """The application on an embedded installation, for what does not depend on the database."""
    _migrate(embedded)
    return make_app(embedded)


@pytest.fixture
def anna(app: Flask) -> Person:
    """A care manager of one tenant."""
    return person(app, "anna", "Träger Nord", "Haus am Deich")


@pytest.fixture
def ben(small_app: Flask) -> Person:
    """A care manager in an embedded installation."""
    return person(small_app, "ben", "Träger Süd", "Haus am Hang")
