"""Lines inside the table of a report that are no data: sums, page footers, repeated headings, sections."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, Any, Final

from importers.files.cell import shown
from importers.findings import UnreadableError
from importers.sheets.layout import headings_at, is_blank
from importers.sheets.lines.line_words import counts_columns, is_footer, is_note, is_sum, patterns_of_lines
from importers.sheets.lines.sections import DAY, PERFORMED, WITHIN_OTHERS, looks_like_section, statements
from importers.values.spelling import clean, fold

if TYPE_CHECKING:
    from collections.abc import Sequence

    from importers.files.grid import Grid
    from importers.sheets.heading_rows import HeadingPlace

SUM, PAGE, RULE, REPEATED, TITLE, NOTE, NUMBERING, LEGEND, SECTION, ALONE, REMARK, APART = (
    "summe",
    "seite",
    "strich",
    "ueberschrift",
    "titel",
    "fussnote",
    "zaehlung",
    "legende",
    "abschnitt",
    "allein",
    "bemerkung",
    "ungelesen",
)
"""What a line can be. ``ALONE``, ``REMARK``: it is unknown what it says, if anything; ``APART``: text only in columns
that are not read."""

_WIDEST_NOTE: Final = 2
"""Cells of a line of a legend."""


@dataclass(frozen=True, slots=True)
class ReportLine:
    """A line that is no record.

    Attributes
    ----------
    row
        Row of the grid, counted from 0.
    kind
        One of the words above.
    column, value
        What a section heading states about the rows below it.
    """

    row: int
    kind: str
    column: str = ""
    value: str = ""


def looks_like_none(cell: Any, headings: frozenset[str]) -> bool:
    """Return whether a cell of a required column may belong to a line that is no record."""
    if not isinstance(cell, str):
        return False
    text = clean(cell)
    if not text or fold(text) in headings:
        return True
    patterns = patterns_of_lines()
    return any(patterns[kind].match(text) for kind in patterns) or looks_like_section(text)


def read_lines(
    grid: Grid, place: HeadingPlace, candidates: Sequence[int], required: Sequence[str], last: int
) -> list[ReportLine]:
    """Return those of the candidates that are no records.

    Parameters
    ----------
    candidates
        Rows of the grid that lack a required cell or hold a telling word in one.
    last
        Last row of the grid that is no candidate, -1 if there is none.

    Raises
    ------
    UnreadableError
        If the headings come again in another order: what stands below would be taken for something else.
    """
    first = place.row - place.depth + 1
    headings = _Headings.of(grid, first, place)
    lines = sections_above(grid, first, place, required) + _numbering(grid, place, place.row + 1)
    after_gap, done = False, lines[-1].row if lines else -1
    for row in candidates:
        if row <= done:
            continue
        cells = filled(grid, row)
        if not cells:
            after_gap = True
            continue
        if headings.come_again(grid, row, cells):
            found = [ReportLine(row, REPEATED), *_numbering(grid, place, row + 1)]
        else:
            found = _sections(row, cells, place, required) or _others(grid, row, cells, place, required, headings)
        after_gap = after_gap or any(line.kind in {SUM, PAGE} for line in found)
        if not found and row > last and after_gap and is_note(cells):
            found = [ReportLine(row, NOTE)]
        lines += found
        done = found[-1].row if found else done
    return lines


@dataclass(frozen=True, slots=True)
class _Headings:
    """The headings of a table, and the lines above them: both may come again on each page."""

    cells: tuple[tuple[str, ...], ...]
    rows: tuple[tuple[str, ...], ...]
    above: frozenset[tuple[str, ...]]

    @classmethod
    def of(cls, grid: Grid, first: int, place: HeadingPlace) -> _Headings:
        rows = grid.cells[first], grid.cells[place.row], headings_at(grid, first, place.depth)
        cells = tuple(tuple(fold(cell) if isinstance(cell, str) else "" for cell in row) for row in rows)
        above = frozenset(words for row in grid.cells[:first] if (words := _words(row)))
        return cls(cells, tuple(map(_words, rows)), above)

    def come_again(self, grid: Grid, row: int, cells: list[tuple[int, Any]]) -> bool:
        """Return whether a row repeats the headings, in full or in part.

        Raises
        ------
        UnreadableError
            If they stand in another order.
        """
        words = _words(grid.cells[row])
        mine = [self._is_mine(position, fold(cell)) for position, cell in cells if isinstance(cell, str)]
        if len(words) > 1 and len(mine) == len(cells) and all(mine):
            return True
        own = Counter(chain(*self.rows))
        if len(words) > 2 and not Counter(words) - own:
            raise UnreadableError(
                f"Im Blatt „{grid.name}“ der Datei „{grid.file}“ stehen die Überschriften in Zeile {row + 1} noch "
                "einmal, aber anders angeordnet. Bitte teilen Sie das Blatt vor dieser Zeile in zwei Dateien."
            )
        return False

    def _is_mine(self, position: int, word: str) -> bool:
        return any(position < len(row) and row[position] == word for row in self.cells)


def _others(
    grid: Grid,
    row: int,
    cells: list[tuple[int, Any]],
    place: HeadingPlace,
    required: Sequence[str],
    headings: _Headings,
) -> list[ReportLine]:
    """Return a line that says nothing about the rows below it, with a legend all its lines."""
    if _words(grid.cells[row]) in headings.above:
        return [ReportLine(row, TITLE)]
    if len(cells) == 1 and patterns_of_lines()["legende"].match(clean(shown(cells[0][1]))):
        return _legend(grid, row, {place.columns[column] for column in required})
    if line := _line(row, cells, place, required):
        return [line]
    # In text the rest of a torn row looks the same; that is an error.
    return [ReportLine(row, REMARK)] if not grid.from_text and _is_remark(cells, place, required) else []


def sections_above(grid: Grid, first: int, place: HeadingPlace, required: Sequence[str]) -> list[ReportLine]:
    """Return what the lines above the headings say about all rows; nothing about a column they contradict in."""
    said: dict[str, list[ReportLine]] = {}
    for row in range(first):
        for column, value in statements(filled(grid, row), alone=False).items():
            if value and value != PERFORMED and _may_fill(column, place, required):
                said.setdefault(column, []).append(ReportLine(row, SECTION, column, value))
    agreed = [lines[-1] for lines in said.values() if len({line.value for line in lines}) == 1]
    return sorted(agreed, key=lambda line: line.row)


def filled(grid: Grid, row: int) -> list[tuple[int, Any]]:
    """Return position and content of the cells of a row that are not blank."""
    return [(position, cell) for position, cell in enumerate(grid.cells[row]) if not is_blank(cell)]


def _legend(grid: Grid, first: int, needed: set[int]) -> list[ReportLine]:
    """Return the title of a legend and what stands below it, down to the first row that is wider or a record."""
    rows = [first]
    for row in range(first + 1, len(grid.cells)):
        own = {position for position, _ in filled(grid, row)}
        if len(own) > _WIDEST_NOTE or (len(needed) > 1 and needed <= own):
            break
        rows += [row] * bool(own)
    return [ReportLine(row, LEGEND) for row in rows]


def _numbering(grid: Grid, place: HeadingPlace, row: int) -> list[ReportLine]:
    """Return a row that does nothing but count the columns, as forms do below their headings."""
    if row >= len(grid.cells):
        return []
    cells = [cell for _, cell in filled(grid, row)]
    counts = counts_columns(cells, sum(map(bool, place.texts)), place.columns)
    return [ReportLine(row, NUMBERING)] if counts else []


def sections_of(lines: Sequence[ReportLine]) -> dict[str, list[ReportLine]]:
    """Return the sections by the column they fill.

    A line that is not understood ends those before it; a new section ends those that stand inside others of its kind.
    """
    sections: dict[str, list[ReportLine]] = {line.column: [] for line in lines if line.kind == SECTION}
    starts = {column: next(line.row for line in lines if line.column == column) for column in sections}
    for line in lines:
        for column, own in sections.items():
            inside = line.kind == SECTION and column in WITHIN_OTHERS and starts[line.column] < starts[column]
            doubtful = line.kind == ALONE or (line.kind == REMARK and column == DAY)
            if line.column == column:
                own.append(line)
            elif (doubtful or inside) and own:
                own.append(ReportLine(line.row, ALONE, column))
    return sections


def _line(row: int, cells: list[tuple[int, Any]], place: HeadingPlace, required: Sequence[str]) -> ReportLine | None:
    patterns = patterns_of_lines()
    texts = [clean(cell) for _, cell in cells if isinstance(cell, str)]
    names = {position: column for column, position in place.columns.items()}
    missing = [column for column in required if place.columns[column] not in dict(cells)]
    if is_sum(cells, nothing_required=len(missing) == len(required) > 1):
        return ReportLine(row, SUM)
    if len(texts) == len(cells) and all(map(patterns["strich"].match, texts)):
        return ReportLine(row, RULE)
    alone = len(cells) <= 2 and len(texts) >= 1
    if alone and patterns["seite"].match(texts[0]) and (missing or len(cells) == 1):
        return ReportLine(row, PAGE)
    if len(cells) <= 4 and missing and texts and isinstance(cells[0][1], str) and is_footer(texts):
        return ReportLine(row, PAGE)
    if not any(position in names for position, _ in cells):
        return ReportLine(row, APART)
    position, cell = cells[0]
    if (
        len(cells) == 1
        and len(required) > 1
        and position == 0
        and isinstance(cell, str)
        and names.get(position) not in {"Intervention", "Bewohner-Nr", "Personal-Nr"}
        and re.fullmatch(r"[^\W\d_][\w .\-]{2,}", clean(cell))
    ):
        return ReportLine(row, ALONE)
    return None


def _is_remark(cells: list[tuple[int, Any]], place: HeadingPlace, required: Sequence[str]) -> bool:
    """Return whether a row holds several words in one cell and nothing that a record needs."""
    (position, cell), *others = cells
    needed = {place.columns[column] for column in required}
    return len(needed) > 1 and not others and position not in needed and " " in clean(shown(cell))


def _sections(row: int, cells: list[tuple[int, Any]], place: HeadingPlace, required: Sequence[str]) -> list[ReportLine]:
    """Return what a line says about the rows below it; one that says it unclearly is left out, with a warning."""
    missing = any(place.columns[column] not in dict(cells) for column in required)
    if not missing and len(cells) > 1:
        return []
    position, cell = cells[0]
    if len(cells) == 1 and position == place.columns.get(DAY) and not re.search(r"[^\W\d_]", clean(shown(cell))):
        return []  # a row of which nothing but its day is there
    said = statements(cells, alone=True)
    if any(not value for value in said.values()):
        return [ReportLine(row, ALONE)]
    fills = {column: value for column, value in said.items() if _may_fill(column, place, required)}
    return [ReportLine(row, SECTION, column, value) for column, value in fills.items()]


def _may_fill(column: str, place: HeadingPlace, required: Sequence[str]) -> bool:
    """Return whether a line may fill a column: of those that say which row it is only the day."""
    if column == DAY:
        return column in place.columns
    return column not in required and not (column in place.columns and len(place.columns) == 1)


def _words(row: Sequence[Any]) -> tuple[str, ...]:
    """Return the folded texts of a row without its blanks; nothing for a row with other cells."""
    cells = [cell for cell in row if not is_blank(cell)]
    return tuple(fold(cell) for cell in cells) if all(isinstance(cell, str) for cell in cells) else ()
