"""How far a job is: noted apart from the databases it writes, so that pages can tell while it works."""

from __future__ import annotations

import time
from typing import Any, Protocol

import structlog

_log = structlog.get_logger(__name__)


class Notes(Protocol):
    """Where jobs note their progress, apart from the databases they write."""

    def note(self, key: str, value: dict[str, Any] | None) -> None:
        """Set a note, or remove it with None."""

    def noted(self, key: str) -> dict[str, Any] | None:
        """Return a note."""


class Tell:
    """Note the progress of a job where the page finds it."""

    def __init__(self, notes: Notes, batch_id: int) -> None:
        self.notes = notes
        self.batch_id = batch_id

    def __call__(self, percent: int, step: str, rows: int = 0) -> None:
        """Note percent, German step, and how many rows it is about."""
        note = {"percent": percent, "step": step, "rows": rows, "at": time.time()}
        self.notes.note(key(self.batch_id), note)
        _log.debug("upload step", batch=self.batch_id, percent=percent)


def of(notes: Notes, batch_id: int) -> dict[str, Any]:
    """Return the last note on an upload: percent, step (German), rows."""
    return notes.noted(key(batch_id)) or {"percent": 0, "step": "Wartet auf den Start", "rows": 0}


def key(batch_id: int) -> str:
    """Return the key of an upload's note."""
    return f"batch-{batch_id}"
