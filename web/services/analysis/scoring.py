"""Scoring a home whose days rest on several rulebooks: each stretch with its own book; aggregates add up.

A book may lack an intervention that was performed while another one held. Such work is not dropped: it is counted
as not to be rated, and as a gap in coverage.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import numpy as np

import pebem
from pebem.aggregate import CUBE, DIMENSIONS, Aggregate
from pebem.contributions import BY_EMPLOYEE, LACKING, contributions
from pebem.engine.coded_table import CodedTable, concat
from pebem.engine.decode import COVERAGE_COUNTS
from pebem.fit_classes import FIT_CLASSES, NICHT_BEWERTBAR
from pebem.score import period_of
from web.services import rulebook_calendar
from web.services.analysis import demand, relief
from web.store.result import repository

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import date

    import rules
    from pebem.contracts import Tables
    from pebem.engine.lookup_tables import CompiledHome
    from web.services.rulebook_calendar import RulebookPeriod

_UNRATED: Final = FIT_CLASSES[NICHT_BEWERTBAR]


def by_stretch(tables: Tables, stretches: Iterable[RulebookPeriod]) -> list[tuple[RulebookPeriod, Aggregate]]:
    """Return the aggregate of each stretch that has work, kept by all dimensions."""
    parts = ((stretch, of_days(tables, stretch.first, stretch.last)) for stretch in stretches)
    return [(stretch, score(part, stretch.book)) for stretch, part in parts if len(part.interventions)]


def whole(tables: Tables, stretches: Sequence[RulebookPeriod]) -> Aggregate:
    """Return the sum over all stretches."""
    return Aggregate.total([Aggregate.zero(CUBE), *(part for _, part in by_stretch(tables, stretches))])


def result(tables: Tables, stretches: Iterable[RulebookPeriod]) -> repository.Result:
    """Return what is kept of the work of some stretches."""
    parts = []
    for stretch, home, unknown in _compiled(tables, stretches):
        of_stretch = {
            repository.FULL: _without_foreign(contributions(home), unknown).summed(*BY_EMPLOYEE),
            repository.COVERAGE: _resting_on(_scored(home, unknown).coverage, stretch.book.sha256),
        }
        of_stretch |= demand.stored_demand(home, stretch.book)
        if not tables.duties.empty:
            of_stretch |= relief.stored_relief(home, unknown)
        parts.append(of_stretch)
    return _together(parts)


def compared(tables: Tables, stretches: Iterable[RulebookPeriod]) -> repository.Result:
    """Return ``repository.COMPARED`` of the work of some stretches, as it would be kept."""
    parts = []
    for stretch, home, unknown in _compiled(tables, stretches):
        scored = _scored(home, unknown)
        parts.append(
            {
                repository.OUTCOMES: scored.tables[CUBE[0]].summed("day", "outcome"),
                repository.COVERAGE: _resting_on(scored.coverage, stretch.book.sha256),
            }
        )
    return _together(parts)


def _compiled(
    tables: Tables, stretches: Iterable[RulebookPeriod]
) -> Iterator[tuple[RulebookPeriod, CompiledHome, list[str]]]:
    """Yield the stretches that have work, the home compiled with the book of each, and what that does not know."""
    for stretch in stretches:
        part = of_days(tables, stretch.first, stretch.last)
        if part.interventions.empty:
            continue
        unknown = unknown_to(stretch.book, part)
        book = completed(stretch.book, unknown) if unknown else stretch.book
        yield stretch, pebem.compile_home(part, book, (stretch.first, stretch.last)), unknown


def _together(parts: Iterable[repository.Result]) -> repository.Result:
    """Return the tables of all stretches."""
    found: dict[str, list[CodedTable]] = {}
    for of_stretch in parts:
        for kind, cells in of_stretch.items():
            found.setdefault(kind, []).append(cells)
    return {kind: concat(of_kind) for kind, of_kind in found.items()}


def days_of(tables: Tables) -> tuple[date, date] | None:
    """Return the first and last day of the work, None where there is none."""
    days = tables.interventions["date"]
    return (days.min().date(), days.max().date()) if len(days) else None


def of_days(tables: Tables, first: date, last: date) -> Tables:
    """Return the tables with the work of some days alone, both included."""
    day = tables.interventions["date"].to_numpy(dtype="datetime64[D]")
    kept = (day >= np.datetime64(first)) & (day <= np.datetime64(last))
    return replace(tables, interventions=tables.interventions[kept].reset_index(drop=True), faulty=0)


def unknown_to(book: rules.RuleBook, tables: Tables) -> list[str]:
    """Return the interventions in the work that a book does not have."""
    return sorted(str(one) for one in tables.interventions["intervention"].unique() if one not in book.index)


def completed(book: rules.RuleBook, unknown: Iterable[str]) -> rules.RuleBook:
    """Return a book that can number work it does not know. What it says of that work means nothing."""
    stand_in = book.interventions[0]
    extra = (replace(stand_in, id=one, title=one, reserved=False) for one in unknown)
    return rulebook_calendar.with_entries(book, (*book.interventions, *extra), book.criteria)


def score(tables: Tables, book: rules.RuleBook) -> Aggregate:
    """Score work by all dimensions with one book; what the book does not know is not rated."""
    unknown = unknown_to(book, tables)
    whole_book = completed(book, unknown) if unknown else book
    return _scored(pebem.compile_home(tables, whole_book, period_of(tables.interventions)), unknown)


def _scored(home: pebem.CompiledHome, unknown: Sequence[str]) -> Aggregate:
    """Score a home by all dimensions; ``unknown`` work is not rated, and its intervention counts as not known."""
    scored = pebem.score_home(home, CUBE)
    if not unknown:
        return scored
    cells = scored.tables[CUBE[0]]
    foreign = np.isin(cells.columns["intervention"], [cells.code("intervention", one) for one in unknown])
    gaps = cells[foreign].summed("day", "ward", sums=("count",))
    lost = dict.fromkeys(COVERAGE_COUNTS, np.zeros(len(gaps), np.int64)) | {"intervention": -gaps.columns["count"]}
    lacking = CodedTable({**gaps.without("count").columns, **lost}, gaps.labels)
    return replace(
        scored,
        tables={CUBE[0]: _without_foreign(cells, unknown).summed(*DIMENSIONS, "outcome")},
        coverage=concat([scored.coverage, lacking]).summed("day", "ward", sums=COVERAGE_COUNTS),
    )


def _without_foreign(cells: CodedTable, unknown: Sequence[str]) -> CodedTable:
    """Return cells in which ``unknown`` work is not rated."""
    if not unknown:
        return cells
    foreign = np.isin(cells.columns["intervention"], [cells.code("intervention", one) for one in unknown])
    outcomes: Any = cells.labels["outcome"]
    labels = {**cells.labels, "outcome": (*outcomes, *((0, qn_ist, _UNRATED, False) for _, qn_ist, _, _ in outcomes))}
    columns = {**cells.columns, "outcome": cells.columns["outcome"] + len(outcomes) * foreign}
    if "known" in columns:
        columns["known"] = columns["known"] + LACKING["intervention"] * foreign
    return concat([CodedTable(columns, labels)])


def _resting_on(coverage: CodedTable, sha256: str) -> CodedTable:
    """Return coverage with the hash of the book it rests on."""
    columns = {"day": coverage.columns["day"], "book": np.zeros(len(coverage), np.int64), **coverage.columns}
    return CodedTable(columns, {"book": (sha256,), **coverage.labels})
