"""Levels that a registered nurse sets."""

from __future__ import annotations

from datetime import date
from typing import Any

from tests.support.web.pages import Person
from web.security.permissions import AccountRole
from web.services import grants
from web.services.analysis import demand
from web.services.rulebooks import overrides

DAYS = (date(2026, 2, 6), date(2026, 3, 31))


def nurse(who: Person) -> Person:
    """Mark an account as that of a registered nurse."""
    grants.hold(who.access, who.user_name, AccountRole.NURSE, held=True)
    return who


def set_(who: Person, level: int = 4, **other: Any) -> int:
    """Set a level, by default for the whole home."""
    wanted: dict[str, Any] = {
        "intervention": "1.1",
        "reason": "Sturz mit Folgen",
        "start": DAYS[0],
        "end": DAYS[1],
        **other,
    }
    return overrides.set_(who.access, home_id=who.home_id, level=level, **wanted)


def resident_with_work(who: Person, day: date = DAYS[0]) -> str:
    """Return the pseudonym of the known resident who had 1.1 on a day."""
    rows = demand.behind(who.access, who.home_id, "1.1", (day, day))
    return next(one.resident for one in rows if one.known)
