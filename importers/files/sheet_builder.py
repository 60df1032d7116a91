"""The cells of a sheet, put together from blocks of rows: only different cells are kept, and a code a row."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from importers.files.cell import Odd
from importers.files.limits import check_different, check_size
from importers.files.sheet_cells import Coding, SheetCells, completed

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_NONE: Final = np.zeros(0, dtype=np.int32)


class SheetBuilder:
    """A sheet whose rows come in blocks, from above to below."""

    def __init__(self, file: str, sheet: str) -> None:
        self._file, self._sheet = file, sheet
        self._columns: list[Coding] = []
        self._filled: list[int] = []
        self._height = self._texts = 0

    def add(self, top: int, left: int, rows: Sequence[Sequence[Any]], *, formatted: bool = False) -> None:
        """Add rows from row ``top`` and column ``left`` on, both counted from 0.

        Parameters
        ----------
        formatted
            Whether some cells may be numbers that show more than the number.

        Raises
        ------
        UnreadableError
            If the sheet becomes too large.
        ValueError
            If the rows lie above the ones before.
        """
        if top < self._height:
            raise ValueError("rows out of order")
        check_size(self._file, self._sheet, top + len(rows), left + len(rows[0]))
        while len(self._columns) < left + len(rows[0]):
            self._columns.append(Coding())
            self._filled.append(0)
        for position, cells in enumerate(zip(*rows, strict=True), left):
            if not any(cells) and all(cell == "" for cell in cells):
                continue
            column = self._columns[position]
            if gap := top - self._filled[position]:
                column.add(np.zeros(gap, dtype=np.int32), [""])
            new = column.extend(cells, formatted=formatted)
            self._filled[position] = top + len(rows)
            self._texts += sum(len(cell) for cell in new if isinstance(cell, str))
        self._height = top + len(rows)
        check_different(self._file, self._sheet, sum(map(len, self._columns)), self._texts)

    def cells(self, others: Mapping[tuple[int, int], Any] | None = None) -> SheetCells:
        """Return the sheet; ``others`` take the places of its cells and may lie beyond them.

        Raises
        ------
        UnreadableError
            If the sheet becomes too large.
        """
        others = others or {}
        height = max([self._height, *(row + 1 for row, _ in others)])
        width = max([len(self._columns), *(column + 1 for _, column in others)])
        check_size(self._file, self._sheet, height, width)
        columns = [column.done() for column in self._columns]
        self._columns.clear()
        return filled_up(columns, (height, width), others)


def filled_up(
    columns: Sequence[tuple[np.ndarray, list[Any]]], shape: tuple[int, int], others: Mapping[tuple[int, int], Any]
) -> SheetCells:
    """Return columns filled up with blanks to a shape, with other cells in some places."""
    by_column: dict[int, dict[int, Any]] = {}
    for (row, column), cell in others.items():
        by_column.setdefault(column, {})[row] = cell
    height, width = shape
    padded = [*columns, *[(_NONE, list[Any]())] * (width - len(columns))]
    return SheetCells(
        [
            completed(codes, map(_finite, cells), height, by_column.get(at, {}))
            for at, (codes, cells) in enumerate(padded)
        ],
        height,
    )


def _finite(cell: Any) -> Any:
    """Return the cell; no spreadsheet shows a number that is none or beyond all bounds, but a file can hold one."""
    return Odd("#NUM!") if isinstance(cell, float) and not math.isfinite(cell) else cell
