"""The log: chains of entries that show what was done to them, and a database that refuses to do it (G3)."""

# ruff: noqa: S608  # what is put together are constants of these tests

from __future__ import annotations

import threading
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import event, func, select, text
from sqlalchemy.exc import DBAPIError

from tests.support.web import access as accesses
from tests.support.web import log_chains
from tests.support.web.log_chains import report, run, tenant, write
from web.services import audit
from web.services.log import verification
from web.services.log.verification import LogFault
from web.store.databases import connect
from web.store.log_anchors import ChainEnd
from web.store.models import AuditEvent, LogHead

if TYPE_CHECKING:
    from web.settings import Settings
    from web.store.access import Access
    from web.store.databases import Databases

MINE = "FROM audit_event WHERE chain <> ''"


@pytest.fixture
def access(databases: Databases) -> Access:
    """A tenant with ten entries."""
    access = tenant(databases)
    write(access, 10)
    return access


def test_entries_of_each_tenant_are_a_chain_of_their_own(databases: Databases, access: Access) -> None:
    """G3: numbered from 1 without gaps, whatever other tenants write in between; one more chain belongs to none."""
    other = tenant(databases, "Träger Süd")
    for _ in range(3):
        write(other, 2)
        write(access, 1)
        write(accesses.system(databases), 1)
    with databases.whole.reading() as session:
        query = select(AuditEvent.chain, AuditEvent.number).order_by(AuditEvent.id)
        of_chain: dict[str, list[int]] = {}
        for chain, number in session.execute(query):
            of_chain.setdefault(chain, []).append(number)
        heads = dict(session.execute(select(LogHead.chain, LogHead.number)).all())
    assert sorted(map(len, of_chain.values())) == [3, 6, 13]
    assert len(of_chain[""]) == 3
    assert all(numbers == [*range(1, len(numbers) + 1)] for numbers in of_chain.values())
    assert heads == {chain: len(numbers) for chain, numbers in of_chain.items()}
    assert all(one.fault is None for one in verification.verify(accesses.system(databases)))


def test_entries_of_two_at_once_do_not_fork_a_chain(settings: Settings, databases: Databases) -> None:
    """G3: four writers with connections of their own, several entries in each transaction, some of them given up."""
    access = tenant(databases)
    failures: list[BaseException] = []

    def write_some(mark: int) -> None:
        own = connect(settings)
        try:
            mine = replace(access, databases=own)
            for number in range(12):
                session = own.whole.writing()
                with session.begin():
                    audit.record(session, mine, "anmeldung", what=f"{mark} {number}")
                    audit.record(session, accesses.system(own), "anmeldung")
                    if number % 4 == 3:
                        session.rollback()
        except BaseException as error:  # noqa: BLE001 - a thread must not swallow it
            failures.append(error)
        finally:
            own.close()

    threads = [threading.Thread(target=write_some, args=(mark,)) for mark in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    reports = verification.verify(accesses.system(databases))
    assert [(one.fault, one.first, one.last) for one in reports] == [(None, 1, 36), (None, 1, 36)]


def test_an_entry_that_is_not_committed_leaves_no_gap(databases: Databases, access: Access) -> None:
    """G3: neither in the chain nor in its anchor; also where the commit itself fails."""
    with databases.whole.writing() as session:
        audit.record(session, access, "anmeldung")
        session.rollback()
        session.commit()
    session = databases.whole.writing()
    audit.record(session, access, "anmeldung")
    event.listen(session, "before_commit", lambda _: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        session.commit()
    session.close()
    with pytest.raises(ValueError, match="address"), databases.whole.writing.begin() as session:
        audit.record(session, replace(access, origin=replace(access.origin, address=None)), "anmeldung")
    write(access, 1)
    assert (report(access).fault, report(access).last) == (None, 11)


def test_an_entry_may_not_be_written_in_a_savepoint(databases: Databases, access: Access) -> None:
    with databases.whole.writing.begin() as session, session.begin_nested(), pytest.raises(RuntimeError):
        audit.record(session, access, "anmeldung")


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_event SET action = 'x'",
        "UPDATE audit_event SET id = id WHERE number = 3",
        "DELETE FROM audit_event WHERE number = 3",
        "DELETE FROM audit_event",
        "DELETE FROM audit_head",
        "UPDATE audit_head SET number = number - 1",
        "UPDATE audit_head SET chain = 'x'",
        "UPDATE audit_head SET first = 1000",
        "TRUNCATE audit_event",
        "TRUNCATE audit_head",
        "INSERT OR REPLACE INTO audit_event SELECT * FROM audit_event WHERE number = 3",
        "INSERT OR REPLACE INTO audit_event (id, chain, number, at, action, result, key, mac) "  # noqa: ISC004
        "SELECT id, chain, 500, at, action, result, key, mac FROM audit_event LIMIT 1",
        "REPLACE INTO audit_head SELECT chain, tenant_id, 1, mac, 1, mac, '', mac FROM audit_head",
    ],
)
def test_the_database_refuses_to_change_the_log(databases: Databases, access: Access, statement: str) -> None:
    """G3: every way of SQL to change or delete an entry, or to let a chain go back."""
    kind = databases.work.dialect.name
    if ("TRUNCATE" in statement and kind == "sqlite") or ("REPLACE" in statement and kind == "postgresql"):
        pytest.skip("no statement of this database")
    with pytest.raises(DBAPIError, match="append-only"), databases.work.begin() as connection:
        connection.exec_driver_sql(statement)
    assert (report(access).fault, report(access).last) == (None, 10)


