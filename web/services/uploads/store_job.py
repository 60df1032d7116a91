"""Storing a released upload: names into the vault, then everything else in one transaction, as it was shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog
from sqlalchemy import select

from web.services import clock, open_vault
from web.services.analysis import staffing
from web.services.open_vault import EMPTY, VaultClosedError
from web.services.people import frames, master_data, pseudonyms
from web.services.uploads import apply, kept_files, preview, previous_choices, records
from web.services.uploads.apply import ApplyChoice, UploadFacts
from web.services.uploads.row_counts import count_rows
from web.store.models import Home, Upload
from web.store.models.upload import READ, STORED, STORING

if TYPE_CHECKING:
    import importers
    from pebem.contracts import Tables
    from web.services.uploads.apply import AppliedChanges
    from web.services.uploads.progress import ReportProgress
    from web.settings import Settings
    from web.store.access import Access

_log = structlog.get_logger(__name__)


class _ChangedError(Exception):
    """Storing would remove other rows than the user was shown."""


def store(access: Access, settings: Settings, home: Home, upload_id: int, report: ReportProgress) -> None:
    """Store a released upload; where it would remove rows that were not shown, return it with a new preview."""
    access.check_home(home.id)
    report(5, "Entschlüsselt das Gelesene")
    result = kept_files.result(access, settings, upload_id)
    report(15, "Ersetzt Namen durch Pseudonyme", result.rows)
    with access.reading() as session:
        known = bool(master_data.known_pseudonyms(session, home.id))
    with open_vault.writing(access, settings, home.id) as vault:
        if known and not pseudonyms.knows_anybody(vault, home.id):
            raise VaultClosedError(EMPTY)
        tables = frames.pseudonymised(vault, home.id, result)
    # The vault is complete now. Should the rest fail, identities without rows do no harm.
    try:
        new_rows = _stored(access, settings, home, upload_id, tables, result, report)
    except _ChangedError:
        # Rows would be removed that were not shown: back to the user, with a new preview.
        with access.reading() as session:
            choice = ApplyChoice.from_json(session.get_one(Upload, upload_id).choice)
        weighed = preview.preview_upload(access, settings, upload_id, result, choice)
        with access.writing.begin() as session:
            records.move(session, upload_id, STORING, READ, weighed=weighed | {"otherwise": True})
        return
    kept_files.drop_read(settings, upload_id)
    _log.info("upload stored", upload=upload_id, rows=result.rows, new_rows=new_rows)


def _stored(  # what is stored, where, and who is informed
    access: Access,
    settings: Settings,
    home: Home,
    upload_id: int,
    tables: Tables,
    result: importers.ReadFiles,
    report: ReportProgress,
) -> int:
    """Store an upload in one transaction, and return how many rows were added."""
    total = len(tables.interventions)
    with access.writing.begin() as session:
        session.execute(select(Home.id).where(Home.id == home.id).with_for_update())
        upload = session.get_one(Upload, upload_id)
        report(50, "Speichert die Interventionen", 0, total)
        repaired = previous_choices.repaired_upload(session, settings, upload_id, result.repairs)
        applied = apply.apply_upload(
            session,
            home.id,
            upload_id,
            tables,
            ApplyChoice.from_json(upload.choice),
            lambda rows: report(50 + 20 * rows // max(total, 1), "Speichert die Interventionen", rows, total),
            facts=UploadFacts.of(result, repaired),
        )
        changes, removed, previewed = applied.acts, applied.home.digest, upload.weighed or {}
        if removed and removed != previewed.get("digest"):
            raise _ChangedError
        staffing.store_hours(session, upload_id, result.hours)
        new_rows = len(changes.added)
        effects = {
            name: value
            for name, value in previewed.items()
            if name not in {"changes", "statements", "wards", "otherwise"}
        }
        duties = applied.home.rosters.as_json | {"unchanged": applied.unchanged_duties}
        effects |= {"rows": count_rows(session, home.id, applied, result).as_json(), "duties": duties}
        values = {"new_rows": new_rows, "stored_at": clock.now(), "weighed": effects}
        if not records.move(session, upload_id, STORING, STORED, **values):
            raise RuntimeError(records.TAKEN_FOR_DEAD)
        records.record_action(session, access, upload_id, "einlesen.speichern", _audit_text(applied))
        report(95, "Schließt ab", result.rows)
        return new_rows


def _audit_text(applied: AppliedChanges) -> str:
    """Return how many stored rows and duties were changed or removed, in words for the log."""
    rows, rosters = applied.acts, applied.home.rosters
    removed = {"geändert": len(rows.after), "entfernt": len(rows.missing)}
    removed |= {"Dienste geändert": rosters.changed, "Dienste entfernt": rosters.removed}
    return ", ".join(f"{count} {word}" for word, count in removed.items() if count)
