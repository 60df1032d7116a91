"""The rows of a sheet of an xlsx file, some at a time, before the Excel reader may see them.

The reader reserves memory for the whole rectangle a sheet spans, and it returns nothing at all for cells with an error
or with a formula that was never calculated. So rows and columns are counted here first, rows far apart are parted, and
what the reader leaves out is noted: in one pass over the bytes.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import chain
from typing import TYPE_CHECKING, Final, TypeAlias

from importers.files.cell import Formatted, Odd
from importers.files.grid import UNCALCULATED, Unseen
from importers.files.limits import MAX_CELLS, check_entities, check_size
from importers.files.number_formats import shown_number
from importers.files.package import attributes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from importers.files.xlsx.parts import XlsxParts, XlsxSheet

Place: TypeAlias = tuple[int, int]
"""Row and column, counted from 0."""

_CHUNK: Final = 8 * 2**20
_LONGEST_ROW: Final = 64 * 2**20
_MOST_RECTANGLE: Final = 4_000_000
"""Cells the reader may reserve memory for at once: 32 bytes each."""
_DATA: Final = re.compile(rb"<((?:\w+:)?)sheetData\b[^>]*?(/?)>")
_ROW: Final = re.compile(rb"<row\b(?:[^>]*?\sr\s*=\s*[\"']([^\"']*)[\"'])?[^>]*>")
_OTHER_ROW: Final = re.compile(_ROW.pattern.replace(b"<row", b"[<:]row"))
"""Much slower, and needed where the tags have a prefix."""
_ROW_TAG: Final = re.compile(rb"[<:]row\b([^>]*)>")
_HIDDEN_ROW: Final = re.compile(rb"[<:]row\b([^>]*\shidden=[\"'](?:1|true)[\"'][^>]*)>")
_HIDDEN_COLUMN: Final = re.compile(rb"[<:]col\b([^>]*\shidden=[\"'](?:1|true)[\"'][^>]*)>")
_ANY_CELL: Final = re.compile(rb"[<:]c\s(?:[^>]*?\s)?r\s*=\s*[\"']([A-Za-z]{0,9})(\d{0,12})([^\"']*)[\"']([^>]*)>")
_CELL: Final = re.compile(rb"[<:]c[\s>/]")
_NUMBERLESS: Final = re.compile(rb"[<:]c(?:>|\s(?![^>]*\br\s*=))")
_FORMULA: Final = rb"<(?:\w+:)?f\b(?:[^>]*/>|[^>]*>[^<]*</(?:\w+:)?f>)"
_UNCALCULATED: Final = re.compile(
    rb"<(?:\w+:)?c\b([^>]*)>\s*" + _FORMULA + rb"\s*(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v>\s*</(?:\w+:)?v>)?\s*</(?:\w+:)?c>"
)
_ERROR: Final = re.compile(
    rb"<(?:\w+:)?c\b([^>]*\bt=[\"']e[\"'][^>]*)>\s*(?:" + _FORMULA + rb")?\s*<(?:\w+:)?v>([^<]*)</(?:\w+:)?v>"
)
_EMPTY_TEXT: Final = re.compile(rb"\bt=[\"']str[\"']")
_NO_NUMBER: Final = re.compile(rb"\bt=[\"'](?!n[\"'])")
_PLACE: Final = re.compile(rb"\br=[\"']([A-Z]{1,3})(\d+)[\"']")
_MERGED: Final = re.compile(rb"[<:]mergeCell\b[^>]*\sref=[\"']([A-Z]{1,3})(\d{1,7}):([A-Z]{1,3})(\d{1,7})[\"']")
_STYLE: Final = re.compile(rb"\bs=[\"'](\d+)[\"']")


@dataclass(slots=True)
class RowBlock:
    """Some rows of a sheet.

    Attributes
    ----------
    xml
        The rows as they stand.
    cells
        Cells of which the reader says nothing, or less than they show.
    """

    xml: bytes
    cells: dict[Place, Odd | Formatted] = field(default_factory=dict)


class SheetRows:
    """The rows of one sheet, block by block, and after them what stands around them.

    Attributes
    ----------
    head, tail
        What has to stand before and behind a block so that it is a sheet.
    merged
        First row, first column, last row, last column of merged cells, counted from 0.
    """

    def __init__(self, parts: XlsxParts, sheet: XlsxSheet, most_cells: int = MAX_CELLS) -> None:
        self.head, self.tail = b"", b""
        self.merged: list[tuple[int, int, int, int]] = []
        self._hidden_rows: set[int] = set()
        self._struck_rows: set[int] = set()
        self._hidden_columns: list[tuple[int, int]] = []
        self._file, self._archive, self._styles = parts.file, parts.archive, parts.styles
        self._sheet, self._part, self._most_cells = sheet.name, sheet.part, most_cells
        self._next = 1

    def blocks(self) -> Iterator[RowBlock]:
        """Yield the rows in their order.

        Raises
        ------
        UnreadableError
            If the sheet is beyond the limits.
        ValueError
            If it is damaged.
        """
        for rows in self._pieces():
            yield from self._checked(rows)

    def unseen(self, width: int) -> Unseen:
        """Return what a person does not see of a sheet with so many columns."""
        columns = (range(first, min(last + 1, width)) for first, last in self._hidden_columns)
        return Unseen(frozenset(self._hidden_rows), frozenset(chain(*columns)), frozenset(self._struck_rows))

    def _pieces(self) -> Iterator[bytes]:
        """Yield whole rows; the part is read to its end, which proves the size and checksum it claims."""
        with self._archive.open(self._part) as stream:
            buffer = stream.read(_CHUNK)
            check_entities(self._file, buffer)
            if buffer.startswith((b"\xff\xfe", b"\xfe\xff")):
                raise ValueError("UTF-16 inside a workbook hides its cell references")
            while not (data := _DATA.search(buffer)):
                if len(buffer) > _LONGEST_ROW or not (more := stream.read(_CHUNK)):
                    raise ValueError("a sheet without rows")
                buffer += more
            head, prefix = buffer[: data.end()], data[1]
            self._note_columns(head)
            self.head = _without_dimension(head)
            self.tail = b"</" + prefix + b"sheetData></" + prefix + b"worksheet>"
            buffer = buffer[data.end() :]
            closing, opening = b"</" + prefix + b"sheetData", b"<" + prefix + b"row"
            while not data[2]:
                if (end := buffer.find(closing)) >= 0:
                    yield buffer[:end]
                    buffer = buffer[end:]
                    break
                if (cut := buffer.rfind(opening)) > 0:
                    yield buffer[:cut]
                    buffer = buffer[cut:]
                if len(buffer) > _LONGEST_ROW or not (more := stream.read(_CHUNK)):
                    raise ValueError("a row without end")
                buffer += more
            while more := stream.read(_CHUNK):
                buffer = buffer + more if len(buffer) < _LONGEST_ROW else buffer
            self.merged = [
                (int(top) - 1, column_of(left), int(bottom) - 1, column_of(right))
                for left, top, right, bottom in _MERGED.findall(buffer)
            ]

    def _note_columns(self, head: bytes) -> None:
        for tag in _HIDDEN_COLUMN.findall(head):
            one = attributes(tag.decode("latin-1"))
            self._hidden_columns.append((int(one.get("min", 1)) - 1, int(one.get("max", 1)) - 1))

    def _checked(self, rows: bytes) -> Iterator[RowBlock]:
        """Yield rows as blocks the reader can take: rows that lie far apart are parted."""
        row_tag = _row_tag(rows)
        numbers = row_tag.findall(rows)
        if not numbers:
            return
        if not all(numbers):
            rows, numbers = self._numbered(rows, row_tag, numbers)
        first, last = min(map(int, numbers)), max(map(int, numbers))
        self._next = last + 1
        extent = _plain_extent(rows, row_tag, first, last) or _extent(rows, row_tag, first, last)
        if extent is None:
            return  # formats alone
        height, bottom, width = extent
        check_size(self._file, self._sheet, bottom, width, self._most_cells)
        if height * width > _MOST_RECTANGLE:
            starts = [match.start() for match in row_tag.finditer(rows)]
            if len(starts) == 1:
                raise ValueError("a row whose cells lie in others")
            half = starts[len(starts) // 2]
            self._next = first
            yield from self._checked(rows[:half])
            yield from self._checked(rows[half:])
            return
        block = RowBlock(rows, dict(_odd_cells(rows, prefixed=row_tag is not _ROW)))
        self._note_styles(block)
        if b"hidden=" in rows:
            tags = (_PLACE_OF_ROW.search(tag) for tag in _HIDDEN_ROW.findall(rows))
            self._hidden_rows.update(int(number[1]) - 1 for number in tags if number)
        yield block

    def _numbered(self, rows: bytes, row_tag: re.Pattern[bytes], numbers: list[bytes]) -> tuple[bytes, list[bytes]]:
        """Return rows of which the first has a number, and the numbers of all: each is one more than the one before."""
        if any((tag.count(b'"') + tag.count(b"'")) % 2 for tag in _ROW_TAG.findall(rows)):
            raise ValueError("a tag that ends elsewhere")
        number = self._next - 1
        counted = []
        for written in numbers:
            number = int(written) if written else number + 1
            counted.append(b"%d" % number)
        if not numbers[0]:
            at = row_tag.search(rows)
            assert at
            tag = rows.index(b"row", at.start()) + len(b"row")
            rows = rows[:tag] + b' r="%s"' % counted[0] + rows[tag:]
        return rows, counted

    def _note_styles(self, block: RowBlock) -> None:
        """Note numbers that show more than the number, and rows with text that is struck out."""
        telling = {style for style in (*self._styles.formats, *self._styles.struck) if b's="%d"' % style in block.xml}
        if not telling:
            return
        for match in _styled(frozenset(telling)).finditer(block.xml):
            style, place = _STYLE.search(match[1]), _PLACE.search(match[1])
            if not (style and place):
                continue
            row, column = int(place[2]) - 1, column_of(place[1])
            if int(style[1]) in self._styles.struck:
                self._struck_rows.add(row)
            code = self._styles.formats.get(int(style[1]))
            if code is None or match[2] is None or _NO_NUMBER.search(match[1]):
                continue
            number = float(match[2])
            if (shown := shown_number(number, code)) is not None:
                block.cells[row, column] = Formatted(number, shown)


_PLACE_OF_ROW: Final = re.compile(rb"\sr\s*=\s*[\"'](\d+)[\"']")


@lru_cache(maxsize=64)
def _styled(styles: frozenset[int]) -> re.Pattern[bytes]:
    """Return a pattern of filled cells in these styles, with their tag and what they hold, if it is a number."""
    numbers = b"|".join(b"%d" % style for style in sorted(styles))
    return re.compile(
        rb"[<:]c(\s[^>]*\bs=\"(?:"
        + numbers
        + rb")\"[^>]*(?<!/))>\s*(?:"
        + _FORMULA
        + rb")?\s*(?:<(?:\w+:)?v>([^<]*)<)?"
    )


def _row_tag(rows: bytes) -> re.Pattern[bytes]:
    return _OTHER_ROW if b":c" in rows or b":row" in rows else _ROW


@lru_cache(maxsize=64)
def _not_plain(tag: bytes, letters: bytes, first: int, last: int) -> re.Pattern[bytes]:
    """Return a pattern of cells that are not plainly in columns of these letters and, to a digit, in these rows."""
    rows = []
    for digits in range(len(str(first)), len(str(last)) + 1):
        low = str(first)[0] if digits == len(str(first)) else "1"
        high = str(last)[0] if digits == len(str(last)) else "9"
        rows.append(f"[{low}-{high}]\\d{{{digits - 1}}}")
    return re.compile(tag + rb"c(?:>|\s++(?!r=\"(?:" + letters + rb")(?:" + "|".join(rows).encode() + rb")\"))")


_ONE, _MORE = b"[A-Z]", b"[A-Z]|[A-R][A-Z]|S[A-F]"
"""Letters of the first 26 columns and of the first 500."""
_TWO_LETTERS: Final = re.compile(rb"[<:]c\sr=\"([A-Z]{2})")
_LETTERS: Final = 26


def _plain_extent(rows: bytes, row_tag: re.Pattern[bytes], first: int, last: int) -> tuple[int, int, int] | None:
    """Return how many rows and columns cells may span at most, and the last row; None where that would be too much.

    Every cell has to say plainly where it is; rows are exact to their first digit.
    """
    top, bottom = (10 ** (len(str(row)) - 1) for row in (first, last))
    height = bottom * (int(str(last)[0]) + 1) - top * int(str(first)[0])
    tag, width = b"<" if row_tag is _ROW else b"[<:]", _LETTERS
    if _not_plain(tag, _ONE, first, last).search(rows):
        if _not_plain(tag, _MORE, first, last).search(rows):
            return None
        width = max(map(column_of, set(_TWO_LETTERS.findall(rows)))) + 1
    return (height, last, width) if max(height, last) * width <= min(_MOST_RECTANGLE, MAX_CELLS) else None


def _extent(rows: bytes, row_tag: re.Pattern[bytes], first: int, last: int) -> tuple[int, int, int] | None:
    """Return how many rows and columns filled cells span, and the last row; None if there is no such cell."""
    cells = _ANY_CELL.findall(rows)
    if any(strange for _, _, strange, _ in cells):
        raise ValueError("a cell reference is neither letters nor digits")
    filled = [(letters, int(digits or 0)) for letters, digits, _, tail in cells if not tail.endswith(b"/")]
    width = max((column_of(letters.upper()) + 1 for letters in {letters for letters, _ in filled}), default=0)
    places = [row for _, row in filled]
    if _NUMBERLESS.search(rows):
        width = max([width, *(len(_CELL.findall(row)) for row in row_tag.split(rows) if row)])
        places += [first, last]
    return (max(places) - min(places) + 1, max(places), width) if places else None


def column_of(letters: bytes) -> int:
    """Return the position of a column, counted from 0."""
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number - 1


def _odd_cells(rows: bytes, *, prefixed: bool) -> Iterator[tuple[Place, Odd]]:
    if b"<f" in rows or (prefixed and b":f" in rows):
        for match in _UNCALCULATED.finditer(rows):
            # t="str" with an empty value is a formula whose result is the empty text: a blank cell.
            if not _EMPTY_TEXT.search(match[1]) and (place := _PLACE.search(match[1])):
                yield (int(place[2]) - 1, column_of(place[1])), Odd(UNCALCULATED)
    if b't="e"' in rows or b"t='e'" in rows:
        for match in _ERROR.finditer(rows):
            if place := _PLACE.search(match[1]):
                yield (int(place[2]) - 1, column_of(place[1])), Odd(match[2].decode("utf-8", "replace"))


def _without_dimension(head: bytes) -> bytes:
    """Return the head of a sheet without the size it claims."""
    return re.sub(rb"<(?:\w+:)?dimension\b[^>]*/>", b"", head)
