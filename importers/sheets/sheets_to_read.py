"""The sheets that are read, chosen from what is decided about all sheets of all files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from importers.files.workbook import named
from importers.findings import Finding, Severity, UnreadableError
from importers.sheets.synonyms import EXACT
from importers.sheets.template_columns import INSTRUCTIONS, SHEETS

if TYPE_CHECKING:
    from collections.abc import Collection

    from importers.files.grid import Grid
    from importers.sheets.das_sheets import DasSheets
    from importers.sheets.heading_rows import HeadingPlace
    from importers.sheets.sheet_decision import DecidedFile, SheetDecision


class SheetSelection:
    """The sheets that are read.

    Parameters
    ----------
    wanted
        Sheets of ours to look for.

    Attributes
    ----------
    sheets
        Sheet of ours -> the sheets of the files that are read as such, in their order, with the place of their
        headings.
    exports
        Exports for the DAS.
    findings
        Notices about other sheets.
    """

    def __init__(self, wanted: tuple[str, ...]) -> None:
        self.sheets: dict[str, list[tuple[Grid, HeadingPlace]]] = {}
        self.exports: list[DasSheets] = []
        self.findings: list[Finding] = []
        self._wanted = wanted
        self._files: list[DecidedFile] = []

    @property
    def rows(self) -> int:
        """How many rows the sheets of the files have."""
        return sum(len(one.grid.cells) for file in self._files for one in file.decisions)

    def add(self, file: DecidedFile) -> None:
        """Add one file."""
        self._files.append(file)

    def close(self) -> None:
        """Choose the sheets, once all files are added.

        A sheet that only its headings identify is read where they are clear. In a workbook it is not where another
        sheet is ours by its name, an answer or a profile: beside that one it may be a list of something else.

        Raises
        ------
        UnreadableError
            If a text file is none of our sheets, or it is not clear which.
        """
        every = [one for file in self._files for one in file.decisions]
        sure = {one.sheet for one in every if one.confidence == EXACT and not one.das}
        for file in self._files:
            if file.export:
                self.exports.append(file.export)
                continue
            others = [name for name in file.others if name != INSTRUCTIONS]
            for one in file.decisions:
                if one.grid.from_text and one.confidence < EXACT and not one.clear:
                    raise UnreadableError(one.place.trouble or _no_sheet_of_ours(file.name))
                if not _is_read(one, sure):
                    if one.grid.name != INSTRUCTIONS:
                        others.append(named(one.grid.name, visible=not one.grid.hidden))
                elif one.sheet in self._wanted:
                    self.sheets.setdefault(one.sheet, []).append((one.grid, one.place))
                    if one.confidence < EXACT:
                        self.findings.append(_supposed(one))
            if others and len(self._wanted) == len(SHEETS):
                self.findings.append(_left_out(file.name, others))
            self.findings.extend(file.findings)
        self._files.clear()

    def demand(self, sheets: Collection[str]) -> None:
        """Require some sheets.

        Raises
        ------
        UnreadableError
            If one of them was not found.
        """
        if missing := [f"„{sheet}“" for sheet in SHEETS if sheet in sheets and sheet not in self.sheets]:
            raise UnreadableError(self._missing(missing))

    def _missing(self, sheets: list[str]) -> str:
        what = (
            f"Es fehlt das Blatt {sheets[0]}" if len(sheets) == 1 else f"Es fehlen die Blätter {' und '.join(sheets)}"
        )
        others = "; ".join(finding.value for finding in self.findings if finding.code == "blaetter-unbekannt")
        seen = f" Nicht gelesen: {others}." if others else ""
        return f"{what}.{seen} Bitte ergänzen Sie die Arbeitsmappe oder laden Sie die fehlende Datei dazu."


def _is_read(one: SheetDecision, sure: Collection[str]) -> bool:
    """Return whether a sheet is read: what it is was answered, or is clear and not contradicted."""
    if one.confidence == EXACT:
        return bool(one.sheet)
    return one.clear and (one.grid.from_text or one.sheet not in sure)


def _no_sheet_of_ours(name: str) -> str:
    return (
        f"Die Datei „{name}“ passt zu keinem Blatt der Vorlage. Bitte benennen Sie sie nach ihrem Blatt, "
        "zum Beispiel „Interventionen.csv“, und prüfen Sie die Überschriften."
    )


def _left_out(file: str, names: list[str]) -> Finding:
    return Finding(
        Severity.NOTICE,
        "blaetter-unbekannt",
        "Diese Blätter werden nicht gelesen: " + ", ".join(f"„{name}“" for name in names) + ".",
        "Nichts zu tun. Soll ein Blatt gelesen werden, blenden Sie es ein und benennen Sie es wie in der Vorlage.",
        file=file,
        value="; ".join(names),
        count=len(names),
    )


def _supposed(one: SheetDecision) -> Finding:
    what = "Die Datei" if one.grid.from_text else f"Das Blatt „{one.grid.name}“"
    return Finding(
        Severity.WARNING,
        "blatt-vermutet",
        f"{what} wird wegen der Überschriften als „{one.sheet}“ gelesen.",
        "Prüfen Sie, ob das stimmt. Stimmt es nicht, benennen Sie das Blatt um oder laden Sie es nicht mit hoch.",
        file=one.grid.file,
        sheet=one.sheet,
        value=one.grid.name,
    )


__all__ = ["SheetSelection"]
