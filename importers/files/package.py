"""An Office file as a package: its parts found by their relationships, never by a name we expect.

Excel opens packages whose parts lie in other folders, are written with backslashes or in another case; so do we.
"""

from __future__ import annotations

import html
import posixpath
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import zipfile

_RELATION: Final = re.compile(r"<(?:\w+:)?Relationship\b([^>]*)>")
_ATTRIBUTE: Final = re.compile(r"([\w:]+)\s*=\s*(?:\"([^\"]*)\"|'([^']*)')")
_USUAL: Final = ("xl/workbook.xml", "xl/workbook.bin")
_MOST_XML: Final = 8 * 2**20
"""Bytes of a part that is read as a whole: relationships, the list of sheets."""


@dataclass(frozen=True, slots=True)
class Relation:
    """What one part says of another.

    Attributes
    ----------
    kind
        Last word of its type: officeDocument, worksheet, sharedStrings, styles ...
    target
        Path of the other part, as :class:`Package` knows it.
    """

    kind: str
    target: str


class Package:
    """The parts of an Office file.

    Attributes
    ----------
    main
        Path of the workbook or the document, "" = there is none.
    """

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self._parts = {_path(part.filename): part for part in archive.infolist() if not part.is_dir()}
        roots = (relation.target for relation in self.relations("").values() if relation.kind == "officeDocument")
        self.main = next((path for path in (*roots, *_USUAL) if path in self._parts), "")

    def part(self, path: str) -> zipfile.ZipInfo | None:
        """Return the entry of a part, None if there is none."""
        return self._parts.get(path)

    def read(self, path: str) -> bytes:
        """Return a small part; nothing where it is missing.

        Raises
        ------
        ValueError
            If it is larger than any such part.
        """
        part = self._parts.get(path)
        if part is None:
            return b""
        if part.file_size > _MOST_XML:
            raise ValueError("a list of parts or sheets without end")
        return self._archive.read(part)

    def relations(self, path: str) -> dict[str, Relation]:
        """Return the relations of a part by their id; "" = the package itself."""
        folder, name = posixpath.split(path)
        found: dict[str, Relation] = {}
        for tag in _RELATION.findall(text_of(self.read(posixpath.join(folder, "_rels", f"{name}.rels")))):
            one = attributes(tag)
            if one.get("TargetMode", "").casefold() != "external":
                kind = one.get("Type", "").rpartition("/")[2]
                found[one.get("Id", "")] = Relation(kind, _path(one.get("Target", ""), folder))
        return found

    def related(self, path: str, kind: str, usual: str) -> str:
        """Return the path of the part with the relation of a kind, else of the one with the usual name beside it."""
        found = (relation.target for relation in self.relations(path).values() if relation.kind == kind)
        return next(found, posixpath.join(posixpath.dirname(path), usual))


def attributes(tag: str) -> dict[str, str]:
    """Return the attributes of a tag by name."""
    return {name: html.unescape(double or single) for name, double, single in _ATTRIBUTE.findall(tag)}


def text_of(part: bytes) -> str:
    """Return a part as text, in the encoding its byte order mark tells."""
    return part.decode("utf-16" if part[:2] in {b"\xff\xfe", b"\xfe\xff"} else "utf-8-sig", "replace")


def _path(written: str, folder: str = "") -> str:
    """Return one spelling of the path of a part; a relative one begins in ``folder``."""
    path = html.unescape(written).replace("\\", "/")
    path = path if path.startswith("/") else posixpath.join("/", folder, path)
    return posixpath.normpath(path).lstrip("/").casefold()
