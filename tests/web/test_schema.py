"""The databases: migrations equal models, and go both ways with rows in them."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Column, Engine, MetaData, Row, Table, inspect, select
from sqlalchemy.exc import IntegrityError

from web.store import migrate
from web.store.base import Base
from web.store.databases import make_engine
from web.store.result import repository
from web.store.vault import VaultBase

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from web.settings import Settings

METADATA = {"work": Base.metadata, "vault": VaultBase.metadata}
STORED = {
    "work": "tenant (id, name) VALUES (1, 'T')",
    "vault": """identity (id, home_id, kind, lookup, pseudonym, number, changed_at)
    VALUES (1, 1, 'resident', 'x', 'B-23456', 'y', '2026-01-01')""",
}


@pytest.fixture(params=["work", "vault"])
def database(request: pytest.FixtureRequest, unmigrated: Settings) -> Iterator[tuple[Engine, str, MetaData]]:
    """Each database of each kind of installation, empty."""
    name = request.param
    engine = make_engine(unmigrated.database_url if name == "work" else unmigrated.vault_url)
    yield engine, name, METADATA[name]
    engine.dispose()


def test_migrations_equal_models(database: tuple[Engine, str, MetaData]) -> None:
    engine, name, metadata = database
    migrate.move(engine, name, "head")
    with engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "version_table": f"alembic_version_{name}"}
        )
        assert compare_metadata(context, metadata) == []


def test_migrations_are_found_in_any_folder(
    embedded: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = shutil.copytree(migrate.SCRIPTS, tmp_path / "100% Häuser %(here)s?#" / "migrations")
    monkeypatch.setattr(migrate, "SCRIPTS", copy)
    migrate.upgrade(embedded)
    engine = make_engine(embedded.database_url)
    assert "resident" in inspect(engine).get_table_names()
    engine.dispose()


def test_migrations_upgrade_and_downgrade(database: tuple[Engine, str, MetaData]) -> None:
    engine, name, metadata = database
    migrate.move(engine, name, "head")
    assert set(inspect(engine).get_table_names()) == {*metadata.tables, f"alembic_version_{name}"}
    migrate.move(engine, name, "base")
    assert set(inspect(engine).get_table_names()) == {f"alembic_version_{name}"}
    migrate.move(engine, name, "head")
    assert set(inspect(engine).get_table_names()) >= set(metadata.tables)


def test_upgrading_twice_changes_nothing(database: tuple[Engine, str, MetaData], unmigrated: Settings) -> None:
    engine, name, metadata = database
    migrate.upgrade(unmigrated)
    with engine.begin() as connection:
        connection.exec_driver_sql(f"INSERT INTO {STORED[name]}")
    tables = [*metadata.sorted_tables, Table(f"alembic_version_{name}", MetaData(), Column("version_num"))]

    def rows() -> dict[str, list[Row[Any]]]:
        with engine.connect() as connection:
            return {str(table): [*connection.execute(select(table))] for table in tables}

    before = rows()
    assert sum(map(len, before.values())) == 2
    migrate.upgrade(unmigrated)
    assert rows() == before


FIRST_ROWS = (
    "tenant (id, name) VALUES (1, 'T')",
    "home (id, tenant_id, name, rulebook, analysis) VALUES (1, 1, 'H', 'rekonstruktion', 3)",
    """account (id, tenant_id, user_name, display_name, password_hash, totp_last_step, must_change_password, active,
    failed_count, created_at) VALUES (1, 1, 'a', 'A', 'x', 0, false, true, 0, '2026-01-01')""",
    """coverage (home_id, rulebook_sha256, day, counted, bewohner, begutachtung, mitarbeitende, intervention, minuten)
    VALUES (1, 'x', '2026-01-01', 5, 5, 5, 5, 5, 5)""",
)


def test_downgrade_drops_duties_and_nothing_else(unmigrated: Settings) -> None:
    """Down with rows in it and up again: the parts of the result that rest on duties go with them.

    From before the revision that drops the whole result.
    """
    engine = make_engine(unmigrated.database_url)
    migrate.move(engine, "work", "0012")
    rows = (
        *FIRST_ROWS[:2],
        FIRST_ROWS[2].replace("active,", "active, qn4,").replace("true, 0", "true, false, 0"),
        """batch (id, home_id, account_id, state, created_at, file_count, file_hash, rulebook_id, rulebook_edition,
        rows, counted, not_done, faulty, ignored, new_rows, errors, warnings, notices)
        VALUES (1, 1, 1, 'gespeichert', '2026-01-01', 1, 'x', '', '', 0, 0, 0, 0, 0, 0, 0, 0, 0)""",
        "delivery (batch_id, home_id, position, ground, rule, people) VALUES (1, 1, 1, false, '{}', 'x')",
        "delivery_duties (batch_id, month, contents) VALUES (1, 672, 'x')",
        *(
            f"cube (home_id, kind, about, month, content) VALUES (1, '{kind}', '', 672, 'x')"
            for kind in ("cells", repository.RELIEF, repository.SHIFTS)
        ),
    )
    with engine.begin() as connection:
        for row in rows:
            connection.exec_driver_sql(f"INSERT INTO {row}")
    migrate.move(engine, "work", "0008")
    with engine.begin() as connection:
        assert connection.exec_driver_sql("SELECT kind FROM cube").scalars().all() == ["cells"]
        assert connection.exec_driver_sql("SELECT count(*) FROM delivery").scalar_one() == 1
    migrate.move(engine, "work", "head")
    with engine.begin() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM delivery_duties").scalar_one() == 0
    engine.dispose()


def test_second_revision_preserves_rows_of_the_first(unmigrated: Settings) -> None:
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


def test_what_is_unknown_of_a_special_constellation_becomes_no_on_the_way_back(unmigrated: Settings) -> None:
    engine = make_engine(unmigrated.database_url)
    migrate.move(engine, "work", "head")
    rows = (
        *FIRST_ROWS[:2],
        "resident (id, home_id, pseudonym, known) VALUES (1, 1, 'B-1', true)",
        *(
            f"""assessment (id, resident_id, continence_urine, continence_stool, special, cells)
            VALUES ({number}, 1, -1, -1, {special}, '{{}}')"""
            for number, special in enumerate(("NULL", "true", "false"), start=1)
        ),
    )
    with engine.begin() as connection:
        for row in rows:
            connection.exec_driver_sql(f"INSERT INTO {row}")
    migrate.move(engine, "work", "0013")
    with engine.begin() as connection:
        special = connection.exec_driver_sql("SELECT special FROM assessment ORDER BY id").scalars().all()
        assert [bool(value) for value in special] == [False, True, False]
        assert None not in special
    engine.dispose()


WORD = (
    "term (tenant_id, {}key, text, target, version, account_id, at) VALUES (1, {}'{}', '{}', '{}', {}, 1, '2026-01-01')"
)


def test_versions_of_words_survive_the_migration_of_kinds(unmigrated: Settings) -> None:
    """Names of interventions stay through both ways; words of other kinds have no place before, and only they go."""
    engine = make_engine(unmigrated.database_url)
    migrate.move(engine, "work", "0007")
    before = [
        "tenant (id, name) VALUES (1, 'T')",
        "home (id, tenant_id, name, rulebook, analysis) VALUES (1, 1, 'H', 'rekonstruktion', 0)",
        """account (id, tenant_id, user_name, display_name, password_hash, totp_last_step, must_change_password, active,
        qn4, failed_count, created_at) VALUES (1, 1, 'a', 'A', 'x', 0, false, true, false, 0, '2026-01-01')""",
        """batch (id, home_id, account_id, state, created_at, file_count, file_hash, rulebook_id, rulebook_edition,
        rows, counted, not_done, faulty, ignored, new_rows, errors, warnings, notices) VALUES (1, 1, 1, 'gelesen',
        '2026-01-01', 1, 'x', '', '', 0, 0, 0, 0, 0, 0, 0, 0, 0)""",
        WORD.format("", "", "wbl", "WBL", "1.1", 1),
        WORD.format("", "", "wbl", "WBL", "1.2", 2),
        "unknown_term (batch_id, text, rows, seconds) VALUES (1, 'Tanz', 2, 60)",
    ]
    after = [
        WORD.format("kind, ", "'rolle', ", "wbl", "WBL", "W" * 200, 1),
        "unknown_term (batch_id, kind, text, rows, seconds) VALUES (1, 'dienst', 'F', 3, 0)",
    ]
    terms = "SELECT kind, target, version FROM term ORDER BY kind, version"
    for rows, revision in ((before, "0008"), (after, "0007"), ([], "0008")):
        with engine.begin() as connection:
            for row in rows:
                connection.exec_driver_sql(f"INSERT INTO {row}")
        migrate.move(engine, "work", revision)
        with engine.connect() as connection:
            if revision == "0008":
                stored = [tuple(row) for row in connection.exec_driver_sql(terms)]
                assert stored == [("intervention", "1.1", 1), ("intervention", "1.2", 2)]
            assert connection.exec_driver_sql("SELECT version FROM term ORDER BY version").scalars().all() == [1, 2]
            assert connection.exec_driver_sql("SELECT text FROM unknown_term").scalars().all() == ["Tanz"]
    with pytest.raises(IntegrityError), engine.begin() as connection:
        connection.exec_driver_sql(
            f"INSERT INTO {WORD.format('kind, ', repr('intervention') + ', ', 'wbl', 'x', '1.3', 2)}"
        )
    engine.dispose()


def test_who_released_an_upload_is_taken_from_the_log(unmigrated: Settings) -> None:
    """X7: the last one each time; nobody where the log says nothing; and the way back keeps the uploads."""
    engine = make_engine(unmigrated.database_url)
    migrate.move(engine, "work", "0014")
    account = FIRST_ROWS[2].replace("active,", "active, qn4,").replace("true, 0", "true, false, 0")
    upload = """batch (id, home_id, account_id, state, created_at, file_count, file_hash, rulebook_id, rulebook_edition,
        rows, counted, not_done, faulty, ignored, new_rows, errors, warnings, notices, source)
        VALUES ({}, 1, 1, 'gespeichert', '2026-01-01', 1, 'x', '', '', 0, 0, 0, 0, 0, 0, 0, 0, 0, '')"""
    entry = """audit_event (id, at, tenant_id, account_id, action, object, result, reason)
        VALUES ({}, '2026-01-01', 1, {}, '{}', 'lieferung 1', 'ok', '')"""
    rows = (
        *(row.replace("analysis)", "analysis, fold_rule)").replace(", 3)", ", 3, 9)") for row in FIRST_ROWS[:2]),
        account,
        account.replace("(1, 1, 'a'", "(2, 1, 'b'"),
        upload.format(1),
        upload.format(11),
        entry.format(1, 1, "einlesen.freigeben"),
        entry.format(2, 2, "einlesen.freigeben"),
        entry.format(3, 1, "einlesen.ruecknahme.freigeben"),
    )
    with engine.begin() as connection:
        for row in rows:
            connection.exec_driver_sql(f"INSERT INTO {row}")
    migrate.move(engine, "work", "0015")
    with engine.connect() as connection:
        query = "SELECT id, released_by, undone_by FROM batch ORDER BY id"
        assert [tuple(row) for row in connection.exec_driver_sql(query)] == [(1, 2, 1), (11, None, None)]
    migrate.move(engine, "work", "0014")
    with engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM batch").scalar_one() == 2
    engine.dispose()
