"""Which sheet is which, in which row its headings stand, and which column is which."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from importers.findings import UnreadableError
from importers.grid import Odd
from rules.vocabulary import ASSESSMENT_CELLS, COUNTED_ITEMS, FREQUENCIES, ITEMS

if TYPE_CHECKING:
    from importers.grid import Grid

HEADING_ROWS: Final = 20
"""Headings are looked for in this many rows."""


@dataclass(frozen=True, slots=True)
class Layout:
    """The columns of one sheet of the workbook."""

    required: tuple[str, ...]
    optional: tuple[str, ...]

    @property
    def columns(self) -> tuple[str, ...]:
        """All columns, required ones first."""
        return self.required + self.optional


INSTRUCTIONS: Final = "Anleitung"
"""The sheet of our template that is for people only."""

URINE, STOOL, SPECIAL = "Harnkontinenz", "Stuhlkontinenz", "Besondere Bedarfskonstellation"

SHEETS: Final = {
    "Bewohner": Layout(("Bewohner-Nr",), ("Name", "Vorname", "Wohnbereich", "Einzug", "Auszug")),
    "Begutachtungen": Layout(("Bewohner-Nr",), ("Datum", *ASSESSMENT_CELLS, URINE, STOOL, SPECIAL)),
    "Instabilität": Layout(("Bewohner-Nr", "Kriterium", "Von"), ("Bis", "Beurteilt von")),
    "Mitarbeitende": Layout(
        ("Personal-Nr", "QN"),
        ("Name", "Vorname", "Rolle", "Zertifikate", "Gültig ab", "Gültig bis", "Wochenstunden"),
    ),
    "Interventionen": Layout(
        ("Intervention", "Datum"),
        (
            "Bewohner-Nr",
            "Personal-Nr",
            "Uhrzeit",
            "Minuten",
            "Minuten-Quelle",
            "Schicht",
            "Wohnbereich",
            "Status",
        ),
    ),
    "Dienste": Layout(("Personal-Nr", "Beginn", "Ende"), ("Wohnbereich",)),
}
"""Sheets of the workbook and their columns, as the contract names them."""

_UMLAUTS: Final = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})
_INVISIBLE: Final = dict.fromkeys(map(ord, "\u00ad\u200b\u200c\u200d\u2060\ufeff"))
_ITEM: Final = re.compile(r"([1-6]\.\d{1,2})(?:\s+(.+))?")


def clean(text: str) -> str:
    """Return ``text`` without invisible characters, in composed letters, blanks of any kind as single ones."""
    if not text.isascii():
        text = unicodedata.normalize("NFC", text.translate(_INVISIBLE))
    return " ".join(text.split())


@lru_cache(maxsize=4096)
def fold(text: str) -> str:
    """Return what names are compared by: case, umlaut spelling, hyphens and blanks do not count."""
    text = clean(text).casefold().translate(_UMLAUTS)
    text = unicodedata.normalize("NFKD", text)
    letters = "".join(c for c in text if not unicodedata.combining(c))
    return re.sub(r"[\s_\-]+", " ", letters).strip(" *:")


def _spellings(name: str) -> tuple[str, str]:
    plain = name.casefold().translate(str.maketrans("äöü", "aou"))
    return fold(name), fold(plain)


_SHEET_BY_NAME: Final = {spelling: sheet for sheet in SHEETS for spelling in _spellings(sheet)}
_COLUMN_BY_NAME: Final = {
    sheet: {spelling: column for column in layout.columns for spelling in _spellings(column)}
    for sheet, layout in SHEETS.items()
}


def sheet_of(name: str) -> str | None:
    """Return the sheet a sheet name stands for, or None."""
    return _SHEET_BY_NAME.get(fold(name))


def sheet_of_file(stem: str) -> str | None:
    """Return the sheet a file name without ending stands for ("02_Instabilitaet-Haus-A"), or None."""
    words = re.split(r"[^a-z]+", fold(stem))
    found = {_SHEET_BY_NAME[word] for word in words if word in _SHEET_BY_NAME}
    return found.pop() if len(found) == 1 else None


def column_of(sheet: str, heading: object) -> str | None:
    """Return the column of ``sheet`` a heading stands for, or None."""
    if isinstance(heading, (int, float)):
        heading = f"{heading:.15g}"
    if not isinstance(heading, str) or not (text := clean(heading)):
        return None
    if column := _COLUMN_BY_NAME[sheet].get(fold(text)):
        return column
    if sheet == "Begutachtungen" and (match := _ITEM.fullmatch(text)):
        return _cell_of(match[1], match[2] or "")
    return None


def _cell_of(item: str, words: str) -> str | None:
    """Return the cell for a heading such as "4.10 Benutzen einer Toilette" or "5.1 Medikation täglich"."""
    if item not in ITEMS:
        return None
    if item not in COUNTED_ITEMS:
        return item
    last = fold(words.rpartition(" ")[2])
    return next((f"{item} {word}" for word in FREQUENCIES if last in _spellings(word)), None)


def count_known(record: list[str]) -> int:
    """Return how many headings a record holds, for the sheet where it holds most."""
    return max(len({column_of(sheet, cell) for cell in record} - {None}) for sheet in SHEETS)


@dataclass(frozen=True, slots=True)
class Located:
    """Where the table of a sheet stands.

    Attributes
    ----------
    row
        Row of the headings, counted from 0.
    columns
        Position of each column that is there.
    headings
        The heading of each of them as it stands in the file.
    unknown
        Headings that stand for none of the columns.
    """

    row: int
    columns: dict[str, int]
    headings: dict[str, str] = field(default_factory=dict)
    unknown: tuple[str, ...] = ()


def guess_sheet(grid: Grid) -> str | None:
    """Return the one sheet whose required columns are all there and of which most columns are there."""
    scores: dict[str, int] = {}
    for sheet, layout in SHEETS.items():
        for row in grid.cells[:HEADING_ROWS]:
            found = {column_of(sheet, cell) for cell in row} - {None}
            if found.issuperset(layout.required):
                scores[sheet] = max(scores.get(sheet, 0), len(found))
    best = [sheet for sheet, score in scores.items() if score == max(scores.values())]
    return best[0] if len(best) == 1 else None


def locate(grid: Grid, sheet: str) -> Located:
    """Find the headings of a sheet.

    Raises
    ------
    UnreadableError
        If a required column is missing, or two columns have the same heading.
    """
    required = SHEETS[sheet].required
    best_row, best = 0, set[str | None]()
    for number, row in enumerate(grid.cells[:HEADING_ROWS]):
        found = {column_of(sheet, cell) for cell in row} - {None}
        if found.issuperset(required):
            return _located(grid, sheet, number)
        if len(found) > len(best):
            best_row, best = number, found
    missing = [f"„{column}“" for column in required if column not in best]
    raise UnreadableError(
        f"Im Blatt „{sheet}“ der Datei „{grid.file}“ fehlt die Spalte {' und '.join(missing)}. "
        + (
            f"Bitte ergänzen Sie die Überschrift in Zeile {best_row + 1}."
            if best
            else f"Bitte schreiben Sie die Überschriften in eine der ersten {HEADING_ROWS} Zeilen."
        )
    )


def _located(grid: Grid, sheet: str, number: int) -> Located:
    row = list(grid.cells[number])
    names = [column_of(sheet, cell) for cell in row]
    twice = [name for name, count in Counter(names).items() if name and count > 1]
    numeric = {name for name, cell in zip(names, row, strict=True) if name and isinstance(cell, float)}
    lost = _lost_zeros(names, numeric) | {f"{name}0" for name in twice if name in numeric and f"{name}0" in ITEMS}
    if sheet == "Begutachtungen" and any(isinstance(cell, date) for cell in row):
        raise UnreadableError(
            f"Im Blatt „{sheet}“ der Datei „{grid.file}“ hat Excel Überschriften in ein Datum verwandelt. "
            "Bitte formatieren Sie die Überschriften als Text und schreiben Sie sie neu, zum Beispiel „4.10“."
        )
    if lost:
        items = " und ".join(f"„{item}“" for item in sorted(lost))
        raise UnreadableError(
            f"Im Blatt „{sheet}“ der Datei „{grid.file}“ hat Excel Überschriften in Zahlen verwandelt, "
            f"{items} ist nicht mehr von der Überschrift ohne Null zu unterscheiden. "
            "Bitte formatieren Sie die Überschriften als Text und schreiben Sie sie neu."
        )
    if twice:
        raise UnreadableError(
            f"Im Blatt „{sheet}“ der Datei „{grid.file}“ steht die Überschrift „{twice[0]}“ mehrfach. "
            "Bitte löschen Sie die überzählige Spalte oder benennen Sie sie um."
        )
    columns = {name: position for position, name in enumerate(names) if name}
    return Located(
        row=number,
        columns=columns,
        headings={name: _heading(row[position]) for name, position in columns.items()},
        unknown=tuple(text for name, cell in zip(names, row, strict=True) if not name and (text := _heading(cell))),
    )


def _lost_zeros(names: list[str | None], numeric: set[str]) -> set[str]:
    """Return items such as 4.10 whose heading must be the number 4.1 that stands right of 4.2 to 4.9."""
    lost: set[str] = set()
    for name in numeric:
        if f"{name}0" not in ITEMS or f"{name}0" in names:
            continue
        module = name.split(".")[0]
        before = names[: names.index(name)]
        if any(f"{module}.{i}" in before for i in range(2, 10)):
            lost.add(f"{name}0")
    return lost


def _heading(cell: object) -> str:
    if isinstance(cell, Odd):
        return cell.shown
    return f"{cell:.15g}" if isinstance(cell, float) else clean(str(cell))
