"""The parts of an xlsx file that say what its sheets are, found by their relationships and checked."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

from importers.files.limits import MAX_TEXT, MAX_TEXTS, check_entities, check_parts, check_sheets
from importers.files.package import Package, attributes, text_of
from importers.files.xlsx.styles import cell_styles
from importers.findings import UnreadableError

if TYPE_CHECKING:
    import zipfile
    from collections.abc import Iterator

_LAST: Final = 22
"""Bytes of the last record of a zip file without a comment; no spreadsheet program writes one."""
_SHEET: Final = re.compile(r"<(?:\w+:)?sheet\b([^>]*)>")
_1904: Final = re.compile(r"<(?:\w+:)?workbookPr\b[^>]*\bdate1904\s*=\s*[\"'](?:1|true)[\"']")
_TEXTS: Final = re.compile(rb"uniqueCount\s*=\s*[\"']\s*(\d+)")
_PROLOGUE: Final = 4096


class XlsxSheet(NamedTuple):
    """A sheet with cells."""

    name: str
    visible: bool
    part: zipfile.ZipInfo


class XlsxParts:
    """What all sheets of a workbook have in common.

    Attributes
    ----------
    file, archive
        Its name, and what it is packed in.
    sheets
        In their order; sheets of charts are none.
    texts, styles_xml
        The parts with shared texts and styles as they stand; nothing where there is none.
    styles
        What the styles say.
    from_1904
        Whether days are counted from 1904.

    Raises
    ------
    UnreadableError
        If the file is no xlsx file or beyond the limits.
    ValueError, KeyError, BadZipFile, zlib.error
        If it is damaged.
    """

    def __init__(self, file: str, data: bytes, archive: zipfile.ZipFile) -> None:
        if data[-_LAST:][:4] != b"PK\x05\x06":
            # Behind such an end two programs may see two lists of parts.
            raise damaged(file)
        check_parts(file, archive.infolist())
        self.file, self.archive = file, archive
        self._package = Package(archive)
        if not self._package.main:
            raise UnreadableError(
                f"Die Datei „{file}“ ist gepackt, aber keine Excel-Arbeitsmappe (.xlsx). "
                "Bitte speichern Sie die Tabellen in Excel als „.xlsx“ oder laden Sie die CSV-Dateien einzeln."
            )
        self._relations = self._package.relations(self._package.main)
        book = self._package.read(self._package.main)
        check_entities(file, book)
        self.from_1904 = bool(_1904.search(text_of(book)))
        self.sheets = list(self._sheets(text_of(book)))
        self.styles_xml = self._package.read(self._package.related(self._package.main, "styles", "styles.xml"))
        check_entities(file, self.styles_xml)
        self.styles = cell_styles(self.styles_xml)
        self.texts = self._read_texts(self._package.related(self._package.main, "sharedStrings", "sharedstrings.xml"))

    def _sheets(self, book: str) -> Iterator[XlsxSheet]:
        tags = _SHEET.findall(book)
        check_sheets(self.file, len(tags))
        for tag in tags:
            one = attributes(tag)
            link = next((value for key, value in one.items() if key.endswith(":id")), "")
            relation = self._relations.get(link)
            part = self._package.part(relation.target) if relation else None
            if relation is None or part is None:
                raise KeyError("a sheet without its part")
            if relation.kind == "worksheet":
                yield XlsxSheet(one.get("name", ""), one.get("state", "visible") == "visible", part)

    def _read_texts(self, path: str) -> bytes:
        part = self._package.part(path)
        if part is None:
            return b""
        if part.file_size > MAX_TEXTS:
            raise UnreadableError(
                f"Die Datei „{self.file}“ enthält zu viel Text. Bitte teilen Sie sie, etwa nach Monaten."
            )
        texts = self.archive.read(part)
        check_entities(self.file, texts)
        if (declared := _TEXTS.search(texts[:_PROLOGUE])) and int(declared[1]) > len(texts):
            raise ValueError("more shared texts than bytes: the reader would reserve memory for all of them")
        if max(map(len, texts.split(b"</si>"))) > MAX_TEXT:
            raise UnreadableError(f"Die Datei „{self.file}“ hat eine Zelle mit zu langem Text. Bitte kürzen Sie sie.")
        return texts


def damaged(name: str) -> UnreadableError:
    """Return the refusal of a file that is not what it should be."""
    return UnreadableError(
        f"Die Datei „{name}“ ist beschädigt oder unvollständig. Bitte speichern Sie sie noch einmal."
    )
