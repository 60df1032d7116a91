"""What a reader could do if a file took it over: tried where it would be, for the checks of an installation."""

from __future__ import annotations

import ctypes
import json
import os
import socket
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from importers.files.sandbox import child

if TYPE_CHECKING:
    from collections.abc import Callable


def prepare(data: bytes) -> None:  # noqa: ARG001 - as for readers
    """Load what the attempts need."""
    ctypes.CDLL(None)


def attempted(name: str, data: bytes) -> bytes:  # noqa: ARG001 - as for readers
    """Return as JSON what can be done here, and which layers of protection there are."""
    attempts = {
        "files": lambda: os.close(os.open("/", os.O_RDONLY)),
        "network": lambda: socket.socket().close(),
        "processes": _start_process,
        "memory": lambda: _read_parent(data),
        "environment": _read_environment,
    }
    possible = [kind for kind, attempt in attempts.items() if _succeeds(attempt)]
    return json.dumps({"possible": possible, "layers": sorted(child.layers)}).encode()


def _succeeds(attempt: Callable[[], Any]) -> bool:
    with suppress(OSError):
        attempt()
        return True
    return False


def _start_process() -> None:
    if os.fork() == 0:
        os._exit(0)


def _read_environment() -> None:
    if set(os.environ) <= {"LC_CTYPE", "SYSTEMROOT"}:  # the interpreter's own
        raise OSError("nothing in it")


def _read_parent(address: bytes) -> None:
    """Read eight bytes of the process that started this one, where it says that some are."""
    part = ctypes.create_string_buffer(8)
    here = (ctypes.c_void_p * 2)(ctypes.addressof(part), 8)
    there = (ctypes.c_void_p * 2)(int.from_bytes(address, "little"), 8)
    if ctypes.CDLL(None).process_vm_readv(os.getppid(), here, 1, there, 1, 0) != len(part):
        raise OSError("not readable")
