"""Tables of an HTML page, as many reports call „.xls“; runs in the confined process.

The parser of the standard library knows no entities of the file's own, loads nothing and follows nothing.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any, Final

from importers.files.kind import text_codec
from importers.files.limits import MAX_COLUMNS, MAX_ROWS, check_sheets, check_size
from importers.files.sandbox.page import Oddities, SandboxPage, coded

_CHARSET: Final = re.compile(rb"charset\s*=\s*[\"']?\s*([\w-]+)", re.IGNORECASE)
_WINDOWS: Final = {"iso-8859-1": "cp1252", "latin1": "cp1252", "us-ascii": "cp1252", "iso8859-1": "cp1252"}
"""As browsers do: pages that claim Latin 1 are written on Windows."""
_USUAL: Final = "cp1252"
_HEAD: Final = 4096
_BREAKS: Final = frozenset({"br", "p", "div", "li"})
_SILENT: Final = frozenset({"script", "style", "title", "comment"})


@dataclass(slots=True)
class _Table:
    name: str
    rows: list[list[str]] = field(default_factory=list)
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)
    covered: dict[int, int] = field(default_factory=dict)
    """Column -> first row that no cell from above reaches into."""
    words: list[str] | None = None
    spans: tuple[int, int] = (1, 1)

    def end_cell(self) -> None:
        if self.words is None:
            return
        row, cells = len(self.rows) - 1, self.rows[-1]
        while self.covered.get(len(cells), 0) > row:
            cells.append("")
        column = len(cells)
        down, across = self.spans
        cells.append(_text("".join(self.words)))
        cells.extend([""] * (across - 1))
        check_size(self.name, "", len(self.rows), len(cells))
        if down > 1 or across > 1:
            self.merged.append((row, column, row + down - 1, column + across - 1))
            self.covered.update(dict.fromkeys(range(column, column + across), row + down))
        self.words = None


class _Reader(HTMLParser):
    def __init__(self, name: str) -> None:
        super().__init__(convert_charrefs=True)
        self._name = name
        self.found: list[_Table] = []
        self._open: list[_Table] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _SILENT:
            self._silent += 1
        elif tag == "table":
            self._open.append(_Table(self._name))
            self.found.append(self._open[-1])
            check_sheets(self._name, len(self.found))
        elif not self._open:
            return
        elif tag == "tr":
            self._open[-1].end_cell()
            self._open[-1].rows.append([])
        elif tag in {"td", "th"}:
            table = self._open[-1]
            table.end_cell()
            if not table.rows:
                table.rows.append([])
            attributes = dict(attrs)
            table.spans = (
                _span(attributes.get("rowspan"), MAX_ROWS - len(table.rows)),
                _span(attributes.get("colspan"), MAX_COLUMNS),
            )
            table.words = []
        elif tag in _BREAKS and self._open[-1].words:
            self._open[-1].words.append("\v")

    def handle_endtag(self, tag: str) -> None:
        if tag in _SILENT:
            self._silent = max(0, self._silent - 1)
        elif self._open and tag in {"td", "th", "tr", "table"}:
            self._open[-1].end_cell()
            if tag == "table":
                self._open.pop()

    def handle_data(self, data: str) -> None:
        if self._open and not self._silent and self._open[-1].words is not None:
            self._open[-1].words.append(data)


def prepare(data: bytes) -> None:
    """Load the encoding of a page, while files can still be opened."""
    codecs.lookup(_encoding(data))


def read(name: str, data: bytes) -> list[SandboxPage]:
    """Return the tables of a page in their order, each cell as its text.

    Raises
    ------
    UnreadableError
        If a table is beyond the limits.
    """
    reader = _Reader(name)
    reader.feed(_decoded(data))
    reader.close()
    return [_page(name, table) for table in reader.found]


def _page(name: str, table: _Table) -> SandboxPage:
    table.end_cell()
    width = max(map(len, table.rows), default=0)
    check_size(name, "", len(table.rows), width)
    rows: list[list[Any]] = [row + [""] * (width - len(row)) for row in table.rows]
    merged = [(top, left, min(low, len(rows) - 1), far) for top, left, low, far in table.merged]
    return SandboxPage("", height=len(rows), columns=coded(rows, str), oddities=Oddities(merged=merged))


def _decoded(data: bytes) -> str:
    encoding, begin = text_codec(data)
    if encoding:
        return data[begin:].decode(encoding)
    try:
        return data.decode(_encoding(data))
    except UnicodeDecodeError:
        return data.decode(_USUAL)


def _encoding(data: bytes) -> str:
    """Return the encoding a page claims, or the usual one where the claimed one is unknown."""
    claimed = _CHARSET.search(data[:_HEAD])
    encoding = claimed[1].decode().casefold() if claimed else "utf-8"
    encoding = _WINDOWS.get(encoding, encoding)
    try:
        codecs.lookup(encoding)
        "".encode(encoding)  # not one of bytes to bytes
    except LookupError:
        return _USUAL
    return encoding


def _span(written: str | None, most: int) -> int:
    return max(1, min(int(written), most)) if written and written.strip().isdigit() and len(written) < 8 else 1


def _text(words: str) -> str:
    """Return the text as a browser shows it: blanks and line ends are one blank, breaks are line ends."""
    return "\n".join(" ".join(line.split()) for line in words.split("\v")).strip("\n")
