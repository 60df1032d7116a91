"""Workbooks we write: nothing a file or a person has said becomes a formula, a link, or a file on a disk (F6, E2)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, BinaryIO

from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from importers.files.escaped_text import safe

if TYPE_CHECKING:
    from pathlib import Path


class SafeWorksheet(Worksheet):  # type: ignore[misc]  # xlsxwriter has no types
    """A sheet that makes texts safe, however they are written; formulas of our own are written as such."""

    def _write_string(self, row: int, col: int, string: str, cell_format: Any = None) -> int:
        written: int = super()._write_string(row, col, safe(string), cell_format)
        return written


class SafeWorkbook(Workbook):  # type: ignore[misc]
    """A workbook whose sheets are made in memory, from texts that stay texts."""

    worksheet_class = SafeWorksheet

    def __init__(self, target: Path | str | BinaryIO) -> None:
        options = {
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
            "in_memory": True,
        }
        super().__init__(target if hasattr(target, "write") else str(target), options)
