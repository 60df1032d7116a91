"""The server: no client keeps others from being answered, and no process that dies takes another with it."""

from __future__ import annotations

import os
import signal
import socket
import sys
import threading
import urllib.request
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.web.pages import Person, browser, person
from tests.support.web.served import Served, eventually, served
from web import settings
from web.app import create_app, knows_cookie
from web.services.uploads import records, steps
from web.serving import http_server, memory
from web.serving.http_server import BufferingServer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

MANY = 2 * http_server.THREADS
LARGE = 300_000

HALF_A_HEADER = b"POST /anmelden HTTP/1.1\r\nHost: x\r\nContent-"
HALF_A_FORM = b"POST /anmelden HTTP/1.1\r\nHost: x\r\nContent-Length: 60000\r\n\r\nbenutzername="
LONG_ANSWER = b"GET /lang HTTP/1.1\r\nHost: x\r\n\r\n"


class Small:
    """A server with an application of its own, in this process."""

    def __init__(self) -> None:
        self.listening = socket.create_server(("127.0.0.1", 0))
        self.port = self.listening.getsockname()[1]
        self.received: list[tuple[str, int]] = []
        self.opened: list[socket.socket] = []
        self.server = BufferingServer(
            self.application, self.listening, largest=LARGE, is_known=lambda header: "ours" in header
        )
        self.thread = threading.Thread(target=self.server.run, daemon=True)
        self.thread.start()

    def application(self, environ: dict[str, Any], start: Callable[..., Any]) -> list[bytes]:
        """Note the request; answer with as much as no buffer of the system takes."""
        self.received.append((environ.get("CONTENT_LENGTH", ""), len(environ["wsgi.input"].read())))
        start("200 OK", [("Content-Type", "text/plain")])
        return [b"x" * 8_000_000 if environ["PATH_INFO"] == "/lang" else b"there"]

    def connect(self, sent: bytes) -> socket.socket:
        """Return a connection on which something was sent."""
        made = socket.socket()
        self.opened.append(made)
        made.settimeout(60)
        made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        made.connect(("127.0.0.1", self.port))
        made.sendall(sent)
        return made

    def answer(self) -> bytes:
        """Return the answer to another visitor."""
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/", timeout=30) as answer:
            return answer.read()


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> Iterator[Small]:
    made = Small()
    yield made
    monkeypatch.setattr(made.server, "maintenance", lambda _: (_ for _ in ()).throw(SystemExit))
    made.server.next_channel_cleanup = 0
    made.server.pull_trigger()
    made.thread.join(10)
    for one in made.opened:
        one.close()


@pytest.mark.parametrize("sent", [b"", HALF_A_HEADER, HALF_A_FORM, LONG_ANSWER])
def test_clients_that_stall_cost_no_thread(sent: bytes, small: Small) -> None:
    """X3: twice as many as there are threads, and the next visitor is answered."""
    for _ in range(MANY):
        small.connect(sent)
    assert small.answer() == b"there"


@pytest.mark.parametrize("sent", [b"", HALF_A_HEADER, HALF_A_FORM, LONG_ANSWER])
def test_clients_that_stall_are_let_go(sent: bytes, small: Small, monkeypatch: pytest.MonkeyPatch) -> None:
    """X3: a connection that nothing moves on does not stay for ever."""
    monkeypatch.setattr(http_server, "GRACE_SECONDS", 0.5)
    small.connect(sent)
    assert eventually(lambda: not small.server.active_channels)


def test_a_byte_now_and_then_is_no_pace(small: Small, monkeypatch: pytest.MonkeyPatch) -> None:
    """X3: what counts is the time of the whole request, not that of the last byte."""
    monkeypatch.setattr(http_server, "GRACE_SECONDS", 1.0)
    trickling = small.connect(HALF_A_FORM)

    def closed() -> bool:
        try:
            trickling.sendall(b"a")
        except OSError:
            return True
        return False

    assert eventually(closed)


