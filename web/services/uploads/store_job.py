"""Storing a released upload: names into the vault, then everything else in one transaction, as it was shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog
from sqlalchemy import select

from web.services import clock
from web.services.analysis import staffing
from web.services.people import frames
from web.services.uploads import apply, kept_files, preview, records
from web.services.uploads.apply import ApplyChoice
from web.store.models import Home, Upload
from web.store.models.upload import READ, STORED, STORING

if TYPE_CHECKING:
    import importers
    from pebem.contracts import Tables
    from web.services.uploads.apply import AppliedChanges
    from web.services.uploads.progress import ReportProgress
    from web.settings import Settings
    from web.store.databases import Databases

_log = structlog.get_logger(__name__)


class _OtherwiseError(Exception):
    """Storing would remove other rows than the user was shown."""


def store(databases: Databases, settings: Settings, home: Home, upload_id: int, tell: ReportProgress) -> None:
    """Store a released upload; where rows would go that nobody was shown, hand it back with new figures."""
    tell(5, "Entschlüsselt das Gelesene")
    result = kept_files.result(settings, upload_id)
    tell(15, "Ersetzt Namen durch Pseudonyme", result.rows)
    with databases.vault_writing.begin() as vault:
        tables = frames.pseudonymised(vault, settings, home.id, result)
    # The vault is complete now. Should the rest fail, identities without rows do no harm.
    try:
        new_rows = _stored(databases, home, upload_id, tables, result, tell)
    except _OtherwiseError:
        # Rows would go that nobody has been shown: back to the user, with new figures.
        with databases.reading() as session:
            choice = ApplyChoice.of(session.get_one(Upload, upload_id).choice)
        weighed = preview.upload(databases, settings, home.id, result, choice)
        with databases.writing.begin() as session:
            records.move(session, upload_id, STORING, READ, weighed=weighed | {"otherwise": True})
        return
    kept_files.drop_read(settings, upload_id)
    _log.info("upload stored", upload=upload_id, rows=result.rows, new_rows=new_rows)


def _stored(
    databases: Databases, home: Home, upload_id: int, tables: Tables, result: importers.ReadFiles, tell: ReportProgress
) -> int:
    """Store an upload in one transaction, and return how many rows came."""
    total = len(tables.interventions)
    with databases.writing.begin() as session:
        session.execute(select(Home.id).where(Home.id == home.id).with_for_update())
        upload = session.get_one(Upload, upload_id)
        tell(50, "Speichert die Interventionen", 0, total)
        taken = apply.take_in(
            session, home.id, upload_id, tables, ApplyChoice.of(upload.choice),
            lambda rows: tell(50 + 20 * rows // max(total, 1), "Speichert die Interventionen", rows, total),
        )  # fmt: skip
        found, gone, shown = taken.difference, taken.digest, upload.weighed or {}
        if gone and gone != shown.get("digest"):
            raise _OtherwiseError
        staffing.keep_hours(session, upload_id, result.hours)
        new_rows = len(found.come)
        kept = {name: value for name, value in shown.items() if name not in {"changes", "wards", "otherwise"}}
        kept |= {"new": len(found.new), "unchanged": found.unchanged, "duties": taken.rosters.written}
        values = {"new_rows": new_rows, "stored_at": clock.now(), "weighed": kept}
        if not records.move(session, upload_id, STORING, STORED, **values):
            raise RuntimeError(records.TAKEN_FOR_DEAD)
        records.record_action(session, upload_id, upload.account_id, "einlesen.speichern", _done_to_it(taken))
        tell(95, "Schließt ab", result.rows)
        return new_rows


def _done_to_it(taken: AppliedChanges) -> str:
    """Return what became of stored rows and duties, in numbers, where any went."""
    rows, duties = taken.difference, taken.rosters
    gone = {"geändert": len(rows.after), "entfernt": len(rows.missing)}
    gone |= {"Dienste geändert": duties.changed, "Dienste entfernt": duties.removed}
    return ", ".join(f"{count} {word}" for word, count in gone.items() if count)
