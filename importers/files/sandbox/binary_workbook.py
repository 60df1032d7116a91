"""Looks through the parts of an xlsb file: errors, merged cells, and days the reader takes for plain numbers."""

from __future__ import annotations

import re
import struct
import zipfile
from datetime import date, time, timedelta
from io import BytesIO
from typing import TYPE_CHECKING, Any, Final

from importers.files.grid import ERROR_CODES
from importers.files.limits import check_parts, check_sheets, check_size
from importers.files.sandbox.page import Oddities
from importers.files.xlsx_parts import targets

if TYPE_CHECKING:
    from collections.abc import Iterator

_ROW, _SMALL, _ERROR, _ERROR_FORMULA = 0, 2, 3, 11
_CELLS: Final = frozenset(range(1, 12))
_MERGE, _BUNDLE, _PROPERTIES, _FORMAT = 176, 156, 153, 44
_STYLES, _STYLE, _STYLES_END = 617, 47, 618
_BUILT_IN: Final = dict.fromkeys((*range(14, 23), *range(27, 37), 45, 47, *range(50, 59)), "d") | {46: "[h]"}
_QUOTED: Final = re.compile(r"\"[^\"]*\"|\\.|_.|\*.|\[(?!h+\]|m+\]|s+\])[^\]]*\]", re.IGNORECASE)
_ELAPSED: Final = re.compile(r"\[(?:h+|m+|s+)\]", re.IGNORECASE)
_TEMPORAL: Final = re.compile(r"[ymdhs]", re.IGNORECASE)


def scan(name: str, data: bytes) -> list[Oddities]:
    """Return what the cells of each sheet hide, sheet by sheet.

    A formula never calculated cannot be recognised: the format always stores a result.

    Raises
    ------
    UnreadableError
        If the file is damaged or a cell lies beyond the limits.
    """
    with zipfile.ZipFile(BytesIO(data)) as archive:
        check_parts(name, archive.infolist())
        book = archive.read("xl/workbook.bin")
        links = targets(archive, "xl/_rels/workbook.bin.rels")
        styles = archive.read("xl/styles.bin") if "xl/styles.bin" in archive.namelist() else b""
        sheets = [links.get(_wide(record, 8)[0], "") for kind, record in _records(book) if kind == _BUNDLE]
        check_sheets(name, len(sheets))
        old_mac = any(record[0] & 1 for kind, record in _records(book) if kind == _PROPERTIES and record)
        formats = _formats(styles)
        known = set(archive.namelist())
        return [_sheet(name, archive.read(p), formats, old_mac=old_mac) if p in known else Oddities() for p in sheets]


def _records(part: bytes) -> Iterator[tuple[int, bytes]]:
    position = 0
    while position < len(part):
        kind, position = part[position], position + 1
        if kind & 0x80:
            kind, position = kind & 0x7F | part[position] << 7, position + 1
        length = shift = 0
        while True:
            byte, position = part[position], position + 1
            length |= (byte & 0x7F) << shift
            shift += 7
            if not byte & 0x80 or shift > 21:
                break
        yield kind, part[position : position + length]
        position += length


def _wide(record: bytes, start: int) -> tuple[str, int]:
    """Return the text at a position and the position behind it."""
    (length,) = struct.unpack_from("<I", record, start)
    end = start + 4 + 2 * length
    return record[start + 4 : end].decode("utf-16-le", "replace"), end


def _formats(styles: bytes) -> list[str]:
    """Return for each cell style "d" for days and times, "[h]" for durations, "" for all else."""
    custom: dict[int, str] = {}
    kinds: list[str] = []
    inside = False
    for kind, record in _records(styles):
        if kind == _FORMAT:
            code = _QUOTED.sub("", _wide(record, 2)[0]).split(";")[0]
            plain = "" if code.casefold() == "general" else code
            temporal = "[h]" if _ELAPSED.search(plain) else "d" if _TEMPORAL.search(plain) else ""
            custom[struct.unpack_from("<H", record)[0]] = temporal
        elif kind in {_STYLES, _STYLES_END}:
            inside = kind == _STYLES
        elif kind == _STYLE and inside:
            number = struct.unpack_from("<H", record, 2)[0]
            kinds.append(custom.get(number, _BUILT_IN.get(number, "")))
    return kinds


def _sheet(name: str, part: bytes, formats: list[str], *, old_mac: bool) -> Oddities:
    oddities = Oddities()
    row = bottom = right = 0
    for kind, record in _records(part):
        if kind == _ROW:
            (row,) = struct.unpack_from("<I", record)
        elif kind == _MERGE:
            top, low, left, far = struct.unpack_from("<4I", record)
            oddities.merged.append((top, left, low, far))
        elif kind in _CELLS:
            column, style = struct.unpack_from("<II", record)
            bottom, right = max(bottom, row + 1), max(right, column + 1)
            if kind in {_ERROR, _ERROR_FORMULA}:
                oddities.odd[row, column] = ERROR_CODES.get(record[8], "#N/A")
            elif kind == _SMALL and record[8] & 3 == 2:
                number, style = struct.unpack_from("<i", record, 8)[0] >> 2, style & 0xFFFFFF
                if style < len(formats) and formats[style]:
                    oddities.values[row, column] = _moment(number, formats[style], old_mac=old_mac)
    check_size(name, "", bottom, right)
    return oddities


def _moment(number: int, form: str, *, old_mac: bool) -> Any:
    """Return the day or duration of a whole number; the number itself where there is no such day."""
    if form == "[h]":
        return timedelta(days=number)
    if number == 0 and not old_mac:
        return time(0)
    try:
        return (date(1904, 1, 1) if old_mac else date(1899, 12, 30)) + timedelta(days=number)
    except OverflowError:
        return float(number)
