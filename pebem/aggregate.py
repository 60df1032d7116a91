"""The exact, additive result: counts and integer seconds by grouping and outcome.

It carries codes and what they stand for; words come last, in the frames of :meth:`Aggregate.by`. Any split of the
rows, in any order and any number of parts, adds up to the same aggregate. Ratios are taken from those frames, in
:mod:`pebem.measures`.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from pebem.engine.coded_table import CodedTable, concat
from pebem.engine.decode import COVERAGE_COUNTS, frame_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date

    from numpy.typing import NDArray

DIMENSIONS: Final = ("day", "ward", "shift", "intervention")

FIT: Final = (("ward", "shift"), ("day",), ("intervention",))
"""Groupings the report of a home needs."""

CUBE: Final = (DIMENSIONS,)
"""One grouping that answers every question: what the application stores."""

EXCLUDED: Final = ("nicht_durchgefuehrt", "ausserhalb_zeitraum", "fehlerhaft")

SUMS: Final = ("count", "seconds")
"""What is summed in each cell of a grouping."""

_COVERED_BY: Final = ("day", "ward")
_NEVER_MISSING: Final = ("intervention", "fit")


@dataclass(frozen=True, eq=False)
class Aggregate:
    """The result for the rows of one or more homes.

    Attributes
    ----------
    tables
        By grouping (a tuple of dimensions): the dimensions, ``outcome``, ``count`` and ``seconds``. Days are numbers
        since 1970-01-01. Labels: of ward and shift text or None (not given), of intervention catalogue ids, of
        outcome tuples as ``fit_classes.OUTCOME_COLUMNS``: ``qn_soll`` and ``qn_ist`` (0-4, 0 = unknown), ``fit`` (one
        of ``FIT_CLASSES``), ``certificate`` (fits by certificate).
    coverage
        ``day``, ``ward`` and ``decode.COVERAGE_COUNTS``.
    excluded
        Rows that do not count, by reason.
    """

    tables: Mapping[tuple[str, ...], CodedTable]
    coverage: CodedTable
    excluded: Mapping[str, int] = field(default_factory=lambda: dict.fromkeys(EXCLUDED, 0))
    period: tuple[date, date] | None = None

    @classmethod
    def zero(cls, groupings: Iterable[tuple[str, ...]] = FIT) -> Aggregate:
        """Return the aggregate of no rows: adding it changes nothing."""
        return cls(
            {dims: _nothing((*dims, "outcome"), SUMS) for dims in groupings}, _nothing(_COVERED_BY, COVERAGE_COUNTS)
        )

    @classmethod
    def total(cls, parts: Sequence[Aggregate]) -> Aggregate:
        """Add one or more aggregates of the same groupings in one go.

        Raises
        ------
        ValueError
            Where their groupings differ.
        """
        groupings = parts[0].tables.keys()
        if any(part.tables.keys() != groupings for part in parts):
            raise ValueError("aggregates of different groupings cannot be added")
        tables = {dims: concat([part.tables[dims] for part in parts]).summed(*dims, "outcome") for dims in groupings}
        coverage = concat([part.coverage for part in parts]).summed(*_COVERED_BY, sums=COVERAGE_COUNTS)
        excluded = {reason: sum(part.excluded[reason] for part in parts) for reason in EXCLUDED}
        periods = [part.period for part in parts if part.period]
        whole = (min(first for first, _ in periods), max(last for _, last in periods)) if periods else None
        return cls(tables, coverage, excluded, whole)

    @property
    def counted(self) -> int:
        """Number of rows that count."""
        return int(self.coverage.columns["counted"].sum())

    @property
    def rows(self) -> int:
        """Number of rows, excluded ones included."""
        return self.counted + sum(self.excluded.values())

    def by(self, *dimensions: str) -> pd.DataFrame:
        """Return counts and seconds by some dimensions (none: by outcome alone), in words.

        Returns
        -------
        DataFrame
            The dimensions, ``fit_classes.OUTCOME_COLUMNS``, ``count`` and ``seconds``; rows in the order of the labels,
            not given (None) last. Days are ``datetime.date``, ward and shift objects, other text ``str``.

        Raises
        ------
        KeyError
            Where no grouping contains all these dimensions.
        """
        frame = frame_of(self.cells(*dimensions))
        return frame.astype({name: "str" for name in _NEVER_MISSING if name in frame})

    def cells(self, *dimensions: str) -> CodedTable:
        """Return what :meth:`by` does as codes, in the order of the labels.

        Raises
        ------
        KeyError
            Where no grouping holds these dimensions together.
        """
        fitting = [dims for dims in self.tables if set(dimensions) <= set(dims)]
        if not fitting:
            raise KeyError(f"no grouping holds {dimensions}; there are {list(self.tables)}")
        return self.tables[min(fitting, key=len)].in_order().summed(*dimensions, "outcome")

    def covered(self, *dimensions: str) -> pd.DataFrame:
        """Return the coverage counts by ``day``, ``ward`` or both, as :meth:`by`; by none: one row of totals."""
        if not dimensions:
            return pd.DataFrame({name: [int(self.coverage.columns[name].sum())] for name in COVERAGE_COUNTS})
        return frame_of(self.coverage.in_order().summed(*dimensions, sums=COVERAGE_COUNTS))

    def __add__(self, other: Aggregate) -> Aggregate:
        """Add two aggregates of the same groupings."""
        return Aggregate.total([self, other])

    def __sub__(self, part: Aggregate) -> Aggregate:
        """Subtract a part of the rows: the result is the aggregate of the others.

        Raises
        ------
        ValueError
            Where the rows of ``part`` are not among the rows of this one.
        """
        rest = Aggregate.total([self, part._negative()])
        if min(rest.excluded.values()) < 0:
            raise ValueError(_TOO_MANY)
        tables = {dims: _filled(table, SUMS) for dims, table in rest.tables.items()}
        return replace(rest, tables=tables, coverage=_filled(rest.coverage, COVERAGE_COUNTS))

    def _negative(self) -> Aggregate:
        """Return the additive inverse; it has no period, so a sum has that of the other."""
        tables = {dims: _negated(table, SUMS) for dims, table in self.tables.items()}
        excluded = {reason: -rows for reason, rows in self.excluded.items()}
        return Aggregate(tables, _negated(self.coverage, COVERAGE_COUNTS), excluded)

    def __eq__(self, other: object) -> bool:
        """Equal to the bit: same groupings, cells, coverage and exclusions, whatever the codes."""
        if not isinstance(other, Aggregate):
            return NotImplemented
        return (
            dict(self.excluded) == dict(other.excluded)
            and self.tables.keys() == other.tables.keys()
            and _same_cells(self.coverage, other.coverage)
            and all(_same_cells(table, other.tables[dims]) for dims, table in self.tables.items())
        )

    __hash__ = None  # type: ignore[assignment]  # arrays inside: not hashable


_TOO_MANY: Final = "more rows are taken out than there are"


def _nothing(keys: Sequence[str], sums: Sequence[str]) -> CodedTable:
    return CodedTable(
        {name: np.zeros(0, np.int64) for name in (*keys, *sums)}, {name: () for name in keys if name != "day"}
    )


def _negated(table: CodedTable, sums: Sequence[str]) -> CodedTable:
    turned = {name: -table.columns[name].astype(np.int64) for name in sums}
    return CodedTable({**table.columns, **turned}, table.labels)


def _filled(table: CodedTable, sums: Sequence[str]) -> CodedTable:
    """Return the cells that still have rows; the first of the sums counts them."""
    amounts = np.stack([table.columns[name] for name in sums])
    holds_rows = amounts[0] != 0
    if (amounts < 0).any() or amounts[:, ~holds_rows].any():
        raise ValueError(_TOO_MANY)
    return table[holds_rows]


def _same_cells(left: CodedTable, right: CodedTable) -> bool:
    """Return whether two tables have the same rows, in any order and under any codes."""
    if left.columns.keys() != right.columns.keys():
        return False
    cells = np.stack(list(concat([left, right]).columns.values()), axis=1)
    return np.array_equal(_sorted(cells[: len(left)]), _sorted(cells[len(left) :]))


def _sorted(rows: NDArray[np.int64]) -> NDArray[np.int64]:
    return rows[np.lexsort(rows.T)]
