"""The tables of shown figures, made from an aggregate in the obvious way."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from pebem.measures import Amount
from web.services.analysis.shown import ShownTable, added

if TYPE_CHECKING:
    import pandas as pd


def cells(frame: pd.DataFrame, row: str, column: str = "fit") -> dict[tuple[object, object], Amount]:
    """Return the amounts by two columns of a frame of ``Aggregate.by``."""
    sums: dict[tuple[object, object], list[int]] = defaultdict(lambda: [0, 0])
    plain = frame.astype(object)
    for one in plain.where(plain.notna(), None).to_dict("records"):
        for i, name in enumerate(("count", "seconds")):
            sums[one[row], one[column]][i] += one[name]
    return {key: Amount(*both) for key, both in sums.items()}


def shown(table: ShownTable) -> dict[tuple[object, object], Amount]:
    """Return the cells of a table, and hold its sums against them."""
    for sums, place in ((table.rows, 0), (table.columns, 1)):
        for label, amount in sums.items():
            parts = [one for key, one in table.cells.items() if key[place] == label]
            hidden = any(key[place] == label for key in table.hidden)
            of_parts = Amount(sum(one.count for one in parts), sum(one.seconds for one in parts))
            assert amount == of_parts or (hidden and amount.count > of_parts.count)
    return dict(table.cells)


def table(frame: pd.DataFrame, row: str = "ward", column: str = "fit") -> ShownTable:
    """Return the table of a frame in which nothing is hidden."""
    of_cells = cells(frame, row, column)
    rows, columns = ({} for _ in range(2))
    for label in dict.fromkeys(key for key, _ in of_cells):
        rows[label] = added(amount for (one, _), amount in of_cells.items() if one == label)
    for label in dict.fromkeys(key for _, key in of_cells):
        columns[label] = added(amount for (_, one), amount in of_cells.items() if one == label)
    return ShownTable(of_cells, rows, columns, added(of_cells.values()))
