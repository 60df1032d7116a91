"""What marks a file as our own: faulty rows that were downloaded, repaired and are uploaded again."""

from __future__ import annotations

from typing import Any, Final

REASON: Final = "Was zu berichtigen ist"
"""Heading of the column with the reason; a file with this column is our own, and the column is not read."""

FORMULA_STARTS: Final = frozenset("=+-@\t\r")
"""A text that begins so is written with an apostrophe before it, and read again without."""


def as_it_stood(cell: Any) -> Any:
    """Return a cell of one of our own files without the apostrophe that keeps it from being a formula."""
    return cell[1:] if isinstance(cell, str) and cell[:1] == "'" and cell[1:2] in FORMULA_STARTS else cell
