"""Once a day what is due is deleted; where that fails it is tried again within the hour, and somebody is told."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final, Protocol

import structlog

from web.services import alarms, clock
from web.services.retention import run

if TYPE_CHECKING:
    from web.settings import Settings
    from web.store.access import SystemAccess

REMIND: Final = timedelta(hours=24)
"""After this somebody is told again."""

_KEY: Final = "retention"

_log = structlog.get_logger(__name__)


class Notes(Protocol):
    """Where is remembered when it was done last: the queue of jobs."""

    def note(self, key: str, value: dict[str, Any] | None) -> None:
        """Set a note, or remove it with None."""
        ...

    def noted(self, key: str) -> dict[str, Any] | None:
        """Return a note, if there is one."""
        ...


def look(system: SystemAccess, settings: Settings, notes: Notes) -> None:
    """Delete what is due, unless that was done today: periods end at midnight."""
    note = notes.noted(_KEY) or {}
    today, now = clock.today().isoformat(), clock.now()
    if note.get("day") == today:
        return
    try:
        run.delete_due(system, settings)
    except Exception as error:  # noqa: BLE001 - whatever it is, somebody has to be told
        _log.error("deleting what is due failed", error=type(error).__name__)
        told = note.get("told", "")
        if not told or now - datetime.fromisoformat(told) >= REMIND:
            _tell(settings, type(error).__name__)
            notes.note(_KEY, {**note, "told": now.isoformat()})
        return
    notes.note(_KEY, {"day": today})


def last_day(notes: Notes) -> date | None:
    """Return the day on which what was due was last deleted; None where it is not known."""
    day = (notes.noted(_KEY) or {}).get("day")
    return date.fromisoformat(day) if day else None


def _tell(settings: Settings, error: str) -> None:
    alarms.send(
        settings,
        "PeBeM-Analyse: Das Löschen nach Fristen ist misslungen",
        f"Ursache: {error}\nInstallation: {settings.public_url or 'auf diesem Rechner'}\n"
        "Es wird jede Stunde wieder versucht. Was fällig ist: pebem retention list\n",
    )
