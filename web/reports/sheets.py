"""Workbooks as German offices expect them: German number formats, frozen headings, text that stays text."""

from __future__ import annotations

import math
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from importers.files.safe_workbook import SafeWorkbook

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from io import BytesIO
    from pathlib import Path

    from xlsxwriter.format import Format
    from xlsxwriter.workbook import Workbook
    from xlsxwriter.worksheet import Worksheet

FONT = "Calibri"
_LINE_HEIGHT = 15
"""Points of a line of text."""

_MOST_LINES = 27
"""The tallest row a spreadsheet takes has 409 points."""

_FILL = 1.05
"""Letters a line takes per unit of column width: most are narrower than a digit."""

INK, INK_2, LINE = "#111827", "#4b5563", "#d1d5db"


@contextmanager
def workbook(path: Path | BytesIO, title: str) -> Iterator[Workbook]:
    """Open a new workbook; closed, and thereby written, on leaving."""
    book = SafeWorkbook(path)
    book.set_properties({"title": title, "comments": "Erzeugt mit PeBeM-Analyse"})
    book.formats[0].set_font_name(FONT)
    try:
        yield book
    finally:
        book.close()


class Styles:
    """The formats of a workbook, each made once."""

    def __init__(self, book: Workbook) -> None:
        self._book = book
        self._made: dict[tuple[tuple[str, Any], ...], Format] = {}

    def __call__(self, **properties: Any) -> Format:
        """Return the format with these properties."""
        key = tuple(sorted(properties.items()))
        if key not in self._made:
            self._made[key] = self._book.add_format({"font_name": FONT, "valign": "top"} | properties)
        return self._made[key]

    @property
    def title(self) -> Format:
        """Return the format of a sheet's heading."""
        return self(bold=True, font_size=16)

    @property
    def note(self) -> Format:
        """Return the format of small print."""
        return self(font_color=INK_2, text_wrap=True)

    @property
    def head(self) -> Format:
        """Return the format of a table's headings."""
        return self(bold=True, bottom=1, text_wrap=True, bg_color="#f3f4f6", valign="bottom")

    @property
    def head_of_numbers(self) -> Format:
        """Return the format of the headings above numbers."""
        return self(bold=True, bottom=1, text_wrap=True, bg_color="#f3f4f6", valign="bottom", align="right")


def table(
    sheet: Worksheet,
    row: int,
    headings: Sequence[str],
    body: Sequence[Sequence[object]],
    formats: Sequence[Format],
    styles: Styles,
) -> int:
    """Write a table and return the number of the row below it; headings stand as their columns do."""
    sheet.set_row(row, 34)
    for column, (heading, format_) in enumerate(zip(headings, formats, strict=True)):
        numbers = format_.num_format not in {"General", 0}
        sheet.write_string(row, column, heading, styles.head_of_numbers if numbers else styles.head)
    for values in body:
        row += 1
        for column, value in enumerate(values):
            if value is None:
                sheet.write_blank(row, column, None, formats[column])
            else:
                sheet.write(row, column, value, formats[column])
    return row + 1


def landscape(sheet: Worksheet) -> None:
    """Set up a sheet for A4 landscape, one page wide."""
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.6)
    sheet.set_footer("&L&F – &A&RSeite &P von &N")


def row_height(cells: Iterable[tuple[Any, int]]) -> float:
    """Return the height of a row in points for cells and the widths of their columns.

    Excel fits rows automatically, other programs show one line of a wrapped text without a height.
    """
    lines = (
        sum(math.ceil(max(len(part), 1) / (width * _FILL)) for part in str(value).split("\n"))
        for value, width in cells
        if value is not None
    )
    return _LINE_HEIGHT * min(max(lines, default=1), _MOST_LINES)
