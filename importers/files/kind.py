"""What kind of file this is: decided by its content, never by its name."""

from __future__ import annotations

import re
import zipfile
from enum import StrEnum
from io import BytesIO
from typing import Final

from importers.files.package import Package
from importers.findings import NoTableError, UnreadableError


class FileKind(StrEnum):
    """Kinds of files that can be read."""

    WORKBOOK = "xlsx"
    BINARY_WORKBOOK = "xlsb"
    OLD_WORKBOOK = "xls"
    OPEN_DOCUMENT = "ods"
    ENCRYPTED = "encrypted"
    ARCHIVE = "zip"
    HTML = "html"
    XML = "xml"
    TEXT = "text"
    OTHER = "no table"
    """Only beside tables in an archive; alone it is refused."""


WORKBOOKS: Final = frozenset(
    {FileKind.WORKBOOK, FileKind.BINARY_WORKBOOK, FileKind.OLD_WORKBOOK, FileKind.OPEN_DOCUMENT}
)

_ZIP: Final = (b"PK\x03\x04", b"PK\x05\x06")
_OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED: Final = "EncryptedPackage".encode("utf-16-le")
_WRITER: Final = "WordDocument".encode("utf-16-le")
_BOMS: Final = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))
_BOMS_32: Final = (b"\xff\xfe\0\0", b"\0\0\xfe\xff")
_FOREIGN: Final = {
    b"%PDF": "ein PDF",
    b"\x89PNG": "ein Bild",
    b"\xff\xd8\xff": "ein Bild",
    b"GIF8": "ein Bild",
    b"\x1f\x8b": "ein gepacktes Archiv",
    b"7z\xbc\xaf": "ein gepacktes Archiv",
    b"Rar!": "ein gepacktes Archiv",
    b"{\\rtf": "ein Textdokument",
}
_HEAD: Final = 4096
_FEWEST_ZEROS: Final = 0.4
"""Share of zeros among the second bytes of a text in UTF-16 whose letters are Latin ones."""
_BEFORE: Final = re.compile(
    r"(?:\s*(?:<\?.*?\?>|<!--.*?-->|<!doctype(?:[^>\[]|\[.*?\])*>))*", re.IGNORECASE | re.DOTALL
)
_FIRST_TAG: Final = re.compile(r"\s*<([A-Za-z_][\w:.-]*)[\s/>]")
_HTML: Final = frozenset(
    {"html", "head", "body", "table", "tr", "meta", "style", "title", "div", "p", "center", "font"}
)
"""A page begins with one of these; "body" further down is a tag of the DAS too."""
_SAVE_AS: Final = "Bitte öffnen Sie sie in Excel und speichern Sie sie als Excel-Arbeitsmappe (.xlsx)."
_PICK: Final = "Bitte wählen Sie eine Excel- oder CSV-Datei."
_BINARY: Final = b"\x83\x01"
"""How the main part of an xlsb file begins; that of an xlsx file has the tag of a workbook."""
_BOOK: Final = re.compile(rb"[<:]workbook[\s>]")
_DOCUMENTS: Final = ("word/", "ppt/", "visio/")
_SPREADSHEET: Final = b"application/vnd.oasis.opendocument.spreadsheet"
_OTHER_XML: Final = {
    "urn:schemas-microsoft-com:office:spreadsheet": "eine XML-Kalkulationstabelle 2003",
    "urn:oasis:names:tc:opendocument:xmlns:office:1.0": "eine unverpackte OpenDocument-Datei (.fods)",
    "http://schemas.microsoft.com/office/2006/xmlPackage": "ein Office-Dokument in einer einzigen XML-Datei",
}


