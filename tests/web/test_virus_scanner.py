"""A virus scanner of the operator's: asked before anything else, believed, and missed when it is silent."""

from __future__ import annotations

import socket
import struct
import sys
import threading
from dataclasses import replace
from io import BytesIO
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, select

from tests.support.web.pages import Person, person, token
from web import uploaded_files
from web.operation import Operation
from web.security import virus_scanner
from web.security.virus_scanner import ScanError
from web.store import migrate
from web.store.models import Upload

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from flask import Flask

    from web.settings import Settings

BAD = b"X5O!P%@AP - what a scanner knows"


class Daemon:
    """Speaks as ClamAV's daemon does; finds files with a mark in them."""

    def __init__(self, listening: socket.socket) -> None:
        self.listening = listening
        self.seen: list[bytes] = []
        self.answer = ""
        threading.Thread(target=self.run, daemon=True).start()

    def run(self) -> None:
        """Serve until the socket is closed."""
        while True:
            try:
                client, _ = self.listening.accept()
            except OSError:
                return
            with client, client.makefile("rb") as stream:
                assert stream.read(10) == b"zINSTREAM\0"
                content = b""
                while size := struct.unpack("!L", stream.read(4))[0]:
                    content += stream.read(size)
                self.seen.append(content)
                verdict = "Eicar-Test FOUND" if BAD in content else "OK"
                client.sendall((self.answer or f"stream: {verdict}\0").encode())


@pytest.fixture(params=["tcp", "unix"])
def daemon(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[str, Daemon]]:
    """A daemon, and how a setting names it."""
    if request.param == "unix":
        listening = socket.socket(socket.AF_UNIX)
        listening.bind(str(tmp_path / "clamd.ctl"))
        listening.listen()
        place = f"clamd:{tmp_path / 'clamd.ctl'}"
    else:
        listening = socket.create_server(("127.0.0.1", 0))
        place = f"clamd:127.0.0.1:{listening.getsockname()[1]}"
    yield place, Daemon(listening)
    listening.shutdown(socket.SHUT_RDWR)
    listening.close()


def test_the_daemon_is_asked_about_each_file(daemon: tuple[str, Daemon], monkeypatch: pytest.MonkeyPatch) -> None:
    """F4: in pieces, the whole content; the first that is infected is refused by name."""
    place, asked = daemon
    monkeypatch.setattr(virus_scanner, "PIECE", 7)
    files = [("a.csv", b"eins"), ("leer.csv", b""), ("b.csv", b"zwei" + BAD), ("c.csv", b"drei")]
    with pytest.raises(ScanError, match=r"„b\.csv“ für schädlich"):
        virus_scanner.refuse_infected(Operation(virus_scanner=place), files)
    assert asked.seen == [b"eins", b"", b"zwei" + BAD]
    virus_scanner.refuse_infected(Operation(virus_scanner=place), files[:2])
    assert virus_scanner.problem(Operation(virus_scanner=place)) == ""


@pytest.mark.parametrize("answer", ["stream: size limit exceeded. ERROR\0", "\0", "stream: OK FOUND\0x", "PONG\0"])
def test_an_answer_that_is_no_verdict_is_none(answer: str, daemon: tuple[str, Daemon]) -> None:
    """F4: what was not looked at is not clean."""
    place, asked = daemon
    asked.answer = answer
    with pytest.raises(ScanError, match="antwortet nicht"):
        virus_scanner.refuse_infected(Operation(virus_scanner=place), [("a.csv", b"eins")])


@pytest.mark.parametrize(
    ("code", "words"), [(0, ""), (1, "für schädlich"), (2, "antwortet nicht"), (127, "antwortet nicht")]
)
def test_a_command_says_it_by_its_end(code: int, words: str) -> None:
    """F4: it gets the content on standard input."""
    program = f"import sys; sys.exit({code} if sys.stdin.buffer.read() == b'eins' else 3)"
    operation = Operation(virus_scanner=f'command:{sys.executable} -c "{program}"')
    if not words:
        virus_scanner.refuse_infected(operation, [("a.csv", b"eins")])
        return
    with pytest.raises(ScanError, match=words):
        virus_scanner.refuse_infected(operation, [("a.csv", b"eins")])


