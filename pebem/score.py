"""From frames to the aggregate: what no row changes once, then the rows, batch by batch."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from pebem.aggregate import DIMENSIONS, FIT, Aggregate
from pebem.engine import kernel
from pebem.engine.day_numbers import day_of, days
from pebem.engine.decode import Codebook, Decoder
from pebem.engine.encode import Coder, EmptyError, columns_of, learn_codes
from pebem.engine.kernel import Buffers
from pebem.engine.lookup_tables import compile_home, compile_homes
from pebem.engine.sums import ONE, Sums

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from datetime import date

    from numpy.typing import NDArray

    from pebem.contracts import Tables
    from pebem.engine.decode import Columns
    from pebem.engine.kernel import Rows
    from pebem.engine.lookup_tables import CompiledHome
    from rules import RuleBook

_MARGINS: Final = (("day", "ward"), ("ward", "shift"), ("intervention",))
"""What is summed together where that is enough: small tables, which stay in the cache."""


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
        Which dimensions to combine, each out of ``aggregate.DIMENSIONS``.

    Raises
    ------
    pebem.engine.encode.EmptyError
        Without a period and without rows.
    ValueError
        Where an intervention is not in the rulebook.
    """
    return score_home(compile_home(tables, book, period or period_of(tables.interventions)), groupings)


def score_homes(
    homes: Iterable[Tables],
    book: RuleBook,
    period: tuple[date, date] | None = None,
    groupings: Sequence[tuple[str, ...]] = FIT,
) -> Iterator[Aggregate]:
    """Rate all interventions of many homes, each as :func:`score` does: the same results, faster where homes are small.

    What no row changes is compiled for many homes in one go. Memory does not grow with their number.

    Parameters
    ----------
    homes
        Frames as in :mod:`pebem.contracts`; numbers and wards mean something in their own home alone.
    period
        First and last day of all homes, both included; None = from the first to the last day of the rows of each.

    Yields
    ------
    Aggregate
        One a home, in their order; :meth:`pebem.aggregate.Aggregate.total` adds them up.

    Raises
    ------
    pebem.engine.encode.EmptyError
        Without a period, where a home has no rows.
    ValueError
        Where an intervention is not in the rulebook.
    """
    buffers = Buffers()
    for batch in _batches(homes):
        periods = [period or period_of(home.interventions) for home in batch]
        for home in compile_homes(batch, book, periods):
            yield score_home(home, groupings, buffers)


HOMES_AT_ONCE: Final = 64
"""Homes compiled in one go: more save little, and their tables take 0.7 MB each meanwhile."""

_ROWS_AT_ONCE: Final = 1 << 21
"""Rows of the homes compiled in one go, the last home aside."""


def _batches(homes: Iterable[Tables]) -> Iterator[list[Tables]]:
    batch: list[Tables] = []
    rows = 0
    for home in homes:
        batch.append(home)
        rows += len(home.interventions)
        if len(batch) == HOMES_AT_ONCE or rows > _ROWS_AT_ONCE:
            yield batch
            batch, rows = [], 0
    if batch:
        yield batch


def score_home(
    home: CompiledHome, groupings: Sequence[tuple[str, ...]] = FIT, buffers: Buffers | None = None
) -> Aggregate:
    """Rate all interventions of a compiled home; see :func:`score`. ``buffers`` may have served other homes before."""
    scorer = Scorer(home, groupings, buffers=buffers)
    scorer.add(home.people.interventions)
    aggregate = scorer.result()
    return replace(aggregate, excluded=dict(aggregate.excluded) | {"fehlerhaft": home.people.faulty})


def stream(
    people: Tables,
    batches: Iterable[pd.DataFrame],
    book: RuleBook,
    period: tuple[date, date],
    groupings: Sequence[tuple[str, ...]] = FIT,
) -> Aggregate:
    """Rate the interventions of a home that come in batches; memory does not grow with their number.

    Parameters
    ----------
    people
        Frames as in :mod:`pebem.contracts`; their interventions are not looked at.
    batches
        Frames of interventions; each may have categories of its own.

    Returns
    -------
    Aggregate
        Equal to that of all batches in one frame. Rows that could not be taken (``people.faulty``) are not known here
        and count as none.
    """
    scorer = Scorer(compile_home(people, book, period), groupings)
    for batch in batches:
        scorer.add(batch)
    return scorer.result()


def period_of(interventions: pd.DataFrame) -> tuple[date, date]:
    """Return the first and last day of the rows.

    Raises
    ------
    EmptyError
        Where there is none.
    """
    if interventions.empty:
        raise EmptyError("Es gibt keine Interventionen, aus denen sich ein Zeitraum ergibt.")
    moments = interventions["date"]
    first, last = days(pd.Series([moments.min(), moments.max()]), 0)
    return day_of(int(first)), day_of(int(last))