@pytest.mark.parametrize(
    "change",
    [
        "at = '2026-01-01 00:00:00'",
        "tenant_id = 77",
        "account_id = 77",
        "actor = 'konto x'",
        "request_id = 'x'",
        "address = '192.0.2.1'",
        "action = 'abmelden'",
        "object = 'probe 17'",
        "result = 'abgelehnt'",
        "reason = 'x'",
        'details = \'{"rolle": "x"}\'',
        "mac = (SELECT mac FROM audit_head WHERE chain = '')",
        "key = ''",
    ],
)
def test_a_changed_entry_is_named(databases: Databases, access: Access, change: str) -> None:
    """G3: whatever of it was changed."""
    write(accesses.system(databases), 1)
    run(databases, f"UPDATE audit_event SET {change} WHERE chain <> '' AND number = 4")
    found = report(access)
    assert (found.fault, found.number, found.until) == (LogFault.CHANGED, 4, 4)
    assert "Eintrag 4 ist verändert (" in str(found)


@pytest.mark.parametrize("change", ["details = 'no json'", "at = 'no moment'"])
def test_an_entry_that_cannot_be_read_is_named(embedded_access: Access, change: str) -> None:
    """G3: SQLite takes anything for a moment."""
    run(embedded_access.databases, f"UPDATE audit_event SET {change} WHERE chain <> '' AND number = 4")
    found = report(embedded_access)
    assert (found.fault, found.number) == (LogFault.CHANGED, 4)


@pytest.fixture
def embedded_access(embedded: Settings) -> Access:
    """A tenant with ten entries of an embedded installation."""
    from web.store import migrate  # noqa: PLC0415

    migrate.upgrade(embedded)
    databases = connect(embedded)
    access = tenant(databases)
    write(access, 10)
    yield access
    databases.close()


@pytest.mark.parametrize(
    ("condition", "numbers"),
    [("number = 4", (4, 4)), ("number IN (4, 5)", (4, 5)), ("number = 1", (1, 1)), ("number > 7", (8, 10))],
)
def test_removed_entries_are_named(
    databases: Databases, access: Access, condition: str, numbers: tuple[int, int]
) -> None:
    """G3: in the middle, at the beginning, at the end."""
    run(databases, f"DELETE {MINE} AND {condition}")
    found = report(access)
    assert (found.fault, found.number, found.until) == (LogFault.REMOVED, *numbers)


