"""The sheets that are read, chosen from what is decided about all sheets of all files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from importers.files.workbook import named
from importers.findings import Finding, Severity, UnreadableError
from importers.sheets.column_contents import known_staff
from importers.sheets.content_findings import unread_contents
from importers.sheets.sheets_left_out import left_out_though_alike
from importers.sheets.synonyms import EXACT
from importers.sheets.template_columns import INSTRUCTIONS, SHEETS

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from importers.files.grid import Grid
    from importers.sheets.das_sheets import DasSheets
    from importers.sheets.heading_rows import HeadingPlace
    from importers.sheets.sheet_decision import DecidedFile, SheetDecision


class SheetSelection:
    """The sheets that are read.

    Parameters
    ----------
    wanted
        Sheets of our template to look for.

    Attributes
    ----------
    sheets
        Sheet of our template -> the sheets of the files that are read as such, in their order, with the place of their
        headings.
    exports
        Exports for the DAS.
    findings
        Notices about other sheets.
    repairs
        Position of each file of repaired rows -> the reference of the upload it names, "" = none.
    """

    def __init__(self, wanted: tuple[str, ...]) -> None:
        self.sheets: dict[str, list[tuple[Grid, HeadingPlace]]] = {}
        self.exports: list[DasSheets] = []
        self.findings: list[Finding] = []
        self.repairs: dict[int, str] = {}
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
        every = [decision for file in self._files for decision in file.decisions]
        staff = known_staff(every)
        sure = {decision.sheet for decision in every if decision.confidence == EXACT and not decision.das}
        for file in self._files:
            if file.export:
                self.exports.append(file.export)
                continue
            others = [name for name in file.others if name != INSTRUCTIONS]
            read: list[SheetDecision] = []
            for decision in file.decisions:
                if decision.grid.from_text and decision.confidence < EXACT and not decision.clear:
                    raise UnreadableError(decision.place.trouble or _no_sheet_of_ours(file.name))
                if not _is_read(decision, sure):
                    others += self._left_out(decision, read)
                elif decision.sheet in self._wanted:
                    read.append(decision)
                    self.sheets.setdefault(decision.sheet, []).append((decision.grid, decision.place))
                    if decision.confidence < EXACT:
                        self.findings.append(_supposed(decision))
                    self.findings.extend(unread_contents(decision, staff))
            if others and len(self._wanted) == len(SHEETS):
                self.findings.append(_left_out(file.name, others))
            self.findings.extend(file.findings)
        self._files.clear()

    def _left_out(self, decision: SheetDecision, read: Sequence[SheetDecision]) -> list[str]:
        """Report a sheet that is not read though it looks as if it should be; return the name of any other."""
        if len(self._wanted) == len(SHEETS) and (doubt := left_out_though_alike(decision, read)):
            self.findings.append(doubt)
            return []
        is_ours = decision.grid.name == INSTRUCTIONS
        return [] if is_ours else [named(decision.grid.name, visible=not decision.grid.hidden)]

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
        others = "; ".join(
            finding.value for finding in self.findings if finding.code.startswith(("blaetter-", "blatt-"))
        )
        seen = f" Nicht gelesen: {others}." if others else ""
        return f"{what}.{seen} Bitte ergänzen Sie die Arbeitsmappe oder laden Sie die fehlende Datei dazu."


def _is_read(decision: SheetDecision, sure: Collection[str]) -> bool:
    """Return whether a sheet is read: what it is was answered, or is clear and not contradicted."""
    if decision.confidence == EXACT:
        return bool(decision.sheet)
    return decision.clear and (decision.grid.from_text or decision.sheet not in sure)


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


def _supposed(decision: SheetDecision) -> Finding:
    what = "Die Datei" if decision.grid.from_text else f"Das Blatt „{decision.grid.name}“"
    return Finding(
        Severity.WARNING,
        "blatt-vermutet",
        f"{what} wird wegen der Überschriften als „{decision.sheet}“ gelesen.",
        "Prüfen Sie, ob das stimmt. Stimmt es nicht, benennen Sie das Blatt um oder laden Sie es nicht mit hoch.",
        file=decision.grid.file,
        sheet=decision.sheet,
        value=decision.grid.name,
    )


__all__ = ["SheetSelection"]
