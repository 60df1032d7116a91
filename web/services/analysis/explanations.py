"""Why a level is called for, from what is stored of a home."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pebem.case_facts import UnknownResidentError, facts
from rules.explanation.explain import explain as explained
from web.services import rulebook_calendar
from web.services.analysis import home_data
from web.store.models import Home

if TYPE_CHECKING:
    from datetime import date

    from rules.explanation.result import Explanation
    from web.store.access import Access


def explain(access: Access, home_id: int, resident: str, intervention: str, day: date) -> Explanation | None:
    """Explain a level from what is stored; None where resident or intervention are not known here."""
    access.check_home(home_id)
    with access.reading() as session:
        book = rulebook_calendar.on(session, session.get_one(Home, home_id), day)
        people = home_data.people_of(session, home_id)
    entry = book.find_intervention(intervention)
    if entry is None:
        return None
    try:
        return explained(book, entry, facts(people, book, resident, day, entry.id))
    except UnknownResidentError:
        return None
