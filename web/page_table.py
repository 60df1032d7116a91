"""A table of a page, described once: what its cells say, what it sorts by, and what its files hold.

Page and files write the same value of a column, each in its way (``web.wording.units``), so they cannot differ.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final, Generic, NamedTuple, TypeVar

from web import tables
from web.services.analysis.shown import NOTHING
from web.tables import TableOrder
from web.wording import units

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from datetime import date

    from pebem.measures import Amount
    from web.wording.units import Unit

Row = TypeVar("Row")


class NotShown(Enum):
    """Why a value is not shown; the word is what a file has in its place."""

    FEW = "zu wenige Personen"


HIDDEN: Final = NotShown.FEW
"""Stands for a figure about too few employees (security row D3)."""

MARK: Final = "•"
"""What a page has in place of such a figure."""

DASH: Final = "–"
"""What a page has where there is nothing."""


class PageCell(NamedTuple):
    """A cell as a page writes it.

    Attributes
    ----------
    lines
        What it says; mostly one line.
    small
        Small print under it.
    url, strong, quiet, sign
        Where it leads, whether it stands out, what follows it quietly, the fit class whose sign precedes it.
    parts
        Of a bar of shares.
    """

    lines: tuple[str, ...]
    small: str = ""
    url: str | None = None
    strong: bool = False
    quiet: str = ""
    sign: str = ""
    parts: Sequence[Any] = ()


@dataclass(frozen=True, kw_only=True)
class TableColumn(Generic[Row]):
    """A column of a page, of its files, or of both.

    Attributes
    ----------
    heading
        On the page; a line break is one there as well.
    value
        Of a row, written by ``unit``; None = there is nothing, ``HIDDEN`` = it is not shown.
    key
        What the column is called in the order of an address; "" = the table does not sort by it.
    order
        What rows are sorted by; None = the value.
    rising
        Whether it begins with its smallest value when first chosen, as texts do.
    file
        Heading in files; "" = that of the page and the unit of the numbers, None = it is in no file.
    page
        Whether it is on the page.
    below
        Column written small under this one, where it says something; in files a column of its own.
    cell
        What the page writes in place of value and unit.
    of_rest
        Its value in the line of what the other lines do not show, from that amount (None = hidden); without it, hidden.
    css, fit, title, unseen
        Class of its cells, fit class whose sign precedes the heading, what the heading stands for in full, and whether
        only a screen reader says it.
    """

    heading: str
    value: Callable[[Row], Any]
    unit: Unit = units.TEXT
    key: str = ""
    order: Callable[[Row], Any] | None = None
    rising: bool = False
    file: str | None = ""
    page: bool = True
    below: TableColumn[Row] | None = None
    cell: Callable[[Row], PageCell] | None = None
    of_rest: Callable[[Amount | None], Any] | None = None
    css: str = "number"
    fit: str = ""
    title: str = ""
    unseen: bool = False
    url: Callable[[Row], str | None] | None = None
    strong: bool = False

    def shown(self, row: Row) -> PageCell:
        """Return the cell of a row on the page."""
        if self.cell:
            return self.cell(row)
        says_more = self.below and not isinstance(self.below.value(row), NotShown | None)
        small = self.below.text(row) if self.below and says_more else ""
        return PageCell((self.text(row),), small, self.url(row) if self.url else None, self.strong)

    def text(self, row: Row) -> str:
        """Return what the page says of a row."""
        value = self.value(row)
        if isinstance(value, NotShown):
            return MARK
        return DASH if value is None else self.unit.page(value)

    def in_file(self) -> Iterator[TableColumn[Row]]:
        """Yield the column as often as files have one of it: itself, and what stands below it."""
        if self.file is not None:
            yield self
        if self.below:
            yield from self.below.in_file()

    @property
    def file_heading(self) -> str:
        """What a file calls it."""
        if self.file:
            return self.file
        named = self.heading.replace("\n", " ")
        return f"{named}, {self.unit.word}" if self.unit.word else named

    def stored(self, row: Row) -> object:
        """Return the cell of a row in a file: text, number, None = nothing."""
        return self.written(self.value(row))

    def written(self, value: Any) -> object:
        """Return a value as files have it."""
        if isinstance(value, NotShown):
            return value.value
        return None if value is None else self.unit.file(value)


@dataclass(frozen=True, kw_only=True)
class PageTable(Generic[Row]):
    """Rows and columns of a table.

    Attributes
    ----------
    name
        What it is called in addresses, in the log, and as a file.
    title
        What it shows, for a screen reader and as the title of its files.
    rows
        In the order in which they stand.
    order
        What they are sorted by; None = nobody can choose.
    last
        Rows below them whatever the order; files have them too.
    foot
        Sums that follow from the rows: files leave them to the reader.
    rest
        What no row shows, together; None = that is hidden too.
    facts
        What holds for every row: columns of files alone, since a file is read without its page.
    period
        First and last day, for the name of a file.
    most
        How many rows the page has; None = all. Files always have all.
    caption, css
        Text above the table, and its class.
    """

    name: str
    title: str
    columns: Sequence[TableColumn[Row]]
    rows: Sequence[Row]
    period: tuple[date, date]
    order: TableOrder | None = None
    last: Sequence[Row] = ()
    foot: Sequence[Row] = ()
    rest: Amount | None = NOTHING
    facts: Sequence[tuple[str, object]] = ()
    most: int | None = None
    caption: str = ""
    css: str = ""

    @cached_property
    def page_columns(self) -> list[TableColumn[Row]]:
        """The columns of the page."""
        return [column for column in self.columns if column.page]

    @property
    def body(self) -> list[list[PageCell]]:
        """The cells of the page."""
        return self._cells(self.rows[: self.most])

    @property
    def sums(self) -> list[list[PageCell]]:
        """The cells below them on the page."""
        return self._cells([*self.last, *self.foot])

    @property
    def cut(self) -> bool:
        """Whether the page has fewer rows than the files."""
        return self.most is not None and len(self.rows) > self.most

    @property
    def has_rest(self) -> bool:
        """Whether there is something that no row shows."""
        return self.rest is None or self.rest.count > 0

    def file_lines(self) -> Iterator[list[object]]:
        """Yield heading and lines of a file."""
        columns = [part for column in self.columns for part in column.in_file()]
        same = [value for _, value in self.facts]
        yield [*(column.file_heading for column in columns), *(heading for heading, _ in self.facts)]
        for row in (*self.rows, *self.last):
            yield [*(column.stored(row) for column in columns), *same]
        if self.has_rest:
            yield [
                *(column.written(column.of_rest(self.rest) if column.of_rest else HIDDEN) for column in columns),
                *same,
            ]

    def _cells(self, rows: Iterable[Row]) -> list[list[PageCell]]:
        columns = self.page_columns
        return [[column.shown(row) for column in columns] for row in rows]


def sort(
    columns: Sequence[TableColumn[Row]], rows: Iterable[Row], asked: str, *, default: str, parameter: str = "sort"
) -> tuple[list[Row], TableOrder]:
    """Return rows in the order that an address asks for, and this order.

    What is hidden stands after what is shown, and after it what there is nothing of, whatever the direction.

    Parameters
    ----------
    asked
        What the address says under ``parameter``; what is no column gives the ``default``.
    """
    of_key = {column.key: column for column in columns if column.key}
    key, descending = tables.read_order(asked, of_key, default=default)
    rising = frozenset(name for name, column in of_key.items() if column.rising)
    order = TableOrder(key, descending, rising, parameter)

    value = of_key[key].order or of_key[key].value
    found = [(value(row), row) for row in rows]
    there = [pair for pair in found if not isinstance(pair[0], NotShown | None)]
    shown = [row for _, row in tables.sort_rows(there, order, lambda pair, _: pair[0])]
    hidden = [row for one, row in found if isinstance(one, NotShown)]
    return [*shown, *hidden, *(row for one, row in found if one is None)], order