def kind(name: str, data: bytes) -> FileKind:
    """Return the kind of a file.

    Raises
    ------
    UnreadableError
        If it is nothing that can be read; the sentence names what it seems to be. ``NoTableError`` where it is sound.
    """
    if data.startswith(_ZIP):
        return _packed(name, data)
    if data.startswith(_OLE):
        if _ENCRYPTED in data:
            return FileKind.ENCRYPTED
        if _WRITER in data:
            raise NoTableError(f"Die Datei „{name}“ ist ein Textdokument, keine Tabelle. {_PICK}")
        return FileKind.OLD_WORKBOOK
    for magic, what in _FOREIGN.items():
        if data.startswith(magic):
            raise NoTableError(f"Die Datei „{name}“ ist {what}, keine Tabelle. {_PICK}")
    codec, begin = text_codec(data)
    if b"\0" in data and not codec.startswith("utf-16"):
        raise UnreadableError(
            f"Die Datei „{name}“ ist weder eine Excel-Arbeitsmappe noch eine CSV-Datei. "
            "Bitte exportieren Sie sie als „.xlsx“ oder als „CSV UTF-8“."
        )
    return _written(name, data[begin : begin + _HEAD].decode(codec or "latin-1", "ignore").lstrip(" \t\r\n"))


def text_codec(data: bytes) -> tuple[str, int]:
    """Return the codec a text declares and where it begins; "" if it declares none.

    It declares it by a byte order mark, or by the zeros every other byte that Latin letters have in UTF-16.
    """
    if data.startswith(_BOMS_32):
        return "", 0
    for bom, codec in _BOMS:
        if data.startswith(bom):
            return codec, len(bom)
    head = data[:_HEAD]
    for codec, zeros, letters in (("utf-16-le", head[1::2], head[::2]), ("utf-16-be", head[::2], head[1::2])):
        if zeros.count(0) > _FEWEST_ZEROS * len(zeros) and not letters.count(0):
            return codec, 0
    return "", 0


def _written(name: str, head: str) -> FileKind:
    """Tell kinds of text apart by its first letters."""
    if head.startswith("MIME-Version:"):
        raise UnreadableError(f"Die Datei „{name}“ ist eine gespeicherte Internetseite (.mht). {_SAVE_AS}")
    if not head.startswith("<"):
        return FileKind.TEXT
    for mark, what in _OTHER_XML.items():
        if mark in head:
            raise UnreadableError(f"Die Datei „{name}“ ist {what}, auch wenn ihre Endung anders lautet. {_SAVE_AS}")
    before = _BEFORE.match(head)
    start = before.end() if before else 0
    tag = _FIRST_TAG.match(head, start)
    if (tag and tag[1].casefold() in _HTML) or "<!doctype html" in head[:start].casefold():
        return FileKind.HTML
    return FileKind.XML if tag or start or head.startswith(("<?xml", "<!--", "<!DOCTYPE")) else FileKind.TEXT


def _packed(name: str, data: bytes) -> FileKind:
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            package = Package(archive)
            parts = frozenset(archive.namelist())
            mime = archive.open("mimetype").read(100).strip() if "mimetype" in parts else b""
            main = _start(archive, package.part(package.main))
    except Exception as error:
        raise UnreadableError(
            f"Die Datei „{name}“ ist beschädigt oder unvollständig. Bitte speichern Sie sie noch einmal."
        ) from error
    if main.startswith(_BINARY):
        return FileKind.BINARY_WORKBOOK
    if _BOOK.search(main):
        return FileKind.WORKBOOK
    if mime.startswith(_SPREADSHEET):
        return FileKind.OPEN_DOCUMENT
    if mime or main or any(part.startswith(_DOCUMENTS) for part in parts):
        raise NoTableError(f"Die Datei „{name}“ ist ein Textdokument oder eine Präsentation, keine Tabelle. {_PICK}")
    if "Index/Document.iwa" in parts:
        raise UnreadableError(f"Die Datei „{name}“ ist eine Numbers-Datei. Bitte exportieren Sie sie dort nach Excel.")
    return FileKind.ARCHIVE


def _start(archive: zipfile.ZipFile, part: zipfile.ZipInfo | None) -> bytes:
    """Return how a part begins, nothing where there is none."""
    if part is None:
        return b""
    with archive.open(part) as stream:
        return stream.read(_HEAD)
