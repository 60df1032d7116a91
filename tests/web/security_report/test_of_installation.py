"""What the report finds at the installation: each check by a fault that it has to find, and without it."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import make_url, text

from tests.support.web import backups, workbooks
from tests.support.web.installations import POSTGRES
from tests.support.web.log_chains import run
from tests.support.web.pages import person
from web.backup_settings import AlarmSettings
from web.security_report import parts, report
from web.security_report.inspection import Inspection
from web.security_report.report import IN_ORDER, TO_DO, UNKNOWN
from web.services import audit, clock
from web.services.backups import nightly as backups_at_night
from web.services.log.watch import LogWatch
from web.services.retention import nightly as deletions
from web.serving.installation_checks import CheckResult
from web.store.databases import make_engine

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.web.pages import Person
    from web.settings import Settings


def inspection(who: Person, *, thorough: bool = True, **changes: Any) -> Inspection:
    """Return what is looked at for a person's operator."""
    settings = changes.pop("settings", who.services.settings)
    queue = who.services.jobs.queue
    made = Inspection(settings, who.system, [("", who.access)], queue, who.app.config, thorough)
    return replace(made, **changes)


def here(who: Person, name: str, **how: Any) -> str:
    """Return how it stands with what a check looks at."""
    rows, check = report.INSTALLATION.checks[name]
    found = [CheckResult(name, rows, *one) for one in check(inspection(who, **how))]
    assert found, name
    assert all(one.remedy for one in found if report.here([one]) == TO_DO)
    return report.here(found)


def changed(who: Person, *statements: str) -> None:
    """Do something to the work database, as its owner can."""
    engine = make_engine(who.services.settings.database_url)
    with engine.begin() as connection:
        for one in statements:
            connection.execute(text(one))
    engine.dispose()


def test_cookies(ben: Person) -> None:
    """F2: what the pages are configured with, not what the source says."""
    assert here(ben, "cookies") == IN_ORDER
    assert here(ben, "cookies", config={**ben.app.config, "SESSION_COOKIE_HTTPONLY": False}) == TO_DO
    public = replace(ben.services.settings, public_url="https://pebem.example.org")
    assert here(ben, "cookies", settings=public) == TO_DO, "not secure, and not bound to the host"


@pytest.mark.parametrize(
    "fault", ["DISABLE ROW LEVEL SECURITY", "NO FORCE ROW LEVEL SECURITY", "", "policy", "BYPASSRLS"]
)
def test_row_security_is_in_force(postgres: Settings, make_app: Any, fault: str) -> None:
    """B3: the tables are asked, and the role they are used with."""
    from web.store import migrate  # noqa: PLC0415

    migrate.upgrade(postgres)
    who = person(make_app(postgres), "anna", "Träger Nord", "Haus am Deich")
    if fault == "policy":
        changed(who, "DROP POLICY of_its_tenant ON staff")
    elif fault == "BYPASSRLS":
        from web.store import row_security  # noqa: PLC0415

        engine = make_engine(make_url(POSTGRES))
        with engine.connect() as connection:
            assert row_security.is_passed(connection), "a superuser passes all policies"
        engine.dispose()
    elif fault:
        changed(who, f"ALTER TABLE staff {fault}")
    assert here(who, "row security") == (TO_DO if fault not in {"", "BYPASSRLS"} else IN_ORDER)


def test_the_log_is_protected_by_the_database(anna: Person) -> None:
    """G3: a trigger that is gone is named."""
    postgres = not anna.services.settings.embedded
    assert here(anna, "log protection") == (TO_DO if postgres else IN_ORDER), "its role owns the log there"
    changed(anna, f"DROP TRIGGER audit_event_stays{' ON audit_event' if postgres else ''}")
    _, check = report.INSTALLATION.checks["log protection"]
    assert any("audit_event_stays" in finding for _, finding, _ in check(inspection(anna)))


def test_the_whole_log_is_verified(ben: Person) -> None:
    """G3: at once for the command, by what the night has shown for the page."""
    ben.first_sign_in()
    assert here(ben, "log") == IN_ORDER
    assert here(ben, "log", thorough=False) == UNKNOWN, "no night has passed"
    watch = LogWatch(ben.system, ben.services.settings, ben.services.jobs.queue)
    watch.nightly()
    assert here(ben, "log", thorough=False) == IN_ORDER
    run(ben.services.databases, "UPDATE audit_event SET reason = 'anders' WHERE number = 2")
    assert here(ben, "log") == TO_DO
    assert here(ben, "log", thorough=False) == IN_ORDER, "of last night"
    watch.nightly()
    assert here(ben, "log", thorough=False) == TO_DO


def test_a_log_without_anchors_outside_is_told(ben: Person) -> None:
    """G3: the folder beside the database is gone, and with it what shows that an end was cut off."""
    ben.first_sign_in()
    for anchor in (ben.services.settings.home / "log").glob("*.json"):
        anchor.unlink()
    assert here(ben, "log") == TO_DO


