"""What depends on an active upload: later ones about the same people or rows, and levels set for its residents."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from sqlalchemy import func, select

from pebem.history.contents import month_of, months_of, unpack
from web.services.history import active_uploads, stored_statements
from web.services.people import aliases
from web.store.models import Override, Resident, Upload

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from pebem.history.acts import Contents
    from web.store.models import AppliedUpload


def later_uploads(session: Session, upload: AppliedUpload, own: Contents) -> list[int]:
    """Return the active uploads after one that name the same people or contain the same rows."""
    person_of = aliases.of_home(session, upload.home_id)
    named = _people_named(upload, person_of)
    uploads = active_uploads.active_uploads(session, upload.home_id)
    own_months = {month_of(part): part for part in months_of(own)}

    def shares_rows(number: int) -> bool:
        theirs = active_uploads.contents(session, number, own_months)
        return any(np.isin(own_months[month_of(part)], part).any() for part in months_of(theirs))

    return [
        later.upload_id
        for later in uploads
        if later.position > upload.position
        and (named & _people_named(later, person_of) or shares_rows(later.upload_id))
    ]


def _people_named(applied: AppliedUpload, person_of: dict[str, str]) -> set[str]:
    frames = stored_statements.unpacked(applied.people)
    people = {str(person) for name, (key, _) in stored_statements.PEOPLE.items() for person in frames[name][key]}
    return {person_of.get(person, person) for person in people}


def overrides(session: Session, applied: AppliedUpload, own: Contents) -> int:
    """Return how many levels were set since the upload for its residents or the whole home."""
    residents = set(unpack(own.tobytes())["resident_id"].tolist())
    person_of, rows = (
        aliases.of_home(session, applied.home_id),
        aliases.merged_rows(session, applied.home_id)["resident_id"],
    )
    named = _people_named(applied, person_of)
    query = (
        select(func.coalesce(Override.resident_id, 0), Resident.pseudonym)
        .outerjoin(Resident, Resident.id == Override.resident_id)
        .join(Upload, Upload.id == applied.upload_id)
        .where(
            Override.home_id == applied.home_id,
            Override.withdrawn_at.is_(None),
            Override.created_at >= Upload.stored_at,
        )
    )
    found = session.execute(query).all()
    return sum(
        number == 0 or rows.get(number, number) in residents or person_of.get(pseudonym, pseudonym) in named
        for number, pseudonym in found
    )
