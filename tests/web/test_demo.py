"""The try-out: a fresh folder becomes an installation with a home, by the same services as an upload."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from tests.support.web import workbooks
from tests.support.web.pages import Person
from web import demo
from web.app import create_app
from web.services.analysis import results

ROOT = Path(__file__).parents[2]


@pytest.fixture
def prepared(tmp_path: Path) -> demo.Demo:
    file = tmp_path / "haus.xlsx"
    file.write_bytes(workbooks.workbook())
    return demo.prepare(tmp_path / "demo", {"Haus Sonnenschein": [file], "Haus Abendrot": [file]})


def test_prepared_homes_have_figures_and_the_user_gets_in(prepared: demo.Demo) -> None:
    app = create_app(prepared.settings)
    who = Person(app, prepared.user_name, prepared.one_time_password, 1)
    page = who.first_sign_in().get("/")
    for home_id in (1, 2):
        result = results.load(who.access, home_id)
        assert result.covered["counted"] == workbooks.COUNTED
    who.services.databases.close()
    who.services.jobs.queue.storage.engine.dispose()
    assert page.status_code == 200
    assert "Haus Abendrot" in page.text
    assert "Haus Sonnenschein" in page.text


def test_a_folder_in_use_is_left_alone(prepared: demo.Demo) -> None:
    with pytest.raises(demo.DemoError, match="leeren Ordner"):
        demo.prepare(prepared.settings.home, {})


def test_unreadable_sample_is_reported(tmp_path: Path) -> None:
    (tmp_path / "haus.xlsx").write_bytes(b"PK no")
    with pytest.raises(demo.DemoError, match=r"haus\.xlsx"):
        demo.prepare(tmp_path / "demo", {"Haus": [tmp_path / "haus.xlsx"]})


@pytest.mark.parametrize(
    "keyboard",
    [False, pytest.param(True, marks=pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc"))],
)
def test_server_answers_and_stops_on_signal(keyboard: bool, tmp_path: Path) -> None:  # noqa: FBT001
    """A1: what a stranger gets over the wire is the sign-in page, with all headers."""
    script = tmp_path / "run.py"
    script.write_text(
        "import sys\nfrom pathlib import Path\nfrom web import serve, settings\n"
        "if __name__ == '__main__':\n    one = settings.embedded(Path(sys.argv[1]))\n"
        "    serve.prepare(one, '127.0.0.1')\n    serve.serve(one, port=int(sys.argv[2]))\n",
        encoding="utf-8",
    )
    port = _free_port()
    command = [sys.executable, str(script), str(tmp_path), str(port)]
    server = subprocess.Popen(command, cwd=ROOT, env=_environment(), start_new_session=True)
    try:
        answer = _first_answer(f"http://127.0.0.1:{port}/", server)
        assert answer.url.endswith("/anmelden")
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
        assert "Wer sind Sie?" in answer.read().decode()
        answer.close()
        if keyboard:
            children = Path(f"/proc/{server.pid}/task/{server.pid}/children").read_text("ascii").split()
            assert any(os.getpgid(int(child)) == int(child) for child in children), "Ctrl-C would reach the pages"
            os.killpg(server.pid, signal.SIGINT)
        else:
            server.terminate()
        assert server.wait(timeout=60) in {0, -signal.SIGTERM}
    finally:
        server.kill()
        server.wait()


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


def _environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(ROOT)}


def _first_answer(address: str, server: subprocess.Popen[bytes]) -> urllib.request.addinfourl:
    until = time.monotonic() + 120  # on a cold machine, reading the libraries alone may take half a minute
    while time.monotonic() < until:
        try:
            return urllib.request.urlopen(address, timeout=5)  # noqa: S310
        except OSError:
            assert server.poll() is None, "the server ended without a signal"
            time.sleep(0.1)
    raise AssertionError("no answer within two minutes")
