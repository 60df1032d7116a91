"""Writes small xlsb workbooks, record by record as [MS-XLSB] has them; days as whole numbers, as Excel keeps them."""

from __future__ import annotations

import io
import struct
import zipfile
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

EPOCH = datetime(1899, 12, 30)  # noqa: DTZ001
DAY, MOMENT, CLOCK, LENGTH, PADDED = 1, 2, 3, 4, 5
FORMATS = {DAY: 14, MOMENT: 22, CLOCK: 20, LENGTH: 46, PADDED: 200}


@dataclass(frozen=True)
class Error:
    """A cell with an error, as a formula or not."""

    code: int
    formula: bool = True


@dataclass(frozen=True)
class Padded:
    """A number that its cell shows with four digits."""

    value: int


def record(kind: int, data: bytes = b"") -> bytes:
    """Return a record: kind and length in pieces of seven bits."""
    head = bytes([kind]) if kind < 128 else bytes([kind & 0x7F | 0x80, kind >> 7])
    length, size = b"", len(data)
    while True:
        length += bytes([size & 0x7F | (0x80 if size > 127 else 0)])
        size >>= 7
        if not size:
            return head + length + data


def wide(text: str) -> bytes:
    """Return text with its length in letters."""
    return struct.pack("<I", len(text)) + text.encode("utf-16-le")


def cell(column: int, value: Any) -> bytes:
    """Return the record of one cell."""

    def packed_record(kind: int, style: int, data: bytes) -> bytes:
        return record(kind, struct.pack("<II", column, style) + data)

    match value:
        case bool():
            return packed_record(4, 0, bytes([value]))
        case str():
            return packed_record(6, 0, wide(value))
        case Error():
            return packed_record(11 if value.formula else 3, 0, bytes([value.code]) + bytes(10 * value.formula))
        case Padded():
            return packed_record(2, PADDED, struct.pack("<i", value.value << 2 | 2))
        case int():
            return packed_record(2, 0, struct.pack("<i", value << 2 | 2))
        case float():
            return packed_record(5, 0, struct.pack("<d", value))
    if type(value) is date:
        return packed_record(2, DAY, struct.pack("<i", (value - EPOCH.date()).days << 2 | 2))
    style, length = {
        datetime: lambda: (MOMENT, value - EPOCH),
        time: lambda: (CLOCK, timedelta(hours=value.hour, minutes=value.minute)),
        timedelta: lambda: (LENGTH, value),
    }[type(value)]()
    return packed_record(5, style, struct.pack("<d", length / timedelta(days=1)))


def short_cell(value: Any) -> bytes:
    """Return the record of a cell right of another one, as some programs write it: without its column."""
    if value == "":
        return record(12, bytes(4))
    whole = cell(0, value)
    head = 2 if whole[1] < 128 else 3
    return record(whole[0] + 11, whole[head + 4 :])


def sheet(
    rows: list[list[Any]],
    merged: tuple[tuple[int, int, int, int], ...] = (),
    *,
    short: bool = False,
    hidden_row: int = -1,
) -> bytes:
    """Return the part of one sheet."""
    width = max(map(len, rows))
    pieces = [record(129), record(148, struct.pack("<4I", 0, len(rows) - 1, 0, width - 1)), record(145)]
    for number, row in enumerate(rows):
        pieces.append(
            record(0, struct.pack("<I", number) + bytes(7) + bytes([0x10 * (number == hidden_row)]) + bytes(13))
        )
        if short:
            pieces.extend(short_cell(value) if column else cell(0, value) for column, value in enumerate(row))
        else:
            pieces.extend(cell(column, value) for column, value in enumerate(row) if value != "")
    part = b"".join([*pieces, record(146)])
    if merged:
        spans = (record(176, struct.pack("<4I", top, low, left, far)) for top, left, low, far in merged)
        part += record(177, struct.pack("<I", len(merged))) + b"".join(spans) + record(178)
    return part + record(130)


def styles() -> bytes:
    """Return the part with one cell style per format."""
    part = record(278) + record(44, struct.pack("<H", FORMATS[PADDED]) + wide("0000"))
    part += record(617, struct.pack("<I", len(FORMATS) + 1)) + record(47, bytes(16))
    for number in FORMATS.values():
        part += record(47, struct.pack("<HH", 0, number) + bytes(12))
    return part + record(618) + record(279)


def xlsb(
    sheets: dict[str, list[list[Any]]],
    *,
    old_mac: bool = False,
    merged: tuple[tuple[int, int, int, int], ...] = (),
    hidden: tuple[str, ...] = (),
    short: bool = False,
    hidden_row: int = -1,
) -> bytes:
    """Return the sheets as a workbook; ``merged`` holds for each of them."""
    book = record(131) + record(153, struct.pack("<III", old_mac, 0, 0)) + record(143)
    links = ""
    parts = {"xl/styles.bin": styles()}
    for number, (name, rows) in enumerate(sheets.items(), 1):
        book += record(156, struct.pack("<II", name in hidden, number) + wide(f"rId{number}") + wide(name))
        links += f'<Relationship Id="rId{number}" Type="x/worksheet" Target="worksheets/sheet{number}.bin"/>'
        parts[f"xl/worksheets/sheet{number}.bin"] = sheet(rows, merged, short=short, hidden_row=hidden_row)
    parts["xl/workbook.bin"] = book + record(144) + record(132)
    parts["xl/_rels/workbook.bin.rels"] = f"<Relationships>{links}</Relationships>".encode()
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, part in parts.items():
            archive.writestr(path, part)
    return buffer.getvalue()
