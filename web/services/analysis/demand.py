"""The demand behind the work: what each resident's condition called for on which day, and how much was done for it.

Made once when a home is analysed, kept without anybody who did it, and read by the pages about one intervention and
about the rulebook's plausibility.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from pebem.contracts import DONE
from pebem.engine.coded_table import CodedTable, labelled
from pebem.engine.day_numbers import day_of, days, number_of
from pebem.engine.keys import fuse, split
from pebem.engine.timeline import FIRST_PERSON, NOBODY, UNKNOWN_PERSON
from web.store.result import repository

if TYPE_CHECKING:
    from datetime import date

    from numpy.typing import NDArray

    from pebem.engine.lookup_tables import CompiledHome
    from rules.model import RuleBook
    from web.store.access import Access

_UNKNOWN_WORK: Final = -1
_SIZES: Final = (2, 2, 5, 5, 5)


@dataclass(frozen=True, slots=True)
class Demand:
    """What one resident's condition called for, over days in which it did not change. Nobody who did it.

    Attributes
    ----------
    resident
        Pseudonym; "" for work that names no resident.
    known
        Whether the resident is in the master data, so that the level can be explained.
    first_day, last_day
        First and last day with such an intervention.
    qn_soll, low, high
        Level and its bounds; 0 = unknown.
    overridden
        Whether a person has set the level in place of the rulebook.
    """

    resident: str
    known: bool
    first_day: date
    last_day: date
    qn_soll: int
    low: int
    high: int
    count: int
    seconds: int
    overridden: bool


def behind(access: Access, home_id: int, intervention: str, period: tuple[date, date]) -> list[Demand]:
    """Return the demand behind an intervention, by resident and time without change, most minutes first.

    The rulebook of each day decides; days whose rulebook does not have the intervention have no demand.
    """
    access.check_home(home_id)
    first, last = (number_of(day) for day in period)
    months = range(int(repository.month_of(first)), int(repository.month_of(last)) + 1)
    with access.reading() as session:
        found = repository.read(session.connection(), home_id, repository.DEMAND, months, intervention)
    return _segments(found.between(first, last)) if found is not None else []


def stored_demand(home: CompiledHome, book: RuleBook) -> dict[str, CodedTable]:
    """Return what ``repository.DEMAND`` stores of the work of days on which one book holds.

    Work the book does not know has no demand.

    Parameters
    ----------
    home
        Compiled with a rulebook that has all of the work, and says of what ``book`` knows the same.
    """
    work = home.people.interventions
    work = work[(work["status"].isna() | (work["status"] == DONE)).to_numpy()]
    if work.empty:
        return {}
    person, pseudonyms = labelled(work["resident"])
    place, names = labelled(work["intervention"])
    rows = {
        "resident": person, "intervention": place, "day": days(work["date"], 0),
        "count": np.ones(len(work), np.int64), "seconds": np.maximum(work["seconds"].to_numpy(np.int64), 0),
    }  # fmt: skip
    named = tuple("" if one is None else one for one in pseudonyms)
    done = CodedTable(rows, {"resident": named, "intervention": names}).summed("resident", "intervention", "day")
    return _rated(done, home, book)


def _rated(done: CodedTable, home: CompiledHome, book: RuleBook) -> dict[str, CodedTable]:
    """Give each resident, day and intervention the level the book calls for."""
    rating = home.rating
    named = home.known_residents.get_indexer(pd.Index(done.labels["resident"], dtype=object))
    codes = np.where(named < 0, UNKNOWN_PERSON, named + FIRST_PERSON)
    codes[[one == "" for one in done.labels["resident"]]] = NOBODY
    code = codes[done.columns["resident"]]
    columns = np.array([book.index.get(str(one), _UNKNOWN_WORK) for one in done.labels["intervention"]], np.int64)
    column, state = columns[done.columns["intervention"]], rating.grid[code, done.columns["day"] - home.first]
    levels = rating.levels
    parts = (code >= FIRST_PERSON, rating.overridden, levels.level, levels.low, levels.high)
    of_rows = [part if part.ndim == 1 else part[state, column] for part in parts]
    asked, demand = np.unique(fuse(of_rows, _SIZES), return_inverse=True)
    rateable = column != _UNKNOWN_WORK
    whole = CodedTable({**done.columns, "demand": demand}, {**done.labels, "demand": _labels(asked)})
    return {repository.DEMAND: whole[rateable]}


def _labels(fused: NDArray[np.int64]) -> tuple[tuple[Any, ...], ...]:
    return tuple(zip(*(part.tolist() for part in split(fused, _SIZES)), strict=True))


def _segments(work: CodedTable) -> list[Demand]:
    if not len(work):
        return []
    names = np.array(work.labels["resident"], dtype=object)[work.columns["resident"]]
    _, person = np.unique(names.astype(str), return_inverse=True)
    ordered = work[np.lexsort((work.columns["day"], person))]
    # One demand of several days is one segment; whether a resident is known is no change of demand.
    asked = [label[1:] for label in ordered.labels["demand"] if isinstance(label, tuple)]
    same = np.array([asked.index(one) for one in asked])[ordered.columns["demand"]]
    changes = np.diff(ordered.columns["resident"]).astype(bool) | np.diff(same).astype(bool)
    starts = np.concatenate([[0], np.flatnonzero(changes) + 1])
    counts, seconds = (np.add.reduceat(ordered.columns[name].astype(np.int64), starts) for name in ("count", "seconds"))
    lasts = ordered.columns["day"][np.append(starts[1:], len(ordered)) - 1]
    found = []
    for i, start in enumerate(starts):
        parts: Any = ordered.labels["demand"][ordered.columns["demand"][start]]
        known, overridden, soll, low, high = parts
        found.append(
            Demand(
                resident=str(ordered.labels["resident"][ordered.columns["resident"][start]]),
                known=bool(known),
                overridden=bool(overridden),
                first_day=day_of(int(ordered.columns["day"][start])),
                last_day=day_of(int(lasts[i])),
                qn_soll=soll,
                low=low,
                high=high,
                count=int(counts[i]),
                seconds=int(seconds[i]),
            )
        )
    return sorted(found, key=lambda one: (-one.seconds, -one.count, one.resident, one.first_day))
