"""Rows of a roster in a text file whose entries do not stand below their days, as a cell too many moves them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from importers.findings import error, warning
from importers.rosters.list_layout import filled
from importers.sheets.layout import row_numbers

if TYPE_CHECKING:
    from collections.abc import Collection

    from importers.files.grid import Grid
    from importers.rosters.reading_context import RosterContext
    from importers.sheets.roster_headings import MonthBlock

_FEWEST: Final = 3
"""Filled cells of a row that can be one of a person."""

_TOO_WIDE: Final = error(
    "zeile-zu-breit",
    "Diese Zeile hat mehr Zellen als die anderen: Vermutlich enthält eine Zelle das Trennzeichen, und ihre Einträge "
    "stehen unter dem falschen Tag; sie sind ausgelassen.",
    "Exportieren Sie den Dienstplan als Excel-Arbeitsmappe (.xlsx), oder berichtigen Sie die Zeile.",
)


def rows_too_wide(grid: Grid, block: MonthBlock, context: RosterContext) -> Collection[int]:
    """Return the rows of a block, counted from 0, with more cells than they should have; they are reported.

    Rows with fewer cells are told as well, as long as most are whole: they may be right.
    """
    if grid.borders is None:
        return ()
    rows = block.row + 1 + np.flatnonzero(filled(grid.cells[block.row + 1 : block.end]).sum(axis=1) >= _FEWEST)
    widths = grid.borders.widths[rows]
    if not len(rows):
        return ()
    head = int(grid.borders.widths[block.row])
    wide = rows[widths > max(head, int(np.bincount(widths).argmax()))]
    for row in wide.tolist():
        context.report(_TOO_WIDE, grid, row + 1)
    short = rows[widths < head]
    if 0 < len(short) <= len(rows) / 2:
        context.report(
            warning(
                "zeile-zu-kurz",
                f"{len(short)} Zeilen haben weniger Zellen als die anderen ({head}): Zeile "
                f"{row_numbers((short + 1).tolist())}. Fehlt mitten darin ein Trennzeichen, stehen Einträge unter dem "
                "falschen Tag.",
                "Prüfen Sie diese Zeilen. Fehlen nur leere Zellen am Ende, ist nichts zu tun.",
            ),
            grid,
            count=len(short),
        )
    return frozenset(wide.tolist())
