"""Workbooks (.xlsx, .xlsm, .xls, .xlsb, .ods) as grids."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING, Any

import numpy as np
from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetTypeEnum, SheetVisibleEnum

from importers import confined
from importers.findings import PasswordNeededError, UnreadableError
from importers.grid import ERRORS, Grid, Odd
from importers.guard import check_size
from importers.package import examine
from importers.sniff import Kind

if TYPE_CHECKING:
    from collections.abc import Callable

    from importers.confined.page import Area, Page
    from importers.package import Place


def read(
    name: str,
    data: bytes,
    wanted: Callable[[str], bool],
    *,
    kind: Kind = Kind.WORKBOOK,
    hidden: bool = False,
    password: str | None = None,
) -> tuple[list[Grid], list[str]]:
    """Return the sheets whose names are wanted, and the names of all other sheets.

    Hidden sheets are not read unless ``hidden``: nobody who looks at the file sees what is in them.

    Raises
    ------
    PasswordNeededError
        If the file is encrypted and the password is missing or another one.
    UnreadableError
        If the file cannot be read or is beyond the limits.
    """
    if kind is Kind.WORKBOOK:
        return _read_here(name, data, wanted, hidden=hidden)
    grids: list[Grid] = []
    others: list[str] = []
    for page in confined.sheets(name, data, kind.value, hidden=hidden, password=password):
        if (page.visible or hidden) and wanted(page.name):
            grids += from_pages(name, [page])
        else:
            others.append(_named(page.name, visible=page.visible))
    return grids, others


def from_pages(name: str, pages: list[Page]) -> list[Grid]:
    """Return sheets from the confined process as grids."""
    return [
        Grid(name, page.name, _cells_of(page), merged=_within(page.oddities.merged, page.height, len(page.columns)))
        for page in pages
    ]


def _read_here(name: str, data: bytes, wanted: Callable[[str], bool], *, hidden: bool) -> tuple[list[Grid], list[str]]:
    odd = examine(name, data)
    grids: list[Grid] = []
    others: list[str] = []
    try:
        with CalamineWorkbook.from_filelike(BytesIO(data)) as book:
            for sheet in book.sheets_metadata:
                visible = sheet.visible == SheetVisibleEnum.Visible
                if sheet.typ != SheetTypeEnum.WorkSheet:
                    continue
                if not (visible or hidden) or not wanted(sheet.name):
                    others.append(_named(sheet.name, visible=visible))
                    continue
                grids.append(_grid(name, book, sheet.name, odd.get(sheet.name, {})))
    except PasswordError as error:
        raise PasswordNeededError(name, wrong=False) from error
    except BaseException as error:
        # The reader is written in Rust; what it did not foresee arrives as a BaseException of this name.
        if not isinstance(error, (CalamineError, OSError, ValueError)) and type(error).__name__ != "PanicException":
            raise
        raise UnreadableError(
            f"Die Datei „{name}“ lässt sich nicht als Excel-Arbeitsmappe lesen. "
            "Bitte öffnen Sie sie in Excel und speichern Sie sie neu als „.xlsx“."
        ) from error
    return grids, others


def _named(name: str, *, visible: bool) -> str:
    return name if visible else f"{name} (ausgeblendet)"


def _grid(file: str, book: CalamineWorkbook, name: str, odd: dict[Place, Odd]) -> Grid:
    sheet = book.get_sheet_by_name(name)
    check_size(file, name, sheet.total_height, sheet.total_width)
    cells = _cells(file, name, sheet.to_python(skip_empty_area=False), odd)
    merged = [(top, left, bottom, right) for (top, left), (bottom, right) in sheet.merged_cell_ranges or []]
    return Grid(file, name, cells, merged=_within(merged, *cells.shape))


def _within(merged: list[Area], height: int, width: int) -> tuple[Area, ...]:
    """Return the areas of merged cells that lie in the sheet, cut at its end."""
    return tuple(
        (top, left, min(bottom, height - 1), min(right, width - 1))
        for top, left, bottom, right in merged
        if top < height and left < width and top <= bottom and left <= right
    )


def _cells(file: str, name: str, rows: list[list[Any]], odd: dict[Place, Odd]) -> np.ndarray:
    height = max([len(rows), *(row + 1 for row, _ in odd)])
    width = max([len(rows[0]) if rows else 0, *(column + 1 for _, column in odd)])
    check_size(file, name, height, width)
    # Column by column is how everything after this reads the cells.
    cells = np.empty((height, width), dtype=object, order="F")
    if len(rows) < height or (rows and len(rows[0]) < width):
        cells[:] = ""
    if rows and rows[0]:
        cells[: len(rows), : len(rows[0])] = rows
    for place, cell in odd.items():
        cells[place] = cell
    return cells


def _cells_of(page: Page) -> np.ndarray:
    odd = page.oddities.odd
    height = max([page.height, *(row + 1 for row, _ in odd)])
    width = max([len(page.columns), *(column + 1 for _, column in odd)])
    cells = np.empty((height, width), dtype=object, order="F")
    if page.height < height or len(page.columns) < width:
        cells[:] = ""
    for column, (codes, values) in enumerate(page.columns):
        distinct = np.empty(len(values), dtype=object)
        distinct[:] = [Odd(value) if value in ERRORS else value for value in values]
        cells[: page.height, column] = distinct[np.asarray(codes)]
    for place, shown in odd.items():
        cells[place] = Odd(shown)
    return cells
