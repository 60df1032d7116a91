"""From text to dense integers, chunk by chunk, on entry: strings never enter the kernel.

A categorical column has integers of its own; a small table over its categories turns them into the codes of the home.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from pebem.contracts import DONE
from pebem.engine.decode import Codebook
from pebem.engine.kernel import SECONDS_LIMIT, Buffers, Rows
from pebem.engine.sums import CHUNK, ONE
from pebem.engine.timeline import FIRST_PERSON, NOBODY, UNKNOWN_PERSON

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    import pandas as pd
    from numpy.typing import NDArray

    from pebem.engine.lookup_tables import CompiledHome

_DAY: Final = np.timedelta64(1, "D")


class EmptyError(ValueError):
    """There is no row to take a period from."""


class _Column:
    """A categorical column and what its categories mean."""

    def __init__(self, column: pd.Categorical[Any], of_category: NDArray[np.integer], missing: int) -> None:
        self.codes: NDArray[np.signedinteger] = column.codes
        # pandas codes a missing value as -1: wrapped around, that is the last entry.
        self.table = np.append(of_category, missing).astype(np.int64)

    def write(self, part: slice, out: NDArray[np.int64], work: NDArray[np.int64]) -> None:
        """Write the codes of a slice of rows; ``work`` is overwritten."""
        np.copyto(work, self.codes[part])  # numpy would widen narrow numbers itself, into new memory
        self.table.take(work, out=out, mode="wrap")


class Coder:
    """Codes the rows of one frame of interventions for a home.

    Parameters
    ----------
    columns
        Those of the frame, as of :func:`columns_of`.
    buffers
        Working memory, re-used: each chunk overwrites the one before.

    Attributes
    ----------
    not_done, outside : int
        Rows coded so far that were not done, or done outside the period: they weigh nothing.

    Raises
    ------
    ValueError
        Where a row that counts names an intervention the rulebook does not have, or has too many seconds.
    """

    def __init__(
        self, columns: Mapping[Any, Any], home: CompiledHome, wards: Codebook, shifts: Codebook, buffers: Buffers
    ) -> None:
        self._home, self._columns, self._size = home, columns, len(columns["resident"])
        self.not_done = self.outside = 0
        days = np.int64(home.days)
        residents = _people(columns["resident"], home.resident_places)
        self._resident = _Column(columns["resident"], residents * days, NOBODY)
        self._staff = _Column(columns["staff"], _people(columns["staff"], home.staff_places) * days, NOBODY)
        self._intervention = _Column(columns["intervention"], _of(columns["intervention"], home.book.index), -1)
        known, codes = self._intervention.table[:-1], self._intervention.codes
        self._some_unknown = known.min(initial=0) < 0 or codes.min(initial=0) < 0
        self._ward = _Column(columns["ward"], wards.numbers(_categories(columns["ward"])), -1)
        lives_in = np.append(np.zeros(FIRST_PERSON, np.int64), wards.numbers(home.lives_in))
        self._lives_in = _Column(columns["resident"], lives_in[residents], 0)
        self._shift = _Column(columns["shift"], shifts.numbers(_categories(columns["shift"])), 0)
        self._status: NDArray[np.signedinteger] = columns["status"].codes
        statuses = _categories(columns["status"])
        self._done = statuses.index(DONE) if DONE in statuses else len(statuses)
        self._all_done = all(status == DONE for status in statuses)
        moments = np.asarray(columns["date"])
        self._moments = moments.view(np.int64)
        self._a_day = int(_DAY.astype(moments.dtype.str.replace("M", "m")).astype(np.int64))
        self._seconds = np.asarray(columns["seconds"])
        if (longest := self._seconds.max(initial=0)) >= SECONDS_LIMIT:
            raise ValueError(f"a row has {longest} seconds; the limit is {SECONDS_LIMIT}")
        self._buffers = buffers.codes

    def __iter__(self) -> Iterator[tuple[slice, Rows]]:
        """Yield chunks of the frame as codes; a chunk is overwritten by the next one."""
        for start in range(0, self._size, CHUNK):
            part = slice(start, min(start + CHUNK, self._size))
            yield part, self._rows(part)

    def without_minutes(self, part: slice) -> NDArray[np.intp]:
        """Return which rows of a chunk have no minutes."""
        return np.flatnonzero(self._seconds[part] < 0)

    def _rows(self, part: slice) -> Rows:
        size = part.stop - part.start
        resident, staff, intervention, day, ward, shift, weight, work = self._buffers[:, :size]
        self._weigh(part, weight)
        self._days(part, day, weight)
        for column, out in ((self._resident, resident), (self._staff, staff), (self._intervention, intervention)):
            column.write(part, out, work)
        if self._some_unknown:
            self._without_unknown(part, intervention, weight)
        resident += day
        staff += day
        self._ward.write(part, ward, work)
        self._at_home(part, ward)
        self._shift.write(part, shift, work)
        return Rows(resident, staff, intervention, day, ward, shift, weight)

    def _at_home(self, part: slice, ward: NDArray[np.int64]) -> None:
        """Set the ward of rows without one to that of their resident."""
        without = np.flatnonzero(self._ward.codes[part] < 0)  # narrow numbers are compared several times as fast
        if len(without):
            ward[without] = self._lives_in.table.take(self._lives_in.codes[part].take(without), mode="wrap")

    def _weigh(self, part: slice, weight: NDArray[np.int64]) -> None:
        """Write the weight of each row; one that was not done has none, one without status was."""
        np.maximum(self._seconds[part], 0, out=weight)
        weight += ONE
        if not self._all_done:
            status = self._status[part]
            not_done = (status != self._done) & (status >= 0)
            np.copyto(weight, 0, where=not_done)
            self.not_done += int(np.count_nonzero(not_done))

    def _days(self, part: slice, day: NDArray[np.int64], weight: NDArray[np.int64]) -> None:
        """Write the day of each row, counted from the first one; a row outside the period weighs nothing."""
        np.floor_divide(self._moments[part], self._a_day, out=day)
        day -= self._home.first
        if day.view(np.uint64).max() >= self._home.days:  # a day before the first one is a huge number there
            outside = (day < 0) | (day >= self._home.days)
            self.outside += int(np.count_nonzero(weight[outside]))
            weight[outside] = 0
            day[outside] = 0

    def _without_unknown(self, part: slice, intervention: NDArray[np.int64], weight: NDArray[np.int64]) -> None:
        """Accept any intervention in rows that do not count."""
        unknown = intervention < 0
        if weight[unknown].any():
            counting = self._columns["intervention"][part][unknown & (weight > 0)]
            names = sorted(counting.dropna().unique()) or "missing values"
            raise ValueError(f"interventions not in the rulebook: {names}")
        intervention[unknown] = 0


def columns_of(frame: pd.DataFrame) -> dict[Any, Any]:
    """Return the columns of a frame as arrays, without copying.

    Each as a Series would take longer than to code two thousand rows. That all arrays can be had at once is no promise
    of pandas; where they cannot, they come one by one.
    """
    every = getattr(frame, "_iter_column_arrays", None)
    arrays = every() if every else (column.array for _, column in frame.items())
    return dict(zip(frame.columns.tolist(), arrays, strict=True))


def _categories(column: pd.Categorical[Any]) -> list[Any]:
    categories: list[Any] = column.categories.tolist()
    return categories


def _of(column: pd.Categorical[Any], places: Mapping[Any, int]) -> NDArray[np.int64]:
    """Return the place of each category of a column, -1 = none."""
    return np.array([places.get(one, -1) for one in _categories(column)], np.int64)


def _people(column: pd.Categorical[Any], places: Mapping[object, int]) -> NDArray[np.int64]:
    """Return the code of each category of a column of people."""
    rows = _of(column, places)
    return np.where(rows < 0, UNKNOWN_PERSON, rows + FIRST_PERSON)


def learn_codes(columns: Mapping[Any, Any], home: CompiledHome, wards: Codebook, shifts: Codebook) -> None:
    """Assign numbers to the wards and shifts of a home and of some rows."""
    wards.learn(home.lives_in)
    wards.learn(_categories(columns["ward"]))
    shifts.learn(_categories(columns["shift"]))


@dataclass(frozen=True)
class Coded:
    """The rows of a frame that count, as codes.

    Attributes
    ----------
    position : (n,) int64
        Where each row is in the frame.
    wards, shifts
        Labels in the order of their codes.
    """

    rows: Rows
    position: NDArray[np.int64]
    wards: Sequence[str | None]
    shifts: Sequence[str | None]


def encode_rows(frame: pd.DataFrame, home: CompiledHome) -> Coded:
    """Code the rows of a frame that count, for those who need every single one."""
    wards, shifts, columns = Codebook(), Codebook(), columns_of(frame)
    learn_codes(columns, home, wards, shifts)
    parts, positions = [], [np.zeros(0, np.int64)]
    for part, rows in Coder(columns, home, wards, shifts, Buffers()):
        counts = rows.weight > 0
        parts.append(rows[counts])
        positions.append(np.flatnonzero(counts) + part.start)
    return Coded(Rows.joined(parts), np.concatenate(positions), wards.names, shifts.names)
