"""What kind of file this is: decided by its content, never by its name."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Final

from importers.findings import UnreadableError


class Kind(StrEnum):
    """Kinds of files that can be read."""

    WORKBOOK = "xlsx"
    TEXT = "text"


_ZIP: Final = (b"PK\x03\x04", b"PK\x05\x06")
_OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED: Final = "EncryptedPackage".encode("utf-16-le")
_BOMS_16: Final = (b"\xff\xfe", b"\xfe\xff")
_FOREIGN: Final = {
    b"%PDF": "ein PDF",
    b"\x89PNG": "ein Bild",
    b"\xff\xd8\xff": "ein Bild",
    b"GIF8": "ein Bild",
    b"\x1f\x8b": "ein gepacktes Archiv",
    b"7z\xbc\xaf": "ein gepacktes Archiv",
    b"Rar!": "ein gepacktes Archiv",
}
_HTML: Final = re.compile(rb"<(?:!doctype\s+html|html|table|meta|style)\b", re.IGNORECASE)
_SAVE_AS: Final = "Bitte öffnen Sie sie in Excel und speichern Sie sie als Excel-Arbeitsmappe (.xlsx)."


def kind(name: str, data: bytes) -> Kind:
    """Return the kind of a file from its first bytes.

    Raises
    ------
    UnreadableError
        If it is neither an Excel workbook of today's format nor text; the sentence says what it seems to be.
    """
    if data.startswith(_ZIP):
        return Kind.WORKBOOK
    if data.startswith(_OLE):
        if _ENCRYPTED in data:
            raise UnreadableError(
                f"Die Arbeitsmappe „{name}“ ist mit einem Kennwort geschützt. "
                "Bitte entfernen Sie das Kennwort in Excel und laden Sie die Datei erneut."
            )
        raise UnreadableError(f"Die Datei „{name}“ hat das alte Excel-Format (.xls). {_SAVE_AS}")
    for magic, what in _FOREIGN.items():
        if data.startswith(magic):
            raise UnreadableError(
                f"Die Datei „{name}“ ist {what}, keine Tabelle. Bitte wählen Sie eine Excel- oder CSV-Datei."
            )
    head = data[:4096].removeprefix(b"\xef\xbb\xbf").lstrip()
    if head.startswith(b"<?xml") and b"<html" not in head.lower():
        raise UnreadableError(f"Die Datei „{name}“ ist eine XML-Datei. {_SAVE_AS}")
    if head.startswith(b"<") and _HTML.search(head):
        raise UnreadableError(f"Die Datei „{name}“ ist eine Internetseite (HTML) mit fremder Endung. {_SAVE_AS}")
    if b"\0" in data and not data.startswith(_BOMS_16):
        raise UnreadableError(
            f"Die Datei „{name}“ ist weder eine Excel-Arbeitsmappe noch eine CSV-Datei. "
            "Bitte exportieren Sie sie als „.xlsx“ oder als „CSV UTF-8“."
        )
    return Kind.TEXT
