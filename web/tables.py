"""Tables of pages: their order, in the address as ``sort`` (``-anzahl`` = largest first), and their form as CSV.

A German spreadsheet program opens the CSV by double click, and it cannot carry formulas.
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from importers.files.escaped_text import as_it_stood, safe

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

T = TypeVar("T")


@dataclass(frozen=True)
class TableOrder:
    """The column a table is sorted by.

    Attributes
    ----------
    key, descending
        Column and direction.
    rising
        Columns that begin with their smallest value when first chosen: texts.
    parameter
        What the order is called in the address: a page may have several tables.
    """

    key: str
    descending: bool
    rising: frozenset[str]
    parameter: str = "sort"

    def by(self, key: str) -> str:
        """Return the order by ``key`` as written in an address; by the present column, the other way round."""
        descending = not self.descending if key == self.key else key not in self.rising
        return f"-{key}" if descending else key

    @property
    def text(self) -> str:
        """The order as written in the address."""
        return f"-{self.key}" if self.descending else self.key


def read_order(text: str, keys: Iterable[str], *, default: str) -> tuple[str, bool]:
    """Return column and direction of an address; what is no column of the table gives the default."""
    wanted = text if text.removeprefix("-") in set(keys) else default
    return wanted.removeprefix("-"), wanted.startswith("-")


def sort_rows(rows: Iterable[T], order: TableOrder, value: Callable[[T, str], object]) -> list[T]:
    """Return ``rows`` in this order; rows that tie keep the order they came in, whatever the direction."""
    return sorted(rows, key=lambda row: value(row, order.key), reverse=order.descending)  # type: ignore[arg-type, return-value]


def csv_text(rows: Iterable[Sequence[object]]) -> str:
    """Return ``rows`` with semicolons, decimal commas and a byte order mark (security row F6)."""
    out = io.StringIO()
    out.write("\N{BYTE ORDER MARK}")
    csv.writer(out, delimiter=";", lineterminator="\r\n").writerows([_cell(value) for value in row] for row in rows)
    return out.getvalue()


def cell_text(cell: str) -> str:
    """Return the text of a cell that :func:`csv_text` wrote: without the mark against formulas."""
    words = cell.strip()
    return str(as_it_stood(words))


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:.2f}".replace(".", ",")
    if isinstance(value, int):
        return str(value)
    words = str(value)
    return str(safe(words))
