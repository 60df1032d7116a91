"""After an edit: analysing only the days it touches. The stored result equals that of a full analysis.

A day is touched where a row was added or removed, where another rulebook is effective, or where a row of that day is
rated on other data than before: an assessment, a level, a qualification, a ward. And where a duty changed, or the
level of a person on shift: that changes who could have relieved whom.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import date, timedelta
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from sqlalchemy import select

from pebem.engine.day_numbers import day_of, number_of
from pebem.history.contents import unpack
from pebem.rescore import RatingBasis, touched
from web.services import rulebook_calendar
from web.services.analysis import duties, home_analysis, home_data, results, scoring
from web.services.people import residence, restrictions
from web.store.models import Home, PerformedIntervention
from web.store.work import bulk

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sqlalchemy.orm import Session

    import rules
    from pebem.contracts import Tables
    from pebem.history.statements import Statements
    from pebem.history.wards import WardHistory
    from web.services.rulebook_calendar import RulebookPeriod

_DAY = timedelta(days=1)


@dataclass(frozen=True)
class ScoredState:
    """What the figures of a home rest on besides its work, and whether the stored ones do.

    Attributes
    ----------
    people
        Everything but the work and the duties.
    stretches
        Rulebooks of the days with work.
    lived_in
        Wards of residents by day.
    stale
        The stored result rests on other data, or is missing: it cannot be updated.
    restricted
        Persons who are in no analysis: an answer about who somebody is can change that for all their days.
    """

    people: Tables
    stretches: tuple[RulebookPeriod, ...]
    lived_in: WardHistory
    stale: bool = False
    restricted: frozenset[str] = frozenset()


def scored_state(session: Session, home_id: int, statements: Statements | None = None) -> ScoredState:
    """Return what the figures of a home rest on: before an edit, for :func:`analyse_touched` after it.

    Parameters
    ----------
    statements
        What is stored about people, where that has been read.
    """
    home = session.get_one(Home, home_id)
    return ScoredState(
        home_data.people_of(session, home_id, statements),
        _stretches(session, home),
        residence.ward_history(session, home_id),
        results.stale(session, home),
        restrictions.of_home(session, home_id),
    )


def analyse_touched(
    session: Session, home_id: int, before: ScoredState, days: Iterable[date] = (), *, preview: bool = False
) -> set[date]:
    """Analyse the days an edit touches, in the open transaction that made it, and return them.

    Parameters
    ----------
    before
        What :func:`scored_state` returned before the edit.
    days
        Days on which rows or duties were added or removed.
    preview
        As for :func:`home_analysis.analyse`; what touches feasible relief alone does not count then.
    """
    if before.stale or before.restricted != restrictions.of_home(session, home_id):
        home_analysis.analyse(session, home_id, preview=preview)
        return set()
    home, people = session.get_one(Home, home_id), home_data.people_of(session, home_id)
    found = set(days) | _touched(session, home, before, people) | _moved(session, home_id, before.lived_in)
    if not preview:
        found |= duties.days_of_changed_staff(session, home_id, before.people.staff, people.staff)
    if found:
        home_analysis.analyse(session, home_id, spans_of(found), preview=preview)
    return found


def spans_of(days: Iterable[date]) -> list[tuple[date, date]]:
    """Return first and last day of each run of days; days of one month are one run, as they are stored."""
    found: list[tuple[date, date]] = []
    for day in sorted(days):
        last = found[-1][1] if found else None
        if last is not None and (day - last == _DAY or (day.year, day.month) == (last.year, last.month)):
            found[-1] = (found[-1][0], day)
        else:
            found.append((day, day))
    return found


def _touched(session: Session, home: Home, before: ScoredState, people: Tables) -> set[date]:
    now = _stretches(session, home)
    same_people = _same(before.people, people)
    known = _interventions((*before.stretches, *now), (before.people, people))
    found: set[date] = set()
    for first, last, was, book in _pieces(before.stretches, now):
        if was.sha256 != book.sha256:
            found |= _worked(session, home.id, first, last)
        elif not same_people:
            # Work the book does not have is not rated, but covered, overridden and of somebody all the same.
            whole = scoring.completed(book, sorted(known - book.index.keys()))
            mark = touched(
                RatingBasis(before.people, whole), RatingBasis(people, whole), (number_of(first), number_of(last))
            )
            if span := mark.span():
                work = home_data.work_of(session, home.id, (day_of(span[0]), day_of(span[1])))
                found.update(day.date() for day in work["date"][mark.rows(work)].unique())
    return found


def _moved(session: Session, home_id: int, before: WardHistory) -> set[date]:
    """Return the days with rows that name no ward and whose resident lived in another one than was known."""
    now = residence.ward_history(session, home_id)
    if before == now:
        return set()
    row = unpack(bulk.contents(session.connection(), home_id))
    blank = row["ward"] == 0
    resident, day = (row[name][blank].astype(np.int64) for name in ("resident_id", "day"))
    other = before.at(resident, day) != now.at(resident, day)
    return {date.fromordinal(number) for number in np.unique(day[other]).tolist()}


def _stretches(session: Session, home: Home) -> tuple[RulebookPeriod, ...]:
    """Return the rulebooks of the days with work."""
    ends = bulk.first_and_last_day(session.connection(), home.id)
    return tuple(rulebook_calendar.stretches(session, home, *ends)) if ends else ()


def _pieces(
    before: Iterable[RulebookPeriod], now: Iterable[RulebookPeriod]
) -> Iterator[tuple[date, date, rules.RuleBook, rules.RuleBook]]:
    """Cut the days so that in each piece one book was effective and one is. Days without work before are in none."""
    before = tuple(before)
    for stretch in now:
        for was in before:
            first, last = max(was.first, stretch.first), min(was.last, stretch.last)
            if first <= last:
                yield first, last, was.book, stretch.book


def _worked(session: Session, home_id: int, first: date, last: date) -> set[date]:
    query = select(PerformedIntervention.day).where(
        PerformedIntervention.home_id == home_id, PerformedIntervention.day.between(first, last)
    )
    return set(session.scalars(query.distinct()))


def _same(before: Tables, now: Tables) -> bool:
    frames = ((getattr(before, spot.name), getattr(now, spot.name)) for spot in fields(before))
    return all(was.equals(found) for was, found in frames if isinstance(was, pd.DataFrame))


def _interventions(stretches: Iterable[RulebookPeriod], people: Iterable[Tables]) -> set[str]:
    """Return the interventions any of the books has or anybody has set a level for."""
    of_books = {name for stretch in stretches for name in stretch.book.index}
    return of_books.union(*(set(tables.overrides["intervention"]) for tables in people))
