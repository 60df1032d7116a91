"""Somebody is told of many denials, mass exports, a log that fails or was changed, and deletions that fail (I3)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.web import access as accesses
from tests.support.web.log_chains import run, tenant
from web.backup_settings import AlarmSettings
from web.services import alarms, audit, clock
from web.services.log import expiry, watch
from web.services.log.watch import LogWatch
from web.store import log_chain

if TYPE_CHECKING:
    from web.settings import Settings
    from web.store.access import Access
    from web.store.databases import Databases

NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)


class Notes(dict[str, Any]):
    """Notes in memory."""

    def note(self, key: str, value: dict[str, Any] | None) -> None:
        """Set a note."""
        self[key] = value

    def noted(self, key: str) -> dict[str, Any] | None:
        """Return a note."""
        return self.get(key)


class Time:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.now = NOW

    def goes_on(self, **by: float) -> None:
        """Let time pass."""
        self.now += timedelta(**by)


@pytest.fixture
def time(monkeypatch: pytest.MonkeyPatch) -> Time:
    """A clock for the application."""
    made = Time()
    monkeypatch.setattr(clock, "now", lambda: made.now)
    return made


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What somebody was told."""
    found: list[str] = []
    monkeypatch.setattr(alarms, "send", lambda _, subject, text: found.append(f"{subject}: {text}") or True)
    return found


@pytest.fixture
def access(databases: Databases) -> Access:
    """An account of an operator."""
    return tenant(databases).for_account(5)


@pytest.fixture
def watching(settings: Settings, databases: Databases) -> LogWatch:
    """The watch of an installation that tells by webhook."""
    told_by = replace(settings, alarm=AlarmSettings(webhook="https://alarm.example.org"))
    return LogWatch(accesses.system(databases), told_by, Notes())


def entries(access: Any, count: int, action: str, result: str = "ok") -> None:
    """Write entries in one transaction."""
    with access.writing.begin() as session:
        for _ in range(count):
            audit.record(session, access, action, result=result)


def test_many_denials_in_a_short_time(access: Access, watching: LogWatch, told: list[str], time: Time) -> None:
    """I3: of one account; not those of a long time, not one too few, and once a day."""
    entries(access, watch.DENIALS - 1, "seite.verweigert", "abgelehnt")
    watching.look()
    time.goes_on(minutes=11)
    entries(access, watch.DENIALS - 1, "seite.verweigert", "abgelehnt")
    entries(access.for_account(6), 1, "seite.verweigert", "abgelehnt")
    entries(access, 50, "anmeldung")
    watching.look()
    assert told == []
    entries(access, 1, "seite.verweigert", "abgelehnt")
    watching.look()
    watching.look()
    (alarm,) = told
    assert "Sehr viele abgelehnte Zugriffe" in alarm
    assert "20 Anmeldungen oder Aufrufe eines Kontos" in alarm
    time.goes_on(hours=25)
    entries(access, watch.DENIALS, "seite.verweigert", "abgelehnt")
    watching.look()
    assert len(told) == 2


def test_many_failed_sign_ins_of_nobody_known(
    databases: Databases, watching: LogWatch, told: list[str], time: Time
) -> None:
    """I3: names that no account has."""
    assert time.now == NOW
    entries(accesses.system(databases), watch.DENIALS, "anmeldung", "abgelehnt")
    watching.look()
    assert "ohne bekanntes Konto" in told[0]


def test_mass_exports(access: Access, watching: LogWatch, told: list[str], time: Time) -> None:
    """I3: of one account within an hour, whatever the tables are called."""
    entries(access, watch.EXPORTS - 1, "home.herunterladen")
    time.goes_on(minutes=61)
    entries(access, watch.EXPORTS - 1, "interventionen.herunterladen")
    watching.look()
    assert told == []
    entries(access, 1, "protokoll.herunterladen")
    watching.look()
    assert "Ein Konto hat in einer Stunde 30 Dateien heruntergeladen" in told[0]
    assert "5" not in told[0].replace("30", ""), "not who: that is in the log"


def test_many_reports_about_persons_are_mass_exports(access: Access, watching: LogWatch, told: list[str]) -> None:
    """I3: whatever leaves as a file counts, also what is not called a download."""
    entries(access, watch.EXPORTS - 1, "person.auskunft")
    watching.look()
    assert told == []
    entries(access, 1, "person.auskunft")
    watching.look()
    assert "Ein Konto hat in einer Stunde 30 Dateien heruntergeladen" in told[0]


def test_an_alarm_that_reached_nobody_is_given_again(
    access: Access, watching: LogWatch, monkeypatch: pytest.MonkeyPatch, time: Time
) -> None:
    """I3: until one way works."""
    assert time.now == NOW
    sent: list[bool] = []
    monkeypatch.setattr(alarms, "send", lambda *_: sent.append(True) or len(sent) > 1)
    entries(access, watch.EXPORTS, "home.herunterladen")
    for _ in range(3):
        watching.look()
    assert len(sent) == 2


def test_an_entry_that_cannot_be_written(
    access: Access, watching: LogWatch, told: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """I3: the action fails with it, and somebody is told, once; what is noted for that lies outside the database."""

    def fail(*_: object) -> None:
        raise OSError("full")

    with monkeypatch.context() as broken:
        broken.setattr(log_chain, "_write_chain", fail)
        with pytest.raises(OSError, match="full"):
            entries(access, 1, "anmeldung")
    watching.look()
    watching.look()
    assert [alarm for alarm in told if "Misslungen: Eintrag im Protokoll" in alarm] == told
    assert len(told) == 1


def test_an_anchor_that_does_not_follow(access: Access, watching: LogWatch, told: list[str]) -> None:
    """I3, G3: the database was put back."""
    entries(access, 3, "anmeldung")
    run(access.databases, "DELETE FROM audit_event", "DELETE FROM audit_head")
    entries(access, 1, "anmeldung")
    watching.look()
    assert "Misslungen: Anker des Protokolls" in told[0]


def test_a_deletion_that_fails(watching: LogWatch, told: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """I3: of the log at night, and whatever else deletes by the clock; the worker goes on."""

    def fail(*_: object) -> None:
        raise OSError

    monkeypatch.setattr(expiry, "delete_expired", fail)
    watching.nightly()
    watching.deleting("Datenlieferungen", fail)
    watching.look()
    assert sorted(one.partition("Misslungen: ")[2].partition(".")[0] for one in told) == [
        "Löschen: Datenlieferungen",
        "Löschen: Protokoll",
    ]


def test_a_changed_log_is_told_at_night(access: Access, watching: LogWatch, told: list[str]) -> None:
    """G3, I3: with the first entry that is wrong."""
    entries(access, 3, "anmeldung")
    watching.nightly()
    assert told == []
    run(access.databases, "UPDATE audit_event SET action = 'abmeldung' WHERE number = 2")
    watching.nightly()
    assert "Eintrag 2 ist verändert" in told[0]
