"""The progress of a job: noted outside the databases it writes, so that pages can show it while it runs."""

from __future__ import annotations

import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Protocol

import structlog
from sqlalchemy.exc import SQLAlchemyError

if TYPE_CHECKING:
    from collections.abc import Iterator

BEAT_SECONDS: Final = 10.0
"""A running job notes this often that it is alive, however long its step takes."""

SILENT_SECONDS: Final = 60.0
"""A job that has not noted for this long that it is alive is taken for dead."""

_log = structlog.get_logger(__name__)


class ProgressNotes(Protocol):
    """Where jobs note their progress, apart from the databases they write."""

    def note(self, key: str, value: dict[str, Any] | None) -> None:
        """Set a note, or remove it with None."""

    def noted(self, key: str) -> dict[str, Any] | None:
        """Return a note."""


class CancelledError(Exception):
    """The job was cancelled.

    Attributes
    ----------
    account_id
        Who.
    """

    def __init__(self, account_id: int) -> None:
        super().__init__("cancelled")
        self.account_id = account_id


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a job is.

    Attributes
    ----------
    percent
        0 to 100.
    step
        What it is doing, German.
    rows, total
        Rows so far, and of how many; 0 where it is not known.
    running
        Seconds since the job began, None while it waits.
    left
        Seconds the rows of this step will still take at the speed so far, None where it cannot be estimated.
    silent
        Whether the job has not noted for long that it is alive.
    cancelling
        Whether it was cancelled and has not noticed yet.
    """

    percent: int = 0
    step: str = "Wartet auf den Start"
    rows: int = 0
    total: int = 0
    running: int | None = None
    left: int | None = None
    silent: bool = False
    cancelling: bool = False


class ReportProgress:
    """Note the progress of a job where the page finds it, and end the job where it was cancelled."""

    def __init__(self, notes: ProgressNotes, upload_id: int) -> None:
        self.notes = notes
        self.upload_id = upload_id
        self._began = time.time()
        self._step, self._step_began, self._first_rows = "", self._began, 0
        self._last: dict[str, Any] = {}
        self._one_at_a_time = threading.Lock()

    def __call__(self, percent: int, step: str, rows: int = 0, total: int = 0) -> None:
        """Note percent, German step, and how many rows of how many are through.

        Raises
        ------
        CancelledError
            Where the job is to end.
        """
        if request := self.notes.noted(_cancel_key(self.upload_id)):
            raise CancelledError(request["account_id"])
        self.note(percent, step, rows, total)

    def note(self, percent: int, step: str, rows: int = 0, total: int = 0) -> None:
        """Note the same without asking whether to end."""
        now = time.time()
        if step != self._step:
            self._step, self._step_began, self._first_rows = step, now, rows
        with self._one_at_a_time:
            self._last = {
                "percent": percent,
                "step": step,
                "rows": rows,
                "total": total,
                "began": self._began,
                "left": remaining_seconds(rows - self._first_rows, total - self._first_rows, now - self._step_began),
            }
            self.notes.note(key(self.upload_id), self._last | {"at": now})
        _log.debug("upload step", upload=self.upload_id, percent=percent)

    @contextmanager
    def beating(self, every: float = BEAT_SECONDS) -> Iterator[None]:
        """Note regularly that the job is alive; on leaving, remove all notes on it."""
        ended = threading.Event()

        def beat() -> None:
            while not ended.wait(every):
                try:
                    with self._one_at_a_time:
                        self.notes.note(key(self.upload_id), self._last | {"at": time.time()})
                except SQLAlchemyError:  # the next beat may get through
                    _log.warning("heartbeat missed", upload=self.upload_id)

        thread = threading.Thread(target=beat, daemon=True)
        thread.start()
        try:
            yield
        finally:
            ended.set()
            thread.join()
            for one in (key, _cancel_key, tries_key):
                self.notes.note(one(self.upload_id), None)


def remaining_seconds(done: int, total: int, seconds: float) -> int | None:
    """Return how many seconds the rest takes at the speed so far; None before anything is done."""
    return round(seconds * (total - done) / done) if 0 < done <= total and seconds > 0 else None


def find(notes: ProgressNotes, upload_id: int) -> Progress:
    """Return how far the job of an upload is."""
    noted = notes.noted(key(upload_id))
    if noted is None:
        return Progress()
    return Progress(
        percent=noted["percent"],
        step=noted["step"],
        rows=noted["rows"],
        total=noted["total"],
        running=round(time.time() - noted["began"]) if noted["began"] is not None else None,
        left=noted["left"],
        silent=is_silent(noted, SILENT_SECONDS),
        cancelling=notes.noted(_cancel_key(upload_id)) is not None,
    )


def is_silent(noted: dict[str, Any] | None, seconds: float) -> bool:
    """Return whether a job has not noted for this long that it is alive."""
    return noted is None or time.time() - noted["at"] >= seconds


def wait_again(notes: ProgressNotes, upload_id: int) -> None:
    """Note that a job was interrupted and will begin again."""
    step = "Wurde durch einen Neustart unterbrochen und beginnt gleich von vorn"
    notes.note(
        key(upload_id),
        {"percent": 0, "step": step, "rows": 0, "total": 0, "began": None, "left": None, "at": time.time()},
    )


def ask_to_end(notes: ProgressNotes, upload_id: int, account_id: int) -> None:
    """Ask a running job to end at its next step."""
    notes.note(_cancel_key(upload_id), {"account_id": account_id})


def key(upload_id: int) -> str:
    """Return the key of an upload's note."""
    return f"batch-{upload_id}"


def tries_key(upload_id: int) -> str:
    """Return the key of the note how often a job was taken up after its worker had died."""
    return f"tries-{upload_id}"


def _cancel_key(upload_id: int) -> str:
    return f"cancel-{upload_id}"
