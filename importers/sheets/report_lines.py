"""Lines inside the table of a report that are no data: sums, page footers, repeated headings, sections."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from datetime import date, time, timedelta
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from importers.findings import UnreadableError
from importers.sheets.layout import headings_at, is_blank
from importers.values.spelling import clean, fold

if TYPE_CHECKING:
    from collections.abc import Sequence

    from importers.files.grid import Grid
    from importers.sheets.heading_rows import HeadingPlace

SUM, PAGE, RULE, REPEATED, TITLE, NOTE, SECTION, ALONE, APART = (
    "summe",
    "seite",
    "strich",
    "ueberschrift",
    "titel",
    "fussnote",
    "abschnitt",
    "allein",
    "ungelesen",
)
"""What a line can be. ``ALONE``: one unknown word; ``APART``: text only in columns that are not read."""

_FIGURE: Final = re.compile(
    r"[+-]?\d[\d.,:]*(?: ?(?:min\w*|std|stunden|h|sek\w*|%|€|stk|stück|x)\.?)?|min\w*\.?|std\.?|h|%", re.IGNORECASE
)
_PERSON: Final = re.compile(r"(?:bewohner|klient|patient)(?:[:*_/]?-?in)?(?:: *| +)(?P<wert>\S.*)", re.IGNORECASE)


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
    patterns = _patterns()
    return any(patterns[kind].match(text) for kind in patterns) or bool(_PERSON.match(text))


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
    heads = headings_at(grid, first, place.depth)
    repeated = [_words(grid.cells[first]), _words(grid.cells[place.row]), _words(heads)]
    above = {words for row in grid.cells[:first] if (words := _words(row))}
    lines: list[ReportLine] = []
    after_gap = False
    for row in candidates:
        cells = [(position, cell) for position, cell in enumerate(grid.cells[row]) if not is_blank(cell)]
        if not cells:
            after_gap = True
            continue
        words = _words(grid.cells[row])
        if len(words) > 2 and any(words != own and Counter(words) == Counter(own) for own in repeated):
            raise UnreadableError(
                f"Im Blatt „{grid.name}“ der Datei „{grid.file}“ stehen die Überschriften in Zeile {row + 1} noch "
                "einmal, aber in anderer Reihenfolge. Bitte teilen Sie das Blatt vor dieser Zeile in zwei Dateien."
            )
        if len(words) > 1 and (words in repeated or all(_alike(cell, heads[position]) for position, cell in cells)):
            lines.append(ReportLine(row, REPEATED))
        elif words in above:
            lines.append(ReportLine(row, TITLE))
        elif line := _line(row, cells, place, required):
            lines.append(line)
            after_gap = after_gap or line.kind in {SUM, PAGE}
        elif (
            row > last and after_gap and len(cells) == 1 and isinstance(cells[0][1], str) and " " in clean(cells[0][1])
        ):
            lines.append(ReportLine(row, NOTE))
    return lines


def sections_of(lines: Sequence[ReportLine]) -> dict[str, list[ReportLine]]:
    """Return the sections by the column they fill."""
    sections: dict[str, list[ReportLine]] = {}
    for line in lines:
        if line.kind == SECTION:
            sections.setdefault(line.column, []).append(line)
    return sections


def _line(row: int, cells: list[tuple[int, Any]], place: HeadingPlace, required: Sequence[str]) -> ReportLine | None:
    patterns = _patterns()
    texts = [clean(cell) for _, cell in cells if isinstance(cell, str)]
    names = {position: column for column, position in place.columns.items()}
    missing = [column for column in required if place.columns[column] not in dict(cells)]
    if any(patterns["summe"].match(text) for text in texts) and all(
        _is_figure(cell) or patterns["summe"].match(clean(cell)) for _, cell in cells
    ):
        return ReportLine(row, SUM)
    if len(texts) == len(cells) and all(map(patterns["strich"].match, texts)):
        return ReportLine(row, RULE)
    alone = len(cells) <= 2 and len(texts) >= 1
    if alone and patterns["seite"].match(texts[0]) and (missing or len(cells) == 1):
        return ReportLine(row, PAGE)
    if len(cells) <= 3 and missing and texts and any(re.match(r"seite:? ?\d+", text, re.IGNORECASE) for text in texts):
        return ReportLine(row, PAGE)
    if (missing or len(cells) == 1) and (section := _section(row, cells, place)):
        return section
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


def _section(row: int, cells: list[tuple[int, Any]], place: HeadingPlace) -> ReportLine | None:
    """Return a line that names a ward or a person for the rows below it."""
    if not all(isinstance(cell, str) for _, cell in cells) or len(cells) > 2:
        return None
    texts = [clean(cell) for _, cell in cells]
    if len(texts) == 2 and not texts[0].endswith(":"):
        return None
    text = " ".join(texts)
    for column, pattern in (("Wohnbereich", _patterns()["wohnbereich"]), ("Bewohner-Nr", _PERSON)):
        if (match := pattern.fullmatch(text)) and match["wert"]:
            if column == "Bewohner-Nr" and column in place.columns:
                continue
            if column == "Wohnbereich" and column in place.columns and len(place.columns) == 1:
                continue
            return ReportLine(
                row,
                SECTION,
                column,
                match["wert"] if ":" in text else text if column == "Wohnbereich" else match["wert"],
            )
    return None


def _is_figure(cell: Any) -> bool:
    if isinstance(cell, str):
        return bool(_FIGURE.fullmatch(clean(cell)))
    return isinstance(cell, (int, float, time, timedelta)) or (isinstance(cell, date) and cell.year < 1905)


def _alike(cell: Any, heading: Any) -> bool:
    return isinstance(cell, str) and isinstance(heading, str) and fold(cell) == fold(heading)


def _words(row: Sequence[Any]) -> tuple[str, ...]:
    """Return the folded texts of a row without its blanks; nothing for a row with other cells."""
    cells = [cell for cell in row if not is_blank(cell)]
    return tuple(fold(cell) for cell in cells) if all(isinstance(cell, str) for cell in cells) else ()


@cache
def _patterns() -> dict[str, re.Pattern[str]]:
    import yaml  # noqa: PLC0415  # needed only where a line is no record

    words = yaml.safe_load((Path(__file__).parent / "words" / "lines.yaml").read_text("utf-8"))
    return {kind: re.compile("|".join(f"(?:{part})" for part in parts), re.IGNORECASE) for kind, parts in words.items()}
