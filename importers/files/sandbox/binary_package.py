"""An xlsb file as its reader knows it: parts under their usual names, and every cell with its column.

Other programs than Excel leave out the column of a cell that follows another; the reader passes over such cells without
a word.
"""

from __future__ import annotations

import html
import struct
import zipfile
from io import BytesIO
from typing import TYPE_CHECKING, Final

from importers.files.limits import check_parts
from importers.files.package import Package

if TYPE_CHECKING:
    from collections.abc import Iterator

_ROW, _CELLS, _SHORT_CELLS = 0, range(1, 12), range(12, 19)
_NAMES: Final = {"styles": "styles.bin", "sharedStrings": "sharedStrings.bin"}
_RELATION: Final = (
    '<Relationship Id="{}" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/{}" Target="{}"/>'
)


def usual(name: str, data: bytes) -> bytes:
    """Return the same workbook as a package of our own.

    Raises
    ------
    UnreadableError
        If it is beyond the limits.
    KeyError, ValueError, IndexError
        If it is damaged.
    """
    with zipfile.ZipFile(BytesIO(data)) as old:
        check_parts(name, old.infolist())
        package = Package(old)
        parts = {"xl/workbook.bin": package.read(package.main)}
        links = []
        for number, (link, relation) in enumerate(package.relations(package.main).items()):
            if relation.kind == "worksheet" and (part := package.part(relation.target)):
                target = f"worksheets/sheet{number}.bin"
                parts[f"xl/{target}"] = with_columns(old.read(part))
                links.append(_RELATION.format(html.escape(link), "worksheet", target))
        for kind, target in _NAMES.items():
            if part := package.part(package.related(package.main, kind, target.casefold())):
                parts[f"xl/{target}"] = old.read(part)
                links.append(_RELATION.format(kind, kind, target))
    parts["xl/_rels/workbook.bin.rels"] = f"<Relationships>{''.join(links)}</Relationships>".encode()
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w") as new:
        for path, raw in parts.items():
            new.writestr(path, raw)
    return buffer.getvalue()


def with_columns(sheet: bytes) -> bytes:
    """Return a sheet in which every cell says its column."""
    if not any(kind in _SHORT_CELLS for kind, _ in records(sheet)):
        return sheet
    pieces: list[bytes] = []
    column = -1
    for kind, record in records(sheet):
        if kind == _ROW:
            column = -1
        elif kind in _CELLS:
            (column,) = struct.unpack_from("<I", record)
        elif kind in _SHORT_CELLS:
            column += 1
            pieces.append(_record(kind - _SHORT_CELLS.start + _CELLS.start, struct.pack("<I", column) + record))
            continue
        pieces.append(_record(kind, record))
    return b"".join(pieces)


def records(part: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield kind and content of each record of a part."""
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


def _record(kind: int, content: bytes) -> bytes:
    head = bytes([kind]) if kind < 0x80 else bytes([kind & 0x7F | 0x80, kind >> 7])
    size = len(content)
    length = b""
    while True:
        length += bytes([size & 0x7F | (0x80 if size > 0x7F else 0)])
        size >>= 7
        if not size:
            return head + length + content
