"""How a text file divides its rows into cells, before anything is filled up: where columns may have shifted."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from numpy.typing import NDArray

_BREAK: Final = re.compile(r"\r\n|\r|\n")
_LINE_IN_QUOTES: Final = re.compile(r"^\"((?:[^\"\r\n]|\"\")*)\"[;,\t|]*(?=\r?$)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class LongCell:
    """A cell that goes over several lines: a note, or rows that a stray quote has swallowed.

    Attributes
    ----------
    lines
        How many.
    separators
        How many characters in it would part cells elsewhere.
    """

    lines: int
    separators: int


@dataclass(frozen=True, slots=True)
class RowBorders:
    """The rows of a text file as they stand.

    Attributes
    ----------
    delimiter
        What parts the cells.
    widths : int, one per row
        Cells of each row, blank ones included; 1 for a blank row.
    long_cells
        Row, counted from 0 -> its cell with the most separators, of those that go over several lines.
    """

    delimiter: str
    widths: NDArray[np.int32]
    long_cells: Mapping[int, LongCell]


class BorderScan:
    """The borders of rows that come some at a time.

    Attributes
    ----------
    height
        Rows so far.
    """

    def __init__(self, delimiter: str) -> None:
        self.height = 0
        self._delimiter = delimiter
        self._widths: list[NDArray[np.int32]] = []
        self._long_cells: dict[int, LongCell] = {}

    def add(self, records: Sequence[Sequence[str]], *, over_lines: bool = True) -> int:
        """Add rows that have not been filled up; return the width of the widest.

        Parameters
        ----------
        over_lines
            Whether some cell may go over several lines.
        """
        widths = np.fromiter((len(record) or 1 for record in records), dtype=np.int32, count=len(records))
        if over_lines:
            found = ((row, long_cell(record, self._delimiter)) for row, record in enumerate(records, self.height))
            self._long_cells |= {row: cell for row, cell in found if cell}
        self._widths.append(widths)
        self.height += len(records)
        return int(widths.max(initial=0))

    def done(self) -> RowBorders:
        """Return the borders of all rows."""
        none = np.zeros(0, dtype=np.int32)
        return RowBorders(self._delimiter, np.concatenate([none, *self._widths]), self._long_cells)


def long_cell(cells: Sequence[str], delimiter: str) -> LongCell | None:
    """Return the cell with the most separators of those that go over several lines."""
    over = [cell for cell in cells if "\n" in cell or "\r" in cell]
    if not over:
        return None
    most = max(over, key=lambda cell: cell.count(delimiter))
    return LongCell(len(_BREAK.findall(most)) + 1, most.count(delimiter))


def quoted_lines(text: str) -> Iterator[tuple[re.Match[str], str]]:
    """Yield each line that is a single cell in quotes, and what it says without them."""
    for match in _LINE_IN_QUOTES.finditer(text):
        yield match, match[1].replace('""', '"')


def without_line_quotes(text: str, delimiter: str) -> tuple[str, int]:
    """Return a text whose whole lines do not stand in quotes any more, and how many of them did.

    A spreadsheet saves it so where it had not split the lines into cells. A line counts as one where it has about as
    many separators as the other lines: a note in quotes stays one cell.
    """
    usual = _usual(text, delimiter)
    pieces: list[str] = []
    end = lines = 0
    for match, line in quoted_lines(text):
        if line.count(delimiter) >= max(1, usual // 2):
            pieces += [text[end : match.start()], line]
            end = match.end()
            lines += 1
    return ("".join([*pieces, text[end:]]), lines) if lines else (text, 0)


def _usual(text: str, delimiter: str) -> int:
    """Return how many separators most of the first lines have."""
    counts = [line.count(delimiter) for line in _BREAK.split(text[: 2**16]) if line.strip()]
    return max(counts, key=counts.count) if counts else 0