def test_who_keeps_the_pace_is_not_cut_off(small: Small, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http_server, "GRACE_SECONDS", 0.2)
    monkeypatch.setattr(http_server, "PACE", 1000)
    steady = small.connect(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 6000\r\n\r\n")
    wait = threading.Event()
    for _ in range(6):
        steady.sendall(b"a" * 1000)
        wait.wait(0.3)
    assert steady.recv(100).startswith(b"HTTP/1.1 200")
    assert small.received == [("6000", 6000)]


def test_idle_connections_are_let_go(small: Small, monkeypatch: pytest.MonkeyPatch) -> None:
    """X3: also those that once asked for something."""
    idle = small.connect(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
    assert idle.recv(100).startswith(b"HTTP/1.1 200")
    monkeypatch.setattr(http_server, "IDLE_SECONDS", 0.5)
    assert eventually(lambda: not small.server.active_channels)


@pytest.mark.parametrize(
    ("cookie", "length", "received"),
    [
        ("", http_server.STRANGERS_BYTES + 1, 0),
        ("", 1000, 1000),
        ("ours", http_server.STRANGERS_BYTES + 1, http_server.STRANGERS_BYTES + 1),
        ("ours", LARGE + http_server.AROUND_FILES + 1, 0),
    ],
)
def test_only_who_is_signed_in_may_send_much(cookie: str, length: int, received: int, small: Small) -> None:
    """X3, X4: what is too long is not taken in; the application hears of its length alone."""
    head = f"POST / HTTP/1.1\r\nHost: x\r\nCookie: {cookie}\r\nContent-Length: {length}\r\n\r\n".encode()
    sender = small.connect(head)
    if received:
        sender.sendall(b"a" * length)
    assert sender.recv(100).startswith(b"HTTP/1.1 200")
    assert small.received == [(str(length), received)]


def test_a_body_in_pieces_ends_at_the_same_limit(small: Small) -> None:
    """X3: without a length at the beginning, too."""
    sender = small.connect(b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n")
    piece = b"1000\r\n" + b"a" * 4096 + b"\r\n"
    sender.sendall(piece * (http_server.STRANGERS_BYTES // 4096 + 1))
    assert sender.recv(100).startswith(b"HTTP/1.1 200")
    assert small.received[0][1] == 0


def test_the_server_knows_its_own_cookies(ben: Person) -> None:
    """X3: signed by this installation, for somebody who gave a password; no database is asked."""
    name = ben.app.config["SESSION_COOKIE_NAME"]
    stranger = browser(ben.app)
    stranger.get("/anmelden")
    of_stranger = stranger.get_cookie(name)
    assert of_stranger
    assert not knows_cookie(ben.app, f"{name}={of_stranger.value}")
    client = ben.first_sign_in()
    value = client.get_cookie(name).value
    assert knows_cookie(ben.app, f"a=b; {name}={value}")
    assert not knows_cookie(ben.app, f"{name}={value[:-2]}")
    assert not knows_cookie(ben.app, "")


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The application with its processes, and little patience."""
    before = (
        "from web.serving import http_server, memory\nhttp_server.GRACE_SECONDS = 3.0\n"
        "import importers; look = importers.look\n"
        "def greedy(files, **named):\n"
        "    return bytearray(memory.available() * 6 // 10) if files[0][0] == 'gross.csv' else look(files, **named)\n"
        "importers.look = greedy\n"
    )
    with served(tmp_path_factory.mktemp("served"), before) as made:
        yield made


@pytest.mark.skipif(sys.platform != "linux", reason="limits as Linux has them")
def test_a_job_that_needs_too_much_memory_fails_by_itself(running: Served) -> None:
    """X4: its upload is given up, the worker lives and reads the next one."""
    assert eventually(lambda: running.children().keys() == {"worker", "pages"})
    worker = running.children()["worker"]
    who = person(create_app(settings.embedded(running.folder)), "erna", "Träger", "Haus")
    states = {}
    for name in ("gross.csv", "klein.csv"):
        upload_id = steps.start(who.access, who.services.settings, home_id=who.home_id, files=[(name, b"PK\x03")])
        who.services.jobs.enqueue(upload_id, records.WAITING)
        assert eventually(lambda upload_id=upload_id: who.state(upload_id) not in records.MOVING)
        states[name] = who.state(upload_id)
    who.services.databases.close()
    who.services.jobs.close()
    assert states == {"gross.csv": records.ABORTED, "klein.csv": records.ASKING}
    assert running.children()["worker"] == worker


def test_the_served_application_outlasts_slow_strangers(running: Served) -> None:
    """X3: the attack that once stopped it, with more of everything."""
    for sent in (HALF_A_FORM.replace(b"60000", b"500000"), HALF_A_FORM, HALF_A_HEADER, b""):
        with ExitStack() as stalling:
            for _ in range(MANY):
                stalling.enter_context(running.connect(sent))
            assert running.answers()
            assert running.answers("/anmelden")


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
@pytest.mark.parametrize("dies", ["worker", "pages"])
def test_a_process_that_is_killed_is_started_anew_and_the_other_goes_on(dies: str, running: Served) -> None:
    """X4: as where the system runs out of memory."""
    assert eventually(lambda: running.children().keys() == {"worker", "pages"})
    before = running.children()
    os.kill(before[dies], signal.SIGKILL)
    if dies == "worker":
        assert running.answers(timeout=10)
    (lives,) = {"worker", "pages"} - {dies}

    def both_again() -> bool:
        now = running.children()
        return len(now) == 2 and now[dies] != before[dies] and now[lives] == before[lives]

    assert eventually(both_again)
    assert eventually(running.answers)


@pytest.mark.skipif(sys.platform != "linux", reason="limits as Linux has them")
def test_memory_of_pages_and_worker_is_limited(running: Served) -> None:
    """X4: together they stay below what the machine has."""
    assert eventually(lambda: running.children().keys() == {"worker", "pages"})
    limits = {}
    for name, number in running.children().items():
        lines = Path(f"/proc/{number}/limits").read_text("ascii").splitlines()
        (line,) = [line for line in lines if line.startswith("Max data size")]
        limits[name] = int(line.split()[3])
    whole = memory.available()
    assert whole
    assert limits["pages"] < limits["worker"]
    assert sum(limits.values()) < whole
