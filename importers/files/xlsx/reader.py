"""Excel workbooks (.xlsx, .xlsm): the Excel reader gets packages of our own, with some rows of one sheet each.

So it needs memory for these rows alone, whatever the file holds and claims, and it never meets the file itself: neither
the names of its parts nor anything that was not looked through. While it reads some rows, the next are looked through.
"""

from __future__ import annotations

import zipfile
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from python_calamine import CalamineWorkbook, PasswordError

from importers.files.grid import Grid, within
from importers.files.sheet_builder import SheetBuilder
from importers.files.xlsx.parts import XlsxParts, damaged
from importers.files.xlsx.rows import SheetRows
from importers.findings import PasswordNeededError, UnreadableError

if TYPE_CHECKING:
    from concurrent.futures import Future

    from importers.files.sheet_filter import SheetFilter
    from importers.files.xlsx.parts import XlsxSheet
    from importers.files.xlsx.rows import Place, RowBlock

_THREADS: Final = 2
_IN_FLIGHT: Final = 3
"""Blocks that wait or are read: more would only take memory."""
_CONTENT_TYPES: Final = b'<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>'
_KINDS: Final = b"http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_RELATIONS: Final = (
    b'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">%s</Relationships>'
)
_RELATION: Final = b'<Relationship Id="%s" Type="' + _KINDS + b'/%s" Target="%s"/>'
_WORKBOOK: Final = (
    b'<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="' + _KINDS + b'">'
    b'<workbookPr date1904="%d"/><sheets><sheet name="s" sheetId="1" r:id="s"/></sheets></workbook>'
)


class _Read(NamedTuple):
    """A block as the reader gives it: where its first cell is, counted from 0, and its cells."""

    top: int
    left: int
    rows: list[list[Any]]


def read(name: str, data: bytes, wanted: SheetFilter) -> tuple[list[Grid], list[tuple[str, bool]]]:
    """Return the wanted sheets, and name and visibility of all others.

    Raises
    ------
    PasswordNeededError
        If the file is encrypted.
    UnreadableError
        If the file cannot be read or is beyond the limits.
    """
    grids: list[Grid] = []
    others: list[tuple[str, bool]] = []
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive, ThreadPoolExecutor(_THREADS) as pool:
            parts = XlsxParts(name, data, archive)
            for sheet in parts.sheets:
                if not wanted.opens(sheet.name, hidden=not sheet.visible):
                    others.append((sheet.name, sheet.visible))
                else:
                    grids.append(_grid(parts, sheet, pool, wanted.most_cells))
    except PasswordError as error:
        raise PasswordNeededError(name, wrong=False) from error
    except UnreadableError:
        raise
    except Exception as error:
        raise damaged(name) from error
    except BaseException as error:
        # The reader is written in Rust; what it did not foresee arrives as a BaseException of this name.
        if type(error).__name__ != "PanicException":
            raise
        raise damaged(name) from error
    return grids, others


def _grid(parts: XlsxParts, sheet: XlsxSheet, pool: ThreadPoolExecutor, most_cells: int) -> Grid:
    rows = SheetRows(parts, sheet, most_cells)
    built = SheetBuilder(parts.file, sheet.name)
    beside: dict[Place, Any] = {}
    waiting: deque[tuple[RowBlock, Future[_Read | None]]] = deque()
    for block in rows.blocks():
        waiting.append((block, pool.submit(_read, _package(parts, rows.head + block.xml + rows.tail))))
        block.xml = b""
        if len(waiting) >= _IN_FLIGHT:
            _add(built, *waiting.popleft(), beside)
    while waiting:
        _add(built, *waiting.popleft(), beside)
    cells = built.cells(beside)
    merged = within(rows.merged, *cells.shape)
    return Grid(
        parts.file, sheet.name, cells, merged=merged, hidden=not sheet.visible, unseen=rows.unseen(cells.shape[1])
    )


def _add(built: SheetBuilder, block: RowBlock, reading: Future[_Read | None], beside: dict[Place, Any]) -> None:
    """Add a block with the cells of which the reader says nothing; those beside all others are put aside."""
    read = reading.result()
    if read is None:
        beside.update(block.cells)
        return
    height, width = len(read.rows), len(read.rows[0])
    for (row, column), cell in block.cells.items():
        if 0 <= row - read.top < height and 0 <= column - read.left < width:
            read.rows[row - read.top][column - read.left] = cell
        else:
            beside[row, column] = cell
    built.add(read.top, read.left, read.rows, formatted=bool(block.cells))


def _read(package: bytes) -> _Read | None:
    """Return what the reader makes of a block, None if that is nothing."""
    with CalamineWorkbook.from_filelike(BytesIO(package)) as book:
        sheet = book.get_sheet_by_index(0)
        return _Read(*sheet.start, sheet.to_python(skip_empty_area=True)) if sheet.start else None


def _package(parts: XlsxParts, sheet: bytes) -> bytes:
    """Return a workbook with one sheet; nothing is packed."""
    book = {"sharedStrings": parts.texts, "styles": parts.styles_xml}
    links = [(kind, kind, b"%s.xml" % kind) for kind in (key.encode() for key, part in book.items() if part)]
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("[Content_Types].xml", _CONTENT_TYPES)
        archive.writestr("_rels/.rels", _RELATIONS % (_RELATION % (b"b", b"officeDocument", b"xl/workbook.xml")))
        archive.writestr("xl/workbook.xml", _WORKBOOK % parts.from_1904)
        archive.writestr(
            "xl/_rels/workbook.xml.rels",
            _RELATIONS % b"".join(_RELATION % link for link in [*links, (b"s", b"worksheet", b"worksheets/s.xml")]),
        )
        for key, part in book.items():
            if part:
                archive.writestr(f"xl/{key}.xml", part)
        archive.writestr("xl/worksheets/s.xml", sheet)
    return buffer.getvalue()


__all__ = ["read"]
