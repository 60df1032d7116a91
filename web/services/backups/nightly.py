"""The backup of every night: made when it is due, tried again when it fails, and somebody is told when it stays away.

The worker looks every minute; a machine that was off at night makes its backup when it is on again. What is remembered
between two looks is a note beside the queue: losing it costs one alarm more at most.
"""

from __future__ import annotations

import threading
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final, Protocol

import structlog

from web.backup import restore
from web.backup.errors import BackupError
from web.backup.keys import keys_of
from web.backup.ledger import open_ledger
from web.services import alarms, clock
from web.services.backups import ledger_copies, overview, run

if TYPE_CHECKING:
    from web.services.backups.overview import TargetState
    from web.settings import Settings
    from web.store.access import SystemAccess

AGAIN: Final = (10, 20, 40, 60)
"""After how many minutes a backup that failed is tried again; from the fourth time on every hour."""

ALARM_AFTER: Final = 3
"""Failures in a row after which somebody is told."""

REMIND: Final = timedelta(hours=24)
"""After this somebody is told again."""

LOOK: Final = timedelta(hours=1)
"""How often a target is looked at while nothing is due."""

_log = structlog.get_logger(__name__)


class NoteStore(Protocol):
    """Where notes are kept: the queue of jobs."""

    def note(self, key: str, value: dict[str, Any] | None) -> None:
        """Set a note, or remove it with None."""
        ...

    def noted(self, key: str) -> dict[str, Any] | None:
        """Return a note, if there is one."""
        ...


@dataclass(slots=True)
class TargetNote:
    """What is remembered about a target.

    Attributes
    ----------
    failures
        Backups that failed since the last good one.
    problem
        Why the last one failed.
    look_at
        When to look again, ISO 8601; "" = now.
    good_at
        When the last good backup was made, as far as is known; "" = never.
    alarmed_at
        When somebody was last told that something is wrong; "" = nothing is.
    ledger
        Number of the last segment of the ledger of deletions that lies there.
    """

    failures: int = 0
    problem: str = ""
    look_at: str = ""
    good_at: str = ""
    alarmed_at: str = ""
    ledger: int = -1


class NightlyBackups:
    """Looks after the backups of an installation, in a thread of its own: uploads must not wait for a slow target."""

    def __init__(self, system: SystemAccess, settings: Settings, notes: NoteStore) -> None:
        self._system = system
        self._settings = settings
        self._notes = notes
        self._busy = threading.Lock()

    def tick(self) -> None:
        """Begin to look, unless the last look is still under way."""
        if self._settings.backup.targets and self._busy.acquire(blocking=False):
            threading.Thread(target=self._look, name="backup", daemon=True).start()

    def look(self) -> None:
        """Look at every target: make the backup that is due, copy the ledger, tell somebody what is wrong."""
        if restore.is_empty(self._system.databases):
            return
        for address in self._settings.backup.targets:
            note = self._noted(address)
            now = clock.now()
            if note.look_at and now < datetime.fromisoformat(note.look_at):
                self._follow_ledger(address, note)
            else:
                self._look_at(address, note, now)
            self._notes.note(_key(address), asdict(note))

    def _look(self) -> None:
        try:
            self.look()
        except Exception as error:  # noqa: BLE001 - the next look comes in a minute
            _log.error("looking after backups failed", error=type(error).__name__)
        finally:
            self._busy.release()

    def _look_at(self, address: str, note: TargetNote, now: datetime) -> None:
        state = overview.state_of(self._settings, address, overview.reference_of(self._system))
        problem = state.problem
        if not problem and is_due(self._settings, state, now):
            problem = self._back_up(address)
            state = overview.state_of(self._settings, address, overview.reference_of(self._system))
        problem = problem or self._follow_ledger(address, note, anyway=True)
        note.problem, note.failures = problem, note.failures + 1 if problem else 0
        wait = timedelta(minutes=AGAIN[min(note.failures, len(AGAIN)) - 1]) if problem else LOOK
        note.look_at = (now + wait).isoformat()
        self._tell(state, note, now)

    def _back_up(self, address: str) -> str:
        """Make a backup, and return why that failed; "" where it did not."""
        try:
            run.back_up(self._system, self._settings, address)
            run.prune_own_ledger(self._settings, overview.reference_of(self._system))
        except Exception as error:  # noqa: BLE001 - whatever it is, somebody has to be told
            _log.error("backup failed", target=address, error=type(error).__name__)
            return str(error) if isinstance(error, BackupError) else type(error).__name__
        return ""

    def _follow_ledger(self, address: str, note: TargetNote, *, anyway: bool = False) -> str:
        """Copy the ledger to a target where that has not got all of it, and return why that failed."""
        reference = overview.reference_of(self._system)
        if not reference:
            return ""
        number, _ = open_ledger(self._settings, keys_of(self._settings), reference).head()
        problem = ""
        if anyway or number > note.ledger:
            problem = ledger_copies.try_update(self._settings, address, reference)
            note.ledger = note.ledger if problem else number
        return problem

    def _tell(self, state: TargetState, note: TargetNote, now: datetime) -> None:
        if state.newest:
            note.good_at = state.newest.moment.isoformat()
        oldest = now - timedelta(hours=self._settings.backup.alarm_hours)
        overdue = bool(note.good_at) and datetime.fromisoformat(note.good_at) < oldest
        wrong = note.failures >= ALARM_AFTER or overdue
        if wrong and (not note.alarmed_at or now - datetime.fromisoformat(note.alarmed_at) >= REMIND):
            subject, text = _alarm(self._settings, state, note)
            _log.error("backups are failing", target=state.address, failures=note.failures)
            if not alarms.is_configured(self._settings) or alarms.send(self._settings, subject, text):
                note.alarmed_at = now.isoformat()
        elif not wrong and note.alarmed_at:
            alarms.send(
                self._settings,
                "PeBeM-Analyse: Die Sicherung gelingt wieder",
                f"Ziel: {state.address}\nLetzte gute Sicherung: {_moment(note)}\n",
            )
            note.alarmed_at = ""

    def _noted(self, address: str) -> TargetNote:
        return noted(self._notes, address)


def noted(notes: NoteStore, address: str) -> TargetNote:
    """Return what is remembered about a target."""
    return TargetNote(**(notes.noted(_key(address)) or {}))


def is_due(settings: Settings, state: TargetState, now: datetime) -> bool:
    """Return whether no backup was made since the time of day at which one is to be made."""
    local = now.astimezone(clock.BERLIN)
    start = local.replace(hour=settings.backup.hour, minute=settings.backup.minute, second=0, microsecond=0)
    if start > local:
        start -= timedelta(days=1)
    return state.newest is None or state.newest.moment < start


def _alarm(settings: Settings, state: TargetState, note: TargetNote) -> tuple[str, str]:
    lines = [
        f"Ziel: {state.address}",
        f"Letzte gute Sicherung: {_moment(note)}",
        f"Fehlgeschlagene Versuche seitdem: {note.failures}",
        f"Ursache: {note.problem or 'Die Sicherung ist älter, als sie werden darf.'}",
        f"Installation: {settings.public_url or 'auf diesem Rechner'}",
        "",
        "Was zu tun ist, steht in docs/operation.md unter „Backups“. Der Zustand: pebem backup list",
    ]
    return "PeBeM-Analyse: Es gibt keine neue Sicherung", "\n".join(lines) + "\n"


def _moment(note: TargetNote) -> str:
    return clock.format_moment(datetime.fromisoformat(note.good_at)) if note.good_at else "keine"


def _key(address: str) -> str:
    return f"backup-{sha256(address.encode()).hexdigest()[:16]}"
