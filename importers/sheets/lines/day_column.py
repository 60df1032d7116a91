"""Reports of interventions without a column for the day: it stands in a line above the headings or between the rows."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from importers.files.cell import shown
from importers.files.sheet_cells import SheetCells
from importers.sheets.layout import headings_at, is_blank
from importers.sheets.lines.sections import DAY
from importers.sheets.synonyms import PART
from importers.sheets.template_columns import missing
from importers.values import days_and_times
from importers.values.spelling import clean

if TYPE_CHECKING:
    from collections.abc import Sequence

    from importers.files.grid import Grid
    from importers.sheets.heading_rows import HeadingPlace

_SHEET: Final = "Interventionen"
HEADING: Final = "Tag in einer eigenen Zeile"
"""What the further column is called in questions and findings."""

_LABEL: Final = re.compile(
    r"(?:(?:datum|tag|leistungs(?:datum|tag)|durchführungsdatum)\b ?:?"
    r"|(?:leistungs|durchführungs|pflege|tages)(?:nachweis|protokoll|bericht) (?:vom|für|am)\b(?: den\b)?)",
    re.IGNORECASE,
)


def with_day_column(grid: Grid, place: HeadingPlace) -> tuple[Grid, HeadingPlace] | None:
    """Return the sheet with a further column ``Datum`` and where it stands; None where no line says the day for sure.

    Parameters
    ----------
    place
        Where the headings of interventions stand, all but that of the day.
    """
    if missing(_SHEET, place.columns) != (DAY,):
        return None
    said = {row: day for row in range(len(grid.cells)) if (day := _day_of(_filled(grid, row)))}
    first = place.row - place.depth + 1
    above = {day for row, day in said.items() if row < first}
    if not said or len(above) > 1 or not all(_goes_on(grid, place, row) for row in said if row > place.row):
        return None
    width, texts = grid.cells.shape[1], place.texts
    cells = np.full((len(grid.cells), width + 1), "", dtype=object, order="F")
    cells[:, :width] = grid.cells[:]
    cells[place.row, width] = HEADING
    cells[[row for row in said if row > place.row]] = ""
    of_row: date | str = next(iter(above), "")
    for row in range(place.row + 1, len(cells)):
        of_row = said.get(row, of_row)
        if row not in said and cells[row, place.columns["Intervention"]] not in {"", *texts}:
            cells[row, width] = of_row
    wider = replace(grid, cells=SheetCells.of(cells))
    texts = (*texts, *[""] * (width - len(texts)), HEADING)
    guessed = {**place.guessed, DAY: PART}
    return wider, replace(place, columns={**place.columns, DAY: width}, texts=texts, guessed=guessed, trouble="")


def _filled(grid: Grid, row: int) -> list[Any]:
    return [cell for cell in grid.cells[row] if not is_blank(cell)]


def _day_of(cells: Sequence[Any]) -> date | None:
    """Return the day a line says and nothing else: "2.3.2026", "Datum | 2.3.2026", "Tagesbericht vom 2.3.2026"."""
    if not 1 <= len(cells) <= 2:
        return None
    *label, last = cells
    if label and not (isinstance(label[0], str) and _LABEL.fullmatch(clean(label[0]))):
        return None
    written = last if isinstance(last, date) else _LABEL.sub("", clean(shown(last)), count=1).strip()
    try:
        moment = days_and_times.sure_moment(written)
    except ValueError:
        return None
    return moment.date() if moment else None


def _goes_on(grid: Grid, place: HeadingPlace, row: int) -> bool:
    """Return whether a record or the headings follow a line: at the foot of a page stands the day of signing."""
    headings = [cell for cell in headings_at(grid, place.row - place.depth + 1, place.depth) if not is_blank(cell)]
    below = next((cells for at in range(row + 1, len(grid.cells)) if (cells := _filled(grid, at))), [])
    return below == headings or len(below) > 2
