"""XML from strangers, element by element: nothing is resolved, nothing is loaded, nothing grows beyond a limit.

The parser is expat, as Python brings it. It is handed UTF-8 alone, in one piece: the encoding is decided here, and a
long token is never scanned twice. A document type is refused, and with it every entity, inner or outer, as all of them
need one. No tree is built; what is stored is up to the caller.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, Never, TypeAlias
from xml.parsers import expat

import numpy as np

from importers.findings import UnreadableError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

Tag: TypeAlias = tuple[str, str]
"""Namespace ("" = none) and local name."""

MAX_BYTES: Final = 32 * 2**20
"""A resident takes about 5 KB in a DAS file: room for several thousand."""
MAX_DEPTH: Final = 32
MAX_TAGS: Final = 1_000_000
MAX_ATTRIBUTES: Final = 32
MAX_TOKEN: Final = 2**16
"""Bytes from one "<" to the next: no tag, no value and no text is longer."""

_BOMS: Final = {b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
_BOMS_32: Final = (b"\xff\xfe\0\0", b"\0\0\xfe\xff")
_DECLARED: Final = re.compile(r"\s*<\?xml\s[^>]{0,200}?encoding\s*=\s*[\"']([A-Za-z0-9._-]{1,40})[\"']")
_CODECS: Final = {
    "utf-8": "utf-8",
    "us-ascii": "ascii",
    "ascii": "ascii",
    "iso-8859-1": "latin-1",
    "iso-8859-15": "iso8859-15",
    "windows-1252": "cp1252",
}
_EXPORT: Final = "Bitte exportieren Sie sie aus der Pflegesoftware noch einmal, in UTF-8."
_TOO_MUCH: Final = (
    "Die XML-Datei „{}“ ist zu tief verschachtelt oder hat zu viele Elemente. "
    "Bitte prüfen Sie, ob es die richtige Datei ist."
)


def walk(name: str, data: bytes, start: Callable[[Tag, Mapping[str, str]], None], end: Callable[[], None]) -> None:
    """Call ``start`` with name and attributes of each element, ``end`` where it ends.

    Attributes with a namespace of their own are left out; texts between the elements are not passed on.

    Raises
    ------
    UnreadableError
        If the file is no well-formed XML, uses a document type, or is beyond the limits.
    """
    if len(data) > MAX_BYTES:
        raise UnreadableError(
            f"Die XML-Datei „{name}“ ist größer als {MAX_BYTES // 2**20} MB. "
            "Bitte prüfen Sie, ob es die richtige Datei ist."
        )
    data = _utf8(name, data)
    tags = np.flatnonzero(np.frombuffer(data, dtype=np.uint8) == ord("<"))
    if len(tags) > MAX_TAGS:
        raise UnreadableError(_TOO_MUCH.format(name))
    if len(tags) and int(np.diff(tags, append=len(data)).max()) > MAX_TOKEN:
        raise UnreadableError(
            f"Die XML-Datei „{name}“ enthält einen zu langen Wert. Bitte prüfen Sie, ob es die richtige Datei ist."
        )
    parser = expat.ParserCreate("utf-8", namespace_separator=" ")
    parser.ordered_attributes = True
    depth = 0

    def started(tag: str, attributes: list[str]) -> None:
        nonlocal depth
        depth += 1
        if depth > MAX_DEPTH or len(attributes) > 2 * MAX_ATTRIBUTES:
            raise UnreadableError(_TOO_MUCH.format(name))
        namespace, _, local = tag.rpartition(" ")
        pairs = zip(attributes[::2], attributes[1::2], strict=True)
        start((namespace, local), {key: value for key, value in pairs if " " not in key})

    def ended(_: str) -> None:
        nonlocal depth
        depth -= 1
        end()

    def refuse(*_: object) -> Never:
        raise UnreadableError(
            f"Die XML-Datei „{name}“ enthält einen Dokumenttyp (DOCTYPE) und wird deshalb nicht geöffnet. {_EXPORT}"
        )

    parser.StartElementHandler, parser.EndElementHandler = started, ended
    parser.StartDoctypeDeclHandler = refuse
    try:
        parser.Parse(data, True)  # noqa: FBT003 - expat takes no keywords
    except expat.ExpatError as error:
        raise UnreadableError(_broken(name, error)) from None


def _utf8(name: str, data: bytes) -> bytes:
    """Return the file in UTF-8; the encoding it declares must be true."""
    mark = next((codec for bom, codec in _BOMS.items() if data.startswith(bom)), "")
    if data.startswith(_BOMS_32):
        mark = "utf-32"
    head = data[:1024].decode(mark or "latin-1", "replace")
    match = _DECLARED.match(head)
    if not mark and b"\0" in data[:4]:
        mark = "utf-16 or utf-32 without its mark"
    declared = match[1].lower() if match else ""
    agrees = {"": declared in _CODECS or not declared, "utf-8-sig": declared in {"", "utf-8"}}.get(
        mark, mark == "utf-16" and declared in {"", "utf-16", "utf-16le", "utf-16be"}
    )
    if not agrees:
        reason = f"nennt die Zeichenkodierung „{match[1]}“, die " if match else "hat eine Zeichenkodierung, die "
        raise UnreadableError(f"Die XML-Datei „{name}“ {reason}nicht gelesen wird oder nicht stimmt. {_EXPORT}")
    try:
        return data.decode(mark or _CODECS[declared or "utf-8"]).encode("utf-8")
    except UnicodeError:
        raise UnreadableError(
            f"Die XML-Datei „{name}“ ist nicht in der Zeichenkodierung geschrieben, die sie nennt. {_EXPORT}"
        ) from None


def _broken(name: str, error: expat.ExpatError) -> str:
    codes = expat.errors.codes
    cut = {
        codes[expat.errors.XML_ERROR_NO_ELEMENTS],
        codes[expat.errors.XML_ERROR_UNCLOSED_TOKEN],
        codes[expat.errors.XML_ERROR_PARTIAL_CHAR],
        codes[expat.errors.XML_ERROR_UNCLOSED_CDATA_SECTION],
    }
    if error.code in cut:
        return f"Die XML-Datei „{name}“ bricht in Zeile {error.lineno} ab; sie ist unvollständig. {_EXPORT}"
    if error.code == codes[expat.errors.XML_ERROR_JUNK_AFTER_DOC_ELEMENT]:
        return f"In der XML-Datei „{name}“ steht hinter dem Ende noch etwas (Zeile {error.lineno}). {_EXPORT}"
    return f"Die XML-Datei „{name}“ ist ab Zeile {error.lineno} beschädigt und nicht lesbar. {_EXPORT}"
