"""What uploads leave behind and nothing needs any more: persons nobody names, texts and files of what is gone (X9).

A person is needed as long as an active upload names it, somebody has answered who it is, a level is set for it, a
statement about it is corrected, or it is restricted. Work of a deleted employee stays under a pseudonym (``REPLACED``)
that the rows of uploads name.
"""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING

import numpy as np
import structlog
from sqlalchemy import delete, select

from pebem.history.contents import DUTY, of_bytes, unpack
from web.services import clock, open_vault
from web.services.history import active_uploads, corrections, stored_statements
from web.services.people import aliases, pseudonyms
from web.store.models import (
    AppliedDuties,
    AppliedMonth,
    AppliedUpload,
    Correction,
    Override,
    Resident,
    Restriction,
    Staff,
    Upload,
)
from web.store.models.upload import DISCARDED, STORING, UNDONE
from web.store.vault import RESIDENT, STAFF, SealedUploadTexts

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from datetime import date, datetime

    from sqlalchemy.orm import Session

    from web.services.open_vault import OpenVault
    from web.settings import Settings
    from web.store.access import Access

MODELS: dict[str, type[Resident | Staff]] = {RESIDENT: Resident, STAFF: Staff}
CHUNK = 500

_log = structlog.get_logger(__name__)


def forget_persons(session: Session, home_id: int) -> int:
    """Delete the pseudonyms of a home that nothing needs, in the open transaction; return how many those were."""
    named = _named(session, home_id)
    count = 0
    for kind, model in MODELS.items():
        rows = session.execute(select(model.id, model.pseudonym).where(model.home_id == home_id)).all()
        gone = [
            row.id for row in rows if row.id not in named[aliases.ROW_ID[kind]] and row.pseudonym not in named["by"]
        ]
        names = [row.pseudonym for row in rows if row.id in set(gone)]
        for start in range(0, len(gone), CHUNK):
            session.execute(delete(model).where(model.id.in_(gone[start : start + CHUNK])))
            for over in (Correction, Restriction):  # withdrawn and lifted: those in force keep their person
                mine = over.home_id == home_id, over.pseudonym.in_(names[start : start + CHUNK])
                session.execute(delete(over).where(*mine))
        count += len(gone)
    return count


def sweep(access: Access, settings: Settings, home_id: int) -> int:
    """Delete what lies in the vault and nothing needs; return how many persons those were.

    Nothing is deleted while an upload of the home is being stored: its names are in the vault before its rows are in
    the work database.

    Raises
    ------
    VaultClosedError
        Where the vault does not open; the next sweep does it.
    """
    with open_vault.writing(access, settings, home_id) as vault:
        with access.reading() as session:
            of_home = Upload.home_id == home_id
            if session.scalar(select(Upload.id).where(of_home, Upload.state == STORING).limit(1)) is not None:
                return 0
            needed = {
                one
                for model in MODELS.values()
                for one in session.scalars(select(model.pseudonym).where(model.home_id == home_id))
            }
            gone = set(session.scalars(select(Upload.id).where(of_home, Upload.state.in_((DISCARDED, UNDONE)))))
        count = pseudonyms.forget_all_but(vault, home_id, needed)
        forget_texts(vault, gone)
    if count:
        _log.info("names deleted", home=home_id, count=count)
    return count


def forget_texts(vault: OpenVault, upload_ids: Collection[int]) -> None:
    """Delete file names, message and findings of uploads that are gone: all of them may name persons."""
    vault.session.execute(delete(SealedUploadTexts).where(SealedUploadTexts.upload_id.in_(upload_ids)))


def kept_since(session: Session, home_id: int) -> dict[str, date]:
    """Return the persons of a home that are needed though no upload may name them, with the day that was said last."""
    levels = (
        select(Resident.pseudonym, Override.created_at)
        .join(Resident, Resident.id == Override.resident_id)
        .where(Override.home_id == home_id)
    )
    days: dict[str, date] = {}
    for person, moment in (*_said(session, home_id).items(), *session.execute(levels).all()):
        day = moment.astimezone(clock.BERLIN).date()
        days[person] = max(days.get(person, day), day)
    return days


def _said(session: Session, home_id: int) -> dict[str, datetime]:
    """Return the pseudonyms that answers, corrections and restrictions in force name, with the moment of the last."""
    answers = aliases.answers(session, home_id).values()
    open_ones = Restriction.home_id == home_id, Restriction.lifted_at.is_(None)
    said = [(one, answer.at) for answer in answers for one in (answer.pseudonym, answer.same_as) if one]
    said += [(one.pseudonym, one.at) for one in corrections.in_force(session, home_id)]
    said += [(one.pseudonym, one.at) for one in session.scalars(select(Restriction).where(*open_ones))]
    return dict(sorted(said, key=lambda one: one[1]))


def _named(session: Session, home_id: int) -> dict[str, set[int | str]]:
    """Return whom active uploads and people name: row ids by the name of their number, and pseudonyms ("by")."""
    uploads = active_uploads.active_uploads(session, home_id)
    by: set[int | str] = {*_said(session, home_id)}
    for upload in uploads:
        for name, frame in stored_statements.unpacked(upload.people).items():
            by.update(map(str, frame[stored_statements.PEOPLE[name][0]]))
    overridden = select(Override.resident_id).where(Override.home_id == home_id, Override.resident_id.is_not(None))
    residents: set[int | str] = set(session.scalars(overridden))
    staff: set[int | str] = set()
    mine = select(AppliedUpload.upload_id).where(AppliedUpload.home_id == home_id)
    for packed in session.scalars(select(AppliedMonth.contents).where(AppliedMonth.upload_id.in_(mine))):
        rows = unpack(of_bytes(zlib.decompress(packed)).tobytes())
        residents.update(_ids(rows["resident_id"]))
        staff.update(_ids(rows["staff_id"]))
    for packed in session.scalars(select(AppliedDuties.contents).where(AppliedDuties.upload_id.in_(mine))):
        staff.update(_ids(unpack(zlib.decompress(packed), DUTY)["staff_id"]))
    return {"by": by, "resident_id": residents, "staff_id": staff}


def _ids(column: Iterable[int]) -> list[int]:
    return [int(one) for one in np.unique(np.asarray(column))]
