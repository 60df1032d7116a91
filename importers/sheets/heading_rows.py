"""In which rows of a sheet its headings are, and which column is which."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TYPE_CHECKING, Any

from importers.files.cell import Odd
from importers.findings import UnreadableError
from importers.sheets.columns.column_match import assign
from importers.sheets.columns.rival_columns import rivals
from importers.sheets.layout import heading_places, headings_at, is_blank, stands_over_headings
from importers.sheets.synonyms import EXACT
from importers.sheets.template_columns import HEADING_ROWS, SHEETS, begins_with, column_of, matches, missing
from importers.values.spelling import clean
from rules.vocabulary import ITEMS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from importers.files.grid import Grid
    from importers.sheets.synonyms import Vocabulary


BLANK_IS_NONE, BLANK_IS_UNKNOWN = BLANK_COUNTS = ("entfällt", "unbekannt")
"""What it can mean where all counts of a criterion of module 5 are blank."""


@dataclass(frozen=True, slots=True)
class HeadingPlace:
    """Where the table of a sheet stands.

    Attributes
    ----------
    row
        Row of the headings, of two the lower one, counted from 0.
    columns
        Position of each column that is there.
    texts
        All headings as they are in the file, by position; "" = blank.
    guessed
        Columns found by another name than ours, with their confidence.
    undecided
        Positions of headings that may stand for several columns, or of which several may stand for one, with these
        columns.
    depth
        Rows of headings: 1 or 2.
    unit
        Of numbers in column ``Minuten``: "min", "s", "h"; "" = what heading and cells say.
    blank_counts
        What it means where all counts of a criterion of module 5 are blank, one of :data:`BLANK_COUNTS`; "" = open.
    trouble
        German sentences why the sheet cannot be read like this, "" = it can.
    statuses
        Word of column ``Status``, as :func:`importers.values.spelling.clean` has it in small letters -> its state,
        where a person said so.
    declined
        Columns of which a person said that none of those left over is it, though the cells of one look like it.
    """

    row: int
    columns: Mapping[str, int]
    texts: tuple[str, ...] = ()
    guessed: Mapping[str, float] = field(default_factory=dict)
    undecided: Mapping[int, tuple[str, ...]] = field(default_factory=dict)
    depth: int = 1
    unit: str = ""
    trouble: str = ""
    blank_counts: str = ""
    statuses: Mapping[str, str] = field(default_factory=dict)
    declined: tuple[str, ...] = ()

    @property
    def headings(self) -> dict[str, str]:
        """The heading of each column as it is in the file."""
        return {column: self.texts[position] for column, position in self.columns.items()}

    @property
    def unknown(self) -> tuple[str, ...]:
        """Headings that stand for none of the columns."""
        taken = set(self.columns.values())
        return tuple(text for position, text in enumerate(self.texts) if text and position not in taken)

    @property
    def certain(self) -> bool:
        """Whether every column has a name of our template and nothing is open."""
        return not (self.trouble or self.undecided or any(share < EXACT for share in self.guessed.values()))


def guess_sheet(grid: Grid, vocabulary: Vocabulary | None = None) -> str | None:
    """Return the one sheet whose required columns are all there and of which most columns are there."""
    scores: dict[str, tuple[int, int]] = {}
    for sheet, layout in SHEETS.items():
        for number, depth in heading_places(grid, HEADING_ROWS):
            candidates = [matches(sheet, cell, vocabulary)[:1] for cell in headings_at(grid, number, depth)]
            best = {match.column: match.confidence == EXACT for some in candidates for match in some}
            if best.keys() >= set(layout.required):
                scores[sheet] = max(scores.get(sheet, (0, 0)), (len(best), sum(best.values())))
    top = [sheet for sheet, score in scores.items() if score == max(scores.values())]
    return top[0] if len(top) == 1 else None


def locate(grid: Grid, sheet: str, vocabulary: Vocabulary | None = None) -> HeadingPlace:
    """Find the headings of a sheet: our own names first, then those of other programs, in one row or in two.

    Where required columns are missing, the place that looks most like headings is returned, with the trouble.
    """
    required = set(SHEETS[sheet].required)
    best, best_row = 0, -1
    for number, row in enumerate(grid.cells[:HEADING_ROWS]):
        known = {column_of(sheet, cell) for cell in row} - {None}
        if known >= required and not stands_over_headings(grid, number):
            return located(grid, sheet, number, 1, vocabulary)
        if len(known) > best:
            best, best_row = len(known), number
    top, place = (False, 0.0, 0), None
    for number, depth in heading_places(grid, HEADING_ROWS):
        sure: dict[str, float] = {}
        for cell in headings_at(grid, number, depth):
            for match in matches(sheet, cell, vocabulary):
                sure[match.column] = max(sure.get(match.column, 0), match.confidence)
        # Of equal ones the single row.
        score = (sure.keys() >= required, round(sum(sure.values()), 2), -depth)
        if sure and score > top:
            top, place = score, (number, depth)
    if place and (top[0] or not best):
        return located(grid, sheet, *place, vocabulary)
    if best:
        return located(grid, sheet, best_row, 1, vocabulary)
    names = " und ".join(f"„{column}“" for column in SHEETS[sheet].required)
    return HeadingPlace(
        -1,
        {},
        trouble=f"Im Blatt „{sheet}“ der Datei „{grid.file}“ fehlt die Spalte {names}. "
        f"Bitte schreiben Sie die Überschriften in eine der ersten {HEADING_ROWS} Zeilen.",
    )


def located(grid: Grid, sheet: str, number: int, depth: int, vocabulary: Vocabulary | None = None) -> HeadingPlace:
    """Return which column is which if the headings stand in this row, or in this one and the next."""
    row = headings_at(grid, number, depth)
    names = [column_of(sheet, cell) for cell in row]
    twice = {name for name, count in Counter(names).items() if name and count > 1}
    columns = {name: position for position, name in enumerate(names) if name and name not in twice}
    offers = {
        position: matches(sheet, cell, vocabulary)
        for position, (name, cell) in enumerate(zip(names, row, strict=True))
        if not name
    }
    below = number + depth
    guessed, undecided = assign(offers, {*columns, *twice}, lambda position: grid.cells[below:, position])
    undecided |= {position: (name,) for position, name in enumerate(names) if name and name in twice}
    read = columns | {column: at for column, (at, _) in guessed.items()}
    texts = tuple(map(heading_text, row))
    undecided |= {at: (column,) for at, column in rivals(grid, below, offers, read, texts) if at not in undecided}
    free = {*SHEETS[sheet].columns, *SHEETS[sheet].aids} - {*columns, *twice, *guessed}
    undecided |= {
        position: (column,)
        for position, cell in enumerate(row)
        if position not in undecided
        and not names[position]
        and not offers[position]
        and (column := begins_with(sheet, heading_text(cell))) in free
    }
    place = HeadingPlace(
        row=number + depth - 1,
        columns=read,
        texts=texts,
        guessed={column: confidence for column, (_, confidence) in guessed.items()},
        undecided=undecided,
        depth=depth,
    )
    trouble = _spoilt(grid, sheet, row, names) or _lacking(grid, sheet, place)
    return _with_trouble(place, trouble) if trouble else place


def placed(grid: Grid, sheet: str, row: int, depth: int, columns: Mapping[str, int]) -> HeadingPlace:
    """Return the place of headings that a person or a profile gives, with exactly the columns given.

    Raises
    ------
    UnreadableError
        If the sheet has no such row or column.
    """
    height, width = grid.cells.shape
    fits = depth in {1, 2} and 0 <= row <= height - depth
    if not fits or any(not 0 <= position < width for position in columns.values()):
        raise UnreadableError(
            f"Die Zuordnung zum Blatt „{grid.name}“ der Datei „{grid.file}“ passt nicht zu ihrem Inhalt. "
            "Bitte ordnen Sie Zeile und Spalten noch einmal zu."
        )
    place = HeadingPlace(
        row + depth - 1, dict(columns), tuple(map(heading_text, headings_at(grid, row, depth))), depth=depth
    )
    trouble = _lacking(grid, sheet, place)
    return _with_trouble(place, trouble) if trouble else place


def first_headings(grid: Grid) -> tuple[int, tuple[str, ...]]:
    """Return the first row that looks like headings of whatever kind, and these; -1 where there is none.

    Headings are words, at least two, and at least half as many as the fullest row has cells.
    """
    rows = [[cell for cell in row if not is_blank(cell)] for row in grid.cells[:HEADING_ROWS]]
    most = max(map(len, rows), default=0)
    for number, row in enumerate(rows):
        if len(row) >= max(2, most / 2) and all(isinstance(cell, str) and not cell[:1].isdigit() for cell in row):
            return number, tuple(map(heading_text, grid.cells[number]))
    return -1, ()


def heading_text(cell: Any) -> str:
    """Return a heading as it is in the file."""
    if isinstance(cell, Odd):
        return cell.shown
    return f"{cell:.15g}" if isinstance(cell, float) else clean(str(cell))


def _with_trouble(place: HeadingPlace, trouble: str) -> HeadingPlace:
    return replace(place, trouble=trouble)


def _lacking(grid: Grid, sheet: str, place: HeadingPlace) -> str:
    """Return the sentence about duplicate headings or missing required columns, "" = fine."""
    lacking = missing(sheet, place.columns)
    where = f"Im Blatt „{sheet}“ der Datei „{grid.file}“"
    twice = [names[0] for position, names in place.undecided.items() if column_of(sheet, place.texts[position])]
    if twice:
        return (
            f"{where} steht die Überschrift „{twice[0]}“ mehrfach. "
            "Bitte löschen Sie die überzählige Spalte oder benennen Sie sie um."
        )
    if not lacking:
        return ""
    names = " und ".join(f"„{column}“" for column in lacking)
    open_ones = [f"„{place.texts[at]}“" for at, columns in place.undecided.items() if set(columns) & set(lacking)]
    if open_ones:
        return (
            f"{where} ist nicht zu erkennen, welche Spalte {names} ist. Nicht eindeutig: {', '.join(open_ones)}. "
            f"Bitte benennen Sie die Spalte in Zeile {place.row + 1} so."
        )
    return f"{where} fehlt die Spalte {names}. Bitte ergänzen Sie die Überschrift in Zeile {place.row + 1}."


def _spoilt(grid: Grid, sheet: str, row: list[Any], names: list[str | None]) -> str:
    """Return the sentence about headings that Excel has turned into dates or numbers, "" = fine."""
    where = f"Im Blatt „{sheet}“ der Datei „{grid.file}“ hat Excel Überschriften in"
    if sheet == "Begutachtungen" and any(isinstance(cell, date) for cell in row):
        return (
            f"{where} ein Datum verwandelt. "
            "Bitte formatieren Sie die Überschriften als Text und schreiben Sie sie neu, zum Beispiel „4.10“."
        )
    numeric = {name for name, cell in zip(names, row, strict=True) if name and isinstance(cell, float)}
    twice = {f"{name}0" for name in numeric if names.count(name) > 1 and f"{name}0" in ITEMS}
    if lost := _lost_zeros(names, numeric) | twice:
        items = " und ".join(f"„{item}“" for item in sorted(lost))
        return (
            f"{where} Zahlen verwandelt, "
            f"{items} ist nicht mehr von der Überschrift ohne Null zu unterscheiden. "
            "Bitte formatieren Sie die Überschriften als Text und schreiben Sie sie neu."
        )
    return ""


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


__all__ = ["HeadingPlace", "first_headings", "guess_sheet", "heading_text", "locate", "located", "placed"]
