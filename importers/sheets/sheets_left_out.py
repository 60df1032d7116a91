"""Sheets that are not read though they look as if they should be: this is more than a notice."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from importers.findings import Finding, Severity
from importers.sheets.columns.column_shapes import fits
from importers.sheets.layout import is_blank
from importers.sheets.roster_headings import is_called_roster
from importers.sheets.sheet_decision import ROSTER
from importers.sheets.template_columns import SHEETS

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from importers.files.grid import Grid
    from importers.sheets.sheet_decision import SheetDecision

_CELLS: Final = 200
"""Rows looked at."""

_CLEAR: Final = ("tag", "zeitpunkt", "nummer", "katalog", "qualifikation")
"""Shapes that a few cells are enough to tell."""


def left_out_though_alike(decision: SheetDecision, read: Sequence[SheetDecision]) -> Finding | None:
    """Return the finding about a sheet that is not read and looks like one of ours, None if it does not.

    Parameters
    ----------
    read
        The sheets of the same file before it that are read.
    """
    grid = decision.grid
    if decision.answered or decision.profile or grid.hidden:
        return None
    if decision.sheet:
        what = f"Es sieht nach „{decision.sheet}“ aus, aber nicht sicher genug."
        return _finding(decision, Severity.WARNING, "blatt-unsicher", what)
    if before := next((one for one in reversed(read) if continues(grid, one)), None):
        what = f"Es setzt wohl „{before.grid.name}“ fort, hat aber keine Überschriften."
        return _finding(decision, Severity.ERROR, "blatt-ohne-ueberschriften", what)
    if is_called_roster(grid.name):
        return _finding(decision, Severity.WARNING, "blatt-unsicher", f"Es heißt wie ein Blatt „{ROSTER}“.")
    return None


def _finding(decision: SheetDecision, severity: Severity, code: str, what: str) -> Finding:
    return Finding(
        severity,
        code,
        f"Das Blatt „{decision.grid.name}“ wird nicht gelesen. {what}",
        "Soll es gelesen werden, geben Sie ihm die Überschriften und einen Namen der Vorlage; sonst löschen Sie es.",
        file=decision.grid.file,
        value=decision.grid.name,
        count=max(1, len(decision.grid.cells)),
    )


def continues(grid: Grid, before: SheetDecision) -> bool:
    """Return whether a sheet goes on where another ends: same columns, no headings, as on the pages of a document."""
    place = before.place
    width = grid.cells.shape[1]
    alike = False
    for column, position in place.columns.items():
        own = _filled(grid.cells[:_CELLS, position]) if position < width else []
        others = _filled(before.grid.cells[place.row + 1 : place.row + 1 + _CELLS, position])
        needed = column in SHEETS[before.sheet].required
        shapes = [shape for shape in _CLEAR if fits(shape, others)]
        if (needed and not own) or (own and not all(fits(shape, own) for shape in shapes)):
            return False
        alike = alike or (needed and bool(shapes))
    return alike


def _filled(cells: Any) -> list[Any]:
    return [cell for cell in cells if not is_blank(cell)]
