"""Looks through an ods file: sizes before the reader unfolds repeated cells, errors, and merged cells."""

from __future__ import annotations

import html
import re
import zipfile
from io import BytesIO
from typing import TYPE_CHECKING, Final

from importers.files.cell import Formatted
from importers.files.grid import ERRORS, UNCALCULATED
from importers.files.limits import MAX_COLUMNS, MAX_ROWS, check_entities, check_parts, check_sheets, check_size
from importers.files.sandbox.page import Oddities

if TYPE_CHECKING:
    from collections.abc import Iterator

_BETWEEN: Final = re.compile(rb">\s+(?=</?(?:table|office|draw):|<text:p[\s>/])")
"""Not those within a text, which people wrote."""
_TABLE: Final = re.compile(rb"<table:table\s")
_END: Final = b"</table:table>"
_ROW, _ROW_END = b"<table:table-row", b"</table:table-row>"
_CELL: Final = re.compile(
    rb"<table:(?:covered-)?table-cell\b([^>]*?)(?:/>|>(.*?)</table:(?:covered-)?table-cell>)", re.DOTALL
)
_NUMBER: Final = {
    name: re.compile(rb"\btable:number-" + name + rb"=[\"'](\d{1,9})[\"']")
    for name in (b"rows-repeated", b"columns-repeated", b"rows-spanned", b"columns-spanned")
}
_COLUMN: Final = re.compile(rb"<table:table-column\b[^>]*>")
_HIDDEN: Final = re.compile(rb"table:visibility=[\"'](?:collapse|filter)[\"']")
_STYLE: Final = re.compile(rb"<style:style\b[^>]*style:name=\"([^\"]+)\"[^>]*>(.*?)</style:style>", re.DOTALL)
_STRUCK: Final = re.compile(rb"text-line-through-(?:style|type)=\"(?!none)")
_VALUE: Final = re.compile(rb"office:value=[\"'](-?\d[\d.]{0,30})[\"']")
_FORMATTED: Final = re.compile(rb"value-type=\"float\"[^>]*>\s*<text:p[^>]*>(?:0\d|\d+[.,]\d*0<|[^\W\d]|\d+-)")
_TELLS: Final = re.compile(r"0\d+|\d+[.,]\d*0|[^\W\d]+[ .\-]?\d+|\d+(?:-\d+)+")
_SAID: Final = re.compile(rb"<text:p[^>]*>(.*?)</text:p>", re.DOTALL)
_TAG: Final = re.compile(rb"<[^>]*>")
_TELLING: Final = (b"error", b"-spanned", b"table:formula", b">#")


def is_locked(data: bytes) -> bool:
    """Return whether the manifest lists encrypted parts."""
    with zipfile.ZipFile(BytesIO(data)) as archive:
        parts = archive.namelist()
        return "META-INF/manifest.xml" in parts and b"encryption-data" in archive.read("META-INF/manifest.xml")


def usual(name: str, data: bytes) -> bytes:
    """Return the same document without blanks between its tags, over which the reader stumbles.

    Raises
    ------
    UnreadableError
        If it is beyond the limits.
    """
    with zipfile.ZipFile(BytesIO(data)) as archive:
        check_parts(name, archive.infolist())
        content = archive.read("content.xml")
        if not _BETWEEN.search(content):
            return data
        buffer = BytesIO()
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as new:
            for part in archive.infolist():
                new.writestr(
                    part.filename, _BETWEEN.sub(b">", content) if part.filename == "content.xml" else archive.read(part)
                )
    return buffer.getvalue()


def scan(name: str, data: bytes) -> list[Oddities]:
    """Return what the cells of each sheet hide, sheet by sheet.

    A formula with neither value nor text was never calculated; LibreOffice keeps an empty text where the result is
    blank.

    Raises
    ------
    UnreadableError
        If the file is damaged or a sheet unfolds to more than the limits.
    """
    with zipfile.ZipFile(BytesIO(data)) as archive:
        check_parts(name, archive.infolist())
        content = archive.read("content.xml")
        check_entities(name, content)
    starts = [match.start() for match in _TABLE.finditer(content)]
    check_sheets(name, len(starts))
    telling = tuple(word for word in _TELLING if word in content)
    struck = _struck_out(content)
    formatted = _FORMATTED.search(content) is not None
    oddities = []
    for start in starts:
        end = content.find(_END, start)
        end = end if end >= 0 else len(content)
        oddities.append(_sheet(name, content, (start, end), telling))
        _note_unseen(oddities[-1], content, (start, end), struck, formatted=formatted)
    return oddities


def _struck_out(content: bytes) -> re.Pattern[bytes] | None:
    """Return a pattern of filled cells whose style strikes their text out, None if there is no such style."""
    names = [match[1] for match in _STYLE.finditer(content) if _STRUCK.search(match[2])]
    if not names:
        return None
    styles = b"|".join(map(re.escape, names))
    return re.compile(rb"<table:table-cell\b[^>]*table:style-name=\"(?:" + styles + rb")\"[^>]*>\s*<text:p")


