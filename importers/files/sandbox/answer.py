"""The sandbox's answer about the sheets of a file, checked: the file may have written it."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from importers.files.cell import Formatted
from importers.files.limits import MAX_COLUMNS, MAX_ROWS, check_sheets, check_size
from importers.files.sandbox.page import MOMENTS, Oddities, SandboxPage

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from importers.files.sandbox.page import Area, Place

_PLAIN: Final = frozenset({str, float, bool})
_READ: Final[dict[str, Any]] = {
    MOMENTS[datetime]: datetime.fromisoformat,
    MOMENTS[date]: date.fromisoformat,
    MOMENTS[time]: time.fromisoformat,
}
_CODE: Final = np.dtype(np.uint32)
_FAR: Final = 2**31
"""Areas of merged cells may reach beyond the sheet; whoever uses them cuts them."""


def pages_of(file: str, value: Any, buffers: Sequence[memoryview]) -> list[SandboxPage]:
    """Return the pages that :func:`importers.files.sandbox.page.written` was given.

    Raises
    ------
    UnreadableError
        If there are more sheets, rows or columns than the limits allow.
    ValueError
        If it is anything but pages.
    """
    if type(value) is not list:
        raise ValueError("no list of pages")
    check_sheets(file, len(value))
    codes = iter(buffers)
    pages = [_page(file, one, codes) for one in value]
    if next(codes, None) is not None:
        raise ValueError("more columns of codes than columns")
    return pages


def _page(file: str, value: Any, codes: Iterator[memoryview]) -> SandboxPage:
    match value:
        case [
            str(name),
            bool(visible),
            height,
            list(columns),
            list(merged),
            list(odd),
            [list(), list(), list()] as unseen,
        ]:
            height = _whole(height, MAX_ROWS + 1)
            places = dict(map(_odd, odd))
            # Cells without a value may lie beyond all others.
            rows = max([height, *(row + 1 for row, _ in places)])
            check_size(file, name, rows, max([len(columns), *(column + 1 for _, column in places)]))
            coded = [_column(height, cells, codes) for cells in columns]
            seen = Oddities(places, list(map(_area, merged)))
            seen.hidden_rows, seen.hidden_columns, seen.struck_rows = ([_whole(at, _FAR) for at in of] for of in unseen)
            return SandboxPage(name, visible, height, coded, seen)
    raise ValueError("no page")


def _column(height: int, cells: Any, codes: Iterator[memoryview]) -> tuple[np.ndarray, list[Any]]:
    buffer = next(codes, None)
    if type(cells) is not list or buffer is None or len(buffer) != height * _CODE.itemsize:
        raise ValueError("a column without its cells or codes")
    numbers = np.frombuffer(buffer, dtype=_CODE)
    if height and int(numbers.max()) >= len(cells):
        raise ValueError("a code without a cell")
    return numbers, [cell if type(cell) in _PLAIN else _moment(cell) for cell in cells]


def _moment(cell: Any) -> date | time | timedelta | Formatted:
    match cell:
        case ["timedelta", days, seconds, microseconds] if {type(days), type(seconds), type(microseconds)} == {int}:
            try:
                return timedelta(days, seconds, microseconds)
            except OverflowError as error:
                raise ValueError("longer than any duration") from error
        case ["formatted", float(number), str(shown)]:
            return Formatted(number, shown)
        case [str(kind), str(written)] if kind in _READ:
            moment: date | time = _READ[kind](written)
            if getattr(moment, "tzinfo", None) is None:  # no spreadsheet knows zones
                return moment
    raise ValueError("no cell")


def _odd(value: Any) -> tuple[Place, str]:
    match value:
        case [row, column, str(shown)]:
            return (_whole(row, MAX_ROWS), _whole(column, MAX_COLUMNS)), shown
    raise ValueError("no cell without a value")


def _area(value: Any) -> Area:
    match value:
        case [top, left, bottom, right]:
            return _whole(top, _FAR), _whole(left, _FAR), _whole(bottom, _FAR), _whole(right, _FAR)
    raise ValueError("no area")


def _whole(number: Any, end: int) -> int:
    """Return a number from 0 that is below ``end``."""
    if type(number) is not int or not 0 <= number < end:
        raise ValueError("no number of a row or column")
    return number
