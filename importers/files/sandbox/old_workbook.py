"""Looks through the records of an xls file: what the reader does not report, and sizes before it reserves memory."""

from __future__ import annotations

import re
import struct
from io import BytesIO
from typing import TYPE_CHECKING, Final

import olefile

from importers.files.grid import ERROR_CODES, UNCALCULATED
from importers.files.limits import check_sheets, check_size
from importers.files.sandbox.page import Oddities
from importers.findings import UnreadableError

if TYPE_CHECKING:
    from collections.abc import Iterator

_END, _SHEET, _FORMULA, _CELL_ERROR, _MANY = 0x0A, 0x85, 0x06, 0x0205, 0xBD
_FILE_PASS: Final = b"\x2f\x00"
_EARLY: Final = 4
"""It stands right behind the first record, or behind one about write protection."""
_CELLS: Final = frozenset({_FORMULA, 0x0203, 0x0204, 0x0205, 0x027E, 0x00FD, _MANY})
_TELLING: Final = re.compile(rb"\x05\x02\x08\x00.{7}\x01|\x06\x00.{8}[\x02\x03].{5}\xff\xff", re.DOTALL)
"""What a cell with an error, or a formula without a result, must look like. A file without it need not be walked."""
_NO_NUMBER: Final = b"\xff\xff"
_RESULT_ERROR, _RESULT_EMPTY = 2, 3
_CALCULATE_ON_LOAD: Final = 3
"""Both flags of a formula that its writer never calculated."""


def stream(data: bytes) -> bytes:
    """Return the workbook inside an OLE file.

    Raises
    ------
    OSError
        If there is none.
    """
    with olefile.OleFileIO(BytesIO(data)) as ole:
        name = "Workbook" if ole.exists("Workbook") else "Book"
        with ole.openstream(name) as opened:
            content: bytes = opened.read()
    return content


def is_locked(data: bytes) -> bool:
    """Tell whether one of the first records announces encryption."""
    records, position = stream(data), 0
    for _ in range(_EARLY):
        if records[position : position + 2] == _FILE_PASS:
            return True
        position += 4 + int.from_bytes(records[position + 2 : position + 4], "little")
    return False


def scan(name: str, data: bytes) -> list[Oddities]:
    """Return what the cells of each sheet hide, sheet by sheet.

    Errors are reported. A formula never calculated is reported only where its writer marked it and stored no result;
    others carry a result, right or not.

    Raises
    ------
    UnreadableError
        If a cell lies beyond the limits.
    """
    records = stream(data)
    starts = [struct.unpack_from("<I", records, at)[0] for kind, at, _ in _records(records, 0) if kind == _SHEET]
    check_sheets(name, len(starts))
    if any(start >= len(records) for start in starts):
        raise UnreadableError(
            f"Die Datei „{name}“ ist beschädigt oder unvollständig. Bitte speichern Sie sie noch einmal."
        )
    if not _TELLING.search(records):
        return [Oddities() for _ in starts]
    return [_sheet(name, records, start) for start in starts]


def _records(records: bytes, position: int) -> Iterator[tuple[int, int, int]]:
    """Yield kind, position and length of the records from ``position`` to the end of the sheet."""
    while position + 4 <= len(records):
        kind, length = struct.unpack_from("<HH", records, position)
        if kind == _END or position + 4 + length > len(records):
            return
        yield kind, position + 4, length
        position += 4 + length


def _sheet(name: str, records: bytes, start: int) -> Oddities:
    oddities = Oddities()
    bottom = right = -1
    for kind, position, length in _records(records, start):
        if kind not in _CELLS or length < 6:
            continue
        row, column = struct.unpack_from("<HH", records, position)
        bottom = max(bottom, row)
        right = max(right, struct.unpack_from("<H", records, position + length - 2)[0] if kind == _MANY else column)
        if kind == _CELL_ERROR and length >= 8 and records[position + 7]:
            oddities.odd[row, column] = _error(records[position + 6])
        elif kind == _FORMULA and length >= 16 and records[position + 12 : position + 14] == _NO_NUMBER:
            flags = records[position + 14] & _CALCULATE_ON_LOAD
            if records[position + 6] == _RESULT_ERROR:
                oddities.odd[row, column] = _error(records[position + 8])
            elif records[position + 6] == _RESULT_EMPTY and flags == _CALCULATE_ON_LOAD:
                oddities.odd[row, column] = UNCALCULATED
    check_size(name, "", bottom + 1, right + 1)
    return oddities


def _error(code: int) -> str:
    return ERROR_CODES.get(code, "#N/A")
