"""Uploads whose worker died, and those waiting that the queue has lost."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import structlog
from sqlalchemy import select

from web.services import accesses
from web.services.uploads import progress, records
from web.services.uploads.progress import SILENT_SECONDS
from web.store.models import Upload
from web.store.models.upload import (
    ABORTED,
    READING,
    RELEASED,
    STORED,
    STORING,
    TO_UNDO,
    UNDOING,
    WAITING,
)

if TYPE_CHECKING:
    from web.services.uploads.progress import ProgressNotes
    from web.store.access import SystemAccess


MOST_TRIES: Final = 2
"""A job whose worker died is taken up so often; a file that kills every worker must not kill them for ever."""


_AGAIN: Final = {READING: WAITING, STORING: RELEASED, UNDOING: TO_UNDO}

_log = structlog.get_logger(__name__)


def recover(system: SystemAccess, notes: ProgressNotes, *, silent_seconds: float = SILENT_SECONDS) -> dict[int, str]:
    """Return uploads whose worker died to their former state; return them with the state they wait in.

    Nothing of them is half done. Those that have been taken up often enough are marked as aborted instead.
    """
    with system.reading() as session:
        working = session.execute(
            select(Upload.id, Upload.state, Upload.home_id).where(Upload.state.in_(tuple(_AGAIN)))
        ).all()
    next_states: dict[int, str] = {}
    for upload_id, state, home_id in working:
        if not progress.is_silent(notes.noted(progress.key(upload_id)), silent_seconds):
            continue
        tries = (notes.noted(progress.tries_key(upload_id)) or {"count": 0})["count"]
        given_up = STORED if state == UNDOING else ABORTED
        next_state = _AGAIN[state] if tries < MOST_TRIES else given_up
        with accesses.of_home(system, home_id).writing.begin() as session:
            if not records.move(session, upload_id, state, next_state):
                continue  # its worker lives after all, or another one was quicker
        _log.warning("upload interrupted", upload=upload_id, state=state, taken_up=next_state != given_up)
        if next_state == given_up:
            notes.note(progress.tries_key(upload_id), None)
            notes.note(progress.key(upload_id), None)
        else:
            notes.note(progress.tries_key(upload_id), {"count": tries + 1})
            progress.wait_again(notes, upload_id)
            next_states[upload_id] = next_state
    return next_states


def waiting_uploads(system: SystemAccess) -> dict[int, str]:
    """Return the uploads that wait for a worker, with their state."""
    with system.reading() as session:
        query = (
            select(Upload.id, Upload.state).where(Upload.state.in_((WAITING, RELEASED, TO_UNDO))).order_by(Upload.id)
        )
        return dict(session.execute(query).all())
