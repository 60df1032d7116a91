"""How each sheet of some files is read, and what is known of them before they are opened.

:mod:`importers.sheets.decide_sheets` decides; :mod:`importers.sheets.sheet_guesses` shows the decisions and
:mod:`importers.sheets.sheets_to_read` reads by them: there is no other place where a sheet is identified.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import numpy as np

from importers.files.delimited import DOS
from importers.sheets.heading_rows import HeadingPlace
from importers.sheets.layout import is_blank
from importers.sheets.synonyms import EXACT, LIKELY
from importers.sheets.template_columns import INSTRUCTIONS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from importers.files.grid import Grid
    from importers.findings import Finding
    from importers.sheets.das_sheets import DasSheets
    from importers.sheets.profiles import SourceProfile
    from importers.sheets.synonyms import Vocabulary

ROSTER: Final = "Dienste"
_NOWHERE: Final = HeadingPlace(-1, {})


@dataclass(frozen=True, slots=True)
class SheetAnswer:
    """What a person answers for one sheet.

    Attributes
    ----------
    file, name
        Of the file, without folder, and of the sheet, "" for text.
    sheet
        Our sheet; "" = leave out.
    row, depth
        First row of the headings from 0; 1 or 2 rows.
    columns
        Our column -> position.
    unit
        Of column ``Minuten``: "" = as written, "min", "s", "h".
    encoding
        Codec of text, "" = to be detected.
    blank_counts
        As :class:`importers.sheets.heading_rows.HeadingPlace` has it.
    statuses, declined
        As :class:`importers.sheets.heading_rows.HeadingPlace` has them.
    """

    file: str
    name: str
    sheet: str
    row: int = 0
    depth: int = 1
    columns: Mapping[str, int] = field(default_factory=dict)
    unit: str = ""
    encoding: str = ""
    blank_counts: str = ""
    statuses: Mapping[str, str] = field(default_factory=dict)
    declined: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SheetDecision:
    """How a sheet is read.

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
        Whether a person has answered for the sheet.
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
        """Whether there is nothing to ask."""
        if self.grid.encoding == DOS and not (self.answered or self.profile):
            return False
        if self.sheet:
            return self.confidence == EXACT and self.place.certain
        return self.answered or bool(self.profile) or self.grid.hidden or holds_no_data(self.grid)

    @property
    def is_month_grid(self) -> bool:
        """Whether the sheet is a roster with a column a day, of which no single column is in our template."""
        return self.sheet == ROSTER and self.place.row >= 0 and not self.place.columns and not self.place.trouble

    @property
    def clear(self) -> bool:
        """Whether the sheet may be read without asking."""
        return bool(self.sheet) and self.confidence >= LIKELY and not self.place.trouble


@dataclass(frozen=True, slots=True)
class DecidedFile:
    """One file with the decisions on its sheets.

    Attributes
    ----------
    name
        Without folder.
    decisions
        One for each sheet that was opened.
    others
        Names of all other sheets, hidden ones marked.
    findings
        Doubts about the file as a whole.
    export
        The file, if it is an export for the DAS.
    """

    name: str
    decisions: tuple[SheetDecision, ...]
    others: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()
    export: DasSheets | None = None


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
        Whether hidden sheets are read like all others; else only those with an answer.
    """

    answers: Sequence[SheetAnswer] = ()
    profiles: Sequence[SourceProfile] = ()
    vocabulary: Vocabulary | None = None
    hidden: bool = False

    def answer(self, file: str, sheet: str) -> SheetAnswer | None:
        """Return the last answer about a sheet; of a text file its name is ""."""
        return next((one for one in reversed(self.answers) if (one.file, one.name) == (file, sheet)), None)

    def answered(self, file: str) -> frozenset[str]:
        """Return the names of the sheets of a file that a person wants to be read."""
        last = {answer.name: answer.sheet for answer in self.answers if answer.file == file}
        return frozenset(name for name, sheet in last.items() if sheet)


def holds_no_data(grid: Grid) -> bool:
    """Return whether a sheet of a workbook holds no table: never two cells in a row."""
    if grid.from_text:
        return False
    filled = np.zeros(len(grid.cells), dtype=np.int32)
    for position in range(grid.cells.shape[1]):
        codes, cells = grid.cells.coded(position)
        filled += ~np.array([is_blank(cell) for cell in cells], dtype=bool)[codes]
    return grid.name == INSTRUCTIONS or not (filled > 1).any()
