"""Tables of figures that may be shown: each a sum of blocks of one view in every month; all others are not in them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from pebem.disclosure.groups import HIDDEN, numbered
from pebem.engine.day_numbers import day_of
from pebem.fit_classes import OUTCOME_COLUMNS
from pebem.measures import Amount
from web.services.analysis.disclosure import BLOCK

if TYPE_CHECKING:
    from collections.abc import Hashable, Sequence

    from numpy.typing import NDArray

    from pebem.engine.coded_table import CodedTable

NOTHING: Final = Amount(0, 0)

AXES: Final = ("ward", "shift", "intervention", "day", "grade", "band", *OUTCOME_COLUMNS)
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
        return {column: amount for (row, column), amount in self.cells.items() if row == label}

    def hidden_in(self, label: Hashable) -> frozenset[Hashable]:
        """Return the columns whose cell of a row is hidden."""
        return frozenset(column for row, column in self.hidden if row == label)

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
        self._cells, self._chosen = cells, chosen
        self._months = numbered(cells.columns["month"].astype(np.int64)) if len(cells) else np.zeros(0, np.int64)
        self._views = [self._sorted(cells.columns[BLOCK.format(name)].astype(np.int64)) for name in views]

    def of(self, *axes: str) -> tuple[dict[Any, Amount], set[Any]]:
        """Return the amounts that may be shown by the labels of some axes, and the keys of those that may not.

        Parameters
        ----------
        axes
            Out of :data:`AXES`; none = all that is asked for, under the key ``()``.
        """
        inside = np.flatnonzero(self._chosen)
        if not len(inside):
            return {}, set()
        coded = [self._axis(name) for name in axes]
        together = numbered(*(code[inside] for code, _ in coded)) if coded else np.zeros(len(inside), np.int64)
        size = int(together.max()) + 1
        code = np.full(len(self._cells), -1, np.int64)
        code[inside] = together
        first = np.empty(size, np.int64)
        first[together] = inside
        shown = self._shown(code, size)
        totals = [np.zeros(size, np.int64) for _ in range(2)]
        for total, name in zip(totals, ("count", "seconds"), strict=True):
            np.add.at(total, together, self._cells.columns[name][inside].astype(np.int64))
        keys = list(zip(*([labels[at] for at in codes[first].tolist()] for codes, labels in coded), strict=True))
        amounts = map(Amount, *(total.tolist() for total in totals))
        found = list(zip(keys or [()], amounts, shown.tolist(), strict=True))
        return {key: amount for key, amount, told in found if told}, {key for key, _, told in found if not told}

    def _axis(self, name: str) -> tuple[NDArray[np.int64], Sequence[Hashable]]:
        """Return the codes of an axis and what they stand for."""
        if name == "day":
            day = self._cells.columns["day"].astype(np.int64)
            low = int(day.min())
            return day - low, [day_of(one) for one in range(low, int(day.max()) + 1)]
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

    def _sorted(self, block: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.bool_]]:
        """Return the order of the cells by month and block, where each block begins, and which cells are hidden."""
        if not len(block):
            return block, block, block.astype(bool)
        of_month = numbered(self._months, block - HIDDEN)
        order = np.argsort(of_month, kind="stable")
        return order, np.flatnonzero(np.diff(of_month[order], prepend=-1)), block == HIDDEN

    def _shown(self, code: NDArray[np.int64], size: int) -> NDArray[np.bool_]:
        """Return which figures are sums of whole blocks of one view in each month, shape (size,)."""
        months = int(self._months.max(initial=0)) + 1
        inside = code >= 0
        place = self._months * size + code
        missing = np.ones(months * size, bool)
        for order, starts, hidden in self._views:
            ordered = code[order]
            torn = np.minimum.reduceat(ordered, starts) != np.maximum.reduceat(ordered, starts) if len(starts) else []
            cut = hidden.copy()
            cut[order] |= np.repeat(torn, np.diff(np.append(starts, len(order))))
            of_view = np.zeros(months * size, bool)
            of_view[place[inside & cut]] = True
            missing &= of_view
        return np.asarray(~missing.reshape(months, size).any(axis=0))
