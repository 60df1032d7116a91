"""Undecided words of interventions in a period and ward: work that is in no figure of a page."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import func, select

from importers.content.intervention_names import LATER
from importers.home_words.kinds import INTERVENTION, KINDS
from web.services import rulebook_calendar
from web.services.analysis.narrowing import NOT_GIVEN
from web.services.words import terms
from web.store.models import Home, UnknownTerm, UnknownTermDay, Upload
from web.store.models.upload import EFFECTIVE

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from sqlalchemy.orm import Session

    from web.store.access import Access

_WHICH: Final = KINDS[INTERVENTION]


@dataclass(frozen=True, slots=True)
class MissingWords:
    """How much of the applied uploads has no intervention yet.

    Attributes
    ----------
    words, rows, seconds
        Of the period and ward.
    elsewhere
        Further rows of the period that may be of the ward: they name none.
    undated
        Further rows whose day cannot be read: they may be of the period.
    unplaced
        Words of uploads from which days are not known, as they were read by an older version: they may be of the
        period.
    """

    words: int = 0
    rows: int = 0
    seconds: int = 0
    elsewhere: int = 0
    undated: int = 0
    unplaced: int = 0

    def __bool__(self) -> bool:
        """Return whether anything is missing, or may be."""
        return bool(self.words or self.elsewhere or self.undated or self.unplaced)


@dataclass(frozen=True, slots=True)
class _OpenTerm:
    key: str
    upload_id: int
    first_day: date | None
    last_day: date | None


def missing_words(access: Access, home_id: int, period: tuple[date, date], ward: str | None = None) -> MissingWords:
    """Return the words of a period and ward that nobody has decided about yet.

    Of a word that stands on a day in several uploads the newest counts, as the same work may be in all of them.

    Parameters
    ----------
    ward
        As of ``results.load``; None = all.
    """
    access.check_home(home_id)
    with access.reading() as session:
        open_terms = _open(session, home_id)
        rows = _days(session, open_terms, period, by_ward=ward is not None)
        dated = set(session.scalars(select(UnknownTermDay.term_id).where(UnknownTermDay.term_id.in_(open_terms))))
    unplaced = {
        term.key
        for number, term in open_terms.items()
        if number not in dated and (term.first_day is None or term.last_day is None or _meet(term, period))
    }
    newest = [row for row in _newest(rows, open_terms) if _is_of(row.ward, ward) or _may_be_of(row.ward, ward)]
    inside = [row for row in newest if row.day is not None and _is_of(row.ward, ward)]
    return MissingWords(
        words=len({open_terms[row.term_id].key for row in inside}),
        rows=sum(row.rows for row in inside),
        seconds=sum(row.seconds for row in inside),
        elsewhere=sum(row.rows for row in newest if row.day is not None) - sum(row.rows for row in inside),
        undated=sum(row.rows for row in newest if row.day is None),
        unplaced=len(unplaced),
    )


def _open(session: Session, home_id: int) -> dict[int, _OpenTerm]:
    """Return the undecided terms of the applied uploads, by number."""
    home = session.get_one(Home, home_id)
    book = rulebook_calendar.for_reading(session, home)
    answered = {
        key for (kind, key), term in terms.newest(session, home.tenant_id).items()
        if kind == INTERVENTION and term.target != LATER
    }  # fmt: skip
    query = (
        select(UnknownTerm.id, UnknownTerm.text, UnknownTerm.upload_id, Upload.first_day, Upload.last_day)
        .join(Upload, Upload.id == UnknownTerm.upload_id)
        .where(Upload.home_id == home_id, Upload.state.in_(EFFECTIVE), UnknownTerm.kind == INTERVENTION)
    )
    return {
        number: _OpenTerm(key, upload_id, first_day, last_day)
        for number, text, upload_id, first_day, last_day in session.execute(query)
        if (key := _WHICH.key(text)) not in answered and not _WHICH.explains_itself(text, book)
    }


def _days(session: Session, numbers: Iterable[int], period: tuple[date, date], *, by_ward: bool) -> list[Any]:
    """Return the days of terms within a period, and those that are not known; by ward only where it is asked for."""
    day, ward = UnknownTermDay.day, UnknownTermDay.ward
    groups = (UnknownTermDay.term_id, day, *((ward,) if by_ward else ()))
    query = (
        select(
            UnknownTermDay.term_id,
            day,
            ward if by_ward else func.min(ward).label("ward"),
            func.sum(UnknownTermDay.rows).label("rows"),
            func.sum(UnknownTermDay.seconds).label("seconds"),
        )
        .where(UnknownTermDay.term_id.in_(list(numbers)), day.is_(None) | day.between(*period))
        .group_by(*groups)
    )
    return list(session.execute(query))


def _newest(rows: Iterable[Any], open_terms: dict[int, _OpenTerm]) -> list[Any]:
    """Return of every word and day what the newest upload has that has it."""
    by_place: dict[tuple[str, date | None], dict[int, list[Any]]] = defaultdict(lambda: defaultdict(list))
    for row in rows:
        term = open_terms[row.term_id]
        by_place[term.key, row.day][term.upload_id].append(row)
    return [row for of_uploads in by_place.values() for row in of_uploads[max(of_uploads)]]


def _meet(term: _OpenTerm, period: tuple[date, date]) -> bool:
    return bool(term.first_day and term.last_day and term.first_day <= period[1] and term.last_day >= period[0])


def _is_of(ward: str | None, asked: str | None) -> bool:
    return asked is None or (ward is None if asked == NOT_GIVEN else ward == asked)


def _may_be_of(ward: str | None, asked: str | None) -> bool:
    return asked not in {None, NOT_GIVEN} and ward is None