@pytest.mark.parametrize(
    "scanner",
    ["clamd:/gibt/es/nicht", "clamd:127.0.0.1:1", "clamd:127.0.0.1:x", "command:/gibt/es/nicht -", "clamd:", "?"],
)
def test_without_an_answer_the_operator_has_said_what_happens(scanner: str) -> None:
    """F4: refused, unless the setting says otherwise."""
    operation = Operation(virus_scanner=scanner)
    with pytest.raises(ScanError, match="antwortet nicht"):
        virus_scanner.refuse_infected(operation, [("a.csv", b"eins")])
    virus_scanner.refuse_infected(replace(operation, scan_required=False), [("a.csv", b"eins")])
    assert "antwortet nicht" in virus_scanner.problem(operation)


def test_every_way_in_asks_the_scanner(embedded: Settings, make_app: Callable[[Settings], Flask]) -> None:
    """F4: what it refuses leaves nothing behind, on any page that takes files."""
    migrate.upgrade(embedded)
    program = "import sys; sys.exit(b'X5O' in sys.stdin.buffer.read())"
    operation = Operation(virus_scanner=f'command:{sys.executable} -c "{program}"')
    who = person(make_app(replace(embedded, operation=operation)), "dora", "Träger", "Haus")
    client = who.first_sign_in()
    doors = {
        "/daten/": "dateien",
        "/regelwerke/": "datei",
        "/bezeichnungen/einlesen": "datei",
        "/daten/profile/": "datei",
    }
    for path, field in doors.items():
        form = {"csrf_token": token(client.get("/daten/")), field: (BytesIO(BAD), "a.csv")}
        answer = client.post(path, data=form, content_type="multipart/form-data", follow_redirects=True)
        assert "Der Virenscanner hält die Datei „a.csv“ für schädlich" in answer.text, path
    assert _uploads(who) == 0
    form = {"csrf_token": token(client.get("/daten/")), "dateien": (BytesIO(b"Bewohner-Nr\n1\n"), "a.csv")}
    assert client.post("/daten/", data=form, content_type="multipart/form-data").status_code == 302
    assert _uploads(who) == 1


def test_large_files_come_in_by_few_at_a_time(ben: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    """X4: each is in memory several times; who waits too long is told, and a turn is given back whatever happens."""
    monkeypatch.setattr(uploaded_files, "LARGE", 100)
    monkeypatch.setattr(uploaded_files, "PATIENCE", 0.01)
    monkeypatch.setattr(uploaded_files, "_turns", threading.BoundedSemaphore(1))
    client = ben.first_sign_in()

    def send(content: bytes) -> str:
        form = {"csrf_token": token(client.get("/daten/")), "dateien": (BytesIO(content), "a.csv")}
        return client.post("/daten/", data=form, content_type="multipart/form-data", follow_redirects=True).text

    for _ in range(3):
        assert "mehrere große Dateien" not in send(b"Bewohner-Nr\n1\n" * 20)
    assert uploaded_files._turns.acquire(blocking=False)
    assert "mehrere große Dateien" in send(b"Bewohner-Nr\n1\n" * 20)
    uploaded_files._turns.release()
    with monkeypatch.context() as broken:
        broken.setattr("web.services.uploads.steps.start", lambda *_, **__: 1 / 0)
        assert "Das hat nicht geklappt" in send(b"Bewohner-Nr\n1\n" * 20)
    assert uploaded_files._turns.acquire(blocking=False)


def _uploads(who: Person) -> int:
    with who.services.databases.whole.reading() as session:
        return session.scalar(select(func.count()).select_from(Upload)) or 0
