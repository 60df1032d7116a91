"""Scoring a home whose days rest on several rulebooks: each stretch with its own book; aggregates add up.

A book may lack an intervention that was performed while another one held. Such work is not dropped: it is counted
as not to be rated, and as a gap in coverage.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

import pebem
from pebem.aggregate import COVERAGE_COUNTS, CUBE, DIMENSIONS, OUTCOME_COLUMNS, Aggregate, condense
from pebem.fit import FIT_CLASSES, NICHT_BEWERTBAR
from pebem.score import period_of
from web.services import rulebook_calendar
from web.services.analysis import demand, relief
from web.store.result import repository
from web.store.result.table import ResultTable, concat, labelled, together

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    from numpy.typing import NDArray

    import rules
    from pebem.contracts import Tables
    from web.services.rulebook_calendar import RulebookPeriod

_UNRATED: Final = FIT_CLASSES[NICHT_BEWERTBAR]


def by_stretch(tables: Tables, stretches: Iterable[RulebookPeriod]) -> list[tuple[RulebookPeriod, Aggregate]]:
    """Return the aggregate of each stretch that has work, kept by all dimensions."""
    parts = ((stretch, of_days(tables, stretch.first, stretch.last)) for stretch in stretches)
    return [(stretch, score(part, stretch.book)) for stretch, part in parts if len(part.interventions)]


def whole(tables: Tables, stretches: Sequence[RulebookPeriod]) -> Aggregate:
    """Return the sum over all stretches."""
    return sum((part for _, part in by_stretch(tables, stretches)), Aggregate.zero(CUBE))


def result(tables: Tables, stretches: Iterable[RulebookPeriod]) -> repository.Result:
    """Return what is kept of the work of some stretches."""
    found: dict[str, list[ResultTable]] = {}
    for stretch in stretches:
        part = of_days(tables, stretch.first, stretch.last)
        if part.interventions.empty:
            continue
        unknown = unknown_to(stretch.book, part)
        book = completed(stretch.book, unknown) if unknown else stretch.book
        home = pebem.compile_home(part, book, (stretch.first, stretch.last))
        aggregate = _scored(home, unknown)
        made = {
            repository.FULL: cells_of(aggregate.tables[CUBE[0]]),
            repository.COVERAGE: coverage_of(aggregate.coverage, stretch.book.sha256),
        }
        made |= demand.stored_demand(home, stretch.book)
        if not tables.duties.empty:
            made |= relief.stored_relief(home, unknown)
        for kind, cells in made.items():
            found.setdefault(kind, []).append(cells)
    return {kind: concat(parts) for kind, parts in found.items()}


def cells_of(frame: pd.DataFrame) -> ResultTable:
    """Return the cells of an aggregate, by all dimensions; an outcome is one label."""
    columns = {name: labelled(frame[name]) for name in DIMENSIONS[1:]} | {"outcome": together(frame, OUTCOME_COLUMNS)}
    sums = {name: frame[name].to_numpy(np.int64) for name in ("count", "seconds")}
    codes = {name: codes for name, (codes, _) in columns.items()}
    return ResultTable({"day": _days(frame), **codes, **sums}, {name: labels for name, (_, labels) in columns.items()})


def coverage_of(frame: pd.DataFrame, sha256: str) -> ResultTable:
    """Return the coverage of an aggregate, with the hash of the book it rests on."""
    ward, wards = labelled(frame["ward"])
    counts = {name: frame[name].to_numpy(np.int64) for name in COVERAGE_COUNTS}
    book = np.zeros(len(frame), np.int32)
    return ResultTable({"day": _days(frame), "book": book, "ward": ward, **counts}, {"book": (sha256,), "ward": wards})


def _days(frame: pd.DataFrame) -> NDArray[np.int64]:
    codes, labels = labelled(frame["day"])
    return np.array(labels, dtype="datetime64[D]").astype(np.int64)[codes]


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
    """Score a home by all dimensions; ``unknown`` work is not rated."""
    scored = pebem.score_home(home, CUBE)
    if not unknown:
        return scored
    cells = scored.tables[CUBE[0]]
    foreign = cells["intervention"].isin(unknown)
    rest = cells[foreign].assign(qn_soll=0, fit=_UNRATED, certificate=False)
    keys = (*DIMENSIONS, *OUTCOME_COLUMNS)
    rated = condense(pd.concat([cells[~foreign], rest]), keys, ("count", "seconds"))
    return replace(scored, tables={CUBE[0]: rated}, coverage=_with_gap(scored.coverage, cells[foreign]))


def _with_gap(coverage: pd.DataFrame, foreign: pd.DataFrame) -> pd.DataFrame:
    """Take work the book does not know out of the rows whose intervention is known."""
    missing = foreign.groupby(["day", "ward"], dropna=False)["count"].sum()
    keys = pd.MultiIndex.from_frame(coverage[["day", "ward"]])
    lacking = missing.reindex(keys, fill_value=0).to_numpy(np.int64)
    return coverage.assign(intervention=coverage["intervention"] - lacking)
