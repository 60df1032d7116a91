"""The log of an installation that is migrated, restored, or works under a role of its own."""

from __future__ import annotations

import secrets
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from tests.support.web import access as accesses
from tests.support.web import backups
from tests.support.web.log_chains import report, run, tenant, write
from web.services import audit
from web.services.log import expiry, takeover, verification
from web.services.log.verification import LogFault
from web.store import migrate, roles
from web.store.databases import connect, make_engine
from web.store.models import AuditEvent

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.web.pages import Person
    from web.settings import Settings

ENTRY = """audit_event (at, tenant_id, account_id, actor, request_id, address, action, object, result, reason)
    VALUES ('2026-01-0{} 10:00:00.123456', {}, 7, 'konto', 'x', '', 'anmeldung', 'ö "1"', 'ok', '')"""


def test_entries_from_before_the_chains_are_verified_too(unmigrated: Settings) -> None:
    """G3: a migration gives them numbers and digests; those after them have keys; and the way back keeps them."""
    engine = make_engine(unmigrated.database_url)
    migrate.move(engine, "work", "0019")
    with engine.begin() as connection:
        for name, reference in (("Nord", "a" * 32), ("Süd", "b" * 32)):
            connection.execute(
                text("INSERT INTO tenant (name, reference) VALUES (:n, :r)"), {"n": name, "r": reference}
            )
        connection.execute(
            text(
                "INSERT INTO account (id, tenant_id, user_name, display_name, password_hash, totp_last_step, "
                "must_change_password, active, failed_count, created_at) "
                "VALUES (7, 1, 'a', 'A', 'x', 0, false, true, 0, '2026-01-01')"
            )
        )
        for number, owner in enumerate(("1", "2", "NULL", "1", "1"), start=1):
            connection.exec_driver_sql(f"INSERT INTO {ENTRY.format(number, owner)}")
    migrate.upgrade(unmigrated)
    databases = connect(unmigrated)
    system = accesses.system(databases)
    assert [(one.tenant, one.fault, one.last) for one in verification.verify(system)] == [
        ("", None, 1),
        ("Nord", None, 3),
        ("Süd", None, 1),
    ]
    write(system.within(1), 2)
    assert [(one.fault, one.last) for one in verification.verify(system)] == [(None, 1), (None, 5), (None, 1)]
    run(databases, "UPDATE audit_event SET object = '' WHERE id = 4")
    (found,) = (one for one in verification.verify(system) if one.fault)
    assert (found.tenant, found.fault, found.number) == ("Nord", LogFault.CHANGED, 2)
    databases.close()
    migrate.move(engine, "work", "0019")
    with engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM audit_event WHERE account_id = 7").scalar_one() == 5
        assert connection.exec_driver_sql("SELECT count(*) FROM audit_event").scalar_one() == 7
    engine.dispose()


def test_the_log_verifies_after_a_restore_elsewhere(anna: Person, tmp_path: Path) -> None:
    """G3, I2: every row of the chains came back as it was; the restore itself continues them."""
    target = backups.with_target(anna.services.settings, tmp_path / "target")
    backups.back_up(target)
    with backups.another(target, tmp_path / "elsewhere") as elsewhere:
        backups.restored(elsewhere)
        databases = connect(elsewhere)
        reports = verification.verify(accesses.system(databases))
        databases.close()
    assert len(reports) == 2
    assert [one for one in reports if one.fault] == []
    assert max(one.last for one in reports) > 1


def test_a_restore_over_an_installation_says_which_entries_it_lost(anna: Person, tmp_path: Path) -> None:
    """G3: the chains had come further than the backup; each says from where to where, and why; the anchors follow."""
    target = backups.with_target(anna.services.settings, tmp_path / "target")
    backups.back_up(target)
    databases = anna.services.databases
    length = {one.tenant: one.last for one in verification.verify(anna.system)}
    write(anna.access, 4)
    backups.restored(target, replace_all=True)
    assert all(one.fault is None and one.anchored for one in verification.verify(anna.system))
    with databases.whole.reading() as session:
        query = select(AuditEvent).where(AuditEvent.action == audit.TAKEN_OVER, AuditEvent.chain != "")
        entry = session.scalars(query).one()
    tenant_name = next(name for name in length if name)
    assert (entry.details["bis"], entry.details["zuvor"]) == (length[tenant_name], length[tenant_name] + 4)
    assert entry.reason == "Probe im Test"
    assert entry.number == length[tenant_name] + 1


