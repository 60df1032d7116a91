"""Taking an upload back: what depends on it, shown first; then rows and people as the other uploads have them."""

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
from web.services.uploads import applied, apply, preview, records
from web.store.models import AppliedUpload, Home, Override, Resident, UnknownTerm, Upload, WeeklyHours
from web.store.models.upload import STORED, TO_UNDO, UNDOING, UNDONE
from web.store.work import replace_rows
from web.store.work.row_bytes import unpack

if TYPE_CHECKING:
    from sqlalchemy.orm import Session, sessionmaker

    from web.services.uploads.progress import ReportProgress
    from web.store.databases import Databases

OTHERWISE: Final = "anders"
"""Stored in ``Upload.choice`` where an undo was not carried out, because it would not have done what was shown."""

_log = structlog.get_logger(__name__)


class UndoError(ServiceError):
    """An upload cannot be taken back."""


class OtherwiseError(Exception):
    """What would be done is no longer what was shown."""


@dataclass(frozen=True)
class UndoPreview:
    """What taking an upload back does.

    Attributes
    ----------
    rows
        Rows of the upload.
    gone
        Rows that go.
    stay
        Rows of the upload that stay, because another upload in force contains them too.
    back
        Rows that come back: the upload had changed or replaced them.
    rosters
        What becomes of the duties; "new" are those that come back.
    former, unknown
        Persons of whom something earlier holds again, and of whom nothing is known any more.
    overrides
        Levels set since for people of this upload or the whole home: they stay.
    later
        Later uploads that name the same people or contain the same rows: they stay in force.
    moved
        Fit and coverage of the touched days before and after (``weighing.moved``).
    digest
        Tells whether the same would be done.
    """

    rows: int
    gone: int
    stay: int
    back: int
    rosters: duties.DutyChanges
    former: int
    unknown: int
    overrides: int
    later: list[int]
    moved: dict[str, Any]
    digest: str


def possible(session: Session, upload_id: int) -> bool:
    """Return whether an upload is in force and kept so that it can be taken back."""
    found = session.get(AppliedUpload, upload_id)
    return found is not None and not found.ground


def is_possible(reading: sessionmaker[Session], upload_id: int) -> bool:
    """Return the same, without an open session."""
    with reading() as session:
        return possible(session, upload_id)


