"""Decides how each sheet is read: by a user's answer, a profile, its name, or else its headings."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from importers.files import opening
from importers.files.delimited import DOS
from importers.files.sheet_cells import SheetCells
from importers.findings import UnreadableError
from importers.sheets.das_sheets import DasSheets
from importers.sheets.heading_rows import HeadingPlace, first_headings, guess_sheet, locate, located, placed
from importers.sheets.lines.day_column import HEADING, with_day_column
from importers.sheets.lines.sections import may_be_others
from importers.sheets.profiles import encodings, fitting
from importers.sheets.repair_file import OWN_COLUMNS
from importers.sheets.roster_headings import find_roster, is_called_roster, is_roster_name
from importers.sheets.sheet_decision import ROSTER, DecidedFile, SheetDecision, holds_no_data
from importers.sheets.synonyms import EXACT, PART, SURE
from importers.sheets.template_columns import GRADES, SHEETS, count_known, sheet_of, sheet_of_file, suggested_sheet

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from importers.files.grid import Grid
    from importers.files.opening import FileContents, OpenedFile
    from importers.files.sheet_filter import SheetFilter
    from importers.sheets.sheet_decision import KnownBefore, SheetAnswer
    from importers.sheets.synonyms import Vocabulary


def decisions(
    files: Iterable[OpenedFile | DasSheets], known: KnownBefore, sheets: SheetFilter
) -> Iterator[DecidedFile]:
    """Yield each file with the decisions on its sheets.

    Parameters
    ----------
    sheets
        Which sheets of workbooks to open; those with an answer are opened in any case.

    Raises
    ------
    PasswordNeededError
        If a file is encrypted and its password is missing or another one.
    UnreadableError
        If a file is refused as a whole, or an answer names rows or columns that a sheet does not have.
    """
    for position, file in enumerate(files):
        if isinstance(file, DasSheets):
            yield _of_export(file, known, position)
        else:
            yield _of_file(file, known, sheets, position)


def _of_file(file: OpenedFile, known: KnownBefore, sheets: SheetFilter, position: int) -> DecidedFile:
    sheets = replace(sheets, always=known.answered(file.name))
    answer = known.answer(file.name, "")
    contents = opening.sheets(file, sheets, count_known, encoding=answer.encoding if answer else "")
    if answer is None and {grid.encoding for grid in contents.grids} & {"cp1252", DOS}:  # the bytes leave it open
        contents = _by_profiled_encoding(file, known, sheets) or contents
    decided = tuple(decide(replace(grid, position=position), known) for grid in contents.grids)
    return DecidedFile(file.name, decided, tuple(contents.others), tuple(contents.findings))


def _by_profiled_encoding(file: OpenedFile, known: KnownBefore, sheets: SheetFilter) -> FileContents | None:
    """Return a text file in the first encoding of a profile in which that profile knows its headings."""
    for encoding in encodings(known.profiles):
        contents = opening.sheets(file, sheets, count_known, encoding=encoding)
        fit = fitting(contents.grids[0], known.profiles)
        if fit and fit.sheet.encoding == encoding:
            return contents
    return None


def _of_export(export: DasSheets, known: KnownBefore, position: int) -> DecidedFile:
    residents = _of_exported("Bewohner", replace(export.residents, position=position), known)
    assessments = _of_exported("Begutachtungen", replace(export.assessments, position=position), known)
    export = replace(export, residents=residents.grid, assessments=assessments.grid)
    return DecidedFile(export.file, (residents, assessments), export=export)


def _of_exported(sheet: str, grid: Grid, known: KnownBefore) -> SheetDecision:
    """Return the decision about a sheet of an export for the DAS; of one that is left out only the headings remain."""
    answer = known.answer(grid.file, sheet)
    if answer and not answer.sheet:
        return SheetDecision(replace(grid, cells=SheetCells.of(grid.cells[:1])), "", answered=True, das=True)
    return SheetDecision(grid, sheet, locate(grid, sheet), das=True)


def decide(grid: Grid, known: KnownBefore) -> SheetDecision:
    """Return the decision on a sheet: that of the first rung of the ladder that applies.

    Raises
    ------
    UnreadableError
        If an answer names rows or columns that the sheet does not have.
    """
    return next(decision for rung in _LADDER if (decision := rung(grid, known)))


def _as_answered(grid: Grid, known: KnownBefore) -> SheetDecision | None:
    answer = known.answer(grid.file, "" if grid.from_text else grid.name)
    if answer is None:
        return None
    if answer.columns.get("Datum") == grid.cells.shape[1]:  # which the sheet as it was shown had, and has not itself
        grid, _ = with_day_column(grid, locate(grid, answer.sheet, known.vocabulary)) or (grid, None)
    place = _answered(grid, answer, known.vocabulary) if answer.sheet else _headings_of_others(grid)
    place = replace(place, blank_counts=answer.blank_counts, statuses=answer.statuses, declined=answer.declined)
    return SheetDecision(grid, answer.sheet, place, answered=True)


def _as_hidden(grid: Grid, known: KnownBefore) -> SheetDecision | None:
    return SheetDecision(grid, "", _headings_of_others(grid)) if grid.hidden and not known.hidden else None


def _as_profiled(grid: Grid, known: KnownBefore) -> SheetDecision | None:
    fit = fitting(grid, known.profiles)
    if fit is None and any(HEADING in sheet.columns.values() for one in known.profiles for sheet in one.sheets):
        grid, _ = with_day_column(grid, locate(grid, "Interventionen", known.vocabulary)) or (grid, None)
        fit = fitting(grid, known.profiles)
    if fit is None:
        return None
    sheet, unit = fit.sheet.sheet, fit.sheet.unit
    place = placed(grid, sheet, fit.row, fit.depth, fit.columns) if sheet else _headings_of_others(grid)
    if sheet == ROSTER and not fit.columns:
        place = _place(grid, ROSTER, known.vocabulary)
    said = fit.sheet
    place = replace(place, unit=unit, blank_counts=said.blank_counts, statuses=said.statuses, declined=said.declined)
    return SheetDecision(grid, sheet, place, profile=fit.name)


def _as_named(grid: Grid, known: KnownBefore) -> SheetDecision | None:
    sheet = sheet_of(grid.name) or (sheet_of_file(grid.name) if grid.from_text else None)
    if not sheet and is_roster_name(grid.name) and find_roster(grid) and not _lists_interventions(grid, known):
        sheet = ROSTER
    if not sheet:
        return None
    place = _place(grid, sheet, known.vocabulary)
    if sheet == "Interventionen" and place.trouble and (dated := with_day_column(grid, place)):
        grid, place = dated
    # Many a workbook has figures about Pflegegrade under that name: only with our columns it is our sheet.
    return None if sheet == GRADES and place.trouble else SheetDecision(grid, sheet, place)


def _lists_interventions(grid: Grid, known: KnownBefore) -> bool:
    """Return whether a sheet called like a month or a ward has the headings of interventions; so has no roster."""
    return not is_called_roster(grid.name) and guess_sheet(grid, known.vocabulary) == "Interventionen"


def _as_headed(grid: Grid, known: KnownBefore) -> SheetDecision:
    sheet, confidence = _guessed(grid, known.vocabulary)
    if not sheet and not holds_no_data(grid) and (named := suggested_sheet(grid.name)):
        sheet, confidence = named, PART  # it is asked about: nothing is read by its name alone
    place = _place(grid, sheet, known.vocabulary) if sheet else _headings_of_others(grid)
    if sheet == "Interventionen" and not grid.from_text and may_be_others(grid.name):
        confidence = min(confidence, PART)
    return SheetDecision(grid, sheet, place, confidence if sheet else 0.0)


_LADDER: Final = (
    _as_answered,  # a user's answer about the sheet
    _as_hidden,  # who opens the workbook does not see it: left out
    _as_profiled,  # a profile of the home knows its headings
    _as_named,  # its name is in our template, or that of a roster
    _as_headed,  # what its headings look like
)
"""What decides about a sheet, in this order."""


def _answered(grid: Grid, answer: SheetAnswer, vocabulary: Vocabulary | None) -> HeadingPlace:
    """Return the place a user has chosen; where no columns are assigned yet, the content of the row decides."""
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


def _guessed(grid: Grid, vocabulary: Vocabulary | None) -> tuple[str, float]:
    """Return the sheet whose headings these are, "" if none, and how sure that is.

    One required column alone means little: there the share of headings that are known counts as well.
    """
    sheet = guess_sheet(grid, vocabulary)
    if sheet is None:
        return (ROSTER, SURE) if find_roster(grid) else ("", 0.0)
    place = locate(grid, sheet, vocabulary)
    required = SHEETS[sheet].required
    least = min((place.guessed.get(column, EXACT) for column in required), default=0.0)
    if len(required) == 1:
        filled = sum(bool(text) and text not in OWN_COLUMNS for text in place.texts)
        least = min(least, len(place.columns) / max(1, filled)) if len(place.columns) > 1 else 0.0
    return sheet, round(min(least, SURE), 2)
