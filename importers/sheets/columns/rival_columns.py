"""Columns that could be one we have read already: "Datum" beside "Durchgeführt am", with other days in it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from importers.files.cell import shown
from importers.sheets.columns.column_shapes import fits
from importers.sheets.layout import coded_down, is_blank
from importers.sheets.synonyms import LIKELY, SURE
from importers.values import days_and_times, durations
from importers.values.spelling import fold

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from importers.files.coded_column import CodedColumn
    from importers.files.grid import Grid
    from importers.sheets.synonyms import Match

_LOOKED_AT: Final = 20_000
"""Rows compared."""

_LEAST: Final = {"Datum": SURE, "Minuten": LIKELY, "Personal-Nr": LIKELY, "Bewohner-Nr": LIKELY, "Status": SURE}
"""Columns on which every figure depends -> how sure the name of a rival must be."""

_SHAPES: Final = {"Personal-Nr": "nummer", "Bewohner-Nr": "nummer", "Status": "status"}
"""What both columns must look like; a name beside a number is no rival."""


def rivals(
    grid: Grid, first_row: int, offers: Mapping[int, Sequence[Match]], columns: Mapping[str, int], texts: Sequence[str]
) -> Iterator[tuple[int, str]]:
    """Yield position and column of headings that stand for a column that has another one, with other cells.

    Parameters
    ----------
    offers
        Position of each heading -> columns it may stand for.
    columns
        Position of each column that is read.
    texts
        The headings.
    """
    for position, matches in offers.items():
        if not matches or position in columns.values():
            continue
        column, least = matches[0].column, _LEAST.get(matches[0].column, 2.0)
        read = columns.get(column)
        if read is None or matches[0].shape or matches[0].confidence < least:
            continue
        one, other = (coded_down(grid, first_row, at) for at in (read, position))
        shape = _SHAPES.get(column)
        if shape and not all(fits(shape, [cell for cell in cells if not is_blank(cell)]) for _, cells in (one, other)):
            continue
        if _differ(column, one, other, (texts[read], texts[position])):
            yield position, column


def _differ(column: str, one: CodedColumn, other: CodedColumn, headings: tuple[str, str]) -> bool:
    pairs = np.unique(np.stack([one.codes[:_LOOKED_AT], other.codes[:_LOOKED_AT]]), axis=1).T
    for left, right in pairs.tolist():
        cells = one.values[left], other.values[right]
        if not any(map(is_blank, cells)) and not _alike(column, cells, headings):
            return True
    return False


def _alike(column: str, cells: tuple[Any, Any], headings: tuple[str, str]) -> bool:
    if fold(shown(cells[0])) == fold(shown(cells[1])):
        return True
    try:
        if column == "Datum":
            one, other = map(days_and_times.moment, cells)
            return one is not None and other is not None and one.date() == other.date()
        if column == "Minuten":
            seconds = [
                durations.seconds(cell, 1440, unit=durations.unit_of(heading))
                for cell, heading in zip(cells, headings, strict=True)
            ]
            return seconds[0] == seconds[1]
    except ValueError:
        return False
    return False
