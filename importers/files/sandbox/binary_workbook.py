"""Looks through the parts of an xlsb file: errors, merged cells, and days the reader takes for plain numbers."""

from __future__ import annotations

import re
import struct
import zipfile
from datetime import date, time, timedelta
from io import BytesIO
from typing import Any, Final, NamedTuple

from importers.files.cell import Formatted
from importers.files.grid import ERROR_CODES
from importers.files.limits import MAX_COLUMNS, check_parts, check_sheets, check_size
from importers.files.number_formats import BUILT_IN, shown_number
from importers.files.package import Package
from importers.files.sandbox.binary_package import records
from importers.files.sandbox.page import Oddities

_ROW, _BLANK, _SMALL, _ERROR, _SHARED_TEXT, _ERROR_FORMULA, _TEXT, _COLUMNS = 0, 1, 2, 3, 7, 11, 19, 60
_TEXTS, _NUMBERS = frozenset({6, 8}), frozenset({2, 5, 9})
_ROW_FLAGS, _ROW_IS_HIDDEN = 11, 0x10
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
        package = Package(archive)
        main = package.read(package.main)
        links = package.relations(package.main)
        sheets = [links.get(_wide(record, 8)[0]) for kind, record in records(main) if kind == _BUNDLE]
        check_sheets(name, len(sheets))
        texts = package.part(package.related(package.main, "sharedStrings", "sharedstrings.bin"))
        book = _Book(
            *_formats(package.read(package.related(package.main, "styles", "styles.bin"))),
            any(record[0] & 1 for kind, record in records(main) if kind == _PROPERTIES and record),
            [_wide(record, 1)[0] != "" for kind, record in records(archive.read(texts)) if kind == _TEXT]
            if texts
            else [],
        )
        parts = [package.part(link.target) if link else None for link in sheets]
        return [_sheet(name, archive.read(part), book) if part else Oddities() for part in parts]


class _Book(NamedTuple):
    """What all sheets have in common.

    Attributes
    ----------
    kinds, codes
        Of each cell style: "d" for days and times, "[h]" for durations, "" for all else; and its format.
    old_mac
        Whether days are counted from 1904.
    texts
        Whether each shared text has letters.
    """

    kinds: list[str]
    codes: list[str]
    old_mac: bool
    texts: list[bool]


def _wide(record: bytes, start: int) -> tuple[str, int]:
    """Return the text at a position and the position behind it."""
    (length,) = struct.unpack_from("<I", record, start)
    end = start + 4 + 2 * length
    return record[start + 4 : end].decode("utf-16-le", "replace"), end


def _formats(styles: bytes) -> tuple[list[str], list[str]]:
    """Return the kind and the format of each cell style, as :class:`_Book` has them."""
    custom: dict[int, str] = {}
    codes: dict[int, str] = dict(BUILT_IN)
    kinds: list[str] = []
    numbers: list[int] = []
    inside = False
    for kind, record in records(styles):
        if kind == _FORMAT:
            code = _QUOTED.sub("", _wide(record, 2)[0]).split(";")[0]
            plain = "" if code.casefold() == "general" else code
            temporal = "[h]" if _ELAPSED.search(plain) else "d" if _TEMPORAL.search(plain) else ""
            custom[struct.unpack_from("<H", record)[0]] = temporal
            codes[struct.unpack_from("<H", record)[0]] = _wide(record, 2)[0]
        elif kind in {_STYLES, _STYLES_END}:
            inside = kind == _STYLES
        elif kind == _STYLE and inside:
            number = struct.unpack_from("<H", record, 2)[0]
            kinds.append(custom.get(number, _BUILT_IN.get(number, "")))
            numbers.append(number)
    return kinds, [codes.get(number, "") for number in numbers]


def _sheet(name: str, part: bytes, book: _Book) -> Oddities:
    oddities = Oddities()
    row = bottom = right = 0
    for kind, record in records(part):
        if kind == _ROW:
            (row,) = struct.unpack_from("<I", record)
            if len(record) > _ROW_FLAGS and record[_ROW_FLAGS] & _ROW_IS_HIDDEN:
                oddities.hidden_rows.append(row)
        elif kind == _COLUMNS:
            first, last, _, _, flags = struct.unpack_from("<4IH", record)
            if flags & 1:
                oddities.hidden_columns.extend(range(first, min(last + 1, MAX_COLUMNS)))
        elif kind == _MERGE:
            top, low, left, far = struct.unpack_from("<4I", record)
            oddities.merged.append((top, left, low, far))
        elif kind in _CELLS:
            column, style = struct.unpack_from("<II", record)
            bottom, right = max(bottom, row + 1), max(right, column + 1)
            oddities.filled += _is_filled(kind, record, book)
            if kind in {_ERROR, _ERROR_FORMULA}:
                oddities.odd[row, column] = ERROR_CODES.get(record[8], "#N/A")
            elif kind in _NUMBERS and (value := _shown(kind, record, style & 0xFFFFFF, book)) is not None:
                oddities.values[row, column] = value
    check_size(name, "", bottom, right)
    return oddities


def _is_filled(kind: int, record: bytes, book: _Book) -> bool:
    """Return whether the reader must find something in a cell."""
    if kind == _SHARED_TEXT:
        number: int = struct.unpack_from("<I", record, 8)[0]
        return number < len(book.texts) and book.texts[number]
    if kind in _TEXTS:
        return bool(struct.unpack_from("<I", record, 8)[0])
    return kind not in {_BLANK, _ERROR, _ERROR_FORMULA}


def _shown(kind: int, record: bytes, style: int, book: _Book) -> Any:
    """Return the value of a number the reader gets wrong, or less than its cell shows; None for all others."""
    if style >= len(book.kinds):
        return None
    whole = kind == _SMALL and record[8] & 3 == 2
    if book.kinds[style]:
        number = struct.unpack_from("<i", record, 8)[0] >> 2
        return _moment(number, book.kinds[style], old_mac=book.old_mac) if whole else None
    value = _small(record) if kind == _SMALL else struct.unpack_from("<d", record, 8)[0]
    shown = shown_number(value, book.codes[style]) if book.codes[style] else None
    return None if shown is None else Formatted(value, shown)


def _small(record: bytes) -> float:
    """Return a number in four bytes: a whole one, or the upper half of one with decimals; maybe a hundredfold."""
    (packed,) = struct.unpack_from("<I", record, 8)
    value = float(struct.unpack_from("<i", record, 8)[0] >> 2)
    if not packed & 2:
        (value,) = struct.unpack("<d", struct.pack("<II", 0, packed & 0xFFFFFFFC))
    return value / 100 if packed & 1 else value


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