class Scorer:
    """Adds up the rows of a home, batch by batch.

    Sums are by code. When a batch contains a ward or shift without a code, the sums so far are closed: their codes
    stay valid.

    Parameters
    ----------
    groupings
        Which dimensions to combine, each out of ``aggregate.DIMENSIONS``.
    tally
        The inner loop: ``kernel.tally`` or its compiled twin ``kernel_numba.tally``.
    buffers
        Working memory that other homes have used before; None = its own.
    """

    def __init__(
        self,
        home: CompiledHome,
        groupings: Sequence[tuple[str, ...]] = FIT,
        tally: Callable[[Rows, kernel.LookupTables, Sequence[Sums], Buffers], None] = kernel.tally,
        buffers: Buffers | None = None,
    ) -> None:
        self._home, self._groupings, self._tally = home, tuple(groupings), tally
        groups = {_group_of(dims) for dims in self._groupings}
        # Coverage is by day and ward, so these are always combined.
        groups = {DIMENSIONS} if DIMENSIONS in groups else {_MARGINS[0], *groups}
        self._parts: dict[tuple[str, ...], list[Columns]] = {group: [] for group in sorted(groups)}
        self._gaps: list[Columns] = []
        self._wards, self._shifts, self._buffers = Codebook(), Codebook(), buffers or Buffers()
        self._not_done = self._outside = 0
        self._sums: list[Sums] = []

    def add(self, frame: pd.DataFrame) -> None:
        """Add the rows of a frame of interventions."""
        before, columns = (len(self._wards), len(self._shifts)), columns_of(frame)
        learn_codes(columns, self._home, self._wards, self._shifts)
        if before != (len(self._wards), len(self._shifts)):
            self._close_sums()
        if not self._sums:
            self._begin()
        coder = Coder(columns, self._home, self._wards, self._shifts, self._buffers)
        for part, rows in coder:
            self._tally(rows, self._home.lookup, self._sums, self._buffers)
            without_minutes = coder.without_minutes(part)
            if len(without_minutes):
                self._count_without_minutes(rows, without_minutes)
        self._not_done += coder.not_done
        self._outside += coder.outside

    def result(self) -> Aggregate:
        """Return what has been added so far."""
        if not self._sums and not self._gaps:
            self._begin()
        self._close_sums()
        decoder = Decoder(self._home, self._wards, self._shifts)
        cells = {group: _joined(parts) for group, parts in self._parts.items()}
        whole = cells.get(DIMENSIONS)
        tables = {dims: decoder.table(dims, whole or cells[_group_of(dims)]) for dims in self._groupings}
        coverage = decoder.coverage(whole or cells[_MARGINS[0]], _joined(self._gaps))
        excluded = {"nicht_durchgefuehrt": self._not_done, "ausserhalb_zeitraum": self._outside, "fehlerhaft": 0}
        return Aggregate(tables, coverage, excluded, (day_of(self._home.first), day_of(self._home.last)))

    def _begin(self) -> None:
        """Start sums for the wards and shifts known so far."""
        sizes = {
            "day": self._home.days,
            "ward": len(self._wards),
            "shift": len(self._shifts),
            "intervention": len(self._home.book.interventions),
        }
        ends = self._home.lookup.ends
        self._sums = [Sums(group, tuple(sizes[name] for name in group), ends) for group in self._parts]
        self._without = Sums(_MARGINS[0], (sizes["day"], sizes["ward"]), 1)

    def _count_without_minutes(self, rows: Rows, without_minutes: NDArray[np.intp]) -> None:
        """Count rows without minutes by day and ward."""
        key = rows.day[without_minutes] * len(self._wards) + rows.ward[without_minutes]
        self._without.add(key, np.minimum(rows.weight[without_minutes], ONE))
        self._without.count(len(without_minutes))

    def _close_sums(self) -> None:
        """Move the current sums to the parts, by code."""
        for sums in self._sums:
            self._parts[sums.names].append(sums.columns())
        if self._sums:
            self._gaps.append(self._without.columns())
        self._sums = []


def _group_of(dims: tuple[str, ...]) -> tuple[str, ...]:
    return next((group for group in _MARGINS if set(dims) <= set(group)), DIMENSIONS)


def _joined(parts: list[Columns]) -> Columns:
    return parts[0] if len(parts) == 1 else {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


def outcomes(rows: Rows, home: CompiledHome) -> NDArray[np.int64]:
    """Return the outcome of each row, shape (n,), as positions in ``fit.OUTCOMES``."""
    return home.ends.outcome[ends(rows, home)]


def ends(rows: Rows, home: CompiledHome) -> NDArray[np.int64]:
    """Return what becomes of each row, shape (n,), as positions in ``home.ends``."""
    buffers = Buffers()
    of_chunks = [kernel.ends(chunk, home.lookup, buffers).copy() for chunk in rows.chunks()]
    return np.concatenate([np.zeros(0, np.int64), *of_chunks])
