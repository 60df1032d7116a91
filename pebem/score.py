"""From tables to the aggregate: code, look up what holds on each day, compile the rules, count."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from pebem.aggregate import COVERAGE_COUNTS, FIT, Aggregate
from pebem.codes import Coded, encode
from pebem.daynumbers import number_of
from pebem.fit import FIT_CLASSES, OUTCOMES, Demands, classify
from pebem.kernel import Cells, Lookup, tally
from pebem.overrides import Rating, rate
from pebem.timeline import (
    NOBODY,
    STATE_UNKNOWN,
    ResidentTimeline,
    certificates_of,
    named_criteria,
    resident_timeline,
    staff_timeline,
)
from rules.compile import LevelTable, compile_levels
from rules.vocabulary import KINDS_WITHOUT_RESIDENT

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from pebem.contracts import Tables
    from rules import RuleBook


@dataclass(frozen=True)
class Prepared:
    """A home ready for the kernel: its rows as codes and the tables they are looked up in."""

    coded: Coded
    lookup: Lookup
    residents: ResidentTimeline
    rating: Rating


def prepare(tables: Tables, book: RuleBook, period: tuple[date, date] | None = None) -> Prepared:
    """Code the rows of a home and build its look-up tables."""
    coded = encode(tables, book, period)
    first, last = (number_of(day) for day in coded.period)
    frames = (tables.residents, tables.assessments, tables.instability)
    residents = resident_timeline(*frames, first, last, named_criteria(book))
    levels = compile_levels(book, residents.states)
    known = pd.Index(tables.residents["resident"])
    rating = rate(residents.grid, levels, tables.overrides, known, book, first)
    staff = staff_timeline(tables.staff, coded.staff, book, first, last)
    demand, demands = demand_table(book, rating.levels)
    lookup = Lookup(rating.grid, demand, staff.grid, classify(demands, staff.supplies))
    return Prepared(coded, lookup, residents, rating)


def demand_table(book: RuleBook, levels: LevelTable) -> tuple[NDArray[np.int32], Demands]:
    """Return the demand code, shape (states, interventions), and what each code asks for."""
    names = certificates_of(book)
    admits = np.array([names.index(e.accepts.certificate) if e.accepts else -1 for e in book.interventions])
    admits_from = np.array([e.accepts.from_level if e.accepts else 0 for e in book.interventions])
    everyday = np.array([e.kind == "alltag" for e in book.interventions])
    reserved = np.array([e.reserved for e in book.interventions])
    shape = levels.level.shape
    parts = np.stack(
        [
            levels.level,
            np.broadcast_to(reserved, shape),
            np.where(levels.bars_certificates, -1, admits),
            np.where(levels.bars_certificates, 0, admits_from),
            np.broadcast_to(everyday, shape),
        ],
        axis=-1,
    ).astype(np.int16)
    # Fuse the five small parts into one integer: unique() on integers is far faster than on rows.
    fused = np.zeros(shape, np.int64)
    for i, top in enumerate((5, 2, len(names) + 1, 5, 2)):
        fused = fused * top + parts[..., i] + (1 if i == 2 else 0)
    _, first, code = np.unique(fused, return_index=True, return_inverse=True)
    distinct = parts.reshape(-1, 5)[first]
    demands = Demands(
        level=distinct[:, 0].astype(np.uint8),
        reserved=distinct[:, 1].astype(bool),
        admits=distinct[:, 2],
        admits_from=distinct[:, 3].astype(np.uint8),
        everyday=distinct[:, 4].astype(bool),
    )
    return code.reshape(shape).astype(np.int32), demands


def score(
    tables: Tables,
    book: RuleBook,
    period: tuple[date, date] | None = None,
    groupings: Sequence[tuple[str, ...]] = FIT,
) -> Aggregate:
    """Rate all interventions of a home.

    Parameters
    ----------
    tables
        Frames as in :mod:`pebem.contracts`.
    book
        The rulebook.
    period
        First and last day, both included; None = from the first to the last day of the rows.
    groupings
        Which dimensions to keep together, each out of ``aggregate.DIMENSIONS``.

    Raises
    ------
    pebem.codes.EmptyError
        Without a period and without rows.
    ValueError
        Where an intervention is not in the rulebook.
    """
    home = prepare(tables, book, period)
    labels = _labels(home.coded, book)
    sizes = {name: len(values) for name, values in labels.items()}
    counted = tally(home.coded.rows, home.lookup, groupings, sizes)
    frames = {dims: _frame(dims, cells, labels) for dims, cells in zip(groupings, counted, strict=True)}
    return Aggregate(frames, _coverage(home, book, labels), home.coded.excluded, home.coded.period)


def _labels(coded: Coded, book: RuleBook) -> dict[str, NDArray[np.object_]]:
    """Return what the codes of each dimension stand for."""
    first, last = (day.toordinal() for day in coded.period)
    return {
        "day": _objects(date.fromordinal(n) for n in range(first, last + 1)),
        "ward": _objects(coded.wards),
        "shift": _objects(coded.shifts),
        "intervention": _objects(entry.id for entry in book.interventions),
    }


def _objects(values: Iterable[object]) -> NDArray[np.object_]:
    labels = list(values)
    found = np.empty(len(labels), np.object_)
    found[:] = labels
    return found


def _frame(dims: tuple[str, ...], cells: Cells, labels: dict[str, NDArray[np.object_]]) -> pd.DataFrame:
    """Give the cells of a grouping their labels."""
    rest, outcome = np.divmod(cells.key, len(OUTCOMES))
    columns: dict[str, object] = {}
    for name in reversed(dims):
        rest, code = np.divmod(rest, len(labels[name]))
        columns[name] = labels[name][code]
    columns = {name: columns[name] for name in dims}
    columns["qn_soll"] = np.array([o.qn_soll for o in OUTCOMES], np.int64)[outcome]
    columns["qn_ist"] = np.array([o.qn_ist for o in OUTCOMES], np.int64)[outcome]
    columns["fit"] = _objects(FIT_CLASSES[o.fit] for o in OUTCOMES)[outcome]
    columns["certificate"] = np.array([o.certificate for o in OUTCOMES])[outcome]
    return pd.DataFrame(columns | {"count": cells.count, "seconds": cells.seconds})


def _coverage(home: Prepared, book: RuleBook, labels: dict[str, NDArray[np.object_]]) -> pd.DataFrame:
    """Count by day and ward what is known of the counted rows.

    A row that needs no resident is covered without one; a number nobody knows is a gap all the same.
    """
    rows = home.coded.rows
    needs_none = np.array([e.kind in KINDS_WITHOUT_RESIDENT for e in book.interventions])[rows.intervention]
    state = home.lookup.state[rows.resident, rows.day]
    base = home.rating.base[state]
    known = base > STATE_UNKNOWN
    wards = len(labels["ward"])
    key = rows.day.astype(np.int64) * wards + rows.ward
    flags = {
        "counted": np.ones(len(rows), bool),
        "bewohner": known | (needs_none & (rows.resident == NOBODY)),
        "begutachtung": home.residents.states.assessed[base] | needs_none,
        "mitarbeitende": home.lookup.supply[rows.staff, rows.day] > 0,
        "intervention": np.ones(len(rows), bool),
        "minuten": home.coded.has_minutes,
        "ueberschrieben": home.rating.overridden[state, rows.intervention],
    }
    size = len(labels["day"]) * wards
    counts = {name: np.bincount(key[flag], minlength=size) for name, flag in flags.items()}
    filled = np.flatnonzero(counts["counted"])
    day, ward = np.divmod(filled, wards)
    columns = {name: counts[name][filled] for name in COVERAGE_COUNTS}
    return pd.DataFrame({"day": labels["day"][day], "ward": labels["ward"][ward]} | columns)
