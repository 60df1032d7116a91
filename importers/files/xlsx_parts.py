"""Looks through the parts of an xlsx file before the Excel reader may open it.

The reader takes the sizes a file claims at face value, and it returns nothing at all for cells with
an error or with a formula that was never calculated. Both are found here, in one pass over the bytes.
"""

from __future__ import annotations

import html
import re
import zipfile
import zlib
from io import BytesIO
from typing import TYPE_CHECKING, Final, TypeAlias

from importers.files.cell import Odd
from importers.files.grid import UNCALCULATED
from importers.files.limits import MAX_TEXT, check_entities, check_parts, check_sheets, check_size
from importers.findings import UnreadableError

if TYPE_CHECKING:
    from collections.abc import Iterator

Place: TypeAlias = tuple[int, int]
"""Row and column, counted from 0."""

_CHUNK: Final = 4 * 2**20
_LONGEST_TAG: Final = 2**20
_PROLOGUE: Final = 4096
_LAST: Final = 22
"""Bytes of the last record of a zip file without a comment; no spreadsheet program writes one."""
# Finds the first cell that is not plainly within columns A-Z and rows 1-999,999; all others are harmless.
_FAR_CELL: Final = re.compile(rb"c\s++(?!r=\"[A-Z]\d{1,6}\")")
_ANY_CELL: Final = re.compile(rb"[<:]c\s(?:[^>]*?\s)?r\s*=\s*[\"']([A-Za-z]{0,9})(\d{0,12})([^\"']*)[\"']([^>]*)>")
_FORMULA: Final = rb"<(?:\w+:)?f\b(?:[^>]*/>|[^>]*>[^<]*</(?:\w+:)?f>)"
_UNCALCULATED: Final = re.compile(
    rb"<(?:\w+:)?c\b([^>]*)>\s*" + _FORMULA + rb"\s*(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v>\s*</(?:\w+:)?v>)?\s*</(?:\w+:)?c>"
)
_ERROR: Final = re.compile(
    rb"<(?:\w+:)?c\b([^>]*\bt=[\"']e[\"'][^>]*)>\s*(?:" + _FORMULA + rb")?\s*<(?:\w+:)?v>([^<]*)</(?:\w+:)?v>"
)
_EMPTY_TEXT: Final = re.compile(rb"\bt=[\"']str[\"']")
_TEXTS: Final = re.compile(rb"uniqueCount\s*=\s*[\"']\s*(\d+)")
_PLACE: Final = re.compile(rb"\br=[\"']([A-Z]{1,3})(\d+)[\"']")
_SHEET: Final = re.compile(r"<(?:\w+:)?sheet\b([^>]*)>")
_RELATION: Final = re.compile(r"<(?:\w+:)?Relationship\b([^>]*)>")
_ATTRIBUTE: Final = re.compile(r"([\w:]+)\s*=\s*\"([^\"]*)\"")


def examine(name: str, data: bytes) -> dict[str, dict[Place, Odd]]:
    """Return the cells of each sheet that have no value to read, by sheet name.

    Raises
    ------
    UnreadableError
        If the file is no xlsx file, is damaged, or is beyond the limits of :mod:`importers.files.limits`.
    """
    if data[-_LAST:][:4] != b"PK\x05\x06":
        # Behind such an end two programs may see two lists of parts: we check one, the reader opens the other.
        raise _damaged(name)
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            parts = archive.infolist()
            check_parts(name, parts)
            if "xl/workbook.xml" not in archive.namelist():
                raise UnreadableError(
                    f"Die Datei „{name}“ ist gepackt, aber keine Excel-Arbeitsmappe (.xlsx). "
                    "Bitte speichern Sie die Tabellen in Excel als „.xlsx“ oder laden Sie die CSV-Dateien einzeln."
                )
            odd = {part.filename: _part(name, archive, part) for part in parts if not part.is_dir()}
            paths = _paths(name, archive)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, NotImplementedError, KeyError) as error:
        raise _damaged(name) from error
    return {sheet: odd[path] for sheet, path in paths.items() if odd.get(path)}


def _damaged(name: str) -> UnreadableError:
    return UnreadableError(
        f"Die Datei „{name}“ ist beschädigt oder unvollständig. Bitte speichern Sie sie noch einmal."
    )


