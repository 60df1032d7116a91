"""Tables of figures that may be shown: each a sum of blocks of one view in every month; all others are not in them."""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from pebem.contributions import LACKING
from pebem.disclosure.groups import HIDDEN
from pebem.engine.day_numbers import day_of, first_of_month
from pebem.engine.keys import fuse, numbered, split
from pebem.fit_classes import OUTCOME_COLUMNS
from pebem.measures import Amount
from web.services.analysis.disclosure import BLOCK, OF_COVERAGE
from web.services.analysis.narrowing import having

if TYPE_CHECKING:
    from collections.abc import Hashable, Sequence

    from numpy.typing import NDArray

    from pebem.engine.coded_table import CodedTable

NOTHING: Final = Amount(0, 0)

AXES: Final = ("ward", "shift", "intervention", "month", "day", "grade", "band", *OUTCOME_COLUMNS)
"""What cells can be told apart by."""


@dataclass(frozen=True)
class ShownTable:
    """Figures by row and column, with the sums of rows and columns: those with enough employees behind them.

    Attributes
    ----------
    cells, rows, columns
        Amounts by (row, column), by row and by column; what is hidden is not in them.
    total
        Of the whole table; None = hidden.
    hidden
        Rows and columns with work whose cell is hidden.
    """

    cells: dict[tuple[Hashable, Hashable], Amount] = field(default_factory=dict)
    rows: dict[Hashable, Amount] = field(default_factory=dict)
    columns: dict[Hashable, Amount] = field(default_factory=dict)
    total: Amount | None = NOTHING
    hidden: frozenset[tuple[Hashable, Hashable]] = frozenset()

    def labels(self) -> list[Hashable]:
        """Return the rows of which anything is shown."""
        return list({row: None for row, _ in self.cells} | dict.fromkeys(self.rows))

    def row(self, label: Hashable) -> dict[Hashable, Amount]:
        """Return the cells of a row by column."""
        return self._by_row.get(label, {})

    def hidden_in(self, label: Hashable) -> frozenset[Hashable]:
        """Return the columns whose cell of a row is hidden."""
        return frozenset(self._hidden_by_row.get(label, ()))

    @cached_property
    def _by_row(self) -> dict[Hashable, dict[Hashable, Amount]]:
        found: dict[Hashable, dict[Hashable, Amount]] = defaultdict(dict)
        for (row, column), amount in self.cells.items():
            found[row][column] = amount
        return found

    @cached_property
    def _hidden_by_row(self) -> dict[Hashable, set[Hashable]]:
        found: dict[Hashable, set[Hashable]] = defaultdict(set)
        for row, column in self.hidden:
            found[row].add(column)
        return found

    @property
    def rest(self) -> Amount | None:
        """What no row shows, together; None where that is hidden too."""
        told = [self.rows[label] if label in self.rows else added(self.row(label).values()) for label in self.labels()]
        return None if self.total is None else less(self.total, added(told))


def added(amounts: Any) -> Amount:
    """Return the sum of some amounts."""
    of = list(amounts)
    return Amount(sum(one.count for one in of), sum(one.seconds for one in of))


def less(whole: Amount, part: Amount) -> Amount:
    """Return what is left of an amount without a part of it."""
    return Amount(whole.count - part.count, whole.seconds - part.seconds)


