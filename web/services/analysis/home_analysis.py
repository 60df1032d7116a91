"""Scoring the work of a home, and storing the result in place of the former one."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import structlog
from sqlalchemy import select, update

from pebem.engine.day_numbers import number_of
from web.services import accesses, rulebook_calendar
from web.services.analysis import disclosure, duties, home_data, results, scoring
from web.store.models import (
    Home,
)
from web.store.result import repository

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from sqlalchemy.orm import Session

    from web.store.access import SystemAccess

_log = structlog.get_logger(__name__)


def analyse(
    session: Session, home_id: int, spans: Iterable[tuple[date, date] | None] = (None,), *, preview: bool = False
) -> None:
    """Score the work of a home and replace the stored result, in the open transaction.

    Each day is scored with the rulebook effective on it.

    Parameters
    ----------
    spans
        First and last day of each period to score; None = all.
    preview
        Whether only ``repository.COMPARED`` is made, in a fifth of the time: the caller rolls the transaction back.
    """
    home, people = session.get_one(Home, home_id), home_data.people_of(session, home_id)
    for days in spans:
        on_duty = duties.NO_DUTIES if preview else duties.frame(session, home_id, days)
        tables = replace(people, interventions=home_data.work_of(session, home_id, days), duties=on_duty)
        found = scoring.days_of(tables)
        scored = scoring.compared if preview else scoring.result
        result = scored(tables, rulebook_calendar.stretches(session, home, *found)) if found else {}
        span = (number_of(days[0]), number_of(days[1])) if days else None
        kinds = repository.COMPARED if preview else ()
        repository.replace(session.connection(), home_id, result, disclosure.derived, span, kinds)
    session.execute(update(Home).where(Home.id == home_id).values(analysis=Home.analysis + 1))


def refresh_stale(system: SystemAccess) -> int:
    """Reanalyse the homes whose figures are missing or rest on outdated rulebooks; return how many."""
    with system.reading() as session:
        stale = [home.id for home in session.scalars(select(Home)).all() if results.stale(session, home)]
    for home_id in stale:
        with accesses.of_home(system, home_id).writing.begin() as session:
            session.execute(select(Home.id).where(Home.id == home_id).with_for_update())
            analyse(session, home_id)
        _log.info("home analysed anew", home=home_id)
    return len(stale)
