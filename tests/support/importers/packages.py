"""Workbooks with formats of cells, and packages written in other ways than Excel writes them."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import xlsxwriter

from tests.support.importers.files import Sheets


@dataclass(frozen=True)
class Cell:
    """A cell with a format of its own."""

    value: Any
    format: str = ""
    struck: bool = False


def formatted_xlsx(
    sheets: Sheets,
    *,
    hidden_rows: Mapping[str, Sequence[int]] | None = None,
    hidden_columns: Mapping[str, Sequence[int]] | None = None,
) -> bytes:
    """Return the sheets as a workbook; rows and columns to hide are counted from 0."""
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"default_date_format": "dd.mm.yyyy"}) as book:
        for name, rows in sheets.items():
            page = book.add_worksheet(name)
            for r, row in enumerate(rows):
                for c, cell in enumerate(row):
                    style, value = None, cell
                    if isinstance(cell, Cell):
                        style = book.add_format({"num_format": cell.format, "font_strikeout": cell.struck})
                        value = cell.value
                    if isinstance(value, str):
                        page.write_string(r, c, value, style) if value else None
                    else:
                        page.write(r, c, value, style)
            for row_number in (hidden_rows or {}).get(name, ()):
                page.set_row(row_number, None, None, {"hidden": True})
            for column in (hidden_columns or {}).get(name, ()):
                page.set_column(column, column, None, None, {"hidden": True})
    return buffer.getvalue()


def renamed(
    data: bytes, name: Callable[[str], str], change: Callable[[str, bytes], bytes] = lambda _, raw: raw
) -> bytes:
    """Return a package whose parts have other names, and maybe other content."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.infolist():
            entry = zipfile.ZipInfo("x")
            entry.filename = name(part.filename)  # its constructor would put other slashes into the name
            entry.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(entry, change(part.filename, old.read(part)))
    return buffer.getvalue()
