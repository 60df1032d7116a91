"""The application as it is served: processes, sockets, and clients that behave badly."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ROOT = Path(__file__).parents[3]
PATIENCE = 120
"""Seconds: on a cold machine, reading the libraries alone may take half a minute."""

SCRIPT = """
import sys
from pathlib import Path
from web import serve, settings
{before}
if __name__ == "__main__":
    installation = settings.embedded(Path(sys.argv[1]))
    serve.prepare(installation, "127.0.0.1")
    serve.serve(installation, port=int(sys.argv[2]))
"""


def free_port() -> int:
    """Return a port nobody listens on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


def eventually(holds: Callable[[], object]) -> bool:
    """Return whether something comes to hold."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        if holds():
            return True
        time.sleep(0.1)
    return False


@dataclass
class Served:
    """A running application."""

    folder: Path
    port: int
    process: subprocess.Popen[bytes]

    def answers(self, path: str = "/bereit", timeout: float = 30) -> bool:
        """Return whether a page is there."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=timeout) as answer:
                return answer.status == 200
        except OSError:
            return False

    def children(self) -> dict[str, int]:
        """Return name of a process of the application -> its number, once both are under way; Linux alone."""
        listed = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text("ascii").split()
        known = {}
        for number in map(int, listed):
            with suppress(OSError):  # it may just be ending
                if "spawn_main" in Path(f"/proc/{number}/cmdline").read_text("utf-8"):
                    ends_first = Path(f"/proc/{number}/oom_score_adj").read_text("ascii").strip() == "500"
                    known["worker" if ends_first else "pages"] = number
        return known

    def connect(self, sent: bytes) -> socket.socket:
        """Return a connection on which something was sent."""
        made = socket.create_connection(("127.0.0.1", self.port), timeout=60)
        made.sendall(sent)
        return made


@contextmanager
def served(folder: Path, before: str = "") -> Iterator[Served]:
    """Serve an installation in a folder; ``before`` is Python that every process runs first."""
    script = folder / "served.py"
    script.write_text(SCRIPT.format(before=before), encoding="utf-8")
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, str(script), str(folder), str(port)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        start_new_session=True,
        stderr=subprocess.DEVNULL,
    )
    running = Served(folder, port, process)
    try:
        assert eventually(lambda: running.answers() or process.poll() is not None)
        assert process.poll() is None, "the server ended without a signal"
        yield running
    finally:
        process.terminate()
        try:
            process.wait(timeout=60)
        finally:
            process.kill()
            process.wait()
