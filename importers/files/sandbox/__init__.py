"""Readers that open what may be hostile in a process of its own, with limits on memory, time and everything else.

A process that is killed, runs out of memory or never ends costs one file and one clear sentence. What it answers is
data that is checked before it is used (X1): a file that takes over its reader can misreport its own content,
and nothing else. The reader gets no environment, no network and no file but the one on its standard input (X5).
"""

from __future__ import annotations

import ctypes
import json
import math
import os
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from threading import Thread, Timer
from typing import IO, TYPE_CHECKING, Any, Final

from importers.files.plain_data import packed, unpacked
from importers.files.sandbox.answer import pages_of
from importers.findings import PasswordNeededError, UnreadableError

if TYPE_CHECKING:
    from importers.files.sandbox.page import SandboxPage

_ROOM: Final = Path(__file__).parents[2]
_START: Final = """
import sys, types
# The packages themselves would load numpy, pandas and the rulebook: half a second for nothing.
for name, folder in (("importers", ""), ("importers.files.sandbox", "/files/sandbox")):
    sys.modules[name] = room = types.ModuleType(name)
    room.__path__ = [sys.argv[1] + folder]
from importers.files.sandbox.child import main
main()
"""
_ENVIRONMENT: Final = {} if os.name != "nt" else {"SYSTEMROOT": os.environ["SYSTEMROOT"]}
"""Windows starts no Python without the path of its own folder."""
_POSSIBLE: Final = {
    "files": "er kann Dateien öffnen",
    "network": "er erreicht das Netz",
    "processes": "er kann Programme starten",
    "memory": "er kann in den Speicher des Programms sehen",
    "environment": "er sieht die Umgebung des Programms",
}
_LAYERS: Final = {
    "user": "kein eigener Namensraum für Benutzer",
    "network": "kein eigener Namensraum für das Netz",
    "limits": "keine Grenzen für Dateien und Prozesse",
    "calls": "kein Filter für Systemaufrufe (seccomp)",
}
_SECONDS: Final = 20.0
_SECONDS_A_BYTE: Final = 5 / 2**20
"""Processor time; clock time may be three times as long."""
_MOST_BYTES: Final = 160 * 2**20
"""Of an answer: codes of the largest sheet take three quarters of it."""
_AT_ONCE: Final = 2**20
_LONGEST: Final = 2_000
"""Characters of a refusal."""


def sheets(name: str, data: bytes, kind: str, *, hidden: bool, password: str | None) -> list[SandboxPage]:
    """Return the sheets of an xls, xlsb or ods file; hidden ones are empty unless ``hidden``.

    Raises
    ------
    PasswordNeededError
        If the file is encrypted and the password is missing or another one.
    UnreadableError
        If it cannot be read within the limits.
    """
    return _pages("sheets", name, data, kind=kind, hidden=hidden, password=password)


def tables(name: str, data: bytes) -> list[SandboxPage]:
    """Return the tables of an HTML page.

    Raises
    ------
    UnreadableError
        If it cannot be read within the limits.
    """
    return _pages("tables", name, data)


def unlocked(name: str, data: bytes, password: str | None) -> bytes:
    """Return the xlsx or xlsb file inside an encrypted one.

    Raises
    ------
    PasswordNeededError
        If there is no password or it does not fit.
    UnreadableError
        If the kind of encryption is not known, or it would take too long.
    """
    value, buffers = _run("unlocked", name, data, password=password)
    if value is not None or len(buffers) != 1:
        raise _too_much(name)
    return bytes(buffers[0])


def missing_protection() -> list[str]:
    """Return what a reader taken over by a file could do here, and which layers are missing; German, for operators."""
    inside = ctypes.create_string_buffer(b"for the attempt alone")
    try:
        _, (answer,) = _run("attempted", "", ctypes.addressof(inside).to_bytes(8, "little"))
        result = json.loads(bytes(answer))
    except UnreadableError:
        return ["er startet nicht"]
    possible = [words for kind, words in _POSSIBLE.items() if kind in result["possible"]]
    return possible + [words for layer, words in _LAYERS.items() if layer not in result["layers"]]


def _pages(task: str, name: str, data: bytes, **arguments: Any) -> list[SandboxPage]:
    value, buffers = _run(task, name, data, **arguments)
    try:
        return pages_of(name, value, buffers)
    except ValueError as error:
        raise _too_much(name) from error


def _run(task: str, name: str, data: bytes, **arguments: Any) -> tuple[Any, list[memoryview]]:
    """Return the result of a task on a file: a JSON value that is not checked yet, and buffers."""
    seconds = _SECONDS + _SECONDS_A_BYTE * len(data)
    answer = _answer(task, seconds, packed([name, arguments], [data]))
    try:
        result, buffers = unpacked(answer)
    except ValueError as error:
        raise _too_much(name) from error
    match result:
        case ["done", value]:
            return value, buffers
        case ["refused", str(why)] if len(why) <= _LONGEST:
            raise UnreadableError(why)
        case ["password", bool(wrong)]:
            raise PasswordNeededError(name, wrong=wrong)
    raise _too_much(name)


def _answer(task: str, seconds: float, request: bytes) -> bytes:
    """Return what the process writes; nothing where it breaks off, takes too long or writes too much."""
    command = [sys.executable, "-I", "-c", _START, str(_ROOM), task, str(math.ceil(seconds))]
    with subprocess.Popen(  # noqa: S603 - our own program
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,  # the last words of a reader that crashes may quote cells
        env=_ENVIRONMENT,
        cwd=Path(sys.executable).anchor,
    ) as child:
        assert child.stdin
        assert child.stdout
        clock, writer = Timer(3 * seconds, child.kill), Thread(target=_write, args=(child.stdin, request), daemon=True)
        clock.start()
        writer.start()
        try:
            pieces, left = [], _MOST_BYTES
            while left >= 0 and (piece := child.stdout.read(_AT_ONCE)):
                pieces.append(piece)
                left -= len(piece)
            if left >= 0 and child.wait() == 0:
                return b"".join(pieces)
        finally:
            child.kill()
            clock.cancel()
            writer.join()
    return b""


def _write(stdin: IO[bytes], request: bytes) -> None:
    with suppress(OSError), stdin:  # it may have ended before it has read all
        stdin.write(request)


def _too_much(name: str) -> UnreadableError:
    return UnreadableError(
        f"Die Datei „{name}“ ist beschädigt oder zu groß: Das Lesen wurde abgebrochen. "
        "Bitte speichern Sie sie in Excel neu als „.xlsx“ oder teilen Sie sie."
    )
