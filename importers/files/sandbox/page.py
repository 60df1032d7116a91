"""Sheets on their way from the confined process: each column as its distinct cells and one code a row."""

from __future__ import annotations

from array import array
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from importers.files.cell import Formatted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    import numpy as np

MOMENTS: Final = {datetime: "datetime", date: "date", time: "time"}
"""What cells that JSON does not know are called on their way."""
_PLAIN: Final = frozenset({str, float, bool})

Place: TypeAlias = tuple[int, int]
"""Row and column, counted from 0."""
Area: TypeAlias = tuple[int, int, int, int]
"""First row, first column, last row, last column of merged cells, counted from 0."""


@dataclass(slots=True)
class Oddities:
    """What a scan finds beside the values.

    Attributes
    ----------
    odd
        Cells without a value to read: the error they show, or "Formel ohne Ergebnis".
    merged
        Areas of merged cells.
    values
        Cells whose value the reader gets wrong, with the right one.
    hidden_rows, hidden_columns, struck_rows
        Rows and columns a person does not see, and rows with text that is struck out.
    filled
        How many cells the reader must find, 0 = that is not known.
    """

    odd: dict[Place, str] = field(default_factory=dict)
    merged: list[Area] = field(default_factory=list)
    values: dict[Place, Any] = field(default_factory=dict)
    hidden_rows: list[int] = field(default_factory=list)
    hidden_columns: list[int] = field(default_factory=list)
    struck_rows: list[int] = field(default_factory=list)
    filled: int = 0


@dataclass(slots=True)
class SandboxPage:
    """One sheet.

    Attributes
    ----------
    name
        As it stands; "" for tables that have none.
    visible
        False for hidden and very hidden sheets.
    height
        Number of rows, from row 1 on; 0 where a hidden sheet was not read.
    columns
        For each column the code of each row and the distinct cells behind the codes.
    oddities
        What was found beside the values.
    """

    name: str
    visible: bool = True
    height: int = 0
    columns: Sequence[tuple[array[int] | np.ndarray, list[Any]]] = field(default_factory=list)
    oddities: Oddities = field(default_factory=Oddities)


def coded(rows: Sequence[Sequence[Any]], adjust: Callable[[Any], Any]) -> list[tuple[array[int], list[Any]]]:
    """Return the columns of rows of equal length; ``adjust`` sees each distinct cell once."""
    return [_column(column, adjust) for column in zip(*rows, strict=True)]


def _column(cells: Iterable[Any], adjust: Callable[[Any], Any]) -> tuple[array[int], list[Any]]:
    cells = list(cells)
    seen: dict[Any, int] = {}
    codes = array("I", [seen.setdefault(cell, len(seen)) for cell in cells])
    values = list(seen)
    if any(value in (0, 1) for value in values) or any(type(cell) is Formatted for cell in cells):
        # TRUE equals 1 for Python, and a number shown as 0042 equals 42; with more in the key they stay distinct.
        typed: dict[Any, int] = {}
        keys = ((type(cell), cell, cell.shown if type(cell) is Formatted else "") for cell in cells)
        codes = array("I", [typed.setdefault(key, len(typed)) for key in keys])
        values = [cell for _, cell, _ in typed]
    return codes, [adjust(value) for value in values]


def written(pages: Sequence[SandboxPage]) -> tuple[list[Any], list[bytes]]:
    """Return pages as a JSON value, and the codes of all their columns in order, 4 bytes each.

    Cells corrected by a scan are in the columns already.
    """
    value = [
        [
            page.name,
            page.visible,
            page.height,
            [[cell if type(cell) in _PLAIN else _moment(cell) for cell in cells] for _, cells in page.columns],
            page.oddities.merged,
            [[*place, shown] for place, shown in page.oddities.odd.items()],
            [page.oddities.hidden_rows, page.oddities.hidden_columns, page.oddities.struck_rows],
        ]
        for page in pages
    ]
    return value, [codes.tobytes() for page in pages for codes, _ in page.columns]


def _moment(cell: Any) -> list[Any]:
    if type(cell) is Formatted:
        return ["formatted", float(cell), cell.shown]
    if type(cell) is timedelta:
        return ["timedelta", cell.days, cell.seconds, cell.microseconds]
    return [MOMENTS[type(cell)], cell.isoformat()]
