"""Homes folded by an older rule are folded anew by the one of today, with a report of the months that move."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any, Final

import structlog
from sqlalchemy import select

from pebem.history.contents import days_of
from web.services import accesses, audit
from web.services.analysis import duties
from web.services.history import active_uploads, fold_home, moved_shares, statement_changes
from web.store.models import Home, WorkMonth
from web.store.models.account import FOLD_RULE

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from web.store.access import Access, SystemAccess

REPORT_READ: Final = "einlesen.neuberechnung.gelesen"

_log = structlog.get_logger(__name__)


def refold_outdated(system: SystemAccess) -> int:
    """Fold the homes anew that were folded by an older rule; return how many."""
    with system.reading() as session:
        outdated = list(session.scalars(select(Home.id).where(Home.fold_rule < FOLD_RULE).order_by(Home.id)))
    for home_id in outdated:
        with accesses.of_home(system, home_id).writing.begin() as session:
            home = session.scalars(select(Home).where(Home.id == home_id).with_for_update()).one()
            if home.fold_rule >= FOLD_RULE:
                continue  # another process was quicker
            home.fold_report = _refold(session, home_id)
            home.fold_rule = FOLD_RULE
            _log.info("home folded anew", home=home_id, months=len(home.fold_report))
    return len(outdated)


def report(access: Access, home_id: int) -> list[dict[str, Any]]:
    """Return the months that moved when a home was last folded anew, until somebody has read it; none = nothing."""
    access.check_home(home_id)
    with access.reading() as session:
        return session.scalars(select(Home.fold_report).where(Home.id == home_id)).one_or_none() or []


def dismiss_report(access: Access, *, home_id: int) -> None:
    """Note that the report of a home of this tenant was read: it is not shown any more. Without one, do nothing."""
    access.check_home(home_id)
    with access.writing.begin() as session:
        home = session.scalar(
            select(Home).where(Home.id == home_id, Home.tenant_id == access.tenant_id).with_for_update()
        )
        if home is None or home.fold_report is None:
            return
        home.fold_report = None
        audit.record(session, access, REPORT_READ, what=f"haus {home_id}")


def _refold(session: Session, home_id: int) -> list[dict[str, object]]:
    """Fold a home anew; return the months whose figures move, with the reasons."""
    before = fold_home.stored_state(session, home_id, None, rule=0)
    shares = moved_shares.figures(session.connection(), home_id)
    _complete_rules(session, home_id)
    months = {
        *session.scalars(select(WorkMonth.month).where(WorkMonth.home_id == home_id)),
        *(
            month
            for upload in active_uploads.active_uploads(session, home_id)
            for month in active_uploads.affected_months(session, upload)
        ),
    }
    changes = fold_home.settle(session, home_id, before, months)
    session.flush()
    now = moved_shares.figures(session.connection(), home_id)
    moved = statement_changes.months_elsewhere(shares, now, changes.days, frozenset(), changes.people)
    return statement_changes.with_rows(moved, changes.removed, changes.added)


def _complete_rules(session: Session, home_id: int) -> None:
    """Let each upload from before know the days it is about, from which its undated statements hold."""
    for upload in active_uploads.active_uploads(session, home_id):
        if "covers" in upload.rule:
            continue  # it knows them, file by file, and what was chosen about them
        rows = days_of(active_uploads.contents(session, upload.upload_id)).tolist()
        on_duty = days_of(duties.of_upload(session, upload.upload_id)).tolist()
        first, last = min(rows + on_duty, default=None), max(rows, default=None)
        rule = replace(
            active_uploads.rule_of(upload),
            covers=(None if first is None or upload.baseline else date.fromordinal(first),),
            last_day=None if last is None else date.fromordinal(last),
            after_rows=first is None and not upload.baseline,
        )
        active_uploads.set_rule(session, upload, rule)
