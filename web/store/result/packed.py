"""Cells as bytes: a mark, the version of the format, then compressed a head in JSON and the columns, little-endian.

Each column is stored as its distance from its lowest value, in the narrowest unsigned integers that fit. Labels are
written once. Nothing in it can be executed, and any program can read it.
"""

from __future__ import annotations

import json
import zlib
from typing import Any, Final

import numpy as np

from pebem.engine.coded_table import CodedTable, Label

MARK: Final = b"PBC"
VERSION: Final = 1

_HEAD: Final = len(MARK) + 1
_LENGTH: Final = 4
_LEVEL: Final = 3
_WIDEST: Final = "<i8"
_WIDTHS: Final = ("<u1", "<u2", "<u4", _WIDEST)


class FormatError(Exception):
    """Bytes that are no stored result of this program. The message says what to do, in German."""


def pack(cells: CodedTable) -> bytes:
    """Return cells as bytes; labels that do not occur are left out."""
    described: list[list[Any]] = []
    body: list[bytes] = []
    for name, column in cells.columns.items():
        labels: list[Label] | None = None
        values = column.astype(np.int64)
        if name in cells.labels:
            used = np.flatnonzero(np.bincount(values, minlength=len(cells.labels[name])))
            labels = [cells.labels[name][i] for i in used]
            values = np.searchsorted(used, values)
        low, high = (int(values.min()), int(values.max())) if len(values) else (0, 0)
        width = _width(high - low)
        if width == _WIDEST or (low > 0 and _width(high) == width):
            low = 0  # no narrower for it, and quicker to read
        described.append([name, width, low, labels])
        body.append((values - low).astype(width).tobytes())
    head = json.dumps({"rows": len(cells), "columns": described}, ensure_ascii=False, separators=(",", ":")).encode()
    content = len(head).to_bytes(_LENGTH, "little") + head + b"".join(body)
    return MARK + bytes([VERSION]) + zlib.compress(content, _LEVEL)


def unpack(content: bytes) -> CodedTable:
    """Return the cells of :func:`pack`.

    Raises
    ------
    FormatError
        For another version, and for what is damaged.
    """
    if content[: len(MARK)] != MARK or len(content) <= _HEAD:
        raise FormatError(f"{_WHERE} Es trägt nicht die Kennung {MARK.decode()}. {_WHAT_TO_DO}")
    if content[len(MARK)] != VERSION:
        raise FormatError(f"{_WHERE} Es hat Format {content[len(MARK)]}, bekannt ist {VERSION}. {_WHAT_TO_DO}")
    try:
        plain = zlib.decompress(content[_HEAD:])
        start = _LENGTH + int.from_bytes(plain[:_LENGTH], "little")
        head = json.loads(plain[_LENGTH:start])
        columns, labels = {}, {}
        for name, width, low, of_column in head["columns"]:
            values = np.frombuffer(plain, _checked(width), head["rows"], start)
            start += values.nbytes
            columns[name] = values.astype(np.int64) + low if low or width == _WIDEST else values
            if of_column is not None:
                composed = bool(of_column) and isinstance(of_column[0], list)
                labels[name] = tuple(map(tuple, of_column)) if composed else tuple(of_column)
    except (zlib.error, ValueError, KeyError, TypeError) as error:
        raise FormatError(f"{_WHERE} Es ist beschädigt. {_WHAT_TO_DO}") from error
    if start != len(plain):
        raise FormatError(f"{_WHERE} Es ist länger oder kürzer als angegeben. {_WHAT_TO_DO}")
    return CodedTable(columns, labels)


_WHERE: Final = "Ein gespeichertes Auswertungsergebnis ist nicht lesbar."
_WHAT_TO_DO: Final = "Bitte starten Sie die Anwendung neu; sie wertet das Haus dann neu aus."


def _width(span: int) -> str:
    return next((width for width in _WIDTHS if span <= np.iinfo(width).max), _WIDEST)


def _checked(width: str) -> str:
    if width not in _WIDTHS:
        raise ValueError(width)
    return width