class ShownFigures:
    """Sums of cells with their blocks, and which of them may be shown.

    Parameters
    ----------
    cells
        As of ``repository.MONTHS`` or ``repository.DAYS``, of all cells of the months they are of.
    views
        Whose blocks they have.
    chosen
        Which cells are asked for, shape (n,).
    """

    def __init__(self, cells: CodedTable, views: Sequence[str], chosen: NDArray[np.bool_]) -> None:
        month = cells.columns["month"].astype(np.int64)
        self._first = int(month.min()) if len(month) else 0
        month -= self._first
        self._months = int(month.max(initial=0)) + 1
        self._views = {
            name: _ViewBlocks(month, cells.columns[BLOCK.format(name)].astype(np.int64), chosen) for name in views
        }
        self._cells, self._month = (cells, month) if chosen.all() else (cells[chosen], month[chosen])
        self._coded: dict[str, tuple[NDArray[np.int64], Sequence[Hashable]]] = {}
        self._torn: dict[tuple[str, str], NDArray[np.bool_]] = {}
        self._found: dict[tuple[str, ...], tuple[dict[Any, Amount], set[Any]]] = {}

    def of(self, *axes: str) -> tuple[dict[Any, Amount], set[Any]]:
        """Return the amounts that may be shown by the labels of some axes, and the keys of those that may not.

        Parameters
        ----------
        axes
            Out of :data:`AXES`; none = all that is asked for, under the key ``()``.
        """
        if axes not in self._found:
            self._found[axes] = self._by(axes) if len(self._cells) else ({}, set())
        return self._found[axes]

    def _by(self, axes: tuple[str, ...]) -> tuple[dict[Any, Amount], set[Any]]:
        coded = [self._axis(name) for name in axes]
        sizes = [len(labels) for _, labels in coded]
        code = fuse((codes for codes, _ in coded), sizes) if axes else np.zeros(len(self._cells), np.int64)
        distinct, number = numbered(code, math.prod(sizes))
        totals = [np.zeros(len(distinct), np.int64) for _ in range(2)]
        for total, name in zip(totals, ("count", "seconds"), strict=True):
            np.add.at(total, number, self._cells.columns[name].astype(np.int64))
        told = self._shown(axes, number, len(distinct)).tolist()
        of_axes = zip(split(distinct, sizes), coded, strict=True)
        keys = list(zip(*([labels[at] for at in codes.tolist()] for codes, (_, labels) in of_axes), strict=True))
        found = list(zip(keys or [()], map(Amount, *(total.tolist() for total in totals)), told, strict=True))
        return {key: amount for key, amount, shown in found if shown}, {key for key, _, shown in found if not shown}

    def _axis(self, name: str) -> tuple[NDArray[np.int64], Sequence[Hashable]]:
        """Return the codes of an axis and what they stand for."""
        if name not in self._coded:
            self._coded[name] = self._codes_of(name)
        return self._coded[name]

    def _codes_of(self, name: str) -> tuple[NDArray[np.int64], Sequence[Hashable]]:
        if name == "day":
            day = self._cells.columns["day"].astype(np.int64)
            low = int(day.min())
            return day - low, [day_of(one) for one in range(low, int(day.max()) + 1)]
        if name == "month":
            return self._month, [first_of_month(self._first + one) for one in range(self._months)]
        if name in self._cells.labels:
            return self._cells.columns[name].astype(np.int64), self._cells.labels[name]
        outcomes: Any = self._cells.labels["outcome"]
        parts = [outcome[OUTCOME_COLUMNS.index(name)] for outcome in outcomes]
        labels = list(dict.fromkeys(parts))
        return np.array([labels.index(part) for part in parts], np.int64)[self._cells.columns["outcome"]], labels

    def table(self, row: str, column: str = "fit") -> ShownTable:
        """Return the table by two axes."""
        cells, hidden = self.of(row, column)
        of_rows, _ = self.of(row)
        of_columns, _ = self.of(column)
        total, no_total = self.of()
        return ShownTable(
            cells,
            {label: amount for (label,), amount in of_rows.items()},
            {label: amount for (label,), amount in of_columns.items()},
            None if no_total else total.get((), NOTHING),
            frozenset(hidden),
        )

    def _shown(self, axes: Sequence[str], number: NDArray[np.int64], size: int) -> NDArray[np.bool_]:
        """Return which figures are sums of whole blocks of one view in each month, shape (size,).

        Parameters
        ----------
        number
            The figure by ``axes`` that each cell is in.
        """
        missing = np.ones(size * self._months, bool)
        # The view that tells these axes apart comes first: where it shows all, the others need not be asked.
        for name in sorted(self._views, key=lambda name: name not in axes):
            cut = np.flatnonzero(np.logical_or.reduce([self._cut(name, axis) for axis in ("", *axes)]))
            of_view = np.zeros(len(missing), bool)
            of_view[number[cut] * self._months + self._month[cut]] = True
            missing &= of_view
            if not missing.any():
                break
        return np.asarray(~missing.reshape(size, self._months).any(axis=1))

    def _cut(self, name: str, axis: str) -> NDArray[np.bool_]:
        """Return which cells are in a block of a view that has several codes of an axis; "": that is not told whole."""
        if (name, axis) not in self._torn:
            view = self._views[name]
            self._torn[name, axis] = view.torn(self._axis(axis)[0]) if axis else view.untold
        return self._torn[name, axis]


def covered(everything: ShownFigures, known: CodedTable, ward: str | None) -> dict[str, int | None]:
    """Return how many rows are counted and for how many each thing is known, as far as it may be shown."""
    amounts, hidden = everything.of()
    counted, asked = None if hidden else amounts.get((), NOTHING).count, having(known, "ward", ward)
    marked: dict[str, int | None] = {}
    for name, bit in LACKING.items():
        lack = asked & (known.columns["known"] & bit > 0)
        if not lack.any():
            marked[name] = 0
            continue
        amounts, hidden = ShownFigures(known, (OF_COVERAGE[name],), lack).of()
        marked[name] = None if hidden else amounts[()].count
    by_hand = marked.pop("ueberschrieben")
    rest = {name: None if counted is None or lacking is None else counted - lacking for name, lacking in marked.items()}
    return {"counted": counted, **rest, "ueberschrieben": by_hand}


class _ViewBlocks:
    """The blocks of a view in all months.

    Attributes
    ----------
    untold
        Which of the chosen cells are in a block that is hidden or has other cells too.
    """

    def __init__(self, month: NDArray[np.int64], block: NDArray[np.int64], chosen: NDArray[np.bool_]) -> None:
        width = int(block.max(initial=HIDDEN)) - HIDDEN + 1
        numbers = month * width + (block - HIDDEN)
        whole = np.ones((int(month.max(initial=0)) + 1) * width, bool)
        whole[::width] = False
        if not chosen.all():
            whole[numbers[~chosen]] = False
            numbers = numbers[chosen]
        self.untold = ~whole[numbers]
        self._block, self._size = numbers, len(whole)

    def torn(self, code: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Return which of the chosen cells are in a block whose cells have different codes."""
        one = np.zeros(self._size, np.int64)
        one[self._block] = code
        found = np.zeros(self._size, bool)
        found[self._block[one[self._block] != code]] = True
        return np.asarray(found[self._block])
