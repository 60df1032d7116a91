"""Cells as codes: a column has few different cells, however many rows it has."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Self, TypeAlias

import numpy as np
import pandas as pd

from importers.files.cell import Formatted, shown

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

Column: TypeAlias = tuple[np.ndarray | None, np.ndarray]
"""Code of each row, and the cells behind the codes as object array; without codes the cells themselves."""


_NONE: Final = np.zeros(0, dtype=np.int32)


class SheetCells:
    """The cells of a sheet, kept as columns and read like an object array, rows x columns; "" = blank.

    Attributes
    ----------
    columns
        From column A on.
    shape
        Number of rows and of columns.
    """

    def __init__(self, columns: Sequence[Column], height: int) -> None:
        self.columns = columns
        self.shape = height, len(columns)
        self._rows = np.broadcast_to(np.zeros(1, dtype=bool), height)

    @classmethod
    def of(cls, cells: np.ndarray) -> Self:
        """Return the cells of an object array, rows x columns."""
        return cls([(None, column) for column in cells.T], len(cells))

    @property
    def size(self) -> int:
        """Number of cells."""
        return self.shape[0] * self.shape[1]

    def __len__(self) -> int:
        """Return the number of rows."""
        return self.shape[0]

    def __getitem__(self, place: Any) -> Any:
        """Return a cell, or the cells of rows, of columns or of both as an object array of their own."""
        rows, chosen = place if isinstance(place, tuple) else (place, slice(None))
        if isinstance(chosen, int):
            return _taken(self.columns[chosen], rows)
        columns = self.columns[chosen] if isinstance(chosen, slice) else [self.columns[position] for position in chosen]
        block = np.empty((*self._rows[rows].shape, len(columns)), dtype=object, order="F")
        for position, column in enumerate(columns):
            block[..., position] = _taken(column, rows)
        return block

    def coded(self, position: int) -> tuple[np.ndarray, np.ndarray]:
        """Return code of each row of a column, and the cells behind the codes; some may occur in no row."""
        codes, cells = self.columns[position]
        if codes is not None:
            return codes, cells
        codes, different = told_apart(cells)
        return codes, objects(different)


class Coding:
    """A column that comes in parts."""

    def __init__(self) -> None:
        self._code: dict[Any, int] = {}
        self._parts: list[np.ndarray] = []

    def add(self, codes: np.ndarray, cells: Iterable[Any]) -> None:
        """Add rows: code of each, and the cells behind the codes."""
        code = self._code
        keys = [_key(cell) if isinstance(cell, (bool, Formatted)) else cell for cell in cells]
        new_codes = np.array([code.setdefault(key, len(code)) for key in keys], dtype=np.int32)
        self._parts.append(codes if np.array_equal(new_codes, np.arange(len(new_codes))) else new_codes[codes])

    def extend(self, cells: Sequence[Any], *, formatted: bool = False) -> list[Any]:
        """Add rows, cell by cell; return the cells that no row before has.

        Parameters
        ----------
        formatted
            Whether some may be numbers that show more than the number.
        """
        different = dict.fromkeys(cells)
        if formatted or ((1 in different or 0 in different) and any(isinstance(cell, bool) for cell in cells)):
            cells = [_key(cell) if isinstance(cell, (bool, Formatted)) else cell for cell in cells]
            different = dict.fromkeys(cells)
        code = self._code
        new = [cell for cell in different if cell not in code]
        code.update(zip(new, range(len(code), len(code) + len(new)), strict=True))
        self._parts.append(np.fromiter(map(code.__getitem__, cells), np.int32, len(cells)))
        return new

    def __len__(self) -> int:
        """Return the number of distinct cells so far."""
        return len(self._code)

    def done(self) -> tuple[np.ndarray, list[Any]]:
        """Return code of each row and the distinct cells."""
        codes: np.ndarray = self._parts[0] if len(self._parts) == 1 else np.concatenate([*self._parts, _NONE])
        return codes, [key[0] if isinstance(key, tuple) else key for key in self._code]


def _key(cell: float) -> tuple[Any, ...]:
    """Return what parts a cell from its equals: for Python TRUE is 1, and a number shown as 0042 is 42."""
    return (cell, cell.shown) if isinstance(cell, Formatted) else (cell,)


def completed(codes: np.ndarray, cells: Iterable[Any], height: int, others: Mapping[int, Any]) -> Column:
    """Return a column with blanks up to ``height`` and with other cells in some of its rows."""
    if not len(codes) and not others:
        return np.broadcast_to(np.zeros(1, dtype=np.int32), height), objects([""])
    if len(codes) == height and not others:
        return codes, objects([*cells])
    cells = [*cells]
    different = Coding()
    different.add(np.arange(len(others), dtype=np.int32), others.values())
    of_row, added = different.done()
    full = np.full(height, len(cells), dtype=np.int32)
    full[: len(codes)] = codes
    full[list(others)] = len(cells) + 1 + of_row
    return full, objects([*cells, "", *added])


def in_order(codes: np.ndarray, cells: np.ndarray) -> tuple[np.ndarray, list[Any]]:
    """Return the same column with its distinct cells in order of appearance, and none that occurs in no row.

    Logical values are the words they show.
    """
    first = np.full(len(cells), len(codes))
    first[codes[::-1]] = np.arange(len(codes) - 1, -1, -1)  # the last one written is the first to occur
    order = np.argsort(first, kind="stable")[: int((first < len(codes)).sum())]
    place = np.empty(len(cells), dtype=np.int32)
    place[order] = np.arange(len(order))
    codes, there = place[codes], cells[order].tolist()
    if not any(isinstance(cell, bool) for cell in there):
        return codes, there
    words = Coding()
    words.add(codes, [shown(cell) if isinstance(cell, bool) else cell for cell in there])
    return words.done()


def distinct(cells: np.ndarray) -> tuple[np.ndarray, list[Any]]:
    """Return code of each cell and the distinct cells, in order of appearance; logical values are words."""
    codes, different = told_apart(cells)
    return in_order(codes, objects(different))


def told_apart(cells: np.ndarray) -> tuple[np.ndarray, list[Any]]:
    """Return code of each cell and the distinct cells, logical values as they are."""
    codes, different = pd.factorize(cells, use_na_sentinel=False)  # what is no number is a cell like others
    if any(isinstance(cell, (bool, int, float)) and cell in {0, 1} for cell in different) and any(
        isinstance(cell, bool) for cell in cells
    ):
        whole = Coding()
        whole.add(np.arange(len(cells)), cells)
        return whole.done()
    return codes, list(different)


def objects(cells: Sequence[Any] | np.ndarray) -> np.ndarray:
    """Return cells as a flat object array, whatever they are."""
    array = np.empty(len(cells), dtype=object)
    array[:] = cells
    return array


def _taken(column: Column, rows: Any) -> Any:
    codes, cells = column
    return cells[rows] if codes is None else cells[codes[rows]]


__all__ = ["Coding", "Column", "SheetCells", "completed", "distinct", "in_order", "objects", "told_apart"]
