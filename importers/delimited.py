"""Text files with separators (CSV) as grids of text cells."""

from __future__ import annotations

import csv
import io
from collections import Counter
from itertools import islice
from pathlib import PurePath
from typing import TYPE_CHECKING, Final

import numpy as np

from importers.findings import UnreadableError
from importers.grid import Grid
from importers.guard import check_size

if TYPE_CHECKING:
    from collections.abc import Callable

_DELIMITERS: Final = (";", ",", "\t", "|")
_SAMPLE: Final = 2**20
_SAMPLE_RECORDS: Final = 300
_BOMS: Final = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))


def read(name: str, data: bytes, known: Callable[[list[str]], int]) -> Grid:
    """Return a text file as one grid.

    Parameters
    ----------
    known
        Says how many headings of ours a record holds; decides between separators.

    Raises
    ------
    UnreadableError
        If the text cannot be decoded or its quotes do not close.
    """
    text = decode(name, data)
    first, _, rest = text.partition("\n")
    mark = first.strip().strip('"')
    delimiter = ""
    if mark.lower().startswith("sep=") and len(mark) == len("sep=") + 1:
        delimiter, text = mark[-1], rest
    elif first.rstrip("\r").lower().strip('"') == "sep=\t":
        delimiter, text = "\t", rest
    try:
        records = _records(text, delimiter or find_delimiter(text[:_SAMPLE], known))
    except csv.Error as error:
        raise UnreadableError(
            f"Die Datei „{name}“ lässt sich nicht in Zellen teilen: Vermutlich fehlt ein schließendes "
            "Anführungszeichen. Bitte exportieren Sie sie noch einmal."
        ) from error
    stem = PurePath(name).stem
    width = max(map(len, records), default=0)
    check_size(name, stem, len(records), width)
    cells = np.empty((len(records), width), dtype=object, order="F")
    if any(len(record) != width for record in records):
        records = [record + [""] * (width - len(record)) for record in records]
    if width:
        cells[:] = records
    return Grid(name, stem, cells, from_text=True)


def _records(text: str, delimiter: str) -> list[list[str]]:
    """Return all records; a quote that never closes is refused, since it would swallow the rows below it."""
    try:
        return list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
    except csv.Error as error:
        if "expected after" not in str(error):
            raise
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))


def decode(name: str, data: bytes) -> str:
    """Return the text: byte order mark, else UTF-8 if the whole file is, else Windows-1252.

    Raises
    ------
    UnreadableError
        If none of them fits every byte.
    """
    try:
        for bom, encoding in _BOMS:
            if data.startswith(bom):
                return data[len(bom) :].decode(encoding)
        try:
            return data.decode("utf-8")
        except UnicodeDecodeError:
            return data.decode("cp1252")
    except UnicodeDecodeError as error:
        raise UnreadableError(
            f"Die Zeichen der Datei „{name}“ sind nicht lesbar. Bitte speichern Sie sie als „CSV UTF-8“."
        ) from error


def find_delimiter(text: str, known: Callable[[list[str]], int]) -> str:
    """Return the separator that finds most of our headings, then the one with the most equal rows.

    Raises
    ------
    csv.Error
        If the sample cannot be parsed with any of them.
    """
    best, best_score = "", (-1, -1.0, -1)
    failure: csv.Error | None = None
    for delimiter in _DELIMITERS:
        try:
            records = list(islice(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), _SAMPLE_RECORDS))
        except csv.Error as error:
            failure = error
            continue
        counts = Counter(len(record) for record in records if any(record))
        width, rows = max(counts.items(), key=lambda pair: (pair[1], pair[0]), default=(0, 0))
        share = rows / max(1, counts.total()) if width > 1 else 0.0
        score = (max(map(known, records[:20]), default=0), share, width)
        if score > best_score:
            best, best_score = delimiter, score
    if not best:
        raise failure or csv.Error("no record")
    return best