def weigh(databases: Databases, upload_id: int) -> UndoPreview:
    """Return what taking an upload back would do, by doing it in a transaction that is undone.

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
        if not possible(session, upload_id) or not records.move(session, upload_id, STORED, TO_UNDO):
            raise UndoError(_IMPOSSIBLE)
        session.execute(
            update(Upload).where(Upload.id == upload_id).values(choice={**(upload.choice or {}), "undo": shown})
        )
        records.record_action(session, upload_id, account_id, "einlesen.ruecknahme.freigeben")


def undo(databases: Databases, upload_id: int, tell: ReportProgress) -> None:
    """Take an upload back, all or nothing."""
    try:
        with databases.writing.begin() as session:
            tell(20, "Nimmt die Datenlieferung zurück")
            upload = session.get_one(Upload, upload_id)
            found = _take_back(session, upload_id)
            _as_shown(found, upload)
            if not records.move(session, upload_id, UNDOING, UNDONE, weighed=None):
                raise RuntimeError(records.TAKEN_FOR_DEAD)
            records.record_action(session, upload_id, upload.account_id, "einlesen.zuruecknehmen")
            tell(95, "Schließt ab")
    except OtherwiseError:
        with databases.writing.begin() as session:
            kept = {**(session.get_one(Upload, upload_id).choice or {}), "undo": OTHERWISE}
            records.move(session, upload_id, UNDOING, STORED, choice=kept)
        return
    _log.info("upload taken back", upload=upload_id, gone=found.gone, back=found.back)


def _as_shown(found: UndoPreview, upload: Upload) -> None:
    if found.digest != (upload.choice or {}).get("undo"):
        raise OtherwiseError


def _take_back(session: Session, upload_id: int, *, dry: bool = False) -> UndoPreview:
    home_id = session.scalars(select(Upload.home_id).where(Upload.id == upload_id)).one()
    session.execute(select(Home.id).where(Home.id == home_id).with_for_update())
    if not possible(session, upload_id):
        raise UndoError(_IMPOSSIBLE)
    connection, kept = session.connection(), preview.figures(session.connection(), home_id)
    before = rescore.held(session, home_id)
    one = session.get_one(AppliedUpload, upload_id)
    own, months = applied.contents(session, upload_id), applied.months_about(session, one)
    held = _stored(session, home_id, months)
    after = applied.folded(session, home_id, months, without=upload_id)
    gone, come = row_changes.beyond(held, after), row_changes.beyond(after, held)
    rosters = _rosters(session, one)
    overrides, later = _overrides(session, one, own), _later(session, one, own)
    owners = _owners(session, one, np.unique(np.concatenate([own, come])))
    apply.put(session, home_id, held, gone, _shared(come, owners), dry=dry)
    if not dry:
        replace_rows.hand_over(connection, home_id, upload_id, owners)
    former, unknown = applied.restore_people(session, home_id, upload_id)
    if not dry:
        session.expunge(one)
        applied.forget(session, upload_id)
        for model in (UnknownTerm, WeeklyHours):
            session.execute(delete(model).where(model.upload_id == upload_id))
    session.flush()
    days = apply.analysed(session, home_id, before, gone, come, None if dry else rosters)
    moved = preview.moved(kept, preview.figures(connection, home_id), days)
    stay = len(own) - len(row_changes.beyond(own, after))
    duties_so = "-".join(map(str, rosters.written.values()))
    mark = f"{apply.digest(gone, come, rosters.gone)}/{duties_so}/{former}/{unknown}"
    return UndoPreview(len(own), len(gone), stay, len(come), rosters, former, unknown, overrides, later, moved, mark)


def _stored(session: Session, home_id: int, months: list[int]) -> Contents:
    if not months:
        return NOTHING
    first, last = (np.datetime64(month, "M").astype("datetime64[D]").item() for month in (months[0], months[-1]))
    return row_changes.in_months(applied.stored(session, home_id, (first, last)), months)


def _rosters(session: Session, one: AppliedUpload) -> duties.DutyChanges:
    """Return what becomes of the duties without an upload."""
    months = duties.months_about(duties.of_upload(session, one.upload_id), row_changes.scope_of(one.rule))
    before, after = (duties.folded(session, one.home_id, months, without=left) for left in (None, one.upload_id))
    return duties.compare(before, after)


def _owners(session: Session, one: AppliedUpload, wanted: Contents) -> dict[int, Contents]:
    """Return which other upload in force each content counts as brought by: the last one that contains it."""
    found: dict[int, Contents] = {}
    for other in reversed(applied.in_force(session, one.home_id)):
        if other.upload_id != one.upload_id:
            here = np.isin(wanted, applied.contents(session, other.upload_id))
            found[other.upload_id], wanted = wanted[here], wanted[~here]
    return found


def _shared(come: Contents, owners: dict[int, Contents]) -> dict[int, Contents]:
    return {upload_id: come[np.isin(come, own)] for upload_id, own in owners.items()}


def _later(session: Session, one: AppliedUpload, own: Contents) -> list[int]:
    meant = aliases.of_home(session, one.home_id)
    named = _named(one, meant)
    return [
        other.upload_id
        for other in applied.in_force(session, one.home_id)
        if other.position > one.position
        and (named & _named(other, meant) or np.isin(own, applied.contents(session, other.upload_id)).any())
    ]


def _named(one: AppliedUpload, meant: dict[str, str]) -> set[str]:
    frames = applied.people(one)
    people = {str(person) for name, (key, _) in applied.PEOPLE.items() for person in frames[name][key]}
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
