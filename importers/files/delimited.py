"""Text files with separators (CSV) as grids of text cells."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from contextlib import suppress
from itertools import compress, islice
from pathlib import PurePath
from typing import TYPE_CHECKING, Final

import numpy as np

from importers.files import delimited_fast
from importers.files.cell import Odd
from importers.files.grid import ERRORS, Grid
from importers.files.kind import text_codec
from importers.files.limits import MAX_COLUMNS, MAX_ROWS, check_size
from importers.files.row_borders import BorderScan, RowBorders, quoted_lines, without_line_quotes
from importers.files.sheet_builder import SheetBuilder
from importers.files.sheet_cells import SheetCells, objects
from importers.findings import Finding, Severity, UnreadableError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_DELIMITERS: Final = (";", ",", "\t", "|")
_SAMPLE: Final = 2**20
_SAMPLE_RECORDS: Final = 300
_RECORDS_AT_ONCE: Final = 5_000
_LINE: Final = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")
_SAMPLES, _LONGEST = 3, 40
_UMLAUT: Final = re.compile("[äöüßÄÖÜ]")
_SIGNS: Final = (
    r"[\x80-\x9f\ufffd]"  # control characters that no text has, and what stands for undecodable bytes
    r"|Ã[¤¶¼Ÿ„–œ]"  # UTF-8 read as Windows-1252 and written as UTF-8 once more
    r"|(?<=[^\W\d_])[Ÿ€…†‡„”](?=[^\W\d_])|(?<=[a-z])[§Ÿ]|[€†](?=[a-z])"  # Mac Roman or DOS read as Windows-1252
)
_ODD: Final = re.compile(_SIGNS)
_ODD_WITHOUT_UMLAUTS: Final = re.compile(_SIGNS + r"|(?<=[a-zA-Z])[Šš](?=[a-z])")
"""Names may have these letters, but hardly a German file without a single umlaut."""
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
_DOS_SUPPOSED: Final = (
    "zeichen-dos",
    "Die Datei wird gelesen, als sei sie mit einem Programm für DOS geschrieben: Nur so ergeben ihre Umlaute Wörter.",
    "Prüfen Sie Namen mit Umlauten. Stimmen sie nicht, speichern Sie die Datei als „CSV UTF-8“.",
)
_LINES_IN_QUOTES: Final = (
    "zeilen-in-anfuehrungszeichen",
    "Ganze Zeilen stehen in Anführungszeichen, als wären sie je eine Zelle; sie werden ohne sie gelesen.",
    "Nichts zu tun, wenn die Spalten stimmen.",
)
ENCODINGS: Final = {
    "utf-8": "UTF-8 (heute üblich)",
    "cp1252": "Windows, westeuropäisch",
    "mac_roman": "Apple Macintosh",
    "cp850": "DOS",
    "cp1250": "Windows, osteuropäisch",
    "cp1254": "Windows, türkisch",
    "utf-16-le": "UTF-16",
    "utf-16-be": "UTF-16, umgekehrt",
}
"""Codecs a person may choose from, the likeliest first, and what to call them."""

LARGE: Final = 2**20
"""Bytes from which on it pays to look whether a text is regular."""

_UTF8: Final = "utf-8"

DOS: Final = "cp850"
"""Read so only where Windows-1252 cannot be, and a person has to agree."""

_DOS_UMLAUT: Final = re.compile(rb"(?<=[A-Za-z])\x81(?=[a-z])")
"""What stands for ü in DOS, within a word; Windows-1252 has no such letter."""
_ENDS: Final = b"\x1a\r\n"
"""What may stand behind the last row; the first is what DOS ends files with."""


def read(name: str, data: bytes, known: Callable[[list[str]], int], encoding: str = "") -> tuple[Grid, list[Finding]]:
    """Return a text file as one grid, and doubts about its letters.

    Parameters
    ----------
    known
        Returns how many headings of our template a record has; decides between separators.
    encoding
        One of :data:`ENCODINGS`; "" = what the bytes say.

    Raises
    ------
    UnreadableError
        If the text cannot be decoded, its quotes do not close, or there is no such encoding.
    """
    stem = PurePath(name).stem
    if encoding and encoding not in ENCODINGS:
        raise UnreadableError(f"Die Zeichenkodierung „{encoding}“ für die Datei „{name}“ gibt es nicht.")
    try:
        cells, borders, codec, unquoted = _cells(name, data, known, encoding)
    except csv.Error as error:
        raise UnreadableError(
            f"Die Datei „{name}“ lässt sich nicht in Zellen teilen: Vermutlich fehlt ein schließendes "
            "Anführungszeichen. Bitte exportieren Sie sie noch einmal."
        ) from error
    check_size(name, stem, *cells.shape)
    findings = suspicions(name, cells)
    if codec == DOS != encoding:
        findings.append(Finding(Severity.WARNING, *_DOS_SUPPOSED, file=name))
    if unquoted:
        findings.append(Finding(Severity.NOTICE, *_LINES_IN_QUOTES, file=name, count=unquoted))
    cells.columns = [
        (
            codes,
            texts if ERRORS.isdisjoint(texts) else objects([Odd(text) if text in ERRORS else text for text in texts]),
        )
        for codes, texts in cells.columns
    ]
    return Grid(name, stem, cells, from_text=True, encoding=codec, borders=borders), findings


def _cells(
    name: str, data: bytes, known: Callable[[list[str]], int], encoding: str
) -> tuple[SheetCells, RowBorders, str, int]:
    """Return the cells, all of them text, their borders, the codec, and how many whole lines stood in quotes."""
    marked, begin = text_codec(data)
    if len(data) >= LARGE and (encoding or marked or _UTF8) == _UTF8:
        with suppress(UnicodeDecodeError):
            if regular := _regular(data, begin, known):
                return *regular, _UTF8, 0
    text, encoding = decode(name, data, encoding)
    if len(data) >= LARGE and encoding != _UTF8 and (regular := _regular(text.encode(), 0, known)):
        return *regular, encoding, 0
    delimiter, begin = _said(text)
    text = text[begin:].rstrip(_ENDS.decode())
    unquoted = 0
    if any(True for _ in islice(quoted_lines(text), 1)):
        delimiter = delimiter or find_delimiter(_plain_lines(text[:_SAMPLE]), known)
        text, unquoted = without_line_quotes(text, delimiter)
    delimiter = delimiter or find_delimiter(text[:_SAMPLE], known)
    return *_records(name, text, delimiter), encoding, unquoted


def _plain_lines(text: str) -> str:
    """Return a text with all lines without the quotes around the whole of them."""
    pieces, end = [], 0
    for match, line in quoted_lines(text):
        pieces += [text[end : match.start()], line]
        end = match.end()
    return "".join([*pieces, text[end:]])


def _regular(data: bytes, begin: int, known: Callable[[list[str]], int]) -> tuple[SheetCells, RowBorders] | None:
    """Return the cells of a large text in UTF-8 and their borders, None if it has to be looked at sign by sign."""
    end = len(data)
    while end > begin and data[end - 1] in _ENDS:  # to strip the whole would copy it
        end -= 1
    if data.count(b"\n", begin, end) >= MAX_ROWS:
        return None
    head = data[begin : data.rfind(b"\n", begin, begin + _SAMPLE) + 1].decode()
    delimiter, skipped = _said(head)
    begin, head = begin + len(head[:skipped].encode()), head[skipped:]
    delimiter = delimiter or find_delimiter(head, known)
    first = list(csv.reader(io.StringIO(head, newline=""), delimiter=delimiter))
    if delimiter not in _DELIMITERS or len(first) < _SAMPLE_RECORDS:
        return None
    return delimited_fast.read(data, (begin, end), delimiter, first)


def _said(text: str) -> tuple[str, int]:
    """Return the separator the first line names and where the next one begins; nothing if it names none."""
    first = text.partition("\n")[0]
    mark = first.strip().strip('"')
    if mark.lower().startswith("sep=") and len(mark) == len("sep=") + 1:
        return mark[-1], len(first) + 1
    return ("\t", len(first) + 1) if first.rstrip("\r").lower().strip('"') == "sep=\t" else ("", 0)


def _records(name: str, text: str, delimiter: str) -> tuple[SheetCells, RowBorders]:
    """Return all records; a quote that never closes is refused, since it would swallow the rows below it."""
    try:
        return _read_records(name, text, delimiter, strict=True)
    except csv.Error as error:
        if "expected after" not in str(error):
            raise
    return _read_records(name, text, delimiter, strict=False)


def _read_records(name: str, text: str, delimiter: str, *, strict: bool) -> tuple[SheetCells, RowBorders]:
    """Return the records, put together some at a time: all at once would take many times the memory of the text."""
    lines = (match[0] for match in _LINE.finditer(text))
    records = csv.reader(lines, delimiter=delimiter, strict=strict)
    built = SheetBuilder(name, PurePath(name).stem)
    borders = BorderScan(delimiter)
    read = 0
    while block := list(islice(records, _RECORDS_AT_ONCE)):
        width = borders.add(block, over_lines=records.line_num - read != len(block))
        read = records.line_num
        built.add(borders.height - len(block), 0, [record + [""] * (width - len(record)) for record in block])
    return built.cells(), borders.done()


def decode(name: str, data: bytes, encoding: str = "") -> tuple[str, str]:
    """Return the text and its codec: as declared, else UTF-8, Windows-1252 or DOS, the first that fits it all.

    A codec that was chosen takes precedence; what it cannot read is shown as "\ufffd" and reported.

    Raises
    ------
    UnreadableError
        If none of them fits every byte.
    """
    if encoding:
        return data.decode(encoding, "replace").removeprefix("\ufeff"), encoding
    marked, begin = text_codec(data)
    try:
        if marked:
            return data[begin:].decode(marked), marked
        for codec in (_UTF8, "cp1252"):
            with suppress(UnicodeDecodeError):
                return data.decode(codec), codec
        if _DOS_UMLAUT.search(data):
            return data.decode(DOS), DOS
        return data.decode("cp1252"), "cp1252"
    except UnicodeDecodeError as error:
        raise UnreadableError(
            f"Die Zeichen der Datei „{name}“ sind nicht lesbar. Bitte speichern Sie sie als „CSV UTF-8“."
        ) from error


def suspicions(name: str, cells: SheetCells) -> list[Finding]:
    """Say where letters look as if the file had another encoding, or were lost before it was written."""
    written = ["\n".join(texts) for _, texts in cells.columns]
    odd = _ODD if any(not text.isascii() and _UMLAUT.search(text) for text in written) else _ODD_WITHOUT_UMLAUTS
    return [
        *_suspicion(name, cells, odd, [not text.isascii() for text in written], _OTHER_ENCODING),
        *_suspicion(name, cells, _LOST, ["?" in text for text in written], _LOST_LETTERS),
    ]


def _suspicion(
    name: str, cells: SheetCells, sign: re.Pattern[str], possible: list[bool], words_of_finding: tuple[str, str, str]
) -> Iterator[Finding]:
    matches = np.zeros(len(cells), dtype=bool)
    for codes, texts in compress(cells.columns, possible):
        odd = np.array([bool(sign.search(text)) and any(map(sign.search, text.split())) for text in texts], dtype=bool)
        matches |= odd if codes is None else odd[codes]
    rows = np.flatnonzero(matches).tolist()
    words = [
        (row, next(word for cell in cells[row] for word in cell.split() if sign.search(word)))
        for row in rows[:_SAMPLES]
    ]
    if rows:
        code, message, repair = words_of_finding
        samples = "; ".join(f"Zeile {row + 1}: {word[:_LONGEST]}" for row, word in words)
        yield Finding(Severity.WARNING, code, message, repair, file=name, value=samples, count=len(rows))


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
