"""Texts in tables we write: none begins a formula (F6), and our own files are read back as they were."""

from __future__ import annotations

from typing import Any, Final

FORMULA_STARTS: Final = frozenset("=+-@\t\r")
"""A text that begins so is written with an apostrophe before it, and read again without."""


def safe(value: object) -> object:
    """Return a cell value that no spreadsheet program takes for a formula, not even after saving as CSV."""
    if isinstance(value, str) and value[:1] in FORMULA_STARTS:
        return "'" + value
    return value


def as_it_stood(cell: Any) -> Any:
    """Return a cell of one of our own files without the apostrophe that keeps it from being a formula."""
    return cell[1:] if isinstance(cell, str) and cell[:1] == "'" and cell[1:2] in FORMULA_STARTS else cell
