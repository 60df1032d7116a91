"""Which rulebook is effective for a home on which day: the built-in one, until another is activated."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from sqlalchemy import select

import rules
from pebem.engine.day_numbers import number_of
from rules.edition import build, documents
from rules.files.yaml_with_places import read_yaml
from rules.statute import SHELF
from web.services import clock
from web.store.models import Home, Rulebook, RulebookHolding

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from numpy.typing import NDArray
    from sqlalchemy.orm import Session

_DAY: Final = timedelta(days=1)
_built: dict[tuple[str, date], rules.RuleBook] = {}
_KEPT_BOOKS: Final = 64


@dataclass(frozen=True, slots=True)
class RulebookPeriod:
    """Days, both included, on which one book is effective unchanged."""

    first: date
    last: date
    book: rules.RuleBook


@dataclass(frozen=True, slots=True)
class BuiltInRulebook:
    """A rulebook that comes with the program, in all its editions."""

    name: str

    def book(self, day: date) -> rules.RuleBook:
        """Return the edition effective on a day; before the first one began, the first."""
        return _built_in(self.name, _within(day, *_built_in_span(self.name)))

    def breaks(self) -> frozenset[date]:
        """Return the days on which something in the book changes."""
        return _built_in_breaks(self.name)


@dataclass(frozen=True, slots=True)
class OwnRulebook:
    """A rulebook a tenant has imported."""

    id: int
    sha256: str
    documents: Mapping[str, Any]

    def book(self, day: date) -> rules.RuleBook:
        """Return the book with the entries effective on a day; outside its time, those of its first or last day."""
        head = self.documents["rulebook.yaml"]
        end = head.get("gueltig_bis")
        day = _within(day, date.fromisoformat(head["gueltig_ab"]), date.fromisoformat(end) if end else date.max)
        key = (self.sha256, day)
        if key not in _built:
            while len(_built) >= _KEPT_BOOKS:
                _built.pop(next(iter(_built)), None)
            _built[key] = build(self.documents, day)
        return _built[key]

    def breaks(self) -> frozenset[date]:
        """Return the days on which something in the book changes."""
        return frozenset(_changes(self.documents)) | _law_breaks()


Source = BuiltInRulebook | OwnRulebook


def current(name: str) -> rules.RuleBook:
    """Return the built-in rulebook ``name`` as it holds today."""
    return BuiltInRulebook(name).book(clock.today())


def source_of(row: Rulebook) -> OwnRulebook:
    """Return a stored rulebook as a source."""
    return OwnRulebook(row.id, row.sha256, row.documents)


def plan(session: Session, home: Home) -> list[tuple[date, Source, RulebookHolding | None]]:
    """Return what holds for a home in order of days: first day, rulebook and the decision behind it.

    The first is the home's default, since always (``date.min``). Of two decisions for one day the later counts.
    """
    rows = session.execute(
        select(RulebookHolding, Rulebook)
        .outerjoin(Rulebook, Rulebook.id == RulebookHolding.rulebook_id)
        .where(RulebookHolding.home_id == home.id)
        .order_by(RulebookHolding.valid_from, RulebookHolding.id)
    ).all()
    changes: dict[date, tuple[date, Source, RulebookHolding | None]] = {
        date.min: (date.min, BuiltInRulebook(home.rulebook), None)
    }
    for holding, own in rows:
        source = source_of(own) if own is not None else BuiltInRulebook(holding.built_in or home.rulebook)
        changes[holding.valid_from] = (holding.valid_from, source, holding)
    return list(changes.values())


def stretches(session: Session, home: Home, first: date, last: date) -> list[RulebookPeriod]:
    """Cut the days from ``first`` to ``last`` where another book, edition or entry begins to hold."""
    days = plan(session, home)
    periods: list[RulebookPeriod] = []
    for position, (start, source, _) in enumerate(days):
        begin = max(first, start)
        end = min(last, days[position + 1][0] - _DAY) if position + 1 < len(days) else last
        if begin <= end:
            periods.extend(cut(source, begin, end))
    return periods


def cut(source: Source, first: date, last: date) -> Iterator[RulebookPeriod]:
    """Cut the days from ``first`` to ``last`` where something in one rulebook changes."""
    starts = sorted({first} | {day for day in source.breaks() if first < day <= last})
    for begin, following in pairwise([*starts, last + _DAY]):
        yield RulebookPeriod(begin, following - _DAY, source.book(begin))


def on(session: Session, home: Home, day: date) -> rules.RuleBook:
    """Return the book that holds for a home on a day."""
    return next(source for start, source, _ in reversed(plan(session, home)) if start <= day).book(day)


def rests_on(days: NDArray[np.integer[Any]], books: NDArray[np.object_], periods: Iterable[RulebookPeriod]) -> bool:
    """Return whether analysed days (since 1970-01-01), with the hashes of their books, rest on those that hold then."""
    sound = np.zeros(len(days), bool)
    for stretch in periods:
        sound |= (days >= number_of(stretch.first)) & (days <= number_of(stretch.last)) & (books == stretch.book.sha256)
    return bool(sound.all())


def for_reading(session: Session, home: Home) -> rules.RuleBook:
    """Return the book an upload is read with: today's, with what only other books of the home know.

    Names are looked up here alone; levels are those of the book that holds on the day of the work.
    """
    today = on(session, home, clock.today())
    interventions = {entry.id: entry for entry in today.interventions}
    criteria = {entry.id: entry for entry in today.criteria}
    for start, source, _ in plan(session, home):
        book = source.book(max(start, date(2000, 1, 1)))
        interventions = {entry.id: entry for entry in book.interventions} | interventions
        criteria = {entry.id: entry for entry in book.criteria} | criteria
    if len(interventions) == len(today.interventions) and len(criteria) == len(today.criteria):
        return today
    return with_entries(today, interventions.values(), criteria.values())


def with_entries(book: rules.RuleBook, interventions: Iterable[Any], criteria: Iterable[Any]) -> rules.RuleBook:
    """Return a book with other entries, under the same name."""
    return replace(book, interventions=tuple(interventions), criteria=tuple(criteria))


@lru_cache(maxsize=64)
def _built_in(name: str, day: date) -> rules.RuleBook:
    return rules.load(day, name)


@lru_cache(maxsize=8)
def _editions(name: str) -> tuple[Mapping[str, Any], ...]:
    editions = (documents(path.parent) for path in sorted(SHELF.glob("*/rulebook.yaml")))
    return tuple(one for one in editions if one["rulebook.yaml"]["id"] == name)


def built_in_editions() -> list[Mapping[str, Any]]:
    """Return the documents of all editions that come with the program."""
    names = sorted({read_yaml(path)["id"] for path in SHELF.glob("*/rulebook.yaml")})
    return [edition for name in names for edition in _editions(name)]


@lru_cache(maxsize=8)
def _built_in_breaks(name: str) -> frozenset[date]:
    return frozenset(day for edition in _editions(name) for day in _changes(edition)) | _law_breaks()


@lru_cache(maxsize=8)
def _built_in_span(name: str) -> tuple[date, date]:
    heads = [edition["rulebook.yaml"] for edition in _editions(name)]
    first = min((date.fromisoformat(head["gueltig_ab"]) for head in heads), default=date.min)
    return first, max((_last_day(head) for head in heads), default=date.max)


@lru_cache(maxsize=1)
def _law_breaks() -> frozenset[date]:
    """Return the days on which the assessment instrument or the level of a role changes: every book rests on them."""
    return frozenset(day for name in ("assessment.yaml", "levels.yaml") for day in _changes(read_yaml(SHELF / name)))


def _changes(content: Any) -> Iterator[date]:
    """Return all days on which something in a document begins to hold, or holds no more."""
    if isinstance(content, dict):
        if "gueltig_ab" in content:
            yield date.fromisoformat(content["gueltig_ab"])
        if "gueltig_bis" in content and _last_day(content) < date.max:
            yield _last_day(content) + _DAY
    if isinstance(content, dict | list):
        for part in content.values() if isinstance(content, dict) else content:
            yield from _changes(part)


def _last_day(entry: Mapping[str, Any]) -> date:
    return date.fromisoformat(entry["gueltig_bis"]) if "gueltig_bis" in entry else date.max


def _within(day: date, first: date, last: date) -> date:
    return min(max(day, first), last)
