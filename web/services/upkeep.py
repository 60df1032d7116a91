"""What has to be done for uploads and figures though nobody asks: after a crash, a new rulebook, a week."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import TYPE_CHECKING, Final

import pandas as pd
import structlog
from sqlalchemy import select

from web.services import batches, care, clock, holdings, imports, progress
from web.services.batches import ABORTED, READ, READING, REFUSED, RELEASED, STORING, WAITING
from web.store.models import Batch, Coverage, Home

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from web.services.progress import Notes
    from web.settings import Settings
    from web.store.databases import Databases

KEPT_DAYS: Final = 7
"""How long an upload waits for a decision before it is thrown away."""

SILENT_SECONDS: Final = 120
"""A job that has noted no progress for so long is taken for dead."""

_log = structlog.get_logger(__name__)


def recover(databases: Databases, notes: Notes, *, silent_seconds: float = SILENT_SECONDS) -> dict[int, str]:
    """Mark uploads whose worker died as aborted, and return those that wait for a worker, with their state."""
    with databases.writing.begin() as session:
        open_ones = session.execute(select(Batch.id, Batch.state).where(Batch.state.in_(batches.MOVING))).all()
        for batch_id, state in open_ones:
            noted = notes.noted(progress.key(batch_id))
            dead = noted is None or time.time() - noted["at"] >= silent_seconds
            if state in {READING, STORING} and dead:
                batches.move(session, batch_id, state, ABORTED)
                _log.warning("upload aborted", batch=batch_id, state=state)
    return {batch_id: state for batch_id, state in open_ones if state in {WAITING, RELEASED}}


def refresh(databases: Databases) -> int:
    """Analyse anew the homes whose figures rest on other rulebooks than now hold; return how many those were."""
    with databases.reading() as session:
        stale = [home.id for home in session.scalars(select(Home)).all() if _stale(session, home)]
    for home_id in stale:
        with databases.writing.begin() as session:
            session.execute(select(Home.id).where(Home.id == home_id).with_for_update())
            care.analyse(session, home_id)
        _log.info("home analysed anew", home=home_id)
    return len(stale)


def _stale(session: Session, home: Home) -> bool:
    query = select(Coverage.day, Coverage.rulebook_sha256).where(Coverage.home_id == home.id).distinct()
    days = pd.DataFrame(session.execute(query).all(), columns=["day", "rulebook_sha256"])
    if days.empty:
        return False
    return not holdings.rests_on(days, holdings.stretches(session, home, days["day"].min(), days["day"].max()))


def forget_old(databases: Databases, settings: Settings, *, days: int = KEPT_DAYS) -> int:
    """Throw away uploads nobody decided about for so long, and return how many those were."""
    limit = clock.now() - timedelta(days=days)
    waiting_for_somebody = (READ, REFUSED, ABORTED)
    with databases.reading() as session:
        old = session.scalars(
            select(Batch.id).where(Batch.state.in_(waiting_for_somebody), Batch.created_at < limit)
        ).all()
    for batch_id in old:
        imports.discard(databases, settings, batch_id, account_id=None, reason=f"nach {days} Tagen ohne Entscheidung")
    return len(old)
