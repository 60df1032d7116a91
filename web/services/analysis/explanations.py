"""Why a level is called for, from what is stored of a home."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from pebem.case_facts import UnknownResidentError, facts
from pebem.engine.day_numbers import day_of
from pebem.engine.timeline import FIRST_PERSON
from rules.explanation.explain import explain as explained
from web.services import rulebook_calendar
from web.services.analysis import home_data
from web.services.people import restrictions
from web.store.models import Home

if TYPE_CHECKING:
    from datetime import date

    from pebem.engine.lookup_tables import CompiledHome
    from rules.explanation.result import Explanation
    from web.store.access import Access


def explain(access: Access, home_id: int, resident: str, intervention: str, day: date) -> Explanation | None:
    """Explain a level from what is stored; None where resident or intervention are not known here, or restricted."""
    access.check_home(home_id)
    with access.reading() as session:
        book = rulebook_calendar.on(session, session.get_one(Home, home_id), day)
        people = home_data.people_of(session, home_id)
        if resident in restrictions.of_home(session, home_id):
            return None
    entry = book.find_intervention(intervention)
    if entry is None:
        return None
    try:
        return explained(book, entry, facts(people, book, resident, day, entry.id))
    except UnknownResidentError:
        return None


def explained_on(
    home: CompiledHome, intervention: str, resident: str, level: int, told: tuple[int, int]
) -> date | None:
    """Return the last of the days told, both included, on which the resident's state calls for a level.

    None where there is none, or the resident or the intervention is not known.
    """
    person, column = home.resident_places.get(resident), home.book.index.get(intervention)
    if person is None or column is None:
        return None
    days = np.arange(max(told[0], home.first), min(told[1], home.last) + 1)
    states = home.rating.grid[person + FIRST_PERSON, days - home.first]
    same = days[home.rating.levels.level[states, column] == level]
    return day_of(int(same[-1])) if len(same) else None
