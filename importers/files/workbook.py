"""Workbooks (.xlsx, .xlsm, .xls, .xlsb, .ods) as grids."""

from __future__ import annotations

import math
from dataclasses import replace
from io import BytesIO
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetTypeEnum, SheetVisibleEnum

from importers.files import sandbox
from importers.files.cell import Odd
from importers.files.grid import ERRORS, Grid
from importers.files.kind import FileKind
from importers.files.limits import check_size
from importers.files.sheet_cells import Coding, SheetCells, completed, told_apart
from importers.files.xlsx_parts import examine
from importers.findings import PasswordNeededError, UnreadableError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from python_calamine import CalamineSheet

    from importers.files.sandbox.page import Area, SandboxPage
    from importers.files.sheet_filter import SheetFilter
    from importers.files.xlsx_parts import Place

_ROWS_AT_ONCE: Final = 5_000


def read(
    name: str,
    data: bytes,
    wanted: SheetFilter,
    *,
    kind: FileKind = FileKind.WORKBOOK,
    password: str | None = None,
) -> tuple[list[Grid], list[str]]:
    """Return the wanted sheets, and the names of all others.

    Raises
    ------
    PasswordNeededError
        If the file is encrypted and the password is missing or another one.
    UnreadableError
        If the file cannot be read or is beyond the limits.
    """
    if kind is FileKind.WORKBOOK:
        return _read_here(name, data, wanted)
    grids: list[Grid] = []
    others: list[str] = []
    for page in sandbox.sheets(name, data, kind.value, hidden=wanted.may_open_hidden, password=password):
        if wanted.opens(page.name, hidden=not page.visible):
            grids += from_pages(name, [page])
        else:
            others.append(named(page.name, visible=page.visible))
    return grids, others


def from_pages(name: str, pages: list[SandboxPage]) -> list[Grid]:
    """Return sheets from the sandbox process as grids."""
    return [
        Grid(
            name,
            page.name,
            _cells_of(page),
            merged=_within(page.oddities.merged, page.height, len(page.columns)),
            hidden=not page.visible,
        )
        for page in pages
    ]


def _read_here(name: str, data: bytes, wanted: SheetFilter) -> tuple[list[Grid], list[str]]:
    odd = examine(name, data)
    grids: list[Grid] = []
    others: list[str] = []
    try:
        with CalamineWorkbook.from_filelike(BytesIO(data)) as book:
            for sheet in book.sheets_metadata:
                visible = sheet.visible == SheetVisibleEnum.Visible
                if sheet.typ != SheetTypeEnum.WorkSheet:
                    continue
                if not wanted.opens(sheet.name, hidden=not visible):
                    others.append(named(sheet.name, visible=visible))
                    continue
                grid = _grid(name, book, sheet.name, odd.get(sheet.name, {}))
                grids.append(grid if visible else replace(grid, hidden=True))
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


def named(name: str, *, visible: bool) -> str:
    """Return the name of a sheet for people; a hidden one is marked."""
    return name if visible else f"{name} (ausgeblendet)"


def _grid(file: str, book: CalamineWorkbook, name: str, odd: dict[Place, Odd]) -> Grid:
    sheet = book.get_sheet_by_name(name)
    ends = [*odd, *([sheet.end] if sheet.end else [])]
    height, width = (1 + max((end[axis] for end in ends), default=-1) for axis in (0, 1))
    check_size(file, name, height, width)
    cells = _cells(_columns(sheet), (height, width), odd)
    merged = [(top, left, bottom, right) for (top, left), (bottom, right) in sheet.merged_cell_ranges or []]
    return Grid(file, name, cells, merged=_within(merged, *cells.shape))


def _within(merged: list[Area], height: int, width: int) -> tuple[Area, ...]:
    """Return the areas of merged cells within the sheet, cut at its end."""
    return tuple(
        (top, left, min(bottom, height - 1), min(right, width - 1))
        for top, left, bottom, right in merged
        if top < height and left < width and top <= bottom and left <= right
    )


def _columns(sheet: CalamineSheet) -> list[tuple[np.ndarray, list[Any]]]:
    """Return the columns of a sheet, taken over some rows at a time: all its cells at once would fill the memory."""
    rows = sheet.iter_rows()  # begins in row 1, but in the first column in use
    first = sheet.start[1] if sheet.start else 0
    columns = [Coding() for _ in range(first + sheet.width)]
    while block := list(islice(rows, _ROWS_AT_ONCE)):
        cells = np.empty((len(block), len(columns)), dtype=object, order="F")
        cells[:, :first] = ""
        cells[:, first:] = block
        for column, below in zip(columns, cells.T, strict=True):
            column.add(*told_apart(below))
    return [column.done() for column in columns]


def _cells_of(page: SandboxPage) -> SheetCells:
    odd = {place: Odd(shown) for place, shown in page.oddities.odd.items()}
    height = max([page.height, *(row + 1 for row, _ in odd)])
    width = max([len(page.columns), *(column + 1 for _, column in odd)])
    columns = [
        (np.asarray(codes, dtype=np.int32), [Odd(value) if value in ERRORS else value for value in values])
        for codes, values in page.columns
    ]
    return _cells(columns, (height, width), odd)


def _cells(
    columns: Sequence[tuple[np.ndarray, list[Any]]], shape: tuple[int, int], odd: Mapping[Place, Odd]
) -> SheetCells:
    """Return columns filled up with blanks to a shape, with the cells that have no value to read."""
    others: dict[int, dict[int, Odd]] = {}
    for (row, column), cell in odd.items():
        others.setdefault(column, {})[row] = cell
    height, width = shape
    nothing = np.zeros(0, dtype=np.int32), list[Any]()
    padded = [*columns, *[nothing] * (width - len(columns))]
    return SheetCells(
        [completed(codes, map(_finite, cells), height, others.get(at, {})) for at, (codes, cells) in enumerate(padded)],
        height,
    )


def _finite(cell: Any) -> Any:
    """Return the cell; no spreadsheet shows a number that is none or beyond all bounds, but a file can hold one."""
    return Odd("#NUM!") if isinstance(cell, float) and not math.isfinite(cell) else cell
