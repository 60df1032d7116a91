"""Installations to test against: embedded ones in a folder, and PostgreSQL ones in schemas of their own.

Fixtures; the conftest of each folder that tests the application imports them.
"""

from __future__ import annotations

import os
import secrets
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
import structlog
from argon2 import PasswordHasher
from sqlalchemy import create_engine, make_url, text

from tests.support.web.pages import Person, person
from web import settings as settings_module
from web.app import create_app
from web.security import passwords
from web.store import migrate
from web.store.databases import connect

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from flask import Flask

    from web.settings import Settings
    from web.store.databases import Databases

POSTGRES = os.environ.get("PEBEM_TEST_DATABASE_URL", "")


@pytest.fixture(autouse=True)
def quick_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hash passwords cheaply: tests sign in a hundred times. The real parameters have a test of their own."""
    monkeypatch.setattr(passwords, "_HASHER", PasswordHasher(time_cost=1, memory_cost=1024, parallelism=1))


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
    """An installation on PostgreSQL: two fresh schemas, dropped afterwards."""
    if not POSTGRES:
        pytest.skip("PEBEM_TEST_DATABASE_URL is not set: PostgreSQL is not tested")
    mark = secrets.token_hex(6)
    names = {kind: f"pebem_{kind}_{mark}" for kind in ("work", "vault")}
    owner = create_engine(POSTGRES)
    with owner.begin() as connection:
        for name in names.values():
            connection.execute(text(f"CREATE SCHEMA {name}"))
    urls = {
        kind: make_url(POSTGRES).update_query_dict({"options": f"-csearch_path={name}"}) for kind, name in names.items()
    }
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
    migrate.upgrade(unmigrated)
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
        apps.append(create_app(settings))
        return apps[-1]

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
    migrate.upgrade(embedded)
    return make_app(embedded)


@pytest.fixture
def anna(app: Flask) -> Person:
    """A care manager of one tenant."""
    return person(app, "anna", "Träger Nord", "Haus am Deich")


@pytest.fixture
def ben(small_app: Flask) -> Person:
    """A care manager in an embedded installation."""
    return person(small_app, "ben", "Träger Süd", "Haus am Hang")