def _note_unseen(
    oddities: Oddities,
    content: bytes,
    span: tuple[int, int],
    struck: re.Pattern[bytes] | None,
    *,
    formatted: bool,
) -> None:
    """Note hidden and struck-out rows, hidden columns, and numbers whose cells show more than the number."""
    first_row = content.find(_ROW, *span)
    column = 0
    for tag in _COLUMN.findall(content, span[0], max(first_row, span[0])):
        times = _number(b"columns-repeated", tag)
        if _HIDDEN.search(tag):
            oddities.hidden_columns.extend(range(column, min(column + times, MAX_COLUMNS)))
        column += times
    if not (struck or formatted or _HIDDEN.search(content, *span)):
        return
    row = 0
    for attributes, cells in _rows(content, *span):
        times = _number(b"rows-repeated", attributes)
        if b"<text:p" in cells:
            rows = range(row, row + min(times, MAX_ROWS))
            if _HIDDEN.search(attributes):
                oddities.hidden_rows.extend(rows)
            if struck and struck.search(cells):
                oddities.struck_rows.extend(rows)
            if formatted and _FORMATTED.search(cells):
                for place, columns, number in _formatted(cells):
                    oddities.values.update({(r, c): number for r in rows for c in range(place, place + columns)})
        row += times


def _formatted(cells: bytes) -> Iterator[tuple[int, int, Formatted]]:
    """Yield position, repetitions and number of the cells that show leading zeros, fixed decimals or text around it."""
    for column, times, attributes, content in _cells(cells):
        value, said = _VALUE.search(attributes), _SAID.search(content)
        if value and said and b'value-type="float"' in attributes:
            shown = html.unescape(_TAG.sub(b"", said[1]).decode("utf-8", "replace"))
            number = float(value[1])
            digits = re.sub(r"[^0-9,.]", "", shown).replace(",", ".")
            if _TELLS.fullmatch(shown) and digits and (float(digits) == number or not digits.count(".")):
                yield column, times, Formatted(number, shown)


def _sheet(name: str, content: bytes, span: tuple[int, int], telling: tuple[bytes, ...]) -> Oddities:
    oddities = Oddities()
    row = bottom = right = 0
    for attributes, cells in _rows(content, *span):
        times = _number(b"rows-repeated", attributes)
        last = max(cells.rfind(b"<text:p"), cells.rfind(b"office:value-type="))
        if last >= 0:
            bottom = row + times
            right = max(right, _width(cells, last))
            check_size(name, "", bottom, right)
            if any(word in cells for word in telling):
                _note(oddities, row, times, cells)
        row += times
    return oddities


def _rows(content: bytes, position: int, end: int) -> Iterator[tuple[bytes, bytes]]:
    """Yield attributes and cells of each row. Found by plain searching: an expression takes five times as long."""
    while (start := content.find(_ROW, position, end)) >= 0:
        close = content.find(b">", start, end)
        if content[start + len(_ROW)] == ord("s"):  # a group of rows
            position = start + len(_ROW)
        elif close < 0 or content[close - 1] == ord("/"):
            yield content[start:close], b""
            position = max(close, start + 1)
        else:
            position = content.find(_ROW_END, close, end)
            position = position if position >= 0 else end
            yield content[start:close], content[close + 1 : position]


def _number(name: bytes, attributes: bytes) -> int:
    match = _NUMBER[name].search(attributes)
    return int(match[1]) if match else 1


def _width(cells: bytes, last: int) -> int:
    """Return the number of columns up to the cell with the last content; LibreOffice fills rows up with blank ones."""
    filled = cells[: cells.find(b">", last)]
    if b"columns-repeated" not in filled:
        return filled.count(b"<table:table-cell") + filled.count(b"<table:covered-table-cell")
    width = 0
    for column, times, attributes, content in _cells(cells):
        if content or b"office:" in attributes:
            width = column + times
    return width


def _cells(cells: bytes) -> Iterator[tuple[int, int, bytes, bytes]]:
    column = 0
    for match in _CELL.finditer(cells):
        times = _number(b"columns-repeated", match[1])
        yield column, times, match[1], match[2] or b""
        column += times


def _note(oddities: Oddities, row: int, rows: int, cells: bytes) -> None:
    for column, columns, attributes, content in _cells(cells):
        down, across = _number(b"rows-spanned", attributes), _number(b"columns-spanned", attributes)
        if down > 1 or across > 1:
            oddities.merged.append((row, column, row + down - 1, column + across - 1))
        if shown := _odd(attributes, content):
            oddities.odd.update(
                {(r, c): shown for r in range(row, row + rows) for c in range(column, column + columns)}
            )


def _odd(attributes: bytes, content: bytes) -> str:
    """Return what a cell without a value shows, "" for all others."""
    match = _SAID.search(content)
    text = html.unescape(_TAG.sub(b"", match[1]).decode("utf-8", "replace")) if match else ""
    if text in ERRORS:
        return text
    if b'value-type="error"' in attributes:
        return text or "#NV"
    if b"table:formula=" in attributes and b"office:value-type=" not in attributes and b"<text:p" not in content:
        return UNCALCULATED
    return ""
