"""The databases: migrations equal models, every column is classed, no name lies in the work data."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine, MetaData, inspect

from web.store import migrate, queue
from web.store.classified import DATA_CLASSES, Deletion
from web.store.databases import make_engine
from web.store.models import Base
from web.store.vault import VaultBase

if TYPE_CHECKING:
    from collections.abc import Iterator

    from web.settings import Settings

METADATA = {"work": Base.metadata, "vault": VaultBase.metadata}
ALL = [*METADATA.values(), queue.metadata]


@pytest.fixture(params=["work", "vault"])
def one(request: pytest.FixtureRequest, unmigrated: Settings) -> Iterator[tuple[Engine, str, MetaData]]:
    """Each database of each kind of installation, empty."""
    name = request.param
    engine = make_engine(unmigrated.database_url if name == "work" else unmigrated.vault_url)
    yield engine, name, METADATA[name]
    engine.dispose()


def test_migrations_equal_models(one: tuple[Engine, str, MetaData]) -> None:
    engine, name, metadata = one
    migrate.move(engine, name, "head")
    with engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "version_table": f"alembic_version_{name}"}
        )
        assert compare_metadata(context, metadata) == []


def test_migrations_go_up_and_down(one: tuple[Engine, str, MetaData]) -> None:
    engine, name, metadata = one
    migrate.move(engine, name, "head")
    assert set(inspect(engine).get_table_names()) == {*metadata.tables, f"alembic_version_{name}"}
    migrate.move(engine, name, "base")
    assert set(inspect(engine).get_table_names()) == {f"alembic_version_{name}"}
    migrate.move(engine, name, "head")
    assert set(inspect(engine).get_table_names()) >= set(metadata.tables)


def test_upgrading_twice_changes_nothing(unmigrated: Settings) -> None:
    migrate.upgrade(unmigrated)
    migrate.upgrade(unmigrated)


def test_every_table_and_column_is_classed() -> None:
    """H1: tenant, data class and deletion class of everything stored."""
    spots = [spot for metadata in ALL for table in metadata.tables.values() for spot in (table, *table.columns)]
    unclassed = [
        str(spot)
        for spot in spots
        if spot.info.get("data_class") not in DATA_CLASSES
        or spot.info.get("deletion_class") not in set(Deletion)
        or not spot.info.get("tenant")
    ]
    assert unclassed == []
    assert len(spots) > 100


def test_work_database_holds_no_identifier_of_cared_for_or_caring_persons() -> None:
    """C1: personal columns of the work database are those of the users' own accounts."""
    personal = {
        f"{table.name}.{column.name}"
        for table in Base.metadata.tables.values()
        for column in table.columns
        if column.info["data_class"] == "personal"
    }
    assert personal == {
        "account.user_name", "account.display_name", "account.password_hash", "account.totp_secret",
    }  # fmt: skip
    people = {
        "resident", "staff", "assessment", "instability", "qualification", "intervention", "batch", "override_",
        "unknown_term", "weekly_hours",
    }  # fmt: skip
    named = {"name", "given", "number", "birth", "file_name", "file_names", "findings", "vorname", "nummer"}
    assert not {
        f"{table}.{column.name}"
        for table in people
        for column in Base.metadata.tables[table].columns
        if column.name in named
    }


def test_vault_shows_nothing_personal_in_clear() -> None:
    """E2: fields that say who somebody is are stored as sealed bytes."""
    for table in VaultBase.metadata.tables.values():
        for column in table.columns:
            if column.info["data_class"] == "personal":
                assert column.type.python_type is bytes, column


FIRST_ROWS = (
    "tenant (id, name) VALUES (1, 'T')",
    "home (id, tenant_id, name, rulebook, analysis) VALUES (1, 1, 'H', 'rekonstruktion', 3)",
    """account (id, tenant_id, user_name, display_name, password_hash, totp_last_step, must_change_password, active,
    failed_count, created_at) VALUES (1, 1, 'a', 'A', 'x', 0, false, true, 0, '2026-01-01')""",
    """coverage (home_id, rulebook_sha256, day, counted, bewohner, begutachtung, mitarbeitende, intervention, minuten)
    VALUES (1, 'x', '2026-01-01', 5, 5, 5, 5, 5, 5)""",
)


def test_second_revision_keeps_what_the_first_stored(unmigrated: Settings) -> None:
    """An installation in use gets the new columns, and loses nothing on the way back."""
    engine = make_engine(unmigrated.database_url)
    migrate.move(engine, "work", "0001")
    with engine.begin() as connection:
        for row in FIRST_ROWS:
            connection.exec_driver_sql(f"INSERT INTO {row}")
    migrate.move(engine, "work", "0002")
    with engine.begin() as connection:
        assert not connection.exec_driver_sql("SELECT qn4 FROM account").scalar_one()
        assert connection.exec_driver_sql("SELECT ueberschrieben FROM coverage").scalar_one() == 0
        assert connection.exec_driver_sql("SELECT count(*) FROM rulebook").scalar_one() == 0
    migrate.move(engine, "work", "0001")
    with engine.begin() as connection:
        assert connection.exec_driver_sql("SELECT counted FROM coverage").scalar_one() == 5
        assert connection.exec_driver_sql("SELECT user_name FROM account").scalar_one() == "a"
    assert "override_" not in inspect(engine).get_table_names()
    engine.dispose()
