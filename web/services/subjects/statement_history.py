"""What was stated of a person when: upload by upload, what each added, corrected and removed (T7).

Worked out from the active uploads by the fold that everything stored follows from, so it ends with what is stored.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from pebem.history import changes
from pebem.history.assessment_parts import AssessmentValue
from web.services.history import active_uploads, corrections
from web.services.people import aliases
from web.store.models import Upload

if TYPE_CHECKING:
    from datetime import date, datetime

    from sqlalchemy.orm import Session

    from pebem.history.changes import StatementChange


@dataclass(frozen=True, slots=True)
class HistoryStep:
    """What an upload changed in one statement about a person.

    Attributes
    ----------
    upload_id, stored_at, account_id
        The upload (None = a correction), when it was stored, and by which account.
    kind, criterion, first, change
        As in ``pebem.history.changes.StatementChange``.
    before, after
        What was and what is stated: plain values, None = nothing.
    """

    upload_id: int | None
    stored_at: datetime | None
    account_id: int
    kind: str
    criterion: str
    first: date | None
    change: str
    before: Any
    after: Any


def of_person(session: Session, home_id: int, person: str) -> list[HistoryStep]:
    """Return what the active uploads changed in what is known of a person, in their order.

    Parameters
    ----------
    person
        Pseudonym; of a merged one that of the person it means.
    """
    uploads = {one.id: one for one in session.scalars(select(Upload).where(Upload.home_id == home_id))}
    meant = aliases.of_home(session, home_id)
    before = active_uploads.fold_statements(session, home_id, about=person, until=0)
    steps = []
    for active in active_uploads.active_uploads(session, home_id):
        now = active_uploads.fold_statements(session, home_id, about=person, until=active.position)
        upload = uploads[active.upload_id]
        of_upload = upload.id, upload.stored_at, upload.released_by or upload.account_id
        steps += [_step(of_upload, one) for one in changes.between(before, now)]
        before = now
    everything = corrections.in_force(session, home_id)
    corrected = [one for one in everything if meant.get(one.pseudonym, one.pseudonym) == person]
    if corrected:
        by_hand = None, corrected[-1].at, corrected[-1].account_id
        now = active_uploads.fold_statements(session, home_id, about=person)
        steps += [_step(by_hand, one) for one in changes.between(before, now)]
    return steps


def _step(by: tuple[int | None, datetime | None, int], one: StatementChange) -> HistoryStep:
    values = plain(one.before), plain(one.after)
    return HistoryStep(*by, one.kind, one.criterion, one.first, one.change, *values)


def plain(value: Any) -> Any:
    """Return the value of a statement as plain data."""
    if isinstance(value, AssessmentValue):
        recorded = value.as_recorded()
        return {**recorded.pop("cells"), **recorded}
    return [one.isoformat() if hasattr(one, "isoformat") else one for one in value] if value is not None else None
