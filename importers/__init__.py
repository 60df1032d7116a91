"""Untrusted files in, the engine's frames and findings out.

The nouns, in the order in which a home's files pass them:

- *File*: bytes with a name. ``files/`` finds out by content what it is, unpacks and decrypts it (`OpenedFile`), and
  reads it into grids; what is hostile or unreadable raises `UnreadableError`.
- *Grid*: one sheet of one file as it stands, cells by row and column, before its columns are known. An export for the
  DAS (``das/``) becomes grids too.
- *Sheet*: one of the sheets of the template, such as ``Bewohner``. ``sheets/`` decides for each grid which sheet it is,
  if any, and where its headings are (`SheetDecision`, `HeadingPlace`); a person can be shown the guesses and answer.
- *Table*: the rows of one sheet from all files. ``content/`` and ``rosters/`` turn its columns, each distinct cell once
  (``values/``), into frames; ``home_words/`` collects the words that are unknown.
- *Frame*: what the engine takes (:mod:`pebem.contracts`), without names; names of people lie apart from it.
- *Finding*: one thing to know or to repair, with file, sheet, row, column, value and a sentence that says how. Only an
  error costs its row (or its cell); a *problem* is a finding that does not know its place yet.
"""

from __future__ import annotations

import gc
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeAlias

import numpy as np

from importers.content.assessments import read_assessments as _assessments
from importers.content.table import Table
from importers.conventions import HomeConventions
from importers.das import merge_into_sheets, opening
from importers.files.sheet_filter import SheetFilter
from importers.findings import Finding, PasswordNeededError, Severity, UnreadableError
from importers.result import ReadAssessments, ReadFiles, assemble
from importers.sheets import sheet_guesses
from importers.sheets.decide_sheets import decisions
from importers.sheets.repair_file import mark_repaired
from importers.sheets.sheet_decision import ROSTER, KnownBefore
from importers.sheets.sheets_to_read import SheetSelection
from importers.sheets.synonyms import usual
from importers.sheets.template_columns import INSTRUCTIONS, SHEETS, sheet_of
from pebem.contracts import check

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence

    from importers.sheets.profiles import SourceProfile
    from importers.sheets.sheet_decision import DecidedFile, SheetAnswer
    from importers.sheets.sheet_guesses import SheetGuess
    from importers.sheets.synonyms import Vocabulary
    from rules.model import RuleBook

__all__ = [
    "NEEDED",
    "Finding",
    "HomeConventions",
    "Look",
    "PasswordNeededError",
    "ReadAssessments",
    "ReadFiles",
    "Severity",
    "UnreadableError",
    "look",
    "read",
    "read_assessments",
]

File: TypeAlias = Path | str | tuple[str, bytes]
OnProgress: TypeAlias = "Callable[[str, float, int], object]"

_HALF, _MOST = 0.5, 0.7

NEEDED: Final = ("Bewohner", "Begutachtungen", "Mitarbeitende", "Interventionen")
"""Sheets without which the fit cannot be determined."""


def read(  # noqa: PLR0913 - each argument is one thing a home may say about its files
    files: Sequence[File],
    book: RuleBook,
    *,
    sheets_needed: Collection[str] = NEEDED,
    conventions: HomeConventions | None = None,
    answers: Sequence[SheetAnswer] = (),
    passwords: Mapping[str, str] | None = None,
    hidden: bool = False,
    on_progress: OnProgress | None = None,
    headings: Path | None = None,
) -> ReadFiles:
    """Read a workbook, or the same sheets as text files, or exports for the DAS, or a mixture of them.

    Parameters
    ----------
    files
        Paths, or names with their bytes.
    book
        Names of interventions and criteria are looked up here.
    sheets_needed
        Sheets that must be there.
    conventions
        What the home has settled once for all its files.
    answers
        Answers of a person for single sheets; all others go by a profile, their name, or clear headings.
    passwords
        Name of a file, without folder -> the password it opens with.
    hidden
        Whether to read hidden sheets too; otherwise they are only named, unless an answer wants them.
    headings
        A file of the home with names of columns, as ``words/headings/general.yaml`` has them, on top of those.
    on_progress
        Called at each step: its name in German, the share done before it (0-1), rows found so far. What it raises ends
        the reading.

    Raises
    ------
    PasswordNeededError
        If a file is encrypted and its password is missing or another one.
    UnreadableError
        If a file is refused as a whole, or a sheet cannot be read as the given sheet; one German sentence or
        two explain why and what to do.
    """
    with _without_collecting():
        on_progress = on_progress or _no_progress
        conventions = conventions or HomeConventions()
        vocabulary = usual(headings)
        known = KnownBefore(answers, conventions.profiles, vocabulary, hidden=hidden)
        decided = decisions(opening.contents(files, passwords), known, _filter(tuple(SHEETS), hidden=hidden))
        chosen = _chosen(decided, tuple(SHEETS), len(files), on_progress)
        return _result(chosen, book, sheets_needed, conventions, vocabulary, on_progress)


@dataclass(frozen=True)
class Look:
    """Files that have been opened, with what their sheets seem to be; they can be read as that.

    Attributes
    ----------
    guesses
        What each sheet seems to be, hidden ones too.
    """

    guesses: tuple[SheetGuess, ...]
    _decided: tuple[DecidedFile, ...]
    _conventions: HomeConventions
    _vocabulary: Vocabulary

    def read(
        self, book: RuleBook, *, sheets_needed: Collection[str] = NEEDED, on_progress: OnProgress | None = None
    ) -> ReadFiles:
        """Read the files, as :func:`read` does with what :func:`look` was given.

        Raises
        ------
        UnreadableError
            As :func:`read`.
        """
        with _without_collecting():
            on_progress = on_progress or _no_progress
            chosen = _chosen(self._decided, tuple(SHEETS), len(self._decided), on_progress)
            return _result(chosen, book, sheets_needed, self._conventions, self._vocabulary, on_progress)