def test_a_removed_end_shows_though_the_head_was_put_back(databases: Databases, access: Access) -> None:
    """G3: the database alone looks as it once was; the anchor outside knows better, also after further entries."""
    with databases.whole.reading() as session:
        former = session.execute(
            select(AuditEvent.mac).where(AuditEvent.chain != "", AuditEvent.number == 7)
        ).scalar_one()
    run(databases, f"DELETE {MINE} AND number > 7")
    run(databases, "UPDATE audit_head SET number = 7, mac = :mac WHERE chain <> ''", mac=former)
    found = report(access)
    assert (found.fault, found.number, found.until) == (LogFault.REMOVED, 8, 10)
    write(access, 1)
    assert (report(access).fault, report(access).number) == (LogFault.REMOVED, 9)
    write(access, 5)
    assert (report(access).fault, report(access).number) == (LogFault.REPLACED, 10)


def test_a_removed_end_shows_without_an_anchor_too(databases: Databases, access: Access) -> None:
    """G3: the head names the last entry, and how many there are."""
    for path in databases.log.anchors._folder.glob("*.json"):
        path.unlink()
    run(databases, f"DELETE {MINE} AND number > 7")
    found = report(access)
    assert (found.fault, found.number, found.until, found.anchored) == (LogFault.REMOVED, 8, 10, False)


def test_a_removed_chain_is_named(databases: Databases, access: Access) -> None:
    """G3: entries and head of a tenant are gone; so is the tenant itself."""
    run(databases, "DELETE FROM audit_event", "DELETE FROM audit_head")
    found = report(access)
    assert (found.fault, found.number, found.until) == (LogFault.REMOVED, 1, 10)
    run(databases, "DELETE FROM tenant")
    (gone,) = verification.verify(accesses.system(databases))
    assert (gone.fault, gone.tenant) == (LogFault.REMOVED, "")
    assert "(gelöscht): Einträge 1 bis 10 sind entfernt" in str(gone)


@pytest.mark.parametrize(("first", "second"), [(4, 5), (4, 8), (1, 10), (1, 2)])
def test_entries_that_changed_places_are_named(databases: Databases, access: Access, first: int, second: int) -> None:
    """G3: beside each other or far apart."""
    run(
        databases,
        f"UPDATE audit_event SET number = -1 WHERE chain <> '' AND number = {first}",
        f"UPDATE audit_event SET number = {first} WHERE chain <> '' AND number = {second}",
        f"UPDATE audit_event SET number = {second} WHERE chain <> '' AND number = -1",
    )
    found = report(access)
    assert (found.fault, found.number) == (LogFault.MOVED, first)


@pytest.mark.parametrize("number", [4, 11])
def test_an_inserted_entry_is_named(databases: Databases, access: Access, number: int) -> None:
    """G3: between others, which move on, or at the end."""
    columns = "at, tenant_id, account_id, actor, request_id, address, action, object, result, reason, details, key, mac"
    run(
        databases,
        f"UPDATE audit_event SET number = number + 1000 WHERE chain <> '' AND number >= {number}",
        f"UPDATE audit_event SET number = number - 999 WHERE chain <> '' AND number >= {number}",
        f"INSERT INTO audit_event (chain, number, {columns}) SELECT chain, {number}, {columns} {MINE} AND number = 2",
        *(["UPDATE audit_head SET number = 11 WHERE chain <> ''"] if number == 4 else []),
    )
    found = report(access)
    assert (found.fault, found.number) == (LogFault.INSERTED, number)


def test_a_chain_without_keys_does_not_pass_for_one(databases: Databases, access: Access) -> None:
    """G3: digests that anybody can make are for entries from before the chains alone."""
    keys = databases.log
    with databases.whole.reading() as session:
        entries = session.scalars(select(AuditEvent).where(AuditEvent.chain != "").order_by(AuditEvent.number)).all()
    mac = b""
    for entry in entries:
        entry.action = "gefälscht"
        mac = keys.mac("", mac, verification.content_of(entry))
        values = {"mac": mac, "number": entry.number}
        run(
            databases,
            "UPDATE audit_event SET action = 'gefälscht', key = '', mac = :mac WHERE chain <> '' AND number = :number",
            **values,
        )
    run(databases, "UPDATE audit_head SET mac = :mac WHERE chain <> ''", mac=mac)
    assert report(access).fault is LogFault.REPLACED
    (keys.anchors._folder / f"{entries[0].chain}.json").unlink()
    assert (report(access).fault, report(access).anchored) == (None, False)  # what an anchor is for
    write(access, 1)
    run(databases, "UPDATE audit_event SET key = '' WHERE chain <> '' AND number = 11")
    assert (report(access).fault, report(access).number) == (LogFault.CHANGED, 11)


