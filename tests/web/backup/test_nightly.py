"""Every night a backup: made late rather than never, tried again, and somebody is told by mail and webhook."""

from __future__ import annotations

import json
import shutil
import socketserver
import threading
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.web import access as accesses
from tests.support.web import backups, workbooks
from web import jobs
from web.backup import create
from web.backup.keys import keys_of
from web.backup.ledger import DeletionLedger, LedgerEntry, open_ledger
from web.backup.targets.folder import FolderTarget
from web.backup_settings import AlarmSettings
from web.services import alarms, clock
from web.services.backups import nightly, overview
from web.services.backups.nightly import NightlyBackups, is_due
from web.services.backups.overview import TargetState
from web.services.clock import BERLIN
from web.services.uploads.removal import discarded

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.support.web.pages import Person
    from web.settings import Settings

NIGHT = datetime(2026, 11, 29, 2, 0, tzinfo=BERLIN)


class Clock:
    """A time that tests move."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = NIGHT
        monkeypatch.setattr(clock, "now", lambda: self.now)

    def on(self, **span: float) -> None:
        self.now += timedelta(**span)


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """The time, which begins at two in the morning."""
    return Clock(monkeypatch)


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    """What somebody was told."""
    sent: list[tuple[str, str]] = []
    monkeypatch.setattr(alarms, "is_configured", lambda _: True)
    monkeypatch.setattr(alarms, "send", lambda _, subject, text: bool(sent.append((subject, text))) or True)
    return sent


def look(who: Person, settings: Settings) -> None:
    NightlyBackups(who.system, settings, who.services.jobs.queue).look()


def made(settings: Settings) -> list[datetime]:
    state = overview.state_of(settings, settings.backup.targets[0], "")
    assert not state.problem
    return [one.moment for one in state.backups if one.good]


@pytest.mark.parametrize(
    ("last", "now", "due"),
    [
        (None, NIGHT, True),
        (NIGHT, NIGHT + timedelta(hours=23, minutes=59), False),
        (NIGHT, NIGHT + timedelta(days=1), True),
        (NIGHT - timedelta(minutes=1), NIGHT, True),
        (NIGHT - timedelta(minutes=1), NIGHT - timedelta(seconds=30), False),
        (NIGHT - timedelta(days=20), NIGHT + timedelta(hours=9), True),
        (datetime(2026, 10, 24, 2, 0, tzinfo=BERLIN), datetime(2026, 10, 25, 2, 0, tzinfo=BERLIN), True),
        (datetime(2026, 3, 28, 2, 0, tzinfo=BERLIN), datetime(2026, 3, 29, 4, 0, tzinfo=BERLIN), True),
    ],
)
def test_a_backup_is_due_once_a_day(ben: Person, last: datetime | None, now: datetime, *, due: bool) -> None:
    """T13: also where the machine was off at night, and on the days the clock is changed."""
    newest = None
    if last is not None:
        newest = type("Stored", (), {"moment": last})()
    assert is_due(ben.services.settings, TargetState("x", newest=newest), now) is due


def test_every_night_one_and_old_ones_go(ben: Person, at: Clock, tmp_path: Path) -> None:
    """T13, I1: the worker makes it when it is due, and not again before the next night."""
    settings = backups.with_target(ben.services.settings, tmp_path / "target")
    for _ in range(3):
        for _ in range(4):
            look(ben, settings)
            at.on(hours=6)
    assert [one.astimezone(BERLIN).day for one in made(settings)] == [1, 30, 29]
    at.on(days=400)
    look(ben, settings)
    assert len(made(settings)) == 1


def test_a_failed_backup_is_tried_again_and_somebody_is_told(
    ben: Person, at: Clock, told: list[tuple[str, str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """T13: after ten minutes, then later and later; after three failures an alarm, one a day, and an all-clear."""
    settings = backups.with_target(ben.services.settings, tmp_path / "target")
    tries: list[datetime] = []

    def fail(*_: Any, **__: Any) -> None:
        tries.append(at.now)
        raise OSError("disk on fire at /geheim/quast")

    with monkeypatch.context() as broken:
        broken.setattr(create, "create", fail)
        for _ in range(26 * 60 // 10):
            look(ben, settings)
            at.on(minutes=10)
    gaps = [(later - earlier).total_seconds() / 60 for earlier, later in pairwise(tries)]
    assert gaps[:5] == [10, 20, 40, 60, 60]
    assert len(told) == 2, "the first time and a day later"
    assert "keine neue Sicherung" in told[0][0]
    assert "Letzte gute Sicherung: keine" in told[0][1]
    assert "Fehlgeschlagene Versuche seitdem: 3" in told[0][1]
    assert "quast" not in told[0][1], "the text of a foreign error may say anything"
    at.on(hours=1)
    look(ben, settings)
    assert len(made(settings)) == 1
    assert "gelingt wieder" in told[2][0]
    at.on(hours=1)
    look(ben, settings)
    assert len(told) == 3


def test_a_target_that_is_gone_is_an_alarm_when_the_last_good_backup_gets_old(
    ben: Person, at: Clock, told: list[tuple[str, str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """T13: the age of the last good backup counts, whatever the reason, even if nothing ever seems to fail."""
    settings = backups.with_target(ben.services.settings, tmp_path / "target")
    look(ben, settings)
    at.on(hours=10)
    look(ben, settings)
    assert told == []
    monkeypatch.setattr(nightly, "is_due", lambda *_: False)
    at.on(hours=19.5)
    look(ben, settings)
    assert told == []
    at.on(hours=1)
    look(ben, settings)
    assert len(told) == 1
    assert "Letzte gute Sicherung: 29.11.2026, 02:00 Uhr" in told[0][1]
    shutil.rmtree(tmp_path / "target")
    for _ in range(30):
        at.on(hours=1)
        look(ben, settings)
    assert len(told) == 2
    assert "gibt es nicht" in told[1][1]


def test_an_empty_installation_is_not_backed_up(settings: Settings, tmp_path: Path, told: list[Any]) -> None:
    """T13: a new machine waits for its restore without an alarm, and without a backup of nothing."""
    settings = backups.with_target(settings, tmp_path / "target")
    databases = jobs.connect(settings)
    waiting = jobs.make(settings, databases)
    NightlyBackups(accesses.system(databases), settings, waiting.queue).look()
    assert (made(settings), told) == ([], [])
    waiting.close()
    databases.close()


def test_the_ledger_follows_within_the_minute(ben: Person, at: Clock, tmp_path: Path) -> None:
    """H5: between two backups the copy of the ledger beside them gets every deletion."""
    settings = backups.with_target(ben.services.settings, tmp_path / "target")
    look(ben, settings)
    upload_id = ben.read_in(workbooks.workbook(Mitarbeitende=workbooks.STAFF), store=False)
    discarded.discard(ben.access, settings, upload_id)
    at.on(minutes=1)
    look(ben, settings)
    assert [path.name[-15:] for path in (tmp_path / "target").glob("ledger-*-0*")] == ["00000001.sealed"]
    state = overview.state_of(settings, settings.backup.targets[0], overview.reference_of(ben.system))
    assert state.ledger_until == at.now.replace(microsecond=0)


def test_a_ledger_that_was_continued_elsewhere_is_an_alarm(
    ben: Person, at: Clock, told: list[tuple[str, str]], tmp_path: Path
) -> None:
    """H5: two machines as one installation; backups go on, but somebody has to know."""
    settings = backups.with_target(ben.services.settings, tmp_path / "target")
    look(ben, settings)
    reference, keys = overview.reference_of(ben.system), keys_of(settings)
    entry = LedgerEntry("datenlieferung", "a", "b", "c", "d")
    open_ledger(settings, keys, reference).append([entry], at.now)
    DeletionLedger(FolderTarget(str(tmp_path / "target")), keys, reference).append([entry], at.now)
    for _ in range(4):
        at.on(minutes=61)
        look(ben, settings)
    assert len(told) == 1
    assert "verschieden weitergeführt" in told[0][1]
    assert len(made(settings)) == 1


def test_the_worker_looks_in_a_thread_of_its_own(ben: Person, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """T13: a slow target keeps nobody's upload waiting, and two looks never run at once."""
    settings = backups.with_target(ben.services.settings, tmp_path / "target")
    entered, go_on, looks = threading.Event(), threading.Event(), []

    def slow(self: NightlyBackups) -> None:
        looks.append(self)
        entered.set()
        assert go_on.wait(10)

    monkeypatch.setattr(NightlyBackups, "look", slow)
    waiting = jobs.make(settings, ben.services.databases)
    task = next(one for one in waiting.queue._registry.periodic_tasks if one.name == "back-up")
    task.execute()
    assert entered.wait(10)
    task.execute()
    go_on.set()
    for thread in threading.enumerate():
        if thread.name == "backup":
            thread.join(10)
    assert len(looks) == 1
    task.execute()
    for thread in threading.enumerate():
        if thread.name == "backup":
            thread.join(10)
    assert len(looks) == 2
    waiting.close()


