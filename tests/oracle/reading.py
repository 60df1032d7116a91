"""Reads the sheets of the template, cell by cell: an Excel workbook or one CSV file per sheet."""

from __future__ import annotations

import csv
import datetime as dt
import re
from decimal import Decimal
from typing import TYPE_CHECKING

from openpyxl import load_workbook

if TYPE_CHECKING:
    from pathlib import Path

SHEETS = ("Bewohner", "Begutachtungen", "Instabilität", "Mitarbeitende", "Interventionen", "Dienste", "Pflegegrade")
Row = dict[str, object]


def read(path: Path) -> dict[str, list[Row]]:
    """Return the rows of each sheet, keyed by heading in lower case. Rows without any value are no rows."""
    if path.is_dir():
        return {name: _csv(path / f"{name}.csv") for name in SHEETS if (path / f"{name}.csv").exists()}
    book = load_workbook(path)
    return {name: _rows([[c.value for c in r] for r in book[name].iter_rows()]) for name in SHEETS if name in book}


def _csv(path: Path) -> list[Row]:
    raw = path.read_bytes()
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = raw.decode("cp1252")
    return _rows([[cell or None for cell in line] for line in csv.reader(text.splitlines(), delimiter=";")])


def _rows(lines: list[list[object]]) -> list[Row]:
    if not lines:
        return []
    headings = ["" if h is None else str(h).strip().lower() for h in lines[0]]
    return [
        dict(zip(headings, line, strict=False))
        for line in lines[1:]
        if any(value is not None and str(value).strip() for value in line)
    ]


def text(value: object) -> str:
    """Return a cell as text without surrounding blanks; a whole number without its decimals."""
    if value is None:
        return ""
    if isinstance(value, float) and value == int(value):
        return str(int(value))
    return str(value).strip()


def day(value: object) -> dt.date | None:
    """Return a cell as a day.

    Raises
    ------
    ValueError
        Something stands there, but no day.
    """
    if isinstance(value, dt.datetime):
        return value.date()
    if isinstance(value, dt.date):
        return value
    written = text(value)
    if not written:
        return None
    if found := re.fullmatch(r"(\d{1,2})\.(\d{1,2})\.(\d{4})", written):
        d, m, y = map(int, found.groups())
        return dt.date(y, m, d)
    if found := re.fullmatch(r"(\d{4})-(\d{2})-(\d{2})", written):
        y, m, d = map(int, found.groups())
        return dt.date(y, m, d)
    raise ValueError(written)


def number(value: object) -> Decimal | None:
    """Return a cell as the decimal number it shows, German or English; ``None`` when blank."""
    written = repr(value) if isinstance(value, float) else text(value)
    return Decimal(written.replace(",", ".")) if written else None