def look(
    files: Sequence[File],
    *,
    conventions: HomeConventions | None = None,
    answers: Sequence[SheetAnswer] = (),
    passwords: Mapping[str, str] | None = None,
    headings: Path | None = None,
) -> Look:
    """Open files and guess what each sheet is; they stay open, to be read where there is nothing to ask.

    Parameters and errors as :func:`read`; an answer that names rows or columns a sheet does not have is refused here.
    """
    conventions, vocabulary = conventions or HomeConventions(), usual(headings)
    known = KnownBefore(answers, conventions.profiles, vocabulary)
    with _without_collecting():
        decided = tuple(decisions(opening.contents(files, passwords), known, SheetFilter(hidden=True)))
    return Look(sheet_guesses.guesses(decided, vocabulary), decided, conventions, vocabulary)


def read_assessments(
    files: Sequence[File], *, passwords: Mapping[str, str] | None = None, profiles: Sequence[SourceProfile] = ()
) -> ReadAssessments:
    """Read the sheet ``Begutachtungen`` alone; resident numbers are not checked.

    Parameters
    ----------
    profiles
        How the files of known sources are read.

    Raises
    ------
    UnreadableError
        If a file is refused as a whole or the sheet is missing.
    """
    sheet = "Begutachtungen"
    known = KnownBefore(profiles=profiles, vocabulary=usual())
    decided = decisions(opening.contents(files, passwords), known, _filter((sheet,)))
    chosen = _chosen(decided, (sheet,), len(files), _no_progress)
    chosen.demand((sheet,))
    table = Table(sheet, [grid for grid, _ in chosen.sheets[sheet]], [place for _, place in chosen.sheets[sheet]])
    frame = _assessments(table, None)
    return ReadAssessments(frame, _errors_by_row(table, chosen.findings), chosen.findings + table.findings)


def _errors_by_row(table: Table, of_files: Sequence[Finding]) -> list[list[Finding]]:
    """Return the errors in the cells of each good row, those found while its file was opened included."""
    opened: dict[tuple[str, int], list[Finding]] = {}
    for one in of_files:
        if one.severity is Severity.ERROR and one.row:
            opened.setdefault((one.file, one.row), []).append(one)
    own: dict[int, list[Finding]] = {}
    for record, number in zip(*(positions.tolist() for positions in table.mistakes()), strict=True):
        own.setdefault(record, []).append(table.findings[number])
    return [
        [*opened.get((table.files[table.file_of[record]], int(table.rows[record])), ()), *own.get(record, ())]
        for record in np.flatnonzero(~table.faulty).tolist()
    ]


def _filter(wanted: tuple[str, ...], *, hidden: bool = False) -> SheetFilter:
    """Return which sheets may be wanted: those called so, and those whose name is not in our template."""

    def may_be_wanted(name: str) -> bool:
        sheet = sheet_of(name)
        return sheet in wanted if sheet else name != INSTRUCTIONS

    return SheetFilter(may_be_wanted, hidden=hidden)


def _chosen(
    decided: Iterable[DecidedFile], wanted: tuple[str, ...], files: int, on_progress: OnProgress
) -> SheetSelection:
    """Return the wanted sheets of all files."""
    chosen = SheetSelection(wanted)
    on_progress("Liest Datei 1", 0.0, 0)
    for number, file in enumerate(decided, start=1):
        chosen.add(file)
        share = _HALF * min(1, number / files)  # an archive counts as one file
        on_progress(f"Liest Datei {number + 1}" if number < files else "Ordnet die Blätter zu", share, chosen.rows)
    chosen.close()
    if chosen.exports:
        chosen.findings.extend(merge_into_sheets.add(chosen.sheets, chosen.exports, wanted))
        for sheets in chosen.sheets.values():
            sheets.sort(key=lambda sheet: sheet[0].position)
    chosen.repairs, findings = mark_repaired(chosen.sheets)
    chosen.findings.extend(findings)
    return chosen


def _result(
    chosen: SheetSelection,
    book: RuleBook,
    sheets_needed: Collection[str],
    conventions: HomeConventions,
    vocabulary: Vocabulary,
    on_progress: OnProgress,
) -> ReadFiles:
    """Read the rows of the chosen sheets; the grids are released on the way."""
    chosen.demand(sheets_needed)
    on_progress("Prüft Überschriften und Spalten", _HALF, rows := chosen.rows)
    rosters = chosen.sheets.pop(ROSTER, [])
    das_homes = frozenset(export.home for export in chosen.exports) - {""}
    tables = {
        sheet: Table(sheet, [grid for grid, _ in parts], [place for _, place in parts], vocabulary)
        for sheet, parts in chosen.sheets.items()
    }
    chosen.sheets.clear()
    on_progress("Prüft die Zeilen", _MOST, rows)
    result = assemble(tables, rosters, book, chosen.findings, conventions)
    check(result.tables)
    return replace(result, repairs=chosen.repairs, das_homes=das_homes)


def _no_progress(step: str, share: float, rows: int) -> None:
    pass


@contextmanager
def _without_collecting() -> Iterator[None]:
    """Pause the cycle collector: it would walk through millions of cells that hold no cycles."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
