"""Telling somebody of many denials, mass exports, and entries and deletions that fail (I3).

The worker looks every few minutes. What is remembered between two looks is a note beside the queue; losing it costs one
alarm more. Alarms say what has happened, not who: that stands in the log.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final, NamedTuple, Protocol

import structlog
from sqlalchemy import func, select

from web.services import alarms, clock
from web.services.audit_actions import EXPORTS as EXPORTED
from web.services.audit_actions import REFUSED
from web.services.log import expiry, reading, verification
from web.store.models import AuditEvent

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import ColumnElement

    from web.settings import Settings
    from web.store.access import SystemAccess

DENIALS: Final = 20
DENIALS_WITHIN: Final = timedelta(minutes=10)
"""So many refusals of one account, or of nobody known, in so short a time are no mistakes any more."""

EXPORTS: Final = 30
EXPORTS_WITHIN: Final = timedelta(hours=1)
"""So many downloads of one account in so short a time are no work any more."""

REMIND: Final = timedelta(hours=24)
"""After this somebody is told again of what goes on."""

_NOTE: Final = "log-watch"
_VERIFIED: Final = "log-verified"
_log = structlog.get_logger(__name__)


class WatchNotes(Protocol):
    """Where notes are kept: the queue of jobs."""

    def note(self, key: str, value: dict[str, Any] | None) -> None:
        """Set a note, or remove it with None."""
        ...

    def noted(self, key: str) -> dict[str, Any] | None:
        """Return a note, if there is one."""
        ...


@dataclass(frozen=True, slots=True)
class LogAlarm:
    """Something to tell.

    Attributes
    ----------
    key
        What it is about: of one thing somebody is told once a day.
    subject, text
        German, for people.
    """

    key: str
    subject: str
    text: str


class VerificationNote(NamedTuple):
    """When the whole log was last verified by the clock, and in how many chains something was wrong."""

    at: datetime
    faults: int


def verified(notes: WatchNotes) -> VerificationNote | None:
    """Return what the last verification by the clock showed; None where there was none."""
    noted = notes.noted(_VERIFIED)
    return VerificationNote(datetime.fromisoformat(noted["at"]), noted["faults"]) if noted else None


class LogWatch:
    """Watches the log of an installation."""

    def __init__(self, system: SystemAccess, settings: Settings, notes: WatchNotes) -> None:
        self._system = system
        self._settings = settings
        self._notes = notes

    def look(self) -> None:
        """Tell somebody of denials, mass exports, and what could not be written or deleted."""
        self._tell([*self._many_denials(), *self._many_exports(), *self._troubles()])

    def nightly(self) -> None:
        """Delete what has expired of the log, and verify the rest."""
        self.deleting("Protokoll", lambda: expiry.delete_expired(self._system, self._settings))
        faults = [report for report in verification.verify(self._system) if report.fault]
        self._notes.note(_VERIFIED, {"at": clock.now().isoformat(), "faults": len(faults)})
        for report in faults:
            _log.error("log is not as it was written", chain=report.chain, number=report.number)
        text = "\n".join(map(str, faults)) + "\n\nPrüfen: pebem audit verify"
        self._tell(
            [LogAlarm("verification", "Das Protokoll ist nicht mehr, wie es geschrieben wurde", text)] if faults else []
        )

    def deleting(self, what: str, work: Callable[[], object]) -> None:
        """Delete something by the clock; where that fails, somebody is told at the next look."""
        try:
            work()
        except Exception as error:  # noqa: BLE001 - the next night comes; until then somebody has to know
            _log.error("deletion failed", what=what, error=type(error).__name__)
            self._system.databases.log.anchors.note_trouble(f"Löschen: {what}")

    def _many_denials(self) -> list[LogAlarm]:
        found = self._counts(DENIALS_WITHIN, DENIALS, AuditEvent.result == REFUSED)
        return [
            LogAlarm(
                f"denials {who}",
                "Sehr viele abgelehnte Zugriffe",
                f"In {DENIALS_WITHIN.seconds // 60} Minuten wurden {count} Anmeldungen oder Aufrufe "
                f"{'eines Kontos' if known else 'ohne bekanntes Konto'} abgelehnt. Wer und von wo: Seite Protokoll, "
                "Ergebnis abgelehnt.",
            )
            for who, known, count in found
        ]

    def _many_exports(self) -> list[LogAlarm]:
        exported = reading.of_kinds({EXPORTED})
        return [
            LogAlarm(
                f"exports {who}",
                "Sehr viele Downloads",
                f"Ein Konto hat in einer Stunde {count} Dateien heruntergeladen. Wer und was: Seite Protokoll, "
                "Art Downloads.",
            )
            for who, _, count in self._counts(EXPORTS_WITHIN, EXPORTS, exported)
        ]

    def _counts(self, within: timedelta, least: int, *conditions: ColumnElement[bool]) -> list[tuple[str, bool, int]]:
        """Return who did something at least so often in the last while, whether it is an account, and how often."""
        many = func.count()
        query = (
            select(AuditEvent.chain, AuditEvent.account_id, many)
            .where(AuditEvent.at > clock.now() - within, *conditions)
            .group_by(AuditEvent.chain, AuditEvent.account_id)
            .having(many >= least)
        )
        with self._system.reading() as session:
            return [
                (f"{chain} {account}", account is not None, count) for chain, account, count in session.execute(query)
            ]

    def _troubles(self) -> list[LogAlarm]:
        kinds = self._system.databases.log.anchors.troubles()
        return [
            LogAlarm(
                f"trouble {kind}", "Protokoll oder Löschung misslungen", f"Misslungen: {kind}. Mehr im Log des Servers."
            )
            for kind in sorted(kinds)
        ]

    def _tell(self, found: list[LogAlarm]) -> None:
        now = clock.now()
        told = {
            key: at for key, at in (self._notes.noted(_NOTE) or {}).items() if now - datetime.fromisoformat(at) < REMIND
        }
        for alarm in found:
            if alarm.key in told:
                continue
            _log.error("log alarm", about=alarm.key.partition(" ")[0])
            text = f"{alarm.text}\nInstallation: {self._settings.public_url or 'auf diesem Rechner'}\n"
            if not alarms.is_configured(self._settings) or alarms.send(
                self._settings, f"PeBeM-Analyse: {alarm.subject}", text
            ):
                told[alarm.key] = now.isoformat()
        self._notes.note(_NOTE, told)
        self._system.databases.log.anchors.forget_troubles(
            {key.removeprefix("trouble ") for key in told if key.startswith("trouble ")}
        )
