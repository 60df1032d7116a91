"""Rosters that keep two rows a person, one of the plan and one of what was worked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from importers.files.cell import shown
from importers.findings import warning
from importers.sheets.heading_additions import is_actual, is_planned

if TYPE_CHECKING:
    from collections.abc import Collection

    from importers.files.grid import Grid
    from importers.rosters.reading_context import RosterContext
    from importers.sheets.roster_headings import MonthBlock


def planned_rows(grid: Grid, block: MonthBlock, who: Collection[int], context: RosterContext) -> frozenset[int]:
    """Return the rows of a block that hold the plan, counted from its first, where others hold what was worked.

    Parameters
    ----------
    who
        Columns that say whose row it is; a word for the plan stands in another one, left of the days.
    """
    for position in set(range(min(block.days))) - set(who):
        texts = [shown(cell) for cell in grid.cells[block.row + 1 : block.end, position]]
        planned = frozenset(row for row, text in enumerate(texts) if is_planned(text))
        if planned and any(map(is_actual, texts)):
            context.report(
                warning(
                    "plan-und-ist",
                    f"{len(planned)} Zeilen enthalten den Plan, andere das Ist; gelesen wird nur das Ist.",
                    "Prüfen Sie, ob die Zeilen mit dem Ist vollständig sind.",
                ),
                grid,
                block.row + 2 + min(planned),
                "",
                "",
                len(planned),
            )
            return planned
    return frozenset()
