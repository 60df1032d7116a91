"""Rows, days and coverage of an upload, before anything of it is stored."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pebem.contracts import DONE
from web.services import rulebook_calendar
from web.services.analysis import scoring
from web.store.models import Home

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from pebem import contracts


def figures_of(session: Session, home_id: int, tables: contracts.Tables) -> dict[str, Any]:
    """Return the figures of an upload, before anything is stored: columns of ``Upload``."""
    work = tables.interventions
    performed = (work["status"].isna() | (work["status"] == DONE)).to_numpy()
    days = work["date"][performed]
    return {
        "counted": int(performed.sum()),
        "not_done": int((~performed).sum()),
        "faulty": tables.faulty,
        "first_day": days.min().date() if len(days) else None,
        "last_day": days.max().date() if len(days) else None,
        "coverage": _covered(session, home_id, tables),
    }


def _covered(session: Session, home_id: int, tables: contracts.Tables) -> dict[str, int]:
    days = scoring.days_of(tables)
    if days is None:
        return {}
    stretches = rulebook_calendar.stretches(session, session.get_one(Home, home_id), *days)
    totals = scoring.whole(tables, stretches).covered().iloc[0]
    return {str(name): int(count) for name, count in totals.items()}
