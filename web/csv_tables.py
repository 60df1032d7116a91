"""Tables as CSV that a German spreadsheet program opens by double click, and that cannot carry formulas."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_BEGINS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def text(rows: Iterable[Sequence[object]]) -> str:
    """Return ``rows`` with semicolons, decimal commas and a byte order mark (security row F6)."""
    out = io.StringIO()
    out.write("\N{BYTE ORDER MARK}")
    csv.writer(out, delimiter=";", lineterminator="\r\n").writerows([_cell(value) for value in row] for row in rows)
    return out.getvalue()


def plain(cell: str) -> str:
    """Return the text of a cell that :func:`text` wrote: without the mark against formulas."""
    words = cell.strip()
    return words[1:] if words.startswith("'") and words[1:].startswith(_BEGINS_A_FORMULA) else words


def _cell(value: object) -> str:
    if isinstance(value, float):
        return f"{value:.2f}".replace(".", ",")
    if isinstance(value, int):
        return str(value)
    words = str(value)
    return f"'{words}" if words.startswith(_BEGINS_A_FORMULA) else words
