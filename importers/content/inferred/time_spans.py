"""Beginning and end in one cell, as in "08:05 - 08:18": read as two columns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from importers.content.inferred.end_of_work import END
from importers.content.joined_columns import filled_cells
from importers.files.coded_column import CodedColumn
from importers.values import days_and_times

if TYPE_CHECKING:
    from importers.content.table import Table

START: Final = "Uhrzeit"


def split_spans(table: Table) -> None:
    """Take the end of such a cell for the column ``Ende`` where that is blank."""
    codes, cells = table.raw(START)
    spans = [days_and_times.clock_span(cell) for cell in cells]
    if not any(spans):
        return
    table.put(START, CodedColumn(codes, [span[0] if span else cell for span, cell in zip(spans, cells, strict=True)]))
    end_codes, ends = table.raw(END)
    taken = np.array([span is not None for span in spans], dtype=bool)[codes] & ~filled_cells(table.raw(END))
    both = [*ends, *(span[1] if span else "" for span in spans)]
    table.put(END, CodedColumn(np.where(taken, codes + len(ends), end_codes), both))
