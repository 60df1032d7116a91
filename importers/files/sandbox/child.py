"""What runs in the confined process: one task, its limits first."""

from __future__ import annotations

import codecs
import gc
import sys
from contextlib import suppress
from importlib import import_module
from typing import Any, Final

from importers.files.plain_data import packed, unpacked
from importers.files.sandbox import system_calls
from importers.files.sandbox.page import written
from importers.findings import PasswordNeededError, UnreadableError

try:
    import resource
except ImportError:  # Windows has none; there the clock of the parent is the limit
    resource = None  # type: ignore[assignment]

_MEMORY: Final = 900 * 2**20
"""Bytes of addresses, of which the program itself takes some 100 MB."""
_TASKS: Final = {
    "sheets": "workbooks.read",
    "tables": "html_tables.read",
    "unlocked": "decrypt.unlocked",
    "attempted": "attempts.attempted",
}
"""A task loads its own module alone."""
_CODECS: Final = ("ascii", "latin-1", "cp437", "cp1252", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32")
"""What readers decode with; Python loads each from a file of its own."""
_NEW_USER, _NEW_NETWORK = 0x10000000, 0x40000000

layers: Final[set[str]] = set()
"""What protects others from this process: "user", "network", "limits" and "calls", as far as the system allows."""


def main() -> None:
    """Do the task that stands among the arguments with what comes on standard input, and write what came of it."""
    gc.disable()  # millions of cells without cycles
    task, seconds = sys.argv[2:]
    module, function = _TASKS[task].split(".")
    reader = import_module(f"importers.files.sandbox.{module}")
    for codec in _CODECS:
        codecs.lookup(codec)
    _leave()
    _limit(int(seconds))
    (name, arguments), (data,) = unpacked(sys.stdin.buffer.read())
    answer = _outcome(reader, function, name, bytes(data), arguments)
    sys.stdout.buffer.write(answer)
    sys.stdout.buffer.flush()


def _leave() -> None:
    """Go where there is no network and, with other rights, no way into the memory of the process that started us.

    Linux alone knows this, and not everywhere may everybody do so: then :func:`_shut` is what there is.
    """
    if sys.platform != "linux":
        return
    with suppress(OSError, AttributeError):
        import ctypes  # noqa: PLC0415

        unshare = ctypes.CDLL(None).unshare
        if not unshare(_NEW_USER | _NEW_NETWORK):
            layers.update({"user", "network"})
        elif not unshare(_NEW_NETWORK):  # of root alone
            layers.add("network")


def _limit(seconds: int) -> None:
    if resource:
        _bound(resource.RLIMIT_CORE, 0)
        _bound(resource.RLIMIT_FSIZE, 0)  # nothing is written but the answer, into a pipe
        _bound(resource.RLIMIT_AS, _MEMORY)
        _bound(resource.RLIMIT_CPU, seconds)


def _shut() -> None:
    """Open no file and no connection any more, start no process, ask the system for little; what is open stays so."""
    if resource:
        _bound(resource.RLIMIT_NOFILE, 0)
        if "importers.files.sandbox.decrypt" not in sys.modules:  # a derivation of keys may ask for threads
            _bound(resource.RLIMIT_NPROC, 0)
        layers.add("limits")
    with suppress(OSError, AttributeError):
        if system_calls.restrict():
            layers.add("calls")


def _bound(kind: int, most: int) -> None:
    """Set a limit, or the lower one that holds already; where the system knows no such limit there is none."""
    with suppress(OSError, ValueError):
        _, hard = resource.getrlimit(kind)
        most = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(kind, (most, most))


def _outcome(reader: Any, function: str, name: str, data: bytes, arguments: dict[str, Any]) -> bytes:
    try:
        if prepare := getattr(reader, "prepare", None):  # the last files that may be opened
            prepare(data, **arguments)
        _shut()
        result = getattr(reader, function)(name, data, **arguments)
        if isinstance(result, bytes):
            return packed(["done", None], [result])
        pages, codes = written(result)
        return packed(["done", pages], codes)
    except PasswordNeededError as error:
        return packed(["password", error.wrong])
    except UnreadableError as error:
        return packed(["refused", str(error)])
    except MemoryError:
        return packed(["refused", f"Die Datei „{name}“ ist zu groß. Bitte teilen Sie sie, etwa nach Monaten."])
    except BaseException:  # noqa: BLE001 - whatever a reader did not foresee is a damaged file
        why = (
            f"Die Datei „{name}“ ist beschädigt oder unvollständig. "
            "Bitte öffnen Sie sie in einem Tabellenprogramm und speichern Sie sie neu als „.xlsx“."
        )
        return packed(["refused", why])