def _part(name: str, archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> dict[Place, Odd]:
    """Read one part to its end, which also proves its claimed size and its checksum."""
    odd: dict[Place, Odd] = {}
    texts = part.filename.endswith("sharedStrings.xml")
    formula = b"<f"
    rows = columns = 0
    for piece in _pieces(archive, part):
        if _FAR_CELL.search(piece):
            bottom, right = _extent(piece)
            rows, columns = max(rows, bottom), max(columns, right)
            check_size(name, "", rows, columns)
        check_entities(name, piece)
        if texts:
            if (declared := _TEXTS.search(piece[:_PROLOGUE])) and int(declared[1]) > part.file_size:
                raise ValueError("more shared texts than bytes: the reader would reserve memory for all of them")
            if max(map(len, piece.split(b"</si>"))) > MAX_TEXT:
                raise UnreadableError(f"Die Datei „{name}“ hat eine Zelle mit zu langem Text. Bitte kürzen Sie sie.")
            continue
        if b":worksheet" in piece[:_PROLOGUE]:
            formula = b":f"
        if formula in piece or b't="e"' in piece or b"t='e'" in piece:
            odd.update(_odd_cells(piece))
    return odd


def _pieces(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> Iterator[bytes]:
    """Yield a part in pieces that end at the end of a cell or before a tag."""
    rest = b""
    with archive.open(part) as stream:
        while chunk := stream.read(_CHUNK):
            if not rest and chunk.startswith((b"\xff\xfe", b"\xfe\xff")) and part.filename.endswith(".xml"):
                raise ValueError("UTF-16 inside a workbook hides its cell references")
            chunk = rest + chunk
            cut = max(chunk.rfind(b"</c>") + 4, chunk.rfind(b"</si>") + 5)
            if cut <= len("</si>"):
                cut = chunk.rfind(b"<", max(1, len(chunk) - _LONGEST_TAG))
            if cut < 0:
                cut = len(chunk)
            yield chunk[:cut]
            rest = chunk[cut:]
    if rest:
        yield rest


def _extent(piece: bytes) -> Place:
    """Return the last row and column in use, counted from 1; cells without content do not count."""
    cells = _ANY_CELL.findall(piece)
    if any(strange for _, _, strange, _ in cells):
        raise ValueError("a cell reference is neither letters nor digits")
    filled = [(letters, int(digits or 0)) for letters, digits, _, tail in cells if not tail.endswith(b"/")]
    if not filled:
        return 0, 0
    columns = {letters for letters, _ in filled}
    return max(row for _, row in filled), max(_column(letters.upper()) for letters in columns) + 1


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number - 1


def _odd_cells(piece: bytes) -> Iterator[tuple[Place, Odd]]:
    for match in _UNCALCULATED.finditer(piece):
        # t="str" with an empty value is a formula whose result is the empty text: a blank cell.
        if not _EMPTY_TEXT.search(match[1]) and (place := _PLACE.search(match[1])):
            yield (int(place[2]) - 1, _column(place[1])), Odd(UNCALCULATED)
    for match in _ERROR.finditer(piece):
        if place := _PLACE.search(match[1]):
            yield (int(place[2]) - 1, _column(place[1])), Odd(match[2].decode("utf-8", "replace"))


def _paths(name: str, archive: zipfile.ZipFile) -> dict[str, str]:
    """Return the path of the part behind each sheet name."""
    book = archive.read("xl/workbook.xml").decode("utf-8", "replace")
    links = targets(archive, "xl/_rels/workbook.xml.rels")
    paths: dict[str, str] = {}
    tags = _SHEET.findall(book)
    check_sheets(name, len(tags))
    for tag in tags:
        attributes = dict(_ATTRIBUTE.findall(tag))
        link = next((value for key, value in attributes.items() if key.endswith(":id")), "")
        paths[html.unescape(attributes.get("name", ""))] = links.get(link, "")
    return paths


def targets(archive: zipfile.ZipFile, relations: str) -> dict[str, str]:
    """Return the path of the part behind each relation of a workbook."""
    paths: dict[str, str] = {}
    for tag in _RELATION.findall(archive.read(relations).decode("utf-8", "replace")):
        attributes = dict(_ATTRIBUTE.findall(tag))
        target = attributes.get("Target", "")
        paths[attributes.get("Id", "")] = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
    return paths
