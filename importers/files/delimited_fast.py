"""Large text files, cut into cells by the C parser of pandas: the same cells as :mod:`csv` finds, many times as fast.

It is asked only where both must agree: quotes stand around whole cells, every row has at most as many cells as the
longest of the first ones, nothing ends a cell early. What is not like this is left to :mod:`csv`.
"""

from __future__ import annotations

import csv
import os
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from typing import TYPE_CHECKING, Final, TypeAlias

import numpy as np
import pandas as pd

from importers.files.limits import MAX_DIFFERENT
from importers.files.row_borders import LongCell, RowBorders, long_cell
from importers.files.sheet_cells import Coding, SheetCells, objects

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from importers.files.sheet_cells import Column

_Columns: TypeAlias = "list[tuple[np.ndarray | None, np.ndarray]]"
_Part: TypeAlias = "tuple[_Columns, np.ndarray, dict[int, LongCell]]"
"""Columns, the number of cells of each row, and cells that go over several lines."""

_SMALLEST, _LARGEST = 4 * 2**20, 16 * 2**20
"""Bytes of a piece: small ones cost time, and the parser needs some three times as much memory."""
_MOST_THREADS: Final = 4
_DIFFERENT: Final = 0.5
"""Share of different cells in the first rows from which on a column is not worth a code."""
_BOM: Final = b"\xef\xbb\xbf"
_QUOTE, _LINE, _RETURN = b'"'[0], b"\n"[0], b"\r"[0]


