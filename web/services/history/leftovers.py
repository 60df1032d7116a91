"""What uploads leave behind and nothing needs any more: persons nobody names, texts and files of what is gone (X9).

A person is needed as long as an active upload names it, somebody has answered who it is, or a level is set for it.
"""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING

import numpy as np
import structlog
from sqlalchemy import delete, select

from pebem.history.contents import DUTY, of_bytes, unpack
from web.services import open_vault
from web.services.history import active_uploads, stored_statements
from web.services.people import aliases, pseudonyms
from web.store.models import AppliedDuties, AppliedMonth, AppliedUpload, Override, Resident, Staff, Upload
from web.store.models.upload import DISCARDED, STORING, UNDONE
from web.store.vault import RESIDENT, STAFF, SealedUploadTexts

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

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
        for start in range(0, len(gone), CHUNK):
            session.execute(delete(model).where(model.id.in_(gone[start : start + CHUNK])))
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


def _named(session: Session, home_id: int) -> dict[str, set[int | str]]:
    """Return whom active uploads and people name: row ids by the name of their number, and pseudonyms ("by")."""
    uploads = active_uploads.active_uploads(session, home_id)
    answers = aliases.answers(session, home_id).values()
    by: set[int | str] = {one for answer in answers for one in (answer.pseudonym, answer.same_as) if one}
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
