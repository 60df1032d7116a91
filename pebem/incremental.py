"""Scoring only what an edit touches: the touched rows are taken out as they were and put back as they are.

Aggregates are exact and additive, so the result is that of a full run to the bit.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd
from pandas.api.types import union_categoricals

from pebem.aggregate import FIT, Aggregate
from pebem.engine.day_numbers import day_of, days
from pebem.rescore import RatingBasis, touched
from pebem.score import score

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

_CONTENT: Final = ("resident", "staff", "intervention", "date", "seconds", "shift", "ward", "status")
"""Columns of a row that the result can depend on."""


@dataclass(frozen=True)
class Rescored:
    """The result after an edit.

    Attributes
    ----------
    taken, given
        Number of rows scored as they were before and as they are after the edit.
    """

    aggregate: Aggregate
    taken: int
    given: int


def rescore(
    old: Aggregate, before: RatingBasis, after: RatingBasis, groupings: Sequence[tuple[str, ...]] = FIT
) -> Rescored:
    """Return what a home comes to after an edit, from what it came to before.

    Parameters
    ----------
    old
        ``score(before.tables, before.book, before.period, groupings)``.
    before, after
        Tables, rulebook and period of both runs; any of them may have changed.

    Raises
    ------
    ValueError
        Where an intervention that has to be scored is not in the rulebook, or ``old`` is not the result of ``before``.
    """
    frames = (before.tables.interventions, after.tables.interventions)
    gone, arrived = exchanged(*frames)
    if span := _span(frames):
        mark = touched(before, after, span)
        gone, arrived = gone | mark.rows(frames[0]), arrived | mark.rows(frames[1])
    given, taken = part(after, arrived, groupings), part(before, gone, groupings)
    span = _span(frames[1:])
    period = after.period or (span and (day_of(span[0]), day_of(span[1])))
    return Rescored(replace(old + given - taken, period=period), int(gone.sum()), int(arrived.sum()))


def part(basis: RatingBasis, rows: NDArray[np.bool_], groupings: Sequence[tuple[str, ...]]) -> Aggregate:
    """Score some of the interventions, with the people who occur in them alone.

    Parameters
    ----------
    rows : (n,) bool
        Which interventions of the tables.
    """
    tables = basis.tables
    if not rows.any():
        nothing = Aggregate.zero(groupings)
        return replace(nothing, excluded={**nothing.excluded, "fehlerhaft": tables.faulty})
    work = tables.interventions[rows].reset_index(drop=True)
    residents, staff = (set(work[name].dropna().unique()) for name in ("resident", "staff"))
    chosen = {
        "residents": tables.residents["resident"].isin(residents),
        "assessments": tables.assessments["resident"].isin(residents),
        "instability": tables.instability["resident"].isin(residents),
        "staff": tables.staff["staff"].isin(staff),
        "overrides": tables.overrides["resident"].isna() | tables.overrides["resident"].isin(residents),
    }
    people = {name: getattr(tables, name)[kept].reset_index(drop=True) for name, kept in chosen.items()}
    return score(replace(tables, interventions=work, **people), basis.book, basis.period, groupings)


def exchanged(before: pd.DataFrame, after: pd.DataFrame) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Return which interventions are gone and which have arrived; equal rows stand for each other.

    Returns
    -------
    gone : (rows before,) bool
    arrived : (rows after,) bool
    """
    if before is after:
        return np.zeros(len(before), bool), np.zeros(len(after), bool)
    key = np.zeros(len(before) + len(after), np.int64)
    for name in _CONTENT:
        code = _joint_codes(before[name], after[name])
        key = pd.factorize(key * (int(code.max(initial=0)) + 1) + code)[0].astype(np.int64)
    was, now = key[: len(before)], key[len(before) :]
    size = int(key.max(initial=-1)) + 1
    return _beyond(was, np.bincount(now, minlength=size)), _beyond(now, np.bincount(was, minlength=size))


def _joint_codes(before: pd.Series, after: pd.Series) -> NDArray[np.int64]:
    """Return codes of the values of two columns, the same value the same code, missing 0."""
    if isinstance(before.dtype, pd.CategoricalDtype):
        sides = [column.cat.set_categories(column.cat.categories.astype(object)) for column in (before, after)]
        return union_categoricals(sides).codes.astype(np.int64) + 1
    return pd.factorize(np.concatenate([before.to_numpy(), after.to_numpy()]))[0].astype(np.int64) + 1


def _beyond(key: NDArray[np.int64], elsewhere: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Return the rows that have no partner among the ``elsewhere[key]`` rows of the other side."""
    nth = pd.Series(key).groupby(key).cumcount().to_numpy()
    return nth >= elsewhere[key]


def _span(frames: Sequence[pd.DataFrame]) -> tuple[int, int] | None:
    """Return the first and last day of all work, None where there is none."""
    found = np.concatenate([days(frame["date"], 0) for frame in frames])
    return (int(found.min()), int(found.max())) if len(found) else None
