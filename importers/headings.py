"""Which sheet is which, in which row its headings stand, and which column is which."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Final

from importers.columns import assign
from importers.findings import UnreadableError
from importers.grid import Odd
from importers.layout import heading_places, headings_at, stands_over_headings
from importers.spelling import clean, fold, spellings, squash
from importers.synonyms import EXACT, PART, SEPARATOR, SURE, Match, usual
from rules.vocabulary import ASSESSMENT_CELLS, COUNTED_ITEMS, FREQUENCIES, ITEMS

if TYPE_CHECKING:
    from importers.grid import Grid
    from importers.synonyms import Vocabulary

_LONGEST: Final = 300
"""Characters of the longest heading; more is a note."""

HEADING_ROWS: Final = 20
"""Headings are looked for in this many rows."""


@dataclass(frozen=True, slots=True)
class Layout:
    """The columns of one sheet of the workbook."""

    required: tuple[str, ...]
    optional: tuple[str, ...]
    aids: tuple[str, ...] = ()
    """Columns of other programs that help to read and are not kept; the template has none."""

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
        ("Handzeichen",),
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
    "Dienstzeiten": Layout(("Kürzel",), ("Beginn", "Ende", "Pause", "Bedeutung")),
}
"""Sheets of the workbook and their columns, as the contract names them."""

_ITEM: Final = re.compile(r"([1-6]\.\d{1,2})(?:\s+(.+))?")


_SHEET_BY_NAME: Final = {spelling: sheet for sheet in SHEETS for spelling in spellings(sheet)}
_COLUMN_BY_NAME: Final = {
    sheet: {spelling: column for column in layout.columns for spelling in spellings(column)}
    for sheet, layout in SHEETS.items()
}


_COLUMN_BY_LETTERS: Final = {
    sheet: {squash(column): column for column in layout.columns if column not in ASSESSMENT_CELLS}
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
    return next((f"{item} {word}" for word in FREQUENCIES if last in spellings(word)), None)


def matches(sheet: str, heading: object, vocabulary: Vocabulary | None = None) -> tuple[Match, ...]:
    """Return the columns of ``sheet`` a heading may stand for, each with a confidence, the surest first.

    Parameters
    ----------
    heading
        A cell, or two cells one above the other joined by :data:`importers.synonyms.SEPARATOR`.
    vocabulary
        Headings of other programs; None: those we ship.
    """
    if isinstance(heading, str) and len(heading) > _LONGEST:
        return ()
    if column := column_of(sheet, heading):
        return (Match(column, EXACT),)
    if not isinstance(heading, str):
        return ()
    own = _COLUMN_BY_LETTERS[sheet].get(squash(heading))
    found = (vocabulary or usual()).matches(sheet, heading)
    if own and (not found or found[0].confidence < SURE):
        return (Match(own, SURE),)
    if found:
        return found
    last = heading.rpartition(SEPARATOR)[2]
    return (Match(column, PART),) if last != heading and (column := column_of(sheet, last)) else ()


def count_known(record: list[str]) -> int:
    """Return how many headings a record holds, for the sheet where it holds most."""
    return max(len({found[0].column for cell in record if (found := matches(sheet, cell))}) for sheet in SHEETS)


@dataclass(frozen=True, slots=True)
class Located:
    """Where the table of a sheet stands.

    Attributes
    ----------
    row
        Row of the headings, of two the lower one, counted from 0.
    columns
        Position of each column that is there.
    headings
        The heading of each of them as it stands in the file.
    unknown
        Headings that stand for none of the columns.
    guessed
        Columns found by another name than ours, with their confidence.
    undecided
        Headings that may stand for several columns, or of which several may stand for one, with these columns.
    depth
        Rows of headings: 1 or 2.
    """

    row: int
    columns: dict[str, int]
    headings: dict[str, str] = field(default_factory=dict)
    unknown: tuple[str, ...] = ()
    guessed: dict[str, float] = field(default_factory=dict)
    undecided: dict[str, tuple[str, ...]] = field(default_factory=dict)
    depth: int = 1


def guess_sheet(grid: Grid, vocabulary: Vocabulary | None = None) -> str | None:
    """Return the one sheet whose required columns are all there and of which most columns are there."""
    scores: dict[str, tuple[int, int]] = {}
    for sheet, layout in SHEETS.items():
        for number, depth in heading_places(grid, HEADING_ROWS):
            found = [matches(sheet, cell, vocabulary)[:1] for cell in headings_at(grid, number, depth)]
            best = {match.column: match.confidence == EXACT for some in found for match in some}
            if best.keys() >= set(layout.required):
                scores[sheet] = max(scores.get(sheet, (0, 0)), (len(best), sum(best.values())))
    top = [sheet for sheet, score in scores.items() if score == max(scores.values())]
    return top[0] if len(top) == 1 else None


def locate(grid: Grid, sheet: str, vocabulary: Vocabulary | None = None) -> Located:
    """Find the headings of a sheet: our own names first, then those of other programs, in one row or in two.

    Raises
    ------
    UnreadableError
        If a required column is missing, or two columns have the same heading.
    """
    required = SHEETS[sheet].required
    best_row, best = 0, set[str | None]()
    for number, row in enumerate(grid.cells[:HEADING_ROWS]):
        found = {column_of(sheet, cell) for cell in row} - {None}
        if found.issuperset(required) and not stands_over_headings(grid, number):
            return _located(grid, sheet, number, 1, vocabulary)
        if len(found) > len(best):
            best_row, best = number, found
    top, place = (0.0, 0), None
    for number, depth in heading_places(grid, HEADING_ROWS):
        sure: dict[str, float] = {}
        for cell in headings_at(grid, number, depth):
            for match in matches(sheet, cell, vocabulary):
                sure[match.column] = max(sure.get(match.column, 0), match.confidence)
        score = (round(sum(sure.values()), 2), -depth)  # of equal ones the single row
        if sure.keys() >= set(required) and score > top:
            top, place = score, (number, depth)
    if place:
        made = _located(grid, sheet, *place, vocabulary)
        best, best_row = set(made.columns), made.row
        if best.issuperset(required):
            return made
        raise UnreadableError(_undecided(grid, sheet, made))
    missing = [f"„{column}“" for column in required if column not in best]
    raise UnreadableError(
        f"Im Blatt „{sheet}“ der Datei „{grid.file}“ fehlt die Spalte {' und '.join(missing)}. "
        + (
            f"Bitte ergänzen Sie die Überschrift in Zeile {best_row + 1}."
            if best
            else f"Bitte schreiben Sie die Überschriften in eine der ersten {HEADING_ROWS} Zeilen."
        )
    )


def _undecided(grid: Grid, sheet: str, place: Located) -> str:
    missing = [column for column in SHEETS[sheet].required if column not in place.columns]
    open_ones = [f"„{name}“" for name, columns in place.undecided.items() if set(columns) & set(missing)]
    names = " und ".join(f"„{column}“" for column in missing)
    hint = f" Nicht eindeutig: {', '.join(open_ones)}." if open_ones else ""
    return (
        f"Im Blatt „{sheet}“ der Datei „{grid.file}“ ist nicht zu erkennen, welche Spalte {names} ist.{hint} "
        f"Bitte benennen Sie die Spalte in Zeile {place.row + 1} so."
    )


def _located(grid: Grid, sheet: str, number: int, depth: int, vocabulary: Vocabulary | None) -> Located:
    row = list(grid.cells[number]) if depth == 1 else headings_at(grid, number, depth)
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
    offers = {
        position: matches(sheet, cell, vocabulary)
        for position, (name, cell) in enumerate(zip(names, row, strict=True))
        if not name
    }
    below = grid.cells[number + depth :]
    guessed, undecided = assign(offers, set(columns), lambda position: below[:, position])
    columns |= {column: position for column, (position, _) in guessed.items()}
    taken = set(columns.values())
    return Located(
        row=number + depth - 1,
        columns=columns,
        headings={name: _heading(row[position]) for name, position in columns.items()},
        unknown=tuple(text for at, cell in enumerate(row) if at not in taken and (text := _heading(cell))),
        guessed={column: confidence for column, (_, confidence) in guessed.items()},
        undecided={_heading(row[position]): names for position, names in undecided.items()},
        depth=depth,
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


__all__ = [
    "HEADING_ROWS",
    "INSTRUCTIONS",
    "SHEETS",
    "Layout",
    "Located",
    "clean",
    "column_of",
    "count_known",
    "fold",
    "guess_sheet",
    "locate",
    "matches",
    "sheet_of",
    "sheet_of_file",
]
