"""Taking an upload back: a preview of what depends on it, then rows and master data as the other uploads have them."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import structlog
from sqlalchemy import delete, select, update

from pebem.history import acts
from pebem.history.contents import month_of, months_of, renumbered
from web.services import deletion_ledger, open_vault
from web.services.analysis import duties
from web.services.deletion_ledger import LedgerKind
from web.services.errors import ServiceError
from web.services.history import active_uploads, depending, fold_home, leftovers, moved_shares, statement_changes
from web.services.open_vault import VaultClosedError
from web.services.people import aliases, master_data
from web.services.uploads import kept_files, records
from web.store.models import (
    AppliedUpload,
    FindingPlaces,
    Home,
    PerformedIntervention,
    UnknownTerm,
    Upload,
    WeeklyHours,
)
from web.store.models.upload import STORED, TO_UNDO, UNDOING, UNDONE
from web.store.work import replace_rows

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from web.backup.ledger import LedgerEntry
    from web.services.uploads.progress import ReportProgress
    from web.settings import Settings
    from web.store.access import Access

ORDERED: Final = "auf Anordnung"
"""Rule of a deletion that a person asked for."""

CHANGED: Final = "anders"
"""Stored in ``Upload.choice`` where an undo was not carried out, because it would not have done what was shown."""

_log = structlog.get_logger(__name__)


class UndoError(ServiceError):
    """An upload cannot be taken back."""


class ChangedError(Exception):
    """The undo would no longer do what was shown."""


@dataclass(frozen=True)
class UndoPreview:
    """What taking an upload back changes.

    Attributes
    ----------
    rows
        Rows of the upload.
    removed
        Rows that are removed.
    remaining
        Rows of the upload that stay, because another active upload contains them too.
    restored
        Rows that are restored: the upload had changed or replaced them.
    rosters
        Changes to the duties; "new" are those that are restored.
    former, unknown
        Persons with earlier master data again, and with none any more.
    overrides
        Levels set since for people of this upload or the whole home: they stay.
    later
        Later uploads that name the same people or contain the same rows: they stay active.
    people
        What changes in statements about people (``statement_changes.shown``); "added" are those that are restored.
    months
        Months whose figures move or rows change (``statement_changes.with_rows``).
    moved
        Fit and coverage of the touched days before and after (``moved_shares.fit_and_coverage``).
    digest
        Digest of these changes.
    """

    rows: int
    removed: int
    remaining: int
    restored: int
    rosters: duties.DutyChanges
    former: int
    unknown: int
    overrides: int
    later: list[int]
    people: dict[str, Any]
    months: list[dict[str, Any]]
    moved: dict[str, Any]
    digest: str


def can_undo(session: Session, upload_id: int) -> bool:
    """Return whether an upload is active and its content stored, so that it can be taken back."""
    applied = session.get(AppliedUpload, upload_id)
    return applied is not None and not applied.baseline


def is_undoable(access: Access, upload_id: int) -> bool:
    """Return the same, without an open session."""
    with access.reading() as session:
        return can_undo(session, upload_id)


def preview_undo(access: Access, upload_id: int) -> UndoPreview:
    """Return what taking an upload back would change, by doing it in a transaction that is rolled back.

    Raises
    ------
    UndoError
        Where it cannot be taken back.
    """
    with access.writing() as session:
        preview = _remove_upload(session, upload_id, dry=True)
        session.rollback()
    return preview


def release(access: Access, upload_id: int, *, digest: str) -> None:
    """Release an undo to a job.

    Parameters
    ----------
    digest
        ``UndoPreview.digest`` of what the user has seen.

    Raises
    ------
    UndoError
        Where it cannot be taken back.
    """
    with access.writing.begin() as session:
        upload = session.get_one(Upload, upload_id)
        if not can_undo(session, upload_id) or not records.move(
            session, upload_id, STORED, TO_UNDO, undone_by=access.account
        ):
            raise UndoError(_IMPOSSIBLE)
        session.execute(
            update(Upload).where(Upload.id == upload_id).values(choice={**(upload.choice or {}), "undo": digest})
        )
        records.record_action(session, access, upload_id, "einlesen.ruecknahme.freigeben")


def undo(access: Access, settings: Settings, upload_id: int, report: ReportProgress) -> None:
    """Take an upload back, all or nothing; of what it alone has brought nothing stays, in the vault neither (X9)."""
    with open_vault.reading(access, settings):
        pass  # what could not be deleted there afterwards would stay
    entries: list[LedgerEntry] = []
    try:
        with deletion_ledger.deletion(access, settings, entries) as session:
            report(20, "Nimmt die Datenlieferung zurück")
            upload = session.get_one(Upload, upload_id)
            preview = _remove_upload(session, upload_id)
            _check_digest(preview, upload)
            leftovers.forget_persons(session, upload.home_id)
            subject = records.identity(upload)
            entry = deletion_ledger.entry(
                session, settings, LedgerKind.UNDONE, home_id=upload.home_id, subject=subject, rule=ORDERED
            )
            entries.append(entry)
            if not records.move(session, upload_id, UNDOING, UNDONE, weighed=None):
                raise RuntimeError(records.TAKEN_FOR_DEAD)
            records.record_action(session, access, upload_id, "einlesen.zuruecknehmen")
            report(95, "Schließt ab")
    except ChangedError:
        with access.writing.begin() as session:
            choice = {**(session.get_one(Upload, upload_id).choice or {}), "undo": CHANGED}
            records.move(session, upload_id, UNDOING, STORED, choice=choice)
        return
    _delete_outside(access, settings, upload_id)
    _log.info("upload taken back", upload=upload_id, gone=preview.removed, back=preview.restored)


def repeat(access: Access, settings: Settings, upload_id: int, reason: str) -> None:
    """Take an upload back that had been taken back before a restore; the ledger of deletions is not told."""
    with access.writing.begin() as session:
        upload = session.get_one(Upload, upload_id)
        _remove_upload(session, upload_id)
        leftovers.forget_persons(session, upload.home_id)
        upload.state, upload.weighed = UNDONE, None
        records.record_action(session, access, upload_id, "einlesen.zuruecknehmen", reason)
    _delete_outside(access, settings, upload_id)


def _delete_outside(access: Access, settings: Settings, upload_id: int) -> None:
    kept_files.drop(settings, upload_id)
    with suppress(VaultClosedError):  # then the next sweep of the worker does it
        leftovers.sweep(access, settings, records.home_of(access, upload_id).id)


def _check_digest(preview: UndoPreview, upload: Upload) -> None:
    if preview.digest != (upload.choice or {}).get("undo"):
        raise ChangedError


def _remove_upload(session: Session, upload_id: int, *, dry: bool = False) -> UndoPreview:
    home_id = session.scalars(select(Upload.home_id).where(Upload.id == upload_id)).one()
    session.execute(select(Home.id).where(Home.id == home_id).with_for_update())
    if not can_undo(session, upload_id):
        raise UndoError(_IMPOSSIBLE)
    connection, shares = session.connection(), moved_shares.figures(session.connection(), home_id)
    upload = session.get_one(AppliedUpload, upload_id)
    months = active_uploads.affected_months(session, upload)
    scope = active_uploads.rule_of(upload).acts.scope
    before = fold_home.stored_state(
        session, home_id, duties.affected_months(duties.of_upload(session, upload_id), scope)
    )
    person_of = aliases.merged_rows(session, home_id)
    files = [renumbered(rows, person_of) for rows in active_uploads.files_of(session, upload_id)]
    own = acts.fold_files(files, active_uploads.rule_of(upload).acts.pairing)
    overrides, later = depending.overrides(session, upload, own), depending.later_uploads(session, upload, own)
    session.expunge(upload)
    active_uploads.remove(session, upload_id)
    changes = fold_home.settle(session, home_id, before, months, dry=dry)
    if not dry:
        _reattribute(session, home_id, upload_id)
        for model in (UnknownTerm, WeeklyHours, FindingPlaces):
            session.execute(delete(model).where(model.upload_id == upload_id))
    session.flush()
    now = moved_shares.figures(connection, home_id)
    moved = moved_shares.fit_and_coverage(shares, now, changes.days)
    moved_months = statement_changes.months_elsewhere(shares, now, changes.days, frozenset(), changes.people)
    months_told = statement_changes.with_rows(moved_months, changes.removed, changes.added)
    stay = len(own) - len(acts.surplus(own, changes.rows))
    persons = {change.person for change in changes.people}
    unknown = persons - master_data.known_pseudonyms(session, home_id)
    duties_so = "-".join(map(str, changes.rosters.as_json.values()))
    people = statement_changes.shown(changes.people)
    rows = fold_home.digest(changes.removed, changes.added, changes.rosters.removed_contents)
    mark = f"{rows}/{duties_so}/{len(persons - unknown)}/{len(unknown)}/{sorted(people['counts'].items())}"
    return UndoPreview(
        rows=len(own),
        removed=len(changes.removed),
        remaining=stay,
        restored=len(changes.added),
        rosters=changes.rosters,
        former=len(persons - unknown),
        unknown=len(unknown),
        overrides=overrides,
        later=later,
        people=people,
        months=months_told,
        moved=moved,
        digest=sha256(mark.encode()).hexdigest(),
    )


def _reattribute(session: Session, home_id: int, upload_id: int) -> None:
    """Attribute rows of the upload that another one also contains to that one."""
    query = select(PerformedIntervention.content).where(PerformedIntervention.upload_id == upload_id).distinct()
    remaining = np.sort(np.array(session.scalars(query).all(), acts.NOTHING.dtype))
    months = {month_of(part) for part in months_of(remaining)}
    if months:
        heirs = active_uploads.fold_acts(session, home_id, months).by_upload(remaining)
        replace_rows.reattribute(session.connection(), home_id, upload_id, heirs)


_IMPOSSIBLE: Final = (
    "Diese Datenlieferung lässt sich nicht zurücknehmen: Sie ist nicht (mehr) übernommen, oder sie stammt aus der "
    "Zeit, bevor das Programm sich Datenlieferungen einzeln gemerkt hat."
)
