"""What has to be done for uploads and figures though nobody asks: after a crash, a new rulebook, a week."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import TYPE_CHECKING, Final

import structlog
from sqlalchemy import select

from web.services import clock
from web.services.analysis import home_data, results
from web.services.uploads import flow, kept_files, progress, records
from web.services.uploads.progress import SILENT_SECONDS
from web.services.uploads.records import (  # fmt: skip
    ABORTED,
    READING,
    RELEASED,
    STORED,
    STORING,
    TO_UNDO,
    UNDOING,
    WAITING,
)
from web.store.models import Home, Upload

if TYPE_CHECKING:
    from web.services.uploads.progress import ProgressNotes
    from web.settings import Settings
    from web.store.databases import Databases

MOST_TRIES: Final = 2
"""A job whose worker died is taken up so often; a file that kills every worker must not kill them for ever."""

ORPHAN_SECONDS: Final = 3600.0
"""A folder of no upload is left alone for so long: its upload may be about to be written."""

_AGAIN: Final = {READING: WAITING, STORING: RELEASED, UNDOING: TO_UNDO}

_log = structlog.get_logger(__name__)


def recover(databases: Databases, notes: ProgressNotes, *, silent_seconds: float = SILENT_SECONDS) -> dict[int, str]:
    """Put uploads whose worker died back where they were, and return those with the state they wait in.

    Nothing of them is half done. Those that have been taken up often enough are marked as aborted instead.
    """
    with databases.reading() as session:
        working = session.execute(select(Upload.id, Upload.state).where(Upload.state.in_(tuple(_AGAIN)))).all()
    found: dict[int, str] = {}
    for upload_id, state in working:
        if not progress.is_silent(notes.noted(progress.key(upload_id)), silent_seconds):
            continue
        tries = (notes.noted(progress.tries_key(upload_id)) or {"count": 0})["count"]
        given_up = STORED if state == UNDOING else ABORTED
        next_state = _AGAIN[state] if tries < MOST_TRIES else given_up
        with databases.writing.begin() as session:
            if not records.move(session, upload_id, state, next_state):
                continue  # its worker lives after all, or another one was quicker
        _log.warning("upload interrupted", upload=upload_id, state=state, taken_up=next_state != given_up)
        if next_state == given_up:
            notes.note(progress.tries_key(upload_id), None)
            notes.note(progress.key(upload_id), None)
        else:
            notes.note(progress.tries_key(upload_id), {"count": tries + 1})
            progress.wait_again(notes, upload_id)
            found[upload_id] = next_state
    return found


def waiting(databases: Databases) -> dict[int, str]:
    """Return the uploads that wait for a worker, with their state."""
    with databases.reading() as session:
        query = (
            select(Upload.id, Upload.state).where(Upload.state.in_((WAITING, RELEASED, TO_UNDO))).order_by(Upload.id)
        )
        return dict(session.execute(query).all())


def refresh(databases: Databases) -> int:
    """Analyse anew the homes whose figures are missing or rest on other rulebooks than now hold; return how many."""
    with databases.reading() as session:
        stale = [home.id for home in session.scalars(select(Home)).all() if results.stale(session, home)]
    for home_id in stale:
        with databases.writing.begin() as session:
            session.execute(select(Home.id).where(Home.id == home_id).with_for_update())
            home_data.analyse(session, home_id)
        _log.info("home analysed anew", home=home_id)
    return len(stale)


def forget_old(databases: Databases, settings: Settings) -> int:
    """Throw away uploads nobody decided about in time, and return how many those were.

    What is kept of decided ones, faulty rows to repair, goes after the same time; so do folders of no upload.
    """
    limit = clock.now() - timedelta(days=settings.upload_days)
    with databases.reading() as session:
        states = {one.id: one.state for one in session.execute(select(Upload.id, Upload.state))}
        old = set(session.scalars(select(Upload.id).where(Upload.created_at < limit)))
    undecided = sorted(number for number in old if states[number] in records.UNDECIDED)
    for upload_id in undecided:
        reason = f"nach {settings.upload_days} Tagen ohne Entscheidung"
        flow.discard(databases, settings, upload_id, account_id=None, reason=reason)
    for upload_id, changed in kept_files.kept(settings).items():
        orphan = upload_id not in states and time.time() - changed > ORPHAN_SECONDS
        if orphan or (upload_id in old and states[upload_id] not in records.MOVING):
            kept_files.drop(settings, upload_id)
            _log.info("staged data deleted", upload=upload_id)
    return len(undecided)
