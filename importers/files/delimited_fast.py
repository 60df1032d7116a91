"""Large text files, cut into cells by the C parser of pandas: the same cells as :mod:`csv` finds, many times as fast.

It is asked only where both must agree: quotes stand around whole cells, every row has at most as many cells as the
longest of the first ones, nothing ends a cell early. What is not like this is left to :mod:`csv`.
"""

from __future__ import annotations

import csv
import os
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Final, TypeAlias

import numpy as np
import pandas as pd

from importers.files.sheet_cells import Coding, SheetCells, objects

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from importers.files.sheet_cells import Column

_Part: TypeAlias = "list[tuple[np.ndarray | None, np.ndarray]]"

_SMALLEST, _LARGEST = 4 * 2**20, 48 * 2**20
"""Bytes of a piece: small ones cost time, and the parser needs some three times as much memory."""
_MOST_THREADS: Final = 4
_DIFFERENT: Final = 0.5
"""Share of different cells in the first rows from which on a column is not worth a code."""
_BOM: Final = b"\xef\xbb\xbf"
_QUOTE, _LINE, _RETURN = b'"'[0], b"\n"[0], b"\r"[0]


def read(data: bytes, span: tuple[int, int], delimiter: str, first: Sequence[Sequence[str]]) -> SheetCells | None:
    """Return the cells of a text in UTF-8, None where :mod:`csv` might find others.

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
    with ThreadPoolExecutor(threads) as pool:
        parts = list(pool.map(parse, _pieces(data, span, size)))
    if whole := [part for part in parts if part is not None]:
        if len(whole) < len(parts):
            return None
        joined = [_joined([part[at] for part in whole]) for at in range(width)]
        return SheetCells(joined, sum(len(_first_of(part)) for part in whole))
    return None


def _first_of(part: _Part) -> np.ndarray:
    codes, cells = part[0]
    return cells if codes is None else codes


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
    quoted = _quoted(np.frombuffer(piece, dtype=np.uint8), delimiter)
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
    columns: _Part = []
    for position in range(width):
        column = frame[position].array
        coded = isinstance(column, pd.Categorical)
        texts = objects(column.categories.tolist()) if coded else frame[position].to_numpy(dtype=object)
        if max(map(len, texts), default=0) > csv.field_size_limit():
            return None
        columns.append((column.codes[1:], texts) if coded else (None, texts[1:]))
    return columns


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


def _joined(parts: Sequence[Column]) -> Column:
    if any(codes is None for codes, _ in parts):
        return None, np.concatenate([texts for _, texts in parts])
    coding = Coding()
    for codes, texts in parts:
        coding.add(codes, texts)  # type: ignore[arg-type]  # none of them is None
    all_codes, different = coding.done()
    return all_codes, objects(different)
