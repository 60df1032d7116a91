"""Entries expire after a period of their own, from the beginning of a chain; nothing else may go (G5)."""

# ruff: noqa: S608  # what is put together are constants of these tests

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from tests.support.web import access as accesses
from tests.support.web.log_chains import report, run, tenant, write
from web.services import audit, clock
from web.services.log import expiry, verification
from web.services.log.verification import LogFault
from web.store.models import AuditEvent, LogHead

if TYPE_CHECKING:
    from web.settings import Settings
    from web.store.access import Access
    from web.store.databases import Databases

NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)
DAYS = 400


@pytest.fixture
def settings_of_log(settings: Settings) -> Settings:
    """Settings with a period that is easy to count."""
    return replace(settings, log_days=DAYS)


@pytest.fixture
def access(databases: Databases, monkeypatch: pytest.MonkeyPatch) -> Access:
    """A tenant, and the installation itself, with an entry every hundred days, the last of them now."""
    access = tenant(databases)
    for ago in range(900, -1, -100):
        monkeypatch.setattr(clock, "now", lambda ago=ago: NOW - timedelta(days=ago))
        write(access, 1)
        write(accesses.system(databases), 1)
    return access


def test_what_is_older_than_the_period_goes_and_the_chain_says_so(
    settings_of_log: Settings, databases: Databases, access: Access
) -> None:
    """G5, H3: from all chains, with an entry that tells which went and by which rule; verification accepts this."""
    system = accesses.system(databases)
    assert expiry.delete_expired(system, settings_of_log) == 10
    assert expiry.delete_expired(system, settings_of_log) == 0
    with databases.whole.reading() as session:
        entries = session.scalars(select(AuditEvent).where(AuditEvent.chain != "").order_by(AuditEvent.number)).all()
    assert [entry.number for entry in entries] == [6, 7, 8, 9, 10, 11]
    assert entries[0].at == NOW - timedelta(days=DAYS)
    last = entries[-1]
    assert (last.action, last.object, last.reason) == (audit.EXPIRED, "5 einträge", "Frist")
    assert last.details == {"von": 1, "bis": 5, "tage": DAYS}
    assert [(one.fault, one.first, one.last) for one in verification.verify(system)] == [(None, 6, 11)] * 2
    write(access, 3)
    assert (report(access).fault, report(access).last) == (None, 14)


def test_an_old_chain_keeps_its_last_entry(
    settings_of_log: Settings, databases: Databases, access: Access, monkeypatch: pytest.MonkeyPatch
) -> None:
    """G5: it still says what the next one follows; a night later it goes as well."""
    system = accesses.system(databases)
    monkeypatch.setattr(clock, "now", lambda: NOW + timedelta(days=DAYS * 2))
    for numbers in ((10, 11), (11, 12)):
        expiry.delete_expired(system, settings_of_log)
        assert (report(access).fault, report(access).first, report(access).last) == (None, *numbers)
    monkeypatch.setattr(clock, "now", lambda: NOW + timedelta(days=DAYS * 4))
    expiry.delete_expired(system, settings_of_log)
    assert (report(access).fault, report(access).first, report(access).last) == (None, 12, 13)


def test_nothing_but_the_key_lets_a_chain_begin_later(databases: Databases, access: Access) -> None:
    """G3, G5: the head may be moved by anybody with the database; without the seal that shows."""
    with databases.work.begin() as connection:
        connection.exec_driver_sql("UPDATE audit_head SET first = 4 WHERE chain <> ''")
    assert report(access).fault is LogFault.BEGINNING
    run(
        databases,
        "UPDATE audit_head SET first_before = (SELECT mac FROM audit_event WHERE chain <> '' AND number = 3), "
        "first_key = (SELECT key FROM audit_event WHERE chain <> '' AND number = 3) WHERE chain <> ''",
        "DELETE FROM audit_event WHERE chain <> '' AND number < 4",
    )
    assert (report(access).fault, report(access).number) == (LogFault.BEGINNING, 4)


def test_more_than_what_expired_may_not_be_missing(
    settings_of_log: Settings, databases: Databases, access: Access
) -> None:
    """G5: entries after the beginning, and the entry that tells of the deletion."""
    expiry.delete_expired(accesses.system(databases), settings_of_log)
    with databases.whole.reading() as session:
        head = session.scalars(select(LogHead).where(LogHead.chain != "")).one()
    run(databases, "DELETE FROM audit_event WHERE chain <> '' AND number = 6")
    assert (report(access).fault, report(access).number) == (LogFault.REMOVED, 6)
    run(databases, "DELETE FROM audit_event WHERE chain <> '' AND number = 11")
    assert (report(access).fault, report(access).number) == (LogFault.BEGINNING, head.first)


def test_a_seal_of_another_chain_is_none(settings_of_log: Settings, databases: Databases, access: Access) -> None:
    """G3: the beginning of one chain does not pass for that of another."""
    expiry.delete_expired(accesses.system(databases), settings_of_log)
    copied = ", ".join(
        f"{name} = (SELECT {name} FROM audit_head WHERE chain = '')"
        for name in ("first_before", "first_key", "first_mac")
    )
    run(databases, f"UPDATE audit_head SET {copied} WHERE chain <> ''")
    assert report(access).fault is LogFault.BEGINNING
