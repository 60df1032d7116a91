"""Guessing is slowed down before a password is even hashed, and hashing never takes all there is."""

from __future__ import annotations

import re
import threading
from datetime import timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import event

from tests.support.web.pages import Person, post, token
from tests.support.web.sign_in import after_password
from web.security import passwords
from web.services import clock, sessions
from web.services.sign_in import delays
from web.services.sign_in.delays import SignInDelays

if TYPE_CHECKING:
    from flask.testing import FlaskClient

STRANGER = "203.0.113.7"


def attempt(client: FlaskClient, name: str, address: str = STRANGER) -> int:
    sent = {"csrf_token": token(client.get("/anmelden")), "benutzername": name, "kennwort": "falsch"}
    return client.post("/anmelden", data=sent, environ_base={"REMOTE_ADDR": address}).status_code


def waits(counted: SignInDelays, attempts: int, name: str = "ben") -> list[int]:
    """Try as often and as soon as possible, and return what each attempt had to wait for."""
    found = []
    for number in range(attempts):
        wait = counted.admit(STRANGER, name.format(number))
        found.append(wait)
        if wait:
            pause(timedelta(seconds=wait))
            assert counted.admit(STRANGER, name.format(number)) == 0
    return found


def pause(time: timedelta) -> None:
    clock.pause += time


@pytest.fixture(autouse=True)
def _time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Time that passes only when a test says so."""
    start = clock.now()
    monkeypatch.setattr(clock, "pause", timedelta(), raising=False)
    monkeypatch.setattr(clock, "now", lambda: start + clock.pause)


def test_waits_grow_by_name_and_address() -> None:
    """A6: some attempts are free, then each wait is longer, up to five minutes."""
    found = waits(SignInDelays(), 17)
    assert found[: delays.FREE_BY_NAME] == [0] * delays.FREE_BY_NAME
    slow = found[delays.FREE_BY_NAME :]
    assert all(before < after for before, after in pairwise(slow[:9]))
    assert slow[-1] == slow[-2] == 301


def test_an_address_waits_whatever_names_it_tries() -> None:
    """A6: one guess for each of many names is slowed down too."""
    found = waits(SignInDelays(), 40, "name {}")
    assert found[: delays.FREE_BY_ADDRESS] == [0] * delays.FREE_BY_ADDRESS
    assert found[-1] == 61


def test_others_do_not_wait_and_a_success_forgets() -> None:
    """A6: a stranger keeps nobody out from another address."""
    counted = SignInDelays()
    for _ in range(delays.FREE_BY_NAME):
        assert counted.admit(STRANGER, "ben") == 0
    assert counted.admit(STRANGER, " BEN ") > 0
    assert counted.admit("198.51.100.1", "ben") == 0
    assert counted.admit(STRANGER, "anna") == 0
    counted.succeeded(STRANGER, "ben")
    assert counted.admit(STRANGER, "ben") == 0
    pause(delays.FORGOTTEN_AFTER)
    assert waits(counted, delays.FREE_BY_NAME) == [0] * delays.FREE_BY_NAME


def test_addresses_of_one_network_are_one() -> None:
    """A6: whoever has one IPv6 address has 2^64 of them."""
    counted = SignInDelays()
    for number in range(delays.FREE_BY_ADDRESS):
        assert counted.admit(f"2001:db8:1:2::{number:x}", f"name {number}") == 0
    assert counted.admit("2001:db8:1:2:ffff::1", "other") > 0
    assert counted.admit("2001:db8:1:3::1", "other") == 0


def test_memory_stays_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """X3: the longest unused are forgotten."""
    monkeypatch.setattr(delays, "MOST_KEPT", 10)
    counted = SignInDelays()
    for number in range(50):
        counted.admit(f"192.0.2.{number}", "x")
    assert len(counted._attempts) == 10


def test_known_and_unknown_names_wait_alike_and_nothing_is_hashed(ben: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    """A6: the same answers in the same order; a refused attempt costs no hash and no entry."""
    hashed: list[str] = []
    real = passwords.matches
    monkeypatch.setattr(passwords, "matches", lambda *said: hashed.append("x") or real(*said))
    client = ben.app.test_client()
    answers = {}
    for name, address in (("ben", "198.51.100.1"), ("nobody", "198.51.100.2")):
        answers[name] = [attempt(client, name, address) for _ in range(7)]
    assert answers["ben"] == answers["nobody"] == [401] * 5 + [429] * 2
    assert len(hashed) == 10
    pause(timedelta(seconds=2))
    assert attempt(client, "nobody", "198.51.100.2") == 401


def test_whoever_waits_is_told_how_long(ben: Person) -> None:
    client = ben.app.test_client()
    for _ in range(5):
        attempt(client, "ben", "127.0.0.1")
    page = post(client, "/anmelden", "/anmelden", benutzername="ben", kennwort="falsch")
    assert page.status_code == 429
    assert int(page.headers["Retry-After"]) == int(re.search(r"warten Sie (\d+) Sekunden", page.text)[1])


def test_unknown_and_known_names_do_the_same_to_the_database(anna: Person) -> None:
    """A6: the same statements in the same order; there is no shorter way that a clock could tell."""
    databases, seen = anna.services.databases, []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        seen.append(re.sub(r"\s+", " ", statement))

    sessions.check_password(anna.system, "nobody", "falsch")  # the first entry of a chain of the log begins it
    event.listen(databases.work, "before_cursor_execute", note)
    ways = []
    for name in ("anna", "nobody"):
        seen.clear()
        assert sessions.check_password(anna.system, name, "falsch") is None
        ways.append([*seen])
    event.remove(databases.work, "before_cursor_execute", note)
    assert ways[0] == ways[1]
    assert sum(one.startswith(("UPDATE account", "INSERT INTO audit_event")) for one in ways[0]) == 2


def test_no_more_passwords_are_hashed_at_once_than_allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    """X3: of a flood some are hashed, some wait, and the rest are refused at once."""
    at_once, most, entered, go = 0, 0, threading.Semaphore(0), threading.Event()
    lock = threading.Lock()

    class Slow:
        def verify(self, *_: str) -> bool:
            nonlocal at_once, most
            with lock:
                at_once += 1
                most = max(most, at_once)
            entered.release()
            go.wait(10)
            with lock:
                at_once -= 1
            return True

    monkeypatch.setattr(passwords, "_HASHER", Slow())
    admitted = passwords.HASHES_AT_ONCE + passwords.MOST_WAITING
    threads = [threading.Thread(target=passwords.matches, args=("stored", "typed")) for _ in range(admitted)]
    for thread in threads:
        thread.start()
    for _ in range(passwords.HASHES_AT_ONCE):
        assert entered.acquire(timeout=10)
    while passwords._admitted._value:
        pass
    with pytest.raises(passwords.HashingBusyError):
        passwords.matches("stored", "typed")
    go.set()
    for thread in threads:
        thread.join(10)
    assert most == passwords.HASHES_AT_ONCE
    assert passwords.matches("stored", "typed")


def test_a_page_says_that_too_many_sign_in(ben: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    """X3: 503 and a time to come back, no error; what was typed counts as no mistake."""

    def busy(*_: str) -> bool:
        raise passwords.HashingBusyError

    with monkeypatch.context() as patched:
        patched.setattr(passwords, "matches", busy)
        page = post(ben.app.test_client(), "/anmelden", "/anmelden", benutzername="ben", kennwort="x")
    assert (page.status_code, page.headers["Retry-After"]) == (503, "5")
    assert "sehr viele" in page.text
    assert after_password(ben).get("/").location == "/anmelden/einrichten"
