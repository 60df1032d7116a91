"""An export for the DAS as the two sheets it is read as; :mod:`importers.das` makes them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date

    from importers.files.grid import Grid
    from importers.findings import Finding


@dataclass(frozen=True)
class DasSheets:
    """What a DAS file holds.

    Attributes
    ----------
    file
        Its name, without folder.
    target
        Target date of the file; the first of all days if it has none that can be read.
    residents, assessments
        Sheets as a workbook would have them. Row n + 1 is the n-th person of the file; blank where it was left out.
    findings
        What to know or to repair.
    home
        Registration number of the home, "" = not given.
    """

    file: str
    target: date
    residents: Grid
    assessments: Grid
    findings: list[Finding]
    home: str = ""