def read(
    data: bytes, span: tuple[int, int], delimiter: str, first: Sequence[Sequence[str]]
) -> tuple[SheetCells, RowBorders] | None:
    """Return the cells of a text in UTF-8 and their borders, None where :mod:`csv` might find others.

    Parameters
    ----------
    data
        The file.
    span
        Where in it the text begins and ends.
    first
        Its first rows; the longest of them sets the number of columns.

    Raises
    ------
    UnicodeDecodeError
        If it is not UTF-8.
    """
    start, end = span
    width = max(map(len, first), default=0)
    if not width or b"\0" in data:  # where a text ends for the parser
        return None
    columns = zip(*(row for row in first if len(row) == width), strict=True)
    few = {at for at, cells in enumerate(columns) if len(set(cells)) <= max(20, _DIFFERENT * len(cells))}

    def parse(piece: tuple[int, int]) -> _Part | None:
        return _parsed(memoryview(data)[slice(*piece)], delimiter, width, few)

    threads = min(_MOST_THREADS, os.cpu_count() or 1)
    size = min(max(-(-(end - start) // threads), _SMALLEST), _LARGEST)
    whole = _Whole(width)
    with ThreadPoolExecutor(threads) as pool:
        pieces = _pieces(data, span, size)
        waiting = deque(pool.submit(parse, piece) for piece in islice(pieces, threads + 1))
        while waiting:
            part = waiting.popleft().result()
            if part is None or not whole.add(part):
                return None
            waiting.extend(pool.submit(parse, piece) for piece in islice(pieces, 1))
    return whole.cells(), RowBorders(delimiter, np.concatenate(whole.widths), whole.long_cells)


class _Whole:
    """All parts of a text, put together one after the other: what they have in common is kept once."""

    def __init__(self, width: int) -> None:
        self.widths: list[np.ndarray] = []
        self.long_cells: dict[int, LongCell] = {}
        self._codings = [Coding() for _ in range(width)]
        self._plain: list[list[np.ndarray]] = [[] for _ in range(width)]
        self._height = 0

    def add(self, part: _Part) -> bool:
        """Add a part; return whether the memory would take more."""
        columns, widths, long_cells = part
        for (codes, cells), coding, plain in zip(columns, self._codings, self._plain, strict=True):
            if codes is None:
                plain.append(cells)
            else:
                coding.add(codes, cells)
        self.long_cells |= {self._height + row: cell for row, cell in long_cells.items()}
        self._height += len(widths)
        self.widths.append(widths)
        different = sum(map(len, self._codings)) + sum(len(cells) for plain in self._plain for cells in plain) // 2
        return different <= MAX_DIFFERENT

    def cells(self) -> SheetCells:
        """Return the cells of all parts."""
        columns = [_joined(coding, plain) for coding, plain in zip(self._codings, self._plain, strict=True)]
        return SheetCells(columns, self._height)


def _joined(coding: Coding, plain: list[np.ndarray]) -> Column:
    if plain:
        return None, np.concatenate(plain)
    codes, different = coding.done()
    return codes, objects(different)


def _pieces(data: bytes, span: tuple[int, int], size: int) -> Iterator[tuple[int, int]]:
    """Yield parts that end where a row does: at the end of a line outside of quotes."""
    start, end = span
    quoted = b'"' in data
    while start < end:
        cut = data.find(b"\n", start + size, end) + 1 or end
        quotes = data.count(b'"', start, cut) if quoted else 0
        while quotes % 2 and cut < end:
            after = data.find(b"\n", cut, end) + 1 or end
            quotes += data.count(b'"', cut, after)
            cut = after
        yield start, cut
        start = cut


def _parsed(piece: memoryview, delimiter: str, width: int, few: Collection[int]) -> _Part | None:
    signs = np.frombuffer(piece, dtype=np.uint8)
    quoted = _quoted(signs, delimiter)
    if quoted is None or bytes(piece[:3]) == _BOM:  # the parser would take it away
        return None
    try:
        frame = pd.read_csv(
            # Cells that all look like numbers would become some, so the first row has letters.
            _Stream(delimiter.join("x" * width).encode() + b"\n", piece),  # type: ignore[call-overload]  # it has read()
            sep=delimiter,
            header=None,
            names=range(width),
            dtype={position: "category" if position in few else "object" for position in range(width)},
            na_filter=False,
            skip_blank_lines=False,
            quoting=csv.QUOTE_MINIMAL if quoted else csv.QUOTE_NONE,
            engine="c",
            low_memory=False,
        )
    except pd.errors.ParserError:  # a row with more cells, or an open quote
        return None
    if not isinstance(frame.index, pd.RangeIndex):  # a first row with more cells
        return None
    columns: _Columns = []
    for position in range(width):
        column = frame[position].array
        coded = isinstance(column, pd.Categorical)
        texts = objects(column.categories.tolist()) if coded else frame[position].to_numpy(dtype=object)
        if max(map(len, texts), default=0) > csv.field_size_limit():
            return None
        columns.append((column.codes[1:], texts) if coded else (None, texts[1:]))
    height = len(frame) - 1
    widths = _widths(signs, delimiter, height, width, quoted=quoted)
    if widths is None or (quoted and _has_line_in_quotes(columns, widths, delimiter)):
        return None
    return columns, widths, _long_cells(signs, columns, height, delimiter) if quoted else {}


def _widths(signs: np.ndarray, delimiter: str, height: int, width: int, *, quoted: bool) -> np.ndarray | None:
    """Return the number of cells of each row; None where rows do not end with lines."""
    sign = ord(delimiter)
    if np.count_nonzero(signs == sign) == height * (width - 1) and not quoted:
        return np.full(height, width, dtype=np.int32)  # none has more, so none has fewer
    parting, ends = signs == sign, signs == _LINE
    if quoted:
        inside = np.bitwise_xor.accumulate((signs == _QUOTE).view(np.uint8)).view(bool)
        parting &= ~inside
        ends &= ~inside
    rows = np.flatnonzero(ends)
    if len(signs) and signs[-1] != _LINE:
        rows = np.append(rows, len(signs))
    if len(rows) != height:
        return None
    widths: np.ndarray = (np.diff(np.searchsorted(np.flatnonzero(parting), rows), prepend=0) + 1).astype(np.int32)
    return widths


def _has_line_in_quotes(columns: _Columns, widths: np.ndarray, delimiter: str) -> bool:
    """Return whether a whole line seems to stand in quotes, which :mod:`importers.files.delimited` takes away."""
    codes, cells = columns[0]
    alone = np.flatnonzero(widths == 1) if len(columns) > 1 else np.arange(len(widths))
    texts = cells[alone] if codes is None else cells[np.unique(codes[alone])]
    return any(delimiter in text for text in texts)


def _long_cells(signs: np.ndarray, columns: _Columns, height: int, delimiter: str) -> dict[int, LongCell]:
    """Return the cells that go over several lines by their row."""
    lines = np.count_nonzero(signs == _LINE) + (signs[-1] != _LINE)
    if lines == height and np.count_nonzero(signs == _RETURN) in {0, lines - 1, lines}:
        return {}
    rows: set[int] = set()
    for codes, cells in columns:
        over = np.array(["\n" in text or "\r" in text for text in cells], dtype=bool)
        if over.any():
            rows.update(np.flatnonzero(over if codes is None else over[codes]).tolist())
    found = {row: long_cell([_text(column, row) for column in columns], delimiter) for row in rows}
    return {row: cell for row, cell in found.items() if cell}


def _text(column: Column, row: int) -> str:
    codes, cells = column
    return str(cells[row] if codes is None else cells[codes[row]])


def _quoted(signs: np.ndarray, delimiter: str) -> bool | None:
    """Return whether some cells are in quotes; None if a quote is anywhere but around a whole cell."""
    quotes = np.flatnonzero(signs == _QUOTE)
    if not len(quotes):
        return False
    if len(quotes) % 2:
        return None
    ends = [ord(delimiter), _LINE, _RETURN]
    opening, closing = quotes[::2], quotes[1::2]
    # Two quotes within a cell mean one: the cell seems to close and to open again at once.
    again = opening[1:] == closing[:-1] + 1
    before = signs[np.maximum(opening - 1, 0)]
    after = signs[np.minimum(closing + 1, len(signs) - 1)]
    opens = np.isin(before, ends) | (opening == 0) | np.append(False, again)
    closes = np.isin(after, ends) | (closing == len(signs) - 1) | np.append(again, False)
    return True if opens.all() and closes.all() else None


class _Stream:
    """Bytes to read from, without the copy and the decoding pandas does for other files in memory."""

    def __init__(self, head: bytes, data: memoryview) -> None:
        self._head, self._data, self._at = head, data, 0

    def read(self, size: int = -1) -> bytes:
        if head := self._head:
            self._head = b""
            return head
        piece = bytes(self._data[self._at :] if size < 0 else self._data[self._at : self._at + size])
        self._at += len(piece)
        return piece

    def __iter__(self) -> Iterator[bytes]:
        """Yield everything: pandas takes nothing for a file that cannot be walked through."""
        yield self.read() + self.read()
