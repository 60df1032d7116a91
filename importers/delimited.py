"""Text files with separators (CSV) as grids of text cells."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from itertools import islice
from pathlib import PurePath
from typing import TYPE_CHECKING, Final

import numpy as np

from importers.findings import Finding, Severity, UnreadableError
from importers.grid import ERRORS, Grid, Odd
from importers.guard import MAX_COLUMNS, check_size

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_DELIMITERS: Final = (";", ",", "\t", "|")
_SAMPLE: Final = 2**20
_SAMPLE_RECORDS: Final = 300
_SAMPLES, _LONGEST = 3, 40
_UMLAUT: Final = re.compile("[äöüßÄÖÜ]")
_SIGNS: Final = (
    r"[\x80-\x9f\ufffd]"  # control characters that no text has, and what stands for undecodable bytes
    r"|Ã[¤¶¼Ÿ„–œ]"  # UTF-8 read as Windows-1252 and written as UTF-8 once more
    r"|(?<=[^\W\d_])[Ÿ€…†‡„”](?=[^\W\d_])|(?<=[a-z])[§Ÿ]|[€†](?=[a-z])"  # Mac Roman or DOS read as Windows-1252
)
_ODD: Final = re.compile(_SIGNS)
_ODD_WITHOUT_UMLAUTS: Final = re.compile(_SIGNS + r"|(?<=[a-zA-Z])[Šš](?=[a-z])")
"""Names may have these letters, but hardly a German file in which nobody has an umlaut."""
_LOST: Final = re.compile(r"(?<=[^\W\d_])\?(?=[^\W\d_])")
_OTHER_ENCODING: Final = (
    "zeichen-verdaechtig",
    "Einige Buchstaben sehen aus, als sei die Datei mit einer anderen Zeichenkodierung geschrieben.",
    "Prüfen Sie die Beispiele. Stimmen sie nicht, speichern Sie die Datei als „CSV UTF-8“ und laden Sie sie erneut.",
)
_LOST_LETTERS: Final = (
    "zeichen-verloren",
    "In einigen Wörtern steht ein Fragezeichen; dort ging wohl schon beim Export ein Buchstabe verloren.",
    "Prüfen Sie die Beispiele. Exportieren Sie die Datei möglichst als „CSV UTF-8“ oder als Excel-Arbeitsmappe.",
)
_BOMS: Final = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))


def read(name: str, data: bytes, known: Callable[[list[str]], int]) -> tuple[Grid, list[Finding]]:
    """Return a text file as one grid, and doubts about its letters.

    Parameters
    ----------
    known
        Says how many headings of ours a record holds; decides between separators.

    Raises
    ------
    UnreadableError
        If the text cannot be decoded or its quotes do not close.
    """
    text = decode(name, data).rstrip("\x1a")  # what DOS ends files with
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
    findings = suspicions(name, text, records)
    if any(len(record) != width for record in records):
        records = [record + [""] * (width - len(record)) for record in records]
    if width:
        cells[:] = records
    if any(error in text for error in ERRORS):
        for place in zip(*np.nonzero(np.isin(cells, list(ERRORS))), strict=True):
            cells[place] = Odd(cells[place])
    return Grid(name, stem, cells, from_text=True), findings


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


def suspicions(name: str, text: str, records: list[list[str]]) -> list[Finding]:
    """Say where letters look as if the file had another encoding, or were lost before it was written."""
    odd = _ODD if _UMLAUT.search(text) else _ODD_WITHOUT_UMLAUTS
    return [
        *_suspicion(name, records, odd, text, _OTHER_ENCODING),
        *_suspicion(name, records, _LOST, text, _LOST_LETTERS),
    ]


def _suspicion(
    name: str, records: list[list[str]], sign: re.Pattern[str], text: str, said: tuple[str, str, str]
) -> Iterator[Finding]:
    if not sign.search(text):
        return
    found = [
        (number, word)
        for number, record in enumerate(records, 1)
        if (word := next((word for cell in record for word in cell.split() if sign.search(word)), ""))
    ]
    if found:
        code, message, repair = said
        samples = "; ".join(f"Zeile {number}: {word[:_LONGEST]}" for number, word in found[:_SAMPLES])
        yield Finding(Severity.WARNING, code, message, repair, file=name, value=samples, count=len(found))


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
        score = (max((known(record[:MAX_COLUMNS]) for record in records[:20]), default=0), share, width)
        if score > best_score:
            best, best_score = delimiter, score
    if not best:
        raise failure or csv.Error("no record")
    return best
