"""What runs in the confined process: one task, its limits first."""

from __future__ import annotations

import gc
import math
import pickle
import sys
from importlib import import_module
from typing import Any, Final

from importers.findings import PasswordNeededError, UnreadableError

_MEMORY: Final = 4 * 2**30
_TASKS: Final = {"sheets": "workbooks.read", "tables": "html_tables.read", "unlocked": "decrypt.unlocked"}
"""A task loads its own module alone."""


def main() -> None:
    """Do the task that stands on standard input and write what came of it."""
    gc.disable()  # millions of cells without cycles
    task, seconds, name, data, arguments = pickle.load(sys.stdin.buffer)  # noqa: S301 - from our own program
    _limit(seconds)
    pickle.dump(_outcome(task, name, data, arguments), sys.stdout.buffer, protocol=pickle.HIGHEST_PROTOCOL)
    sys.stdout.buffer.flush()


def _limit(seconds: float) -> None:
    try:
        import resource  # noqa: PLC0415 - Windows has none; there the clock of the parent is the limit
    except ImportError:
        return
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    whole = math.ceil(seconds)
    resource.setrlimit(resource.RLIMIT_CPU, (whole, whole + 1))


def _outcome(task: str, name: str, data: bytes, arguments: dict[str, Any]) -> tuple[str, Any]:
    try:
        module, function = _TASKS[task].split(".")
        work = getattr(import_module(f"importers.files.sandbox.{module}"), function)
        return "done", work(name, data, **arguments)
    except PasswordNeededError as error:
        return "password", error.wrong
    except UnreadableError as error:
        return "refused", str(error)
    except MemoryError:
        return "refused", f"Die Datei „{name}“ ist zu groß. Bitte teilen Sie sie, etwa nach Monaten."
    except BaseException:  # noqa: BLE001 - whatever a reader did not foresee is a damaged file
        return (
            "refused",
            (
                f"Die Datei „{name}“ ist beschädigt oder unvollständig. "
                "Bitte öffnen Sie sie in einem Tabellenprogramm und speichern Sie sie neu als „.xlsx“."
            ),
        )
