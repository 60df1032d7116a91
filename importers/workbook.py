"""Excel workbooks (.xlsx) as grids."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING

import numpy as np
from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetVisibleEnum

from importers.findings import UnreadableError
from importers.grid import Grid, Odd
from importers.guard import check_size
from importers.package import examine

if TYPE_CHECKING:
    from collections.abc import Callable

    from importers.package import Place


def read(name: str, data: bytes, wanted: Callable[[str], bool]) -> tuple[list[Grid], list[str]]:
    """Return the visible sheets whose names are wanted, and the names of all other sheets.

    Hidden sheets are not read: nobody who looks at the file sees what is in them.

    Raises
    ------
    UnreadableError
        If the file cannot be read or is beyond the limits.
    """
    odd = examine(name, data)
    grids: list[Grid] = []
    others: list[str] = []
    try:
        with CalamineWorkbook.from_filelike(BytesIO(data)) as book:
            for sheet in book.sheets_metadata:
                if sheet.visible != SheetVisibleEnum.Visible or not wanted(sheet.name):
                    hidden = sheet.visible != SheetVisibleEnum.Visible
                    others.append(f"{sheet.name} (ausgeblendet)" if hidden else sheet.name)
                    continue
                grids.append(Grid(name, sheet.name, _cells(name, book, sheet.name, odd.get(sheet.name, {}))))
    except PasswordError as error:
        raise UnreadableError(
            f"Die Arbeitsmappe „{name}“ ist mit einem Kennwort geschützt. Bitte entfernen Sie das Kennwort."
        ) from error
    except BaseException as error:
        # The reader is written in Rust; what it did not foresee arrives as a BaseException of this name.
        if not isinstance(error, (CalamineError, OSError, ValueError)) and type(error).__name__ != "PanicException":
            raise
        raise UnreadableError(
            f"Die Datei „{name}“ lässt sich nicht als Excel-Arbeitsmappe lesen. "
            "Bitte öffnen Sie sie in Excel und speichern Sie sie neu als „.xlsx“."
        ) from error
    return grids, others


def _cells(file: str, book: CalamineWorkbook, name: str, odd: dict[Place, Odd]) -> np.ndarray:
    sheet = book.get_sheet_by_name(name)
    check_size(file, name, sheet.total_height, sheet.total_width)
    rows = sheet.to_python(skip_empty_area=False)
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
