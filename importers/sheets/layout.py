"""How a sheet is laid out: rows of headings, merged cells, and columns as codes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from importers.files.cell import Odd
from importers.files.coded_column import CodedColumn
from importers.files.sheet_cells import in_order, objects
from importers.sheets.synonyms import SEPARATOR
from importers.values.spelling import clean

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from importers.files.grid import Grid


def is_blank(cell: Any) -> bool:
    """Return whether a reader sees nothing in a cell."""
    return isinstance(cell, str) and not clean(cell)


def filled_rows(grid: Grid, first: int, begin: int = 0) -> NDArray[np.bool_]:
    """Return which rows from ``first`` on have a cell that is not blank, from column ``begin`` on."""
    filled: NDArray[np.bool_] = np.zeros(len(grid.cells) - first, dtype=bool)
    for position in range(begin, grid.cells.shape[1]):
        codes, cells = grid.cells.coded(position)
        not_blank = ~np.array([is_blank(cell) for cell in cells], dtype=bool)
        if not_blank.any():
            filled |= not_blank[codes[first:]]
    return filled


def without_runs_of_blanks(grid: Grid, rows: NDArray[np.int64]) -> list[int]:
    """Return rows in their order, of blank ones one behind the other the first alone: a sheet may have a million."""
    if not len(rows):
        return []
    filled = filled_rows(grid, int(rows[0]))[rows - rows[0]]
    chosen = filled | np.append(True, filled[:-1] | (np.diff(rows) != 1))
    kept: list[int] = rows[chosen].tolist()
    return kept


def heading_places(grid: Grid, rows: int) -> Iterator[tuple[int, int]]:
    """Yield where headings may stand: first row and number of rows (1 or 2)."""
    for number in range(min(rows, len(grid.cells))):
        yield number, 1
        if number + 1 < min(rows, len(grid.cells)) and not all(map(is_blank, grid.cells[number + 1])):
            yield number, 2


def headings_at(grid: Grid, number: int, depth: int) -> list[Any]:
    """Return the headings of a row, or those of two rows joined: group, separator, heading."""
    if depth == 1:
        return list(grid.cells[number])
    upper, lower = list(grid.cells[number]), list(grid.cells[number + 1])
    groups = list(upper)
    for top, left, bottom, right in grid.merged:
        if top <= number <= bottom and left < len(upper):
            groups[left : right + 1] = [grid.cells[top][left]] * (min(right + 1, len(upper)) - left)
    return [
        own
        if is_blank(below)
        else below
        if is_blank(group) or _said(group) == _said(below)
        else f"{_said(group)}{SEPARATOR}{_said(below)}"
        for own, group, below in zip(upper, groups, lower, strict=True)
    ]


def stands_over_headings(grid: Grid, number: int) -> bool:
    """Return whether merged cells make the row one of groups with another row of headings below."""
    if number + 1 >= len(grid.cells):
        return False
    below = [cell for cell in grid.cells[number + 1] if not is_blank(cell)]
    merged = any(
        top == number and (bottom == number + 1 or (bottom == number and right > left))
        for top, left, bottom, right in grid.merged
    )
    return merged and bool(below) and all(isinstance(cell, str) and not cell[:1].isdigit() for cell in below)


def filled_down(grid: Grid, first_row: int, column: int) -> np.ndarray:
    """Return the cells of a column from a row on; a cell merged over several rows holds for all of them."""
    codes, cells = coded_down(grid, first_row, column)
    column_cells: np.ndarray = objects(cells)[codes]
    return column_cells


def coded_down(grid: Grid, first_row: int, column: int) -> CodedColumn:
    """Return the same as a coded column, its cells in order of appearance."""
    codes, cells = grid.cells.coded(column)
    codes = codes[first_row:]
    ranges = [
        span for span in grid.merged if span[1] <= column <= span[3] and span[2] > span[0] and span[2] >= first_row
    ]
    if ranges:
        codes = codes.copy()
    for top, left, bottom, _ in ranges:
        if left == column and top >= first_row:
            codes[top + 1 - first_row : bottom + 1 - first_row] = codes[top - first_row]
    return CodedColumn(*in_order(codes, cells))


def row_numbers(rows: Sequence[int], most: int = 12) -> str:
    """Return row numbers as a reader writes them: "3, 5-9"; the first few of very many."""
    spans: list[list[int]] = []
    for row in sorted(rows):
        if spans and row == spans[-1][1] + 1:
            spans[-1][1] = row
        else:
            spans.append([row, row])
    texts = [str(first) if first == last else f"{first}–{last}" for first, last in spans]
    return ", ".join(texts[:most]) + (" und weitere" if len(texts) > most else "")


def _said(cell: Any) -> str:
    if isinstance(cell, Odd):
        return cell.shown
    return f"{cell:.15g}" if isinstance(cell, float) else clean(str(cell))
