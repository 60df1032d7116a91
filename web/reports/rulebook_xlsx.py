"""A rulebook as a workbook a home can read, print and edit; ``importers.rulebooks.workbook`` reads it back."""

from __future__ import annotations

import math
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from importers.rulebooks.columns import HEAD, INTERVENTIONS, SHEETS, SOURCES, YES, Form
from rules import RuleBookError
from rules.checks.coverage import coverage, total
from web.reports import rulebook_guide
from web.reports.sheets import INK_2, LINE, Styles, landscape, row_height, workbook

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from io import BytesIO
    from pathlib import Path

    from xlsxwriter.format import Format
    from xlsxwriter.workbook import Workbook
    from xlsxwriter.worksheet import Worksheet

    from importers.rulebooks.columns import Column, Sheet

_SPARE_ROWS: Final = 300
"""Rows below the table whose cells offer the same lists."""

_PAGE_WIDTH: Final = 180
"""Characters across one printed page that can still be read."""

_DAY: Final = "dd.mm.yyyy"
_FIRST_DAY: Final = "1900-03-01"
"""From here on all spreadsheet programs count days alike; earlier ones are written as text."""

_LONGEST: Final = 32_767
"""Characters a cell takes; the writer would leave out a longer text without a word."""

_AS_TEXT: Final = {Form.ID, Form.IDS, Form.KINDS, Form.CONDITION}
_ALIGNED_LEFT: Final = {Form.LEVEL, Form.LEVEL_OR_BASE, Form.PERCENT, Form.DAY}


def write(path: Path | BytesIO, documents: Mapping[str, Any]) -> None:
    """Write the workbook.

    Parameters
    ----------
    documents
        As ``rules.edition.documents`` returns them.

    Raises
    ------
    RuleBookError
        Where a text is too long for a cell; nothing is written then.
    """
    rows = ((sheet, entry) for sheet in SHEETS for entry in _entries(sheet, documents))
    for text in (_value(entry, column) for sheet, entry in rows for column in sheet.columns):
        if isinstance(text, str) and len(text) > _LONGEST:
            raise RuleBookError(
                f"Ein Text ist mit {len(text)} Zeichen zu lang für eine Zelle: „{text[:40]}…“. Bitte kürzen Sie ihn."
            )
    head = documents[HEAD.file]
    with workbook(path, f"Regelwerk {head['titel']} {head['ausgabe']}") as file:
        styles = Styles(file)
        rulebook_guide.add(file, styles, head, total(coverage(documents)).sentence)
        for sheet in SHEETS:
            _sheet(file, styles, sheet, list(_entries(sheet, documents)))


def _entries(sheet: Sheet, documents: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Return the entries that are the rows of a sheet."""
    document = documents[sheet.file]
    if sheet is HEAD:
        yield document
    elif sheet is SOURCES:
        yield from ({"id": name, "quelle": text} for name, text in document[sheet.key].items())
    else:
        yield from document[sheet.key]


def _sheet(file: Workbook, styles: Styles, sheet: Sheet, entries: list[Mapping[str, Any]]) -> None:
    page = file.add_worksheet(sheet.name)
    heads = {
        True: styles(bold=True, text_wrap=True, bg_color="#1f3a5f", font_color="#ffffff", border=1),
        False: styles(bold=True, text_wrap=True, bg_color="#dce6f1", border=1),
    }
    page.set_row(0, 32)
    last = max(len(entries) + _SPARE_ROWS, 1)
    for position, column in enumerate(sheet.columns):
        page.set_column(position, position, column.width, _format(styles, column))
        page.write_string(0, position, column.heading, heads[column.required])
        if column.choices:
            page.data_validation(1, position, last, position, _choices(column))
    group = None
    for row, entry in enumerate(entries, start=1):
        begins = sheet is INTERVENTIONS and group not in {None, entry["gruppe"]}
        group = entry.get("gruppe")
        values = [_value(entry, column) for column in sheet.columns]
        page.set_row(row, row_height(zip(values, (column.width for column in sheet.columns), strict=True)))
        for position, (column, value) in enumerate(zip(sheet.columns, values, strict=True)):
            _cell(page, row, position, value, _format(styles, column, line_above=begins))
    page.freeze_panes(1, 0 if sheet in {HEAD, SOURCES} else 1)
    if sheet is not HEAD:
        page.autofilter(0, 0, max(len(entries), 1), len(sheet.columns) - 1)
    landscape(page)
    page.repeat_rows(0)
    page.repeat_columns(0)
    page.fit_to_pages(math.ceil(sum(column.width for column in sheet.columns) / _PAGE_WIDTH), 0)


def _format(styles: Styles, column: Column, *, line_above: bool = False) -> Format:
    properties: dict[str, Any] = {"text_wrap": True, "bottom": 4, "bottom_color": LINE}
    if column.form in _AS_TEXT:
        properties["num_format"] = "@"
    if column.form is Form.DAY:
        properties["num_format"] = _DAY
    if column.form in _ALIGNED_LEFT:
        properties["align"] = "left"
    if line_above:
        properties |= {"top": 1, "top_color": INK_2}
    if column.form is Form.TEXT:
        properties["quote_prefix"] = True  # a text that looks like a formula stays text when a user edits it
    return styles(**properties)


def _choices(column: Column) -> dict[str, Any]:
    blank = " oder leer lassen." if column.choices == (YES,) else "."
    return {
        "validate": "list",
        "source": list(column.choices),
        "error_title": column.heading,
        "error_message": f"Möglich: {', '.join(column.choices)}{blank}",
    }


def _value(entry: Mapping[str, Any], column: Column) -> Any:
    """Return the value of an entry for a column, None where there is none."""
    value: Any = entry
    for step in column.path:
        value = value.get(step) if value is not None else None
    return ", ".join(value) if isinstance(value, list) else value


def _cell(page: Worksheet, row: int, position: int, value: Any, look: Format) -> None:
    if value is None:
        page.write_blank(row, position, None, look)
    elif isinstance(value, int):
        page.write_number(row, position, value, look)
    elif look.num_format == _DAY and value >= _FIRST_DAY:
        page.write_datetime(row, position, date.fromisoformat(value), look)
    else:
        page.write_string(row, position, value, look)
