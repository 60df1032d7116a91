"""A virus scanner of the operator's looks at files before anything else does (F4).

``PEBEM_VIRUS_SCANNER`` names it in one of three ways:

- ``clamd:/run/clamav/clamd.ctl`` or ``clamd:rechner:3310``: the daemon of ClamAV, by its INSTREAM command;
- ``command:/usr/bin/clamdscan --no-summary -``: any program that reads the file from its standard input and ends
  with 0 for a clean file, 1 for an infected one, and anything else where it could not look.
"""

from __future__ import annotations

import shlex
import socket
import struct
import subprocess
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Final

import structlog

if TYPE_CHECKING:
    from collections.abc import Iterable

    from web.operation import Operation

SECONDS: Final = 120.0
PIECE: Final = 2**18
_LONGEST_ANSWER: Final = 4096
_INFECTED: Final = 1

_log = structlog.get_logger(__name__)


class ScanError(Exception):
    """A file is not taken in: it is infected, or nobody could look. The message is German, for the user."""


class _UnreachableError(Exception):
    """The scanner gave no verdict. The message says why, for the log."""


def refuse_infected(operation: Operation, files: Iterable[tuple[str, bytes]]) -> None:
    """Ask the scanner about each file, by name and content; without a scanner nothing happens.

    Raises
    ------
    ScanError
        For the first file that is infected, or could not be looked at where that is required.
    """
    if not operation.virus_scanner:
        return
    for name, content in files:
        try:
            clean = _is_clean(operation.virus_scanner, content)
        except _UnreachableError as error:
            _log.error("virus scanner gave no answer", why=str(error), required=operation.scan_required)
            if operation.scan_required:
                raise ScanError(
                    "Der Virenscanner antwortet nicht, deshalb wurde nichts angenommen. "
                    "Bitte versuchen Sie es später noch einmal, und geben Sie Ihrer Administration Bescheid."
                ) from error
        else:
            if not clean:
                _log.warning("infected file refused", size=len(content))
                raise ScanError(
                    f"Der Virenscanner hält die Datei „{name}“ für schädlich. Es wurde nichts angenommen. "
                    "Bitte öffnen Sie die Datei nicht, und geben Sie Ihrer Administration Bescheid."
                )


def problem(operation: Operation) -> str:
    """Return what is wrong with the scanner, in one German sentence; "" where it lets a harmless file pass."""
    try:
        clean = _is_clean(operation.virus_scanner, b"Bewohner-Nr;Wohnbereich\n")
    except _UnreachableError as error:
        return f"Der Virenscanner antwortet nicht ({error})."
    return "" if clean else "Der Virenscanner hält auch eine harmlose Datei für schädlich."


def _is_clean(scanner: str, content: bytes) -> bool:
    kind, _, place = scanner.partition(":")
    if kind == "clamd" and place:
        return _ask_clamd(place, content)
    if kind == "command" and place:
        return _ask_command(shlex.split(place), content)
    raise _UnreachableError("PEBEM_VIRUS_SCANNER beginnt weder mit clamd: noch mit command:")


def _ask_clamd(place: str, content: bytes) -> bool:
    try:
        with closing(_connected(place)) as daemon:
            daemon.sendall(b"zINSTREAM\0")
            for start in range(0, len(content), PIECE):
                piece = content[start : start + PIECE]
                daemon.sendall(struct.pack("!L", len(piece)) + piece)
            daemon.sendall(struct.pack("!L", 0))
            answer = b""
            while not answer.endswith(b"\0") and len(answer) < _LONGEST_ANSWER:
                piece = daemon.recv(_LONGEST_ANSWER)
                if not piece:
                    break
                answer += piece
    except (OSError, ValueError) as error:
        raise _UnreachableError(type(error).__name__) from error
    verdict = answer.rstrip(b"\0\n")
    if verdict == b"stream: OK":
        return True
    if verdict.startswith(b"stream: ") and verdict.endswith(b" FOUND"):
        return False
    raise _UnreachableError(verdict.decode("ascii", "replace")[:100] or "keine Antwort")


def _connected(place: str) -> socket.socket:
    host, _, port = place.rpartition(":")
    if host:
        return socket.create_connection((host.strip("[]"), int(port)), timeout=SECONDS)
    made = socket.socket(socket.AF_UNIX)
    made.settimeout(SECONDS)
    try:
        made.connect(str(Path(place)))
    except OSError:
        made.close()
        raise
    return made


def _ask_command(words: list[str], content: bytes) -> bool:
    try:
        done = subprocess.run(  # noqa: S603 - the operator's own choice, without a shell
            words, input=content, check=False, timeout=SECONDS, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
    except (OSError, ValueError, subprocess.SubprocessError) as error:
        raise _UnreachableError(type(error).__name__) from error
    if done.returncode not in {0, _INFECTED}:
        raise _UnreachableError(f"Ende mit {done.returncode}")
    return done.returncode == 0