def test_a_database_put_back_by_hand_shows_until_somebody_takes_responsibility(
    embedded: Settings, tmp_path: Path
) -> None:
    """G3: an old copy of the file in its place; who accepts it gives a reason, and that stays in the log."""
    migrate.upgrade(embedded)
    databases = connect(embedded)
    access = tenant(databases)
    write(access, 3)
    databases.work.dispose()  # the last connection brings all into the file
    place = tmp_path / "pebem" / "work.sqlite"
    copy = place.read_bytes()
    write(access, 5)
    databases.close()
    place.write_bytes(copy)
    databases = connect(embedded)
    access = replace(access, databases=databases)
    found = report(access)
    assert (found.fault, found.number, found.until) == (LogFault.REMOVED, 4, 8)
    assert takeover.take_over(accesses.system(databases), reason="alte Kopie nach Plattenschaden") == 1
    assert takeover.take_over(accesses.system(databases), reason="noch einmal") == 0
    assert (report(access).fault, report(access).last) == (None, 4)
    databases.close()


@pytest.fixture
def restricted(postgres: Settings) -> Settings:
    """An installation on PostgreSQL whose application has a role of its own."""
    migrate.upgrade(postgres)
    role = f"pebem_test_{secrets.token_hex(6)}"
    owner = make_engine(postgres.database_url)
    with owner.begin() as connection:
        connection.execute(text(f"CREATE ROLE {role} LOGIN"))
        roles.grant(connection, role)
    url = postgres.database_url.set(username=role)
    yield replace(postgres, database_url=url, queue_url=url)
    with owner.begin() as connection:
        connection.execute(text(f"GRANT {role} TO CURRENT_USER"))
        connection.execute(text(f"DROP OWNED BY {role}"))
        connection.execute(text(f"DROP ROLE {role}"))
    owner.dispose()


def test_the_role_of_the_application_cannot_touch_the_log(restricted: Settings) -> None:
    """G3: it adds and reads, and what has expired goes by the one documented way."""
    databases = connect(restricted)
    try:
        access = tenant(databases)
        write(access, 3)
        assert report(access).fault is None
        for statement in (
            "UPDATE audit_event SET action = 'x'",
            "DELETE FROM audit_event",
            "TRUNCATE audit_event",
            "DELETE FROM audit_head",
            "ALTER TABLE audit_event DISABLE TRIGGER USER",
            "DROP TABLE audit_event",
            "CREATE TABLE something (id integer)",
            "SET session_replication_role = replica",
        ):
            with pytest.raises(DBAPIError, match=r"denied|must be owner"), databases.work.begin() as connection:
                connection.exec_driver_sql(statement)
        with databases.work.begin() as connection:
            assert connection.exec_driver_sql("SELECT forget_log(chain) FROM audit_head").scalar_one() == 0
        assert expiry.delete_expired(accesses.system(databases), replace(restricted, log_days=-1)) == 2
        assert (report(access).fault, report(access).first, report(access).last) == (None, 3, 4)
        with databases.whole.writing.begin() as session:  # everything else it may do
            session.execute(text("UPDATE tenant SET name = 'Neu'"))
    finally:
        databases.close()


def test_the_owner_is_no_role_of_the_application(postgres: Settings) -> None:
    migrate.upgrade(postgres)
    owner = make_engine(postgres.database_url)
    with owner.connect() as connection:
        itself = connection.exec_driver_sql("SELECT current_user").scalar_one()
    for role in (itself, "nobody_like_this", 'x"; DROP TABLE tenant'):
        with pytest.raises(roles.UnknownRoleError), owner.begin() as connection:
            roles.grant(connection, role)
    owner.dispose()
