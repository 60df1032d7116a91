"""Readers that open what may be hostile in a process of its own, with limits on memory and time.

A process that is killed, runs out of memory or never ends costs one file and one clear sentence.
"""

from __future__ import annotations

import pickle
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from importers.findings import PasswordNeededError, UnreadableError

if TYPE_CHECKING:
    from importers.files.sandbox.page import SandboxPage

_ROOM: Final = Path(__file__).parents[2]
_START: Final = (
    # The package itself would load numpy, pandas and the rulebook: half a second for nothing.
    "import sys, types; room = types.ModuleType('importers'); room.__path__ = [sys.argv[1]]; "
    "sys.modules['importers'] = room; from importers.files.sandbox.child import main; main()"
)
_SECONDS: Final = 20.0
_SECONDS_A_BYTE: Final = 5 / 2**20
"""Processor time; clock time may be three times as long."""


def sheets(name: str, data: bytes, kind: str, *, hidden: bool, password: str | None) -> list[SandboxPage]:
    """Return the sheets of an xls, xlsb or ods file; hidden ones are empty unless ``hidden``.

    Raises
    ------
    PasswordNeededError
        If the file is encrypted and the password is missing or another one.
    UnreadableError
        If it cannot be read within the limits.
    """
    found: list[SandboxPage] = _run("sheets", name, data, kind=kind, hidden=hidden, password=password)
    return found


def tables(name: str, data: bytes) -> list[SandboxPage]:
    """Return the tables of an HTML page.

    Raises
    ------
    UnreadableError
        If it cannot be read within the limits.
    """
    found: list[SandboxPage] = _run("tables", name, data)
    return found


def unlocked(name: str, data: bytes, password: str | None) -> bytes:
    """Return the xlsx or xlsb file inside an encrypted one.

    Raises
    ------
    PasswordNeededError
        If there is no password or it does not fit.
    UnreadableError
        If the kind of encryption is not known, or it would take too long.
    """
    plain: bytes = _run("unlocked", name, data, password=password)
    return plain


def _run(task: str, name: str, data: bytes, **arguments: Any) -> Any:
    seconds = _SECONDS + _SECONDS_A_BYTE * len(data)
    try:
        done = subprocess.run(  # noqa: S603 - our own program
            [sys.executable, "-I", "-c", _START, str(_ROOM)],
            input=pickle.dumps((task, seconds, name, data, arguments)),
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,  # what a reader says when it breaks off may quote cells
            timeout=3 * seconds,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise _too_much(name) from error
    if done.returncode or not done.stdout:
        raise _too_much(name)
    outcome, value = pickle.loads(done.stdout)  # noqa: S301 - written by our own program
    if outcome == "refused":
        raise UnreadableError(value)
    if outcome == "password":
        raise PasswordNeededError(name, wrong=value)
    return value


def _too_much(name: str) -> UnreadableError:
    return UnreadableError(
        f"Die Datei „{name}“ ist beschädigt oder zu groß: Das Lesen wurde abgebrochen. "
        "Bitte speichern Sie sie in Excel neu als „.xlsx“ oder teilen Sie sie."
    )
