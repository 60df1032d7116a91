"""``Fehlerhafte Zeilen``: the rows with errors as they stood, to be repaired and uploaded again."""

from __future__ import annotations

import math
from collections import Counter
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any, Final

from importers.files.cell import shown
from importers.files.escaped_text import safe
from importers.sheets.repair_file import REASON, UPLOAD, said_reference
from web.reports.sheets import Styles, workbook

if TYPE_CHECKING:
    from collections.abc import Sequence
    from io import BytesIO
    from pathlib import Path

    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

    from importers.content.faulty_rows import FaultyRow, FaultySheet

SHEET_LIMIT: Final = 1_000_000
"""Most rows of one sheet; the sheet of instructions mentions it where there are more."""

LONGEST: Final = 32_767
"""Characters a cell takes."""

_INSTRUCTIONS: Final = (
    "So geht es weiter",
    f"1. Berichtigen Sie die farbigen Zellen; was zu tun ist, steht in der Spalte „{REASON}“ jeder Zeile.",
    f"2. Speichern Sie die Datei. Lassen Sie die Spalte „{UPLOAD}“ stehen: Sie sagt, wozu die Zeilen gehören.",
    "3. Laden Sie nur diese Datei noch einmal hoch. Was schon übernommen ist, bleibt und zählt nicht doppelt.",
    "Zeilen, die nicht zu retten sind, löschen Sie einfach.",
    "Spalten, die nicht eingelesen werden, fehlen hier: Ihr Inhalt wird nicht aufbewahrt.",
)
_REASON_WIDTH: Final = 90
_REFERENCE_WIDTH: Final = 26
_MARK: Final = "#fce7f3"
_FORMATS: Final = {
    "text": "@",
    "number": "General",
    "day": "dd.mm.yyyy",
    "moment": "dd.mm.yyyy hh:mm:ss",
    "clock": "hh:mm:ss",
    "span": "[h]:mm:ss",
}


def write(path: Path | BytesIO, sheets: Sequence[FaultySheet], reference: str) -> None:
    """Write one sheet for each, named and headed as the importer reads it again.

    Parameters
    ----------
    reference
        Of the upload the rows are from; it is written beside each of them.
    """
    with workbook(path, "Fehlerhafte Zeilen") as book:
        styles = Styles(book)
        left_out, counts = 0, Counter[str]()
        for sheet in sheets:
            counts[sheet.sheet] += 1  # rosters may come in several sheets, with columns of their own
            name = sheet.sheet if counts[sheet.sheet] == 1 else f"{sheet.sheet} {counts[sheet.sheet]}"
            page = book.add_worksheet(name)
            _sheet(page, styles, sheet.headings, sheet.rows[:SHEET_LIMIT])
            _references(page, styles, len(sheet.headings) + 1, len(sheet.rows[:SHEET_LIMIT]), reference)
            left_out += len(sheet.rows[SHEET_LIMIT:]) + sheet.left_out
        guide = book.add_worksheet("Anleitung")
        guide.set_column(0, 0, 110)
        more = (f"{left_out} weitere Zeilen passen nicht in diese Datei.",) if left_out else ()
        for row, text in enumerate((*_INSTRUCTIONS, *more)):
            guide.write_string(row, 0, text, styles() if row else styles.title)


def _sheet(sheet: Worksheet, styles: Styles, headings: Sequence[str], rows: Sequence[FaultyRow]) -> None:
    reasons = len(headings)
    for column, heading in enumerate(headings):
        texts = all(isinstance(row.cells[column], str) for row in rows)
        # What is typed into a column of texts must stay one: 4.10 would become the number 4.1.
        kind = styles(num_format=_FORMATS["text"]) if texts else None
        sheet.set_column(column, column, min(max(len(heading) + 2, 12), 40), kind)
        sheet.write_string(0, column, heading, styles.head)
    sheet.set_column(reasons, reasons, _REASON_WIDTH)
    sheet.write_string(0, reasons, REASON, styles.head)
    several, plain = len({row.file for row in rows}) > 1, styles()
    formats = {
        (kind, marked): styles(num_format=written, **({"bg_color": _MARK} if marked else {}))
        for kind, written in _FORMATS.items()
        for marked in (False, True)
    }
    for number, row in enumerate(rows, start=1):
        for column, cell in enumerate(row.cells):
            kind = _kind(cell)
            _cell(sheet, (number, column), cell, kind, formats[kind, column in row.wrong])
        sheet.write_string(number, reasons, str(safe(_reasons(row, several=several)))[:LONGEST], plain)
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, len(rows), reasons + 1)


def _references(sheet: Worksheet, styles: Styles, column: int, rows: int, reference: str) -> None:
    sheet.set_column(column, column, _REFERENCE_WIDTH)
    sheet.write_string(0, column, UPLOAD, styles.head)
    for row in range(rows):
        sheet.write_string(row + 1, column, said_reference(reference), styles())


def _reasons(row: FaultyRow, *, several: bool) -> str:
    where = f"Zeile {row.number} in „{row.file}“" if several else f"Zeile {row.number}"
    return f"{where}: {' '.join(row.reasons)}"


def _cell(sheet: Worksheet, place: tuple[int, int], cell: Any, kind: str, style: Format) -> None:
    """Write a cell so that it is read again as what it was."""
    if cell == "":
        sheet.write_blank(*place, None, style)
    elif kind == "text":
        sheet.write_string(*place, str(safe(shown(cell)))[:LONGEST], style)
    elif isinstance(cell, bool):
        sheet.write_boolean(*place, cell, style)
    elif kind == "number":
        sheet.write_number(*place, cell, style)
    else:
        sheet.write_datetime(*place, cell, style)


def _kind(cell: Any) -> str:
    """Return how a cell is written: days before Excel's calendar and the like as the text they show."""
    match cell:
        case bool():
            return "number"
        case int() | float() if math.isfinite(cell):
            return "number"
        case datetime() if cell.year > 1900 and cell.time() != time():
            return "moment"
        case date() if cell.year > 1900:
            return "day"
        case time():
            return "clock"
        case timedelta() if cell >= timedelta():
            return "span"
        case _:
            return "text"
