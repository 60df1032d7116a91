"""What is done with each sheet of some files: what a person says, a profile, its name, or else its headings.

Recognition shows these decisions and reading takes them: there is no other place where a sheet becomes one of ours.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np

from importers.das import xml as das_xml
from importers.files import opening
from importers.files.delimited import DOS
from importers.files.kind import FileKind
from importers.files.sheet_cells import SheetCells
from importers.findings import UnreadableError
from importers.sheets.heading_rows import HeadingPlace, first_headings, guess_sheet, locate, located, placed
from importers.sheets.layout import is_blank
from importers.sheets.profiles import encodings, fitting
from importers.sheets.roster_headings import find_roster, is_roster_name
from importers.sheets.synonyms import EXACT, LIKELY, SURE
from importers.sheets.template_columns import INSTRUCTIONS, SHEETS, count_known, sheet_of, sheet_of_file

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from importers.files.grid import Grid
    from importers.findings import Finding
    from importers.sheets.guesses import SheetAnswer
    from importers.sheets.profiles import SourceProfile
    from importers.sheets.synonyms import Vocabulary

ROSTER: Final = "Dienste"
_NOWHERE: Final = HeadingPlace(-1, {})


@dataclass(frozen=True, slots=True)
class SheetDecision:
    """What is done with a sheet.

    Attributes
    ----------
    grid
        The sheet.
    sheet
        Our sheet, "" = left out.
    place
        Where its headings stand; of a roster with a column a day its row of days, without columns.
    confidence
        That it is this sheet: 1 = an answer, a profile or its own name says so; else from the headings.
    answered
        Whether a person has spoken about the sheet.
    profile
        Name of the profile applied, "".
    das
        Whether the sheet comes from an export for the DAS, which is read as it is.
    """

    grid: Grid
    sheet: str
    place: HeadingPlace = _NOWHERE
    confidence: float = EXACT
    answered: bool = False
    profile: str = ""
    das: bool = False

    @property
    def settled(self) -> bool:
        """Whether there is nothing to ask a person."""
        if self.grid.encoding == DOS and not (self.answered or self.profile):
            return False
        if self.sheet:
            return self.confidence == EXACT and self.place.certain
        return self.answered or bool(self.profile) or self.grid.hidden or _holds_no_data(self.grid)

    @property
    def is_wide(self) -> bool:
        """Whether the sheet is a roster with a column a day, of which no single column is one of ours."""
        return self.sheet == ROSTER and self.place.row >= 0 and not self.place.columns and not self.place.trouble

    @property
    def clear(self) -> bool:
        """Whether the sheet may be read although nobody was asked."""
        return bool(self.sheet) and self.confidence >= LIKELY and not self.place.trouble


@dataclass(frozen=True, slots=True)
class DecidedFile:
    """One file with what is done with its sheets.

    Attributes
    ----------
    name
        Without folder.
    decisions
        One for each sheet that was opened.
    others
        Names of all other sheets; hidden ones say so.
    findings
        Doubts about the file as a whole.
    export
        The file, if it is an export for the DAS.
    """

    name: str
    decisions: tuple[SheetDecision, ...]
    others: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()
    export: das_xml.DasSheets | None = None


@dataclass(frozen=True, slots=True)
class KnownBefore:
    """What is known before the files are opened.

    Attributes
    ----------
    answers
        Of a person.
    profiles
        Of the home.
    vocabulary
        Headings of other programs.
    hidden
        Whether hidden sheets are read like all others.
    """

    answers: Sequence[SheetAnswer] = ()
    profiles: Sequence[SourceProfile] = ()
    vocabulary: Vocabulary | None = None
    hidden: bool = False

    def answer(self, file: str, sheet: str) -> SheetAnswer | None:
        """Return the last answer about a sheet; of a text file its name is ""."""
        return next((one for one in reversed(self.answers) if (one.file, one.name) == (file, sheet)), None)


def opened(
    files: Sequence[Path | str | tuple[str, bytes]],
    said: KnownBefore,
    wanted: Callable[[str, str, bool], bool],
    *,
    passwords: Mapping[str, str] | None = None,
    hidden: bool = False,
) -> Iterator[DecidedFile]:
    """Yield each file with what is done with its sheets.

    Parameters
    ----------
    wanted
        Says of a sheet whether to open it: the sheet of ours its name stands for ("" = none), its own name, and
        whether it is hidden. Sheets with an answer are opened in any case.
    hidden
        Whether hidden sheets may be wanted without an answer.

    Raises
    ------
    PasswordNeededError
        If a file is encrypted and its password is missing or another one.
    UnreadableError
        If a file is refused as a whole.
    """
    for file in opening.contents(files, passwords):
        if file.kind is FileKind.XML:
            export = das_xml.read(file.name, file.data)
            residents = _of_export("Bewohner", export.residents, said)
            assessments = _of_export("Begutachtungen", export.assessments, said)
            export = replace(export, residents=residents.grid, assessments=assessments.grid)
            yield DecidedFile(file.name, (residents, assessments), export=export)
            continue

        def asked(name: str, hidden: bool, file: str = file.name) -> bool:  # noqa: FBT001 - as the door asks
            answer = said.answer(file, name)
            return bool(answer and answer.sheet) or wanted(sheet_of(name) or "", name, hidden)

        answered = any(answer.file == file.name and answer.sheet for answer in said.answers)
        yield _decided(file, said, asked, hidden=hidden or answered)


def _decided(
    file: opening.OpenedFile, said: KnownBefore, asked: Callable[[str, bool], bool], *, hidden: bool
) -> DecidedFile:
    answer = said.answer(file.name, "")
    encoding = answer.encoding if answer else ""
    found = opening.sheets(file, asked, count_known, hidden=hidden, encoding=encoding)
    if answer is None and {grid.encoding for grid in found.grids} & {"cp1252", DOS}:  # the bytes do not say
        for other in encodings(said.profiles):
            again = opening.sheets(file, asked, count_known, encoding=other)
            fit = fitting(again.grids[0], said.profiles)
            if fit and fit.sheet.encoding == other:
                found = again
                break
    decisions = tuple(decide(grid, said) for grid in found.grids)
    return DecidedFile(file.name, decisions, tuple(found.others), tuple(found.findings))


def _of_export(sheet: str, grid: Grid, said: KnownBefore) -> SheetDecision:
    """Return the decision about a sheet of an export for the DAS; of one that is left out only the headings remain."""
    answer = said.answer(grid.file, sheet)
    if answer and not answer.sheet:
        return SheetDecision(replace(grid, cells=SheetCells.of(grid.cells[:1])), "", answered=True, das=True)
    return SheetDecision(grid, sheet, locate(grid, sheet), das=True)


def decide(grid: Grid, said: KnownBefore) -> SheetDecision:
    """Return what is done with a sheet.

    Raises
    ------
    UnreadableError
        If an answer names rows or columns that the sheet does not have.
    """
    answer = said.answer(grid.file, "" if grid.from_text else grid.name)
    if answer and not answer.sheet:
        return SheetDecision(grid, "", _headings_of_others(grid), answered=True)
    if answer:
        return SheetDecision(grid, answer.sheet, _answered(grid, answer, said.vocabulary), answered=True)
    if grid.hidden and not said.hidden:
        return SheetDecision(grid, "", _headings_of_others(grid))
    if fit := fitting(grid, said.profiles):
        sheet = fit.sheet
        place = placed(grid, sheet.sheet, fit.row, fit.depth, fit.columns) if sheet.sheet else _headings_of_others(grid)
        if sheet.sheet == ROSTER and not fit.columns:
            place = _place(grid, ROSTER, said.vocabulary)
        return SheetDecision(grid, sheet.sheet, replace(place, unit=sheet.unit), profile=fit.name)
    if named := _by_name(grid):
        return SheetDecision(grid, named, _place(grid, named, said.vocabulary))
    guessed, confidence = _guessed(grid, said.vocabulary)
    place = _place(grid, guessed, said.vocabulary) if guessed else _headings_of_others(grid)
    return SheetDecision(grid, guessed, place, confidence if guessed else 0.0)


def _answered(grid: Grid, answer: SheetAnswer, vocabulary: Vocabulary | None) -> HeadingPlace:
    """Return the place a person has shown; where no columns were said yet, what stands in the row decides."""
    if answer.sheet not in SHEETS:
        raise UnreadableError(
            f"Das Blatt „{answer.sheet}“, dem „{grid.name}“ der Datei „{grid.file}“ zugeordnet ist, gibt es nicht. "
            "Bitte wählen Sie eines der Blätter der Vorlage."
        )
    shown = placed(grid, answer.sheet, answer.row, answer.depth, answer.columns)
    if answer.columns:
        return replace(shown, unit=answer.unit)
    if answer.sheet == ROSTER and (roster := find_roster(grid)):
        return roster
    return replace(located(grid, answer.sheet, answer.row, answer.depth, vocabulary), unit=answer.unit)


def _place(grid: Grid, sheet: str, vocabulary: Vocabulary | None) -> HeadingPlace:
    roster = find_roster(grid) if sheet == ROSTER else None
    return roster or locate(grid, sheet, vocabulary)


def _headings_of_others(grid: Grid) -> HeadingPlace:
    row, texts = first_headings(grid)
    return HeadingPlace(row, {}, texts)


def _by_name(grid: Grid) -> str | None:
    if sheet := sheet_of(grid.name) or (sheet_of_file(grid.name) if grid.from_text else None):
        return sheet
    return ROSTER if is_roster_name(grid.name) and find_roster(grid) else None


def _guessed(grid: Grid, vocabulary: Vocabulary | None) -> tuple[str, float]:
    """Return the sheet whose headings these are, "" if none, and how sure that is.

    One required column alone says little: there the share of headings that are known counts as well.
    """
    sheet = guess_sheet(grid, vocabulary)
    if sheet is None:
        return (ROSTER, SURE) if find_roster(grid) else ("", 0.0)
    place = locate(grid, sheet, vocabulary)
    required = SHEETS[sheet].required
    least = min((place.guessed.get(column, EXACT) for column in required), default=0.0)
    if len(required) == 1:
        filled = sum(bool(text) for text in place.texts)
        least = min(least, len(place.columns) / max(1, filled)) if len(place.columns) > 1 else 0.0
    return sheet, round(min(least, SURE), 2)


def _holds_no_data(grid: Grid) -> bool:
    """Return whether nobody needs to be asked about a sheet of a workbook: never two cells in a row."""
    if grid.from_text:
        return False
    filled = np.zeros(len(grid.cells), dtype=np.int32)
    for position in range(grid.cells.shape[1]):
        codes, cells = grid.cells.coded(position)
        filled += ~np.array([is_blank(cell) for cell in cells], dtype=bool)[codes]
    return grid.name == INSTRUCTIONS or not (filled > 1).any()
