"""What each sheet of some files seems to be, for people to confirm or to correct."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from importers.files.cell import shown
from importers.files.grid import letter_of
from importers.sheets.column_contents import contents, known_staff
from importers.sheets.layout import coded_down, is_blank
from importers.sheets.profiles import SheetProfile, SourceProfile, fingerprint_at, numbered
from importers.sheets.synonyms import EXACT
from importers.sheets.template_columns import SHEETS, WANTED, column_of, matches, missing
from importers.values.spelling import clean
from rules.vocabulary import COUNTED_ITEMS, FREQUENCIES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from importers.files.grid import Grid
    from importers.sheets.column_contents import ColumnContents
    from importers.sheets.heading_rows import HeadingPlace
    from importers.sheets.sheet_decision import DecidedFile, SheetAnswer, SheetDecision
    from importers.sheets.synonyms import Vocabulary

PREVIEW_ROWS: Final = 25
PREVIEW_COLUMNS: Final = 60
_LONGEST: Final = 80
_SAMPLES: Final = 5
_LOOKED_AT: Final = 500
"""Rows looked through for samples."""


@dataclass(frozen=True, slots=True)
class ColumnGuess:
    """What a column of a sheet seems to be.

    Attributes
    ----------
    position
        From 0.
    letter
        As the spreadsheet has it.
    heading
        As it stands; of two rows group, separator, heading.
    column
        Our column it is taken for, "" = not taken over.
    confidence
        1 = our own name or an applied profile; else see :mod:`importers.sheets.synonyms`.
    candidates
        Other columns it may stand for.
    samples
        Up to 5 different cells as shown, shortened.
    may_be, values
        Columns its cells look like, and its different words with their rows, see
        :class:`importers.sheets.column_contents.ColumnContents`.
    """

    position: int
    letter: str
    heading: str
    column: str
    confidence: float
    candidates: tuple[str, ...]
    samples: tuple[str, ...]
    may_be: tuple[str, ...] = ()
    values: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class SheetGuess:
    """What a sheet seems to be.

    Attributes
    ----------
    file, name
        Of the file, without folder, and of the sheet, "" for text.
    hidden
        Whether the sheet is hidden in its workbook.
    rows
        Rows of the sheet, blank ones and those over the headings included.
    preview
        The first rows as shown, cells shortened.
    sheet
        Our sheet, "" = none.
    confidence
        1 = nothing to ask.
    row, depth
        First row of the headings from 0, -1 = none found; 1 or 2 rows.
    columns
        Of the headings.
    missing
        Required columns without a heading.
    unit
        Of column ``Minuten``: "" = as written, "min", "s", "h".
    encoding
        Codec in use for text, "" else.
    profile
        Name of the profile applied, "".
    fingerprint
        Of the headings, "" without.
    settled
        Nothing to ask: our own names throughout, a profile, DAS, a roster read as such, or surely no data.
    blank_counts
        What blank counts of module 5 mean, as :class:`importers.sheets.heading_rows.HeadingPlace` has it.
    blank_rows
        Rows in which all counts of a criterion are blank though module 5 was worked on: what that means is to be asked
        where nobody has said so.
    statuses, declined
        What a person or the profile says, see :class:`importers.sheets.heading_rows.HeadingPlace`.
    """

    file: str
    name: str
    hidden: bool
    rows: int
    preview: tuple[tuple[str, ...], ...]
    sheet: str
    confidence: float
    row: int
    depth: int
    columns: tuple[ColumnGuess, ...]
    missing: tuple[str, ...]
    unit: str
    encoding: str
    profile: str
    fingerprint: str
    settled: bool
    blank_counts: str = ""
    blank_rows: int = 0
    statuses: Mapping[str, str] = field(default_factory=dict)
    declined: tuple[str, ...] = ()


def guesses(opened: Iterable[DecidedFile], vocabulary: Vocabulary | None) -> tuple[SheetGuess, ...]:
    """Return what each sheet of some files seems to be."""
    decisions = [one for file in opened for one in file.decisions]
    staff = known_staff(decisions)
    return tuple(_guess(one, vocabulary, staff) for one in decisions)


def profile_of(name: str, guesses: Sequence[SheetGuess], answers: Sequence[SheetAnswer]) -> SourceProfile:
    """Return the profile of a source: how those sheets are read that a person was asked about.

    Parameters
    ----------
    guesses
        Of :func:`importers.look`, with these answers applied. Those that went by this profile before stay in it.

    Notes
    -----
    Two sheets with the same headings that are read in different ways cannot be distinguished later; neither is
    remembered, and both are asked about again.
    """
    answered = {(answer.file, answer.name) for answer in answers}
    sheets: dict[str, SheetProfile | None] = {}
    for guess in guesses:
        if not guess.fingerprint or not ((guess.file, guess.name) in answered or guess.profile == name):
            continue
        texts = numbered([column.heading for column in guess.columns])
        profile = SheetProfile(
            guess.fingerprint,
            guess.sheet,
            {
                column.column: text
                for column, text in zip(guess.columns, texts, strict=True)
                if column.column and guess.sheet
            },
            guess.unit,
            "" if guess.encoding.startswith("utf") else guess.encoding,
            guess.blank_counts if guess.sheet else "",
            guess.statuses if guess.sheet else {},
            guess.declined if guess.sheet else (),
        )
        sheets[guess.fingerprint] = profile if sheets.get(guess.fingerprint, profile) == profile else None
    return SourceProfile(name, tuple(profile for profile in sheets.values() if profile))


def _guess(decision: SheetDecision, vocabulary: Vocabulary | None, staff: frozenset[str]) -> SheetGuess:
    grid, place = decision.grid, decision.place
    row = place.row - place.depth + 1 if place.row >= 0 else -1
    known = row >= 0 and not decision.is_month_grid
    found = contents(grid, place, decision.sheet, staff, _open_positions(decision)) if known else {}
    return SheetGuess(
        file=grid.file,
        name="" if grid.from_text else grid.name,
        hidden=grid.hidden,
        rows=len(grid.cells),
        preview=tuple(tuple(map(_short, cells[:PREVIEW_COLUMNS])) for cells in grid.cells[:PREVIEW_ROWS]),
        sheet=decision.sheet,
        confidence=decision.confidence,
        row=row,
        depth=place.depth,
        columns=tuple(_column(decision, at, vocabulary, found.get(at)) for at in range(len(place.texts)))
        if known
        else (),
        missing=missing(decision.sheet, place.columns) if decision.sheet and not decision.is_month_grid else (),
        unit=place.unit,
        encoding=grid.encoding,
        profile=decision.profile,
        fingerprint="" if decision.das else fingerprint_at(grid, row, place.depth),
        settled=decision.settled,
        blank_counts=place.blank_counts,
        blank_rows=_rows_with_blank_counts(grid, place) if decision.sheet == "Begutachtungen" else 0,
        statuses=place.statuses,
        declined=place.declined,
    )


def _open_positions(decision: SheetDecision) -> Iterator[int]:
    """Yield the columns whose cells matter: those nothing is read as, and those that go by another name than ours."""
    sheet, place = decision.sheet, decision.place
    named = {position: column for column, position in place.columns.items()}
    by_contents = {*WANTED.get(sheet, ()), *(SHEETS[sheet].aids if sheet else ())}
    for position, heading in enumerate(place.texts):
        column = named.get(position)
        if column is None or (column in by_contents and column_of(sheet, heading) != column):
            yield position


def _column(
    decision: SheetDecision, position: int, vocabulary: Vocabulary | None, found: ColumnContents | None
) -> ColumnGuess:
    place, heading = decision.place, decision.place.texts[position]
    column = next((name for name, at in place.columns.items() if at == position), "")
    may_be = (
        (match.column for match in matches(decision.sheet, heading, vocabulary)) if decision.sheet and heading else ()
    )
    others = dict.fromkeys((*place.undecided.get(position, ()), *may_be))
    return ColumnGuess(
        position,
        letter_of(position),
        heading,
        column,
        place.guessed.get(column, EXACT) if column else 0.0,
        tuple(name for name in others if name != column),
        _samples(decision.grid, place.row + 1, position),
        found.may_be if found else (),
        found.values if found else (),
    )


def _samples(grid: Grid, first_row: int, position: int) -> tuple[str, ...]:
    cells = grid.cells[first_row : first_row + _LOOKED_AT, position]
    if all(map(is_blank, cells)):  # the column is filled further down, if at all
        codes, different = grid.cells.coded(position)
        cells = different[np.unique(codes[first_row:])[: _SAMPLES + 1]]
    return tuple(islice(dict.fromkeys(text for cell in cells if (text := _short(cell))), _SAMPLES))


def _short(cell: Any) -> str:
    text = clean(shown(cell))
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def _rows_with_blank_counts(grid: Grid, place: HeadingPlace) -> int:
    """Return in how many rows all counts of a criterion are blank, though another cell of module 5 is not."""
    below = max(len(grid.cells) - place.row - 1, 0)
    filled = {
        column: _filled(grid, place.row + 1, position)
        for column, position in place.columns.items()
        if column.startswith("5.")
    }
    if not filled or not below:
        return 0
    worked_on = np.logical_or.reduce(list(filled.values()))
    empty = np.zeros(below, dtype=bool)
    for item in COUNTED_ITEMS:
        own = [filled[cell] for frequency in FREQUENCIES if (cell := f"{item} {frequency}") in filled]
        if own:
            empty |= ~np.logical_or.reduce(own)
    return int((worked_on & empty).sum())


def _filled(grid: Grid, first: int, position: int) -> np.ndarray:
    codes, cells = coded_down(grid, first, position)
    filled: np.ndarray = np.array([not is_blank(cell) for cell in cells], dtype=bool)[codes]
    return filled
