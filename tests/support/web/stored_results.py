"""Looking into, and meddling with, the stored result of a home."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from sqlalchemy import select, update

from pebem.aggregate import CUBE, Aggregate
from pebem.engine.coded_table import CodedTable
from pebem.engine.day_numbers import number_of
from pebem.engine.decode import COVERAGE_COUNTS
from web.services.analysis import disclosure, home_analysis, scoring
from web.services.rulebook_calendar import RulebookPeriod
from web.store import models
from web.store.models import Cube
from web.store.result import packed, repository

if TYPE_CHECKING:
    from datetime import date

    from sqlalchemy.orm import Session, sessionmaker

    from pebem.contracts import Tables
    from rules import RuleBook
    from tests.support.web.pages import Person
    from web.store.databases import Databases


def content(databases: Databases, home_id: int) -> dict[tuple[str, str, int], bytes]:
    """Return what is kept of a home, by kind, about and month."""
    query = select(Cube.kind, Cube.about, Cube.month, Cube.content).where(Cube.home_id == home_id)
    with databases.whole.reading() as session:
        return {(row.kind, row.about, row.month): row.content for row in session.execute(query)}


def rest_on_another_book(databases: Databases, home_id: int, day: date) -> None:
    """Make the figures of a day rest on an unknown book."""
    month = int(repository.month_of(number_of(day)))
    kept = packed.unpack(content(databases, home_id)[repository.COVERAGE, "", month])
    book = np.where(kept.columns["day"] == number_of(day), len(kept.labels["book"]), kept.columns["book"])
    changed = CodedTable({**kept.columns, "book": book}, {**kept.labels, "book": (*kept.labels["book"], "0" * 64)})
    query = update(Cube).where(Cube.home_id == home_id, Cube.kind == repository.COVERAGE, Cube.month == month)
    with databases.whole.writing.begin() as session:
        session.execute(query.values(content=packed.pack(changed)))


def kept(session: Session, home_id: int) -> dict[tuple[str, str, int], set[tuple[Any, ...]]]:
    """Return what is kept of a home, row by row with labels; order and codes say nothing."""
    query = select(models.Cube).where(models.Cube.home_id == home_id)
    by_kind = {}
    for row in session.scalars(query):
        cells = packed.unpack(row.content)
        columns = [
            [cells.labels[name][code] for code in column] if name in cells.labels else column.tolist()
            for name, column in cells.columns.items()
        ]
        rows = list(zip(*columns, strict=True))
        by_kind[row.kind, row.about, row.month] = set(rows)
        assert len(by_kind[row.kind, row.about, row.month]) == len(rows), row.kind
    return by_kind


def aggregate(reading: sessionmaker[Session], home_id: int) -> Aggregate:
    """Return everything that is kept of the work of a home, whether or not it may be shown."""
    with reading() as session:
        cells = repository.read(session.connection(), home_id, repository.FULL)
        coverage = repository.read(session.connection(), home_id, repository.COVERAGE)
    if cells is None or coverage is None:
        return Aggregate.zero(CUBE)
    sums = coverage.summed("day", "ward", sums=COVERAGE_COUNTS)
    return Aggregate({CUBE[0]: cells.summed(*CUBE[0], "outcome")}, sums)


def check(who: Person) -> None:
    """Hold what is kept against a full analysis, which is undone."""
    with who.services.databases.whole.writing() as session:
        stored = kept(session, who.home_id)
        home_analysis.analyse(session, who.home_id)
        session.flush()
        session.expire_all()
        assert stored == kept(session, who.home_id)
        session.rollback()


def keep(who: Person, tables: Tables, book: RuleBook, days: tuple[date, date]) -> None:
    """Store the figures of a home as one rulebook makes them, without an upload."""
    with who.services.databases.whole.writing.begin() as session:
        found = scoring.result(tables, [RulebookPeriod(*days, book)])
        repository.replace(session.connection(), who.home_id, found, disclosure.derived)
