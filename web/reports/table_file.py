"""Tables of pages as files: CSV, JSON or a workbook, with the same figures in each."""

from __future__ import annotations

import io
import json
import re
from typing import TYPE_CHECKING, Final, NamedTuple

from web import tables
from web.reports import sheets

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


class TableForm(NamedTuple):
    """What a table can leave as: its word on a page, and the type of the file."""

    word: str
    mimetype: str


FORMS: Final = {
    "csv": TableForm("CSV", "text/csv; charset=utf-8"),
    "json": TableForm("JSON", "application/json"),
    "xlsx": TableForm("Excel", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
}
"""By the ending of the file."""

_NO_NAME: Final = re.compile(r"[\[\]:*?/\\]")
"""What Excel takes in no name of a sheet."""

_WIDEST: Final = 46
_NARROWEST: Final = 9
"""Columns of a workbook, in letters."""


def file_content(form: str, title: str, rows: Iterable[Sequence[object]]) -> bytes:
    """Return a table as a file: the same figures in every form.

    Parameters
    ----------
    form
        Out of :data:`FORMS`.
    title
        What the table is called in a workbook or JSON.
    rows
        Its headings, then its lines: texts, numbers, None = nothing.
    """
    if form == "csv":
        return tables.csv_text(rows).encode()
    headings, *lines = [list(row) for row in rows]
    if form == "json":
        names = [str(heading) for heading in headings]
        table = {"tabelle": title, "zeilen": [dict(zip(names, line, strict=True)) for line in lines]}
        return json.dumps(table, ensure_ascii=False, indent=1).encode()
    return _workbook(title, [str(heading) for heading in headings], lines)


def _workbook(title: str, headings: list[str], lines: list[list[object]]) -> bytes:
    out = io.BytesIO()
    with sheets.workbook(out, title) as book:
        styles, sheet = sheets.Styles(book), book.add_worksheet(_NO_NAME.sub("_", title)[:31])
        formats = []
        for column, heading in enumerate(headings):
            values = [line[column] for line in lines]
            longest = max((len(str(value)) for value in (heading, *values) if not isinstance(value, float)), default=0)
            sheet.set_column(column, column, min(max(longest + 1, _NARROWEST), _WIDEST))
            decimal = any(isinstance(value, float) for value in values)
            formats.append(styles(num_format="#,##0.00") if decimal else styles())
        sheets.table(sheet, 0, headings, lines, formats, styles)
        sheet.freeze_panes(1, 0)
        sheets.landscape(sheet)
    return out.getvalue()