def test_another_key_verifies_nothing_and_a_former_one_does(settings: Settings, access: Access) -> None:
    """G3, E3: a thief of the database has no key; after a rotation the former key still verifies older entries."""
    new = "n3wk3y-abcdefghijklmnopqrstuvwxyz-0123456789"
    strange = connect(replace(settings, backup_key=new))
    (found,) = verification.verify(accesses.system(strange))
    assert (found.fault, found.number) == (LogFault.KEY, 1)
    strange.close()
    rotated = connect(
        replace(settings, backup_key=new, backup=replace(settings.backup, former_keys=(settings.backup_key,)))
    )
    write(replace(access, databases=rotated), 2)
    (found,) = verification.verify(accesses.system(rotated))
    assert (found.fault, found.last) == (None, 12)
    rotated.close()


@pytest.mark.parametrize(
    "content", ["", "{}", '{"anchor": {"chain": "", "end": [1, "00"], "former": null}, "seal": "00"}']
)
def test_a_forged_anchor_is_named(databases: Databases, access: Access, content: str) -> None:
    """G3: and it stays as it is, whatever is written afterwards."""
    (path,) = databases.log.anchors._folder.glob("*.json")
    path.write_text(content)
    write(access, 1)
    assert report(access).fault is LogFault.ANCHOR
    assert path.read_text() == content


def test_an_anchor_of_another_chain_is_none(databases: Databases, access: Access) -> None:
    """G3: copying the one of another chain over it does not help."""
    write(accesses.system(databases), 1)
    folder = databases.log.anchors._folder
    (own,) = (path for path in folder.glob("*.json") if path.stem != "system")
    own.write_bytes((folder / "system.json").read_bytes())
    assert report(access).fault is LogFault.ANCHOR


def test_an_anchor_that_fell_behind_is_made_up_for(databases: Databases, access: Access) -> None:
    """G3: a disk that lost its last writes is no attack, as long as the noted entry is in the chain."""
    with databases.whole.reading() as session:
        chain, mac = session.execute(
            select(AuditEvent.chain, AuditEvent.mac).where(AuditEvent.number == 6, AuditEvent.chain != "")
        ).one()
    databases.log.anchors.replace(chain, ChainEnd(6, mac))
    assert report(access).fault is None
    write(access, 1)
    assert databases.log.anchors.find(chain).end.number == 11


def test_nobody_waits_for_an_entry_of_a_long_transaction(postgres: Settings) -> None:
    """G3: on PostgreSQL the end of a chain is locked at commit, not while a job works."""
    from web.store import migrate  # noqa: PLC0415

    migrate.upgrade(postgres)
    databases = connect(postgres)
    try:
        access = tenant(databases)
        write(access, 1)
        with databases.whole.writing.begin() as session:
            audit.record(session, access, "einlesen.speichern")
            session.execute(select(func.count()).select_from(AuditEvent))
            with databases.whole.writing.begin() as other:
                other.execute(text("SET LOCAL lock_timeout = '2s'"))
                audit.record(other, access, "anmeldung")
        assert (report(access).fault, report(access).last) == (None, 3)
    finally:
        databases.close()


def test_log_chains_helper_puts_the_triggers_back(databases: Databases, access: Access) -> None:
    run(databases, f"DELETE {MINE} AND number = 10")
    with pytest.raises(DBAPIError, match="append-only"), databases.work.begin() as connection:
        connection.exec_driver_sql("DELETE FROM audit_event")
    assert log_chains.report(access).fault is LogFault.REMOVED
