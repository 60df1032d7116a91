"""Taking an upload back: a preview of what depends on it, then rows and master data as the other uploads have them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import structlog
from sqlalchemy import delete, func, select, update

from web.services.analysis import duties, rescore, row_changes
from web.services.analysis.row_changes import NOTHING, Contents
from web.services.errors import ServiceError
from web.services.people import aliases
from web.services.uploads import active_uploads, apply, preview, records
from web.store.models import AppliedUpload, Home, Override, Resident, UnknownTerm, Upload, WeeklyHours
from web.store.models.upload import STORED, TO_UNDO, UNDOING, UNDONE
from web.store.work import replace_rows
from web.store.work.row_bytes import unpack

if TYPE_CHECKING:
    from sqlalchemy.orm import Session, sessionmaker

    from web.services.uploads.progress import ReportProgress
    from web.store.databases import Databases

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
    moved
        Fit and coverage of the touched days before and after (``preview.fit_and_coverage``).
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
    moved: dict[str, Any]
    digest: str


def can_undo(session: Session, upload_id: int) -> bool:
    """Return whether an upload is active and its content stored, so that it can be taken back."""
    found = session.get(AppliedUpload, upload_id)
    return found is not None and not found.baseline


def is_undoable(reading: sessionmaker[Session], upload_id: int) -> bool:
    """Return the same, without an open session."""
    with reading() as session:
        return can_undo(session, upload_id)


def preview_undo(databases: Databases, upload_id: int) -> UndoPreview:
    """Return what taking an upload back would change, by doing it in a transaction that is rolled back.

    Raises
    ------
    UndoError
        Where it cannot be taken back.
    """
    with databases.writing() as session:
        found = _take_back(session, upload_id, dry=True)
        session.rollback()
    return found


def release(databases: Databases, upload_id: int, *, account_id: int, shown: str) -> None:
    """Let a job take an upload back.

    Parameters
    ----------
    shown
        ``UndoPreview.digest`` of what the user has seen.

    Raises
    ------
    UndoError
        Where it cannot be taken back.
    """
    with databases.writing.begin() as session:
        upload = session.get_one(Upload, upload_id)
        if not can_undo(session, upload_id) or not records.move(session, upload_id, STORED, TO_UNDO):
            raise UndoError(_IMPOSSIBLE)
        session.execute(
            update(Upload).where(Upload.id == upload_id).values(choice={**(upload.choice or {}), "undo": shown})
        )
        records.record_action(session, upload_id, account_id, "einlesen.ruecknahme.freigeben")


def undo(databases: Databases, upload_id: int, report: ReportProgress) -> None:
    """Take an upload back, all or nothing."""
    try:
        with databases.writing.begin() as session:
            report(20, "Nimmt die Datenlieferung zurück")
            upload = session.get_one(Upload, upload_id)
            found = _take_back(session, upload_id)
            _as_shown(found, upload)
            if not records.move(session, upload_id, UNDOING, UNDONE, weighed=None):
                raise RuntimeError(records.TAKEN_FOR_DEAD)
            records.record_action(session, upload_id, upload.account_id, "einlesen.zuruecknehmen")
            report(95, "Schließt ab")
    except ChangedError:
        with databases.writing.begin() as session:
            kept = {**(session.get_one(Upload, upload_id).choice or {}), "undo": CHANGED}
            records.move(session, upload_id, UNDOING, STORED, choice=kept)
        return
    _log.info("upload taken back", upload=upload_id, gone=found.removed, back=found.restored)


def _as_shown(found: UndoPreview, upload: Upload) -> None:
    if found.digest != (upload.choice or {}).get("undo"):
        raise ChangedError


def _take_back(session: Session, upload_id: int, *, dry: bool = False) -> UndoPreview:
    home_id = session.scalars(select(Upload.home_id).where(Upload.id == upload_id)).one()
    session.execute(select(Home.id).where(Home.id == home_id).with_for_update())
    if not can_undo(session, upload_id):
        raise UndoError(_IMPOSSIBLE)
    connection, kept = session.connection(), preview.figures(session.connection(), home_id)
    before = rescore.scored_state(session, home_id)
    one = session.get_one(AppliedUpload, upload_id)
    own, months = active_uploads.contents(session, upload_id), active_uploads.affected_months(session, one)
    held = _stored(session, home_id, months)
    after = active_uploads.replay(session, home_id, months, without=upload_id)
    removed, added = row_changes.surplus(held, after), row_changes.surplus(after, held)
    rosters = _rosters(session, one)
    overrides, later = _overrides(session, one, own), _later(session, one, own)
    owners = _owners(session, one, np.unique(np.concatenate([own, added])))
    apply.store_rows(session, home_id, held, removed, _shared(added, owners), dry=dry)
    if not dry:
        replace_rows.reattribute(connection, home_id, upload_id, owners)
    former, unknown = active_uploads.restore_people(session, home_id, upload_id)
    if not dry:
        session.expunge(one)
        active_uploads.remove(session, upload_id)
        for model in (UnknownTerm, WeeklyHours):
            session.execute(delete(model).where(model.upload_id == upload_id))
    session.flush()
    days = apply.analyse_changes(session, home_id, before, removed, added, None if dry else rosters)
    moved = preview.fit_and_coverage(kept, preview.figures(connection, home_id), days)
    stay = len(own) - len(row_changes.surplus(own, after))
    duties_so = "-".join(map(str, rosters.as_json.values()))
    mark = f"{apply.digest(removed, added, rosters.removed_contents)}/{duties_so}/{former}/{unknown}"
    return UndoPreview(
        len(own), len(removed), stay, len(added), rosters, former, unknown, overrides, later, moved, mark
    )


def _stored(session: Session, home_id: int, months: list[int]) -> Contents:
    if not months:
        return NOTHING
    first, last = (np.datetime64(month, "M").astype("datetime64[D]").item() for month in (months[0], months[-1]))
    return row_changes.in_months(active_uploads.stored_contents(session, home_id, (first, last)), months)


def _rosters(session: Session, one: AppliedUpload) -> duties.DutyChanges:
    """Return how the duties change without an upload."""
    months = duties.affected_months(duties.of_upload(session, one.upload_id), row_changes.scope_of(one.rule))
    before, after = (duties.replay(session, one.home_id, months, without=left) for left in (None, one.upload_id))
    return duties.compare(before, after)


def _owners(session: Session, one: AppliedUpload, wanted: Contents) -> dict[int, Contents]:
    """Return which other active upload each content is attributed to: the last one that contains it."""
    found: dict[int, Contents] = {}
    for other in reversed(active_uploads.active_uploads(session, one.home_id)):
        if other.upload_id != one.upload_id:
            here = np.isin(wanted, active_uploads.contents(session, other.upload_id))
            found[other.upload_id], wanted = wanted[here], wanted[~here]
    return found


def _shared(added: Contents, owners: dict[int, Contents]) -> dict[int, Contents]:
    return {upload_id: added[np.isin(added, own)] for upload_id, own in owners.items()}


def _later(session: Session, one: AppliedUpload, own: Contents) -> list[int]:
    meant = aliases.of_home(session, one.home_id)
    named = _named(one, meant)
    return [
        other.upload_id
        for other in active_uploads.active_uploads(session, one.home_id)
        if other.position > one.position
        and (named & _named(other, meant) or np.isin(own, active_uploads.contents(session, other.upload_id)).any())
    ]


def _named(one: AppliedUpload, meant: dict[str, str]) -> set[str]:
    frames = active_uploads.people(one)
    people = {str(person) for name, (key, _) in active_uploads.PEOPLE.items() for person in frames[name][key]}
    return {meant.get(person, person) for person in people}


def _overrides(session: Session, one: AppliedUpload, own: Contents) -> int:
    """Return how many levels were set since the upload for its residents or the whole home."""
    residents = set(unpack(own.tobytes())["resident_id"].tolist())
    named = _named(one, aliases.of_home(session, one.home_id))
    query = (
        select(func.coalesce(Override.resident_id, 0), Resident.pseudonym)
        .outerjoin(Resident, Resident.id == Override.resident_id)
        .join(Upload, Upload.id == one.upload_id)
        .where(
            Override.home_id == one.home_id, Override.withdrawn_at.is_(None), Override.created_at >= Upload.stored_at
        )
    )
    found = session.execute(query).all()
    return sum(number == 0 or number in residents or pseudonym in named for number, pseudonym in found)


_IMPOSSIBLE: Final = (
    "Diese Datenlieferung lässt sich nicht zurücknehmen: Sie ist nicht (mehr) übernommen, oder sie stammt aus der "
    "Zeit, bevor das Programm sich Datenlieferungen einzeln gemerkt hat."
)
