"""Workbooks (.xlsx, .xlsm, .xls, .xlsb, .ods) as grids."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from importers.files import sandbox
from importers.files.cell import Odd
from importers.files.grid import ERRORS, Grid, Unseen, within
from importers.files.kind import FileKind
from importers.files.sheet_builder import filled_up
from importers.files.xlsx.reader import read as read_xlsx

if TYPE_CHECKING:
    from importers.files.sandbox.page import SandboxPage
    from importers.files.sheet_cells import SheetCells
    from importers.files.sheet_filter import SheetFilter


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
        sheets, unwanted = read_xlsx(name, data, wanted)
        return sheets, [named(sheet, visible=visible) for sheet, visible in unwanted]
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
            merged=within(page.oddities.merged, page.height, len(page.columns)),
            hidden=not page.visible,
            unseen=Unseen(
                frozenset(page.oddities.hidden_rows),
                frozenset(page.oddities.hidden_columns),
                frozenset(page.oddities.struck_rows),
            ),
        )
        for page in pages
    ]


def named(name: str, *, visible: bool) -> str:
    """Return the name of a sheet for people; a hidden one is marked."""
    return name if visible else f"{name} (ausgeblendet)"


def _cells_of(page: SandboxPage) -> SheetCells:
    odd = {place: Odd(shown) for place, shown in page.oddities.odd.items()}
    height = max([page.height, *(row + 1 for row, _ in odd)])
    width = max([len(page.columns), *(column + 1 for _, column in odd)])
    columns = [
        (np.asarray(codes, dtype=np.int32), [Odd(value) if value in ERRORS else value for value in values])
        for codes, values in page.columns
    ]
    return filled_up(columns, (height, width), odd)
