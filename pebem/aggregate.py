"""The exact, additive result: counts and integer seconds by grouping and outcome.

Any split of the rows, in any order and any number of parts, adds up to the same aggregate. Ratios come last,
in :mod:`pebem.measures`.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date

DIMENSIONS: Final = ("day", "ward", "shift", "intervention")

OUTCOME_COLUMNS: Final = ("qn_soll", "qn_ist", "fit", "certificate")

FIT: Final = (("ward", "shift"), ("day",), ("intervention",))
"""Groupings the report of a home needs."""

CUBE: Final = (DIMENSIONS,)
"""One grouping that answers every question: what the application stores."""

EXCLUDED: Final = ("nicht_durchgefuehrt", "ausserhalb_zeitraum", "fehlerhaft")

COVERAGE: Final = ("bewohner", "begutachtung", "mitarbeitende", "intervention", "minuten")
"""For what share of the counted rows each thing is known."""

COVERAGE_COUNTS: Final = ("counted", *COVERAGE, "ueberschrieben")
"""Counts kept for each day and ward; the last one tells for how many rows a person has set the level."""


@dataclass(frozen=True, eq=False)
class Aggregate:
    """What the rows of one or more homes come to.

    Attributes
    ----------
    tables
        By grouping (a tuple of dimensions): a frame with the dimensions, ``qn_soll`` and ``qn_ist`` (0-4,
        0 = unknown), ``fit`` (one of ``FIT_CLASSES``), ``certificate`` (fits by certificate), ``count`` and
        ``seconds``. Labels: ward and shift as text or None (not given), day as ``datetime.date``,
        intervention as catalogue id.
    coverage
        Frame with ``day``, ``ward`` and :data:`COVERAGE_COUNTS`.
    excluded
        Rows that do not count, by reason.
    """

    tables: Mapping[tuple[str, ...], pd.DataFrame]
    coverage: pd.DataFrame
    excluded: Mapping[str, int] = field(default_factory=lambda: dict.fromkeys(EXCLUDED, 0))
    period: tuple[date, date] | None = None

    @classmethod
    def zero(cls, groupings: Iterable[tuple[str, ...]] = FIT) -> Aggregate:
        """Return the aggregate of no rows: adding it changes nothing."""
        tables = {dims: pd.DataFrame(columns=[*dims, *OUTCOME_COLUMNS, "count", "seconds"]) for dims in groupings}
        return cls(tables, pd.DataFrame(columns=["day", "ward", *COVERAGE_COUNTS]))

    @property
    def counted(self) -> int:
        """Number of rows that count."""
        return int(self.coverage["counted"].sum())

    @property
    def rows(self) -> int:
        """Number of rows, excluded ones included."""
        return self.counted + sum(self.excluded.values())

    def by(self, *dimensions: str) -> pd.DataFrame:
        """Return counts and seconds by some dimensions (none: by outcome alone).

        Raises
        ------
        KeyError
            Where no grouping holds these dimensions together.
        """
        fitting = [dims for dims in self.tables if set(dimensions) <= set(dims)]
        if not fitting:
            raise KeyError(f"no grouping holds {dimensions}; there are {list(self.tables)}")
        return condense(self.tables[min(fitting, key=len)], (*dimensions, *OUTCOME_COLUMNS), ("count", "seconds"))

    def covered(self, *dimensions: str) -> pd.DataFrame:
        """Return the coverage counts by ``day``, ``ward`` or both."""
        return condense(self.coverage, dimensions, COVERAGE_COUNTS)

    def __add__(self, other: Aggregate) -> Aggregate:
        """Add two aggregates of the same groupings."""
        periods = [p for p in (self.period, other.period) if p]
        whole = (min(p[0] for p in periods), max(p[1] for p in periods)) if periods else None
        return self._with(other, 1, whole)

    def __sub__(self, part: Aggregate) -> Aggregate:
        """Take out a part of the rows: what is left is the aggregate of the others.

        Raises
        ------
        ValueError
            Where the rows of ``part`` are not among the rows of this one.
        """
        rest = self._with(part, -1, self.period)
        tables = {dims: _filled(frame, "count", "seconds") for dims, frame in rest.tables.items()}
        if min(rest.excluded.values()) < 0:
            raise ValueError("more rows are taken out than there are")
        return replace(rest, tables=tables, coverage=_filled(rest.coverage, *COVERAGE_COUNTS))

    def _with(self, other: Aggregate, sign: int, period: tuple[date, date] | None) -> Aggregate:
        """Sum cell by cell, the other one's numbers times ``sign``."""
        if set(self.tables) != set(other.tables):
            raise ValueError("aggregates of different groupings cannot be added")
        tables = {
            dims: _summed(frame, other.tables[dims], sign, (*dims, *OUTCOME_COLUMNS), ("count", "seconds"))
            for dims, frame in self.tables.items()
        }
        coverage = _summed(self.coverage, other.coverage, sign, ("day", "ward"), COVERAGE_COUNTS)
        excluded = {reason: self.excluded[reason] + sign * other.excluded[reason] for reason in EXCLUDED}
        return Aggregate(tables, coverage, excluded, period)

    def __eq__(self, other: object) -> bool:
        """Equal to the bit: same groupings, cells, coverage and exclusions."""
        if not isinstance(other, Aggregate):
            return NotImplemented
        return (
            dict(self.excluded) == dict(other.excluded)
            and set(self.tables) == set(other.tables)
            and _records(self.coverage) == _records(other.coverage)
            and all(_records(frame) == _records(other.tables[dims]) for dims, frame in self.tables.items())
        )

    __hash__ = None  # type: ignore[assignment]  # frames inside: not hashable


def condense(frame: pd.DataFrame, keys: Sequence[str], sums: Sequence[str]) -> pd.DataFrame:
    """Sum integer columns by keys; rows in the order of the keys, missing labels last."""
    if frame.empty or not keys:
        totals = {name: [int(frame[name].sum())] for name in sums}
        return frame[[*keys, *sums]] if keys else pd.DataFrame(totals)
    grouped = frame.groupby(list(keys), dropna=False, sort=True, observed=True)[list(sums)].sum().reset_index()
    for key in ("ward", "shift"):
        if key in keys:
            grouped[key] = grouped[key].astype(object).where(grouped[key].notna(), None)
    return grouped.astype(dict.fromkeys(sums, "int64"))


def _summed(
    frame: pd.DataFrame, other: pd.DataFrame, sign: int, keys: Sequence[str], sums: Sequence[str]
) -> pd.DataFrame:
    if other.empty:
        return frame
    signed = other.assign(**{name: sign * other[name] for name in sums})
    return condense(pd.concat([frame, signed]), keys, sums)


def _filled(frame: pd.DataFrame, first: str, *others: str) -> pd.DataFrame:
    """Return the cells that still hold rows; ``first`` counts them."""
    empty = frame[first] == 0
    if (frame[[first, *others]] < 0).any(axis=None) or frame.loc[empty, list(others)].any(axis=None):
        raise ValueError("more rows are taken out than there are")
    return frame[~empty].reset_index(drop=True)


def _records(frame: pd.DataFrame) -> set[tuple[object, ...]]:
    labelled = frame.astype(object).where(frame.notna(), None)
    return set(labelled.itertuples(index=False, name=None))