def test_nights_that_do_not_come_are_told(ben: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    """H2, G3: the worker stopped: nothing is verified and deleted any more."""
    notes = ben.services.jobs.queue
    assert here(ben, "retention") == UNKNOWN
    LogWatch(ben.system, ben.services.settings, notes).nightly()
    deletions.look(ben.system, ben.services.settings, notes)
    assert (here(ben, "retention"), here(ben, "log", thorough=False)) == (IN_ORDER, IN_ORDER)
    real, today = clock.now, clock.today()
    monkeypatch.setattr(clock, "now", lambda: real() + timedelta(days=3))
    monkeypatch.setattr(clock, "today", lambda: today + timedelta(days=3))
    assert (here(ben, "retention"), here(ben, "log", thorough=False)) == (TO_DO, TO_DO)


def test_what_failed_and_who_is_told(ben: Person) -> None:
    """I3: entries and deletions that failed; and whether an alarm reaches anybody."""
    assert (here(ben, "log troubles"), here(ben, "alarms")) == (IN_ORDER, TO_DO)
    ben.services.databases.log.anchors.note_trouble("Löschen: Protokoll")
    told = replace(ben.services.settings, alarm=AlarmSettings(webhook="https://alarm.example.org"))
    assert (here(ben, "log troubles"), here(ben, "alarms", settings=told)) == (TO_DO, IN_ORDER)


def test_backups_are_there_and_not_too_old(ben: Person, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """T13, I1: at each target, for the command; for the page what the worker saw there."""
    notes = ben.services.jobs.queue
    assert here(ben, "backups") == TO_DO, "no target"
    settings = backups.with_target(ben.services.settings, tmp_path / "target")
    assert here(ben, "backups", settings=settings) == TO_DO, "none was made"
    assert here(ben, "backups", settings=settings, thorough=False) == UNKNOWN
    nightly = backups_at_night.NightlyBackups(ben.system, settings, notes)
    nightly.look()
    assert here(ben, "backups", settings=settings) == IN_ORDER
    assert here(ben, "backups", settings=settings, thorough=False) == IN_ORDER
    gone = replace(settings, backup=replace(settings.backup, targets=(str(tmp_path / "gone"),)))
    assert here(ben, "backups", settings=gone) == TO_DO
    real = clock.now
    monkeypatch.setattr(clock, "now", lambda: real() + timedelta(hours=31))
    assert here(ben, "backups", settings=settings) == TO_DO
    assert here(ben, "backups", settings=settings, thorough=False) == TO_DO


def test_restores_are_rehearsed(ben: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    """I2: once in a quarter, and the last one has to have worked."""

    def rehearsed(result: str) -> None:
        with ben.system.writing.begin() as session:
            audit.record(session, ben.system, "sicherung.probe", result=result)

    assert here(ben, "rehearsal") == TO_DO
    rehearsed("fehler")
    assert here(ben, "rehearsal") == TO_DO
    rehearsed("ok")
    assert here(ben, "rehearsal") == IN_ORDER
    real = clock.now
    monkeypatch.setattr(clock, "now", lambda: real() + timedelta(days=101))
    assert here(ben, "rehearsal") == TO_DO


def test_former_keys_that_are_still_needed(ben: Person) -> None:
    """E3: a rotation was not made after a key was changed."""
    ben.first_sign_in()
    assert here(ben, "keys of settings") == IN_ORDER
    old = ben.services.settings
    new = replace(old, secret_key="y3" + old.secret_key[::-1], former_secret_keys=(old.secret_key,))
    assert here(ben, "keys of settings", settings=new) == TO_DO


def test_the_list_of_parts_is_there_and_right(ben: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    """F11: beside the installation, and of what is installed."""
    monkeypatch.setattr(parts, "_BUILT", ben.services.settings.home / "nowhere.json")
    assert here(ben, "parts") == TO_DO
    path = ben.services.settings.home / parts.BILL

    def write(version: str) -> None:
        flask = {"name": "Flask", "version": version, "purl": f"pkg:pypi/flask@{version}"}
        path.write_text(json.dumps({"components": [flask, {"name": "htmx", "version": "1", "purl": "pkg:npm/htmx"}]}))

    write(parts._installed("Flask") or "")
    assert here(ben, "parts") == IN_ORDER
    write("0.1")
    assert here(ben, "parts") == TO_DO
    path.write_text("[]")
    assert here(ben, "parts") == TO_DO
    assert here(ben, "versions") == IN_ORDER


def test_a_vault_that_does_not_answer_keeps_no_other_check(ben: Person) -> None:
    """X10: what depends on it says that it could not be checked, and why."""
    ben.read_in(workbooks.workbook())
    away = replace(ben.services.settings, vault_key="z" + ben.services.settings.vault_key[::-1])
    made = report.make(inspection(ben, settings=away))
    assert len(made.rows) == 86
    assert {one.name for one in made.to_do} >= {"vault", "tenant keys"}
    assert {one.name for one in made.results} >= {*report.INSTALLATION.checks, *report.TENANTS.checks}
