"""The order of a table: a column and a direction, in the address as ``sort`` (``-anzahl`` = largest first)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import urlencode

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

T = TypeVar("T")


@dataclass(frozen=True)
class TableOrder:
    """The column a table is sorted by.

    Attributes
    ----------
    key, descending
        Column and direction in force.
    action, kept
        Address of the page and its other parameters.
    rising
        Columns that begin with their smallest value when first chosen: texts.
    """

    key: str
    descending: bool
    action: str
    kept: Mapping[str, str]
    rising: frozenset[str]

    def url(self, key: str) -> str:
        """Return the address that sorts by ``key``; by the present column, the other way round."""
        descending = not self.descending if key == self.key else key not in self.rising
        return f"{self.action}?{urlencode({**self.kept, 'sort': f'-{key}' if descending else key})}"

    @property
    def text(self) -> str:
        """The order as it stands in the address."""
        return f"-{self.key}" if self.descending else self.key


def read(text: str, keys: Iterable[str], *, default: str) -> tuple[str, bool]:
    """Return column and direction of an address; what is no column of the table gives the default."""
    wanted = text if text.removeprefix("-") in set(keys) else default
    return wanted.removeprefix("-"), wanted.startswith("-")


def arranged(rows: Iterable[T], order: TableOrder, value: Callable[[T, str], object]) -> list[T]:
    """Return ``rows`` in this order; rows that tie keep the order they came in, whatever the direction."""
    return sorted(rows, key=lambda row: value(row, order.key), reverse=order.descending)  # type: ignore[arg-type, return-value]