class Mails(socketserver.StreamRequestHandler):
    """A mail server for one connection; what it received is kept by the server."""

    def handle(self) -> None:
        self.wfile.write(b"220 here\r\n")
        data = False
        for line in self.rfile:
            self.server.lines.append(line.decode().rstrip("\r\n"))
            if data:
                data = line != b".\r\n"
                if not data:
                    self.wfile.write(b"250 ok\r\n")
            elif line.upper().startswith(b"DATA"):
                data = True
                self.wfile.write(b"354 go on\r\n")
            elif line.upper().startswith(b"QUIT"):
                self.wfile.write(b"221 bye\r\n")
                return
            else:
                self.wfile.write(b"250 ok\r\n")


class Hook(BaseHTTPRequestHandler):
    """A webhook that answers as its server says."""

    def do_POST(self) -> None:
        self.server.lines.append(self.rfile.read(int(self.headers["Content-Length"])).decode())
        self.send_response(self.server.answer)
        if self.server.answer == 302:
            self.send_header("Location", "http://127.0.0.1:1/")
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        pass


@contextmanager
def serving(server: Any) -> Iterator[tuple[int, list[str]]]:
    server.lines = []
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield server.server_address[1], server.lines
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_mail_and_webhook_arrive(ben: Person) -> None:
    """T13: both ways, with umlauts, and without anything about a person."""
    mail, hook = socketserver.TCPServer(("127.0.0.1", 0), Mails), HTTPServer(("127.0.0.1", 0), Hook)
    hook.answer = 204
    with serving(mail) as (mail_port, mails), serving(hook) as (hook_port, posts):
        alarm = AlarmSettings(
            ("it@example.org", "pdl@example.org"),
            "pebem@example.org",
            f"smtp://localhost:{mail_port}",
            "",
            f"http://127.0.0.1:{hook_port}/hook",
        )
        settings = replace(ben.services.settings, alarm=alarm)
        assert alarms.is_configured(settings)
        assert alarms.send(settings, "Sicherung fällt aus", "Bitte prüfen.\n")
        hook.answer = 302
        assert alarms.send(settings, "Noch einmal", "x"), "the mail arrived"
        assert not alarms.send(replace(settings, alarm=replace(alarm, mail=())), "Nur der Webhook", "x")
    assert [line for line in mails if line.startswith("rcpt TO")][:2] == [
        "rcpt TO:<it@example.org>",
        "rcpt TO:<pdl@example.org>",
    ]
    assert "Subject: Sicherung =?utf-8?q?f=C3=A4llt?= aus" in mails
    told = json.loads(posts[0])
    assert (told["subject"], told["text"]) == ("Sicherung fällt aus", "Bitte prüfen.\n")
    assert set(told) == {"program", "installation", "subject", "text", "at"}


def test_nobody_to_tell_is_no_error(ben: Person) -> None:
    assert not alarms.is_configured(ben.services.settings)
    assert not alarms.send(ben.services.settings, "x", "y")
